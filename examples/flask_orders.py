# SPDX-License-Identifier: Apache-2.0
"""An orders service in Flask: it verifies every caller's access token and holds no secret itself.

Run it beside ``sealwright serve``::

    flask --app examples/flask_orders run --port 8001
    curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:8001/orders
"""

from __future__ import annotations

import os
import re

from flask import Flask, g, request
from flask.typing import ResponseReturnValue

from sealwright.errors import InvalidTokenError, UnavailableError
from sealwright.verifier import Claims, Verifier

# RFC 6750 section 2.1; several headers arrive joined by commas, which no token contains.
BEARER = re.compile(r"bearer +([A-Za-z0-9._~+/-]+=*)", re.IGNORECASE)
CHALLENGE = 'Bearer realm="orders"'


def create_app() -> Flask:
    """Make the application; Flask finds this function by its name."""
    app = Flask(__name__, static_folder=None)
    verifier = Verifier(os.environ.get("SEALWRIGHT_ISSUER", "http://127.0.0.1:8000"), audience="api")

    @app.before_request
    def authenticate() -> ResponseReturnValue | None:
        """Let nothing through without a good token, whatever the route or the method."""
        bearer = BEARER.fullmatch(request.headers.get("Authorization", ""))
        if bearer is None:
            return {"error": "unauthorized"}, 401, {"WWW-Authenticate": CHALLENGE}
        g.caller = verifier.verify(bearer[1])
        return None

    @app.errorhandler(InvalidTokenError)
    def refuse(error: InvalidTokenError) -> ResponseReturnValue:
        headers = {"WWW-Authenticate": f'{CHALLENGE}, error="invalid_token"'}
        return {"error": "invalid_token", "error_description": str(error)}, 401, headers

    @app.errorhandler(UnavailableError)
    def retry(_: UnavailableError) -> ResponseReturnValue:
        return {"error": "temporarily_unavailable"}, 503, {"Retry-After": "5"}

    @app.get("/orders")
    def orders() -> ResponseReturnValue:
        caller: Claims = g.caller
        return {"customer": caller.username, "roles": caller.roles, "orders": ["tea", "biscuits"]}

    return app
