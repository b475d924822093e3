# SPDX-License-Identifier: Apache-2.0
"""Error answers: RFC 6749 section 5.2 JSON for everything that is not a success, never cached."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import msgspec
from starlette.responses import Response

from ...errors import OAuthError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.exceptions import HTTPException
    from starlette.requests import Request

    from ...errors import UnavailableError

NO_STORE: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}
"""For every answer that holds a token or says why there is none (RFC 6749 section 5.1)."""

_encode: Final = msgspec.json.Encoder().encode
_TEXTS: Final = {
    404: ("not_found", "There is nothing at this address. GET / lists what there is."),
    405: (
        "method_not_allowed",
        "This address does not take this method; the Allow header lists what it takes.",
    ),
}


def json_response(body: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a JSON answer that nobody may cache.

    Args:
        body: What msgspec can encode.
        status: The HTTP status.
        headers: More headers.
    """
    # The line break is for people who read the answer in a terminal.
    content = _encode(body) + b"\n"
    return Response(content, status, {**NO_STORE, **(headers or {})}, media_type="application/json")


def error_response(error: OAuthError) -> Response:
    """Return the answer of an error; its ``detail`` stays with the server."""
    body = {"error": error.error, "error_description": error.description}
    return json_response(body, status=error.status, headers=error.headers)


async def answer_http_exception(_request: Request, error: Exception) -> Response:
    """Answer what Starlette's router refuses: unknown addresses and wrong methods.

    Args:
        _request: The request.
        error: Starlette's ``HTTPException``.
    """
    refused: HTTPException = error  # type: ignore[assignment]  # registered for this class only
    code, text = _TEXTS.get(refused.status_code, ("invalid_request", "The request cannot be answered."))
    return error_response(
        OAuthError(code, text, status=refused.status_code, headers=dict(refused.headers or {}))
    )


async def answer_oauth_error(_request: Request, error: Exception) -> Response:
    """Answer an error that an endpoint raised on purpose.

    Args:
        _request: The request.
        error: An :class:`OAuthError`.
    """
    raised: OAuthError = error  # type: ignore[assignment]  # registered for this class only
    return error_response(raised)


async def answer_unavailable(_request: Request, error: Exception) -> Response:
    """Answer an error that will pass; nothing was decided, so trying again is safe.

    Its own message may quote the database, so it is not for clients; the store has logged it.

    Args:
        _request: The request.
        error: An :class:`~sealwright.errors.UnavailableError`; with ``retry_after``, merely busy.
    """
    raised: UnavailableError = error  # type: ignore[assignment]  # registered for this class only
    busy = raised.retry_after is not None
    text = "has too much to do" if busy else "cannot use its database"
    return error_response(
        OAuthError(
            "temporarily_unavailable",
            f"The server {text} at this moment. Nothing was changed; try again.",
            status=503,
            headers={"Retry-After": str(max(1, math.ceil(raised.retry_after or 0)))},
        )
    )
