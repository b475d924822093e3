# SPDX-License-Identifier: Apache-2.0
"""What must hold whatever comes in: only our own errors, short, in printable characters, without secrets.

Both targets make every call through `attempt`. A breach of the rules escapes to the fuzzer, which stops and
keeps the input; the note on the exception is the call, ready to be pasted into a test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from sealwright.errors import SealwrightError

_T = TypeVar("_T")

MOST_MESSAGE_CHARS = 200
MOST_HINT_CHARS = 300
_NOTHING: tuple[str, ...] = ()


class BreachError(Exception):
    """A rule of this file is broken."""


def attempt(
    call: Callable[..., _T],
    *args: object,
    allowed: type[SealwrightError] = SealwrightError,
    secrets: Iterable[str] = _NOTHING,
    **named: object,
) -> _T | None:
    """Make a call that may fail in the allowed way only.

    Args:
        call: What to call.
        args: Its arguments.
        allowed: The errors it may raise.
        secrets: Texts that no error may show.
        named: Its named arguments.

    Returns:
        What the call returned; None when it failed as it may.

    Raises:
        BreachError: The error's text breaks a rule.
    """
    try:
        try:
            return call(*args, **named)
        except allowed as err:
            _judge(err, secrets)
            return None
    except BaseException as err:
        shown = [repr(arg) for arg in args] + [f"{name}={value!r}" for name, value in named.items()]
        err.add_note(f"the call: {call.__module__}.{call.__qualname__}({', '.join(shown)})")
        raise


def demand(condition: bool, rule: str) -> None:
    """Raise unless the condition holds.

    Args:
        condition: What must be true.
        rule: What it means, for the person who reads the crash.

    Raises:
        BreachError: It is false.
    """
    if not condition:
        raise BreachError(rule)


def _judge(error: SealwrightError, secrets: Iterable[str]) -> None:
    message = str(error)
    demand(0 < len(message) <= MOST_MESSAGE_CHARS, f"a message of {len(message)} characters: {message!r}")
    demand(message.isprintable(), f"a message with control characters: {message!r}")
    demand(len(error.hint) <= MOST_HINT_CHARS, f"a hint of {len(error.hint)} characters: {error.hint!r}")
    demand(error.hint.isprintable(), f"a hint with control characters: {error.hint!r}")
    # A log shows the errors behind the error as well.
    shown = [error.hint]
    behind: BaseException | None = error
    while behind is not None:
        shown.append(str(behind))
        behind = behind.__cause__ or (None if behind.__suppress_context__ else behind.__context__)
    for secret in secrets:
        demand(not any(secret in text for text in shown), f"an error shows the secret {secret!r}: {shown!r}")
