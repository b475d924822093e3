# SPDX-License-Identifier: Apache-2.0
"""The article's functions, with PyJWT's names: change ``import jwt`` to ``from sealwright import jwt``.

>>> from sealwright import jwt
>>> private_key = open('jwt-key').read()
>>> token = jwt.encode({'user_id': 123}, private_key, algorithm='RS256')
>>> jwt.decode(token, open('jwt-key.pub').read(), algorithms=['RS256'])
{'user_id': 123}
"""

from __future__ import annotations

from .. import errors as exceptions
from ..errors import (
    DecodeError,
    ExpiredSignatureError,
    ImmatureSignatureError,
    InsecureKeyLengthWarning,
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
    UnknownKeyError,
)
from ..jose import Key, KeySet
from .api import decode, decode_complete, encode, get_unverified_header

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
    "UnknownKeyError",
    "decode",
    "decode_complete",
    "encode",
    "exceptions",
    "get_unverified_header",
]
