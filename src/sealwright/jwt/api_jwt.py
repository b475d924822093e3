# SPDX-License-Identifier: Apache-2.0
"""`PyJWT`: the functions of the module as an object with default options."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping
from datetime import timedelta
from typing import Any, cast

from ..jose import SigningKey, VerifyingKey, claims
from . import functions
from .api_jwk import PyJWK
from .functions import claims_as_bytes, decode, decode_complete, encode
from .options import full_defaults, refuse_bad_options
from .signing import Encoder, sign

__all__ = ["PyJWT", "decode", "decode_complete", "encode"]


class PyJWT:
    """Signs and verifies tokens with options of its own.

    A subclass may override `_encode_payload` and `_decode_payload`, to compress payloads for example.

    Attributes:
        options: Every option with its value; see `functions.decode`.
    """

    def __init__(self, options: Mapping[str, Any] | None = None) -> None:
        """Keep the options.

        Args:
            options: Defaults for its calls.

        Raises:
            TypeError, ValueError: An option is unknown, or asks for no verification.
        """
        self.options: dict[str, Any] = dict(full_defaults())
        if options is not None:
            refuse_bad_options(options)
            self.options |= options

    def encode(
        self,
        payload: dict[str, Any],
        key: SigningKey | PyJWK,
        algorithm: str | None = None,
        headers: Mapping[str, Any] | None = None,
        json_encoder: Encoder | None = None,
        sort_headers: bool = True,
    ) -> str:
        """Sign claims as a token; arguments and errors are those of `jwt.encode`."""
        return sign(
            self._encode_payload(payload, headers, json_encoder),
            key,
            algorithm,
            headers,
            json_encoder,
            sort_headers,
            options=self.options,
            switched_off=functions.switched_off,
        )

    def decode_complete(
        self,
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
        **more: Any,
    ) -> dict[str, Any]:
        """Verify a token and return all of it.

        Args:
            jwt: See `jwt.decode_complete`, as for all others.
            key: See `jwt.decode_complete`.
            algorithms: See `jwt.decode_complete`.
            options: Override the object's own.
            verify: See `jwt.decode_complete`.
            detached_payload: See `jwt.decode_complete`.
            audience: See `jwt.decode_complete`.
            issuer: See `jwt.decode_complete`.
            subject: See `jwt.decode_complete`.
            leeway: See `jwt.decode_complete`.
            **more: ``type``, ``typ``, ``max_age`` and ``now``.

        Returns:
            A dictionary of ``header``, ``payload`` (the claims) and ``signature`` (bytes).
        """
        if options:
            refuse_bad_options(options)
        return decode_complete(
            jwt,
            key,
            algorithms,
            {**self.options, **options} if options else self.options,
            verify,
            detached_payload,
            audience,
            issuer,
            subject,
            leeway,
            read_payload=self._decode_payload,
            **more,
        )

    def decode(
        self,
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
        **more: Any,
    ) -> Any:
        """Verify a token and return its claims; see `decode_complete`."""
        return self.decode_complete(
            jwt,
            key,
            algorithms,
            options,
            verify,
            detached_payload,
            audience,
            issuer,
            subject,
            leeway,
            **more,
        )["payload"]

    def _encode_payload(
        self, payload: dict[str, Any], headers: Mapping[str, Any] | None, json_encoder: Encoder | None
    ) -> bytes:
        return claims_as_bytes(payload, headers, json_encoder)

    def _decode_payload(self, decoded: dict[str, Any]) -> dict[str, Any]:
        return claims.parse(cast("bytes", decoded["payload"]))
