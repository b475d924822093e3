# SPDX-License-Identifier: Apache-2.0
"""Sets of keys: what is read, what is kept as unusable, and how a header chooses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sealwright.errors import InvalidKeyError, InvalidTokenError, SealwrightError, UnknownKeyError
from sealwright.jose import Key, KeySet, jws

if TYPE_CHECKING:
    from collections.abc import Mapping


@pytest.fixture(scope="module")
def rsa_key(native_rsa: Any) -> Key:
    """An RSA key named one."""
    return Key.from_native(native_rsa, alg="RS256", kid="one")


@pytest.fixture(scope="module")
def ec_key(natives: Mapping[str, Any]) -> Key:
    """A P-256 key named two."""
    return Key.from_native(natives["P-256"], kid="two")


@pytest.fixture(scope="module")
def jwks(rsa_key: Key, ec_key: Key) -> dict[str, Any]:
    """A published set of both keys."""
    return {"keys": [rsa_key.to_jwk(), ec_key.to_jwk()]}


def test_a_set_is_ordered_and_looked_up_by_kid(jwks: dict[str, Any], rsa_key: Key) -> None:
    """A set keeps its order, knows its length, and finds keys by kid."""
    keys = KeySet.from_jwks(jwks)
    assert [key.kid for key in keys] == ["one", "two"]
    assert len(keys) == 2
    assert "one" in keys
    assert "three" not in keys
    found = keys.get("one")
    assert found is not None
    assert found.thumbprint() == rsa_key.thumbprint()
    assert keys.get("three") is None
    assert keys.unusable == ()


def test_a_set_is_read_from_text_and_bytes(jwks: dict[str, Any]) -> None:
    """A JWK Set document is read from text and from UTF-8 bytes."""
    for text in (json.dumps(jwks), json.dumps(jwks).encode(), json.dumps(jwks, indent=2)):
        assert [key.kid for key in KeySet.parse(text)] == ["one", "two"]


def test_a_set_is_immutable(jwks: dict[str, Any]) -> None:
    """Neither attributes nor the source mapping change a set after it was made."""
    source = json.loads(json.dumps(jwks))
    keys = KeySet.from_jwks(source)
    source["keys"].clear()
    assert len(keys) == 2
    with pytest.raises((AttributeError, TypeError)):
        keys.brand_new = 1  # type: ignore[attr-defined]


def test_the_kid_of_the_header_chooses(jwks: dict[str, Any], rsa_key: Key, ec_key: Key) -> None:
    """A token is verified with the key its kid names."""
    keys = KeySet.from_jwks(jwks)
    for key in (rsa_key, ec_key):
        token = jws.sign(b"{}", key, headers={"kid": key.kid})
        assert jws.verify(token, keys).payload == b"{}"
        assert keys.select({"alg": key.alg, "kid": key.kid}).kid == key.kid


def test_a_kid_of_one_key_with_the_signature_of_another_is_refused(jwks: dict[str, Any], ec_key: Key) -> None:
    """A kid that names a key which did not sign is refused, whatever the algorithm."""
    keys = KeySet.from_jwks(jwks)
    with pytest.raises(InvalidTokenError):
        jws.verify(jws.sign(b"{}", ec_key, headers={"kid": "one"}), keys)
    other = Key.generate("ES256")
    with pytest.raises(InvalidTokenError):
        jws.verify(jws.sign(b"{}", other, headers={"kid": "two"}), keys)


def test_an_unknown_kid_is_reported_with_its_name(jwks: dict[str, Any], ec_key: Key) -> None:
    """UnknownKeyError carries the kid for a program to look it up elsewhere."""
    keys = KeySet.from_jwks(jwks)
    with pytest.raises(UnknownKeyError) as caught:
        jws.verify(jws.sign(b"{}", ec_key, headers={"kid": "three"}), keys)
    assert caught.value.kid == "three"
    with pytest.raises(UnknownKeyError):
        keys.select({"alg": "ES256", "kid": "three"})


def test_a_token_without_kid_takes_the_one_key_that_fits(jwks: dict[str, Any], ec_key: Key) -> None:
    """Without a kid the only key for the algorithm is used."""
    keys = KeySet.from_jwks(jwks)
    assert jws.verify(jws.sign(b"{}", ec_key), keys).payload == b"{}"


def test_a_token_without_kid_and_without_a_fitting_key_is_refused(
    jwks: dict[str, Any], keys: Mapping[str, Key]
) -> None:
    """Without a kid and without a key for the algorithm the token is refused."""
    with pytest.raises(InvalidTokenError):
        jws.verify(jws.sign(b"{}", keys["EdDSA"]), KeySet.from_jwks(jwks))


def test_an_empty_set_verifies_nothing(ec_key: Key) -> None:
    """A set without keys refuses every token and breaks nothing."""
    keys = KeySet.from_jwks({"keys": []})
    assert len(keys) == 0
    with pytest.raises(UnknownKeyError):
        jws.verify(jws.sign(b"{}", ec_key), keys)
    with pytest.raises(UnknownKeyError):
        jws.verify(jws.sign(b"{}", ec_key, headers={"kid": "two"}), keys)


def test_a_list_of_keys_does_as_a_set(rsa_key: Key, ec_key: Key, keys: Mapping[str, Key]) -> None:
    """A plain list of keys verifies like a set."""
    several = [rsa_key.public(), ec_key.public()]
    token = jws.sign(b"{}", ec_key, headers={"kid": "two"})
    assert jws.verify(token, several).payload == b"{}"
    with pytest.raises(InvalidTokenError):
        jws.verify(jws.sign(b"{}", keys["EdDSA"]), several)


UNUSABLE: list[tuple[str, Any]] = [
    ("post-quantum", {"kty": "AKP", "alg": "ML-DSA-65", "kid": "pq", "pub": "AAAA"}),
    ("unknown type", {"kty": "XYZ", "kid": "odd"}),
    ("unknown curve", {"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA", "kid": "k1"}),
    ("key agreement", {"kty": "OKP", "crv": "X25519", "x": "A" * 43, "kid": "dh"}),
    ("no type", {"kid": "none"}),
    ("broken RSA", {"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "small"}),
    ("type is a number", {"kty": 5}),
    ("no object", "text"),
    ("null", None),
    ("a list", []),
    ("empty", {}),
]


@pytest.mark.parametrize("member", [pytest.param(bad, id=name) for name, bad in UNUSABLE])
def test_a_member_that_cannot_be_used_harms_no_other(member: Any, jwks: dict[str, Any], ec_key: Key) -> None:
    """A foreign or broken member is set aside with one line of reason; the others work."""
    for mixed in ([member, *jwks["keys"]], [*jwks["keys"], member]):
        keys = KeySet.parse(json.dumps({"keys": mixed}))
        assert [key.kid for key in keys] == ["one", "two"]
        assert len(keys.unusable) == 1
        assert "\n" not in str(keys.unusable[0])
        assert jws.verify(jws.sign(b"{}", ec_key, headers={"kid": "two"}), keys).payload == b"{}"


def test_the_reason_names_the_member_and_the_fault(jwks: dict[str, Any]) -> None:
    """The line about a member that cannot be used holds its kid and what is wrong."""
    foreign = {"kty": "AKP", "alg": "ML-DSA-65", "kid": "pq-2027", "pub": "AAAA"}
    (member,) = KeySet.from_jwks({"keys": [*jwks["keys"], foreign]}).unusable
    assert (member.name, member.kid) == ("pq-2027", "pq-2027")
    assert "AKP" in member.reason
    assert str(member) == f"key 'pq-2027': {member.reason}"


def test_a_token_of_a_member_that_cannot_be_used_is_an_unknown_key(jwks: dict[str, Any], ec_key: Key) -> None:
    """The kid of a member set aside is an unknown key, and the error says why it is."""
    keys = KeySet.from_jwks({"keys": [*jwks["keys"], {"kty": "LATTICE", "kid": "pq"}]})
    with pytest.raises(UnknownKeyError, match="LATTICE") as caught:
        jws.verify(jws.sign(b"{}", ec_key, headers={"kid": "pq"}), keys)
    assert caught.value.kid == "pq"


def test_an_encryption_key_in_a_set_verifies_nothing(ec_key: Key) -> None:
    """Sets of real issuers hold keys for encryption, which are passed over."""
    keys = KeySet.from_jwks({"keys": [{**ec_key.to_jwk(), "use": "enc"}]})
    with pytest.raises(SealwrightError):
        jws.verify(jws.sign(b"{}", ec_key, headers={"kid": "two"}), keys)


def test_secrets_and_public_keys_do_not_mix(jwks: dict[str, Any], ec_key: Key, secret: bytes) -> None:
    """A set with an HMAC secret beside public keys is refused (RFC 8725 section 2.1)."""
    hidden = Key.from_secret(secret, "HS256", kid="s")
    with pytest.raises(InvalidKeyError, match=r"(?i)mix"):
        KeySet([ec_key, hidden])
    with pytest.raises(InvalidKeyError, match=r"(?i)mix"):
        KeySet.from_jwks({"keys": [*jwks["keys"], hidden.to_jwk(private=True)]})
    with pytest.raises(InvalidKeyError, match=r"(?i)mix"):
        jws.verify(jws.sign(b"{}", ec_key), [ec_key, hidden])


def test_two_keys_of_one_name_and_algorithm_choose_nothing(keys: Mapping[str, Key]) -> None:
    """When a kid is ambiguous the token is refused, and no signature is tried."""
    twins = [Key.generate("ES256", kid="same") for _ in range(2)]
    token = jws.sign(b"{}", twins[0], headers={"kid": "same"})
    with pytest.raises(SealwrightError):
        jws.verify(token, KeySet(twins))


def test_two_keys_of_one_name_and_different_algorithms_are_told_apart(keys: Mapping[str, Key]) -> None:
    """The algorithm tells keys of the same name apart."""
    twins = [Key.generate("ES256", kid="same"), Key.generate("EdDSA", kid="same")]
    for key in twins:
        token = jws.sign(b"{}", key, headers={"kid": "same"})
        assert jws.verify(token, KeySet(twins)).payload == b"{}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "[]",
        "{}",
        "null",
        "5",
        '"keys"',
        '{"keys":{}}',
        '{"keys":null}',
        '{"keys":"x"}',
        '{"keys":[',
        '{"keys":[],"keys":[]}',
        '{"keys":' + "[" * 1000 + "]" * 1000 + "}",
        '{"keys":' + "[" * 100_000,
        "<!DOCTYPE html><html></html>",
        "\ufeff{}",
        '{"keys":[NaN]}',
        "Not Found",
    ],
)
def test_what_is_no_set_is_refused(text: str) -> None:
    """Anything but a JSON object with a list of keys raises InvalidKeyError, in one line."""
    for data in (text, text.encode()):
        with pytest.raises(InvalidKeyError) as caught:
            KeySet.parse(data)
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) <= 200


def test_an_html_page_is_named() -> None:
    """A wrong address often answers a web page; the error says so."""
    with pytest.raises(InvalidKeyError, match="HTML"):
        KeySet.parse("<!DOCTYPE html><html><title>404</title></html>")


def test_bytes_that_are_no_text_are_refused() -> None:
    """UTF-16, broken UTF-8 and random bytes are no set."""
    good = '{"keys":[]}'
    for data in (good.encode("utf-16"), good.encode("utf-32"), b'{"keys":["\xff"]}', bytes(range(256))):
        with pytest.raises(InvalidKeyError):
            KeySet.parse(data)


def test_a_set_too_large_is_refused() -> None:
    """Megabytes, or hundreds of keys, are refused before any key is read."""
    with pytest.raises(InvalidKeyError):
        KeySet.parse('{"keys":[' + " " * 2_000_000 + "]}")
    with pytest.raises(InvalidKeyError):
        KeySet.from_jwks({"keys": [{"kty": "XYZ"}] * 1000})


def test_what_is_published_reads_back(jwks: dict[str, Any], rsa_key: Key, ec_key: Key) -> None:
    """to_jwks writes what parse reads, public members only."""
    published = KeySet([rsa_key, ec_key]).to_jwks()
    assert published == jwks
    assert [key.kid for key in KeySet.parse(json.dumps(published))] == ["one", "two"]
    assert not any(key.is_private for key in KeySet.from_jwks(published))


def test_secrets_are_never_published(secret: bytes) -> None:
    """A set of HMAC secrets has nothing to publish."""
    hidden = KeySet([Key.from_secret(secret, "HS256")])
    try:
        published = hidden.to_jwks()
    except InvalidKeyError:
        return
    assert published == {"keys": []}


def test_a_key_published_with_its_private_half_verifies_nothing(ec_key: Key) -> None:
    """Whoever reads a published set could sign with such a key, so it is kept apart with the reason."""
    jwks = {"keys": [ec_key.to_jwk(private=True)]}
    assert len(KeySet.from_jwks(jwks)) == 1
    published = KeySet.from_jwks(jwks, published=True)
    assert len(published) == 0
    assert "anybody can sign" in published.unusable[0].reason
