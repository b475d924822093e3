# SPDX-License-Identifier: Apache-2.0
"""Keys of every kind in every format, made at each start for `fuzz_key`: none is ever committed."""

from __future__ import annotations

import base64
import json
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization as ser
from cryptography.hazmat.primitives.asymmetric import dsa, ec, x25519
from cryptography.hazmat.primitives.serialization import pkcs12

from sealwright.jose import Key

PASSWORD = "a password"  # noqa: S105 - it guards keys that live for one run
_ALGORITHMS = ("ES256", "ES512", "ES256K", "Ed25519", "Ed448", "RS256", "ML-DSA-44")
_DAY = datetime(2027, 1, 1, tzinfo=UTC)


def specimens() -> list[bytes]:
    """Return key texts, certificates, containers and sets, good ones all."""
    with warnings.catch_warnings():
        # cryptography says that DSA is old; that is why it is among the specimens.
        warnings.simplefilter("ignore")
        return list(_make())


def _make() -> Iterator[bytes]:
    keys = [Key.generate(alg) for alg in _ALGORITHMS]
    for key in keys:
        native: Any = key.native
        yield from _jwks(key)
        yield from _files(native)
        yield from _public_files(native.public_key())
    yield from _containers(keys[0].native)
    yield from _containers(keys[3].native)
    for kind in ("HS256", "HS512"):
        yield json.dumps(Key.generate(kind).to_jwk(private=True)).encode()
    yield json.dumps({"keys": [key.to_jwk() for key in keys]}).encode()
    for stranger in (dsa.generate_private_key(2048), x25519.X25519PrivateKey.generate(), _old_curve()):
        yield from _files(stranger)


def _old_curve() -> Any:
    return ec.generate_private_key(ec.BrainpoolP256R1())


def _jwks(key: Key) -> Iterator[bytes]:
    yield json.dumps(key.to_jwk()).encode()
    yield json.dumps(key.to_jwk(private=True), indent=1).encode()
    yield json.dumps({**key.to_jwk(private=True), "alg": key.alg, "use": "sig"}).encode()


def _files(native: Any) -> Iterator[bytes]:
    sealed = ser.BestAvailableEncryption(PASSWORD.encode())
    for form in (ser.PrivateFormat.PKCS8, ser.PrivateFormat.TraditionalOpenSSL, ser.PrivateFormat.OpenSSH):
        for encoding in (ser.Encoding.PEM, ser.Encoding.DER):
            for sealing in (ser.NoEncryption(), sealed):
                try:
                    yield native.private_bytes(encoding, form, sealing)
                except (ValueError, TypeError, UnsupportedAlgorithm):
                    continue  # Not every kind of key has every format.


def _public_files(native: Any) -> Iterator[bytes]:
    spki, pkcs1 = ser.PublicFormat.SubjectPublicKeyInfo, ser.PublicFormat.PKCS1
    pem = native.public_bytes(ser.Encoding.PEM, spki)
    yield pem
    yield b"".join(pem.splitlines()[1:-1])
    yield native.public_bytes(ser.Encoding.DER, spki)
    try:
        line = native.public_bytes(ser.Encoding.OpenSSH, ser.PublicFormat.OpenSSH)
        yield line + b" somebody@example"
        wrapped = base64.encodebytes(base64.b64decode(line.split()[1]))
        yield (
            b'---- BEGIN SSH2 PUBLIC KEY ----\nComment: "x"\n' + wrapped + b"---- END SSH2 PUBLIC KEY ----\n"
        )
        yield native.public_bytes(ser.Encoding.PEM, pkcs1)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return


def _containers(native: Any) -> Iterator[bytes]:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "specimen")])
    digest = hashes.SHA256() if isinstance(native, ec.EllipticCurvePrivateKey) else None
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(native.public_key())
        .serial_number(1)
        .not_valid_before(_DAY)
        .not_valid_after(_DAY.replace(year=2037))
        .sign(native, digest)
    )
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(native, digest)
    for encoding in (ser.Encoding.PEM, ser.Encoding.DER):
        yield certificate.public_bytes(encoding)
        yield request.public_bytes(encoding)
    for sealing in (ser.NoEncryption(), ser.BestAvailableEncryption(PASSWORD.encode())):
        yield pkcs12.serialize_key_and_certificates(b"specimen", native, certificate, None, sealing)
