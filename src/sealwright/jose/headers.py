# SPDX-License-Identifier: Apache-2.0
"""Reading and refusing JOSE headers (RFC 7515 section 4)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType, NoneType
from typing import Any

from ..errors import DecodeError
from . import base64url
from .limits import MAX_KID_CHARS, MAX_REMEMBERED_HEADER_CHARS, MAX_REMEMBERED_HEADERS
from .strict_json import parse_object

Header = Mapping[str, Any]

# RFC 7515 section 4.1.11: crit names extensions, never what the specifications themselves define.
_REGISTERED = frozenset(
    {"alg", "jku", "jwk", "kid", "x5u", "x5c", "x5t", "x5t#S256", "typ", "cty", "crit", "enc", "zip"}
)

# Parsed headers by their encoded text: a service sees the same few again and again. Only headers of simple
# values are kept: no caller can change one for the next, and none has extensions, which are a list.
_plain: dict[bytes, Header] = {}


def read_header(encoded: bytes, understood: Collection[str] = ()) -> Header:
    """Read the encoded header of a token.

    Args:
        encoded: The part before the first dot.
        understood: Extensions that ``crit`` may name.

    Returns:
        The header; read-only.

    Raises:
        DecodeError: It is malformed, has no ``alg``, or demands what is not understood.
    """
    header = _plain.get(encoded)
    if header is not None:
        return header
    try:
        members = parse_object(base64url.decode(encoded))
    except ValueError as err:
        if encoded[:7].lower() == b"bearer ":
            raise DecodeError('Invalid header segment: leave out the word "Bearer"') from None
        raise DecodeError(f"Invalid header segment: {err}") from None
    refuse_bad_header(members, DecodeError, understood)
    if not isinstance(members.get("alg"), str):
        raise DecodeError("Invalid header: alg is missing or no text")
    header = MappingProxyType(members)
    if len(encoded) <= MAX_REMEMBERED_HEADER_CHARS and _is_plain(members):
        if len(_plain) >= MAX_REMEMBERED_HEADERS:
            _plain.clear()
        _plain[encoded] = header
    return header


def _is_plain(members: Mapping[str, Any]) -> bool:
    return all(isinstance(value, (str, int, float, NoneType)) for value in members.values())


def refuse_bad_header(
    members: Mapping[str, Any], error: type[DecodeError | ValueError], understood: Collection[str]
) -> None:
    """Refuse protected members of wrong types, and extensions that are not understood.

    Args:
        members: The protected header.
        error: What to raise.
        understood: Extensions that ``crit`` may name.
    """
    for name in ("kid", "typ", "cty"):
        value = members.get(name, "")
        if not isinstance(value, str) or len(value) > MAX_KID_CHARS:
            raise error(f"Invalid header: {name} is no text of at most {MAX_KID_CHARS} characters")
    if "crit" in members:
        _refuse_bad_crit(members, error, understood)
    if "b64" in members:
        # RFC 7797 section 6: without crit the member means nothing, so one of the two sides is mistaken.
        if "crit" not in members or "b64" not in members["crit"]:
            raise error("Invalid header: b64 is there, but crit does not name it")
        if not isinstance(members["b64"], bool):
            raise error("Invalid header: b64 is neither true nor false")


def _refuse_bad_crit(
    members: Mapping[str, Any], error: type[DecodeError | ValueError], understood: Collection[str]
) -> None:
    if isinstance(understood, str):
        raise TypeError('understood is a list of names, such as ["b64"]; it was given as text')
    names = members["crit"]
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise error("Invalid header: crit is no list of names")
    if len(set(names)) != len(names):
        raise error("Invalid header: crit names an extension twice")
    for name in names:
        if name in _REGISTERED or name not in members:
            raise error("Invalid header: crit names a registered member, or one that is not there")
        if name not in understood:
            raise error("Invalid header: crit names extensions that are not supported here")
