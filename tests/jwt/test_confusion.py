# SPDX-License-Identifier: Apache-2.0
"""No form of a public or private key serves as an HMAC secret, however it is wrapped.

Whoever verifies RS256 and is talked into HS256 would use the published key as the secret. The attacker's
token is made here with the standard library, because our own encode refuses to.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import random
import warnings
from base64 import b64encode, encodebytes, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization as ser
from cryptography.x509.oid import NameOID

from sealwright import jwt
from sealwright.jose import Key, KeySet, jws

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

KINDS = ("rsa", "P-256", "P-384", "P-521", "Ed25519")


def forged(secret: bytes) -> str:
    """Make the attacker's HS256 token with any bytes as the secret."""
    head = urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').rstrip(b"=")
    body = urlsafe_b64encode(b'{"sub":"admin"}').rstrip(b"=")
    mac = hmac.new(secret, head + b"." + body, hashlib.sha256).digest()
    return b".".join([head, body, urlsafe_b64encode(mac).rstrip(b"=")]).decode()


def certificate(native: Any) -> x509.Certificate:
    """Make a self-signed certificate."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "orders")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(native.public_key())
    builder = builder.serial_number(1).not_valid_before(start).not_valid_after(start + timedelta(days=9))
    curved = "Ed25519" in type(native).__name__
    return builder.sign(native, None if curved else hashes.SHA256())


def rfc_4716(line: bytes) -> bytes:
    """Write an OpenSSH public line in the SSH2 form."""
    body = line.split()[1]
    rows = b"\n".join(body[i : i + 70] for i in range(0, len(body), 70))
    return b"---- BEGIN SSH2 PUBLIC KEY ----\nComment: x\n" + rows + b"\n---- END SSH2 PUBLIC KEY ----\n"


def forms(native: Any) -> dict[str, bytes]:
    """Write a key in every form a person may have in hand."""
    public, hidden, _locked = native.public_key(), ser.NoEncryption(), ser.BestAvailableEncryption(b"x")
    spki, pkcs8 = ser.PublicFormat.SubjectPublicKeyInfo, ser.PrivateFormat.PKCS8
    line = public.public_bytes(ser.Encoding.OpenSSH, ser.PublicFormat.OpenSSH)
    jwk = Key.from_native(native)
    written = {
        "SPKI PEM": public.public_bytes(ser.Encoding.PEM, spki),
        "SPKI DER": public.public_bytes(ser.Encoding.DER, spki),
        "PKCS8 PEM": native.private_bytes(ser.Encoding.PEM, pkcs8, hidden),
        "PKCS8 DER": native.private_bytes(ser.Encoding.DER, pkcs8, hidden),
        "PKCS8 PEM encrypted": native.private_bytes(
            ser.Encoding.PEM, pkcs8, ser.BestAvailableEncryption(b"x")
        ),
        "OpenSSH private": native.private_bytes(ser.Encoding.PEM, ser.PrivateFormat.OpenSSH, hidden),
        "OpenSSH line": line,
        "OpenSSH line with comment": line + b" miguel@MS90J8G8WL\n",
        "authorized_keys": b'restrict,command="x" ' + line,
        "known_hosts": b"orders.example,10.0.0.1 " + line,
        "OpenSSH body": line.split()[1],
        "RFC 4716": rfc_4716(line),
        "certificate PEM": certificate(native).public_bytes(ser.Encoding.PEM),
        "certificate DER": certificate(native).public_bytes(ser.Encoding.DER),
        "JWK": json.dumps(jwk.to_jwk()).encode(),
        "JWK with spaces": json.dumps(jwk.to_jwk(), indent=4).encode(),
        "JWK private": json.dumps(jwk.to_jwk(private=True)).encode(),
        "JWKS": json.dumps(KeySet([jwk]).to_jwks()).encode(),
        "JWK list": json.dumps([jwk.to_jwk()]).encode(),
    }
    if jwk.kty == "RSA":
        for name, encoding in (("PEM", ser.Encoding.PEM), ("DER", ser.Encoding.DER)):
            written[f"PKCS1 {name}"] = public.public_bytes(encoding, ser.PublicFormat.PKCS1)
    if jwk.kty != "OKP":
        for name, encoding in (("PEM", ser.Encoding.PEM), ("DER", ser.Encoding.DER)):
            written[f"traditional {name}"] = native.private_bytes(
                encoding, ser.PrivateFormat.TraditionalOpenSSL, hidden
            )
    return written


WRAPPINGS: dict[str, Callable[[bytes], bytes]] = {
    "as it is": lambda raw: raw,
    "stripped": lambda raw: raw.strip(),
    "byte order mark": lambda raw: b"\xef\xbb\xbf" + raw,
    "leading newline": lambda raw: b"\n" + raw,
    "text before": lambda raw: b"our key:\n" + raw,
    "text after": lambda raw: raw + b"\nend of our key",
    "quotation marks": lambda raw: b'"' + raw + b'"',
    "NUL before": lambda raw: b"\0" + raw,
    "NUL after": lambda raw: raw + b"\0",
    "base64": b64encode,
    "base64 of rows": encodebytes,
    "base64 without padding": lambda raw: b64encode(raw).rstrip(b"="),
    "base64url": urlsafe_b64encode,
    "base64 twice": lambda raw: b64encode(b64encode(raw)),
    "base64 in quotation marks": lambda raw: b'"' + b64encode(raw) + b'"',
}
TEXT_WRAPPINGS: dict[str, Callable[[bytes], bytes]] = {
    "indented": lambda raw: b"".join(b"    " + row for row in raw.splitlines(keepends=True)),
    "CRLF": lambda raw: raw.replace(b"\n", b"\r\n"),
    "CR": lambda raw: raw.replace(b"\n", b"\r"),
    "literal backslash n": lambda raw: raw.replace(b"\n", b"\\n"),
    "one line": lambda raw: raw.replace(b"\n", b""),
    "spaces for newlines": lambda raw: raw.replace(b"\n", b" "),
    "UTF-16": lambda raw: raw.decode().encode("utf-16"),
    "UTF-16 big endian": lambda raw: raw.decode().encode("utf-16-be"),
    "UTF-32": lambda raw: raw.decode().encode("utf-32"),
    "JSON string": lambda raw: json.dumps(raw.decode()).encode(),
}


def assert_refused(secret: bytes, what: str) -> None:
    """Demand that neither side takes the bytes, or their text, for an HMAC secret."""
    givings: list[Any] = [secret]
    with contextlib.suppress(UnicodeDecodeError):
        givings.append(secret.decode())
    for given in givings:
        attempts: tuple[Callable[[], Any], ...] = (
            lambda: jwt.decode(forged(secret), given, algorithms=["HS256"]),  # noqa: B023
            lambda: jws.verify(forged(secret), given, ["HS256", "HS512"]),  # noqa: B023
            lambda: jwt.encode({}, given, algorithm="HS256"),  # noqa: B023
            lambda: Key.from_secret(given, "HS256"),  # noqa: B023
        )
        for attempt in attempts:
            try:
                attempt()
            except jwt.InvalidKeyError:
                continue
            pytest.fail(f"used as an HMAC secret: {what}")


@pytest.mark.parametrize("kind", KINDS)
def test_no_form_of_a_key_is_a_secret(kind: str, natives: Mapping[str, Any]) -> None:
    """Every format of every kind of key is refused as an HMAC secret."""
    for name, raw in forms(natives[kind]).items():
        assert_refused(raw, f"{kind}, {name}")


@pytest.mark.parametrize("wrapping", WRAPPINGS)
@pytest.mark.parametrize("kind", ["rsa", "P-256", "Ed25519"])
def test_no_wrapping_makes_a_key_a_secret(kind: str, wrapping: str, natives: Mapping[str, Any]) -> None:
    """Marks, prefixes, and base64 around a key change nothing."""
    for name, raw in forms(natives[kind]).items():
        assert_refused(WRAPPINGS[wrapping](raw), f"{kind}, {name}, {wrapping}")


@pytest.mark.parametrize("wrapping", TEXT_WRAPPINGS)
@pytest.mark.parametrize("kind", ["rsa", "P-256", "Ed25519"])
def test_no_rewriting_of_the_text_makes_a_key_a_secret(
    kind: str, wrapping: str, natives: Mapping[str, Any]
) -> None:
    """Other line ends, indents and encodings of a key's text change nothing."""
    for name, raw in forms(natives[kind]).items():
        if "DER" not in name:
            assert_refused(TEXT_WRAPPINGS[wrapping](raw), f"{kind}, {name}, {wrapping}")


@pytest.mark.parametrize("kind", KINDS)
def test_the_body_of_a_pem_alone_is_a_key_too(kind: str, natives: Mapping[str, Any]) -> None:
    """Leaving out the BEGIN and END lines makes no secret of a key."""
    for name, raw in forms(natives[kind]).items():
        if "PEM" in name and "encrypted" not in name:
            rows = raw.splitlines()[1:-1]
            for joined in (b"\n".join(rows), b"".join(rows), b"\r\n".join(rows)):
                assert_refused(joined, f"{kind}, body of {name}")


def test_a_public_key_object_is_no_secret(natives: Mapping[str, Any]) -> None:
    """Key objects and Keys never verify HMAC tokens."""
    for native in natives.values():
        public = native.public_key()
        spki = public.public_bytes(ser.Encoding.PEM, ser.PublicFormat.SubjectPublicKeyInfo)
        for key in (public, Key.from_native(public), KeySet([Key.from_native(public)])):
            with pytest.raises((jwt.InvalidTokenError, jwt.InvalidKeyError)):
                jwt.decode(forged(spki), key, algorithms=["HS256"])
            if key is not public:
                with pytest.raises(jwt.InvalidTokenError):
                    jwt.decode(forged(spki), key)


def test_a_public_key_text_for_asymmetric_tokens_refuses_the_forged_one(
    natives: Mapping[str, Any],
) -> None:
    """The attack itself: the verifier holds the PEM and lists RS256; the token says HS256."""
    for raw in forms(natives["rsa"]).values():
        with pytest.raises((jwt.InvalidTokenError, jwt.InvalidKeyError)):
            jwt.decode(forged(raw), raw, algorithms=["RS256"])


@pytest.mark.parametrize("alg", ["ML-DSA-44", "ML-DSA-65", "ML-DSA-87"])
def test_no_form_of_a_post_quantum_key_is_a_secret(alg: str) -> None:
    """ML-DSA keys are recognised in DER, and in base64 of it, as the older kinds are."""
    der = Key.generate(alg).public().to_der()
    for secret in (der, b64encode(der), urlsafe_b64encode(der).rstrip(b"="), encodebytes(der)):
        with pytest.raises(jwt.InvalidKeyError):
            jwt.decode(forged(secret), secret, algorithms=["HS256"])


def test_honest_secrets_are_not_mistaken_for_keys() -> None:
    """Random bytes, their base64 and hexadecimal forms, and passphrases work as secrets."""
    source = random.Random(20_270_115)
    for _ in range(500):
        raw = source.randbytes(source.choice((32, 48, 64, 100)))
        for secret in (raw, b64encode(raw), urlsafe_b64encode(raw), raw.hex().encode()):
            token = jws.sign(b"{}", Key.from_secret(secret, "HS256"))
            assert jws.verify(token, secret, ["HS256"]).payload == b"{}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", jwt.InsecureKeyLengthWarning)
        for phrase in (
            "changeme",
            "-----",
            "private key",
            "AAAA",
            '{"a": 1}',
            "django-insecure-#9k$1x",
            "kty",
        ):
            token = jwt.encode({"a": 1}, phrase, algorithm="HS256")
            assert jwt.decode(token, phrase, algorithms=["HS256"]) == {"a": 1}
