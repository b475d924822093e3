# SPDX-License-Identifier: Apache-2.0
"""``python -m fuzz token`` or ``python -m fuzz key``: run one target until FUZZ_SECONDS have passed.

More arguments go to libFuzzer: a crash file runs that one input again, ``-help=1`` lists the rest.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import sys
from pathlib import Path
from typing import Any

TARGETS = ("token", "key")
_USAGE = f"usage: [FUZZ_SECONDS=60] python -m fuzz {'|'.join(TARGETS)} [libFuzzer arguments]\n"
_SECONDS_PER_INPUT = 20


def main(arguments: list[str]) -> int:
    """Run a target; libFuzzer ends the process itself unless the arguments are wrong.

    Args:
        arguments: What was typed behind ``python -m fuzz``.
    """
    if not arguments or arguments[0] not in TARGETS:
        sys.stderr.write(_USAGE)
        return 2
    name, *others = arguments
    # Not in requirements/dev.txt: there is no wheel of it for every machine that runs the tests.
    atheris: Any = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["sealwright.jose", "sealwright.jwt"]):
        target = importlib.import_module(f".fuzz_{name}", __package__)
    folder = Path(__file__).resolve().parents[1] / "artifacts" / "fuzz" / name
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in target.seeds():
        (corpus / hashlib.sha256(seed).hexdigest()[:40]).write_bytes(seed)
    wanted = [f"-max_total_time={os.environ.get('FUZZ_SECONDS', '60')}", f"-timeout={_SECONDS_PER_INPUT}"]
    wanted += ["-max_len=4096", "-print_final_stats=1", f"-artifact_prefix={folder}/"]
    if not any(not other.startswith("-") for other in others):
        others.append(str(corpus))
    atheris.Setup([f"fuzz {name}", *wanted, *others], target.check)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
