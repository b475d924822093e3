# SPDX-License-Identifier: Apache-2.0
"""Published documents: cacheable, readable from any web page, and answered 304 when the caller has them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from starlette.responses import Response

if TYPE_CHECKING:
    from starlette.requests import Request

MAX_AGE_SECONDS: Final = 300
"""How long caches may keep a published document."""


@dataclass(frozen=True, slots=True)
class Document:
    """A published JSON document, written once.

    Attributes:
        body: Its bytes.
        etag: Its strong entity tag, quoted.
    """

    body: bytes
    etag: str

    @classmethod
    def of(cls, body: bytes) -> Document:
        """Return the document of these bytes."""
        return cls(body, f'"{hashlib.sha256(body).hexdigest()[:32]}"')


def document_response(request: Request, document: Document, media_type: str) -> Response:
    """Return a published document, or 304 when If-None-Match names it (RFC 9110 section 13.1.2).

    Args:
        request: The request.
        document: What to publish.
        media_type: Its content type.
    """
    headers = {
        "Cache-Control": f"public, max-age={MAX_AGE_SECONDS}",
        "ETag": document.etag,
        "Access-Control-Allow-Origin": "*",
    }
    known = ",".join(request.headers.getlist("if-none-match"))
    tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
    if document.etag in tags or "*" in tags:
        return Response(status_code=304, headers=headers)
    return Response(document.body, headers=headers, media_type=media_type)
