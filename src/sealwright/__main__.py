# SPDX-License-Identifier: Apache-2.0
"""``python -m sealwright``: the command line, for when its script is not on the PATH."""

from __future__ import annotations

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
