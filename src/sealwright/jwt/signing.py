# SPDX-License-Identifier: Apache-2.0
"""Making tokens: the header that PyJWT would write, around `sealwright.jose.jws.sign`.

Called by `functions` for tokens of claims and by `api_jws` for tokens of bytes.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from ..errors import InvalidAlgorithmError
from ..jose import ALGORITHMS, Key, SigningKey, is_signer, jws
from ..jose.algorithms import printable_name
from ..jose.sources import signing_key
from .api_jwk import PyJWK
from .exceptions import UnsupportedAlgorithmError
from .options import refuse_short_secret

Encoder = type[json.JSONEncoder]

_DATES = ("exp", "nbf", "iat")
_NO_OPTIONS: Mapping[str, Any] = {}
_FOR_SECRETS = "HS256"


def sign(
    payload: bytes,
    key: SigningKey | PyJWK,
    algorithm: str | None,
    headers: Mapping[str, Any] | None = None,
    json_encoder: Encoder | None = None,
    sort_headers: bool = True,
    *,
    typ: str = "JWT",
    detached: bool = False,
    options: Mapping[str, Any] = _NO_OPTIONS,
    switched_off: Collection[str] = (),
) -> str:
    """Sign bytes, with a header as PyJWT writes it: sorted, so that equal input makes equal tokens.

    Args:
        payload: What to sign.
        key: What signs; a `Key` or another `Signer` also puts its ``kid`` into the header.
        algorithm: The ``alg``; else that of `headers`, else the key decides.
        headers: More header members; None, and an empty ``typ``, leave a default one out.
        json_encoder: Turns header values that JSON does not know into ones it does.
        sort_headers: Whether the header's members are sorted.
        typ: The ``typ`` unless `headers` has one.
        detached: Leave the payload out of the token.
        options: May have ``enforce_minimum_key_length``.
        switched_off: Algorithms that were unregistered.

    Returns:
        The token.

    Raises:
        InvalidKeyError, InvalidAlgorithmError, TypeError, ValueError: See `jose.jws.sign`.
        UnsupportedAlgorithmError: There is no such algorithm, or it was unregistered.
    """
    kid = key.kid if isinstance(key, Key) or is_signer(key) else None
    if algorithm is None and headers:
        algorithm = headers.get("alg")
    if algorithm is not None and algorithm not in ALGORITHMS:
        raise unsupported(algorithm)
    if isinstance(key, PyJWK):
        algorithm = algorithm or key.algorithm_name
    refuse_short_secret(options, key, algorithm or _FOR_SECRETS)
    if isinstance(key, PyJWK):
        key = key.for_signing()
    if algorithm is None:
        key, algorithm = signing_key(key, None)
    if algorithm in switched_off:
        raise unsupported(algorithm)
    header: dict[str, Any] = (
        {"alg": algorithm, "typ": typ} if kid is None else {"alg": algorithm, "kid": kid, "typ": typ}
    )
    if headers:
        header = _merged(header, headers, json_encoder)
        if sort_headers:
            header = dict(sorted(header.items()))
    return jws.sign(payload, key, algorithm, header, detached=detached)


def unsupported(algorithm: object) -> UnsupportedAlgorithmError:
    """Return the error for an algorithm that does not exist, or was unregistered."""
    return UnsupportedAlgorithmError(
        "Algorithm not supported",
        hint=f"There is no {printable_name(algorithm)} here; known are {', '.join(ALGORITHMS)}.",
    )


def plain(members: Mapping[str, Any], json_encoder: Encoder) -> dict[str, Any]:
    """Return members as JSON will hold them, by way of a program's encoder; datetimes of claims stay.

    Args:
        members: A payload or a header.
        json_encoder: The encoder.

    Raises:
        TypeError: The encoder does not know a value either.
    """
    dates = {name: members[name] for name in _DATES if isinstance(members.get(name), datetime)}
    text = json.dumps({**members, **dict.fromkeys(dates, 0)}, cls=json_encoder)
    return {**json.loads(text), **dates}


def _merged(
    header: dict[str, Any], headers: Mapping[str, Any], json_encoder: Encoder | None
) -> dict[str, Any]:
    if headers.get("alg", header["alg"]) != header["alg"]:
        raise InvalidAlgorithmError(f"headers asks for another alg than {header['alg']}, which signs")
    given = headers if json_encoder is None else plain(headers, json_encoder)
    merged = {name: value for name, value in {**header, **given}.items() if value is not None}
    if not merged.get("typ"):
        merged.pop("typ", None)
    return merged
