# SPDX-License-Identifier: Apache-2.0
"""Project Wycheproof's JOSE vectors: every valid token is accepted, every invalid one refused.

Six vectors that Wycheproof calls valid contradict a strict reading and are refused here on purpose; two that
it calls invalid are the same token as a valid one. Vectors for encryption are skipped by reason.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sealwright.errors import SealwrightError
from sealwright.jose import Key, KeySet, base64url, jws

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


def _verify(group: dict[str, Any], token: str) -> bytes:
    """Verify as a program would: with the public half, or the secret, of what the vector gives."""
    jwk = group.get("public") or group["private"]
    key = KeySet.from_jwks(jwk) if "keys" in jwk else Key.from_jwk(jwk)
    return jws.verify(token, key).payload


@pytest.mark.parametrize(("name", "group", "case"), _cases())
def test_wycheproof(
    name: str, group: dict[str, Any], case: dict[str, Any], vectors: Callable[[str], Any]
) -> None:
    """The vector's verdict is ours."""
    vectors(f"wycheproof/{name}")
    token = case["jws"] if isinstance(case["jws"], str) else json.dumps(case["jws"])
    number = case["tcId"]
    twin = SAME_AS_A_VALID_ONE.get(name, {}).get(number)
    if twin is not None:
        original = next(other for other in group["tests"] if other["tcId"] == twin)
        assert (original["jws"], original["result"]) == (token, "valid")
    if twin is not None or (case["result"] == "valid" and number not in REFUSED_ON_PURPOSE.get(name, {})):
        assert _verify(group, token) == base64url.decode(token.split(".")[1])
        return
    with pytest.raises(SealwrightError) as caught:
        _verify(group, token)
    assert len(str(caught.value)) <= 200
