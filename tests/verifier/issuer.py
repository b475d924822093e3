# SPDX-License-Identifier: Apache-2.0
"""A real issuer on a free loopback port: it publishes keys, signs tokens, and misbehaves when told to."""

from __future__ import annotations

import gzip
import hashlib
import json
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from sealwright.jose import Key, KeySet, claims, jws

OAUTH_METADATA = "/.well-known/oauth-authorization-server"
OPENID_METADATA = "/.well-known/openid-configuration"
JWKS = "/.well-known/jwks.json"

Answer = Callable[["Handler"], None]


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self, start: float = 1_000_000.0) -> None:
        self.time = start

    def __call__(self) -> float:
        """The time."""
        return self.time

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.time += seconds


class Issuer:
    """The server.

    Attributes:
        keys: What the key set holds; the first one signs.
        answers: Answers by path that replace the good ones.
        headers: Headers of the key set.
        etags: Whether the key set has an entity tag, and unchanged keys are answered with 304.
        outage: Whether every connection is closed without an answer.
        requests: Path and headers of every request so far.
        gate: Key set requests wait until it is set.
    """

    def __init__(
        self, *keys: Key, path: str = "", tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
    ) -> None:
        self.keys: list[Key] = list(keys)
        self.path = path
        self.answers: dict[str, Answer] = {}
        self.headers: dict[str, str] = {}
        self.etags = False
        self.outage = False
        self.requests: list[tuple[str, Mapping[str, str]]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), Handler)
        self._server.issuer = self
        if tls:
            self._server.socket = tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        scheme = "https" if tls else "http"
        self.origin = f"{scheme}://{host}:{self._server.server_port}"
        self.url = self.origin + path
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self.gate.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def count(self, path: str = JWKS) -> int:
        """How many requests for a path there were so far."""
        return sum(asked == path for asked, _ in self.requests)

    def metadata(self) -> dict[str, Any]:
        """What the issuer says about itself."""
        return {"issuer": self.url, "jwks_uri": self.origin + JWKS, "token_endpoint": self.origin + "/token"}

    def jwks(self) -> bytes:
        """The published key set."""
        return json.dumps(KeySet(key.public() for key in self.keys).to_jwks()).encode()

    def token(
        self,
        *,
        key: Key | None = None,
        headers: Mapping[str, Any] | None = None,
        drop: str = "",
        **members: Any,
    ) -> str:
        """Sign an access token that is good but for what is asked for."""
        key = key or self.keys[0]
        now = int(time.time())
        good = {
            "iss": self.url,
            "aud": "api",
            "sub": "u-1",
            "client_id": "first-party",
            "iat": now,
            "exp": now + 600,
            "jti": "t-1",
            "sid": "s-1",
            "scope": "orders:read profile",
            "username": "susan",
            "roles": ["buyer", "admin"],
        }
        payload = {name: value for name, value in {**good, **members}.items() if name != drop}
        return jws.sign(
            claims.dump(payload), key, headers={"typ": "at+jwt", "kid": key.kid, **(headers or {})}
        )


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    issuer: Issuer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients that give up are what these tests are about."""


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    server: _Server

    def do_GET(self) -> None:
        """Give the answer that was asked for, or the good one."""
        issuer = self.server.issuer
        issuer.requests.append((self.path, dict(self.headers.items())))
        if issuer.outage:
            return
        good: dict[str, Answer] = {
            OAUTH_METADATA + issuer.path: send_metadata,
            JWKS: send_keys,
        }
        with suppress(OSError):
            (issuer.answers.get(self.path) or good.get(self.path) or status(404))(self)

    def send(
        self, body: bytes, code: int = 200, more: Mapping[str, str] | None = None, **headers: str
    ) -> None:
        """Send an answer; underscores in header names stand for hyphens, and empty headers are left out."""
        self.send_response(code)
        for name, value in {"Content_Length": str(len(body)), **(more or {}), **headers}.items():
            if value:
                self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep the test output clean."""


def send_metadata(handler: Handler) -> None:
    """The good metadata."""
    handler.send(json.dumps(handler.server.issuer.metadata()).encode(), Content_Type="application/json")


def send_keys(handler: Handler) -> None:
    """The good key set."""
    issuer = handler.server.issuer
    body, headers = issuer.jwks(), dict(issuer.headers)
    issuer.gate.wait(60)
    if issuer.etags:
        headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()}"'
        if handler.headers.get("If-None-Match") == headers["ETag"]:
            handler.send(b"", 304, headers)
            return
    handler.send(body, more=headers, Content_Type="application/jwk-set+json")


def status(code: int, content: bytes = b"sorry", **headers: str) -> Answer:
    """An answer with another status."""
    return lambda handler: handler.send(content, code, headers)


def body(content: bytes, **headers: str) -> Answer:
    """An answer with this body."""
    return lambda handler: handler.send(content, 200, headers)


def document(**members: Any) -> Answer:
    """An answer with this JSON object."""
    return body(json.dumps(members).encode(), Content_Type="application/json")


def html(handler: Handler) -> None:
    """A web page."""
    handler.send(b"<!doctype html><title>Welcome</title>", Content_Type="text/html")


def truncated(handler: Handler) -> None:
    """The good key set without its end."""
    content = handler.server.issuer.jwks()
    handler.send(content[:-20], Content_Length=str(len(content)))


def gzipped(handler: Handler) -> None:
    """The good key set, compressed though nobody asked for that."""
    handler.send(gzip.compress(handler.server.issuer.jwks()), Content_Encoding="gzip")


def endless(handler: Handler) -> None:
    """A body of unknown length that never ends."""
    handler.send(b"", Content_Length="")
    while not handler.server.issuer.closing.is_set():
        handler.wfile.write(b" " * 65536)


def drip(handler: Handler) -> None:
    """A byte now and then, each one well within any timeout for a single read."""
    handler.send(b"", Content_Length="100000")
    while not handler.server.issuer.closing.wait(0.02):
        handler.wfile.write(b" ")


def drip_head(handler: Handler) -> None:
    """The same before the body has even begun."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not handler.server.issuer.closing.wait(0.02):
        handler.wfile.write(b"x")
