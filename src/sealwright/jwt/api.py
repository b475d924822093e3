# SPDX-License-Identifier: Apache-2.0
"""`encode`, `decode` and their kin, over `sealwright.jose`."""

from __future__ import annotations

import time
from collections.abc import Collection, Container, Iterable, Mapping
from datetime import timedelta
from typing import Any

from ..errors import InvalidAudienceError
from ..jose import Key, SigningKey, VerifyingKey, claims, is_signer, jws

_SWITCHES = {
    "verify_exp": "exp",
    "verify_nbf": "nbf",
    "verify_iat": "iat",
    "verify_aud": "aud",
    "verify_iss": "iss",
    "verify_sub": "sub",
    "verify_jti": "jti",
}
_OPTIONS = frozenset({"require", "strict_aud", "verify_signature", *_SWITCHES})
_NONE: frozenset[str] = frozenset()


def encode(
    payload: Mapping[str, Any],
    key: SigningKey,
    algorithm: str | None = None,
    headers: Mapping[str, Any] | None = None,
) -> str:
    """Sign claims as a token.

    Args:
        payload: The claims; ``exp``, ``nbf`` and ``iat`` may be datetimes.
        key: An HMAC secret, the text of a private key file, a key object of `cryptography`, a private `Key`
            or any other `Signer`. The last two put their ``kid`` into the header.
        algorithm: The ``alg``. Without it the key decides: RS256 for RSA, ES256 for P-256, EdDSA for Ed25519,
            HS256 for a secret.
        headers: More header members; a value of None leaves a default one out.

    Returns:
        The token.

    Raises:
        InvalidKeyError: The key cannot be read, or cannot sign.
        InvalidAlgorithmError: There is no such algorithm, or the key is not for it.
        TypeError: The payload is no mapping, or holds what JSON cannot (RFC 7519 section 7.1).
    """
    header: dict[str, Any] = {"typ": "JWT"}
    if isinstance(key, Key) or is_signer(key):
        header["kid"] = key.kid
    if headers:
        header |= headers
        header = {name: value for name, value in header.items() if value is not None}
    return jws.sign(claims.dump(payload), key, algorithm, header)


def decode(
    token: str | bytes,
    key: VerifyingKey,
    algorithms: Collection[str] | None = None,
    *,
    audience: str | Iterable[str] | None = None,
    issuer: str | Container[str] | None = None,
    subject: str | None = None,
    leeway: float | timedelta = 0,
    options: Mapping[str, Any] | None = None,
    now: float | None = None,
) -> dict[str, Any]:
    """Verify a token and return its claims.

    Args:
        token: The token.
        key: An HMAC secret, the text of a public key file, a key object of `cryptography`, a `Key`, a
            `KeySet`, or a function from the header to a `Key`.
        algorithms: The algorithms to accept. Needed unless the key is a `Key` or `KeySet`.
        audience: The recipient, or several; needed when the token names one.
        issuer: The exact issuer, or a container of issuers.
        subject: The exact subject.
        leeway: Tolerance for clocks that differ, in seconds or as a timedelta.
        options: PyJWT's switches: ``require`` (names of claims), ``verify_exp``, ``verify_nbf``,
            ``verify_iat``, ``verify_aud``, ``verify_iss``, ``verify_sub``, ``verify_jti``, ``strict_aud``.
        now: The time in seconds since 1970; the clock's when not given.

    Returns:
        The claims.

    Raises:
        InvalidTokenError: The token is refused; its subclasses say why (RFC 7519 section 7.2).
        InvalidKeyError: The key cannot be read or used.
        ValueError: An option is unknown, or asks for no verification.
    """
    skip = _skipped(options, audience) if options else _NONE
    parsed = jws.parse(token)
    parsed.verify(key, algorithms)
    payload = claims.parse(parsed.payload)
    _validate(payload, skip, audience, issuer, subject, leeway, options, now)
    return payload


def decode_complete(
    token: str | bytes,
    key: VerifyingKey,
    algorithms: Collection[str] | None = None,
    *,
    audience: str | Iterable[str] | None = None,
    issuer: str | Container[str] | None = None,
    subject: str | None = None,
    leeway: float | timedelta = 0,
    options: Mapping[str, Any] | None = None,
    now: float | None = None,
) -> dict[str, Any]:
    """Verify a token and return all of it; the arguments and errors are those of `decode`.

    Returns:
        A dictionary of ``header``, ``payload`` (the claims) and ``signature`` (bytes).
    """
    skip = _skipped(options, audience) if options else _NONE
    parsed = jws.parse(token)
    parsed.verify(key, algorithms)
    payload = claims.parse(parsed.payload)
    _validate(payload, skip, audience, issuer, subject, leeway, options, now)
    return {"header": dict(parsed.header), "payload": payload, "signature": parsed.signature}


def get_unverified_header(token: str | bytes) -> dict[str, Any]:
    """Return a token's header, for which nobody vouches: use it to find a key, never to decide.

    Args:
        token: The token.

    Raises:
        DecodeError: The token is malformed.
    """
    return dict(jws.parse(token).header)


def _validate(
    payload: dict[str, Any],
    skip: frozenset[str],
    audience: str | Iterable[str] | None,
    issuer: str | Container[str] | None,
    subject: str | None,
    leeway: float | timedelta,
    options: Mapping[str, Any] | None,
    now: float | None,
) -> None:
    claims.validate(
        payload,
        now=time.time() if now is None else now,
        leeway=leeway.total_seconds() if isinstance(leeway, timedelta) else leeway,
        audience=audience,
        issuer=issuer,
        subject=subject,
        require=options.get("require", ()) if options else (),
        skip=skip,
    )
    if (
        options
        and options.get("strict_aud")
        and "aud" not in skip
        and not isinstance(payload.get("aud", ""), str)
    ):
        raise InvalidAudienceError("Invalid claim format in token (strict): aud is no string")


def _skipped(options: Mapping[str, Any], audience: object) -> frozenset[str]:
    """Read PyJWT's switches: which claims not to look at."""
    unknown = sorted(str(name) for name in options.keys() - _OPTIONS)
    if unknown:
        raise ValueError(f"unknown option {unknown[0]!r}; known are {', '.join(sorted(_OPTIONS))}")
    if not options.get("verify_signature", True):
        raise ValueError(
            "decode() always verifies the signature; to look at a token without trusting it use "
            "jwt.get_unverified_header() or `sealwright inspect`"
        )
    if options.get("strict_aud") and audience is not None and not isinstance(audience, str):
        raise ValueError("with strict_aud the audience is one string")
    return frozenset(claim for switch, claim in _SWITCHES.items() if not options.get(switch, True))
