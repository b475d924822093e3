# SPDX-License-Identifier: Apache-2.0
"""Types for annotations in programs, under PyJWT's names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypedDict

JWKDict = dict[str, Any]
HashlibHash = Callable[..., Any]


class SigOptions(TypedDict, total=False):
    """Options of `PyJWS`.

    Attributes:
        verify_signature: Only True is accepted.
        enforce_minimum_key_length: Refuse short HMAC secrets instead of warning of them.
    """

    verify_signature: bool
    enforce_minimum_key_length: bool


class Options(SigOptions, total=False):
    """Options of `decode`; each ``verify_`` switch is True unless given.

    Attributes:
        require: Names of claims that must be there.
        strict_aud: Accept one text as ``aud``, equal to the audience, and no list.
        verify_aud: Whether ``aud`` is validated; the other switches likewise.
    """

    require: list[str]
    strict_aud: bool
    verify_aud: bool
    verify_exp: bool
    verify_iat: bool
    verify_iss: bool
    verify_jti: bool
    verify_nbf: bool
    verify_sub: bool


class FullOptions(TypedDict):
    """All of `Options`, each with a value: what ``PyJWT().options`` holds."""

    verify_signature: bool
    enforce_minimum_key_length: bool
    require: list[str]
    strict_aud: bool
    verify_aud: bool
    verify_exp: bool
    verify_iat: bool
    verify_iss: bool
    verify_jti: bool
    verify_nbf: bool
    verify_sub: bool
