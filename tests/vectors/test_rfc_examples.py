# SPDX-License-Identifier: Apache-2.0
"""The worked examples of RFC 7515 appendix A and RFC 8037 appendix A."""

from __future__ import annotations

import pytest

from sealwright import jwt
from sealwright.errors import ExpiredSignatureError, InvalidSignatureError, SealwrightError
from sealwright.jose import Key, base64url, claims, jws

PAYLOAD = b'{"iss":"joe",\r\n "exp":1300819380,\r\n "http://example.com/is_root":true}'
CLAIMS = {"iss": "joe", "exp": 1300819380, "http://example.com/is_root": True}
BODY = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"

# RFC 7515 appendix A.1: HS256, with white space in header and payload.
A1_KEY = {
    "kty": "oct",
    "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
}
A1_TOKEN = f"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.{BODY}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

# RFC 7515 appendix A.3: ES256.
A3_KEY = {
    "kty": "EC",
    "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
}
A3_TOKEN = (
    f"eyJhbGciOiJFUzI1NiJ9.{BODY}."
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
)

# RFC 7515 appendix A.4: ES512 over the word "Payload".
A4_KEY = {
    "kty": "EC",
    "crv": "P-521",
    "x": "AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk",
    "y": "ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2",
    "d": "AY5pb7A0UFiB3RELSD64fTLOSV_jazdF7fLYyuTw8lOfRhWg6Y6rUrPAxerEzgdRhajnu0ferB0d53vM9mE15j2C",
}
A4_TOKEN = (
    "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA."
    "AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7Xdt"
    "AG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn"
)

# RFC 8037 appendix A.1 and A.4: Ed25519.
ED_KEY = {
    "kty": "OKP",
    "crv": "Ed25519",
    "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
}
ED_TOKEN = (
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
)

EXAMPLES = [
    pytest.param(A1_KEY, "HS256", A1_TOKEN, PAYLOAD, id="RFC 7515 A.1 HS256"),
    pytest.param(A3_KEY, "ES256", A3_TOKEN, PAYLOAD, id="RFC 7515 A.3 ES256"),
    pytest.param(A4_KEY, "ES512", A4_TOKEN, b"Payload", id="RFC 7515 A.4 ES512"),
    pytest.param(ED_KEY, "EdDSA", ED_TOKEN, b"Example of Ed25519 signing", id="RFC 8037 A.4 EdDSA"),
]


@pytest.mark.parametrize(("jwk", "alg", "token", "payload"), EXAMPLES)
def test_the_example_verifies(jwk: dict[str, str], alg: str, token: str, payload: bytes) -> None:
    """The RFC's token verifies with the RFC's key, and not after any change to its signature."""
    key = Key.from_jwk(jwk)
    verified = jws.verify(token, key, [alg])
    assert verified.payload == payload
    assert verified.header["alg"] == alg
    if key.kty != "oct":
        assert jws.verify(token, key.public(), [alg]).payload == payload
    head, body, signature = token.split(".")
    for position in range(0, len(signature), 7):
        wrong = "A" if signature[position] != "A" else "B"
        with pytest.raises(InvalidSignatureError):
            jws.verify(f"{head}.{body}.{signature[:position]}{wrong}{signature[position + 1 :]}", key, [alg])


@pytest.mark.parametrize(("jwk", "alg", "token", "payload"), [EXAMPLES[0], EXAMPLES[3]])
def test_the_example_is_made(jwk: dict[str, str], alg: str, token: str, payload: bytes) -> None:
    """HMAC and Ed25519 leave no choice: the same signing input gives the RFC's signature."""
    signing_input, _, signature = token.rpartition(".")
    made = Key.from_jwk(jwk).sign(signing_input.encode(), alg)
    assert base64url.encode(made) == signature


def test_the_ed25519_example_is_made_whole() -> None:
    """Header, payload and signature of RFC 8037 appendix A.4 come out letter by letter."""
    assert jws.sign(b"Example of Ed25519 signing", Key.from_jwk(ED_KEY)) == ED_TOKEN


def test_the_claims_of_rfc_7519_section_3() -> None:
    """The example's claims are read through the article's function, at a time when it was valid."""
    for key, alg, token in ((A1_KEY, "HS256", A1_TOKEN), (A3_KEY, "ES256", A3_TOKEN)):
        one = Key.from_jwk(key)
        assert jwt.decode(token, one, algorithms=[alg], issuer="joe", now=1300819379) == CLAIMS
        with pytest.raises(ExpiredSignatureError):
            jwt.decode(token, one, algorithms=[alg], now=1300819380)
    assert claims.parse(PAYLOAD) == CLAIMS


def test_the_unsecured_example_of_appendix_a_5_is_refused() -> None:
    """RFC 7515 appendix A.5 shows a token without a signature; no key and no list accepts it."""
    token = f"eyJhbGciOiJub25lIn0.{BODY}."
    for jwk in (A1_KEY, A3_KEY, A4_KEY, ED_KEY):
        for allowed in (None, ["none"], ["HS256", "none"]):
            with pytest.raises(SealwrightError):
                jws.verify(token, Key.from_jwk(jwk), allowed)
