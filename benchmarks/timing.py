# SPDX-License-Identifier: Apache-2.0
"""Timing several calls against each other, so that a comparison holds while the machine's speed drifts.

Every round times each contender once, one after the other; figures are medians over the rounds, and ratios
and differences are taken within a round before their median is.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Call = Callable[[], object]

TARGET_SECONDS = 0.02
"""How long one contender runs in one round."""


@dataclass(frozen=True, slots=True)
class Timings:
    """Microseconds per call: for each contender, one figure a round."""

    rounds: Mapping[str, tuple[float, ...]]

    def median(self, name: str) -> float:
        """Return a contender's median time in microseconds."""
        return statistics.median(self.rounds[name])

    def ratio(self, slower: str, faster: str) -> float:
        """Return how many times longer `slower` takes: the median of the rounds' ratios."""
        return statistics.median(s / f for s, f in zip(self.rounds[slower], self.rounds[faster], strict=True))

    def difference(self, name: str, base: str) -> float:
        """Return the microseconds `name` takes on top of `base`: the median of the rounds' differences."""
        return statistics.median(n - b for n, b in zip(self.rounds[name], self.rounds[base], strict=True))


def compare(contenders: Mapping[str, Call], *, rounds: int) -> Timings:
    """Time calls against each other.

    Args:
        contenders: Names to calls that need no arguments.
        rounds: How many times each is timed.
    """
    loops = {name: _loops_for(call) for name, call in contenders.items()}
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, call in contenders.items():
            taken[name].append(_time(call, loops[name]))
    return Timings({name: tuple(times) for name, times in taken.items()})


def _loops_for(call: Call) -> int:
    call()
    return max(1, round(TARGET_SECONDS * 1e6 / _time(call, 3)))


def _time(call: Call, loops: int) -> float:
    gc.collect()
    gc.disable()
    try:
        start = time.perf_counter()
        for _ in range(loops):
            call()
        return (time.perf_counter() - start) / loops * 1e6
    finally:
        gc.enable()
