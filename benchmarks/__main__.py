# SPDX-License-Identifier: Apache-2.0
"""``python -m benchmarks``: measure, print a table, and say which promises this run kept.

The table and a plot are also written to ``artifacts/benchmarks``.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import cryptography

import sealwright

from .imports import ImportCost, import_cost
from .library import Promise, measure, two_threads
from .peers import versions
from .report import plot, promises, table

_FOLDER = Path("artifacts/benchmarks")


def main() -> int:
    """Print the table; return 1 when a promise was not kept."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="timings of each contender (default 15)")
    rounds = max(5, parser.parse_args().rounds)
    head = _head(rounds)
    print(head, flush=True)
    with _silence():
        results = measure(rounds)
    ours, theirs = import_cost("sealwright.jwt", rounds), import_cost("jwt", rounds)
    threads = two_threads()
    others = [
        (
            "two threads",
            Promise(f"verify at least 1.6 times as many (this run: {threads:.2f})", threads >= 1.6),
        ),
        *_import_promises(ours, theirs),
    ]
    verdicts, kept = promises(results, others)
    text = f"{head}\n{table(results)}\n\n{_imports(ours, theirs)}\n\n{verdicts}\n"
    print(text.removeprefix(head))
    _FOLDER.mkdir(parents=True, exist_ok=True)
    (_FOLDER / "library.md").write_text(text)
    plot(results, _FOLDER / "library.png")
    print(f"written to {_FOLDER}/library.md and library.png")
    return 0 if kept else 1


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Keep what peers print out of the table: one of them writes a line for every key that it reads."""
    warnings.simplefilter("ignore")
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(nowhere)
        os.close(kept)


def _head(rounds: int) -> str:
    peers = ", ".join(f"{name} {version}" for name, version in versions().items())
    return (
        f"sealwright {sealwright.__version__}, {peers}, cryptography {cryptography.__version__}, "
        f"Python {platform.python_version()}, {platform.machine()}; "
        f"medians of {rounds} rounds, payload 420 bytes, iss, aud and exp validated\n"
    )


def _imports(ours: ImportCost, theirs: ImportCost) -> str:
    return (
        f"import sealwright.jwt: {ours.milliseconds:.0f} ms, {ours.megabytes:.1f} MB; "
        f"import jwt (PyJWT): {theirs.milliseconds:.0f} ms, {theirs.megabytes:.1f} MB"
    )


def _import_promises(ours: ImportCost, theirs: ImportCost) -> list[tuple[str, Promise]]:
    less = ours.milliseconds < theirs.milliseconds and ours.megabytes < theirs.megabytes
    within = ours.milliseconds <= 90 and ours.megabytes <= 15
    return [
        ("import", Promise("less time and memory than PyJWT", less)),
        ("import", Promise("at most 90 ms and 15 MB", within)),
    ]


if __name__ == "__main__":
    sys.exit(main())
