# SPDX-License-Identifier: Apache-2.0
"""The claims of a token: reading, writing and validating them (RFC 7519 section 4)."""

from __future__ import annotations

from calendar import timegm
from collections.abc import Container, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from ..errors import (
    DecodeError,
    ExpiredSignatureError,
    ImmatureSignatureError,
    InvalidAudienceError,
    InvalidIssuedAtError,
    InvalidIssuerError,
    InvalidJTIError,
    InvalidSubjectError,
    InvalidTokenError,
    MissingRequiredClaimError,
)
from .limits import MAX_CLAIM_DATE
from .strict_json import dump_object, parse_object

_DATES = ("exp", "nbf", "iat")
_NUMBERS = frozenset({int, float})
_SHOWN_CHARS = 60
_NOTHING: frozenset[str] = frozenset()
_T = TypeVar("_T")


def parse(payload: bytes) -> dict[str, Any]:
    """Read a token's payload.

    Args:
        payload: The bytes of a verified token.

    Returns:
        The claims.

    Raises:
        DecodeError: They are no strict JSON object, or a name occurs twice.
    """
    try:
        return parse_object(payload)
    except ValueError as err:
        raise DecodeError(f"Invalid payload: {err}") from None


def dump(claims: Mapping[str, Any]) -> bytes:
    """Write claims as a token's payload.

    Args:
        claims: Names to values; ``exp``, ``nbf`` and ``iat`` may be datetimes (naive ones count as UTC).

    Returns:
        Compact JSON.

    Raises:
        TypeError: ``claims`` is no mapping, or a value is nothing JSON can hold.
        ValueError: A number is NaN or infinite.
    """
    if not isinstance(claims, Mapping):
        raise TypeError(
            f"Expecting a mapping object, as JWT only supports JSON objects, not {type(claims).__name__}"
        )
    dates = {
        name: timegm(claims[name].utctimetuple()) for name in _DATES if isinstance(claims.get(name), datetime)
    }
    return dump_object(claims if isinstance(claims, dict) and not dates else {**claims, **dates})


def validate(
    claims: Mapping[str, Any],
    *,
    now: float,
    leeway: float = 0,
    audience: str | Iterable[str] | None = None,
    issuer: str | Container[str] | None = None,
    subject: str | None = None,
    require: Iterable[str] = (),
    max_age: float | None = None,
    skip: Container[str] = _NOTHING,
) -> None:
    """Validate the registered claims that are there, and require the named ones.

    Args:
        claims: What a verified token says.
        now: The time, in seconds since 1970.
        leeway: Tolerance for clocks that differ, in seconds.
        audience: One or several names of the recipient; the token must name one of them. When None, a token
            that names any audience is refused: it is meant for somebody.
        issuer: The exact issuer, or a container of them.
        subject: The exact subject.
        require: Names of claims that must be there.
        max_age: The token has expired this many seconds after ``iat``, which must then be there.
        skip: Registered claims not to look at.

    Raises:
        MissingRequiredClaimError: A required claim is missing.
        ExpiredSignatureError: ``exp`` has passed.
        ImmatureSignatureError: ``nbf`` or ``iat`` lies in the future.
        InvalidIssuedAtError: ``iat`` is no date.
        InvalidAudienceError, InvalidIssuerError, InvalidSubjectError, InvalidJTIError: As they say.
        DecodeError: ``exp`` or ``nbf`` is no date.
    """
    for name in require:
        if claims.get(name) is None:
            raise MissingRequiredClaimError(name)
    if max_age is not None:
        _validate_age(claims, now - leeway - max_age)
    _validate_dates(claims, now - leeway, now + leeway, skip)
    if (issuer is not None or "iss" in claims) and "iss" not in skip:
        _validate_issuer(claims.get("iss"), issuer)
    if (audience is not None or "aud" in claims) and "aud" not in skip:
        _validate_audience(claims.get("aud"), audience)
    if (subject is not None or "sub" in claims) and "sub" not in skip:
        _validate_subject(claims, subject)
    if "jti" in claims and "jti" not in skip and not isinstance(claims["jti"], str):
        raise InvalidJTIError("JWT ID must be a string")


def convert(claims: Mapping[str, Any], type: type[_T]) -> _T:  # noqa: A002 - msgspec's own word
    """Return claims as a value of a type.

    Args:
        claims: What a verified token says.
        type: A msgspec Struct, a dataclass, a TypedDict, or anything else msgspec converts to.

    Raises:
        InvalidTokenError: The claims have another shape; the message names the claim, never its value.
    """
    try:
        return msgspec.convert(claims, type)
    except msgspec.ValidationError as err:
        raise InvalidTokenError(f"The claims have another shape than expected: {_fault(str(err))}") from None


def _fault(words: str) -> str:
    """Return msgspec's words without the value that some of them quote, short and printable."""
    reason, at, path = words.rpartition(" - at ")
    reason = reason if at else path
    for quoting in ("Invalid enum value", "Invalid value"):
        if reason.startswith(quoting):
            reason = quoting
    shown = ascii(reason)[1 : _SHOWN_CHARS + 1].rstrip("'\"")
    return f"{shown} at {ascii(path)[1:-1][:_SHOWN_CHARS]}" if at else shown


def _date(claims: Mapping[str, Any], name: str, error: type[InvalidTokenError]) -> float:
    value = claims[name]
    # A bool is an int to Python, but no date; NaN fails both comparisons.
    if type(value) in _NUMBERS and 0 <= value <= MAX_CLAIM_DATE:
        return value  # type: ignore[no-any-return]
    raise error(f"The {name} claim must be a number of seconds since 1970, not {_shown(value)}")


def _validate_dates(claims: Mapping[str, Any], earliest: float, latest: float, skip: Container[str]) -> None:
    # Each comparison says what must hold, so that a clock or a leeway of NaN refuses.
    if "exp" in claims and "exp" not in skip and not _date(claims, "exp", DecodeError) > earliest:
        raise ExpiredSignatureError("Signature has expired")
    if "nbf" in claims and "nbf" not in skip and not _date(claims, "nbf", DecodeError) <= latest:
        raise ImmatureSignatureError("The token is not yet valid (nbf)")
    if "iat" in claims and "iat" not in skip and not _date(claims, "iat", InvalidIssuedAtError) <= latest:
        raise ImmatureSignatureError(
            "The token is not yet valid (iat)", hint="Do the clocks differ? Allow a leeway."
        )


def _validate_age(claims: Mapping[str, Any], earliest: float) -> None:
    if claims.get("iat") is None:
        raise MissingRequiredClaimError("iat", hint="max_age counts from it.")
    if not _date(claims, "iat", InvalidIssuedAtError) > earliest:
        raise ExpiredSignatureError("Signature has expired: it is older than max_age allows")


def _validate_issuer(found: Any, issuer: str | Container[str] | None) -> None:
    if found is None:
        raise MissingRequiredClaimError("iss")
    if not isinstance(found, str):
        raise InvalidIssuerError("Payload Issuer (iss) must be a string")
    if issuer is None or found == issuer:
        return
    # A string is a container too, of its substrings: it must never be asked that way.
    if isinstance(issuer, str) or found not in issuer:
        expected = f"expected {_shown(issuer)}, " if isinstance(issuer, str) else ""
        raise InvalidIssuerError(f"Invalid issuer: {expected}found {_shown(found)}")


def _validate_audience(found: Any, audience: str | Iterable[str] | None) -> None:
    if isinstance(found, str) and found == audience:
        return
    if found in (None, [], ""):
        if audience is not None:
            raise MissingRequiredClaimError("aud")
        return
    if audience is None:
        raise InvalidAudienceError(
            f"Invalid audience: the token is for {_shown(found)}, and no audience was given",
            hint="Give audience=.",
        )
    named = [found] if isinstance(found, str) else found
    if not isinstance(named, list) or not all(isinstance(name, str) for name in named):
        raise InvalidAudienceError(
            "Invalid claim format in token: aud is neither a string nor a list of strings"
        )
    expected = (audience,) if isinstance(audience, str) else tuple(audience)
    if not any(name in expected for name in named):
        raise InvalidAudienceError(
            f"Audience doesn't match: expected {_shown(audience)}, found {_shown(found)}"
        )


def _validate_subject(claims: Mapping[str, Any], subject: str | None) -> None:
    if "sub" not in claims:
        raise MissingRequiredClaimError("sub")
    found = claims["sub"]
    if not isinstance(found, str):
        raise InvalidSubjectError("Subject must be a string")
    if subject is not None and found != subject:
        raise InvalidSubjectError(f"Invalid subject: expected {_shown(subject)}, found {_shown(found)}")


def _shown(value: object) -> str:
    """Return a claim's value short enough for a message, in printable characters."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > MAX_CLAIM_DATE:
        return "a huge number"
    text = ascii(value)
    return text if len(text) <= _SHOWN_CHARS else f"{text[:_SHOWN_CHARS]}…"
