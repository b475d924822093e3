# SPDX-License-Identifier: Apache-2.0
"""Which key of a set a token gets: nameless keys, twins, and members that cannot be used."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from sealwright.errors import InvalidAlgorithmError, InvalidKeyError, UnknownKeyError
from sealwright.jose import Key, KeySet, UnusableKey, jws

ONE, TWO = Key.generate("ES256", kid="one"), Key.generate("ES256", kid="two")
UNREADABLE: dict[str, Any] = {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}
FOREIGN: dict[str, Any] = {"kty": "LATTICE"}


def nameless(key: Key) -> dict[str, Any]:
    """Return the public JWK without its kid."""
    return {name: value for name, value in key.to_jwk().items() if name != "kid"}


def token(key: Key, **headers: Any) -> str:
    """Sign a token with header members."""
    return jws.sign(b"{}", key, headers=headers)


def test_a_nameless_key_verifies_tokens_with_and_without_a_kid() -> None:
    """A set that names nothing still serves an issuer that names its key."""
    keys = KeySet.from_jwks({"keys": [nameless(ONE)]})
    for headers in ({}, {"kid": "whatever"}, {"kid": ""}):
        assert jws.verify(token(ONE, **headers), keys).payload == b"{}"
    assert keys.select({"alg": "ES256", "kid": ONE.thumbprint()}).thumbprint() == ONE.thumbprint()


def test_a_named_key_is_no_answer_to_another_name() -> None:
    """A kid that is not there is looked for among the nameless keys only."""
    keys = KeySet.from_jwks({"keys": [ONE.to_jwk(), nameless(Key.generate("EdDSA"))]})
    with pytest.raises(UnknownKeyError, match="no key has the token's kid") as caught:
        keys.select({"alg": "ES256", "kid": "two"})
    assert caught.value.kid == "two"


def test_several_nameless_keys_are_not_guessed_among() -> None:
    """Two that fit are one too many; the algorithm may tell them apart."""
    both = KeySet.from_jwks({"keys": [nameless(ONE), nameless(TWO)]})
    for headers in ({"alg": "ES256"}, {"alg": "ES256", "kid": "x"}):
        with pytest.raises(UnknownKeyError, match="2 keys fit"):
            both.select(headers)
    edwards = Key.generate("EdDSA")
    apart = KeySet.from_jwks({"keys": [nameless(ONE), nameless(edwards)]})
    assert jws.verify(token(ONE, kid="x"), apart).payload == b"{}"
    assert jws.verify(token(edwards), apart).payload == b"{}"


def test_a_key_for_another_algorithm_says_so() -> None:
    """A kid that names one key gets it, and the refusal is about the algorithm, not an unknown key."""
    keys = KeySet([ONE.public()])
    edwards = Key.generate("EdDSA")
    with pytest.raises(InvalidAlgorithmError):
        jws.verify(token(edwards, kid="one"), keys)


@pytest.mark.parametrize("kid", [5, None, ["one"], {"one": 1}, True])
def test_a_kid_that_is_no_text_names_nothing(kid: Any) -> None:
    """A header read elsewhere may hold anything; the error carries texts only."""
    keys = KeySet([ONE.public(), TWO.public()])
    with pytest.raises(UnknownKeyError) as caught:
        keys.select({"alg": "ES256", "kid": kid})
    assert caught.value.kid is None


def test_the_reason_is_given_when_the_unusable_key_is_asked_for() -> None:
    """The member is kept with its name and its reason."""
    keys = KeySet.from_jwks({"keys": [ONE.to_jwk(), {**FOREIGN, "kid": "pq"}]})
    (member,) = keys.unusable
    assert isinstance(member, UnusableKey)
    assert (member.name, member.kid, member.ambiguous) == ("pq", "pq", True)
    assert str(member) == f"key 'pq': {member.reason}"
    with pytest.raises(UnknownKeyError, match="cannot be used here: the JWK's kty is 'LATTICE'"):
        keys.select({"alg": "ML-DSA-44", "kid": "pq"})
    assert pickle.loads(pickle.dumps(member)) == member


def test_the_reasons_are_the_hint_when_no_key_fits() -> None:
    """A token without a kid may mean one of the members that were left out."""
    keys = KeySet.from_jwks({"keys": [ONE.to_jwk(), {**FOREIGN, "kid": "pq"}]})
    with pytest.raises(UnknownKeyError, match="no key fits") as caught:
        keys.select({"alg": "ML-DSA-44"})
    assert "LATTICE" in caught.value.hint
    many = KeySet.from_jwks({"keys": [{**FOREIGN, "kid": f"{n}" * 200} for n in range(100)]})
    with pytest.raises(UnknownKeyError) as caught:
        many.select({"alg": "ML-DSA-44"})
    assert len(caught.value.hint) <= 300


@pytest.mark.parametrize("twin", [UNREADABLE, FOREIGN, {**UNREADABLE, "alg": "RS256"}])
def test_a_name_that_an_unreadable_key_has_too_is_ambiguous(twin: dict[str, Any]) -> None:
    """The issuer may have meant the other one, so nothing is tried, wherever it stands in the set."""
    for members in ([{**twin, "kid": "one"}, ONE.to_jwk()], [ONE.to_jwk(), {**twin, "kid": "one"}]):
        keys = KeySet.from_jwks({"keys": members})
        with pytest.raises(UnknownKeyError, match="cannot be used here"):
            jws.verify(token(ONE, kid="one"), keys)


@pytest.mark.parametrize("label", [{"use": "enc"}, {"key_ops": ["encrypt"]}, {"key_ops": ["sign"]}])
def test_a_key_for_something_else_may_share_the_name(label: dict[str, Any]) -> None:
    """An encryption key of the same name is not what a signature's kid means."""
    other = {**TWO.to_jwk(), "kid": "one", **label}
    keys = KeySet.from_jwks({"keys": [other, ONE.to_jwk()]})
    assert [member.ambiguous for member in keys.unusable] == [False]
    assert jws.verify(token(ONE, kid="one"), keys).payload == b"{}"
    alone = KeySet.from_jwks({"keys": [other]})
    with pytest.raises(UnknownKeyError, match=r"use|key_ops"):
        jws.verify(token(TWO, kid="one"), alone)


def test_a_place_in_the_set_is_no_name() -> None:
    """A nameless member is called by its place in messages, and no token can mean it by that."""
    for member in (FOREIGN, "text", {**FOREIGN, "kid": 5}):
        keys = KeySet.from_jwks({"keys": [member, {**ONE.to_jwk(), "kid": "number 1"}]})
        assert (keys.unusable[0].name, keys.unusable[0].kid) == ("number 1", None)
        assert jws.verify(token(ONE, kid="number 1"), keys).payload == b"{}"
        with pytest.raises(UnknownKeyError, match="no key has the token's kid"):
            KeySet.from_jwks({"keys": [member]}).select({"alg": "ES256", "kid": "number 1"})


def test_a_hostile_name_stays_short_and_printable() -> None:
    """A published name may be anything; a message about it is one short line."""
    keys = KeySet.from_jwks({"keys": [{**FOREIGN, "kid": "\n\x1b[31m" + "k" * 10_000}]})
    assert str(keys.unusable[0]).isprintable()
    assert len(str(keys.unusable[0])) <= 300


@pytest.mark.parametrize("readable", [True, False])
def test_a_set_that_mixes_secrets_and_public_keys_is_refused_readable_or_not(readable: bool) -> None:
    """A secret beside public keys is refused even when it is too short to be used (RFC 8725 section 2.1)."""
    secret = {"kty": "oct", "k": "A" * (43 if readable else 4), "kid": "s"}
    for public in (ONE.to_jwk(), UNREADABLE, FOREIGN):
        for members in ([secret, public], [public, secret]):
            with pytest.raises(InvalidKeyError, match="mix"):
                KeySet.from_jwks({"keys": members})


def test_the_same_key_twice_is_ambiguous_too() -> None:
    """A set with the same member twice is the issuer's mistake, and is not repaired in silence."""
    keys = KeySet.from_jwks({"keys": [ONE.to_jwk(), ONE.to_jwk()]})
    with pytest.raises(UnknownKeyError, match="2 keys fit, and they share the token's kid"):
        jws.verify(token(ONE, kid="one"), keys)


def test_synonyms_of_an_algorithm_find_the_key() -> None:
    """A key made for Ed25519 is found for EdDSA tokens without a kid, and the other way round."""
    for written, asked in (("Ed25519", "EdDSA"), ("EdDSA", "Ed25519"), ("Ed448", "EdDSA")):
        key = Key.generate(written)
        keys = KeySet([key.public(), ONE.public()])
        assert jws.verify(jws.sign(b"{}", key, asked), keys).payload == b"{}"


def test_a_set_shows_its_size_and_nothing_else() -> None:
    """Its repr holds no key."""
    assert repr(KeySet([ONE, TWO])) == "<KeySet of 2 keys>"
