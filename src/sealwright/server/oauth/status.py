# SPDX-License-Identifier: Apache-2.0
"""``GET /`` says what this is and where to look; ``GET /healthz`` says whether the database answers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import sqlalchemy as sa

from ...errors import UnavailableError
from ..limits import HEALTH_TIMEOUT_SECONDS
from .errors import json_response
from .paths import paths_under
from .services import services

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


async def index(request: Request) -> Response:
    """Answer with a list of what there is."""
    config = services(request).config
    paths = paths_under(config.base_path)
    return json_response(
        {
            "service": "sealwright authorization server",
            "login": f"POST {config.origin}{paths.login} with JSON: username, password",
            "refresh": f"POST {config.origin}{paths.token} with a form:"
            " grant_type=refresh_token, refresh_token",
            "keys": config.origin + paths.jwks,
            "metadata": config.origin + paths.metadata,
            "health": config.origin + paths.health,
        }
    )


async def healthz(request: Request) -> Response:
    """Answer 200 when the database answers.

    Args:
        request: The request.

    Raises:
        UnavailableError: It does not (503).
    """
    try:
        async with asyncio.timeout(HEALTH_TIMEOUT_SECONDS):
            await services(request).store.read(_ping)
    except TimeoutError:
        raise UnavailableError("the database does not answer") from None
    return json_response({"status": "ok"})


def _ping(connection: sa.Connection) -> None:
    connection.exec_driver_sql("SELECT 1 FROM users LIMIT 1")
