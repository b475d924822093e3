# SPDX-License-Identifier: Apache-2.0
"""The examples of JSON tokens and of unencoded payloads: RFC 7515 appendix A.2, A.6 and A.7, RFC 7797."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sealwright import jwt
from sealwright.errors import DecodeError, InvalidSignatureError, SealwrightError
from sealwright.jose import Key, KeySet, jws
from sealwright.jose.jws_json import Signature, parse_json, sign_json, verify_json

PAYLOAD = b'{"iss":"joe",\r\n "exp":1300819380,\r\n "http://example.com/is_root":true}'
BODY = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
RSA_KEY = {
    "kty": "RSA",
    "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL"
    "-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS"
    "-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2et"
    "hFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
    "e": "AQAB",
}
RSA_SIGNATURE = (
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdb"
    "F9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383"
    "LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWy"
    "wlVmtVrBp0igcN_IoypGlUPQGe77Rw"
)
EC_KEY = {
    "kty": "EC",
    "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}
EC_SIGNATURE = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
RSA_KID, EC_KID = "2010-12-29", "e9bc097a-ce51-4036-9562-d2ade882db0d"

BY_RSA = {"protected": "eyJhbGciOiJSUzI1NiJ9", "header": {"kid": RSA_KID}, "signature": RSA_SIGNATURE}
BY_EC = {"protected": "eyJhbGciOiJFUzI1NiJ9", "header": {"kid": EC_KID}, "signature": EC_SIGNATURE}
GENERAL: dict[str, Any] = {"payload": BODY, "signatures": [BY_RSA, BY_EC]}
FLATTENED: dict[str, Any] = {"payload": BODY, **BY_EC}
KEYS = KeySet.from_jwks({"keys": [{**RSA_KEY, "kid": RSA_KID}, {**EC_KEY, "kid": EC_KID}]})

# RFC 7797 sections 4.1 and 4.2 share this key and this payload.
SECRET = Key.from_jwk(
    {
        "kty": "oct",
        "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
    }
)
ENCODED = {
    "protected": "eyJhbGciOiJIUzI1NiJ9",
    "payload": "JC4wMg",
    "signature": "5mvfOroL-g7HyqJoozehmsaqmvTYGEq5jTI1gVvoEoQ",
}
UNENCODED = {
    "protected": "eyJhbGciOiJIUzI1NiIsImI2NCI6ZmFsc2UsImNyaXQiOlsiYjY0Il19",
    "payload": "$.02",
    "signature": "A5dxf2s96_n5FLueVuW1Z_vh161FwXZC4YLPff6dmDY",
}
UNENCODED_HEADERS = {"alg": "HS256", "b64": False, "crit": ["b64"]}


def test_the_rs256_example_verifies() -> None:
    """RFC 7515 appendix A.2."""
    token = f"eyJhbGciOiJSUzI1NiJ9.{BODY}.{RSA_SIGNATURE}"
    assert jws.verify(token, Key.from_jwk(RSA_KEY), ["RS256"]).payload == PAYLOAD


@pytest.mark.parametrize("token", [GENERAL, FLATTENED], ids=["A.6 general", "A.7 flattened"])
def test_the_json_examples_verify(token: dict[str, Any]) -> None:
    """RFC 7515 appendix A.6 and A.7, as members, as text and as bytes; the kid travels unprotected."""
    for form in (token, json.dumps(token), json.dumps(token, indent=1).encode()):
        for every in (False, True):
            verified = verify_json(form, KEYS, every=every)
            assert verified.payload == PAYLOAD
            assert verified.header["kid"] in {RSA_KID, EC_KID}


def test_the_general_example_shows_both_signatures() -> None:
    """Unverified, the token has one reading for each signature, over the same payload."""
    first, second = parse_json(GENERAL)
    assert dict(first.header) == {"alg": "RS256", "kid": RSA_KID}
    assert dict(second.header) == {"alg": "ES256", "kid": EC_KID}
    assert first.payload == second.payload == PAYLOAD
    assert first.signing_input == f"eyJhbGciOiJSUzI1NiJ9.{BODY}".encode()


def test_one_key_finds_its_own_signature() -> None:
    """Whoever holds one of the two keys verifies the token; with every signature demanded it is refused."""
    for jwk in (RSA_KEY, EC_KEY):
        key = Key.from_jwk(jwk)
        verified = verify_json(GENERAL, key)
        assert verified.header["alg"] == key.alg
        assert verified.key is key
        with pytest.raises(SealwrightError):
            verify_json(GENERAL, key, every=True)


def test_the_encoded_example_of_rfc_7797() -> None:
    """RFC 7797 section 4.1, without the extension."""
    assert sign_json(b"$.02", Signature(SECRET)) == ENCODED
    assert verify_json(ENCODED, SECRET).payload == b"$.02"


def test_the_unencoded_example_of_rfc_7797() -> None:
    """RFC 7797 section 4.2: the payload is signed and travels as it is."""
    assert sign_json(b"$.02", Signature(SECRET, headers=UNENCODED_HEADERS)) == UNENCODED
    assert verify_json(UNENCODED, SECRET).payload == b"$.02"
    with pytest.raises(InvalidSignatureError):
        verify_json({**UNENCODED, "payload": "$.03"}, SECRET)


def test_the_unencoded_detached_example_of_rfc_7797() -> None:
    """RFC 7797 section 4.2 in compact form: a payload with a dot travels only apart from the token."""
    token = f"{UNENCODED['protected']}..{UNENCODED['signature']}"
    assert jws.sign(b"$.02", SECRET, headers=UNENCODED_HEADERS, detached=True) == token
    assert jws.verify(token, SECRET, payload=b"$.02").payload == b"$.02"
    with pytest.raises(ValueError, match="detached"):
        jws.sign(b"$.02", SECRET, headers=UNENCODED_HEADERS)
    for other in (None, b"", b"$.03", b"JC4wMg"):
        with pytest.raises(InvalidSignatureError):
            jws.verify(token, SECRET, payload=other)


def test_json_web_tokens_have_no_unencoded_payload() -> None:
    """RFC 7797 section 7: the extension is not for JSON Web Tokens, nor for whoever does not ask for it."""
    token = jws.sign(b"{}", SECRET, headers=UNENCODED_HEADERS)
    assert jws.verify(token, SECRET).payload == b"{}"
    for attempt in (
        lambda: jwt.decode(token, SECRET),
        lambda: jws.parse(token),
        lambda: jws.verify(token, SECRET, understood=()),
    ):
        with pytest.raises(DecodeError, match="not supported here"):
            attempt()
