# SPDX-License-Identifier: Apache-2.0
"""Reading PyJWT's ``options``; called by `functions` and `api_jws` when a program gives any."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from typing import Any

from ..errors import InvalidAudienceError, InvalidKeyError
from ..jose import ALGORITHMS
from .algorithms import short_secret
from .api_jwk import PyJWK
from .types import FullOptions
from .warnings import RemovedInPyjwt3Warning

SIGNATURE_DEFAULTS: dict[str, Any] = {"verify_signature": True, "enforce_minimum_key_length": False}
"""The options of `PyJWS`."""

_SWITCHES = {
    "verify_exp": "exp",
    "verify_nbf": "nbf",
    "verify_iat": "iat",
    "verify_aud": "aud",
    "verify_iss": "iss",
    "verify_sub": "sub",
    "verify_jti": "jti",
}

NOTHING: frozenset[str] = frozenset()


def full_defaults() -> FullOptions:
    """Return a new dict of every option with its default."""
    return {
        "verify_signature": True,
        "verify_exp": True,
        "verify_nbf": True,
        "verify_iat": True,
        "verify_aud": True,
        "verify_iss": True,
        "verify_sub": True,
        "verify_jti": True,
        "require": [],
        "strict_aud": False,
        "enforce_minimum_key_length": False,
    }


_KNOWN = frozenset(full_defaults())


def refuse_bad_options(options: Mapping[str, Any], known: Iterable[str] = _KNOWN) -> None:
    """Refuse options that do not exist, and the one that would verify nothing.

    Args:
        options: What a program gave.
        known: The names there are.

    Raises:
        TypeError: They are no mapping.
        ValueError: One is unknown, or asks for no verification.
    """
    if not isinstance(options, Mapping):
        raise TypeError(f"options is a mapping, not {type(options).__name__}")
    unknown = sorted(str(name) for name in options.keys() - known)
    if unknown:
        raise ValueError(f"unknown option {unknown[0]!r}; known are {', '.join(sorted(known))}")
    if not options.get("verify_signature", True):
        raise ValueError(
            "decode() always verifies the signature; to look at a token without trusting it use "
            "jwt.get_unverified_claims(), jwt.get_unverified_header() or `sealwright inspect`"
        )


def unvalidated(options: Mapping[str, Any], audience: object) -> frozenset[str]:
    """Read the switches: which claims are not to be looked at.

    Args:
        options: What a program gave.
        audience: The audience it expects.

    Raises:
        TypeError, ValueError: See `refuse_bad_options`.
        InvalidAudienceError: ``strict_aud`` goes with one audience, and several are given.
    """
    refuse_bad_options(options)
    skip = frozenset(claim for switch, claim in _SWITCHES.items() if not options.get(switch, True))
    if options.get("strict_aud") and "aud" not in skip and not isinstance(audience, (str, type(None))):
        raise InvalidAudienceError("Invalid audience (strict): with strict_aud the audience is one text")
    return skip


def refuse_short_secret(options: Mapping[str, Any], key: object, alg: str) -> None:
    """With ``enforce_minimum_key_length``, refuse an HMAC secret shorter than its hash.

    Args:
        options: What a program gave.
        key: What it gave as key.
        alg: The algorithm the key is used with.

    Raises:
        InvalidKeyError: The secret is too short (RFC 7518 section 3.2).
    """
    if not options.get("enforce_minimum_key_length"):
        return
    secret = key.key if isinstance(key, PyJWK) else key
    if isinstance(secret, (str, bytes)) and alg in ALGORITHMS:
        message = short_secret(secret, alg)
        if message:
            raise InvalidKeyError(message)


def warn_of_verify(verify: bool) -> None:
    """Say that PyJWT 1's ``verify=False`` does nothing."""
    if not verify:
        warnings.warn(
            "verify=False does nothing: the signature is verified; leave the argument out",
            RemovedInPyjwt3Warning,
            stacklevel=3,
        )
