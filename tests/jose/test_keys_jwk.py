# SPDX-License-Identifier: Apache-2.0
"""JWKs that contradict themselves, or must not sign or verify, are refused."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING, Any

import pytest

from sealwright.errors import InvalidAlgorithmError, InvalidKeyError, SealwrightError
from sealwright.jose import Key

if TYPE_CHECKING:
    from collections.abc import Mapping


def b64u(number: int, size: int) -> str:
    """Write a number as the members of a JWK do."""
    return urlsafe_b64encode(number.to_bytes(size, "big")).rstrip(b"=").decode()


class TestJwk:
    """JWKs that say two things at once, or nothing sensible, are refused."""

    @pytest.fixture
    def ec_jwk(self, natives: Mapping[str, Any]) -> dict[str, Any]:
        """A private P-256 JWK."""
        return Key.from_native(natives["P-256"]).to_jwk(private=True)

    @pytest.fixture
    def okp_jwk(self, natives: Mapping[str, Any]) -> dict[str, Any]:
        """A private Ed25519 JWK."""
        return Key.from_native(natives["Ed25519"]).to_jwk(private=True)

    def test_a_point_off_the_curve(self, ec_jwk: dict[str, Any]) -> None:
        """Coordinates that are no point of the curve are refused."""
        del ec_jwk["d"]
        for change in ({"x": ec_jwk["y"]}, {"y": b64u(1, 32)}, {"x": b64u(0, 32), "y": b64u(0, 32)}):
            with pytest.raises(InvalidKeyError):
                Key.from_jwk({**ec_jwk, **change})

    def test_a_private_number_of_another_key(self, ec_jwk: dict[str, Any], okp_jwk: dict[str, Any]) -> None:
        """A private number that does not belong to the public point is refused."""
        for jwk in (ec_jwk, okp_jwk):
            with pytest.raises(InvalidKeyError):
                Key.from_jwk({**jwk, "d": b64u(12345, 32)})

    def test_private_numbers_out_of_range(self, ec_jwk: dict[str, Any]) -> None:
        """Zero and numbers beyond the group order are no private keys."""
        for raw in (bytes(32), b"\xff" * 32):
            with pytest.raises(InvalidKeyError):
                Key.from_jwk({**ec_jwk, "d": urlsafe_b64encode(raw).rstrip(b"=").decode()})

    def test_members_of_the_wrong_length(self, ec_jwk: dict[str, Any], okp_jwk: dict[str, Any]) -> None:
        """Coordinates have the curve's full length (RFC 7518 section 6.2.1.2), neither cut nor padded."""
        for jwk in (ec_jwk, okp_jwk):
            for name in {"x", "y", "d"} & jwk.keys():
                raw = urlsafe_b64decode(jwk[name] + "==")
                for bad in (raw[:-1], raw + b"\0", b"\0" + raw, b""):
                    with pytest.raises(InvalidKeyError):
                        Key.from_jwk({**jwk, name: urlsafe_b64encode(bad).rstrip(b"=").decode()})

    @pytest.mark.parametrize("bad", [None, 5, True, [], {}, "", "=", "AQ==", "a b", "Z", "\ud800", "AB"])
    def test_members_of_the_wrong_type_or_spelling(self, bad: Any, natives: Mapping[str, Any]) -> None:
        """Every member that carries a number must be canonical base64url text."""
        for native in natives.values():
            jwk = Key.from_native(native).to_jwk(private=True)
            for name in {"x", "y", "d", "n", "e", "p", "q"} & jwk.keys():
                with pytest.raises(InvalidKeyError) as caught:
                    Key.from_jwk({**jwk, name: bad})
                assert "\n" not in str(caught.value)

    def test_curves_and_types_that_are_unknown_are_named(self, ec_jwk: dict[str, Any]) -> None:
        """An unknown curve or key type is in the message."""
        for name, value in (("crv", "P-999"), ("kty", "XYZ")):
            with pytest.raises(InvalidKeyError, match=value):
                Key.from_jwk({**ec_jwk, name: value})
        wrong: list[tuple[str, Any]] = [
            ("crv", 5),
            ("kty", 5),
            ("crv", None),
            ("kty", {}),
            ("crv", ["P-256"]),
        ]
        for name, bad in wrong:
            with pytest.raises(InvalidKeyError):
                Key.from_jwk({**ec_jwk, name: bad})

    @pytest.mark.parametrize("alg", ["ES384", "RS256", "HS256", "none", "ES521", "A256KW", 5, [], ""])
    def test_an_algorithm_that_does_not_fit_the_key(self, alg: Any, ec_jwk: dict[str, Any]) -> None:
        """A P-256 key that claims another algorithm contradicts itself."""
        with pytest.raises((InvalidKeyError, InvalidAlgorithmError)):
            Key.from_jwk({**ec_jwk, "alg": alg})

    def test_an_hmac_key_shorter_than_its_hash(self) -> None:
        """A typed HMAC key must be as long as the hash (RFC 7518 section 3.2)."""
        for alg, size in (("HS256", 32), ("HS384", 48), ("HS512", 64)):
            for short in (0, 1, size - 1):
                with pytest.raises(InvalidKeyError):
                    Key.from_secret(bytes(range(short)), alg)
                k = urlsafe_b64encode(bytes(range(short))).rstrip(b"=").decode()
                with pytest.raises(InvalidKeyError):
                    Key.from_jwk({"kty": "oct", "alg": alg, "k": k})
            assert Key.from_secret(bytes(range(size)), alg).alg == alg

    def test_a_key_for_encryption_signs_and_verifies_nothing(self, ec_jwk: dict[str, Any]) -> None:
        """A key with use enc is refused at latest when used."""
        self._refused_for_everything({**ec_jwk, "use": "enc"})
        self._refused_for_everything({**ec_jwk, "key_ops": ["encrypt", "decrypt"]})
        self._refused_for_everything({**ec_jwk, "key_ops": []})

    def _refused_for_everything(self, jwk: dict[str, Any]) -> None:
        good = Key.from_jwk({name: jwk[name] for name in ("kty", "crv", "x", "y", "d")})
        signature = good.sign(b"x")
        with pytest.raises(SealwrightError):
            Key.from_jwk(jwk).sign(b"x")
        with pytest.raises(SealwrightError):
            Key.from_jwk(jwk).verify(b"x", signature)

    def test_key_ops_are_enforced(self, ec_jwk: dict[str, Any]) -> None:
        """A key for verifying does not sign, a key for signing does, and the public half verifies."""
        public = {name: ec_jwk[name] for name in ("kty", "crv", "x", "y")}
        signer = Key.from_jwk({**ec_jwk, "key_ops": ["sign"]})
        signature = signer.sign(b"x")
        Key.from_jwk({**public, "key_ops": ["verify"]}).verify(b"x", signature)
        signer.public().verify(b"x", signature)
        with pytest.raises(InvalidKeyError):
            Key.from_jwk({**ec_jwk, "key_ops": ["verify"]}).sign(b"x")
        with pytest.raises(InvalidKeyError):
            Key.from_jwk({**public, "key_ops": ["sign"]}).verify(b"x", signature)

    @pytest.mark.parametrize(
        "change",
        [
            {"use": 5},
            {"use": []},
            {"key_ops": "verify"},
            {"key_ops": [5]},
            {"key_ops": {}},
            {"kid": 5},
            {"kid": []},
        ],
    )
    def test_metadata_of_the_wrong_type(self, change: dict[str, Any], ec_jwk: dict[str, Any]) -> None:
        """The members use, key_ops and kid have the types of RFC 7517 section 4."""
        with pytest.raises(InvalidKeyError):
            Key.from_jwk({**ec_jwk, **change})

    def test_two_members_of_one_name(self, ec_jwk: dict[str, Any]) -> None:
        """A JWK text with a member twice is refused, also when one is spelt with an escape."""
        text = json.dumps(ec_jwk)
        for extra in ('"x":"AA",', '"\\u0078":"AA",', '"kty":"EC",'):
            with pytest.raises(InvalidKeyError):
                Key.parse("{" + extra + text[1:])

    def test_an_argument_that_is_no_mapping(self) -> None:
        """Text where a mapping is wanted is a wrong type."""
        with pytest.raises((TypeError, InvalidKeyError)):
            Key.from_jwk('{"kty":"oct"}')  # type: ignore[arg-type]
