# SPDX-License-Identifier: Apache-2.0
"""What ``import`` costs: seconds and resident memory, each measured in a new process."""

from __future__ import annotations

import statistics
import subprocess
import sys
from dataclasses import dataclass

_PROBE = """
import os, resource, sys, time
def resident():
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
before = resident()
start = time.perf_counter()
__import__(sys.argv[1])
seconds = time.perf_counter() - start
print(seconds, resident() - before)
"""


@dataclass(frozen=True, slots=True)
class ImportCost:
    """The median cost of importing a module.

    Attributes:
        milliseconds: Time.
        megabytes: Resident memory on top of the bare interpreter.
    """

    milliseconds: float
    megabytes: float


def import_cost(module: str, rounds: int) -> ImportCost:
    """Import a module in new processes.

    Args:
        module: Its name.
        rounds: How many processes.
    """
    samples = []
    for _ in range(rounds):
        done = subprocess.run(
            [sys.executable, "-c", _PROBE, module], capture_output=True, text=True, check=True
        )
        seconds, size = done.stdout.split()
        samples.append((float(seconds), int(size)))
    return ImportCost(
        statistics.median(seconds for seconds, _ in samples) * 1e3,
        statistics.median(size for _, size in samples) / 1e6,
    )
