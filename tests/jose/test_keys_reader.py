# SPDX-License-Identifier: Apache-2.0
"""Every form of every kind of key is read without being told which, and stays the same key."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization as ser
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from sealwright.errors import InvalidKeyError
from sealwright.jose import Key
from sealwright.jose.keyformats.recognise import key_material_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PASSWORD = "correct horse"
KINDS = (
    "rsa",
    "P-256",
    "P-384",
    "P-521",
    "secp256k1",
    "Ed25519",
    "Ed448",
    "ML-DSA-44",
    "ML-DSA-65",
    "ML-DSA-87",
)
ELLIPTIC = KINDS[1:5]
SSH = ("rsa", "P-256", "P-384", "P-521", "Ed25519")
PEM, DER = ser.Encoding.PEM, ser.Encoding.DER
PKCS8, TRADITIONAL, OPENSSH = (
    ser.PrivateFormat.PKCS8,
    ser.PrivateFormat.TraditionalOpenSSL,
    ser.PrivateFormat.OpenSSH,
)
SPKI, PKCS1 = ser.PublicFormat.SubjectPublicKeyInfo, ser.PublicFormat.PKCS1


def certificate(
    native: Any, issuer: Any = None, name: str = "orders", issued_by: str = ""
) -> x509.Certificate:
    """Make a certificate, self-signed unless told otherwise."""
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each)]) for each in (name, issued_by or name)]
    start = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder().subject_name(names[0]).issuer_name(names[1])
    builder = builder.public_key(native.public_key()).serial_number(7)
    builder = builder.not_valid_before(start).not_valid_after(start + timedelta(days=9))
    signer = issuer or native
    hashed = type(signer).__name__.startswith(("RSA", "EC"))
    return builder.sign(signer, hashes.SHA256() if hashed else None)


def private(encoding: ser.Encoding, form: ser.PrivateFormat, password: str | None = None) -> Any:
    """Return a writer of private keys."""
    hidden = ser.BestAvailableEncryption(password.encode()) if password else ser.NoEncryption()
    return lambda native: native.private_bytes(encoding, form, hidden)


def public(encoding: ser.Encoding, form: ser.PublicFormat) -> Any:
    """Return a writer of public keys."""
    return lambda native: native.public_key().public_bytes(encoding, form)


def ssh_line(native: Any) -> bytes:
    """Write a public line."""
    line: bytes = native.public_key().public_bytes(ser.Encoding.OpenSSH, ser.PublicFormat.OpenSSH)
    return line


def rfc_4716(native: Any) -> bytes:
    """Write RFC 4716 with headers, one of them continued."""
    body = ssh_line(native).split()[1]
    rows = b"\n".join(body[at : at + 70] for at in range(0, len(body), 70))
    head = b'Subject: me\nComment: "a long \\\nstory: with a colon"\nx-made-by: hand\n'
    return b"---- BEGIN SSH2 PUBLIC KEY ----\n" + head + rows + b"\n---- END SSH2 PUBLIC KEY ----\n"


def p12(native: Any, password: str | None = None, *, key: bool = True) -> bytes:
    """Write a PKCS#12 file."""
    hidden = ser.BestAvailableEncryption(password.encode()) if password else ser.NoEncryption()
    made = certificate(native)
    return pkcs12.serialize_key_and_certificates(b"orders", native if key else None, made, None, hidden)


Writer = Any
PRIVATE: dict[str, tuple[Writer, str | None, tuple[str, ...]]] = {
    "PKCS#8 PEM": (private(PEM, PKCS8), None, KINDS),
    "PKCS#8 DER": (private(DER, PKCS8), None, KINDS),
    "PKCS#8 PEM encrypted": (private(PEM, PKCS8, PASSWORD), PASSWORD, KINDS),
    "PKCS#8 DER encrypted": (private(DER, PKCS8, PASSWORD), PASSWORD, KINDS),
    "PKCS#1 or SEC1 PEM": (private(PEM, TRADITIONAL), None, ("rsa", *ELLIPTIC)),
    "PKCS#1 or SEC1 DER": (private(DER, TRADITIONAL), None, ("rsa", *ELLIPTIC)),
    "PKCS#1 or SEC1 PEM encrypted": (private(PEM, TRADITIONAL, PASSWORD), PASSWORD, ("rsa", *ELLIPTIC)),
    "OpenSSH": (private(PEM, OPENSSH), None, SSH),
    "OpenSSH encrypted": (private(PEM, OPENSSH, PASSWORD), PASSWORD, SSH),
    "PKCS#12": (p12, None, ("rsa", *ELLIPTIC, "Ed25519", "Ed448")),
    "PKCS#12 encrypted": (
        lambda native: p12(native, PASSWORD),
        PASSWORD,
        ("rsa", *ELLIPTIC, "Ed25519", "Ed448"),
    ),
    "JWK": (
        lambda native: json.dumps(Key.from_native(native).to_jwk(private=True)).encode(),
        None,
        KINDS,
    ),
    "with its certificate": (
        lambda native: private(PEM, PKCS8)(native) + certificate(native).public_bytes(PEM),
        None,
        ("rsa", *ELLIPTIC, "Ed25519", "Ed448"),
    ),
}
PUBLIC: dict[str, tuple[Writer, tuple[str, ...]]] = {
    "SPKI PEM": (public(PEM, SPKI), KINDS),
    "SPKI DER": (public(DER, SPKI), KINDS),
    "PKCS#1 PEM": (public(PEM, PKCS1), ("rsa",)),
    "PKCS#1 DER": (public(DER, PKCS1), ("rsa",)),
    "OpenSSH line": (ssh_line, SSH),
    "OpenSSH line with comment": (lambda native: b"# mine\n\n" + ssh_line(native) + b" two words\n", SSH),
    "RFC 4716": (rfc_4716, SSH),
    "certificate PEM": (
        lambda native: certificate(native).public_bytes(PEM),
        ("rsa", *ELLIPTIC, "Ed25519", "Ed448"),
    ),
    "certificate DER": (
        lambda native: certificate(native).public_bytes(DER),
        ("rsa", *ELLIPTIC, "Ed25519", "Ed448"),
    ),
    "PKCS#12 of a certificate": (
        lambda native: p12(native, key=False),
        ("rsa", *ELLIPTIC, "Ed25519", "Ed448"),
    ),
    "JWK": (lambda native: json.dumps(Key.from_native(native).to_jwk(), indent=4).encode(), KINDS),
}


def bare(pem: bytes) -> bytes:
    """Take away the BEGIN and END lines."""
    return b"\n".join(line for line in pem.splitlines() if not line.startswith(b"-"))


PEM_ONLY: dict[str, Callable[[bytes], bytes]] = {
    "literal backslash n": lambda raw: raw.replace(b"\n", b"\\n"),
    "literal backslash r n": lambda raw: raw.replace(b"\n", b"\\r\\n"),
    "doubly escaped": lambda raw: raw.replace(b"\n", b"\\\\n"),
    "one line": lambda raw: raw.replace(b"\n", b""),
    "spaces for line ends": lambda raw: raw.replace(b"\n", b" "),
    "indented": lambda raw: b"".join(b"    \t" + row for row in raw.splitlines(keepends=True)),
    "text around": lambda raw: b"Bag Attributes\n    friendlyName: mine\n" + raw + b"\nthat was it",
    "Latin-1 above": lambda raw: b"friendlyName: Schl\xfcssel\n" + raw,
    "environment file": lambda raw: b'export KEY="' + raw.strip() + b'";\n',
    "JSON string": lambda raw: json.dumps(raw.decode()).encode(),
    "escaped slashes": lambda raw: b'"' + raw.replace(b"\n", b"\\n").replace(b"/", b"\\/") + b'",',
    "four dashes": lambda raw: raw.replace(b"-----", b"----"),
    "typographic dashes": lambda raw: raw.replace(b"-----", "\u2014\u2013-".encode()),
    "quoted rows": lambda raw: b"\n".join(b'  "' + row + b'\\n"' for row in raw.splitlines()),
    "base64 of the whole": b64encode,
    "base64url of the whole": urlsafe_b64encode,
    "blank lines": lambda raw: raw.replace(b"\n", b"\n\n"),
    "padding lost": lambda raw: raw.replace(b"=", b""),
}
ANY_TEXT: dict[str, Callable[[bytes], bytes]] = {
    "CRLF": lambda raw: raw.replace(b"\n", b"\r\n"),
    "CR": lambda raw: raw.replace(b"\n", b"\r"),
    "byte order mark": lambda raw: b"\xef\xbb\xbf" + raw,
    "UTF-16": lambda raw: raw.decode().encode("utf-16"),
    "white space around": lambda raw: b"\n\n \t" + raw + b" \n",
    "single quotes": lambda raw: b"'" + raw + b"'",
    "double quotes": lambda raw: b'"' + raw.strip() + b'"',
    "zero width space": lambda raw: "\u200b".encode() + raw,
    "base64": b64encode,
}
# RFC 4716 has header lines, whose ends count.
LINE_ENDS_LOST = {"one line", "spaces for line ends", "quoted rows", "escaped slashes"}
IN_CERTIFICATES = ("rsa", "P-256", "Ed25519")


def same_key(key: Key, native: Any, *, is_private: bool) -> None:
    """Demand that a key is that of a key object."""
    assert key.is_private is is_private
    assert key.thumbprint() == Key.from_native(native).thumbprint()
    if is_private:
        key.public().verify(b"data", key.sign(b"data"))
    else:
        key.verify(b"data", Key.from_native(native).sign(b"data"))


def applies(damage: str, form: str) -> bool:
    """Whether a form can suffer a damage."""
    if "DER" in form or "PKCS#12" in form:
        return damage == "base64"
    if damage in ANY_TEXT:
        return True
    if form == "RFC 4716":
        return damage not in {*LINE_ENDS_LOST, "four dashes"}
    return form != "JWK" and not form.startswith("OpenSSH line")


private_cases = pytest.mark.parametrize(
    ("form", "kind"), [(form, kind) for form, (_, _, kinds) in PRIVATE.items() for kind in kinds]
)
public_cases = pytest.mark.parametrize(
    ("form", "kind"), [(form, kind) for form, (_, kinds) in PUBLIC.items() for kind in kinds]
)


@private_cases
def test_private_forms_are_read(form: str, kind: str, every_native: Mapping[str, Any]) -> None:
    """Every private form is read as bytes, and as text when it is text."""
    write, password, _ = PRIVATE[form]
    raw = write(every_native[kind])
    same_key(Key.parse(raw, password), every_native[kind], is_private=True)
    if "DER" not in form and "PKCS#12" not in form:
        same_key(Key.parse(raw.decode(), password), every_native[kind], is_private=True)


@public_cases
def test_public_forms_are_read(form: str, kind: str, every_native: Mapping[str, Any]) -> None:
    """Every public form is read as bytes, and as text when it is text."""
    raw = PUBLIC[form][0](every_native[kind])
    same_key(Key.parse(raw), every_native[kind], is_private=False)
    if "DER" not in form and "PKCS#12" not in form:
        same_key(Key.parse(raw.decode()), every_native[kind], is_private=False)


@pytest.mark.parametrize("kind", IN_CERTIFICATES)
@pytest.mark.parametrize("damage", [*ANY_TEXT, *PEM_ONLY])
def test_damaged_texts_are_repaired(damage: str, kind: str, natives: Mapping[str, Any]) -> None:
    """What copying, editors and environment variables do to a text changes nothing about its key."""
    native = natives[kind]
    spoil = ANY_TEXT.get(damage) or PEM_ONLY[damage]
    for form, (write, password, kinds) in PRIVATE.items():
        # OpenSSH's bcrypt is slow on purpose, and its outer text is that of the form without a password.
        if kind in kinds and applies(damage, form) and form != "OpenSSH encrypted":
            same_key(Key.parse(spoil(write(native)), password), native, is_private=True)
    for form, (write, kinds) in PUBLIC.items():
        if kind in kinds and applies(damage, form):
            same_key(Key.parse(spoil(write(native))), native, is_private=False)


@pytest.mark.parametrize("kind", IN_CERTIFICATES)
def test_bare_base64_is_read(kind: str, natives: Mapping[str, Any]) -> None:
    """The text between BEGIN and END is enough when the structure says what it is."""
    native = natives[kind]
    for form, (write, password, kinds) in PRIVATE.items():
        if (kind in kinds and "PEM" in form and form != "PKCS#1 or SEC1 PEM encrypted") or form == "OpenSSH":
            for text in (bare(write(native)), b'"' + bare(write(native)).replace(b"\n", b"\\n") + b'"'):
                same_key(Key.parse(text, password), native, is_private=True)
    for form in ("SPKI PEM", "certificate PEM"):
        same_key(Key.parse(bare(PUBLIC[form][0](native))), native, is_private=False)
    same_key(Key.parse(ssh_line(native).split()[1]), native, is_private=False)
    same_key(Key.parse(ssh_line(native) + b"\\n"), native, is_private=False)


def test_rfc_4716_on_one_line(natives: Mapping[str, Any]) -> None:
    """The key is found behind a comment whose line end is lost."""
    for kind in IN_CERTIFICATES:
        body = ssh_line(natives[kind]).split()[1].decode()
        for head in ("", "Comment: mine "):
            text = f"---- BEGIN SSH2 PUBLIC KEY ---- {head}{body} ---- END SSH2 PUBLIC KEY ----"
            same_key(Key.parse(text), natives[kind], is_private=False)
    with pytest.raises(InvalidKeyError, match="damaged"):
        Key.parse("---- BEGIN SSH2 PUBLIC KEY ---- Comment: none ---- END SSH2 PUBLIC KEY ----")


@pytest.mark.parametrize("kind", KINDS)
def test_no_readable_form_is_an_hmac_secret(kind: str, every_native: Mapping[str, Any]) -> None:
    """Whatever the loader reads, damaged or not, is recognised when it is given as an HMAC secret."""
    native = every_native[kind]
    writers = [write for write, _, kinds in PRIVATE.values() if kind in kinds]
    for write in [*writers, *(write for write, kinds in PUBLIC.values() if kind in kinds)]:
        raw = write(native)
        forms = [raw, b64encode(raw)]
        if b"BEGIN" in raw:
            forms += [spoil(raw) for spoil in PEM_ONLY.values()]
            forms += [bare(raw)]
        for form in forms:
            assert key_material_in(form) is not None
            with pytest.raises(InvalidKeyError):
                Key.from_secret(form)


def test_a_private_key_with_its_chain_is_private(natives: Mapping[str, Any]) -> None:
    """A key file as web servers use it holds one private key; its certificates must belong to it."""
    key, authority = natives["P-256"], natives["P-384"]
    leaf = certificate(key, authority, issued_by="authority").public_bytes(PEM)
    above = certificate(authority, name="authority").public_bytes(PEM)
    secret = private(PEM, TRADITIONAL)(key)
    for text in (secret + leaf + above, leaf + secret, leaf + above + secret):
        same_key(Key.parse(text), key, is_private=True)
    same_key(Key.parse(leaf + above), key, is_private=False)
    with pytest.raises(InvalidKeyError, match="not belong together"):
        Key.parse(secret + above)
    for text in (above + leaf, leaf + leaf):
        with pytest.raises(InvalidKeyError, match="2 certificates that are no chain"):
            Key.parse(text)
    foreign = certificate(natives["P-521"], name="authority").public_bytes(PEM)
    with pytest.raises(InvalidKeyError, match="no chain"):
        Key.parse(leaf + foreign)


@pytest.mark.parametrize("kind", KINDS)
def test_raw_keys(kind: str, every_native: Mapping[str, Any]) -> None:
    """Bare bytes make a key when the caller says what they are."""
    if kind == "rsa":
        with pytest.raises(InvalidKeyError, match="Ed25519"):
            Key.from_raw("RSA", public=b"x")
        return
    native = every_native[kind]
    if kind in ELLIPTIC:
        size = (native.key_size + 7) // 8
        secret = native.private_numbers().private_value.to_bytes(size, "big")
        halves = [
            native.public_key().public_bytes(ser.Encoding.X962, form)
            for form in (ser.PublicFormat.UncompressedPoint, ser.PublicFormat.CompressedPoint)
        ]
    else:
        secret, halves = native.private_bytes_raw(), [native.public_key().public_bytes_raw()]
    same_key(Key.from_raw(kind, private=secret), native, is_private=True)
    for half in halves:
        same_key(Key.from_raw(kind, public=half), native, is_private=False)
        same_key(Key.from_raw(kind, public=half, private=secret, kid="k"), native, is_private=True)
        with pytest.raises(InvalidKeyError, match="public key"):
            Key.from_raw(kind, public=half[:-1])
    other = Key.generate({"Ed25519": "Ed25519", "Ed448": "Ed448"}.get(kind) or Key.from_native(native).alg)
    foreign = Key.from_native(other.native).to_jwk(private=True)
    assert foreign["kty"] == Key.from_native(native).kty
    wrong = bytes([secret[0], *reversed(secret[1:])])
    with pytest.raises(InvalidKeyError):
        Key.from_raw(kind, public=halves[0], private=wrong)
    for bad in (secret[:-1], secret + b"\0", b""):
        with pytest.raises(InvalidKeyError, match=r"has \d+ bytes, not"):
            Key.from_raw(kind, private=bad)


def test_raw_keys_by_algorithm_and_their_mistakes() -> None:
    """An algorithm of one kind of key names that kind; text, nothing and libsodium's pairs are explained."""
    assert Key.from_raw("ES256", private=bytes(31) + b"\1").curve == "P-256"
    assert Key.from_raw("Ed25519", private=bytes(32), kid="mine").kid == "mine"
    for kind in ("EdDSA", "HS256", "RS256", "X25519", ""):
        with pytest.raises(InvalidKeyError, match="one of these kinds"):
            Key.from_raw(kind, private=bytes(32))
    with pytest.raises(InvalidKeyError, match="first 32"):
        Key.from_raw("Ed25519", private=bytes(64))
    with pytest.raises(InvalidKeyError, match="range"):
        Key.from_raw("P-256", private=bytes(32))
    with pytest.raises(TypeError, match="public= or private="):
        Key.from_raw("Ed25519")
    with pytest.raises(TypeError, match="decode"):
        Key.from_raw("Ed25519", private="00" * 32)  # type: ignore[arg-type]


def test_escaped_and_wrapped_keys_are_no_secrets(natives: Mapping[str, Any]) -> None:
    """JSON escapes and several layers of base64 do not hide a key."""
    line = ssh_line(natives["Ed25519"])
    escaped = "".join(f"\\u00{byte:02x}" for byte in line).encode()
    for form in (escaped, b64encode(b64encode(line)), line.decode().encode("utf-16")):
        assert key_material_in(form) is not None
    plain = b64encode(b64encode(b64encode(bytes(range(200, 255)))))
    assert key_material_in(plain) is None
