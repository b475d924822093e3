# SPDX-License-Identifier: Apache-2.0
"""``GET /.well-known/jwks.json``: the public keys (RFC 7517 section 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .documents import document_response
from .services import services

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


async def jwks(request: Request) -> Response:
    """Answer with the JWK Set that was written once at start."""
    return document_response(request, services(request).keyring.jwks, "application/jwk-set+json")
