# SPDX-License-Identifier: Apache-2.0
"""A list of keys on the verifying side: each is tried in turn, for programs that rotate nameless keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sealwright.errors import (
    DecodeError,
    InvalidAlgorithmError,
    InvalidKeyError,
    InvalidSignatureError,
    InvalidTokenError,
    UnknownKeyError,
)
from sealwright.jose import Key, KeySet, jws, limits

if TYPE_CHECKING:
    from collections.abc import Mapping

OLD, NEW = Key.generate("ES256"), Key.generate("ES256")


@pytest.mark.parametrize("kind", [list, tuple])
def test_any_key_of_the_list_may_fit(kind: Any) -> None:
    """Old and new tokens verify, and the answer says with which key."""
    public = kind([NEW.public(), OLD.public()])
    for position, key in enumerate((NEW, OLD)):
        verified = jws.verify(jws.sign(b"{}", key), public)
        assert verified.payload == b"{}"
        assert verified.key is public[position]


def test_a_list_holds_every_form_of_key() -> None:
    """Texts, objects, sets and functions stand beside keys; texts need the algorithms."""
    token = jws.sign(b"{}", OLD)
    forms: list[Any] = [OLD.to_pem(), OLD.public().native, KeySet([OLD.public()]), lambda _: OLD.public()]
    for form in (*forms, [OLD.public()]):
        assert jws.verify(token, [NEW.public(), form], ["ES256"]).payload == b"{}"
    with pytest.raises(InvalidTokenError):
        jws.verify(token, [NEW.public(), OLD.to_pem()])


def test_secrets_are_tried_in_turn_too(secret: bytes) -> None:
    """Rotated HMAC secrets, as keys or as texts."""
    other = bytes(reversed(secret))
    token = jws.sign(b"{}", Key.from_secret(secret, "HS256"))
    assert jws.verify(token, [other, secret], ["HS256"]).payload == b"{}"
    both = [Key.from_secret(other, "HS256"), Key.from_secret(secret, "HS256")]
    assert jws.verify(token, both).key is both[1]
    with pytest.raises(InvalidSignatureError):
        jws.verify(token, [other], ["HS256"])


def test_the_algorithms_hold_for_each_key(keys: Mapping[str, Key]) -> None:
    """A key that would fit is not used for an algorithm that is not allowed."""
    with pytest.raises(InvalidAlgorithmError):
        jws.verify(jws.sign(b"{}", OLD), [OLD.public(), NEW.public()], ["EdDSA"])
    with pytest.raises(InvalidAlgorithmError):
        jws.verify(jws.sign(b"{}", OLD), [keys["RS256"].public(), keys["EdDSA"].public()])


def test_the_most_telling_refusal_is_raised(keys: Mapping[str, Key]) -> None:
    """A signature that does not fit says more than a key that was not meant, wherever it stands."""
    token = jws.sign(b"{}", OLD, headers={"kid": "k"})
    wrong: Any = NEW.public()
    foreign, empty = keys["RS256"].public(), KeySet([])
    for several in ([wrong, foreign, empty], [foreign, wrong, empty], [empty, foreign, wrong]):
        with pytest.raises(InvalidSignatureError):
            jws.verify(token, several)
    with pytest.raises(UnknownKeyError):
        jws.verify(token, [empty, foreign])


def test_the_list_has_bounds() -> None:
    """No key is no key, and each costs a signature, so they are few."""
    token = jws.sign(b"{}", OLD)
    many = [NEW.public()] * (limits.MAX_CANDIDATE_KEYS - 1)
    assert jws.verify(token, [*many, OLD.public()]).payload == b"{}"
    for keys in ([], (), [*many, NEW.public(), OLD.public()]):
        with pytest.raises(InvalidKeyError, match=f"1 to {limits.MAX_CANDIDATE_KEYS}"):
            jws.verify(token, keys)


def test_a_broken_key_is_the_callers_mistake_and_not_passed_over() -> None:
    """A list with a text that is no key raises, so that nobody believes the key is in use."""
    token = jws.sign(b"{}", OLD)
    with pytest.raises(InvalidKeyError):
        jws.verify(token, ["-----BEGIN PUBLIC KEY-----", OLD.public()], ["ES256"])
    with pytest.raises(TypeError):
        jws.verify(token, [None, OLD.public()])  # type: ignore[list-item]


def test_a_malformed_token_tries_no_key() -> None:
    """The form is judged before the first key is touched."""

    def look_up(_: Any) -> Key:
        raise AssertionError

    with pytest.raises(DecodeError):
        jws.verify("e30.e30.", [look_up])
