# SPDX-License-Identifier: Apache-2.0
"""What the fuzz targets found: each crash as the call that made it, and what must happen instead."""

from __future__ import annotations

import pytest

from sealwright.errors import InvalidKeyError
from sealwright.jose import Key, KeySet


@pytest.mark.parametrize("use", ["\n", "a\r\nb", "\ud7ff", "\U0001f510" * 30, "x" * 500])
def test_a_strange_use_stays_on_one_line(use: str) -> None:
    """A JWK's use that holds control characters, or is long, is shown escaped and cut."""
    key = Key.from_jwk({**Key.generate("ES256").to_jwk(private=True), "use": use})
    for operation in (lambda: key.sign(b"x"), lambda: key.verify(b"x", bytes(64))):
        with pytest.raises(InvalidKeyError) as caught:
            operation()
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) <= 200


def test_the_name_of_an_unusable_key_stays_short() -> None:
    """A member's kid is cut after it was escaped, because escaping makes it up to ten times as long."""
    (unusable,) = KeySet.from_jwks({"keys": [{"kty": "NEW", "kid": "\U0001f510" * 90}]}).unusable
    assert len(str(unusable)) <= 200


@pytest.mark.parametrize("alg", ["ES256K", "Ed448", "ML-DSA-44"])
def test_a_key_that_openssh_does_not_know_is_refused_by_our_own_error(alg: str) -> None:
    """Writing such a key as OpenSSH does is an InvalidKeyError, not cryptography's ValueError."""
    key = Key.generate(alg)
    for private in (False, True):
        with pytest.raises(InvalidKeyError):
            key.to_openssh(private=private)
