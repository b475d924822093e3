# SPDX-License-Identifier: Apache-2.0
"""Whatever is given as a key and is none is called by its name, in one short line that says what to do."""

from __future__ import annotations

import json
import sys
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization as ser
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, x448, x25519
from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12
from cryptography.x509.oid import NameOID

from sealwright.errors import InvalidKeyError, PasswordNeededError
from sealwright.jose import Key, KeySet

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

PEM, DER = ser.Encoding.PEM, ser.Encoding.DER
PKCS8, SPKI = ser.PrivateFormat.PKCS8, ser.PublicFormat.SubjectPublicKeyInfo
NONE = ser.NoEncryption()
KEY = ed25519.Ed25519PrivateKey.generate()
SECRET = KEY.private_bytes(PEM, PKCS8, NONE).decode()
PUBLIC = KEY.public_key().public_bytes(PEM, SPKI).decode()
LINE = KEY.public_key().public_bytes(ser.Encoding.OpenSSH, ser.PublicFormat.OpenSSH).decode()
START = datetime(2026, 1, 1, tzinfo=UTC)
NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "orders")])
REQUEST = x509.CertificateSigningRequestBuilder().subject_name(NAME).sign(KEY, None)


def block(label: str, raw: bytes = b"0\x03\x02\x01\x05") -> str:
    """Write a PEM block."""
    return f"-----BEGIN {label}-----\n{b64encode(raw).decode()}\n-----END {label}-----\n"


def sequence(*parts: bytes) -> bytes:
    """Write a DER sequence of less than 128 bytes."""
    body = b"".join(parts)
    return bytes([0x30, len(body)]) + body


def number(value: int) -> bytes:
    """Write a small DER integer."""
    return bytes([2, 1, value])


def refuse(data: str | bytes, says: str, password: str | None = None) -> InvalidKeyError:
    """Demand one short line that says something, and holds no part of what was given."""
    with pytest.raises(InvalidKeyError, match=says) as caught:
        Key.parse(data, password)
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) <= 200
    assert caught.value.__cause__ is None
    shown = data if isinstance(data, str) else data.decode("latin-1")
    for line in shown.splitlines():
        for at in range(0, len(line) - 20, 20):
            assert line[at : at + 20] not in message or "BEGIN" in line or "END" in line
    return caught.value


TEXTS: dict[str, tuple[str, str]] = {
    "nothing": ("", "empty"),
    "a token": ("eyJhbGciOiJIUzI1NiJ9.e30.abc", "signed token"),
    "a header value": ("Bearer eyJhbGciOiJIUzI1NiJ9.e30.abc", "signed token"),
    "an encrypted token": ("eyJhbGciOiJkaXIifQ..a.b.c", "encrypted token"),
    "a web page": ("<!doctype html><html></html>", "HTML"),
    ".NET XML": ("<RSAKeyValue><Modulus>AA==</Modulus></RSAKeyValue>", "NET"),
    ".NET XML with a head": ('<?xml version="1.0"?>\n<RSAKeyValue/>', "NET"),
    "PuTTY": ("PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n", "puttygen"),
    "a JSON array": ("[]", "array"),
    "a URL": ("https://example.com/jwks.json", "URL"),
    "a variable": ("$PRIVATE_KEY", "variable"),
    "a braced variable": ("${PRIVATE_KEY}", "variable"),
    "a Windows variable": ("%KEY%", "variable"),
    "an absolute path": ("/etc/ssl/private", "Key.load"),
    "a relative path": ("./jwt-key", "Key.load"),
    "a Windows path": ("C:\\keys\\jwt", "Key.load"),
    "a home path": ("~/.ssh/id_ed25519", "Key.load"),
    "a file URL": ("file:///etc/key", "Key.load"),
    "a file name": ("jwt-key.pem", "Key.load"),
    "a folder and a name": ("keys/private", "Key.load"),
    "a binary read as text": ("0\x82ab", "rb"),
    "hexadecimal": ("30" * 40, "hexadecimal"),
    "a word": ("hello", "from_secret"),
    "headers without BEGIN": ("Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA", "BEGIN"),
    "a JWKS": ('{"keys":[]}', "KeySet.parse"),
    "metadata": ('{"issuer":"x","jwks_uri":"https://x"}', "jwks_uri"),
    "a service account": (json.dumps({"type": "service_account", "private_key": SECRET}), "'private_key'"),
    "no JWK": ('{"a":1}', "kty"),
    "broken JSON": ('{"kty":', "JSON"),
    "no end": (SECRET[:-30], "END PRIVATE KEY is missing"),
    "no beginning": (SECRET.partition("\n")[2], "BEGIN PRIVATE KEY is missing"),
    "two beginnings": (SECRET[:-30] + SECRET, "END PRIVATE KEY is missing"),
    "mixed": (SECRET.replace("END PRIVATE", "END PUBLIC"), "closed by END PUBLIC KEY"),
    "two keys": (SECRET + PUBLIC, r"2 blocks \(PRIVATE KEY, PUBLIC KEY\)"),
    "a public key and a certificate": (PUBLIC + block("CERTIFICATE"), "2 blocks"),
    "many": (PUBLIC * 9, r"9 blocks \(PUBLIC KEY, PUBLIC KEY, PUBLIC KEY, PUBLIC KEY\)"),
    "a request": (REQUEST.public_bytes(PEM).decode(), "certificate request"),
    "a DSA key": (block("DSA PRIVATE KEY"), "DSA"),
    "a PGP key": (block("PGP PRIVATE KEY BLOCK"), "PGP"),
    "an ssh.com key": (
        "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n---- END SSH2 ENCRYPTED PRIVATE KEY ----",
        "-i",
    ),
    "a curve only": (block("EC PARAMETERS"), "EC PRIVATE KEY block is missing"),
    "nonsense as OpenSSH": (block("OPENSSH PRIVATE KEY", b"hello"), "damaged"),
    "an unknown block": (block("NOTHING SPECIAL"), "NOTHING SPECIAL block"),
    "public as private": (PUBLIC.replace("PUBLIC", "PRIVATE"), r"something else \(SPKI\)"),
    "private as public": (SECRET.replace("PRIVATE", "PUBLIC"), r"something else \(PKCS#8\)"),
    "nonsense as public": (block("PUBLIC KEY", b"hello"), "damaged"),
    "nonsense as a certificate": (block("CERTIFICATE", b"hello"), "certificate is damaged"),
    "no base64": (SECRET.replace("\nM", "\n!"), "not base64"),
    "impossible base64": (block("PRIVATE KEY").replace("MAMCAQU=", "MAMCAQUAA"), "not base64"),
    "two lines": (f"{LINE}\n{LINE}\n", "2 OpenSSH public keys"),
    "a broken line": (f"{LINE[:60]}\n{LINE[60:]}\n", "several lines"),
    "authorized_keys": (f"restrict {LINE}", "authorized_keys"),
    "known_hosts": (f"@revoked * {LINE}", "authorized_keys"),
    "half a line": (LINE[:60], "damaged"),
    "a bare kind": ("ssh-ed25519", "damaged"),
    "another kind": (LINE.replace("ssh-ed25519", "ssh-rsa"), "damaged"),
    "DSA line": ("ssh-dss AAAAB3NzaC1kc3MAAAABAA==", "DSA"),
    "a certificate line": ("ssh-ed25519-cert-v01@openssh.com AAAA", "certificate"),
    "a security key": ("sk-ssh-ed25519@openssh.com AAAA", "FIDO"),
    "an unknown line": ("ssh-xmss@openssh.com AAAA", "not known here"),
}


@pytest.mark.parametrize("what", TEXTS)
def test_texts_that_are_no_key_are_named(what: str) -> None:
    """Every mistake is recognised as text, as bytes, and with white space and line ends around."""
    text, says = TEXTS[what]
    refuse(text, says)
    refuse(text.encode(), says)
    refuse(f"\n {text}\r\n", says)


def test_binaries_that_are_no_key_are_named() -> None:
    """Files of other programs, bare bytes and DER of other kinds are named."""
    private: Any = KEY
    certificate = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(NAME)
        .last_update(START)
        .next_update(START + timedelta(days=1))
        .sign(private, None)
    )
    whole = KEY.public_key().public_bytes(DER, SPKI)
    cases: list[tuple[bytes, str]] = [
        (b"\xfe\xed\xfe\xed\0\0", "Java"),
        (b"PK\x03\x04\0", "ZIP"),
        (b"\x1f\x8b\x08\0", "gunzip"),
        (bytes(range(224, 256)), "32 bare bytes.*Key.from_raw"),
        (b"\0\xff\xfe", "binary data"),
        (REQUEST.public_bytes(DER), "certificate request"),
        (certificate.public_bytes(DER), "revoked"),
        (whole[:-1], "cut off"),
        (whole + b"\0", "something follows"),
        (b"\x30\xff", "damaged"),
        (b"\x30\x86\0\0\0\0\0\0", "damaged"),
        (b"\x30\0", "no key that is known"),
        (sequence(number(1), number(2), number(3)), "parameters"),
        (sequence(*(number(n) for n in range(6))), "DSA"),
        (sequence(b"\x06\x01\x2a", b"\xa0\x00"), "PKCS#7"),
        (sequence(b"\x05\x00"), "no key that is known"),
        (sequence(number(200), number(5)), "Diffie-Hellman"),
        (sequence(number(0), number(7)), "public key"),
        (sequence(number(1), b"\x04\x01\x05"), "SEC1"),
        (sequence(number(3), sequence()), "PKCS#12"),
        (sequence(sequence(number(1), b"\x30\x05"), sequence(), b"\x03\x01\0"), "certificate is damaged"),
        (sequence(sequence(b"\xa0\x00"), sequence(), b"\x03\x01\0"), "certificate is damaged"),
        (sequence(sequence(), b"\x04\x01\0"), "give password="),
        (sequence(sequence(b"\x06\x07\x2a\x86\x48\xce\x38\x04\x01"), b"\x03\x01\0"), "DSA"),
        (
            sequence(number(0), sequence(b"\x06\x09" + bytes.fromhex("2a864886f70d010301")), b"\x04\x01\0"),
            "Diffie",
        ),
        (sequence(sequence(), b"\x03\x01\0"), "damaged"),
        (b"\0\0\0\x0bssh-ed25519", "damaged"),
        (b"openssh-key-v1\0", "damaged"),
    ]
    for data, says in cases:
        refuse(data, says)
        if len(data) > 30:
            refuse(b64encode(data), says)
    assert "hexadecimal" not in str(refuse(b64encode(b"\xf1\xf2" * 30), "known format"))


@pytest.mark.parametrize(
    "native",
    [
        pytest.param(x25519.X25519PrivateKey.generate(), id="X25519"),
        pytest.param(x448.X448PrivateKey.generate(), id="X448"),
        pytest.param(ec.generate_private_key(ec.BrainpoolP256R1()), id="brainpool"),
    ],
)
def test_keys_that_sign_no_tokens_are_refused_in_every_form(native: Any) -> None:
    """Keys for encryption, DSA and foreign curves are refused with the reason, private and public."""
    for encoding in (PEM, DER):
        refuse(native.private_bytes(encoding, PKCS8, NONE), "only encrypt|sign no tokens|signs no tokens")
        refuse(
            native.public_key().public_bytes(encoding, SPKI), "only encrypt|sign no tokens|signs no tokens"
        )
    with pytest.raises(InvalidKeyError):
        Key.from_native(native)


def test_an_unknown_algorithm_is_refused() -> None:
    """A key whose algorithm has an unknown number is well-formed and of no use."""
    for encoding in (PEM, DER):
        for raw in (KEY.private_bytes(DER, PKCS8, NONE), KEY.public_key().public_bytes(DER, SPKI)):
            odd = raw.replace(b"\x06\x03\x2b\x65\x70", b"\x06\x03\x2b\x65\x11")
            label = "PRIVATE KEY" if len(raw) > 46 else "PUBLIC KEY"
            refuse(block(label, odd) if encoding is PEM else odd, "signs no tokens")


class TestPasswords:
    """Encrypted keys say that they are, and passwords that do not fit, or are not needed, are refused."""

    @pytest.fixture(params=["PKCS#8", "PKCS#8 DER", "traditional", "OpenSSH", "PKCS#12"])
    def locked(self, request: pytest.FixtureRequest, natives: Mapping[str, Any]) -> bytes:
        """An encrypted P-256 key."""
        native, hidden = natives["P-256"], ser.BestAvailableEncryption(b"right")
        forms: dict[str, Callable[[], bytes]] = {
            "PKCS#8": lambda: native.private_bytes(PEM, PKCS8, hidden),
            "PKCS#8 DER": lambda: native.private_bytes(DER, PKCS8, hidden),
            "traditional": lambda: native.private_bytes(PEM, ser.PrivateFormat.TraditionalOpenSSL, hidden),
            "OpenSSH": lambda: native.private_bytes(PEM, ser.PrivateFormat.OpenSSH, hidden),
            "PKCS#12": lambda: pkcs12.serialize_key_and_certificates(b"k", native, None, None, hidden),
        }
        return forms[request.param]()

    def test_right_wrong_missing(self, locked: bytes, natives: Mapping[str, Any]) -> None:
        """The right password opens, a wrong one is called so, a missing or empty one is asked for."""
        expected = Key.from_native(natives["P-256"]).thumbprint()
        assert Key.parse(locked, "right").thumbprint() == expected
        assert Key.parse(locked, b"right").thumbprint() == expected
        refuse(locked, "wrong password", "not right")
        refuse(locked, "is encrypted: give password=")
        refuse(locked, "is encrypted: give password=", "")

    def test_needless(self, natives: Mapping[str, Any]) -> None:
        """A password for what is not encrypted is refused, because its owner believes that it is."""
        native = natives["P-256"]
        request = x509.CertificateBuilder().subject_name(NAME).issuer_name(NAME).serial_number(1)
        request = request.public_key(native.public_key()).not_valid_before(START).not_valid_after(START)
        certificate = request.sign(native, hashes.SHA256())
        public = native.public_key()
        line = public.public_bytes(ser.Encoding.OpenSSH, ser.PublicFormat.OpenSSH)
        for data in (
            native.private_bytes(PEM, PKCS8, NONE),
            native.private_bytes(DER, PKCS8, NONE),
            native.private_bytes(PEM, ser.PrivateFormat.OpenSSH, NONE),
            public.public_bytes(PEM, SPKI),
            public.public_bytes(DER, SPKI),
            certificate.public_bytes(PEM),
            certificate.public_bytes(PEM) * 2,
            certificate.public_bytes(DER),
            line,
            line.split()[1],
            json.dumps(Key.from_native(native).to_jwk()).encode(),
        ):
            refuse(data, "not encrypted: leave password out", "needless")

    def test_without_bcrypt(self, natives: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
        """OpenSSH's encryption needs a package, which one line names."""
        native = natives["Ed25519"]
        locked = native.private_bytes(PEM, ser.PrivateFormat.OpenSSH, ser.BestAvailableEncryption(b"x"))
        ssh = sys.modules["cryptography.hazmat.primitives.serialization.ssh"]
        monkeypatch.setattr(ssh, "_bcrypt_supported", False)

        def missing(*_: Any, **__: Any) -> bytes:
            from cryptography.exceptions import UnsupportedAlgorithm

            raise UnsupportedAlgorithm("Need bcrypt module")

        monkeypatch.setattr(ssh, "_bcrypt_kdf", missing)
        refuse(locked, r'pip install "sealwright\[ssh\]"', "x")
        with pytest.raises(InvalidKeyError, match=r'pip install "sealwright\[ssh\]"'):
            Key.from_native(native).to_openssh(private=True, password="x")

    def test_old_ciphers(self) -> None:
        """A cipher that is not supported is named; broken header lines are damage."""
        text = block("RSA PRIVATE KEY", bytes(48))
        head = "Proc-Type: 4,ENCRYPTED\nDEK-Info: CAMELLIA-128-CBC,00112233445566778899AABBCCDDEEFF\n\n"
        old = text.replace("-----\nA", f"-----\n{head}A", 1)
        refuse(old, "CAMELLIA-128-CBC, which is not supported", "x")
        refuse(old.replace("4,ENC", "5,ENC"), "damaged", "x")
        known = old.replace("CAMELLIA-128-CBC", "AES-128-CBC")
        refuse(known, "wrong password", "x")
        refuse(known.replace("AABBCCDDEEFF", ""), "damaged", "x")
        refuse(known.replace("AABBCCDDEEFF", "").replace("A" * 32, ""), "damaged", "x")


def test_a_public_key_says_what_it_was_read_from(natives: Mapping[str, Any], tmp_path: Path) -> None:
    """Signing with a public key names the form in which it came."""
    native = natives["P-256"]
    key = Key.from_native(native)
    cases: list[tuple[Key, str]] = [
        (Key.parse(key.to_openssh()), "an OpenSSH public key"),
        (Key.parse(key.to_rfc4716()), "an RFC 4716 public key"),
        (Key.parse(key.to_pem()), "a PEM public key"),
        (Key.parse(key.to_der()), "a DER public key"),
        (Key.parse(json.dumps(key.to_jwk())), "a public JWK"),
        (Key.from_jwk(key.to_jwk()), "a public JWK"),
        (Key.from_raw("Ed25519", public=KEY.public_key().public_bytes_raw()), "a raw public key"),
        (Key.from_native(native.public_key()), "a public key"),
        (key.public(), "a public key"),
    ]
    for public, says in cases:
        with pytest.raises(InvalidKeyError, match=f"this is {says}: a private one is needed to sign"):
            public.sign(b"x")
    path = tmp_path / "key.pub"
    path.write_text(key.to_openssh())
    assert not Key.load(path).is_private


def test_a_key_given_as_a_path(tmp_path: Path) -> None:
    """Key.load with the key itself says so and shows none of it; odd paths are one line."""
    with pytest.raises(InvalidKeyError, match=r"use Key\.parse") as caught:
        Key.load(SECRET)
    assert SECRET.splitlines()[1] not in str(caught.value)
    with pytest.raises(InvalidKeyError, match="no path"):
        Key.load("a\0b")


def test_a_pkcs_7_bundle_is_named(natives: Mapping[str, Any]) -> None:
    """A bundle of certificates without an order is no key."""
    made = x509.CertificateBuilder().subject_name(NAME).issuer_name(NAME).serial_number(1)
    made = made.public_key(natives["rsa"].public_key()).not_valid_before(START).not_valid_after(START)
    certificate = made.sign(natives["rsa"], hashes.SHA256())
    for encoding in (PEM, DER):
        refuse(pkcs7.serialize_certificates([certificate], encoding), "PKCS#7")
    two = pkcs12.serialize_key_and_certificates(None, None, certificate, [certificate], NONE)
    refuse(two, "no private key, and 2 certificates")


def test_a_jwks_is_for_key_sets(natives: Mapping[str, Any]) -> None:
    """A set with exactly one key is still a set."""
    key = Key.from_native(natives["P-256"])
    refuse(json.dumps(KeySet([key]).to_jwks()), "use KeySet.parse")


def test_a_missing_password_is_told_apart_by_type(tmp_path: Path) -> None:
    """A program that can ask for the password catches one class, for a text and for a file."""
    locked = Key.generate("ES256").to_pem(private=True, password="open sesame")
    (tmp_path / "key").write_text(locked)
    with pytest.raises(PasswordNeededError, match="is encrypted: give password=") as caught:
        Key.parse(locked)
    assert caught.value.what.startswith("the private key")
    with pytest.raises(PasswordNeededError, match="is encrypted: give password=") as caught:
        Key.load(tmp_path / "key")
    assert caught.value.what.startswith(str(tmp_path))
