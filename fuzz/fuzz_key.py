# SPDX-License-Identifier: Apache-2.0
"""Key files from outside: `Key.parse`, `Key.from_jwk` and `KeySet.parse`, on bytes and on text.

Inputs are keys of every format, made anew at each start and then damaged: in their text, in the bytes inside
their base64, or in their JWK members. Besides the rules of `judge`, no error may show private material, and
a key that was read must survive being written.
"""

from __future__ import annotations

import base64
import json
import re
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from sealwright.errors import InvalidKeyError, InvalidTokenError
from sealwright.jose import Key, KeySet, base64url

from .draw import Draw
from .judge import attempt, demand
from .specimens import PASSWORD, specimens

PRIVATE_MEMBERS = ("d", "p", "q", "dp", "dq", "qi", "k", "priv")
PASSWORDS = (None, None, PASSWORD, "wrong", b"")
LABELS = (
    *("PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY"),
    *(
        "PUBLIC KEY",
        "RSA PUBLIC KEY",
        "CERTIFICATE",
        "CERTIFICATE REQUEST",
        "EC PARAMETERS",
        "DSA PRIVATE KEY",
    ),
)
_CHUNK = 24
_RUN = re.compile(rf"[A-Za-z0-9+/=_-]{{{_CHUNK},}}")
_MEMBER = re.compile(r'"(\w+)\\*"\s*:[\s\\]*"([^"\\]*)')
_LABEL = re.compile(r"(BEGIN|END) [A-Z0-9 ]+")
_PUBLIC_LINE = re.compile(r"(ssh-|ecdsa-|sk-)")

TEXTS = specimens()
_BODY = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----\s(?:[A-Za-z-]+: .*\s)*([A-Za-z0-9+/=\s]+)-----END")
BLOBS = [base64.b64decode(match[2]) for text in TEXTS for match in _BODY.finditer(text)]
BLOBS += [text for text in TEXTS if text.startswith(b"\x30")]
JWKS: list[dict[str, Any]] = [json.loads(text) for text in TEXTS if text.startswith(b'{"kty')]
MEMBERS = sorted({name for jwk in JWKS for name in jwk} | {"use", "key_ops", "crv", "oth", "x5c", "keys"})
STRANGE: tuple[Any, ...] = (
    *(None, True, 0, -1, 1.5, "", "A", "AA", "AQAB", "AQ", "=", "\n", "\ud7ff", "x" * 300, [], {}, ["sign"]),
    *(
        ["verify"],
        [5],
        {"kty": "oct"},
        "sig",
        "enc",
        "EC",
        "RSA",
        "OKP",
        "AKP",
        "oct",
        "P-256",
        "Ed25519",
        "EdDSA",
    ),
    *("RS256", "HS512", "ML-DSA-44", "_" * 43, "A" * 43, "a b\nc"),
)


def check_text(draw: Draw) -> None:
    """Read bytes that are a key only if the fuzzer found one."""
    as_bytes, password = draw.below(2) == 1, draw.pick(PASSWORDS)
    read_both(draw, draw.rest(), as_bytes, password)


def check_edited(draw: Draw) -> None:
    """Read a good key text after pieces of it were cut, replaced or repeated, or it was pasted badly."""
    text = draw.edited(draw.pick(TEXTS))
    match draw.below(8):
        case 0:
            text = text.replace(b"\n", b"\\n")
        case 1:
            text = text.replace(b"\n", draw.pick((b"\r\n", b" ", b"", b"\n\n", b"\r")))
        case 2:
            text = draw.pick((b"\xef\xbb\xbf", b"\xff\xfe", b"  \n", b'"', b"\0")) + text
        case 3:
            text += draw.pick(TEXTS)
    read_both(draw, text, draw.below(2) == 1, draw.pick(PASSWORDS))


def check_blob(draw: Draw) -> None:
    """Read damaged bytes inside sound base64, under any label or under none."""
    blob = draw.edited(draw.pick(BLOBS))
    label = draw.pick(LABELS)
    armoured = base64.encodebytes(blob).decode()
    text = f"-----BEGIN {label}-----\n{armoured}-----END {label}-----\n".encode()
    data = draw.pick((text, text, text, blob, armoured.encode()))
    read_both(draw, data, draw.below(2) == 1, draw.pick(PASSWORDS))


def check_jwk(draw: Draw) -> None:
    """Read a JWK after members were removed, replaced or taken from another one; alone and in a set."""
    jwk = dict(draw.pick(JWKS))
    for _ in range(draw.below(4)):
        name = draw.pick(MEMBERS)
        match draw.below(5):
            case 0:
                jwk.pop(name, None)
            case 1:
                jwk[name] = draw.pick(STRANGE)
            case 2:
                jwk[name] = base64url.encode(draw.take(70))
            case 3:
                jwk[name] = draw.pick(JWKS).get(name)
            case 4:
                jwk[name] = draw.take(40).decode("utf-8", "replace")
    secrets = secrets_in(json.dumps(jwk).encode())
    use(draw, attempt(Key.from_jwk, jwk, allowed=InvalidKeyError, secrets=secrets), secrets)
    others = [draw.pick(JWKS) for _ in range(draw.below(4))]
    text = json.dumps({"keys": [jwk, *others]}, ensure_ascii=draw.below(2) == 0)
    read_set(text.encode() if draw.below(2) else text, [*secrets, *secrets_in(text.encode())])


SHAPES: tuple[Callable[[Draw], None], ...] = (check_text, check_edited, check_blob, check_jwk)


def check(data: bytes) -> None:
    """Judge one input of the fuzzer.

    Args:
        data: The first byte says which of `SHAPES` the rest decides.

    Raises:
        BreachError: A rule is broken; any other exception is a crash as well.
    """
    draw = Draw(data)
    with warnings.catch_warnings():
        # What cryptography thinks of old curves and ciphers is said to people, not to a fuzzer.
        warnings.simplefilter("ignore")
        draw.pick(SHAPES)(draw)


def seeds() -> Iterator[bytes]:
    """Yield inputs to start from: every key text as it is, and plain decisions for every shape."""
    for text in TEXTS:
        for form in (b"\0\0\0", b"\0\1\0", b"\0\1\2"):
            yield form + text
    for mode in range(1, len(SHAPES)):
        for step in range(max(len(TEXTS), len(JWKS))):
            yield bytes([mode, 0, step])
            yield bytes([mode, 1, step, step, 0, 40, 5, 1, 3, 65, 66, 67, 1, 1])


def read_both(draw: Draw, data: bytes, as_bytes: bool, password: str | bytes | None) -> None:
    """Read bytes as one key and as a set, as they are or as text."""
    given: bytes | str = data if as_bytes else data.decode("utf-8", "surrogateescape")
    secrets = secrets_in(data)
    use(draw, attempt(Key.parse, given, password, allowed=InvalidKeyError, secrets=secrets), secrets)
    read_set(given, secrets)


def read_set(given: bytes | str, secrets: list[str]) -> None:
    """Read a set, and ask it for keys."""
    found = attempt(KeySet.parse, given, allowed=InvalidKeyError, secrets=secrets)
    if found is None:
        return
    reasons = [str(one) for one in found.unusable]
    demand(all(secret not in reason for secret in secrets for reason in reasons), f"shown: {reasons!r}")
    demand(all(reason.isprintable() for reason in reasons), f"control characters: {reasons!r}")
    for kid in [None, 5, *(one.name for one in found.unusable), *(key.kid for key in found)]:
        for alg in ("ES256", "RS256", "HS256"):
            header = {"alg": alg, "kid": kid} if kid is not None else {"alg": alg}
            attempt(found.select, header, allowed=InvalidTokenError, secrets=secrets)


def use(draw: Draw, key: Key | None, secrets: list[str]) -> None:
    """Do with a key what programs do; writing and reading it again must give the same key."""
    if key is None:
        return
    # The fuzzer may have written the same text as kid, or have broken the JSON so that both look alike.
    shown = repr(key).replace(key.kid, "")
    demand(not any(secret in shown for secret in secrets), f"the repr shows a secret: {key!r}")
    symmetric = key.kty == "oct"
    again = Key.from_jwk(key.to_jwk(private=symmetric or (key.is_private and key.kty != "RSA")))
    demand(again.thumbprint() == key.thumbprint(), f"another key came back: {key!r}")
    attempt(key.to_pem, secrets=secrets)
    attempt(key.to_openssh, secrets=secrets)
    if key.is_private and (key.kty != "RSA" or draw.below(16) == 1):
        signature = attempt(key.sign, b"x", allowed=InvalidKeyError, secrets=secrets)
        if signature is not None:
            attempt(key.verify, b"x", signature, allowed=InvalidKeyError, secrets=secrets)
        if not symmetric:
            read_back = Key.parse(key.to_pem(private=True))
            demand(read_back.thumbprint() == key.thumbprint(), f"another key came back: {key!r}")


def secrets_in(data: bytes) -> list[str]:
    """Name what no error may show: pieces of private JWK members, or of every long run of base64."""
    text = data.decode("utf-8", "replace").strip("\ufeff \t\r\n")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    private: list[str] = []
    public: list[str] = []
    if isinstance(found, (dict, list)):
        _sort_members(found, private, public)
    elif "kty" in text:
        # Damaged JSON, which a tolerant reader may still take for a JWK.
        for name, value in _MEMBER.findall(text):
            (private if name in PRIVATE_MEMBERS else public).append(value)
    else:
        # Kinds are no secrets: the first word of a public line, and what stands on a BEGIN line.
        body = text.partition(" ")[2] if _PUBLIC_LINE.match(text) else _LABEL.sub("", text)
        private += _RUN.findall(body)
    pieces = [run[at : at + _CHUNK] for run in private for at in range(0, len(run) - _CHUNK + 1, _CHUNK)]
    # The fuzzer finds out that a kid may be shown, and writes the same text into d.
    return [piece for piece in pieces if not any(piece in text for text in public)]


def _sort_members(found: Any, private: list[str], public: list[str]) -> None:
    """Sort the texts in a document by whether a JWK keeps them secret."""
    waiting: list[tuple[str, Any]] = [("", found)]
    while waiting:
        name, current = waiting.pop()
        if isinstance(current, list):
            waiting.extend((name, item) for item in current)
        elif isinstance(current, dict):
            waiting.extend(current.items())
        elif isinstance(current, str):
            (private if name in PRIVATE_MEMBERS else public).append(current)
