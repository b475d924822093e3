# SPDX-License-Identifier: Apache-2.0
"""The application: the only place that wires parts together.

``create_app`` returns an ASGI application; :mod:`.runner` gives it to granian, tests call it in process. The
data folder must have been made ready by :func:`.setup.open_data`.
"""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Route

from ..errors import OAuthError, UnavailableError
from .guard import Guard
from .oauth.errors import answer_http_exception, answer_oauth_error, answer_unavailable
from .oauth.jwks import jwks, write_jwks
from .oauth.login import login
from .oauth.metadata import metadata, write_metadata
from .oauth.paths import Paths, paths_under
from .oauth.services import Services
from .oauth.status import healthz, index
from .oauth.token import token
from .passwords import Passwords
from .setup import load_keyring
from .store.sqlite import DATABASE_FILE, Store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from .config import ServerConfig


def create_app(config: ServerConfig, now: Callable[[], float] = time.time) -> Starlette:
    """Return the authorization server as an ASGI application.

    Args:
        config: Settings.
        now: The clock, in epoch seconds.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        keyring = load_keyring(config)
        passwords = Passwords(config.argon2, workers=config.password_workers, queue=config.password_queue)
        store = Store(config.data_dir / DATABASE_FILE)
        app.state.services = Services(
            config, store, keyring, passwords, write_metadata(config), write_jwks(keyring), now
        )
        try:
            yield
        finally:
            store.close()
            passwords.close()

    app = Starlette(
        routes=_routes(paths_under(config.base_path)),
        middleware=[Middleware(Guard)],
        exception_handlers={
            HTTPException: answer_http_exception,
            OAuthError: answer_oauth_error,
            UnavailableError: answer_unavailable,
        },
        lifespan=lifespan,
    )
    # A redirect would make clients send a password twice, the second time to wherever a proxy points them.
    app.router.redirect_slashes = False
    return app


def _routes(paths: Paths) -> list[Route]:
    return [
        Route(paths.index, index, methods=["GET"]),
        Route(paths.login, login, methods=["POST"]),
        Route(paths.token, token, methods=["POST"]),
        Route(paths.health, healthz, methods=["GET"]),
        Route(paths.jwks, jwks, methods=["GET"]),
        Route(paths.metadata, metadata, methods=["GET"]),
        Route(paths.openid, metadata, methods=["GET"]),
    ]
