# SPDX-License-Identifier: Apache-2.0
"""Undo what happens to key texts on their way: copying, environment variables, editors, mail.

A repair only removes what no key can contain (byte order marks, quotes, escapes, line ends lost or added). It
never adds or changes a bit of a key, and never chooses between two keys.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass, field

import msgspec

from ...errors import InvalidKeyError
from ..limits import MAX_KEY_BYTES

_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")
_INVISIBLE = str.maketrans({"\ufeff": None, "\u200b": None, "\u2060": None, "\xa0": " "})
_QUOTES = "\"'`"
_CONTROL = re.compile(r"[\0-\x08\x0e-\x1f]")
# Environment variables and JSON keep line ends as two characters; some programs escape them twice.
_ESCAPED_LINE_END = re.compile(r"\\{1,4}[nrt]")
# Word processors turn two hyphens into one dash.
_DASH_CHARS = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_DASHES = f"(?:--|[{_DASH_CHARS[1:]}]-?)"
_MARKER = re.compile(
    rf"{_DASHES} {{0,3}}(BEGIN|END) {{1,3}}([A-Z0-9](?:[A-Z0-9 ]{{0,40}}[A-Z0-9])?) {{0,3}}{_DASHES}"
)
_NOT_IN_BASE64 = str.maketrans("", "", " \t\r\n\f\v\\\"'")
_STANDARD_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_ANY_BASE64 = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")
_URL_TO_STANDARD = str.maketrans("-_", "+/")


@dataclass(frozen=True, slots=True)
class Block:
    """What stands between a BEGIN and an END line.

    Attributes:
        label: The words behind BEGIN.
        body: The text between the lines.
    """

    label: str
    body: str = field(repr=False)

    def decode(self) -> bytes:
        """Return the bytes of a body that is base64 and nothing else.

        Raises:
            InvalidKeyError: It is no base64.
        """
        raw = _decode(self.body.translate(_NOT_IN_BASE64), _STANDARD_BASE64)
        if raw is None:
            raise InvalidKeyError(
                f"the text between BEGIN and END {self.label} is damaged: it is not base64; copy it again"
            )
        return raw


def clean(data: str | bytes) -> str | bytes:
    """Return a key as plain text, or as bytes when it is no text.

    Args:
        data: What the caller gave.

    Raises:
        InvalidKeyError: It is too long.
        TypeError: It is neither text nor bytes.
    """
    if not isinstance(data, (str, bytes)):
        raise TypeError(f"a key text is str or bytes, not {type(data).__name__}")
    if len(data) > MAX_KEY_BYTES:
        raise InvalidKeyError(f"{len(data)} bytes are too long for a key: at most {MAX_KEY_BYTES}")
    text = data if isinstance(data, str) else _as_text(data)
    if text is None:
        return data
    return _without_quotes(text.translate(_INVISIBLE).strip())


def _as_text(data: bytes) -> str | None:
    """Return bytes as text when they are text; DER always holds bytes that no text has."""
    try:
        if data[:2] in _BYTE_ORDER_MARKS:
            return data.decode("utf-16")
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        # A name in Latin-1 above the BEGIN line does not make a key file binary.
        return data.decode("latin-1") if b"-BEGIN " in data or b"- BEGIN " in data else None
    return None if _CONTROL.search(text) else text


def _without_quotes(text: str) -> str:
    if len(text) < len('""') or text[0] != text[-1] or text[0] not in _QUOTES:
        return text
    if text[0] == '"':
        try:
            return msgspec.json.decode(text, type=str).strip()
        except (msgspec.DecodeError, UnicodeEncodeError):
            pass
    return text[1:-1].strip()


def with_line_ends(text: str) -> str:
    """Return a text with line ends where it holds backslashes and letters instead."""
    return _ESCAPED_LINE_END.sub("\n", text)


def find_blocks(text: str) -> list[Block]:
    """Find the PEM and RFC 4716 blocks of a text.

    Args:
        text: Anything may stand before, between and behind the blocks.

    Returns:
        The blocks in their order; none when the text has no BEGIN or END line at all.

    Raises:
        InvalidKeyError: A block has no beginning or no end.
    """
    blocks: list[Block] = []
    begun: re.Match[str] | None = None
    for marker in _MARKER.finditer(text):
        word, label = marker.groups()
        if begun is None:
            if word == "END":
                raise InvalidKeyError(f"the line BEGIN {label} is missing: copy the whole text")
            begun = marker
        elif word == "BEGIN":
            break
        elif label != begun[2]:
            raise InvalidKeyError(f"BEGIN {begun[2]} is closed by END {label}: parts of two texts are mixed")
        else:
            blocks.append(Block(label, text[begun.end() : marker.start()].strip(f" {_DASH_CHARS}")))
            begun = None
    if begun is not None:
        raise InvalidKeyError(f"the line END {begun[2]} is missing: the text is cut off, copy all of it")
    return blocks


def from_base64(text: str) -> bytes | None:
    """Decode a text that is base64 of either alphabet, however its lines are broken.

    Args:
        text: Any text.

    Returns:
        The bytes, or None when it is no base64.
    """
    return _decode(text.translate(_NOT_IN_BASE64), _ANY_BASE64)


def _decode(joined: str, alphabet: re.Pattern[str]) -> bytes | None:
    if not alphabet.fullmatch(joined):
        return None
    bare = joined.translate(_URL_TO_STANDARD).rstrip("=")
    try:
        return binascii.a2b_base64(bare + "=" * (-len(bare) % 4), strict_mode=True)
    except binascii.Error:
        return None
