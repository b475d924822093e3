# SPDX-License-Identifier: Apache-2.0
"""The article's functions, with PyJWT's names: change ``import jwt`` to ``from sealwright import jwt``.

>>> from sealwright import jwt
>>> private_key = open('jwt-key').read()
>>> token = jwt.encode({'user_id': 123}, private_key, algorithm='RS256')
>>> jwt.decode(token, open('jwt-key.pub').read(), algorithms=['RS256'])
{'user_id': 123}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..jose import Key, KeySet
from . import algorithms, api_jwk, api_jws, api_jwt, exceptions, types, utils, warnings
from .api_jwk import PyJWK, PyJWKSet
from .api_jws import PyJWS, get_algorithm_by_name, register_algorithm, unregister_algorithm
from .api_jwt import PyJWT
from .exceptions import (
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
    PyJWKClientConnectionError,
    PyJWKClientError,
    PyJWKError,
    PyJWKSetError,
    PyJWTError,
    UnknownKeyError,
)
from .functions import decode, decode_complete, encode, get_unverified_claims, get_unverified_header
from .warnings import InsecureKeyLengthWarning

if TYPE_CHECKING:
    from . import jwks_client
    from .jwks_client import PyJWKClient


def __getattr__(name: str) -> Any:
    """Load the part that talks to the network when it is first asked for."""
    if name not in ("PyJWKClient", "jwks_client"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    module = import_module(".jwks_client", __name__)
    return module if name == "jwks_client" else module.PyJWKClient


__all__ = [
    "DecodeError",
    "ExpiredSignatureError",
    "ImmatureSignatureError",
    "InsecureKeyLengthWarning",
    "InvalidAlgorithmError",
    "InvalidAudienceError",
    "InvalidIssuedAtError",
    "InvalidIssuerError",
    "InvalidJTIError",
    "InvalidKeyError",
    "InvalidSignatureError",
    "InvalidSubjectError",
    "InvalidTokenError",
    "Key",
    "KeySet",
    "MissingRequiredClaimError",
    "PyJWK",
    "PyJWKClient",
    "PyJWKClientConnectionError",
    "PyJWKClientError",
    "PyJWKError",
    "PyJWKSet",
    "PyJWKSetError",
    "PyJWS",
    "PyJWT",
    "PyJWTError",
    "UnknownKeyError",
    "algorithms",
    "api_jwk",
    "api_jws",
    "api_jwt",
    "decode",
    "decode_complete",
    "encode",
    "exceptions",
    "get_algorithm_by_name",
    "get_unverified_claims",
    "get_unverified_header",
    "jwks_client",
    "register_algorithm",
    "types",
    "unregister_algorithm",
    "utils",
    "warnings",
]
