# SPDX-License-Identifier: Apache-2.0
"""Strict JSON objects for headers, payloads and keys: one meaning or none.

msgspec refuses what is not JSON (NaN, byte order marks, UTF-16, trailing text, unpaired surrogates). It keeps
the last of two members with the same name, where another parser may keep the first; RFC 7515 section 4 and
RFC 7519 section 4 allow refusing such an object, and this module does.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from types import NoneType
from typing import Any

import msgspec

from .limits import MAX_JSON_DEPTH

_decode = msgspec.json.Decoder(dict[str, Any]).decode
_encode = msgspec.json.Encoder().encode
_QUOTE, _BACKSLASH = b'"\\'


def parse_object(raw: bytes) -> dict[str, Any]:
    """Parse one JSON object.

    Args:
        raw: UTF-8 text.

    Returns:
        Its members.

    Raises:
        ValueError: It is not strict JSON, not an object, nests deeper than `MAX_JSON_DEPTH`, or holds two
            members of the same name at any depth. The message never quotes the text.
    """
    _refuse_deep(raw)
    try:
        members = _decode(raw)
    except msgspec.ValidationError as err:
        reason = "number out of range" if "range" in str(err) else "not a JSON object"
        raise ValueError(reason) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ValueError("not valid JSON") from None
    # Most writers are compact: when the object is written again as it was read, no member got lost.
    if _encode(members) != raw and _has_duplicate_names(raw, members):
        raise ValueError("JSON has two members of the same name")
    return members


def dump_object(members: Mapping[str, Any]) -> bytes:
    """Write one JSON object, compactly.

    Args:
        members: Strings to values that JSON knows.

    Returns:
        UTF-8 text.

    Raises:
        TypeError: A value is nothing JSON can hold unchanged.
        ValueError: A number is NaN or infinite, text holds an unpaired surrogate, or it nests deeper than
            `MAX_JSON_DEPTH`.
    """
    try:
        raw = _encode(members)
    except UnicodeEncodeError:
        raise ValueError("text with an unpaired surrogate cannot be written as JSON") from None
    except RecursionError:
        raise ValueError("the value nests too deeply, or contains itself") from None
    # What nobody would read is not written; and reading it back below would exhaust a small stack.
    _refuse_deep(raw)
    # msgspec would write NaN as null and bytes as base64; whatever comes back changed is looked at closely.
    if _decode(raw) != members:
        _refuse_what_json_changes(members)
    return raw


def _refuse_deep(raw: bytes) -> None:
    if raw.count(b"{") + raw.count(b"[") > MAX_JSON_DEPTH and _depth(raw) > MAX_JSON_DEPTH:
        raise ValueError(f"JSON nests deeper than {MAX_JSON_DEPTH}")


def _has_duplicate_names(raw: bytes, members: dict[str, Any]) -> bool:
    """Compare the number of colons before and after a round trip: a member that got lost took one with it.

    Without backslashes every string is written as it was read, so both counts hold the same colons inside
    strings, and the only others are one for each member.
    """
    if b"\\" not in raw:
        return raw.count(b":") != _encode(members).count(b":")
    try:
        json.loads(raw, object_pairs_hook=_refuse_duplicates)
    except _DuplicateNameError:
        return True
    return False


class _DuplicateNameError(Exception):
    """Two members of one object have the same name."""


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _DuplicateNameError
    return members


def _depth(raw: bytes) -> int:
    """Return the deepest nesting, ignoring brackets inside strings, without recursion."""
    depth = deepest = 0
    in_string = escaped = False
    for char in raw:
        if in_string:
            in_string = escaped or char != _QUOTE
            escaped = char == _BACKSLASH and not escaped
        elif char == _QUOTE:
            in_string = True
        elif char in b"{[":
            depth += 1
            deepest = max(deepest, depth)
        elif char in b"}]":
            depth -= 1
    return deepest


def _refuse_what_json_changes(value: Any) -> None:
    """Raise for the first value that JSON cannot hold as it is (tuples count as lists)."""
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("NaN and infinities are not JSON")
    if isinstance(value, Mapping):
        for member in value.values():
            _refuse_what_json_changes(member)
    elif isinstance(value, (list, tuple)):
        for member in value:
            _refuse_what_json_changes(member)
    elif not isinstance(value, (str, int, float, NoneType)):
        raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")
