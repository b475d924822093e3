# SPDX-License-Identifier: Apache-2.0
"""The outermost layer of the application: security headers on every answer, and an answer to every failure.

It is plain ASGI rather than Starlette's middleware class, which would cost a task per request.
"""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING, Final

from starlette.requests import ClientDisconnect

from ..errors import OAuthError
from .events import describe_failure, log_event
from .oauth.errors import error_response

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
_REQUEST_ID_BYTES: Final = 8


class Guard:
    """Wrap an ASGI application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def send_guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message["headers"], *_HEADERS]
            await send(message)

        try:
            await self._app(scope, receive, send_guarded)
        except ClientDisconnect:
            log_event("request.abandoned", level=logging.DEBUG)
            if not started:
                # A body that breaks HTTP's framing ends like this too, and then somebody still reads.
                broken = OAuthError(
                    "invalid_request", "The body did not arrive whole.", headers={"Connection": "close"}
                )
                await error_response(broken)(scope, receive, send_guarded)
        except Exception as error:  # noqa: BLE001  the last place that can answer
            request_id = secrets.token_hex(_REQUEST_ID_BYTES)
            log_event(
                "request.failed",
                level=logging.ERROR,
                request_id=request_id,
                method=scope["method"],
                failure=describe_failure(error),
            )
            if not started:
                failed = OAuthError(
                    "server_error",
                    f"Something went wrong inside the server; its log has the details under {request_id}.",
                    status=500,
                    headers={"X-Request-Id": request_id},
                )
                await error_response(failed)(scope, receive, send_guarded)
