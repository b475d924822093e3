# SPDX-License-Identifier: Apache-2.0
"""The token library against PyJWT and against the bare calls of `cryptography`, in one run."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import jwt as pyjwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from sealwright import jwt
from sealwright.jose import Key, base64url

from .timing import Call, Timings, compare

ISSUER, AUDIENCE = "https://login.example.com", "orders"

BARE, OURS, PYJWT = "bare cryptography", "sealwright", "PyJWT"


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table.

    Attributes:
        title: What was measured.
        timings: The figures.
        wanted: What the project promises, in words.
        kept: Whether this run kept the promise.
    """

    title: str
    timings: Timings
    wanted: str
    kept: bool


def claims() -> dict[str, object]:
    """Return claims that make a payload of about 420 bytes."""
    now = int(time.time())
    fixed: dict[str, object] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "8f14e45f-ceea-467f-a0a0-9c1e6f1a2b3c",
        "client_id": "first-party",
        "iat": now,
        "exp": now + 3600,
        "jti": "c9f0f895fb98ab9159f51fd0297e236d",
        "sid": "45c48cce2e2d7fbdea1afc51c7c6ad26",
        "scope": "orders:read orders:write profile",
        "username": "susan",
        "roles": ["user", "moderator"],
    }
    return fixed | {"note": "x" * 80}


def measure(rounds: int) -> list[Result]:
    """Measure everything once.

    Args:
        rounds: How many times each contender is timed.
    """
    return [verify_rs256(rounds), sign_rs256_from_text(rounds)]


def verify_rs256(rounds: int) -> Result:
    """RS256 verification with iss, aud and exp validated, the key given as an object."""
    key = Key.generate("RS256")
    public = cast("rsa.RSAPublicKey", key.public().native)
    token = jwt.encode(claims(), key)
    signing_input, _, signature = token.rpartition(".")
    raw, data = base64url.decode(signature), signing_input.encode()
    scheme, digest = padding.PKCS1v15(), hashes.SHA256()
    timings = compare(
        {
            BARE: lambda: public.verify(raw, data, scheme, digest),
            OURS: lambda: jwt.decode(token, public, ["RS256"], audience=AUDIENCE, issuer=ISSUER),
            PYJWT: lambda: pyjwt.decode(token, public, ["RS256"], audience=AUDIENCE, issuer=ISSUER),
        },
        rounds=rounds,
    )
    return Result(
        "verify RS256, key given as object",
        timings,
        "at most 8 us over bare, PyJWT takes at least 2.3x",
        timings.difference(OURS, BARE) <= 8 and timings.ratio(PYJWT, OURS) >= 2.3,
    )


def sign_rs256_from_text(rounds: int) -> Result:
    """RS256 signatures with a 4096-bit key given as PEM text each time, as the article does."""
    key = Key.generate("RS256", bits=4096)
    private = cast("rsa.RSAPrivateKey", key.native)
    pem = key.to_pem(private=True)
    payload = claims()
    data = jwt.encode(payload, key).rpartition(".")[0].encode()
    scheme, digest = padding.PKCS1v15(), hashes.SHA256()
    contenders: Mapping[str, Call] = {
        BARE: lambda: private.sign(data, scheme, digest),
        OURS: lambda: jwt.encode(payload, pem, algorithm="RS256"),
        PYJWT: lambda: pyjwt.encode(payload, pem, algorithm="RS256"),
    }
    timings = compare(contenders, rounds=rounds)
    return Result(
        "sign RS256 (4096 bits), key given as PEM text",
        timings,
        "PyJWT takes at least 100x",
        timings.ratio(PYJWT, OURS) >= 100,
    )
