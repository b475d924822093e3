# SPDX-License-Identifier: Apache-2.0
"""Extensions that a token declares critical, and the one that is known: b64 (RFC 7515 4.1.11, RFC 7797)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sealwright import jwt
from sealwright.errors import DecodeError, InvalidTokenError
from sealwright.jose import Key, base64url, jws
from sealwright.jose.jws_json import Signature, parse_json, sign_json, verify_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# Malformed whatever is understood.
MALFORMED: dict[str, dict[str, Any]] = {
    "empty": {"crit": []},
    "null": {"crit": None},
    "text": {"crit": "x", "x": 1},
    "number": {"crit": 5},
    "true": {"crit": True},
    "object": {"crit": {"x": 1}, "x": 1},
    "list of numbers": {"crit": [1]},
    "list of lists": {"crit": [["x"]], "x": 1},
    "one name and one number": {"crit": ["x", 5], "x": 1},
    "a name twice": {"crit": ["x", "x"], "x": 1},
    "a member that is not there": {"crit": ["x"]},
    "b64 that is not there": {"crit": ["b64"]},
    "another member too that is not there": {"crit": ["x", "y"], "x": 1},
    "its own name": {"crit": ["crit"]},
    "the name alg": {"crit": ["alg"]},
    "the name kid": {"crit": ["kid"], "kid": "k"},
    "the name typ": {"crit": ["x", "typ"], "typ": "JWT", "x": 1},
    "the name jwk": {"crit": ["jwk"], "jwk": {}},
    "the name zip": {"crit": ["zip"], "zip": "DEF"},
    "b64 outside crit": {"b64": False},
    "b64 true outside crit": {"b64": True},
    "b64 beside another name": {"crit": ["x"], "x": 1, "b64": False},
    "b64 is text": {"crit": ["b64"], "b64": "false"},
    "b64 is null": {"crit": ["b64"], "b64": None},
    "b64 is zero": {"crit": ["b64"], "b64": 0},
    "b64 is a list": {"crit": ["b64"], "b64": [False]},
}
# Well-formed, and demanding what nobody here knows.
NOT_KNOWN: dict[str, dict[str, Any]] = {
    "unknown": {"crit": ["x"], "x": 1},
    "unknown with an address as name": {"crit": ["http://example.com/x"], "http://example.com/x": True},
    "exp": {"crit": ["exp"], "exp": 9_999_999_999},
    "empty name": {"crit": [""], "": 1},
    "another case": {"crit": ["B64"], "B64": False},
    "known and unknown": {"crit": ["b64", "x"], "b64": True, "x": 1},
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_crit_is_refused_whatever_is_understood(
    name: str, forge: Callable[..., str], secret: bytes
) -> None:
    """A crit that breaks a rule of its own is refused in every form, though its signature is right."""
    key = Key.from_secret(secret, "HS256")
    token = forge({"alg": "HS256", **MALFORMED[name]})
    protected, payload, signature = token.split(".")
    flattened = {"protected": protected, "payload": payload, "signature": signature}
    for understood in ((), ("b64",), ("b64", "x", "y", "alg", "crit", "kid", "typ", "jwk", "zip")):
        for attempt in (
            lambda: jws.verify(token, key, understood=understood),  # noqa: B023
            lambda: jws.parse(token, understood=understood),  # noqa: B023
            lambda: verify_json(flattened, key, understood=understood),  # noqa: B023
        ):
            with pytest.raises(DecodeError):
                attempt()
    with pytest.raises(DecodeError):
        jwt.decode(token, key)


@pytest.mark.parametrize("name", NOT_KNOWN)
def test_an_extension_nobody_understands_is_refused(
    name: str, forge: Callable[..., str], secret: bytes
) -> None:
    """A token that must be understood and is not, is refused."""
    key = Key.from_secret(secret, "HS256")
    token = forge({"alg": "HS256", **NOT_KNOWN[name]})
    protected, payload, signature = token.split(".")
    flattened = {"protected": protected, "payload": payload, "signature": signature}
    for attempt in (
        lambda: jws.verify(token, key),
        lambda: jws.parse(token),
        lambda: jwt.decode(token, key),
        lambda: verify_json(flattened, key),
        lambda: parse_json(flattened),
    ):
        with pytest.raises(DecodeError, match="not supported here"):
            attempt()


def test_an_extension_the_caller_understands_is_accepted(forge: Callable[..., str], secret: bytes) -> None:
    """Whoever names an extension acts on it; all names of crit must be named."""
    key = Key.from_secret(secret, "HS256")
    token = forge({"alg": "HS256", "crit": ["x", "y"], "x": 1, "y": 2})
    assert jws.verify(token, key, understood={"x", "y", "z"}).header["x"] == 1
    assert jws.parse(token, understood=["y", "x"]).header["y"] == 2
    for fewer in ((), ("x",), ("b64",), ("y",)):
        with pytest.raises(DecodeError):
            jws.verify(token, key, understood=fewer)


def test_what_one_caller_understands_is_not_remembered_for_the_next(
    forge: Callable[..., str], secret: bytes
) -> None:
    """Headers that were read once are recognised; those with extensions are judged each time."""
    key = Key.from_secret(secret, "HS256")
    token = forge({"alg": "HS256", "crit": ["x"], "x": 1})
    for _ in range(3):
        assert jws.verify(token, key, understood=["x"]).header["x"] == 1
        with pytest.raises(DecodeError):
            jws.verify(token, key)


@pytest.mark.parametrize("member", [{"crit": ["x"]}, {"b64": False}, {"crit": ["b64"]}, {"crit": []}])
def test_extensions_outside_the_protected_header_are_refused(
    member: dict[str, Any], forge: Callable[..., str], secret: bytes
) -> None:
    """RFC 7515 section 4.1.11: what changes the meaning of a signature is covered by it."""
    key = Key.from_secret(secret, "HS256")
    for header in ({"alg": "HS256"}, {"alg": "HS256", "x": 1}):
        protected, payload, signature = forge(header).split(".")
        token = {"protected": protected, "header": member, "payload": payload, "signature": signature}
        with pytest.raises(DecodeError, match="must be protected"):
            verify_json(token, key, understood=("b64", "x"))
    with pytest.raises(ValueError, match="must be protected"):
        sign_json(b"x", Signature(key, unprotected=member))


def test_a_critical_member_is_protected_too(forge: Callable[..., str], secret: bytes) -> None:
    """A crit that names a member of the unprotected header names what anybody can change."""
    protected, payload, signature = forge({"alg": "HS256", "crit": ["x"]}).split(".")
    token = {"protected": protected, "header": {"x": 1}, "payload": payload, "signature": signature}
    with pytest.raises(DecodeError, match="not there"):
        verify_json(token, Key.from_secret(secret, "HS256"), understood=["x"])


@pytest.mark.parametrize("payload", [b"", b"plain text", b"{}", b"$ 02 ~", b"e30"])
def test_an_unencoded_payload_is_read_as_it_is(payload: bytes, keys: Mapping[str, Key]) -> None:
    """With b64 false the text between the dots is the payload itself."""
    token = jws.sign(payload, keys["ES256"], headers={"b64": False, "crit": ["b64"]})
    assert token.split(".")[1] == payload.decode()
    assert jws.verify(token, keys["ES256"]).payload == payload


def test_b64_true_changes_nothing(keys: Mapping[str, Key]) -> None:
    """RFC 7797 section 3: true is the default, spelt out."""
    token = jws.sign(b"$.02", keys["ES256"], headers={"b64": True, "crit": ["b64"]})
    assert base64url.decode(token.split(".")[1]) == b"$.02"
    assert jws.verify(token, keys["ES256"]).payload == b"$.02"


def test_b64_cannot_be_exchanged_after_signing(keys: Mapping[str, Key]) -> None:
    """The encoded text of a payload is no other payload, nor the other way round."""
    unencoded = jws.sign(b"e30", keys["HS256"], headers={"b64": False, "crit": ["b64"]})
    plain = jws.sign(b"{}", keys["HS256"])
    for head, tail in ((unencoded, plain), (plain, unencoded)):
        mixed = [head.split(".")[0], *tail.split(".")[1:]]
        with pytest.raises(InvalidTokenError):
            jws.verify(".".join(mixed), keys["HS256"])


@pytest.mark.parametrize("payload", [b"a.b", b".", b"\xff", "\u00e9".encode(), b"line\nline", b"\0"])
def test_what_no_compact_token_can_hold_travels_detached(payload: bytes, keys: Mapping[str, Key]) -> None:
    """RFC 7797 section 5.2: dots and characters outside printable ASCII are signed, and sent apart."""
    headers = {"b64": False, "crit": ["b64"]}
    with pytest.raises(ValueError, match="detached"):
        jws.sign(payload, keys["ES256"], headers=headers)
    token = jws.sign(payload, keys["ES256"], headers=headers, detached=True)
    assert jws.verify(token, keys["ES256"], payload=payload).payload == payload


def test_an_unencoded_payload_of_a_huge_token_is_not_read(forge: Callable[..., str], secret: bytes) -> None:
    """The limit on a token's length holds for unencoded payloads too."""
    head, _, signature = forge({"alg": "HS256", "b64": False, "crit": ["b64"]}).split(".")
    with pytest.raises(DecodeError, match="too long"):
        jws.verify(f"{head}.{'A' * 8_000_000}.{signature}", Key.from_secret(secret, "HS256"))
    text = json.dumps({"protected": head, "payload": "A" * 8_000_000, "signature": signature})
    for token in (text, json.loads(text)):
        with pytest.raises(DecodeError, match="too long"):
            verify_json(token, Key.from_secret(secret, "HS256"))
