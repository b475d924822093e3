# SPDX-License-Identifier: Apache-2.0
"""Structured log lines: ``event=session.reuse sid=... user=...``, one line each and never a secret."""

from __future__ import annotations

import json
import logging
import traceback

_log = logging.getLogger("sealwright.server")


def log_event(event: str, *, level: int = logging.INFO, **fields: str | int | bool | None) -> None:
    """Write one event to the log.

    Args:
        event: Its stable name, such as ``session.reuse``.
        level: A level of :mod:`logging`.
        fields: What happened to whom: identifiers and counts; never a token, a password or a key.
    """
    if _log.isEnabledFor(level):
        # JSON quoting keeps a username with line breaks or spaces from writing a line of its own.
        text = "".join(f" {name}={json.dumps(value)}" for name, value in fields.items() if value is not None)
        _log.log(level, "event=%s%s", event, text)


def describe_failure(error: BaseException) -> str:
    """Say where an exception came from without its message, which may quote what a client sent.

    Args:
        error: The exception.
    """
    frames = traceback.extract_tb(error.__traceback__)
    places = " < ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames))
    return f"{type(error).__name__} at {places}"
