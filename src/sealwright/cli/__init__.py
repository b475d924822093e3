# SPDX-License-Identifier: Apache-2.0
"""The command line: ``sealwright keygen | inspect | sign | verify | serve | users | demo``.

`main` is the installed script's entry point. This module imports nothing, so that a missing ``[cli]`` extra
is one clear line and not a traceback.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_NEEDED = ("click", "rich")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: What follows the program's name; None takes them from `sys.argv`.

    Returns:
        The exit status: 0 success, 1 the answer is no, 2 usage, configuration or an unreadable key, 130
        stopped with Ctrl-C.
    """
    try:
        from .app import run
    except ModuleNotFoundError as err:
        if (err.name or "").partition(".")[0] not in _NEEDED:
            raise
        line = 'sealwright: the command line needs click and rich: pip install "sealwright[cli]"\n'
        sys.stderr.write(line)
        return 2
    except KeyboardInterrupt:
        # Ctrl-C while modules are still being imported.
        return 130
    return run(sys.argv[1:] if arguments is None else list(arguments))
