# SPDX-License-Identifier: Apache-2.0
"""JSON Web Signatures over any bytes: the layer below `sealwright.jwt` (RFC 7515, RFC 7797).

>>> from sealwright import jws
>>> key = jws.Key.generate("ES256")
>>> token = jws.sign(b"any bytes", key)
>>> jws.verify(token, key.public()).payload
b'any bytes'
"""

from __future__ import annotations

from .jose import Key, KeySet
from .jose.jws import Parsed, Verified, parse, sign, verify
from .jose.jws_json import Signature, parse_json, sign_json, verify_json

__all__ = [
    "Key",
    "KeySet",
    "Parsed",
    "Signature",
    "Verified",
    "parse",
    "parse_json",
    "sign",
    "sign_json",
    "verify",
    "verify_json",
]
