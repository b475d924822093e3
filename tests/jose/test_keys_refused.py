# SPDX-License-Identifier: Apache-2.0
"""Keys that cannot be read or must not be used are refused with one line that says why and what to do."""

from __future__ import annotations

import contextlib
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization as ser
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, rsa, x25519
from cryptography.x509.oid import NameOID

from sealwright.errors import InvalidKeyError
from sealwright.jose import Key

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def pem(native: Any, password: bytes | None = None) -> str:
    """Write a private key as PKCS#8."""
    hidden = ser.BestAvailableEncryption(password) if password else ser.NoEncryption()
    text: bytes = native.private_bytes(ser.Encoding.PEM, ser.PrivateFormat.PKCS8, hidden)
    return text.decode()


def b64u(number: int, size: int | None = None) -> str:
    """Write a number as the members of a JWK do."""
    raw = number.to_bytes(size or (number.bit_length() + 7) // 8, "big")
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def request_for(native: Any) -> str:
    """Make a certificate signing request."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "orders")])
    made = x509.CertificateSigningRequestBuilder().subject_name(name).sign(native, hashes.SHA256())
    return made.public_bytes(ser.Encoding.PEM).decode()


def assert_clear(err: BaseException) -> None:
    """Demand one short line."""
    text = str(err)
    assert text
    assert "\n" not in text
    assert len(text) <= 300


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("", "empty", id="nothing"),
        pytest.param(" \n\t ", "empty", id="white space"),
        pytest.param("<!DOCTYPE html><html><body>Not found</body></html>", "HTML", id="HTML page"),
        pytest.param("<html lang=en><head></head></html>", "HTML", id="HTML page without doctype"),
    ],
)
def test_what_is_no_key_is_named(text: str, says: str) -> None:
    """An empty file and a web page are called by their names."""
    for data in (text, text.encode()):
        with pytest.raises(InvalidKeyError, match=f"(?i){says}") as caught:
            Key.parse(data)
        assert_clear(caught.value)


def test_a_certificate_request_is_named(natives: Mapping[str, Any]) -> None:
    """A certificate request is not a key, and the error says what it is."""
    with pytest.raises(InvalidKeyError, match=r"(?i)certificate.*request|request.*certificate") as caught:
        Key.parse(request_for(natives["P-256"]))
    assert_clear(caught.value)


@pytest.mark.parametrize(
    "data",
    [
        b"\x00",
        b"\xff\xfe\x00\x01" * 50,
        bytes(range(256)) * 8,
        b"hello",
        b"ssh-rsa",
        b"ssh-rsa AAAA",
        b"ssh-rsa !!!! comment",
        b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==",
        b"-----BEGIN RSA PRIVATE KEY-----\n-----END RSA PRIVATE KEY-----\n",
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        b"-----BEGIN PUBLIC KEY-----\nnot base64 at all\n-----END PUBLIC KEY-----\n",
        b"-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n-----END OPENSSH PRIVATE KEY-----\n",
        b"-----BEGIN PRIVATE KEY-----\n",
        b"{}",
        b"[]",
        b'"text"',
        b"{",
        b'{"kty":',
        b'{"kty":null}',
        b'{"kty":[]}',
        b'{"kty":"RSA"}',
        b'{"kty":"EC","crv":"P-256"}',
        b'{"kty":"OKP","crv":"Ed25519"}',
        b'{"kty":"oct"}',
        b'{"kty":"XYZ"}',
        b'\xef\xbb\xbf{"kty":"oct","k":"\xff"}',
        b"[" * 100_000,
        b'{"kty":' + b"[" * 100_000,
    ],
)
def test_garbage_raises_invalid_key_and_nothing_else(data: bytes) -> None:
    """No input makes the key reader raise anything but InvalidKeyError."""
    with pytest.raises(InvalidKeyError) as caught:
        Key.parse(data)
    assert_clear(caught.value)


def test_an_oversized_text_is_refused_unread() -> None:
    """A key text of megabytes is refused by its size."""
    with pytest.raises(InvalidKeyError):
        Key.parse(b"A" * 3_000_000)
    with pytest.raises(InvalidKeyError):
        Key.parse("-----BEGIN PUBLIC KEY-----\n" + "A" * 3_000_000)


def test_a_truncated_key_is_refused(natives: Mapping[str, Any]) -> None:
    """Cutting a key text anywhere gives InvalidKeyError."""
    for native in natives.values():
        text = pem(native)
        for cut in range(0, len(text) - 30, 37):
            with pytest.raises(InvalidKeyError):
                Key.parse(text[:cut])


def test_an_encrypted_key_asks_for_its_password(natives: Mapping[str, Any]) -> None:
    """Reading an encrypted key without a password says that it is encrypted and names the argument."""
    for native in natives.values():
        text = pem(native, b"correct horse")
        with pytest.raises(InvalidKeyError, match=r"(?i)encrypted.*password=") as caught:
            Key.parse(text)
        assert_clear(caught.value)


def test_a_wrong_password_is_called_wrong(natives: Mapping[str, Any]) -> None:
    """A wrong password is named as the fault and never shown."""
    for native in natives.values():
        with pytest.raises(InvalidKeyError, match=r"(?i)password") as caught:
            Key.parse(pem(native, b"correct horse"), password="battery staple")
        assert "battery staple" not in str(caught.value)


def test_a_password_that_is_not_needed_does_not_crash(natives: Mapping[str, Any]) -> None:
    """A password for a key that is not encrypted is ignored or refused clearly."""
    for native in natives.values():
        with contextlib.suppress(InvalidKeyError):
            assert Key.parse(pem(native), password="not needed").is_private


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A path that leads nowhere is in the message."""
    with pytest.raises((InvalidKeyError, FileNotFoundError), match="no-such-key"):
        Key.load(tmp_path / "no-such-key")
    with pytest.raises((InvalidKeyError, OSError), match=tmp_path.name):
        Key.load(tmp_path)


def test_a_file_with_a_wrong_key_is_named(tmp_path: Path) -> None:
    """The message of a file that holds no key names the file."""
    path = tmp_path / "server.key"
    path.write_text("nothing of use")
    with pytest.raises(InvalidKeyError, match=r"server\.key"):
        Key.load(path)


@pytest.mark.parametrize(
    "native",
    [
        pytest.param(ec.generate_private_key(ec.SECP224R1()), id="P-224"),
        pytest.param(ec.generate_private_key(ec.BrainpoolP256R1()), id="brainpool"),
        pytest.param(x25519.X25519PrivateKey.generate(), id="X25519"),
    ],
)
def test_kinds_of_keys_that_sign_no_token_are_refused(native: Any) -> None:
    """A readable key of another kind is refused, in every way it can be given."""
    for give in (
        Key.from_native,
        lambda one: Key.parse(pem(one)),
        lambda one: Key.from_native(one.public_key()),
    ):
        with pytest.raises(InvalidKeyError) as caught:
            give(native)
        assert_clear(caught.value)


def test_a_dsa_key_is_refused() -> None:
    """DSA never signed tokens; its key is readable and refused."""
    parameters = dsa.DSAParameterNumbers(p=2**1023 + 1155, q=2**159 + 71, g=2)
    public = dsa.DSAPublicNumbers(y=3, parameter_numbers=parameters)
    try:
        native = public.public_key()
    except ValueError:
        pytest.skip("this OpenSSL refuses to hold a made-up DSA key")
    with pytest.raises(InvalidKeyError):
        Key.from_native(native)


@pytest.mark.parametrize("thing", [None, 5, 1.5, object(), [], {}, ed448.Ed448PrivateKey])
def test_what_is_no_key_object_is_a_type_error(thing: Any) -> None:
    """A wrong argument type is the caller's mistake and says so."""
    with pytest.raises((TypeError, InvalidKeyError)):
        Key.from_native(thing)
    with pytest.raises((TypeError, InvalidKeyError)):
        Key.parse(thing)


class TestRsaNumbers:
    """RSA moduli and exponents outside the limits are refused however the key arrives."""

    @pytest.mark.parametrize("bits", [512, 1024, 2040])
    def test_small_moduli(self, bits: int) -> None:
        """Fewer than 2048 bits are refused and the limit is named."""
        n = (1 << (bits - 1)) | 1
        with pytest.raises(InvalidKeyError, match="2048"):
            Key.from_jwk({"kty": "RSA", "n": b64u(n), "e": "AQAB"})

    def test_small_private_keys_in_every_format(self) -> None:
        """A real RSA key of 1024 bits is refused as PEM, OpenSSH line and object, private and public."""
        native = rsa.generate_private_key(public_exponent=65537, key_size=1024)
        line = native.public_key().public_bytes(ser.Encoding.OpenSSH, ser.PublicFormat.OpenSSH)
        for text in (pem(native), line):
            with pytest.raises(InvalidKeyError, match="2048"):
                Key.parse(text)
        for one in (native, native.public_key()):
            with pytest.raises(InvalidKeyError, match="2048"):
                Key.from_native(one)

    @pytest.mark.parametrize("bits", [16_384, 32_768])
    def test_huge_moduli(self, bits: int) -> None:
        """A modulus so large that verifying would take seconds is refused when the key is read."""
        n = (1 << (bits - 1)) | 1
        with pytest.raises(InvalidKeyError):
            Key.from_jwk({"kty": "RSA", "n": b64u(n), "e": "AQAB"})

    @pytest.mark.parametrize("e", [1, 2, 4, 65536, (1 << 300) | 1])
    def test_unsafe_exponents(self, e: int, native_rsa: rsa.RSAPrivateKey) -> None:
        """Exponents that are one, even or enormous are refused."""
        n = native_rsa.public_key().public_numbers().n
        with pytest.raises(InvalidKeyError):
            Key.from_jwk({"kty": "RSA", "n": b64u(n), "e": b64u(e)})

    def test_2048_bits_do(self, native_rsa: rsa.RSAPrivateKey) -> None:
        """The smallest allowed size works."""
        assert Key.from_native(native_rsa).kty == "RSA"

    def test_private_members_that_do_not_fit_are_refused(self, native_rsa: rsa.RSAPrivateKey) -> None:
        """A private exponent or prime of another key is found out when the key is read."""
        jwk = Key.from_native(native_rsa).to_jwk(private=True)
        other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        wrong = Key.from_native(other).to_jwk(private=True)
        for name in ("n", "d", "p", "q"):
            with pytest.raises(InvalidKeyError):
                Key.from_jwk({**jwk, name: wrong[name]})
