# SPDX-License-Identifier: Apache-2.0
"""How a token is shown to a person: its parts in three colours, its members one on a line, dates as dates.

Used by inspect, verify and demo.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from .output import json_text, visible
from .times import date_claims

if TYPE_CHECKING:
    from collections.abc import Mapping

PART_STYLES = ("red", "magenta", "cyan")
"""Header, payload and signature, wherever a token or one of its parts is shown."""

_SHOWN = 10


def heading(title: str, style: str = "bold") -> Text:
    """Make the line above a section.

    Args:
        title: The words.
        style: How it looks on a terminal.

    Returns:
        One line.
    """
    return Text(title, style=style)


def members(title: str, values: Mapping[str, Any], style: str, *, now: float) -> Text:
    """Show a header or claims, one member on a line, each value as JSON.

    Args:
        title: The line above them.
        values: From anyone: names and values may hold anything.
        style: The colour of the names.
        now: Seconds since 1970, for the dates' words.

    Returns:
        Several lines.
    """
    dates = date_claims(dict(values), now=now)
    width = max((len(visible(name)) for name in values), default=0)
    text = Text().append(title, style=f"bold {style}")
    for name, value in values.items():
        text.append("\n  ")
        text.append(f"{visible(name):{width}}", style=style)
        text.append(f"  {json_text(value)}")
        if name in dates:
            date, words = dates[name], dates[name]["words"]
            local = "" if date["local"] == date["utc"] else f" · {date['local']}"
            text.append(f"  {date['utc']}{local} · ", style="dim")
            text.append(words, style="bold red" if words.startswith("expired") else "bold")
    if not values:
        text.append("\n  (empty)", style="dim")
    return text


def coloured(token: str, *, short: bool = False) -> Text:
    """Show a compact token with its three parts in three colours.

    Args:
        token: The token; anything after a second dot counts as the signature.
        short: Leave out the middle of each part.

    Returns:
        One line.
    """
    text = Text()
    for index, part in enumerate(token.split(".", 2)):
        if index:
            text.append(".", style="dim")
        if short and len(part) > 2 * _SHOWN:
            part = f"{part[:_SHOWN]}…{part[-_SHOWN:]}"  # noqa: PLW2901
        text.append(visible(part), style=PART_STYLES[index])
    return text
