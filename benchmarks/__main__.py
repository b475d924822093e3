# SPDX-License-Identifier: Apache-2.0
"""``python -m benchmarks``: measure, print a table, and say which promises this run kept."""

from __future__ import annotations

import argparse
import platform
import sys

import cryptography
import jwt as pyjwt

import sealwright

from .library import BARE, OURS, PYJWT, Result, measure


def main() -> int:
    """Print the table; return 1 when a promise was not kept."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="timings of each contender (default 15)")
    rounds = max(5, parser.parse_args().rounds)
    print(
        f"sealwright {sealwright.__version__}, PyJWT {pyjwt.__version__}, "
        f"cryptography {cryptography.__version__}, Python {platform.python_version()}, "
        f"{platform.machine()}; medians of {rounds} rounds, in microseconds\n"
    )
    print("| what | sealwright | PyJWT | bare cryptography | over bare | PyJWT takes |")
    print("|---|---|---|---|---|---|")
    results = measure(rounds)
    for result in results:
        print(_row(result))
    print()
    for result in results:
        print(f"{'kept   ' if result.kept else 'MISSED '} {result.title}: {result.wanted}")
    return 0 if all(result.kept for result in results) else 1


def _row(result: Result) -> str:
    timings = result.timings
    return (
        f"| {result.title} | {timings.median(OURS):.1f} | {timings.median(PYJWT):.1f} "
        f"| {timings.median(BARE):.1f} | {timings.difference(OURS, BARE):.1f} "
        f"| {timings.ratio(PYJWT, OURS):.1f}x |"
    )


if __name__ == "__main__":
    sys.exit(main())
