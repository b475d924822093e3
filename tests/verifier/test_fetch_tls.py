# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: D102, D103 - the names of these tests are the sentences.
"""The default fetch over real TLS: who is believed to be the issuer."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.verifier.issuer import Issuer

from sealwright.errors import UnavailableError
from sealwright.jose import Key
from sealwright.verifier import HttpFetch, Verifier

_NOW = datetime.now(UTC)
_YEAR = timedelta(days=365)


class Authority:
    """A certificate authority that exists for one test run."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test authority")])
        self.certificate = (
            self._builder(self._name, self._key, _NOW + _YEAR)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(self._key, hashes.SHA256())
        )

    def trust(self) -> ssl.SSLContext:
        pem = self.certificate.public_bytes(serialization.Encoding.PEM).decode()
        return ssl.create_default_context(cadata=pem)

    def server(self, name: str, expires: datetime = _NOW + _YEAR) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = (
            self._builder(subject, key, expires)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        file = self._folder / "server.pem"
        file.write_bytes(
            certificate.public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, expires: datetime
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(_NOW - _YEAR)
            .not_valid_after(expires)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def test_an_issuer_with_a_good_certificate_is_believed(authority: Authority, first_key: Key) -> None:
    with (
        Issuer(first_key, tls=authority.server("localhost"), host="localhost") as issuer,
        Verifier(issuer.url, audience="api", fetch=HttpFetch(ssl_context=authority.trust())) as verifier,
    ):
        assert verifier.verify(issuer.token()).sub == "u-1"


def test_an_expired_certificate_makes_the_issuer_unavailable(authority: Authority, first_key: Key) -> None:
    expired = authority.server("localhost", expires=_NOW - timedelta(days=1))
    with (
        Issuer(first_key, tls=expired, host="localhost") as issuer,
        Verifier(issuer.url, audience="api", fetch=HttpFetch(ssl_context=authority.trust())) as verifier,
    ):
        with pytest.raises(UnavailableError, match="TLS failed: certificate has expired"):
            verifier.verify(issuer.token())
        assert issuer.requests == []


def test_a_certificate_for_another_name_makes_the_issuer_unavailable(
    authority: Authority, first_key: Key
) -> None:
    with (
        Issuer(first_key, tls=authority.server("other.example"), host="localhost") as issuer,
        Verifier(issuer.url, audience="api", fetch=HttpFetch(ssl_context=authority.trust())) as verifier,
    ):
        with pytest.raises(UnavailableError, match="Hostname mismatch"):
            verifier.verify(issuer.token())
        assert issuer.requests == []


def test_a_certificate_of_an_unknown_authority_is_refused_by_default(
    authority: Authority, first_key: Key
) -> None:
    with (
        Issuer(first_key, tls=authority.server("localhost"), host="localhost") as issuer,
        Verifier(issuer.url, audience="api") as verifier,
        pytest.raises(UnavailableError, match="TLS failed"),
    ):
        verifier.verify(issuer.token())


def test_a_server_that_speaks_no_tls_is_unavailable(issuer: Issuer) -> None:
    with pytest.raises(UnavailableError, match="TLS failed"):
        HttpFetch()(issuer.origin.replace("http:", "https:") + "/", {}, timeout=20)
