# SPDX-License-Identifier: Apache-2.0
"""PyJWK and PyJWKSet, as programs written for PyJWT use them."""

from __future__ import annotations

import json
import pickle
import warnings
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from sealwright import jwt
from sealwright.jose import Key, base64url
from sealwright.jwt import algorithms

SECRET = "a random, long, sequence of characters that only the server knows"
SHORT = {"kty": "oct", "k": base64url.encode(b"secret"), "kid": "short"}


def jwk_of(name: str, /, *, private: bool = False, **members: Any) -> dict[str, Any]:
    """Return a new JWK without alg, unless the members bring one."""
    jwk = Key.generate(name).to_jwk(private=private)
    del jwk["kid"]
    if jwk["kty"] != "AKP":
        del jwk["alg"]
    return {**jwk, **members}


class TestPyJWK:
    """Single keys."""

    @pytest.mark.parametrize(
        ("alg", "kty"),
        [
            ("RS256", "RSA"),
            ("ES256", "EC"),
            ("ES384", "EC"),
            ("ES512", "EC"),
            ("ES256K", "EC"),
            ("EdDSA", "OKP"),
            ("HS256", "oct"),
            ("ML-DSA-44", "AKP"),
        ],
    )
    def test_without_alg_the_kind_decides(self, alg: str, kty: str) -> None:
        """A JWK without alg is used with the usual algorithm of its kind, signs and verifies."""
        members = jwk_of(alg, private=True)
        jwk = jwt.PyJWK(members)
        assert (jwk.key_type, jwk.algorithm_name, jwk.key_id, jwk.public_key_use) == (kty, alg, None, None)
        token = jwt.encode({"a": 1}, jwk)
        assert jwt.get_unverified_header(token) == {"alg": alg, "typ": "JWT"}
        public = jwk if kty == "oct" else jwt.PyJWK(Key.from_jwk(members).public().to_jwk())
        for algs in (None, [alg], ["RS512", alg]):
            assert jwt.decode(token, public, algs) == {"a": 1}
        assert jwt.decode(token, public.key, [alg]) == {"a": 1}

    def test_members(self) -> None:
        """Attributes are PyJWT's; key is an object of cryptography, or bytes."""
        members = jwk_of("RS256", kid="june", use="sig", alg="RS512")
        for jwk in (
            jwt.PyJWK(members),
            jwt.PyJWK.from_dict(members),
            jwt.PyJWK.from_json(json.dumps(members)),
            jwt.PyJWK.from_json(json.dumps(members).encode()),
        ):
            assert (jwk.key_id, jwk.public_key_use, jwk.algorithm_name) == ("june", "sig", "RS512")
            assert isinstance(jwk.key, rsa.RSAPublicKey)
            assert isinstance(jwk.Algorithm, algorithms.RSAAlgorithm)
            assert jwk.Algorithm.hash_alg is algorithms.RSAAlgorithm.SHA512
        assert jwt.PyJWK(members, "PS256").algorithm_name == "PS256"
        assert jwt.PyJWK({"kty": "oct", "k": base64url.encode(SECRET.encode())}).key == SECRET.encode()

    def test_it_is_bound_to_its_algorithm(self) -> None:
        """Whatever the caller lists, a token of another algorithm is refused, and none is made."""
        k = base64url.encode(SECRET.encode())
        other = jwt.encode({}, SECRET, "HS256")
        jwk = jwt.PyJWK({"kty": "oct", "k": k, "alg": "HS512"})
        with pytest.raises(jwt.InvalidAlgorithmError):
            jwt.decode(other, jwk, ["HS256", "HS512"])
        with pytest.raises(jwt.InvalidAlgorithmError):
            jwt.decode(jwt.encode({}, jwk), jwk, ["HS256"])
        with pytest.raises(jwt.InvalidAlgorithmError):
            jwt.encode({}, jwk, "HS256")
        with pytest.raises(jwt.InvalidKeyError):
            jwt.PyJWK({"kty": "oct", "k": k, "alg": "RS256"})

    def test_a_short_secret_works_with_a_warning(self) -> None:
        """PyJWT takes it, so a migrating program runs, and is told when the key is used."""
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            jwk = jwt.PyJWK({**SHORT, "k": base64url.encode(b"not seen before")})
        with pytest.warns(jwt.InsecureKeyLengthWarning) as caught:
            token = jwt.encode({"a": 1}, jwk)
        assert caught[0].filename == __file__
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", jwt.InsecureKeyLengthWarning)
            assert jwt.decode(token, jwk) == {"a": 1}
            with pytest.raises(jwt.InvalidSignatureError):
                jwt.decode(token, jwt.PyJWK(SHORT))

    @pytest.mark.parametrize("members", [{"use": "enc"}, {"key_ops": ["encrypt"]}])
    def test_labels_are_enforced(self, members: dict[str, Any]) -> None:
        """A key for something else neither signs nor verifies."""
        for base in (SHORT, {"kty": "oct", "k": base64url.encode(SECRET.encode())}):
            jwk = jwt.PyJWK({**base, **members})
            with pytest.raises(jwt.InvalidKeyError):
                jwt.encode({}, jwk)
            with pytest.raises(jwt.InvalidKeyError):
                jwt.decode(jwt.encode({}, SECRET, "HS256"), jwk)

    @pytest.mark.parametrize(
        "jwk",
        [
            {},
            {"kty": "unknown"},
            {"kty": 5},
            {"kty": "RSA", "n": 1, "e": "AQAB"},
            {"kty": "EC", "crv": "P-1", "x": "AA", "y": "AA"},
            {"kty": "OKP", "x": "AA"},
            {"kty": "AKP", "pub": "AA"},
            {"kty": "oct", "k": ""},
            {"kty": "oct"},
            {"kty": "oct", "k": "AA", "alg": "RS256"},
            [],
            None,
        ],
    )
    def test_bad_ones(self, jwk: Any) -> None:
        """Whatever is no usable JWK is an InvalidKeyError."""
        with pytest.raises(jwt.InvalidKeyError):
            jwt.PyJWK(jwk)
        with pytest.raises(jwt.InvalidKeyError):
            jwt.PyJWK.from_json(json.dumps(jwk))

    @pytest.mark.parametrize("alg", ["none", "RS1", 5, ["RS256"]])
    def test_unknown_algorithms(self, alg: Any) -> None:
        """An algorithm that does not exist is a PyJWKError."""
        for jwk, algorithm in ((jwk_of("ES256", alg=alg), None), (jwk_of("ES256"), alg)):
            with pytest.raises(jwt.PyJWKError):
                jwt.PyJWK(jwk, algorithm)

    def test_text_that_is_no_json(self) -> None:
        """Unpaired surrogates and other nonsense do not get out as other errors."""
        for text in ("", "{", "\ud800", b"\xff", '{"kty":"oct","kty":"RSA"}'):
            with pytest.raises(jwt.InvalidKeyError):
                jwt.PyJWK.from_json(text)

    def test_secrets_stay_inside(self) -> None:
        """Neither repr nor pickle shows the private part."""
        for members in (jwk_of("RS256", private=True), SHORT, jwk_of("HS256", private=True)):
            jwk = jwt.PyJWK(members)
            private = members.get("d") or members["k"]
            assert private not in repr(jwk)
            assert "b'" not in repr(jwk)
            with pytest.raises(TypeError):
                pickle.dumps(jwk)


class TestPyJWKSet:
    """Sets of keys."""

    def test_members(self) -> None:
        """A set is iterable, and indexed by kid; what cannot be used is left out."""
        good = jwk_of("ES256", kid="june")
        members = [None, "text", {"kty": "new"}, jwk_of("RS256", alg="unknown"), good, SHORT]
        for keys in (
            jwt.PyJWKSet(members),  # type: ignore[arg-type]
            jwt.PyJWKSet.from_dict({"keys": members}),
            jwt.PyJWKSet.from_json(json.dumps({"keys": members})),
        ):
            assert [key.key_id for key in keys] == ["june", "short"] == [key.key_id for key in keys.keys]
            assert keys["june"] is keys.keys[0]
            with pytest.raises(KeyError, match="july"):
                keys["july"]

    @pytest.mark.parametrize("keys", [[], None, "text", {"a": 1}, [None], [{"kty": "new"}], [SHORT] * 101])
    def test_sets_without_a_usable_key(self, keys: Any) -> None:
        """An empty set is refused, and the message says what was wrong with the last member."""
        with pytest.raises(jwt.PyJWKSetError):
            jwt.PyJWKSet(keys)
        with pytest.raises(jwt.PyJWKSetError):
            jwt.PyJWKSet.from_dict({"keys": keys})
        with pytest.raises(jwt.PyJWKSetError, match="kty"):
            jwt.PyJWKSet([{"kty": "new"}])
        with pytest.raises(jwt.InvalidKeyError):
            jwt.PyJWKSet.from_json("[]")

    def test_a_set_is_a_key(self) -> None:
        """A set goes where a key goes: the token's kid chooses, or there is only one."""
        first, second = (Key.generate("ES256", kid=name) for name in ("first", "second"))
        both = jwt.PyJWKSet([first.public().to_jwk(), second.public().to_jwk()])
        for key in (first, second):
            assert jwt.decode(jwt.encode({"a": 1}, key), both, ["ES256"]) == {"a": 1}
        nameless = jwt.encode({"a": 1}, second, headers={"kid": None})
        with pytest.raises(jwt.UnknownKeyError):
            jwt.decode(nameless, both)
        with pytest.raises(jwt.UnknownKeyError) as caught:
            jwt.decode(jwt.encode({}, Key.generate("ES256", kid="third")), both)
        assert caught.value.kid == "third"
        assert jwt.decode(nameless, jwt.PyJWKSet([second.public().to_jwk()])) == {"a": 1}
