# SPDX-License-Identifier: Apache-2.0
"""Read request bodies strictly: one content type, one meaning, bounded size."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import parse_qsl

import msgspec

from ...errors import OAuthError
from ...jose.strict_json import parse_object
from ..limits import MAX_BODY_BYTES, MAX_BODY_SECONDS, MAX_FORM_FIELDS

if TYPE_CHECKING:
    from starlette.requests import Request

JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"

_T = TypeVar("_T", bound=msgspec.Struct)
_BROKEN_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")


async def read_json(request: Request, shape: type[_T]) -> _T:
    """Read a JSON body.

    Args:
        request: The request.
        shape: What it must hold.

    Raises:
        OAuthError: 415 for another content type, 413 for too much, 400 for anything else than the shape.
    """
    raw = await _read(request, JSON)
    try:
        members = parse_object(raw)
    except ValueError as error:
        raise OAuthError("invalid_request", f"The body is refused: {error}.") from None
    return _convert(members, shape)


async def read_form(request: Request, shape: type[_T]) -> _T:
    """Read a form body (RFC 6749 appendix B); unknown fields are ignored, empty ones count as absent.

    Args:
        request: The request.
        shape: What it must hold; every field is text.

    Raises:
        OAuthError: 415 for another content type, 413 for too much, 400 for anything else than the shape.
    """
    raw = await _read(request, FORM)
    try:
        pairs = _pairs(raw.decode("ascii"))
    except ValueError:
        raise OAuthError(
            "invalid_request",
            f"The body is not a form (name=value&name=value, UTF-8) of at most {MAX_FORM_FIELDS} fields.",
        ) from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise OAuthError("invalid_request", "A form field is given more than once.")
    return _convert({name: value for name, value in fields.items() if value}, shape)


def _pairs(text: str) -> list[tuple[str, str]]:
    if not text:
        return []
    if _BROKEN_ESCAPE.search(text):
        raise ValueError("broken escape")
    return parse_qsl(
        text, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=MAX_FORM_FIELDS
    )


def _convert(members: dict[str, object], shape: type[_T]) -> _T:
    try:
        return msgspec.convert(members, shape)
    except msgspec.ValidationError as error:
        takes = ", ".join(field.encode_name for field in msgspec.structs.fields(shape))
        # msgspec quotes the names of unknown members, which are the caller's text.
        known = {field.encode_name for field in msgspec.structs.fields(shape)}
        strict = shape.__struct_config__.forbid_unknown_fields
        reason = "it holds an unknown member" if strict and not known >= set(members) else _plain(error)
        raise OAuthError("invalid_request", f"The body is refused: {reason}. It takes: {takes}.") from None


def _plain(error: msgspec.ValidationError) -> str:
    text = str(error).replace("`", "").replace("$.", "")
    return text.replace("Object missing required field", "it lacks").replace("Expected", "expected")


async def _read(request: Request, content_type: str) -> bytes:
    if request.scope["query_string"]:
        raise OAuthError(
            "invalid_request",
            "Parameters belong in the body: an address ends up in logs and browser histories.",
        )
    given, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.strip().lower().replace('"', "")
    if given.strip().lower() != content_type or charset not in {"", "charset=utf-8"}:
        raise OAuthError("invalid_request", f"The Content-Type must be {content_type}.", status=415)
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise OAuthError("invalid_request", "The body must not be compressed.", status=415)
    # Counted while it streams in, since a length may be missing or wrong.
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > MAX_BODY_BYTES:
        raise _too_large()
    body = bytearray()
    try:
        async with asyncio.timeout(MAX_BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_BODY_BYTES:
                    raise _too_large()
    except TimeoutError:
        raise OAuthError(
            "invalid_request",
            "The body took too long to arrive.",
            status=408,
            headers={"Connection": "close"},
        ) from None
    return bytes(body)


def _too_large() -> OAuthError:
    return OAuthError(
        "invalid_request",
        f"The body is larger than {MAX_BODY_BYTES} bytes.",
        status=413,
        headers={"Connection": "close"},
    )
