# SPDX-License-Identifier: Apache-2.0
"""What a caller may give as a key: how it is read, what is remembered of it, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from sealwright.errors import (
    DecodeError,
    InsecureKeyLengthWarning,
    InvalidAlgorithmError,
    InvalidKeyError,
    InvalidSignatureError,
)
from sealwright.jose import Key, jws, limits

if TYPE_CHECKING:
    from collections.abc import Mapping

SHORT = "too short a secret"
LONG = "a long, random sequence of characters that nobody but the two ends of the line knows"


@pytest.mark.parametrize("alg", [None, "HS256", "HS512"])
def test_a_text_that_is_no_key_is_an_hmac_secret(alg: str | None) -> None:
    """Signing with a text works as with PyJWT, and with HS256 when nothing is said."""
    for form in (LONG, LONG.encode()):
        token = jws.sign(b"{}", form, alg)
        assert jws.parse(token).header["alg"] == (alg or "HS256")
        assert jws.verify(token, LONG, ["HS256", "HS512"]).payload == b"{}"
        assert jws.verify(token, Key.from_secret(LONG, alg or "HS256")).payload == b"{}"


def test_a_private_key_text_signs_with_what_it_is(
    keys: Mapping[str, Key], natives: Mapping[str, Any]
) -> None:
    """PEM texts and key objects choose the algorithm themselves."""
    for alg, kind in (("ES256", "P-256"), ("EdDSA", "Ed25519"), ("RS256", "rsa")):
        for form in (keys[alg].to_pem(private=True), keys[alg].to_pem(private=True).encode(), natives[kind]):
            token = jws.sign(b"{}", form)
            assert jws.verify(token, keys[alg].public()).header["alg"] == alg


def test_a_short_secret_works_and_warns_at_the_callers_line() -> None:
    """A migrating program first runs, then is told where; each warning names this very file."""
    for text in (SHORT, SHORT + "!"):
        with pytest.warns(InsecureKeyLengthWarning, match="RFC 7518") as caught:
            token = jws.sign(b"{}", text, "HS256")
        assert Path(caught[0].filename).name == Path(__file__).name
    with pytest.warns(InsecureKeyLengthWarning, match="below the 32"):
        assert jws.verify(token, SHORT + "!", ["HS256"]).payload == b"{}"
    with pytest.raises(InvalidKeyError, match="needs at least"):
        Key.from_secret(SHORT, "HS256")


@pytest.mark.parametrize("empty", ["", b""])
def test_an_empty_secret_is_none(empty: str | bytes) -> None:
    """Anybody could sign with it."""
    with pytest.raises(InvalidKeyError, match="empty"):
        jws.sign(b"{}", empty, "HS256")
    with pytest.raises(InvalidKeyError, match="empty"):
        jws.verify("eyJhbGciOiJIUzI1NiJ9.e30.AAAA", empty, ["HS256"])


def test_a_secret_shorter_than_any_key_may_still_look_like_one() -> None:
    """The beginning of a key is refused as a secret of any length."""
    for text in ("ssh-ed25519 AAAA", "-----BEGIN PUBLIC KEY-----"):
        with pytest.raises(InvalidKeyError, match="no HMAC secret"):
            jws.sign(b"{}", text, "HS256")
        with pytest.raises(InvalidKeyError, match="no HMAC secret"):
            jws.sign(b"{}", text, "HS512")


def test_a_text_that_no_encoding_can_write_is_no_key() -> None:
    """An unpaired surrogate is reported in our own words, not by the codec."""
    for attempt in (
        lambda: jws.sign(b"{}", "\ud800" * 40, "HS256"),
        lambda: jws.verify("eyJhbGciOiJIUzI1NiJ9.e30.AAAA", "\ud800" * 40, ["HS256"]),
    ):
        with pytest.raises(InvalidKeyError, match="surrogate"):
            attempt()


@pytest.mark.parametrize("nothing", [None, 5, 1.5, {}, set(), {"kty": "oct"}])
def test_what_is_no_key_at_all_is_a_wrong_type(nothing: Any) -> None:
    """None, numbers and mappings raise TypeError on both sides, before the token is believed anything."""
    with pytest.raises(TypeError, match="no key"):
        jws.sign(b"{}", nothing)
    with pytest.raises(TypeError, match="no key"):
        jws.verify("eyJhbGciOiJIUzI1NiIsImp3ayI6e319.e30.AAAA", nothing, ["HS256"])


@pytest.mark.parametrize("names", ["HS256", "RS256,ES256", ""])
def test_algorithms_as_one_text_are_refused(names: str, keys: Mapping[str, Key]) -> None:
    """A text would be searched for parts of it."""
    with pytest.raises(TypeError, match="list of names"):
        jws.verify(jws.sign(b"{}", keys["HS256"]), keys["HS256"], names)


def test_algorithms_missing_means_none_for_untyped_keys(natives: Mapping[str, Any]) -> None:
    """Leaving the list out never means all of them."""
    token = jws.sign(b"{}", LONG)
    missing: list[str] | None
    for key in (LONG, LONG.encode(), natives["P-256"].public_key()):
        for missing in (None, []):
            with pytest.raises((DecodeError, InvalidAlgorithmError)):
                jws.verify(token, key, missing)


def test_an_unknown_algorithm_is_refused_when_signing(keys: Mapping[str, Key], secret: bytes) -> None:
    """The name is looked up before any key is read."""
    for key in (keys["ES256"], secret, "no key"):
        for name in ("none", "HS1", "\n" * 100):
            with pytest.raises(InvalidAlgorithmError):
                jws.sign(b"{}", key, name)


def test_a_text_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second use of a key text, as text or bytes, parses nothing."""
    text = Key.generate("ES256").to_pem(private=True)
    token = jws.sign(b"{}", text)
    monkeypatch.setattr(Key, "parse", None)
    assert jws.sign(b"{}", text) == token
    assert jws.verify(token, text.encode(), ["ES256"]).payload == b"{}"


def test_what_is_remembered_is_bounded() -> None:
    """More keys than are remembered still all work, and no object is taken for another one."""
    natives = [ec.generate_private_key(ec.SECP256R1()) for _ in range(limits.MAX_REMEMBERED_KEYS + 20)]
    tokens = [jws.sign(b"{}", native) for native in natives]
    for native, token in zip(natives, tokens, strict=True):
        assert jws.verify(token, native.public_key(), ["ES256"]).payload == b"{}"
    with pytest.raises(InvalidSignatureError):
        jws.verify(tokens[0], natives[-1].public_key(), ["ES256"])
    for number in range(limits.MAX_REMEMBERED_KEYS + 20):
        secret = f"a secret that is long enough for HS256, number {number}"
        assert jws.verify(jws.sign(b"{}", secret), secret, ["HS256"]).payload == b"{}"


def test_what_is_remembered_of_headers_is_bounded(secret: bytes) -> None:
    """Any number of different headers is read right, the same ones again too."""
    key = Key.from_secret(secret, "HS256")
    tokens = [
        jws.sign(b"{}", key, headers={"kid": f"{number}"})
        for number in range(2 * limits.MAX_REMEMBERED_HEADERS)
    ]
    for _ in range(2):
        for number, token in enumerate(tokens):
            assert jws.verify(token, key).header["kid"] == f"{number}"
    long = jws.sign(b"{}", key, headers={"x": "A" * limits.MAX_REMEMBERED_HEADER_CHARS})
    for _ in range(2):
        assert len(jws.verify(long, key).header["x"]) == limits.MAX_REMEMBERED_HEADER_CHARS
