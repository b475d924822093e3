# SPDX-License-Identifier: Apache-2.0
"""The objects of jwt.algorithms: views of the one table, for programs that ask for them."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa

from jwt import algorithms as pyjwt
from sealwright import jwt
from sealwright.jose import ALGORITHMS, Key
from sealwright.jwt import algorithms
from sealwright.jwt.algorithms import ECAlgorithm, HMACAlgorithm, OKPAlgorithm, RSAAlgorithm, RSAPSSAlgorithm

CLASSES: dict[str, Any] = {"RSA": RSAAlgorithm, "EC": ECAlgorithm, "OKP": OKPAlgorithm, "oct": HMACAlgorithm}


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_every_algorithm_signs_verifies_and_travels_as_jwk(alg: str) -> None:
    """The object of each row does what the row does."""
    algorithm = algorithms.get_default_algorithms()[alg]
    key = Key.generate(alg)
    native = algorithm.prepare_key(key.native)
    signature = algorithm.sign(b"message", native)
    assert algorithm.verify(b"message", native, signature)
    assert not algorithm.verify(b"massage", native, signature)
    key.verify(b"message", signature, alg)
    for as_dict in (True, False):
        jwk: Any = algorithm.to_jwk(native, as_dict=as_dict)
        assert algorithm.verify(b"message", algorithm.from_jwk(jwk), signature)
    if key.kty != "oct":
        public = key.public().native
        assert algorithm.verify(b"message", algorithm.from_jwk(algorithm.to_jwk(public)), signature)
        assert algorithm.verify(b"message", algorithm.prepare_key(key.public().to_pem()), signature)


@pytest.mark.parametrize("alg", ["HS256", "RS384", "PS512", "ES256", "ES256K", "ES512", "EdDSA"])
def test_as_pyjwt_does(alg: str) -> None:
    """Classes, hashes, JWK members and signatures agree with PyJWT's objects."""
    ours, theirs = algorithms.get_default_algorithms()[alg], pyjwt.get_default_algorithms()[alg]
    assert type(ours).__name__ == type(theirs).__name__
    assert ours.hash_alg == getattr(theirs, "hash_alg", None)
    key: Any = Key.generate(alg).native
    for native in (key,) if isinstance(key, bytes) else (key, key.public_key()):
        assert ours.to_jwk(native, as_dict=True) == theirs.to_jwk(native, as_dict=True)
        assert json.loads(ours.to_jwk(native)) == json.loads(theirs.to_jwk(native))
    public = key if isinstance(key, bytes) else key.public_key()
    assert theirs.verify(b"message", public, ours.sign(b"message", key))
    assert ours.verify(b"message", public, theirs.sign(b"message", key))


@pytest.mark.parametrize("kind", CLASSES)
def test_a_jwk_from_a_published_set(kind: str) -> None:
    """The usual recipe: find the JWK, make a key of it with from_jwk, decode with that."""
    alg = {"RSA": "RS256", "EC": "ES384", "OKP": "EdDSA", "oct": "HS256"}[kind]
    key = Key.generate(alg, kid="june")
    jwk = key.to_jwk(private=kind == "oct")
    for form in (jwk, json.dumps(jwk)):
        native = CLASSES[kind].from_jwk(form)
        assert jwt.decode(jwt.encode({"a": 1}, key), native, algorithms=[alg]) == {"a": 1}
    for other, cls in CLASSES.items():
        if other != kind:
            with pytest.raises(jwt.InvalidKeyError, match=other):
                cls.from_jwk(jwk)


@pytest.mark.parametrize(
    "jwk", ["", "not json", "[]", "{}", 5, None, {"kty": "RSA"}, {"kty": "oct", "k": ""}]
)
@pytest.mark.parametrize("kind", CLASSES)
def test_bad_jwks(kind: str, jwk: Any) -> None:
    """Whatever is no JWK of the kind is an InvalidKeyError."""
    with pytest.raises(jwt.InvalidKeyError):
        CLASSES[kind].from_jwk(jwk)


def test_a_weak_rsa_key_is_refused() -> None:
    """What is refused everywhere is refused here, with the words at hand for those who ask."""
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    algorithm = RSAPSSAlgorithm(RSAPSSAlgorithm.SHA256)
    for call in (algorithm.prepare_key, algorithm.to_jwk, lambda key: algorithm.sign(b"", key)):
        with pytest.raises(jwt.InvalidKeyError, match="2048"):
            call(weak)
    assert "1024" in str(algorithm.check_key_length(weak))
    assert algorithm.check_key_length(Key.generate("RS256").native) is None
    jwk = pyjwt.RSAAlgorithm.to_jwk(weak, as_dict=True)
    with pytest.raises(jwt.InvalidKeyError, match="2048"):
        RSAAlgorithm.from_jwk(jwk)


def test_keys_of_other_kinds_are_refused() -> None:
    """An object takes its own kind of key, and its own curve."""
    es256 = algorithms.get_default_algorithms()["ES256"]
    assert isinstance(es256, ECAlgorithm)
    assert es256.expected_curve is ec.SECP256R1
    with pytest.raises(jwt.InvalidKeyError, match=r"secp384r1.*secp256r1"):
        es256.prepare_key(ec.generate_private_key(ec.SECP384R1()))
    anything = ECAlgorithm(ECAlgorithm.SHA256)
    for curve in (ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1(), ec.SECP256K1()):
        assert anything.prepare_key(ec.generate_private_key(curve))
    edwards = ed25519.Ed25519PrivateKey.generate()
    for algorithm in (es256, anything, RSAAlgorithm(RSAAlgorithm.SHA256)):
        with pytest.raises(jwt.InvalidKeyError):
            algorithm.prepare_key(edwards)
        for wrong in (None, 5):
            with pytest.raises(TypeError):
                algorithm.prepare_key(wrong)
    with pytest.raises(jwt.InvalidKeyError):
        anything.to_jwk(dsa.generate_private_key(1024))


class TestSecrets:
    """HMAC secrets."""

    def test_what_is_no_secret(self) -> None:
        """Nothing empty, no key of another kind, nothing but text and bytes."""
        algorithm = HMACAlgorithm(HMACAlgorithm.SHA256)
        assert algorithm.prepare_key("\u00e4") == "\u00e4".encode()
        key = Key.generate("RS256")
        for text in (key.to_pem(), key.to_openssh(), json.dumps(key.to_jwk()), b""):
            with pytest.raises(jwt.InvalidKeyError):
                algorithm.prepare_key(text)
            with pytest.raises(jwt.InvalidKeyError):
                algorithm.sign(b"", text)
        with pytest.raises(TypeError):
            algorithm.prepare_key(object())

    @pytest.mark.parametrize(("name", "size"), [("SHA256", 32), ("SHA384", 48), ("SHA512", 64)])
    def test_length(self, name: str, size: int) -> None:
        """check_key_length has something to say of secrets shorter than the hash."""
        algorithm = HMACAlgorithm(getattr(HMACAlgorithm, name))
        assert algorithm.check_key_length(b"s" * size) is None
        assert str(size) in str(algorithm.check_key_length(b"s" * (size - 1)))


def test_digests() -> None:
    """OpenID Connect's at_hash needs the algorithm's hash; EdDSA names none."""
    for alg, name in (("HS256", "sha256"), ("RS384", "sha384"), ("ES256K", "sha256"), ("ES512", "sha512")):
        digest = jwt.get_algorithm_by_name(alg).compute_hash_digest(b"token")
        assert digest == hashlib.new(name, b"token").digest()
    for alg in ("EdDSA", "ML-DSA-44"):
        algorithm = jwt.get_algorithm_by_name(alg)
        assert algorithm.check_key_length(None) is None
        with pytest.raises(NotImplementedError):
            algorithm.compute_hash_digest(b"token")


def test_what_needs_cryptography() -> None:
    """Everything but HMAC, and cryptography is always there."""
    assert algorithms.has_crypto
    assert pyjwt.requires_cryptography - {"ES521"} <= algorithms.requires_cryptography
    assert "HS256" not in algorithms.requires_cryptography
