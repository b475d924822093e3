# SPDX-License-Identifier: Apache-2.0
"""Tables and plots of what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl

from .library import Promise, Result
from .peers import BARE, OURS, SIGN

mpl.use("agg")

import matplotlib.pyplot as plt


def table(results: Sequence[Result]) -> str:
    """Return a Markdown table: one row a measurement, one column a contender."""
    names = list(SIGN)
    lines = [
        f"| microseconds | {' | '.join(names)} | over bare |",
        f"|---{'|---:' * (len(names) + 1)}|",
    ]
    for result in results:
        timings = result.timings
        cells = [f"{timings.median(name):.1f}" if name in timings.rounds else "-" for name in names]
        lines.append(f"| {result.title} | {' | '.join(cells)} | {timings.difference(OURS, BARE):.1f} |")
    return "\n".join(lines)


def promises(results: Sequence[Result], others: Sequence[tuple[str, Promise]]) -> tuple[str, bool]:
    """Return a line for each promise, and whether all were kept."""
    found = [(result.title, promise) for result in results for promise in result.promises]
    found += others
    lines = [f"{'kept  ' if promise.kept else 'MISSED'}  {title}: {promise.text}" for title, promise in found]
    return "\n".join(lines), all(promise.kept for _, promise in found)


def plot(results: Sequence[Result], path: Path) -> None:
    """Draw the verifying and signing times as bars.

    Args:
        results: What was measured.
        path: The picture to write; its ending chooses the format.
    """
    wanted = [result for result in results if "text" not in result.title]
    figure, panels = plt.subplots(2, len(wanted) // 2, figsize=(3.2 * (len(wanted) // 2), 6.4), squeeze=False)
    for panel, result in zip(panels.flat, wanted, strict=True):
        names = list(result.timings.rounds)
        values = [result.timings.median(name) for name in names]
        colours = ["#c0392b" if name == OURS else "#bbbbbb" if name == BARE else "#7f8c8d" for name in names]
        panel.barh(names[::-1], values[::-1], color=colours[::-1])
        panel.set_title(result.title, fontsize=9)
        panel.tick_params(labelsize=7)
        panel.set_xlabel("microseconds", fontsize=7)
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
    plt.close(figure)
