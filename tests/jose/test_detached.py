# SPDX-License-Identifier: Apache-2.0
"""Tokens that travel without their payload (RFC 7515 appendix F)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sealwright.errors import DecodeError, InvalidSignatureError
from sealwright.jose import Key, jws
from sealwright.jose.jws_json import Signature, parse_json, sign_json, verify_json

if TYPE_CHECKING:
    from collections.abc import Mapping

HEADERS: list[dict[str, Any]] = [{}, {"b64": False, "crit": ["b64"]}, {"b64": True, "crit": ["b64"]}]
PAYLOADS = (b"", b"x", b"a.b.c", b"\x00\xff", b"{}" * 50_000)
each_header = pytest.mark.parametrize("headers", HEADERS, ids=["plain", "b64 false", "b64 true"])


@each_header
@pytest.mark.parametrize("alg", ["HS256", "ES256", "EdDSA"])
def test_a_detached_payload_is_verified(alg: str, headers: dict[str, Any], keys: Mapping[str, Key]) -> None:
    """The token has nothing between its dots, and verifies with the payload that came another way."""
    for payload in PAYLOADS:
        token = jws.sign(payload, keys[alg], headers=headers, detached=True)
        assert token.split(".")[1] == ""
        forms: tuple[Any, Any] = (payload, bytearray(payload))
        for form in forms:
            verified = jws.verify(token, keys[alg], payload=form)
            assert verified.payload == payload
            assert type(verified.payload) is bytes
        parsed = jws.parse(token, payload=payload, understood=jws.UNDERSTOOD)
        assert parsed.payload == payload


@each_header
def test_another_payload_is_refused(headers: dict[str, Any], keys: Mapping[str, Key]) -> None:
    """A detached payload is as protected as an attached one, and a missing one is no empty one."""
    token = jws.sign(b"payload", keys["ES256"], headers=headers, detached=True)
    for other in (b"", b"Payload", b"payload ", b"cGF5bG9hZA", None):
        with pytest.raises(InvalidSignatureError):
            jws.verify(token, keys["ES256"], payload=other)


@each_header
def test_a_payload_beside_an_attached_one_is_refused(
    headers: dict[str, Any], keys: Mapping[str, Key]
) -> None:
    """A token that brings its payload is never verified against another one, be it the same."""
    token = jws.sign(b"payload", keys["ES256"], headers=headers)
    flattened = sign_json(b"payload", Signature(keys["ES256"], headers=headers))
    for given in (b"payload", b"another", b""):
        for attempt in (
            lambda: jws.verify(token, keys["ES256"], payload=given),  # noqa: B023
            lambda: jws.parse(token, payload=given, understood=jws.UNDERSTOOD),  # noqa: B023
            lambda: verify_json(flattened, keys["ES256"], payload=given),  # noqa: B023
            lambda: verify_json({**flattened, "payload": ""}, keys["ES256"], payload=given),  # noqa: B023
        ):
            with pytest.raises(DecodeError, match="another one was given"):
                attempt()


@each_header
def test_json_tokens_travel_without_payload(headers: dict[str, Any], keys: Mapping[str, Key]) -> None:
    """Flattened and general tokens leave the member out."""
    one = Signature(keys["ES256"], headers=headers)
    for payload in PAYLOADS:
        for signatures in (one, [one], [one, Signature(keys["EdDSA"], headers=headers)]):
            token = sign_json(payload, signatures, detached=True)
            assert "payload" not in token
            assert verify_json(token, keys["ES256"], payload=payload).payload == payload
            assert parse_json(token, payload=payload)[0].payload == payload
            with pytest.raises(DecodeError, match="no payload"):
                verify_json(token, keys["ES256"])
            with pytest.raises(InvalidSignatureError):
                verify_json(token, keys["ES256"], payload=payload + b"x")


@pytest.mark.parametrize("payload", ["text", "cGF5bG9hZA", 5, ["x"], {}, memoryview(b"x")])
def test_a_detached_payload_is_bytes(payload: Any, keys: Mapping[str, Key]) -> None:
    """Text has no one encoding, so it is a wrong type; it is never taken for its own base64url."""
    token = jws.sign(b"payload", keys["HS256"], detached=True)
    flattened = sign_json(b"payload", Signature(keys["HS256"]), detached=True)
    for attempt in (
        lambda: jws.verify(token, keys["HS256"], payload=payload),
        lambda: jws.parse(token, payload=payload),
        lambda: verify_json(flattened, keys["HS256"], payload=payload),
        lambda: jws.sign(payload, keys["HS256"], detached=True),
        lambda: sign_json(payload, Signature(keys["HS256"])),
    ):
        with pytest.raises(TypeError, match="bytes"):
            attempt()
