# SPDX-License-Identifier: Apache-2.0
"""The JOSE cookbook (RFC 7520, 7797, 8037): its keys load, its signatures come out and verify."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from sealwright.errors import DecodeError, InvalidKeyError, InvalidTokenError
from sealwright.jose import Key, jws
from sealwright.jose.jws_json import Signature, sign_json, verify_json

Vectors = Callable[[str], Any]

JWS = [
    "jws/4_1.rsa_v15_signature.json",
    "jws/4_2.rsa-pss_signature.json",
    "jws/4_3.ecdsa_signature.json",
    "jws/4_4.hmac-sha2_integrity_protection.json",
    "jws/4_5.signature_with_detached_content.json",
    "jws/4_6.protecting_specific_header_fields.json",
    "jws/4_7.protecting_content_only.json",
    "curve25519/jws.json",
    "rfc7797/hmac-sha2_b64_false.json",
]
SEVERAL = "jws/4_8.multiple_signatures.json"
# Its protected header has "b64": false and no crit, which RFC 7797 section 6 forbids.
WITHOUT_CRIT = "rfc7797/4.2.hmac-sha2_b64_false.json"


def detached(example: dict[str, Any], form: str) -> bytes | None:
    """Return the payload of an example whose token travels without it."""
    token = example["output"][form]
    content = token.split(".")[1] if isinstance(token, str) else token.get("payload")
    return None if content else example["input"]["payload"].encode()


@pytest.mark.parametrize("name", JWS)
def test_signatures_verify_in_every_form(name: str, vectors: Vectors) -> None:
    """Compact, general and flattened, the example verifies with its key and gives back what was signed."""
    example = vectors(f"jose-cookbook/{name}")
    given, signing = example["input"], example["signing"]
    header = {**signing.get("protected", {}), **signing.get("unprotected", {})}
    keys = [Key.from_jwk(given["key"]), Key.from_jwk({**given["key"], "alg": given["alg"]})]
    for form, token in example["output"].items():
        payload = detached(example, form)
        verify: Any = jws.verify if form == "compact" else verify_json
        for key in keys:
            verified = verify(token, key, [given["alg"]], payload=payload)
            assert verified.payload.decode() == given["payload"]
            assert dict(verified.header) == header
            with pytest.raises(InvalidTokenError):
                verify(token, Key.generate(given["alg"]), [given["alg"]], payload=payload)
        if form != "compact":
            assert verify_json(json.dumps(token), keys[1], payload=payload).header == header
            for text in (json.dumps(token), token):
                with pytest.raises(DecodeError):
                    jws.verify(text, keys[1])
        if payload is not None:
            with pytest.raises(DecodeError):
                verify(token, keys[1])


@pytest.mark.parametrize("name", JWS)
def test_signatures_are_made_in_every_form(name: str, vectors: Vectors) -> None:
    """Signing the example's input makes its tokens, letter by letter where they are reproducible."""
    example = vectors(f"jose-cookbook/{name}")
    given, signing, output = example["input"], example["signing"], example["output"]
    key, payload = Key.from_jwk(given["key"]), given["payload"].encode()
    if "protected" not in signing:
        # This library always protects alg; the signature itself is checked in the other test.
        return
    one = Signature(key, given["alg"], signing["protected"], signing.get("unprotected"))
    apart = "payload" not in output["json_flat"]
    made = {
        "compact": jws.sign(payload, key, given["alg"], signing["protected"], detached=apart),
        "json": sign_json(payload, [one], detached=apart),
        "json_flat": sign_json(payload, one, detached=apart),
    }
    for form, token in output.items():
        if example.get("reproducible"):
            assert made[form] == token
        else:
            verify: Any = jws.verify if form == "compact" else verify_json
            assert verify(made[form], key, [given["alg"]]).payload == payload


def test_several_signatures(vectors: Vectors) -> None:
    """4.8: each of the three keys verifies the token alone, and a look-up by algorithm verifies all three."""
    example = vectors(f"jose-cookbook/{SEVERAL}")
    given, token = example["input"], example["output"]["json"]
    keys = {alg: Key.from_jwk(jwk) for alg, jwk in zip(given["alg"], given["key"], strict=True)}
    for alg, key in keys.items():
        verified = verify_json(token, key, [alg])
        assert (verified.payload.decode(), verified.header["alg"]) == (given["payload"], alg)
        alone = {"payload": token["payload"], **example["signing"][given["alg"].index(alg)]["json"]}
        assert verify_json(alone, key, [alg]).payload == verified.payload
    assert verify_json(token, lambda header: keys[header["alg"]], list(keys), every=True).key is keys["RS256"]
    with pytest.raises(InvalidKeyError, match="mix"):
        verify_json(token, list(keys.values()), list(keys))


def test_an_unencoded_payload_without_crit_is_refused(vectors: Vectors) -> None:
    """RFC 7797 section 6: b64 counts only when crit names it, so this file's tokens have two readings."""
    example = vectors(f"jose-cookbook/{WITHOUT_CRIT}")
    key = Key.from_jwk(example["input"]["key"])
    for form in ("json", "json_flat"):
        with pytest.raises(DecodeError, match="crit"):
            verify_json(example["output"][form], key)


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
