# SPDX-License-Identifier: Apache-2.0
"""Every exception under PyJWT's names: ``jwt.exceptions``.

Most are `sealwright.errors` itself. Those defined here exist for PyJWT's classes of keys, and every one of
them is also the error that the rest of sealwright raises in the same case, so a program may catch either.
"""

from __future__ import annotations

from ..errors import (
    DecodeError,
    ExpiredSignatureError,
    ImmatureSignatureError,
    InvalidAlgorithmError,
    InvalidAudienceError,
    InvalidIssuedAtError,
    InvalidIssuerError,
    InvalidJTIError,
    InvalidKeyError,
    InvalidSignatureError,
    InvalidSubjectError,
    InvalidTokenError,
    MissingRequiredClaimError,
    SealwrightError,
    UnavailableError,
    UnknownKeyError,
)

PyJWTError = SealwrightError


class UnsupportedAlgorithmError(InvalidAlgorithmError, NotImplementedError):
    """There is no such algorithm; PyJWT raises `NotImplementedError` here."""


class PyJWKError(InvalidKeyError):
    """No algorithm is known for a JWK."""


class MissingCryptographyError(PyJWKError):
    """Kept for ``except`` clauses: `cryptography` is always installed with sealwright."""


class PyJWKSetError(InvalidKeyError):
    """A JWK Set is none, or holds no key that can be used."""


class PyJWKClientError(SealwrightError):
    """A `PyJWKClient` was set up wrongly, or found no key."""

    code = "key_lookup_failed"


class PyJWKClientConnectionError(PyJWKClientError, UnavailableError):
    """The key set could not be fetched: try again, it says nothing about a token."""

    code = "unavailable"


class PyJWKClientUnknownKeyError(PyJWKClientError, UnknownKeyError):
    """The key set was fetched, and holds no key of the name."""

    code = "unknown_key"


__all__ = [
    "DecodeError",
    "ExpiredSignatureError",
    "ImmatureSignatureError",
    "InvalidAlgorithmError",
    "InvalidAudienceError",
    "InvalidIssuedAtError",
    "InvalidIssuerError",
    "InvalidJTIError",
    "InvalidKeyError",
    "InvalidSignatureError",
    "InvalidSubjectError",
    "InvalidTokenError",
    "MissingCryptographyError",
    "MissingRequiredClaimError",
    "PyJWKClientConnectionError",
    "PyJWKClientError",
    "PyJWKClientUnknownKeyError",
    "PyJWKError",
    "PyJWKSetError",
    "PyJWTError",
    "SealwrightError",
    "UnavailableError",
    "UnknownKeyError",
    "UnsupportedAlgorithmError",
]
