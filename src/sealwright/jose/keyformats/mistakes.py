# SPDX-License-Identifier: Apache-2.0
"""Words for what is given as a key and is none, each with the way from there to a key.

`reader` asks here when no reader knows what it has. The order matters: the surer signs come first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_ACCEPTED = "give PEM, DER, OpenSSH, PKCS#12 or a JWK (an HMAC secret goes to Key.from_secret)"
_BARE = "bare bytes: a raw key goes to Key.from_raw, a secret to Key.from_secret"
_PATH = "this is a path, not a key: use Key.load"

_TEXTS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), says)
    for pattern, says in (
        (r"\Z", "the key is empty"),
        (r"(?:Bearer )?eyJ[\w-]+\.[\w-]*\.[\w-]*\Z", "this is a signed token (JWT), not a key"),
        (r"(?:Bearer )?eyJ[\w-]+(?:\.[\w-]*){4}\Z", "this is an encrypted token (JWE), not a key"),
        (r"<(?:\?xml[^>]{0,100}>\s{0,9}<)?RSAKeyValue", "this is an RSA key in .NET's XML: export it as PEM"),
        (r"<", "this is an HTML or XML page, not a key: is the address right?"),
        (r"PuTTY-User-Key-File-", "this is a PuTTY key: puttygen FILE -O private-openssh -o NEW exports it"),
        (r"Proc-Type:", "this is an encrypted PEM key without its BEGIN line: copy the whole file"),
        (r"\[", "this is a JSON array, not a JWK"),
        (r"https?://", "this is a URL, not a key: give what it answers"),
        (r"\$\{?\w+\}?\Z|%\w+%\Z", "this is the name of a variable, which was not replaced by its value"),
        (r"(?:file://|~?/|\.{1,2}[/\\]|[A-Za-z]:[\\/])[^\n]{1,500}\Z", _PATH),
        (r"[^\n]{1,300}\.(?:pem|key|pub|crt|cer|der|p12|pfx|jwks?|json|ppk|asc|csr)\Z", _PATH),
        (r"[\w.-]{1,30}(?:/[\w.-]{1,30}){1,3}\Z", _PATH),
        (r"0[\x80-\x84\ufffd]", "this is a binary key read as text: open the file with mode 'rb'"),
        (r"(?:[0-9A-Fa-f]{2}[\s:]?){32,}\Z", "this is hexadecimal text: give bytes.fromhex() of it"),
    )
)
_BINARIES: tuple[tuple[bytes, str], ...] = (
    (b"\xfe\xed\xfe\xed", "a Java keystore: keytool -importkeystore -deststoretype PKCS12 converts it"),
    (b"\xce\xce\xce\xce", "a Java keystore: keytool -importkeystore -deststoretype PKCS12 converts it"),
    (b"PK\x03\x04", "a ZIP archive, not a key: unpack it"),
    (b"\x1f\x8b", "a compressed file, not a key: gunzip it"),
)
_RAW_SIZES = frozenset({32, 33, 57, 64, 65})


def in_text(text: str, unwrapped: bytes | None) -> str:
    """Return the message for a text that is no key.

    Args:
        text: The text, without white space around it.
        unwrapped: What it is the base64 of, or None when it is none.
    """
    for pattern, says in _TEXTS:
        if pattern.match(text):
            return says
    if unwrapped is not None and len(unwrapped) in _RAW_SIZES:
        return f"this is base64 of {len(unwrapped)} {_BARE}"
    return f"this is not a key in any known format: {_ACCEPTED}"


def in_bytes(data: bytes) -> str:
    """Return the message for binary data that is no key.

    Args:
        data: What is neither text nor DER.
    """
    for start, says in _BINARIES:
        if data.startswith(start):
            return f"this is {says}"
    if len(data) in _RAW_SIZES:
        return f"these are {len(data)} {_BARE}"
    return f"this is binary data, not a key: {_ACCEPTED}"


def in_json(members: Mapping[str, Any]) -> str | None:
    """Return the message for a JSON object that is no JWK, or None when it may be one.

    Args:
        members: The object's members.
    """
    if "kty" in members:
        return None
    if "keys" in members:
        return "this is a JWK Set, not one key: use KeySet.parse"
    if "jwks_uri" in members:
        return "this is an issuer's metadata, not a key: its keys are at the address under jwks_uri"
    for name, value in members.items():
        if isinstance(value, str) and "-----BEGIN " in value:
            return f"this is JSON with a key inside: give the value of {ascii(name)[:60]} alone"
    return None
