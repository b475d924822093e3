# SPDX-License-Identifier: Apache-2.0
"""An orders service in FastAPI: it verifies every caller's access token and holds no secret itself.

Run it beside ``sealwright serve``::

    granian --interface asgi --factory --port 8001 examples/fastapi_orders.py:create_app
    curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:8001/orders
"""

from __future__ import annotations

import os
import re
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse

from sealwright.errors import InvalidTokenError, UnavailableError
from sealwright.verifier import Claims, Verifier

# RFC 6750 section 2.1.
BEARER = re.compile(r"bearer +([A-Za-z0-9._~+/-]+=*)", re.IGNORECASE)
CHALLENGE = 'Bearer realm="orders"'


def authenticate(request: Request) -> Claims:
    """Return the caller's claims; not async, so that the first fetch blocks nobody else."""
    headers = request.headers.getlist("Authorization")
    bearer = BEARER.fullmatch(headers[0]) if len(headers) == 1 else None
    if bearer is None:
        raise HTTPException(401, "unauthorized", {"WWW-Authenticate": CHALLENGE})
    verifier: Verifier = request.app.state.verifier
    return verifier.verify(bearer[1])


Caller = Annotated[Claims, Depends(authenticate)]


def create_app() -> FastAPI:
    """Make the application; every route of it asks for a good token."""
    app = FastAPI(dependencies=[Depends(authenticate)], openapi_url=None)
    issuer = os.environ.get("SEALWRIGHT_ISSUER", "http://127.0.0.1:8000")
    app.state.verifier = Verifier(issuer, audience="api")

    @app.exception_handler(InvalidTokenError)
    def refuse(_: Request, error: InvalidTokenError) -> JSONResponse:
        headers = {"WWW-Authenticate": f'{CHALLENGE}, error="invalid_token"'}
        return JSONResponse({"error": "invalid_token", "error_description": str(error)}, 401, headers)

    @app.exception_handler(UnavailableError)
    def retry(_: Request, __: UnavailableError) -> JSONResponse:
        return JSONResponse({"error": "temporarily_unavailable"}, 503, {"Retry-After": "5"})

    @app.get("/orders")
    def orders(caller: Caller) -> dict[str, Any]:
        return {"customer": caller.username, "roles": caller.roles, "orders": ["tea", "biscuits"]}

    return app
