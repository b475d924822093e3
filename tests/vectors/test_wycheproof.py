# SPDX-License-Identifier: Apache-2.0
"""Project Wycheproof's JOSE vectors: every valid token is accepted, every invalid one refused.

Six vectors that Wycheproof calls valid contradict a strict reading and are refused here on purpose; two that
it calls invalid are the same token as a valid one. Vectors for encryption are skipped by reason.

Every token is tried as it is where a compact one is expected, and once more in JSON form.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sealwright.errors import DecodeError, SealwrightError, UnknownKeyError
from sealwright.jose import Key, KeySet, base64url, jws
from sealwright.jose.jws_json import verify_json

if TYPE_CHECKING:
    from collections.abc import Callable

SIGNATURES = "json_web_signature_test.json"
KEYS = "json_web_key_test.json"
CRYPTO = "json_web_crypto_test.json"

REFUSED_ON_PURPOSE = {
    SIGNATURES: {
        **dict.fromkeys((346, 347, 350, 351), "the key's alg differs from the token's"),
        **dict.fromkeys((372, 373), "a foreign character inside base64url"),
    }
}
# Letter by letter the token and the key of a vector that Wycheproof calls valid: their padding got lost.
SAME_AS_A_VALID_ONE = {SIGNATURES: {367: 357, 370: 357}}


def _cases() -> list[Any]:
    """List every vector of the three files; one entry a file when the folder is not there."""
    folder = Path(os.environ.get("SEALWRIGHT_VECTORS") or "/nonexistent") / "wycheproof"
    found = []
    for name in (SIGNATURES, KEYS, CRYPTO):
        path = folder / name
        if not path.is_file():
            found.append(pytest.param(name, {}, {}, id=name))
            continue
        for group in json.loads(path.read_text(encoding="utf-8"))["testGroups"]:
            for case in group["tests"]:
                number, marks = case["tcId"], []
                if "jwe" in case:
                    marks = [pytest.mark.skip(reason="encrypted tokens (JWE) are out of scope")]
                title = f"{name.removesuffix('_test.json')}-{number}-{case['comment']}"
                found.append(pytest.param(name, group, case, id=title, marks=marks))
    return found


def _key(group: dict[str, Any]) -> Key | KeySet:
    """Read what a verifying program has: the public half, or the secret, of what the vector gives."""
    jwk = group.get("public") or group["private"]
    return KeySet.from_jwks(jwk) if "keys" in jwk else Key.from_jwk(jwk)


def _is_ours(name: str, group: dict[str, Any], case: dict[str, Any]) -> bool:
    """Whether a vector is to be accepted."""
    number = case["tcId"]
    twin = SAME_AS_A_VALID_ONE.get(name, {}).get(number)
    if twin is not None:
        original = next(other for other in group["tests"] if other["tcId"] == twin)
        assert (original["jws"], original["result"]) == (case["jws"], "valid")
        return True
    return bool(case["result"] == "valid") and number not in REFUSED_ON_PURPOSE.get(name, {})


@pytest.mark.parametrize(("name", "group", "case"), _cases())
def test_wycheproof(
    name: str, group: dict[str, Any], case: dict[str, Any], vectors: Callable[[str], Any]
) -> None:
    """The vector's verdict is ours."""
    vectors(f"wycheproof/{name}")
    token = case["jws"] if isinstance(case["jws"], str) else json.dumps(case["jws"])
    if _is_ours(name, group, case):
        assert jws.verify(token, _key(group)).payload == base64url.decode(token.split(".")[1])
        return
    with pytest.raises(SealwrightError) as caught:
        jws.verify(token, _key(group))
    assert len(str(caught.value)) <= 200


@pytest.mark.parametrize(("name", "group", "case"), _cases())
def test_wycheproof_in_json_form(
    name: str, group: dict[str, Any], case: dict[str, Any], vectors: Callable[[str], Any]
) -> None:
    """The same header, payload and signature in JSON form have the same verdict."""
    vectors(f"wycheproof/{name}")
    if not isinstance(case["jws"], str) or case["jws"].count(".") != 2:
        pytest.skip("no compact token of three parts")
    protected, payload, signature = case["jws"].split(".")
    one = {"protected": protected, "signature": signature}
    for token in ({"payload": payload, **one}, json.dumps({"payload": payload, "signatures": [one]})):
        if _is_ours(name, group, case):
            assert verify_json(token, _key(group)).payload == base64url.decode(payload)
            continue
        with pytest.raises(SealwrightError) as caught:
            verify_json(token, _key(group))
        assert len(str(caught.value)) <= 200


def test_wycheproof_in_json_form_already(vectors: Callable[[str], Any]) -> None:
    """The one vector in JSON form is invalid where a compact token is expected, and valid where JSON is."""
    groups = vectors(f"wycheproof/{CRYPTO}")["testGroups"]
    found = [
        (group, case) for group in groups for case in group["tests"] if isinstance(case.get("jws"), dict)
    ]
    ((group, case),) = found
    assert case["comment"] == "rejectsValidJsonSerialization"
    for token in (case["jws"], json.dumps(case["jws"])):
        with pytest.raises(DecodeError):
            jws.verify(token, _key(group))
        assert verify_json(token, _key(group)).payload == b"foo"


def test_a_key_set_with_two_keys_of_one_name_is_not_guessed_from(vectors: Callable[[str], Any]) -> None:
    """The vector whose second key of the same kid is unreadable is refused as an unknown key."""
    groups = vectors(f"wycheproof/{KEYS}")["testGroups"]
    group = next(group for group in groups if group.get("comment") == "jws_duplicate_kid")
    with pytest.raises(UnknownKeyError, match="cannot be used"):
        jws.verify(group["tests"][0]["jws"], _key(group))
