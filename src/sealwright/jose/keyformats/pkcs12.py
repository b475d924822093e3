# SPDX-License-Identifier: Apache-2.0
"""The key of a PKCS#12 file (RFC 7292), known as ``.p12`` and ``.pfx``."""

from __future__ import annotations

from typing import cast

from cryptography.exceptions import UnsupportedAlgorithm

from ...errors import InvalidKeyError
from ..natives import Native
from .bounds import refuse_long_key_bags, refuse_slow_opening
from .certificates import public_key
from .found import UNREADABLE, needs_password, of_no_use, wrong_password

_WHAT = "the PKCS#12 file"


def read(der: bytes, password: bytes | None) -> Native:
    """Read the private key of a PKCS#12 file, or the public key of one with a single certificate.

    Args:
        der: The file's bytes.
        password: Opens it.

    Returns:
        A key object of `cryptography`.

    Raises:
        InvalidKeyError: It cannot be opened, or holds no key or several certificates without one.
    """
    from cryptography.hazmat.primitives.serialization import pkcs12
    from cryptography.x509 import InvalidVersion

    refuse_slow_opening(der, _WHAT)
    refuse_long_key_bags(der)
    try:
        native, certificate, others = pkcs12.load_key_and_certificates(der, password)
    except UnsupportedAlgorithm:
        raise of_no_use("the key in the PKCS#12 file") from None
    except (*UNREADABLE, UserWarning, InvalidVersion):
        # The warning, where warnings are errors, is about files in BER, which some programs still write.
        raise (needs_password(_WHAT) if password is None else wrong_password(_WHAT)) from None
    if native is not None:
        return cast("Native", native)
    certificates = [*([certificate] if certificate else []), *others]
    if len(certificates) != 1:
        raise InvalidKeyError(f"the PKCS#12 file holds no private key, and {len(certificates)} certificates")
    return public_key(certificates[0])
