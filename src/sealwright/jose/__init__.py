# SPDX-License-Identifier: Apache-2.0
"""Tokens and keys, pure: no I/O beyond reading a key file, no threads, no clock but the one passed in.

`jws` signs and verifies bytes, `claims` reads and validates what they say, `Key` and `KeySet` hold the keys.
The article's functions in `sealwright.jwt`, the verifier and the server all stand on these.
"""

from __future__ import annotations

from . import base64url as base64url
from . import claims as claims
from . import jws as jws
from .algorithms import ALGORITHMS as ALGORITHMS
from .algorithms import ASYMMETRIC as ASYMMETRIC
from .algorithms import Algorithm as Algorithm
from .keys import Key as Key
from .keyset import KeySet as KeySet
from .keyset import UnusableKey as UnusableKey
from .signer import Signer as Signer
from .signer import is_signer as is_signer
from .sources import SigningKey as SigningKey
from .sources import VerifyingKey as VerifyingKey
from .strict_json import parse_object as parse_object

__all__ = [
    "ALGORITHMS",
    "ASYMMETRIC",
    "Algorithm",
    "Key",
    "KeySet",
    "Signer",
    "SigningKey",
    "UnusableKey",
    "VerifyingKey",
    "base64url",
    "claims",
    "is_signer",
    "jws",
    "parse_object",
]
