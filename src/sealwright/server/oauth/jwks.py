# SPDX-License-Identifier: Apache-2.0
"""``GET /.well-known/jwks.json``: the public keys (RFC 7517 section 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...jose.strict_json import dump_object
from .documents import Document, document_response
from .services import services

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from ..keyring import Keyring


def write_jwks(keyring: Keyring) -> Document:
    """Return the published JWK Set of a server.

    Args:
        keyring: Its keys.
    """
    return Document.of(dump_object(keyring.published.to_jwks()) + b"\n")


async def jwks(request: Request) -> Response:
    """Answer with the JWK Set that was written once at start."""
    return document_response(request, services(request).jwks, "application/jwk-set+json")
