# SPDX-License-Identifier: Apache-2.0
"""Side-by-side measurements; run them with ``make bench``."""
