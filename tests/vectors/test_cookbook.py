# SPDX-License-Identifier: Apache-2.0
"""The JOSE cookbook (RFC 7520, 7797, 8037): its keys load, its compact signatures come out and verify."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sealwright.errors import DecodeError, InvalidKeyError, SealwrightError
from sealwright.jose import Key, base64url, jws

Vectors = Callable[[str], Any]

COMPACT = [
    "jws/4_1.rsa_v15_signature.json",
    "jws/4_2.rsa-pss_signature.json",
    "jws/4_3.ecdsa_signature.json",
    "jws/4_4.hmac-sha2_integrity_protection.json",
    "curve25519/jws.json",
]
DETACHED = ["jws/4_5.signature_with_detached_content.json", "rfc7797/hmac-sha2_b64_false.json"]
JSON_ONLY = [
    "jws/4_6.protecting_specific_header_fields.json",
    "jws/4_7.protecting_content_only.json",
    "jws/4_8.multiple_signatures.json",
    "rfc7797/4.2.hmac-sha2_b64_false.json",
]


@pytest.mark.parametrize("name", COMPACT)
def test_compact_signatures_verify(name: str, vectors: Vectors) -> None:
    """The example's token verifies with its key and gives back its payload and header."""
    example = vectors(f"jose-cookbook/{name}")
    given = example["input"]
    for key in (Key.from_jwk(given["key"]), Key.from_jwk({**given["key"], "alg": given["alg"]})):
        verified = jws.verify(example["output"]["compact"], key, [given["alg"]])
        assert verified.payload.decode() == given["payload"]
        assert dict(verified.header) == example["signing"]["protected"]


@pytest.mark.parametrize("name", COMPACT)
def test_compact_signatures_are_made(name: str, vectors: Vectors) -> None:
    """Signing the example's input makes the example's token where it says it is reproducible."""
    example = vectors(f"jose-cookbook/{name}")
    given, protected = example["input"], example["signing"]["protected"]
    key = Key.from_jwk(given["key"])
    token = jws.sign(given["payload"].encode(), key, given["alg"], headers=protected)
    assert jws.verify(token, key, [given["alg"]]).payload.decode() == given["payload"]
    signature = key.sign(example["signing"]["sig-input"].encode(), given["alg"])
    if example.get("reproducible"):
        assert base64url.encode(signature) == example["signing"]["sig"]


@pytest.mark.parametrize("name", DETACHED)
def test_detached_signatures_are_refused(name: str, vectors: Vectors) -> None:
    """A token without its payload, or with an unencoded one, is no compact token for this library."""
    example = vectors(f"jose-cookbook/{name}")
    key = Key.from_jwk(example["input"]["key"])
    with pytest.raises(SealwrightError):
        jws.verify(example["output"]["compact"], key, [example["input"]["alg"]])


@pytest.mark.parametrize("name", JSON_ONLY)
def test_json_serialization_is_refused(name: str, vectors: Vectors) -> None:
    """Where a compact token is expected, the JSON form is refused as malformed."""
    example = vectors(f"jose-cookbook/{name}")
    jwk = example["input"]["key"]
    key = Key.from_jwk(jwk[0] if isinstance(jwk, list) else jwk)
    for form in ("json", "json_flat"):
        if form in example["output"]:
            for token in (str(example["output"][form]), repr(example["output"][form]).replace("'", '"')):
                with pytest.raises(DecodeError):
                    jws.verify(token, key)
            with pytest.raises(DecodeError):
                jws.verify(example["output"][form], key)


@pytest.mark.parametrize(
    "name", ["3_1.ec_public_key", "3_2.ec_private_key", "3_3.rsa_public_key", "3_4.rsa_private_key"]
)
def test_keys_load_and_come_back(name: str, vectors: Vectors) -> None:
    """The cookbook's keys load, and their members come back as they were."""
    jwk = vectors(f"jose-cookbook/jwk/{name}.json")
    key = Key.from_jwk(jwk)
    assert key.is_private is ("d" in jwk)
    assert key.kid == jwk["kid"]
    exported = key.to_jwk(private=key.is_private)
    assert {member: exported[member] for member in jwk if member != "alg"} == {
        member: jwk[member] for member in jwk if member != "alg"
    }


def test_the_secret_for_macs_signs(vectors: Vectors) -> None:
    """The symmetric key for signatures works as an HS256 key."""
    key = Key.from_jwk(vectors("jose-cookbook/jwk/3_5.symmetric_key_mac_computation.json"))
    assert key.alg == "HS256"
    key.verify(b"x", key.sign(b"x"))


def test_the_secret_for_encryption_does_not_sign(vectors: Vectors) -> None:
    """The symmetric key for encryption is refused, at latest when it shall sign."""
    jwk = vectors("jose-cookbook/jwk/3_6.symmetric_key_encryption.json")
    with pytest.raises(InvalidKeyError):
        Key.from_jwk(jwk).sign(b"x")
