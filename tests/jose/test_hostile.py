# SPDX-License-Identifier: Apache-2.0
"""Tokens made to confuse: each is refused, cheaply, with a short error of ours that quotes none of it.

The tokens carry a right signature wherever they can, so that only strict reading refuses them.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from sealwright import jwt
from sealwright.errors import DecodeError, InvalidTokenError, SealwrightError
from sealwright.jose import Key, claims, jws, limits

if TYPE_CHECKING:
    from collections.abc import Callable

NESTED = b"[" * 1000 + b"]" * 1000
DEEP = b"[" * 20_000 + b"]" * 20_000
MARK = "s3cr3t-marker"

HEADERS: dict[str, bytes] = {
    "alg missing": b"{}",
    "alg null": b'{"alg":null}',
    "alg number": b'{"alg":256}',
    "alg list": b'{"alg":["HS256"]}',
    "alg object": b'{"alg":{"HS256":1}}',
    "alg true": b'{"alg":true}',
    "alg none": b'{"alg":"none"}',
    "alg None": b'{"alg":"None"}',
    "alg nOnE": b'{"alg":"nOnE"}',
    "alg lower case": b'{"alg":"hs256"}',
    "alg with space": b'{"alg":"HS256 "}',
    "alg with NUL": b'{"alg":"HS256\\u0000"}',
    "alg spelt Alg": b'{"Alg":"HS256"}',
    "alg of another kind": b'{"alg":"RS256"}',
    "alg empty": b'{"alg":""}',
    "alg twice": b'{"alg":"none","alg":"HS256"}',
    "alg twice, other order": b'{"alg":"HS256","alg":"none"}',
    "alg twice by escape": b'{"alg":"HS256","\\u0061lg":"none"}',
    "alg twice by escape first": b'{"\\u0061lg":"none","alg":"HS256"}',
    "same value twice": b'{"alg":"HS256","alg":"HS256"}',
    "kid twice": b'{"alg":"HS256","kid":"a","kid":"b"}',
    "nested name twice": b'{"alg":"HS256","x":{"a":1,"a":2}}',
    "nested name twice in a list": b'{"alg":"HS256","x":[{"a":1,"\\u0061":2}]}',
    "kid number": b'{"alg":"HS256","kid":1}',
    "kid list": b'{"alg":"HS256","kid":["a"]}',
    "kid object": b'{"alg":"HS256","kid":{}}',
    "kid null": b'{"alg":"HS256","kid":null}',
    "kid true": b'{"alg":"HS256","kid":true}',
    "kid huge": b'{"alg":"HS256","kid":"' + b"k" * 10_000 + b'"}',
    "typ number": b'{"alg":"HS256","typ":1}',
    "typ list": b'{"alg":"HS256","typ":["JWT"]}',
    "crit unknown": b'{"alg":"HS256","crit":["x"],"x":1}',
    "crit of a registered name": b'{"alg":"HS256","crit":["alg"]}',
    "crit exp": b'{"alg":"HS256","crit":["exp"],"exp":9999999999}',
    "crit empty": b'{"alg":"HS256","crit":[]}',
    "crit null": b'{"alg":"HS256","crit":null}',
    "crit text": b'{"alg":"HS256","crit":"x","x":1}',
    "crit number": b'{"alg":"HS256","crit":5}',
    "crit object": b'{"alg":"HS256","crit":{"x":1}}',
    "crit of numbers": b'{"alg":"HS256","crit":[1]}',
    "crit missing member": b'{"alg":"HS256","crit":["x"]}',
    "crit twice the same": b'{"alg":"HS256","crit":["x","x"],"x":1}',
    "crit of an empty name": b'{"alg":"HS256","crit":[""],"":1}',
    "crit false": b'{"alg":"HS256","crit":false}',
    "crit by escape": b'{"alg":"HS256","cr\\u0069t":["x"],"x":1}',
    "b64 false": b'{"alg":"HS256","b64":false}',
    "b64 text": b'{"alg":"HS256","b64":"false","crit":["b64"]}',
    "b64 null": b'{"alg":"HS256","b64":null}',
    "byte order mark": b'\xef\xbb\xbf{"alg":"HS256"}',
    "UTF-16": '{"alg":"HS256"}'.encode("utf-16"),
    "UTF-16 without mark": '{"alg":"HS256"}'.encode("utf-16-le"),
    "UTF-32": '{"alg":"HS256"}'.encode("utf-32"),
    "bad UTF-8": b'{"alg":"HS256","x":"\xff"}',
    "overlong UTF-8": b'{"alg":"HS256","x":"\xc0\xaf"}',
    "surrogate in UTF-8": b'{"alg":"HS256","x":"\xed\xa0\x80"}',
    "lone surrogate escape": b'{"alg":"HS256","x":"\\ud800"}',
    "raw control character": b'{"alg":"HS256","x":"\x01"}',
    "NaN": b'{"alg":"HS256","x":NaN}',
    "Infinity": b'{"alg":"HS256","x":Infinity}',
    "minus Infinity": b'{"alg":"HS256","x":-Infinity}',
    "number too large": b'{"alg":"HS256","x":1e400}',
    "number of 5000 digits": b'{"alg":"HS256","x":' + b"9" * 5000 + b"}",
    "number of 5000 digits and an escape": b'{"alg":"HS256","y":"\\n","x":' + b"9" * 5000 + b"}",
    "leading zero": b'{"alg":"HS256","x":01}',
    "plus sign": b'{"alg":"HS256","x":+1}',
    "hexadecimal": b'{"alg":"HS256","x":0x1}',
    "trailing comma": b'{"alg":"HS256",}',
    "single quotes": b"{'alg':'HS256'}",
    "comment": b'{"alg":"HS256"/*x*/}',
    "two objects": b'{"alg":"HS256"}{"alg":"HS256"}',
    "text after the object": b'{"alg":"HS256"} x',
    "NUL after the object": b'{"alg":"HS256"}\x00',
    "unclosed": b'{"alg":"HS256"',
    "unclosed text": b'{"alg":"HS256',
    "a list": b'["HS256"]',
    "a list of pairs": b'[["alg","HS256"]]',
    "text": b'"HS256"',
    "number": b"1",
    "null": b"null",
    "empty": b"",
    "white space": b"  ",
    "depth 1000": b'{"alg":"HS256","x":' + NESTED + b"}",
    "depth 1000 of objects": b'{"alg":"HS256","x":' + b'{"a":' * 1000 + b"1" + b"}" * 1001,
    "depth 20000": b'{"alg":"HS256","x":' + DEEP + b"}",
    "depth 1000 unclosed": b'{"alg":"HS256","x":' + b"[" * 1000,
    "depth 20000 unclosed": b'{"alg":"HS256","x":' + b"[" * 20_000,
    "depth hidden by escapes": b'{"alg":"HS256","\\"":' + NESTED + b"}",
    "objects unclosed": b'{"alg":' * 5000,
}

PAYLOADS: dict[str, bytes] = {
    "name twice": b'{"sub":"susan","sub":"admin"}',
    "name twice by escape": b'{"sub":"susan","s\\u0075b":"admin"}',
    "name twice by escape first": b'{"s\\u0075b":"admin","sub":"susan"}',
    "nested name twice": b'{"x":{"a":1,"a":1}}',
    "name twice with colons in texts": b'{"a":"::::","a":":::"}',
    "empty name twice": b'{"":1,"":2}',
    "a list": b'["sub"]',
    "text": b'"sub"',
    "null": b"null",
    "number": b"5",
    "true": b"true",
    "empty": b"",
    "white space": b" ",
    "byte order mark": b'\xef\xbb\xbf{"sub":"susan"}',
    "UTF-16": '{"sub":"susan"}'.encode("utf-16"),
    "UTF-16 without mark": '{"sub":"susan"}'.encode("utf-16-be"),
    "UTF-32": '{"sub":"susan"}'.encode("utf-32"),
    "bad UTF-8": b'{"sub":"\xff"}',
    "overlong UTF-8": b'{"sub":"\xc0\x80"}',
    "lone surrogate escape": b'{"sub":"\\udfff"}',
    "NaN": b'{"x":NaN}',
    "Infinity": b'{"x":[Infinity]}',
    "number too large": b'{"x":1e400}',
    "number of 5000 digits": b'{"x":' + b"1" * 5000 + b"}",
    "number of 5000 digits and an escape": b'{"y":"\\t","x":' + b"1" * 5000 + b"}",
    "number of 30000 digits": b'{"x":' + b"1" * 30_000 + b"}",
    "depth 1000": b'{"x":' + NESTED + b"}",
    "depth 20000": b'{"x":' + DEEP + b"}",
    "depth 1000 unclosed": b'{"x":' + b"[" * 1000,
    "depth 30000 unclosed": b"[" * 30_000,
    "objects unclosed": b'{"a":' * 5000,
    "two objects": b"{}{}",
    "text after the object": b"{} x",
    "trailing comma": b'{"a":1,}',
    "single quotes": b"{'a':1}",
    "a token": b"eyJhbGciOiJIUzI1NiJ9.e30.x",
}


def _b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


JWE_HEADER = _b64(b'{"alg":"RSA-OAEP","enc":"A256GCM"}')

SHAPES: dict[str, Callable[[str, str, str], Any]] = {
    "nothing": lambda h, p, s: "",
    "one dot": lambda h, p, s: ".",
    "two dots": lambda h, p, s: "..",
    "header only": lambda h, p, s: h,
    "two parts": lambda h, p, s: f"{h}.{p}",
    "no header": lambda h, p, s: f".{p}.{s}",
    "no payload": lambda h, p, s: f"{h}..{s}",
    "no signature": lambda h, p, s: f"{h}.{p}.",
    "four parts": lambda h, p, s: f"{h}.{p}.{s}.{s}",
    "five parts": lambda h, p, s: f"{h}.{p}.{s}.{s}.{s}",
    "final dot": lambda h, p, s: f"{h}.{p}.{s}.",
    "first dot": lambda h, p, s: f".{h}.{p}.{s}",
    "a million dots": lambda h, p, s: "." * 1_000_000,
    "many dots": lambda h, p, s: f"{h}.{p}.{s}" + "." * 60_000,
    "8 MB": lambda h, p, s: f"{h}.{p}." + "A" * 8_000_000,
    "8 MB of payload": lambda h, p, s: f"{h}.{'A' * 8_000_000}.{s}",
    "one over the limit": lambda h, p, s: f"{h}.{p}.{s}".ljust(limits.MAX_TOKEN_CHARS + 1, "A"),
    "leading space": lambda h, p, s: f" {h}.{p}.{s}",
    "trailing newline": lambda h, p, s: f"{h}.{p}.{s}\n",
    "newline inside": lambda h, p, s: f"{h}.\n{p}.{s}",
    "padding on the header": lambda h, p, s: f"{h}=.{p}.{s}",
    "padding on the payload": lambda h, p, s: f"{h}.{p}==.{s}",
    "padding on the signature": lambda h, p, s: f"{h}.{p}.{s}=",
    "NUL": lambda h, p, s: f"{h}.{p}.{s}\0",
    "Bearer": lambda h, p, s: f"Bearer {h}.{p}.{s}",
    "quotation marks": lambda h, p, s: f'"{h}.{p}.{s}"',
    "byte order mark": lambda h, p, s: f"\ufeff{h}.{p}.{s}",
    "lone surrogate": lambda h, p, s: f"{h}.{p}.{s}\ud800",
    "full-width dots": lambda h, p, s: f"{h}\uff0e{p}\uff0e{s}",
    "zero-width space": lambda h, p, s: f"{h}.{p}.{s}\u200b",
    "bytes above ASCII": lambda h, p, s: f"{h}.{p}.{s}".encode() + b"\xe9",
    "UTF-16 bytes": lambda h, p, s: f"{h}.{p}.{s}".encode("utf-16"),
    "random bytes": lambda h, p, s: bytes(range(256)) * 20,
    "flattened JSON": lambda h, p, s: json.dumps({"protected": h, "payload": p, "signature": s}),
    "general JSON": lambda h, p, s: json.dumps(
        {"payload": p, "signatures": [{"protected": h, "signature": s}]}
    ),
    "JSON that looks compact": lambda h, p, s: json.dumps(
        {"protected": h, "payload": p, "signature": s, f"{h}.": f".{p}.{s}"}
    ),
    "JSON before the header": lambda h, p, s: '{"x":"' + f"{h}.{p}.{s}",
    "percent encoding": lambda h, p, s: f"{h}%2E{p}%2E{s}",
    "None": lambda h, p, s: None,
    "number": lambda h, p, s: 5,
    "list": lambda h, p, s: [h, p, s],
    "dictionary": lambda h, p, s: {"protected": h, "payload": p, "signature": s},
    "encrypted token": lambda h, p, s: ".".join([JWE_HEADER, p, p, p, s]),
}


# Shapes whose header is in order, so that a key is looked up before the rest is refused.
READABLE_HEADER = {
    *("no payload", "no signature", "padding on the payload", "padding on the signature"),
    *("trailing newline", "newline inside", "NUL", "quotation marks", "bytes above ASCII"),
}


def refuse(attempt: Callable[[], object], *quotes: str) -> SealwrightError:
    """Demand a short InvalidTokenError that quotes nothing, through its whole chain of causes."""
    with pytest.raises(InvalidTokenError) as caught:
        attempt()
    err: BaseException | None = caught.value
    while err is not None:
        assert len(str(err)) <= 200
        assert "\n" not in str(err)
        for quote in quotes:
            assert quote not in str(err)
        err = err.__cause__
    assert len(caught.value.hint) <= 200
    return caught.value


@pytest.mark.parametrize("name", HEADERS)
def test_hostile_headers(name: str, forge: Callable[..., str], secret: bytes) -> None:
    """A header that is not one plain strict JSON object with known meaning is refused."""
    token = forge(HEADERS[name])
    head = token.split(".", maxsplit=1)[0]
    quotes = [head[:40]] if len(head) > 16 else []
    refuse(lambda: jws.verify(token, Key.from_secret(secret, "HS256")), *quotes)
    refuse(lambda: jwt.decode(token, secret, algorithms=["HS256"]), *quotes)
    refuse(lambda: jwt.decode(token.encode(), Key.from_secret(secret, "HS256")), *quotes)


@pytest.mark.parametrize("name", PAYLOADS)
def test_hostile_payloads(name: str, forge: Callable[..., str], secret: bytes) -> None:
    """A payload that is not one strict JSON object is refused, though its signature is right."""
    token = forge(None, PAYLOADS[name])
    err = refuse(lambda: jwt.decode(token, secret, algorithms=["HS256"]))
    assert isinstance(err, DecodeError)
    refuse(lambda: claims.parse(PAYLOADS[name]))
    assert jws.verify(token, Key.from_secret(secret, "HS256")).payload == PAYLOADS[name]


@pytest.mark.parametrize("name", SHAPES)
def test_hostile_shapes(name: str, forge: Callable[..., str], secret: bytes) -> None:
    """What is not three parts of canonical base64url is refused."""
    good = forge({"alg": "HS256", "kid": MARK}, {"sub": MARK})
    token = SHAPES[name](*good.split("."))
    parts = good.split(".")
    key = Key.from_secret(secret, "HS256")
    for attempt in (
        lambda: jws.verify(token, key),
        lambda: jwt.decode(token, secret, algorithms=["HS256"]),
        lambda: jwt.decode_complete(token, key),
    ):
        refuse(attempt, MARK, *parts)
    assert jwt.decode(good, secret, algorithms=["HS256"]) == {"sub": MARK}


@pytest.mark.parametrize("name", [name for name in SHAPES if name not in {"no signature", "no payload"}])
def test_hostile_shapes_without_a_key(name: str, forge: Callable[..., str]) -> None:
    """Reading a token without verifying it is no less strict about its form."""
    token = SHAPES[name](*forge(None, {"sub": MARK}).split("."))
    refuse(lambda: jws.parse(token), MARK)
    refuse(lambda: jwt.get_unverified_header(token), MARK)


class CountingKey(rsa.RSAPublicKey):
    """A public key that counts how often it is asked to verify."""

    def __init__(self, real: rsa.RSAPublicKey) -> None:
        self._real = real
        self.calls = 0

    def verify(self, *args: Any) -> None:
        """Count, then verify."""
        self.calls += 1
        self._real.verify(*args)

    @property
    def key_size(self) -> int:
        """The modulus' bits."""
        return self._real.key_size

    def public_numbers(self) -> rsa.RSAPublicNumbers:
        """The modulus and the exponent."""
        return self._real.public_numbers()

    def public_bytes(self, *args: Any) -> bytes:
        """The encoded key."""
        return self._real.public_bytes(*args)

    def encrypt(self, *args: Any) -> bytes:
        """Encrypt, which nobody asks for."""
        return self._real.encrypt(*args)

    def recover_data_from_signature(self, *args: Any) -> bytes:
        """Recover, which nobody asks for."""
        return self._real.recover_data_from_signature(*args)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def __copy__(self) -> CountingKey:
        return self

    def __deepcopy__(self, memo: dict[Any, Any]) -> CountingKey:
        return self


def test_hostile_tokens_cost_no_cryptography(native_rsa: rsa.RSAPrivateKey) -> None:
    """Malformed tokens and foreign algorithms are refused before a single signature is computed."""
    counting = CountingKey(native_rsa.public_key())
    key = Key.from_native(counting, alg="RS256")
    good = jws.sign(b"{}", Key.from_native(native_rsa, alg="RS256"))
    assert jws.verify(good, key).payload == b"{}"
    assert counting.calls == 1
    parts = good.split(".")
    for name, shape in SHAPES.items():
        if name not in {"no payload", "no signature", "padding on the payload", "newline inside"}:
            refuse(lambda: jws.verify(shape(*parts), key))  # noqa: B023
            assert counting.calls == 1, name
    for name, header in HEADERS.items():
        if name != "alg of another kind":
            head = _b64(header.replace(b"HS256", b"RS256"))
            if b"hs256" not in header:
                refuse(lambda: jws.verify(f"{head}.{parts[1]}.{parts[2]}", key))  # noqa: B023
                assert counting.calls == 1, name
    for alg in ("HS256", "ES256", "PS256", "none", "RS384"):
        head = _b64(json.dumps({"alg": alg}).encode())
        refuse(lambda: jws.verify(f"{head}.{parts[1]}.{parts[2]}", key))  # noqa: B023
        assert counting.calls == 1, alg


def test_a_malformed_token_asks_for_no_key(forge: Callable[..., str]) -> None:
    """The key function, which may be slow, is not called for a token that is none."""
    asked: list[Any] = []

    def look_up(header: Any) -> Key:
        asked.append(header)
        raise AssertionError

    parts = forge().split(".")
    for name, shape in SHAPES.items():
        if name not in READABLE_HEADER:
            refuse(lambda: jws.verify(shape(*parts), look_up))  # noqa: B023
    for name in HEADERS.keys() - {name for name in HEADERS if name.startswith("alg ")}:
        refuse(lambda: jws.verify(forge(HEADERS[name]), look_up))  # noqa: B023
    assert asked == []
