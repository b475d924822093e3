# SPDX-License-Identifier: Apache-2.0
"""Keys that would cost minutes, or whose parts contradict each other, are refused before the work is done."""

from __future__ import annotations

import struct
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from math import lcm
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.exceptions import InternalError
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization as ser
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from sealwright.errors import InvalidKeyError
from sealwright.jose import ALGORITHMS, Key, base64url
from sealwright.jose.keyformats import bounds
from sealwright.jose.keyformats.asn1 import children, element

if TYPE_CHECKING:
    from collections.abc import Mapping

PEM, DER = ser.Encoding.PEM, ser.Encoding.DER
PKCS8, SPKI = ser.PrivateFormat.PKCS8, ser.PublicFormat.SubjectPublicKeyInfo
HIDDEN = ser.BestAvailableEncryption(b"pw")


def der(tag: int, *parts: bytes) -> bytes:
    """Write a DER element."""
    body = b"".join(parts)
    size = len(body)
    width = (size.bit_length() + 7) // 8
    length = bytes([size]) if size < 128 else bytes([128 + width]) + size.to_bytes(width, "big")
    return bytes([tag]) + length + body


def integer(value: int) -> bytes:
    """Write a DER integer."""
    return der(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


RSA = der(0x30, bytes.fromhex("06092a864886f70d010101"), b"\x05\0")


def pkcs1(*numbers: int) -> bytes:
    """Write a PKCS#1 structure."""
    return der(0x30, *map(integer, numbers))


def mpint(value: int) -> bytes:
    """Write a number as SSH does."""
    raw = value.to_bytes(value.bit_length() // 8 + 1, "big")
    return struct.pack(">I", len(raw)) + raw


def text(raw: bytes) -> bytes:
    """Write a string as SSH does."""
    return struct.pack(">I", len(raw)) + raw


@pytest.mark.parametrize("bits", [1024, 8200, 16_384, 32_768])
def test_the_size_of_rsa_keys_in_every_form(bits: int) -> None:
    """A modulus out of bounds is refused in every form before primes are proven."""
    half = (1 << (bits // 2)) - 1
    n, e, d = (1 << (bits - 1)) | 1, 65537, half
    private, public = pkcs1(0, n, e, d, half, half, half, half, half), pkcs1(n, e)
    line = text(b"ssh-rsa") + mpint(e) + mpint(n)
    forms: list[Any] = [
        public,
        der(0x30, RSA, der(3, b"\0", public)),
        b"ssh-rsa " + b64encode(line),
    ]
    for form in [*forms, *(b64encode(form) for form in forms[:2])]:
        with pytest.raises(InvalidKeyError, match=r"2048|8192"):
            Key.parse(form)
    closed = [private, der(0x30, integer(0), RSA, der(4, private))]
    for form in closed:
        with pytest.raises(InvalidKeyError):
            Key.parse(form)
    members = {"n": n, "e": e, "d": d}
    jwk = {
        name: base64url.encode(value.to_bytes((value.bit_length() + 7) // 8, "big"))
        for name, value in members.items()
    }
    with pytest.raises(InvalidKeyError, match=r"2048|8192"):
        Key.from_jwk({"kty": "RSA", **jwk})


def test_a_long_key_that_is_right_is_refused_by_its_length() -> None:
    """A consistent private key over the limit is read without proving its primes, and refused."""
    p, q = 2**4423 - 1, 2**4253 - 1
    e = 65537
    d = pow(e, -1, lcm(p - 1, q - 1))
    raw = pkcs1(0, p * q, e, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p))
    for form in (raw, der(0x30, integer(0), RSA, der(4, raw))):
        with pytest.raises(InvalidKeyError, match="at most 8192"):
            Key.parse(form)


class TestContradictions:
    """Numbers that do not belong together are found out, in every form."""

    def test_rsa_parts(self, native_rsa: rsa.RSAPrivateKey) -> None:
        """Each number of an RSA key must fit the others."""
        numbers = native_rsa.private_numbers()
        n, e = numbers.public_numbers.n, numbers.public_numbers.e
        good = [0, n, e, numbers.d, numbers.p, numbers.q, numbers.dmp1, numbers.dmq1, numbers.iqmp]
        assert Key.parse(pkcs1(*good)).is_private
        for place in range(1, 9):
            bad = [*good]
            bad[place] += 2
            with pytest.raises(InvalidKeyError):
                Key.parse(pkcs1(*bad))
        with pytest.raises(InvalidKeyError):
            Key.parse(pkcs1(0, n, e, numbers.d, n, 1, 1, 1, 1))

    def test_a_composite_prime(self, native_rsa: rsa.RSAPrivateKey) -> None:
        """A number that only looks like a prime gives itself away by wrong signatures."""
        p, q, e = 2**1279 - 1, (2**521 - 1) * (2**607 - 1), 65537
        assert (p - 1) % 65537
        d = pow(e, -1, (p - 1) * (q - 1))
        raw = pkcs1(0, p * q, e, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p))
        with pytest.raises(InvalidKeyError, match="contradicts itself"):
            Key.parse(raw)

    def test_an_even_modulus(self, native_rsa: rsa.RSAPrivateKey) -> None:
        """An even modulus is no product of two odd primes."""
        with pytest.raises(InvalidKeyError, match="even"):
            Key.parse(pkcs1((1 << 2047) | 2, 65537))

    def test_an_error_inside_openssl(
        self, natives: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """When the trial signature cannot even be made, the key is refused as well."""
        raw = natives["P-256"].private_bytes(PEM, PKCS8, ser.NoEncryption())
        row = ALGORITHMS["ES256"]

        def fail(*_: Any) -> bool:
            raise InternalError("inside", [])

        monkeypatch.setitem(ALGORITHMS, "ES256", _Failing(row, fail))
        with pytest.raises(InvalidKeyError, match="contradicts itself"):
            Key.parse(raw)

    def test_an_elliptic_curve_key_with_another_public_half(self) -> None:
        """SEC1 with the point of another key is refused."""
        one, other = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        point = ser.PublicFormat.UncompressedPoint
        halves = [key.public_key().public_bytes(ser.Encoding.X962, point) for key in (one, other)]
        raw = one.private_bytes(DER, PKCS8, ser.NoEncryption())
        assert halves[0] in raw
        with pytest.raises(InvalidKeyError):
            Key.parse(raw.replace(halves[0], halves[1]))

    def test_an_openssh_file_with_another_public_half(self, natives: Mapping[str, Any]) -> None:
        """The public key in front of an OpenSSH file must be that of the private one."""
        key = Key.from_native(natives["Ed25519"])
        other = Key.generate("Ed25519")
        raw = [b"".join(each.to_openssh(private=True).encode().split(b"\n")[1:-2]) for each in (key, other)]
        halves = [each.native.public_key().public_bytes_raw() for each in (key, other)]  # type: ignore[union-attr]
        swapped = b64decode(raw[0]).replace(halves[0], halves[1])
        with pytest.raises(InvalidKeyError, match="contradicts itself"):
            Key.parse(b64encode(swapped))

    def test_more_than_two_primes(self, native_rsa: rsa.RSAPrivateKey) -> None:
        """JWKs of RSA keys with several primes are named."""
        jwk = Key.from_native(native_rsa).to_jwk(private=True)
        with pytest.raises(InvalidKeyError, match="more than two primes"):
            Key.from_jwk({**jwk, "oth": []})


class _Failing:
    """A row of the table whose signatures fail."""

    def __init__(self, row: Any, fail: Any) -> None:
        self.sign, self.verify = row.sign, fail


class TestPrimesRecovered:
    """RSA JWKs without primes are completed, quickly or not at all."""

    def jwk(self, native: rsa.RSAPrivateKey, **changes: int) -> dict[str, str]:
        """Write a private JWK without primes."""
        numbers = native.private_numbers()
        members = {"n": numbers.public_numbers.n, "e": numbers.public_numbers.e, "d": numbers.d, **changes}
        return {"kty": "RSA"} | {
            name: base64url.encode(value.to_bytes((value.bit_length() + 7) // 8, "big"))
            for name, value in members.items()
        }

    def test_a_right_key(self, native_rsa: rsa.RSAPrivateKey) -> None:
        """The primes are found again, whichever of the two usual ways d was computed."""
        numbers = native_rsa.private_numbers()
        phi = (numbers.p - 1) * (numbers.q - 1)
        for d in (numbers.d, pow(65537, -1, phi)):
            key = Key.from_jwk(self.jwk(native_rsa, d=d))
            assert key.to_jwk(private=True)["q"]
            key.public().verify(b"x", key.sign(b"x"))

    def test_wrong_keys(self, native_rsa: rsa.RSAPrivateKey) -> None:
        """A foreign, zero or oversized d, or a prime for a modulus, is refused."""
        numbers = native_rsa.private_numbers()
        for d in (numbers.d + 2, 0, numbers.public_numbers.n + numbers.d):
            with pytest.raises(InvalidKeyError):
                Key.from_jwk(self.jwk(native_rsa, d=d))
        prime = 2**2203 - 1
        with pytest.raises(InvalidKeyError, match="contradicts itself"):
            Key.from_jwk(self.jwk(native_rsa, n=prime, d=pow(65537, -1, prime - 1)))
        with pytest.raises(InvalidKeyError, match="give p and q"):
            Key.from_jwk(self.jwk(native_rsa, n=(1 << 5000) | 1))


class TestSlowPasswords:
    """Files that ask for minutes of hashing are refused before it starts."""

    def raised(self, raw: bytes, old: int, new: int) -> bytes:
        """Change the rounds without changing a length."""
        size = new.bit_length() // 8 + 1
        wanted = der(2, new.to_bytes(size, "big"))
        short = integer(old)
        at = raw.rindex(short)
        grown = raw[:at] + wanted + raw[at + len(short) :]
        return _relength(raw, grown, at, len(wanted) - len(short))

    def test_pbkdf2(self, natives: Mapping[str, Any]) -> None:
        """PKCS#8 with hundreds of millions of rounds of PBKDF2."""
        raw = natives["P-256"].private_bytes(DER, PKCS8, HIDDEN)
        rounds = _rounds_in(raw)
        assert Key.parse(raw, "pw").is_private
        with pytest.raises(InvalidKeyError, match="takes minutes"):
            Key.parse(self.raised(raw, rounds, 500_000_000), "pw")

    def test_scrypt(self) -> None:
        """PKCS#8 with gigabytes of scrypt."""
        scrypt = bytes.fromhex("06092b06010401da47040b")
        for cost, says in ((2**30, "takes minutes"), (16, "wrong password"), (3, "wrong password")):
            kdf = der(0x30, scrypt, der(0x30, der(4, b"saltsalt"), integer(cost), integer(8), integer(1)))
            cipher = der(0x30, bytes.fromhex("060960864801650304012a"), der(4, bytes(16)))
            pbes2 = der(0x30, bytes.fromhex("06092a864886f70d01050d"), der(0x30, kdf, cipher))
            with pytest.raises(InvalidKeyError, match=says):
                Key.parse(der(0x30, pbes2, der(4, bytes(48))), "pw")

    def test_pkcs_12(self) -> None:
        """PKCS#12 with hundreds of millions of rounds for its checksum, or with an endless key."""
        data = der(0x30, bytes.fromhex("06092a864886f70d010701"), der(0xA0, der(4, der(0x30))))
        sha256 = der(0x30, bytes.fromhex("0609608648016503040201"), b"\x05\0")
        for mac, says in (
            ([der(0x30, sha256, der(4, bytes(32))), der(4, bytes(8)), integer(500_000_000)], "takes minutes"),
            ([der(0x30, sha256, der(4, bytes(32))), der(4, bytes(8)), integer(1)], "PKCS#12 file"),
            ([integer(500_000_000)], "PKCS#12 file"),
            ([der(0x30)], "PKCS#12 file"),
        ):
            with pytest.raises(InvalidKeyError, match=says):
                Key.parse(der(0x30, integer(3), data, der(0x30, *mac)), "pw")
        bag = bytes.fromhex("060b2a864886f70d010c0a0102")
        for size, says in ((20_000, "too long"), (100, "PKCS#12 file")):
            long = der(0x30, der(0x30, bag, der(0xA0, der(4, bytes(size)))))
            data = der(0x30, bytes.fromhex("06092a864886f70d010701"), der(0xA0, der(4, long)))
            with pytest.raises(InvalidKeyError, match=says):
                Key.parse(der(0x30, integer(3), data), "pw")
        for end in (b"", b"\x30", b"\x30\x00", b"\x02\x01\x05"):
            cut = der(4, bag + bytes.fromhex("06092a864886f70d01050c") + end)
            with pytest.raises(InvalidKeyError, match="PKCS#12 file"):
                Key.parse(der(0x30, integer(3), der(0x30, cut)), "pw")

    def test_a_key_bag_that_is_cut_off(self) -> None:
        """An identifier with nothing behind it says nothing about lengths."""
        bag = bytes.fromhex("060b2a864886f70d010c0a0102")
        with pytest.raises(InvalidKeyError, match="PKCS#12 file"):
            Key.parse(der(0x30, integer(3), der(0x30, der(4, bag))), "pw")

    def test_open_lengths(self, natives: Mapping[str, Any]) -> None:
        """PKCS#12 in BER, with lengths left open, is recognised for what it is."""
        raw = pkcs12.serialize_key_and_certificates(b"k", natives["P-256"], None, None, HIDDEN)
        whole = element(raw, 0, len(raw))
        with pytest.raises(InvalidKeyError, match="PKCS#12"):
            Key.parse(b"\x30\x80" + raw[whole.start :] + b"\0\0")
        assert len(children(raw, whole)) == 3

    def test_bcrypt(self, natives: Mapping[str, Any]) -> None:
        """OpenSSH files with a million rounds of bcrypt."""
        rounds = struct.pack(">I", bounds.MAX_BCRYPT_ROUNDS + 1)
        line = Key.from_native(natives["Ed25519"]).to_openssh().split()[1]
        raw = (
            b"openssh-key-v1\0"
            + text(b"aes256-ctr")
            + text(b"bcrypt")
            + text(text(bytes(16)) + rounds)
            + struct.pack(">I", 1)
            + text(b64decode(line))
            + text(bytes(64))
        )
        with pytest.raises(InvalidKeyError, match="rounds of bcrypt"):
            Key.parse(b64encode(raw), "pw")
        strange = raw.replace(text(b"aes256-ctr"), text(b"rot13-cbcc")).replace(rounds, b"\0\0\0\1")
        with pytest.raises(InvalidKeyError, match="unsupported way"):
            Key.parse(strange, "pw")
        damaged = raw.replace(text(b"aes256-ctr") + text(b"bcrypt"), text(b"none") + text(b"none"))
        damaged = damaged.replace(text(text(bytes(16)) + rounds), text(b""))
        with pytest.raises(InvalidKeyError, match="damaged"):
            Key.parse(damaged)


def _rounds_in(raw: bytes) -> int:
    at = raw.index(bytes.fromhex("06092a864886f70d01050c"))
    parameters = children(raw, element(raw, at + 11, len(raw)))
    return int.from_bytes(raw[parameters[1].start : parameters[1].end], "big")


def _relength(old: bytes, grown: bytes, at: int, by: int) -> bytes:
    """Correct the lengths of every element around a place where bytes were added."""
    fixed = bytearray(grown)
    place, end = 0, len(old)
    while place < at:
        found = element(old, place, end)
        if found.end > at:
            size = found.end - found.start + by
            last = found.start - 1
            if found.start - place == 2:
                assert size < 128
                fixed[last] = size
            else:
                width = old[place + 1] - 128
                fixed[found.start - width : found.start] = size.to_bytes(width, "big")
            place, end = found.start, found.end
        else:
            place = found.end
    return bytes(fixed)


def test_a_certificate_with_an_unknown_key_or_none(natives: Mapping[str, Any]) -> None:
    """A certificate whose key is of an unknown kind, or damaged, is refused."""
    name = x509.Name([])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).serial_number(1)
    made = made.public_key(natives["Ed25519"].public_key()).not_valid_before(start).not_valid_after(start)
    raw = made.sign(natives["P-256"], hashes.SHA256()).public_bytes(DER)
    assert not Key.parse(raw).is_private
    with pytest.raises(InvalidKeyError, match="signs no tokens"):
        Key.parse(raw.replace(b"\x06\x03\x2b\x65\x70", b"\x06\x03\x2b\x65\x11"))
    with pytest.raises(InvalidKeyError, match="damaged"):
        Key.parse(raw.replace(b"\x06\x03\x2b\x65\x70\x03\x21", b"\x06\x03\x2b\x65\x71\x03\x21"))

    with pytest.raises(InvalidKeyError, match="certificate is damaged"):
        Key.parse(raw.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x0f"))

    with pytest.raises(InvalidKeyError, match="certificate is damaged"):
        Key.parse(raw.replace(b"\x02\x01\x01\x30", b"\x02\x01\x81\x30"))


def test_an_unknown_parameter_set_is_named() -> None:
    """ML-DSA comes in three sizes."""
    with pytest.raises(InvalidKeyError, match=r"ML-DSA-99.*ML-DSA-44, ML-DSA-65, ML-DSA-87"):
        Key.from_jwk({"kty": "AKP", "alg": "ML-DSA-99", "pub": "AA"})


@pytest.mark.parametrize(
    "word", ["\\", "-", "--BEGIN ", "A", "AAAA ", "a/", "eyJa.", "30", "ssh-", "'", "{", "\u2014"]
)
def test_endless_texts_are_refused_quickly(word: str) -> None:
    """The longest texts of one repeated word take no time that grows with the square of their length."""
    from sealwright.jose.limits import MAX_KEY_BYTES

    text = (word * MAX_KEY_BYTES)[:MAX_KEY_BYTES]
    with pytest.raises(InvalidKeyError):
        Key.parse(text)
    with pytest.raises(InvalidKeyError, match="too long"):
        Key.parse(text + "A")
