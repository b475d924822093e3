# SPDX-License-Identifier: Apache-2.0
"""The demo's resource server: an orders service that knows the authorization server's URL and nothing else.

Run by `sealwright demo` as ``python -m sealwright.cli.demo_orders URL`` with an empty environment. It listens
on a free loopback port and prints its own URL as its first line. It imports the verifier, which cannot sign.
"""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from ..errors import InvalidTokenError, UnavailableError
from ..jose import jws
from ..verifier import Verifier

if TYPE_CHECKING:
    from collections.abc import Callable

AUDIENCE = "orders"
"""The service's own name: a token is only accepted when it was made for it."""

_MISSING = "missing_token"
_ORDERS = [{"order": 1001, "item": "sealing wax, red"}, {"order": 1002, "item": "signet ring"}]


def answer(verifier: Verifier, path: str, authorization: str) -> tuple[int, dict[str, Any]]:
    """Answer one request.

    Args:
        verifier: Verifies access tokens.
        path: The request's path.
        authorization: The request's ``Authorization`` header, empty when it has none.

    Returns:
        The HTTP status and the JSON body.
    """
    if path != "/orders":
        return 404, {"error": "not_found"}
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        return 401, {"error": _MISSING}
    try:
        claims = verifier.verify(token.strip())
    except InvalidTokenError as err:
        return 401, {"error": err.code, "exception": type(err).__name__, "message": str(err)}
    except UnavailableError as err:
        return 503, {"error": err.code, "message": str(err)}
    # The signature has been verified above, so the header may be believed.
    kid = jws.parse(token.strip()).header.get("kid")
    return 200, {"orders": _ORDERS, "for": claims.get("username"), "verified_with": kid}


def make_server(verifier: Verifier) -> ThreadingHTTPServer:
    """Make the HTTP server, bound to a free loopback port.

    Args:
        verifier: Verifies access tokens; the caller closes it.

    Returns:
        A server that has not started to answer yet.
    """
    return ThreadingHTTPServer(("127.0.0.1", 0), _handler(lambda path, auth: answer(verifier, path, auth)))


def main(arguments: list[str]) -> int:
    """Serve until the process is stopped.

    Args:
        arguments: The authorization server's URL.

    Returns:
        The exit status.
    """
    # The demo waits for a token to expire, so it tolerates no difference of clocks; services keep 30 seconds.
    with Verifier(arguments[0], audience=AUDIENCE, leeway=0) as verifier, make_server(verifier) as server:
        sys.stdout.write(f"http://127.0.0.1:{server.server_address[1]}\n")
        sys.stdout.flush()
        server.serve_forever()
    return 0


def _challenge(error: str) -> str:
    """Write ``WWW-Authenticate``; RFC 6750 section 3.1: no error code when no token came."""
    realm = f'Bearer realm="{AUDIENCE}"'
    return realm if error == _MISSING else f'{realm}, error="invalid_token"'


def _handler(respond: Callable[[str, str], tuple[int, dict[str, Any]]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            # Two of them are nobody's token: which one another server in the chain would take is unknown.
            headers = self.headers.get_all("Authorization", [])
            status, body = respond(self.path, headers[0] if len(headers) == 1 else "")
            raw = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            if status == 401:  # noqa: PLR2004
                self.send_header("WWW-Authenticate", _challenge(body["error"]))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's own signature
            """The demo tells the story itself."""

    return Handler


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
