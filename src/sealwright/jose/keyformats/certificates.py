# SPDX-License-Identifier: Apache-2.0
"""The public key of an X.509 certificate (RFC 5280).

Only the key is taken: whom the certificate was made for, by whom and until when is the caller's to judge.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from ...errors import InvalidKeyError
from ..natives import Native, public_of
from .found import UNREADABLE, damaged, of_no_use

if TYPE_CHECKING:
    from cryptography import x509


def read_chain(ders: Sequence[bytes]) -> Native:
    """Return the public key of the certificate that comes first.

    Args:
        ders: Certificates; each of them must have been issued by the one behind it.

    Returns:
        A public key object of `cryptography`.

    Raises:
        InvalidKeyError: A certificate is damaged, or they are no chain, so that none of them comes first.
    """
    chain = [_load(der) for der in ders]
    for position, issued in enumerate(chain[:-1]):
        try:
            issued.verify_directly_issued_by(chain[position + 1])
        except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
            raise InvalidKeyError(
                f"this holds {len(ders)} certificates that are no chain of issuers: give the one you want"
            ) from None
    return public_key(chain[0])


def refuse_foreign(der: bytes, private: Native) -> None:
    """Refuse a certificate that was made for another key than the one beside it.

    Args:
        der: The certificate that follows a private key in a file.
        private: That private key.

    Raises:
        InvalidKeyError: The certificate is damaged or belongs to another key.
    """
    if public_key(_load(der)) != public_of(private):
        raise InvalidKeyError(
            "the private key and the certificate in this file do not belong together: give one"
        )


def _load(der: bytes) -> x509.Certificate:
    from cryptography import x509

    try:
        return x509.load_der_x509_certificate(der)
    except (*UNREADABLE, UserWarning, x509.InvalidVersion):
        # `cryptography` warns of what it will refuse one day; where warnings are errors, it is refused now.
        raise damaged("the X.509 certificate") from None


def public_key(certificate: x509.Certificate) -> Native:
    """Return the public key of a certificate.

    Args:
        certificate: A certificate that was read already.

    Raises:
        InvalidKeyError: The key is damaged, or of a kind that signs no tokens.
    """
    try:
        return cast("Native", certificate.public_key())
    except UnsupportedAlgorithm:
        raise of_no_use("the certificate's public key") from None
    except UNREADABLE:
        raise damaged("the X.509 certificate") from None
