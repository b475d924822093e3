# SPDX-License-Identifier: Apache-2.0
"""`encode`, `decode` and their kin, over `sealwright.jose`.

`decode` is written out instead of calling its neighbours: it runs once for every request of a service.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Container, Iterable, Mapping
from datetime import timedelta
from typing import Any, TypeVar, overload

from ..errors import InvalidAudienceError, InvalidTokenError
from ..jose import ALGORITHMS, Key, SigningKey, VerifyingKey, claims, jws
from .api_jwk import PyJWK
from .options import NOTHING, refuse_short_secret, unvalidated, warn_of_verify
from .signing import Encoder, plain, sign, unsupported

_T = TypeVar("_T")
_NO_OPTIONS: Mapping[str, Any] = {}

switched_off: set[str] = set()
"""Algorithms that `jwt.unregister_algorithm` has taken from the module's functions."""


def encode(
    payload: Mapping[str, Any],
    key: SigningKey | PyJWK,
    algorithm: str | None = None,
    headers: Mapping[str, Any] | None = None,
    json_encoder: Encoder | None = None,
    sort_headers: bool = True,
) -> str:
    """Sign claims as a token.

    Args:
        payload: The claims; ``exp``, ``nbf`` and ``iat`` may be datetimes.
        key: An HMAC secret, the text of a private key file, a key object of `cryptography`, a `PyJWK`, a
            private `Key` or any other `Signer`. The last two put their ``kid`` into the header.
        algorithm: The ``alg``. Without it the key decides: RS256 for RSA, ES256 for P-256, EdDSA for Ed25519,
            HS256 for a secret.
        headers: More header members; a value of None leaves a default one out.
        json_encoder: A `json.JSONEncoder` for values that JSON does not know.
        sort_headers: Whether the header's members are sorted.

    Returns:
        The token.

    Raises:
        InvalidKeyError: The key cannot be read, or cannot sign.
        InvalidAlgorithmError: There is no such algorithm, or the key is not for it.
        TypeError: The payload is no mapping, ``iss`` is no text, or a value is nothing that JSON can hold
            (RFC 7519 section 7.1).
        ValueError: A header member is malformed, or none that a JSON Web Token has.
    """
    raw = claims_as_bytes(payload, headers, json_encoder)
    if not (headers or json_encoder or switched_off):
        # The calls of most programs, spared the questions that only the others need.
        if type(key) is Key and algorithm is None:
            return jws.sign(raw, key, key.alg, {"alg": key.alg, "kid": key.kid, "typ": "JWT"})
        if type(key) is str and algorithm in ALGORITHMS:
            return jws.sign(raw, key, algorithm, {"alg": algorithm, "typ": "JWT"})
    return sign(
        raw,
        key,
        algorithm,
        headers,
        json_encoder,
        sort_headers,
        switched_off=switched_off,
    )


def claims_as_bytes(
    payload: Mapping[str, Any], headers: Mapping[str, Any] | None, json_encoder: Encoder | None
) -> bytes:
    """Write claims as a payload, and refuse what no JSON Web Token has; see `encode`."""
    if json_encoder is not None and isinstance(payload, Mapping):
        payload = plain(payload, json_encoder)
    raw = claims.dump(payload)
    if "iss" in payload and not isinstance(payload["iss"], str):
        raise TypeError("Issuer (iss) must be a string.")
    if headers and ("b64" in headers or "crit" in headers):
        raise ValueError("a JSON Web Token has neither b64 (RFC 7797 section 7) nor extensions in crit")
    return raw


@overload
def decode(
    jwt: str | bytes,
    key: VerifyingKey | PyJWK = "",
    algorithms: Collection[str] | None = None,
    options: Mapping[str, Any] | None = None,
    verify: bool | None = None,
    detached_payload: bytes | None = None,
    audience: str | Iterable[str] | None = None,
    subject: str | None = None,
    issuer: str | Container[str] | None = None,
    leeway: float | timedelta = 0,
    *,
    type: None = None,
    typ: str | None = None,
    max_age: float | timedelta | None = None,
    now: float | None = None,
) -> dict[str, Any]: ...


@overload
def decode(
    jwt: str | bytes,
    key: VerifyingKey | PyJWK = "",
    algorithms: Collection[str] | None = None,
    options: Mapping[str, Any] | None = None,
    verify: bool | None = None,
    detached_payload: bytes | None = None,
    audience: str | Iterable[str] | None = None,
    subject: str | None = None,
    issuer: str | Container[str] | None = None,
    leeway: float | timedelta = 0,
    *,
    type: type[_T],
    typ: str | None = None,
    max_age: float | timedelta | None = None,
    now: float | None = None,
) -> _T: ...


def decode(
    jwt: str | bytes,
    key: VerifyingKey | PyJWK = "",
    algorithms: Collection[str] | None = None,
    options: Mapping[str, Any] | None = None,
    verify: bool | None = None,
    detached_payload: bytes | None = None,
    audience: str | Iterable[str] | None = None,
    subject: str | None = None,
    issuer: str | Container[str] | None = None,
    leeway: float | timedelta = 0,
    *,
    type: type[_T] | None = None,  # noqa: A002 - what it is, in msgspec's word
    typ: str | None = None,
    max_age: float | timedelta | None = None,
    now: float | None = None,
) -> dict[str, Any] | _T:
    """Verify a token and return its claims.

    Args:
        jwt: The token.
        key: An HMAC secret, the text of a public key file, a key object of `cryptography`, a `Key`, a
            `KeySet`, a `PyJWK`, a function from the header to a `Key`, or a list of these.
        algorithms: The algorithms to accept. Needed unless the key is bound to its algorithm, as a `Key` is.
        options: PyJWT's switches: ``require`` (names of claims), ``verify_exp``, ``verify_nbf``,
            ``verify_iat``, ``verify_aud``, ``verify_iss``, ``verify_sub``, ``verify_jti``, ``strict_aud``,
            ``enforce_minimum_key_length``.
        verify: Of PyJWT 1; the signature is always verified.
        detached_payload: The payload of a token that travels without it (RFC 7515 appendix F).
        audience: The recipient, or several; needed when the token names one.
        subject: The exact subject.
        issuer: The exact issuer, or a container of issuers.
        leeway: Tolerance for clocks that differ, in seconds or as a timedelta.
        type: Return the claims as this: a msgspec Struct, a dataclass or a TypedDict.
        typ: The ``typ`` the header must have, such as ``at+jwt``; case, and a leading ``application/``, do
            not matter (RFC 7515 section 4.1.9).
        max_age: The most seconds since ``iat``, which must then be there.
        now: The time in seconds since 1970; the clock's when not given.

    Returns:
        The claims.

    Raises:
        InvalidTokenError: The token is refused; its subclasses say why (RFC 7519 section 7.2).
        InvalidKeyError: The key cannot be read or used.
        ValueError: An option is unknown, or asks for no verification.
        TypeError: An argument is of a wrong type.
    """
    skip = unvalidated(options, audience) if options else NOTHING
    parsed = jws.parse(jwt) if detached_payload is None else _parse_detached(jwt, detached_payload)
    if options or switched_off or verify is not None:
        before_verifying(parsed, key, options or _NO_OPTIONS, verify)
    parsed.verify(key, algorithms)
    payload = claims.parse(parsed.payload)
    validate(payload, skip, audience, issuer, subject, leeway, options, max_age, now)
    if typ is not None:
        _validate_typ(parsed.header, typ)
    return payload if type is None else claims.convert(payload, type)


def decode_complete(
    jwt: str | bytes,
    key: VerifyingKey | PyJWK = "",
    algorithms: Collection[str] | None = None,
    options: Mapping[str, Any] | None = None,
    verify: bool | None = None,
    detached_payload: bytes | None = None,
    audience: str | Iterable[str] | None = None,
    issuer: str | Container[str] | None = None,
    subject: str | None = None,
    leeway: float | timedelta = 0,
    *,
    type: type[Any] | None = None,  # noqa: A002 - as in decode
    typ: str | None = None,
    max_age: float | timedelta | None = None,
    now: float | None = None,
    read_payload: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Verify a token and return all of it; the other arguments and the errors are those of `decode`.

    Args:
        jwt: The token.
        key: See `decode`, as for all others but the last.
        algorithms: See `decode`.
        options: See `decode`.
        verify: See `decode`.
        detached_payload: See `decode`.
        audience: See `decode`.
        issuer: See `decode`.
        subject: See `decode`.
        leeway: See `decode`.
        type: See `decode`.
        typ: See `decode`.
        max_age: See `decode`.
        now: See `decode`.
        read_payload: Makes the claims of the verified parts, for payloads that are not plain JSON.

    Returns:
        A dictionary of ``header``, ``payload`` (the claims) and ``signature`` (bytes).
    """
    skip = unvalidated(options, audience) if options else NOTHING
    parsed = jws.parse(jwt) if detached_payload is None else _parse_detached(jwt, detached_payload)
    before_verifying(parsed, key, options or _NO_OPTIONS, verify)
    parsed.verify(key, algorithms)
    parts = {"header": dict(parsed.header), "payload": parsed.payload, "signature": parsed.signature}
    payload = claims.parse(parsed.payload) if read_payload is None else read_payload(parts)
    validate(payload, skip, audience, issuer, subject, leeway, options, max_age, now)
    if typ is not None:
        _validate_typ(parsed.header, typ)
    return {**parts, "payload": payload if type is None else claims.convert(payload, type)}


def get_unverified_header(jwt: str | bytes) -> dict[str, Any]:
    """Return a token's header, for which nobody vouches: use it to find a key, never to decide.

    Args:
        jwt: The token.

    Raises:
        DecodeError: The token is malformed.
    """
    return dict(jws.parse(jwt).header)


def get_unverified_claims(jwt: str | bytes) -> dict[str, Any]:
    """Return a token's claims, for which nobody vouches: use them to show the token, never to decide.

    Args:
        jwt: The token.

    Raises:
        DecodeError: The token is malformed.
    """
    return claims.parse(jws.parse(jwt).payload)


def before_verifying(
    parsed: jws.Parsed, key: object, options: Mapping[str, Any], verify: bool | None
) -> None:
    """Do what only programs with options, or with algorithms switched off, need."""
    alg = parsed.header["alg"]
    if alg in switched_off:
        raise unsupported(alg)
    refuse_short_secret(options, key, alg)
    if verify is not None:
        warn_of_verify(verify)


def validate(
    payload: dict[str, Any],
    skip: frozenset[str],
    audience: str | Iterable[str] | None,
    issuer: str | Container[str] | None,
    subject: str | None,
    leeway: float | timedelta,
    options: Mapping[str, Any] | None,
    max_age: float | timedelta | None,
    now: float | None,
) -> None:
    """Validate claims as the arguments of `decode` say."""
    if audience is not None and not isinstance(audience, (str, Iterable)):
        raise TypeError("audience must be a string, iterable or None")
    claims.validate(
        payload,
        now=time.time() if now is None else now,
        leeway=_seconds(leeway) if leeway else 0,
        audience=audience,
        issuer=issuer,
        subject=subject,
        require=options.get("require", ()) if options else (),
        max_age=max_age if max_age is None else _seconds(max_age),
        skip=skip,
    )
    if options and options.get("strict_aud") and "aud" not in skip and "aud" in payload:
        aud = payload["aud"]
        if not isinstance(aud, str):
            raise InvalidAudienceError("Invalid claim format in token (strict): aud is no text")


def _parse_detached(jwt: str | bytes, payload: bytes) -> jws.Parsed:
    return jws.parse(jwt, payload=payload, understood=jws.UNDERSTOOD)


def _validate_typ(header: Mapping[str, Any], expected: str) -> None:
    found = header.get("typ", "")
    if _short_media_type(found) != _short_media_type(expected):
        shown = ascii(found[:60]) if found else "none"
        raise InvalidTokenError(f"The token's typ is {shown}, and {expected} is expected")


def _seconds(duration: float | timedelta) -> float:
    return duration.total_seconds() if isinstance(duration, timedelta) else duration


def _short_media_type(typ: str) -> str:
    return typ.lower().removeprefix("application/")
