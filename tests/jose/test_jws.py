# SPDX-License-Identifier: Apache-2.0
"""Signing and verifying compact JWS: what comes out, what keys are taken, who decides the algorithm."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sealwright.errors import (
    DecodeError,
    InvalidAlgorithmError,
    InvalidKeyError,
    InvalidSignatureError,
    InvalidTokenError,
    SealwrightError,
    UnknownKeyError,
)
from sealwright.jose import Key, KeySet, base64url, jws

if TYPE_CHECKING:
    from collections.abc import Mapping

ALGORITHMS = (
    *(f"{family}{size}" for family in ("HS", "RS", "PS") for size in (256, 384, 512)),
    *("ES256", "ES384", "ES512", "ES256K", "EdDSA", "Ed25519", "Ed448"),
    *("ML-DSA-44", "ML-DSA-65", "ML-DSA-87"),
)
each_algorithm = pytest.mark.parametrize("alg", ALGORITHMS)


class DeviceSigner:
    """A signer whose private key nobody sees, as in a hardware module."""

    def __init__(self, key: Key) -> None:
        self._key = key
        self.kid = "slot-7"
        self.alg = key.alg
        self.calls: list[bytes] = []

    @property
    def public_key(self) -> Key:
        """The public half."""
        return self._key.public()

    def sign(self, signing_input: bytes) -> bytes:
        """Sign, and note what was signed."""
        self.calls.append(signing_input)
        return self._key.sign(signing_input)


@each_algorithm
def test_what_was_signed_is_verified(alg: str, all_keys: Mapping[str, Key]) -> None:
    """Payload and header come back as they were signed."""
    key = all_keys[alg]
    token = jws.sign(b"any bytes \x00\xff", key, headers={"typ": "note", "kid": "k"})
    assert isinstance(token, str)
    assert token.count(".") == 2
    for form in (token, token.encode()):
        verified = jws.verify(form, key)
        assert verified.payload == b"any bytes \x00\xff"
        assert dict(verified.header) == {"alg": alg, "typ": "note", "kid": "k"}
    if key.kty != "oct":
        assert jws.verify(token, key.public(), [alg]).payload == b"any bytes \x00\xff"


def test_the_header_holds_alg_and_what_was_given(keys: Mapping[str, Key]) -> None:
    """No kid or typ is added unasked."""
    token = jws.sign(b"", keys["ES256"])
    assert json.loads(base64url.decode(token.split(".", maxsplit=1)[0])) == {"alg": "ES256"}
    assert jws.verify(token, keys["ES256"]).payload == b""


def test_parse_shows_the_parts_without_a_key(keys: Mapping[str, Key]) -> None:
    """The unverified parts are there for display and for choosing a key."""
    token = jws.sign(b"{}", keys["HS256"], headers={"kid": "k"})
    parsed = jws.parse(token)
    assert dict(parsed.header) == {"alg": "HS256", "kid": "k"}
    assert parsed.payload == b"{}"
    assert len(parsed.signature) == 32
    assert parsed.signing_input == token.rpartition(".")[0].encode()


def test_a_device_signs_through_the_same_call(keys: Mapping[str, Key]) -> None:
    """Anything with kid, alg, public_key and sign() is taken for a key when signing."""
    signer = DeviceSigner(keys["ES256"])
    token = jws.sign(b"{}", signer, headers={"kid": signer.kid})
    assert signer.calls == [token.rpartition(".")[0].encode()]
    assert jws.verify(token, signer.public_key).header["kid"] == "slot-7"


def test_a_device_signs_with_its_own_algorithm_only(keys: Mapping[str, Key]) -> None:
    """Asking a signer for another algorithm than its own is refused."""
    signer = DeviceSigner(keys["ES256"])
    with pytest.raises(SealwrightError):
        jws.sign(b"{}", signer, "RS256")
    assert signer.calls == []


def test_the_caller_may_choose_among_the_keys_algorithms(native_rsa: Any) -> None:
    """An RSA key without a fixed algorithm signs with the one asked for."""
    key = Key.from_native(native_rsa)
    for alg in key.algorithms:
        token = jws.sign(b"{}", key, alg)
        assert jws.parse(token).header["alg"] == alg
        assert jws.verify(token, key.public(), [alg]).payload == b"{}"
        if alg != key.alg:
            with pytest.raises(InvalidAlgorithmError):
                jws.verify(token, key.public())


@pytest.mark.parametrize("headers", [{"alg": "none"}, {"alg": "HS256"}, {"alg": None}, {"alg": ["ES256"]}])
def test_headers_cannot_change_the_algorithm(headers: dict[str, Any], keys: Mapping[str, Key]) -> None:
    """A contradicting alg among the extra headers is refused or overruled, never written."""
    try:
        token = jws.sign(b"{}", keys["ES256"], headers=headers)
    except (SealwrightError, ValueError, TypeError):
        return
    assert jws.verify(token, keys["ES256"]).header["alg"] == "ES256"


@pytest.mark.parametrize(
    "headers",
    [
        *({"b64": False}, {"b64": True}, {"b64": "false", "crit": ["b64"]}, {"crit": ["b64"]}),
        *({"crit": []}, {"crit": "b64", "b64": False}, {"crit": ["exp"]}, {"crit": ["exp"], "exp": 1}),
        *({"kid": 5}, {"kid": "k" * 256}, {"typ": ["JWT"]}, {"cty": None}),
    ],
)
def test_headers_nobody_here_would_verify_are_not_signed(
    headers: dict[str, Any], keys: Mapping[str, Key]
) -> None:
    """A token that our own verifier must refuse is not made."""
    with pytest.raises((SealwrightError, ValueError, TypeError)):
        jws.sign(b"{}", keys["ES256"], headers=headers)


@pytest.mark.parametrize("headers", [{"x": float("nan")}, {"x": object()}, {"x": b"raw"}, {5: "x"}])
def test_headers_that_are_no_json_are_refused(headers: dict[Any, Any], keys: Mapping[str, Key]) -> None:
    """What JSON cannot hold is the caller's mistake and raises before anything is signed."""
    try:
        token = jws.sign(b"{}", keys["HS256"], headers=headers)
    except (SealwrightError, ValueError, TypeError):
        return
    assert jws.verify(token, keys["HS256"]).header.keys() == {"alg", *map(str, headers)}


@pytest.mark.parametrize("payload", ["text", None, 5, {}, ["x"]])
def test_the_payload_of_a_jws_is_bytes(payload: Any, keys: Mapping[str, Key]) -> None:
    """Text and objects are a wrong type below the claims layer."""
    with pytest.raises(TypeError):
        jws.sign(payload, keys["HS256"])


def test_a_public_key_signs_nothing(keys: Mapping[str, Key]) -> None:
    """Signing with a public key says that the private one is needed."""
    with pytest.raises(InvalidKeyError, match="private"):
        jws.sign(b"{}", keys["ES256"].public())


class TestVerifyingKeys:
    """Every form of key that verify takes."""

    @pytest.fixture
    def token(self, keys: Mapping[str, Key]) -> str:
        """A token of the P-256 key."""
        return jws.sign(b"{}", keys["ES256"], headers={"kid": "k"})

    def test_texts_and_objects(self, token: str, keys: Mapping[str, Key], natives: Mapping[str, Any]) -> None:
        """PEM, OpenSSH and JWK texts, bytes and cryptography objects all verify, given the algorithms."""
        key = keys["ES256"]
        texts = [key.to_pem(), key.to_openssh(comment="susan"), json.dumps(key.to_jwk())]
        for form in [*texts, *(text.encode() for text in texts), natives["P-256"].public_key()]:
            assert jws.verify(token, form, ["ES256"]).payload == b"{}"

    def test_texts_demand_algorithms(self, token: str, keys: Mapping[str, Key]) -> None:
        """Without the algorithms a text is refused: nobody bound it to one."""
        for form in (keys["ES256"].to_pem(), keys["ES256"].to_openssh(), "secret" * 10):
            with pytest.raises(SealwrightError, match="algorithms"):
                jws.verify(token, form)

    def test_a_secret_as_text_and_bytes(self, keys: Mapping[str, Key], secret: bytes) -> None:
        """An HMAC secret may be given as bytes or text when only HMAC algorithms are allowed."""
        assert jws.verify(jws.sign(b"{}", keys["HS256"]), secret, ["HS256"]).payload == b"{}"
        text = "a random, long, sequence of characters that only the server knows"
        token = jws.sign(b"{}", Key.from_secret(text, "HS512"))
        assert jws.verify(token, text, ["HS256", "HS512"]).payload == b"{}"

    def test_a_function_of_the_header(self, token: str, keys: Mapping[str, Key]) -> None:
        """A callable gets the header and answers with the key."""
        seen: list[Any] = []

        def look_up(header: Mapping[str, Any]) -> Key:
            seen.append(dict(header))
            return keys["ES256"].public()

        assert jws.verify(token, look_up).payload == b"{}"
        assert seen == [{"alg": "ES256", "kid": "k"}]

    def test_a_function_may_refuse(self, token: str) -> None:
        """An UnknownKeyError of a callable comes through."""

        def look_up(header: Mapping[str, Any]) -> Key:
            raise UnknownKeyError("not here", kid=header["kid"])

        with pytest.raises(UnknownKeyError):
            jws.verify(token, look_up)

    @pytest.mark.parametrize("nothing", [None, "", b"", 5, object(), {}, []])
    def test_no_key_is_no_key(self, nothing: Any, token: str) -> None:
        """None, empty and foreign things never verify anything."""
        with pytest.raises((SealwrightError, TypeError, ValueError)):
            jws.verify(token, nothing, ["ES256", "RS256"])
        with pytest.raises((SealwrightError, TypeError, ValueError)):
            jws.verify(token, nothing, ["HS256"])

    def test_a_function_that_finds_nothing(self, token: str) -> None:
        """A callable that answers None, or no key at all, is no key either."""
        for answer in (None, "", 5):
            with pytest.raises((SealwrightError, TypeError)):
                jws.verify(token, lambda header, answer=answer: answer, ["ES256"])  # type: ignore[misc]


class TestWhoDecidesTheAlgorithm:
    """The header's alg is compared with key and caller, and decides nothing."""

    def test_the_caller_narrows(self, keys: Mapping[str, Key]) -> None:
        """An algorithm the key allows and the caller does not is refused."""
        token = jws.sign(b"{}", keys["RS256"])
        with pytest.raises(InvalidAlgorithmError):
            jws.verify(token, keys["RS256"], ["PS256", "ES256"])

    def test_the_caller_does_not_widen(self, native_rsa: Any, keys: Mapping[str, Key]) -> None:
        """An algorithm the caller allows and the key does not is refused, though the RSA key could do it."""
        token = jws.sign(b"{}", Key.from_native(native_rsa, alg="PS256"))
        with pytest.raises((InvalidAlgorithmError, InvalidKeyError)):
            jws.verify(token, keys["RS256"].public(), ["RS256", "PS256"])

    @pytest.mark.parametrize("allowed", [[], (), set()])
    def test_an_empty_list_allows_nothing(self, allowed: Any, keys: Mapping[str, Key]) -> None:
        """No algorithms allowed means none, also for a bound key."""
        with pytest.raises((InvalidAlgorithmError, DecodeError)):
            jws.verify(jws.sign(b"{}", keys["ES256"]), keys["ES256"], allowed)

    def test_a_name_instead_of_a_list(self, keys: Mapping[str, Key]) -> None:
        """A bare text is refused, or means exactly that one name: never its letters or parts."""
        token = jws.sign(b"{}", keys["ES256"])
        with pytest.raises((InvalidAlgorithmError, TypeError, ValueError)):
            jws.verify(token, keys["ES256"], "ES256,RS256")
        with pytest.raises((InvalidAlgorithmError, TypeError, ValueError)):
            jws.verify(token, keys["ES256"], "xES256x")

    def test_unknown_names_are_ignored(self, keys: Mapping[str, Key]) -> None:
        """Names for which there is no row allow nothing and break nothing, or are refused clearly."""
        token = jws.sign(b"{}", keys["ES256"])
        try:
            assert jws.verify(token, keys["ES256"], ["ES256", "XX256"]).payload == b"{}"
        except (SealwrightError, ValueError) as err:
            assert "XX256" in str(err)  # noqa: PT017 - either answer is right

    @pytest.mark.parametrize("name", ["none", "None", "NONE", "nOnE", ""])
    def test_none_is_never_allowed(self, name: str, keys: Mapping[str, Key]) -> None:
        """Neither header nor caller nor both can bring back ``none``."""
        head = base64url.encode(json.dumps({"alg": name}).encode())
        for tail in ("", base64url.encode(b"x" * 32)):
            token = f"{head}.e30.{tail}"
            for key in keys.values():
                for allowed in (None, [name], [name, key.alg]):
                    with pytest.raises(SealwrightError):
                        jws.verify(token, key, allowed)
            for plain in ("", "secret" * 10, None):
                with pytest.raises((SealwrightError, TypeError, ValueError)):
                    jws.verify(token, plain, [name])  # type: ignore[arg-type]

    @each_algorithm
    def test_every_key_against_every_header(self, alg: str, all_keys: Mapping[str, Key]) -> None:
        """A token of one algorithm is refused by the keys of all others, whatever the caller allows."""
        token = jws.sign(b"{}", all_keys[alg])
        for name, key in all_keys.items():
            if name != alg:
                for allowed in (None, [alg], [name]):
                    with pytest.raises(SealwrightError):
                        jws.verify(token, key, allowed)

    def test_both_families_for_one_untyped_key_are_refused(self, keys: Mapping[str, Key]) -> None:
        """For a text, HMAC and public key algorithms in one call are refused as the caller's mistake."""
        hs, rs = jws.sign(b"{}", keys["HS256"]), jws.sign(b"{}", keys["RS256"])
        for token in (hs, rs):
            for text in (keys["RS256"].to_pem(), "secret" * 10):
                with pytest.raises((SealwrightError, ValueError)):
                    jws.verify(token, text, ["HS256", "RS256"])


def test_a_symmetric_token_against_a_set_of_public_keys(keys: Mapping[str, Key], secret: bytes) -> None:
    """An HS256 token finds no key in a set of public keys."""
    token = jws.sign(b"{}", keys["HS256"], headers={"kid": keys["RS256"].kid})
    public = KeySet([keys["RS256"].public(), keys["ES256"].public()])
    with pytest.raises(InvalidTokenError):
        jws.verify(token, public)


def test_two_parts_exchanged_between_tokens_are_refused(keys: Mapping[str, Key]) -> None:
    """Header, payload and signature belong together."""
    one = jws.sign(b'{"a":1}', keys["ES256"], headers={"kid": "1"}).split(".")
    two = jws.sign(b'{"a":2}', keys["ES256"], headers={"kid": "2"}).split(".")
    for position in range(3):
        mixed = [*one]
        mixed[position] = two[position]
        with pytest.raises(InvalidSignatureError):
            jws.verify(".".join(mixed), keys["ES256"])
