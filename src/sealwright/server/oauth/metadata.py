# SPDX-License-Identifier: Apache-2.0
"""``GET /.well-known/oauth-authorization-server`` (RFC 8414) and ``/.well-known/openid-configuration``.

Every URL comes from the configured issuer, never from the request, and only what exists is published.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...jose.strict_json import dump_object
from .documents import Document, document_response
from .paths import paths_under
from .services import services
from .token import GRANT_TYPES

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from ..config import ServerConfig


def write_metadata(config: ServerConfig) -> Document:
    """Return the metadata document of a server.

    Args:
        config: Names the issuer and the scope.
    """
    paths = paths_under(config.base_path)
    return Document.of(
        dump_object(
            {
                "issuer": config.issuer,
                "token_endpoint": config.origin + paths.token,
                "jwks_uri": config.origin + paths.jwks,
                "grant_types_supported": list(GRANT_TYPES),
                # Required by RFC 8414 and OpenID Connect Discovery; empty says that there is no authorization
                # endpoint and that there are no ID tokens.
                "response_types_supported": [],
                "id_token_signing_alg_values_supported": [],
                "subject_types_supported": ["public"],
                "token_endpoint_auth_methods_supported": ["none"],
                "scopes_supported": config.scope.split(" "),
            }
        )
        + b"\n"
    )


async def metadata(request: Request) -> Response:
    """Answer with the metadata that was written once at start."""
    return document_response(request, services(request).metadata, "application/json")
