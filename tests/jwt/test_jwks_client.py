# SPDX-License-Identifier: Apache-2.0
"""PyJWKClient against a real server on a loopback port."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from sealwright import jwt
from sealwright.errors import UnavailableError
from sealwright.jose import Key, KeySet
from sealwright.jwt.exceptions import PyJWKClientUnknownKeyError

FIRST, SECOND = (Key.generate("ES256", kid=kid) for kid in ("first", "second"))


class Jwks:
    """A server that publishes keys.

    Attributes:
        document: What it answers.
        status: With which status.
        headers: And which further headers.
        requests: The headers of every request so far.
        gate: Requests wait until it is set.
    """

    def __init__(self) -> None:
        self.document: Any = KeySet([FIRST.public()]).to_jwks()
        self.status = 200
        self.headers: dict[str, str] = {}
        self.requests: list[dict[str, str]] = []
        self.gate = threading.Event()
        self.gate.set()
        jwks = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                """Answer."""
                jwks.requests.append(dict(self.headers))
                jwks.gate.wait(10)
                body = json.dumps(jwks.document).encode()
                self.send_response(jwks.status)
                for name, value in {**jwks.headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/jwks.json"


class Clock:
    """A clock that moves when it is told to."""

    time = 1_000.0

    def __call__(self) -> float:
        """The time."""
        return self.time


@pytest.fixture
def jwks() -> Iterator[Jwks]:
    """A running server."""
    served = Jwks()
    thread = threading.Thread(target=served.server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield served
    served.gate.set()
    served.server.shutdown()
    thread.join()
    served.server.server_close()


def test_the_usual_recipe(jwks: Jwks) -> None:
    """Find the key of a token, then decode with it: the set is fetched once."""
    client = jwt.PyJWKClient(jwks.url, headers={"X-Test": "yes"})
    token = jwt.encode({"sub": "susan"}, FIRST)
    for _ in range(2):
        key = client.get_signing_key_from_jwt(token)
        assert isinstance(key, jwt.PyJWK)
        assert jwt.decode(token, key.key, algorithms=["ES256"]) == {"sub": "susan"}
        assert jwt.decode(token, key, algorithms=["ES256"]) == {"sub": "susan"}
    assert [request["X-Test"] for request in jwks.requests] == ["yes"]
    with pytest.raises(jwt.DecodeError):
        client.get_signing_key_from_jwt("a.b.c")


def test_a_client_is_a_key(jwks: Jwks) -> None:
    """The client itself goes where a key goes."""
    client = jwt.PyJWKClient(jwks.url)
    assert jwt.decode(jwt.encode({"sub": "susan"}, FIRST), client) == {"sub": "susan"}
    with pytest.raises(jwt.UnknownKeyError):
        jwt.decode(jwt.encode({}, FIRST, headers={"kid": None}), client)


def test_the_set_is_fetched_again_when_it_is_old(jwks: Jwks) -> None:
    """After the lifespan, or sooner when the server says so, or when asked to."""
    clock = Clock()
    client = jwt.PyJWKClient(jwks.url, lifespan=100, clock=clock)
    known = client.get_jwk_set()
    clock.time += 99
    assert client.get_jwk_set() is known
    clock.time += 1
    jwks.headers = {"Cache-Control": "max-age=60"}
    assert client.get_jwk_set() is not known
    clock.time += 60
    jwks.headers = {}
    client.get_jwk_set()
    client.get_jwk_set(refresh=True)
    assert len(jwks.requests) == 4


def test_no_cache(jwks: Jwks) -> None:
    """Without the cache each look-up fetches, and an unknown key twice."""
    client = jwt.PyJWKClient(jwks.url, cache_jwk_set=False)
    for _ in range(2):
        client.get_signing_key("first")
    assert len(jwks.requests) == 2
    with pytest.raises(jwt.PyJWKClientError):
        client.get_signing_key("third")
    assert len(jwks.requests) == 4


def test_a_cache_of_keys(jwks: Jwks) -> None:
    """Remembered keys need no set, and the one remembered first is forgotten first."""
    jwks.document = KeySet([FIRST.public(), SECOND.public()]).to_jwks()
    client = jwt.PyJWKClient(jwks.url, cache_keys=True, max_cached_keys=1, cache_jwk_set=False)
    assert client.get_signing_key("first") is client.get_signing_key("first")
    assert len(jwks.requests) == 1
    client.get_signing_key("second")
    client.get_signing_key("first")
    assert len(jwks.requests) == 3


def test_an_unknown_key_causes_one_fetch_per_cooldown(jwks: Jwks) -> None:
    """A rotated key is found after the cooldown; strangers cannot order more fetches than that."""
    clock = Clock()
    client = jwt.PyJWKClient(jwks.url, clock=clock, cooldown_duration=30)
    client.get_signing_key("first")
    jwks.document = KeySet([SECOND.public()]).to_jwks()
    for _ in range(3):
        with pytest.raises(jwt.PyJWKClientError, match="second"):
            client.get_signing_key("second")
    assert len(jwks.requests) == 1
    clock.time += 30
    assert client.get_signing_key("second").key_id == "second"
    with pytest.raises(PyJWKClientUnknownKeyError) as caught:
        client.get_signing_key("first")
    assert isinstance(caught.value, jwt.InvalidTokenError)
    assert caught.value.kid == "first"
    assert len(jwks.requests) == 2


def test_an_unreachable_server_is_no_bad_token(jwks: Jwks) -> None:
    """The error is PyJWT's and an UnavailableError; what was known stays known."""
    client = jwt.PyJWKClient(jwks.url)
    known = client.get_jwk_set()
    jwks.status = 503
    for call in (lambda: client.get_jwk_set(refresh=True), client.fetch_data):
        with pytest.raises(jwt.PyJWKClientConnectionError, match="503") as caught:
            call()
        assert isinstance(caught.value, UnavailableError)
        assert not isinstance(caught.value, jwt.InvalidTokenError)
    assert client.get_jwk_set() is known
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(jwt.PyJWKClientConnectionError, match="Fail to fetch"):
        jwt.PyJWKClient(f"http://127.0.0.1:{port}/", timeout=2).get_jwk_set()


def test_redirects_are_not_followed(jwks: Jwks) -> None:
    """An answer that points elsewhere is no answer."""
    jwks.status, jwks.headers = 302, {"Location": "/elsewhere"}
    with pytest.raises(jwt.PyJWKClientConnectionError, match="302"):
        jwt.PyJWKClient(jwks.url).get_jwk_set()
    assert len(jwks.requests) == 1


def test_bad_answers(jwks: Jwks) -> None:
    """What is no set, or holds no signing key, is said to be so."""
    client = jwt.PyJWKClient(jwks.url)
    jwks.document = [1]
    with pytest.raises(jwt.PyJWKClientError, match="JSON object"):
        client.get_jwk_set()
    jwks.document = {"keys": []}
    with pytest.raises(jwt.PyJWKSetError):
        client.get_jwk_set()
    for members in ({"use": "enc"}, {"kid": ""}):
        jwks.document = {"keys": [{**FIRST.public().to_jwk(), **members}]}
        with pytest.raises(jwt.PyJWKClientError, match="signing keys"):
            client.get_signing_keys(refresh=True)
    jwks.document = {"keys": [{**FIRST.public().to_jwk(), "use": "sig"}]}
    assert [key.key_id for key in client.get_signing_keys(refresh=True)] == ["first"]


def test_a_subclass_may_fetch_in_its_own_way() -> None:
    """Programs override fetch_data to go through a client of theirs."""

    class Own(jwt.PyJWKClient):
        calls = 0

        def fetch_data(self) -> dict[str, Any]:
            self.calls += 1
            return KeySet([SECOND.public()]).to_jwks()

    client = Own("https://issuer.example/jwks.json")
    for _ in range(2):
        assert client.get_signing_key("second").algorithm_name == "ES256"
    assert client.calls == 1


def test_threads_share_a_fetch(jwks: Jwks) -> None:
    """Threads that need the set at the same time cause one request."""
    jwks.gate.clear()
    client = jwt.PyJWKClient(jwks.url)
    found: list[jwt.PyJWKSet] = []
    threads = [threading.Thread(target=lambda: found.append(client.get_jwk_set())) for _ in range(4)]
    for thread in threads:
        thread.start()
    jwks.gate.set()
    for thread in threads:
        thread.join()
    assert len(jwks.requests) == 1
    assert len(set(map(id, found))) == 1


def test_a_forked_child_has_a_lock_of_its_own() -> None:
    """A lock that another thread held while the process forked does not hold up the child."""
    code = """
import os, threading
from sealwright import jwt
client = jwt.PyJWKClient("https://issuer.example/jwks.json")
held, done = threading.Event(), threading.Event()
def hold():
    with client._lock:
        held.set()
        done.wait()
thread = threading.Thread(target=hold)
thread.start()
held.wait()
child = os.fork()
if child == 0:
    os._exit(0 if client._lock.acquire(blocking=False) else 7)
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
done.set()
thread.join()
raise SystemExit(status)
"""
    run = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, check=False)
    assert (run.returncode, run.stderr) == (0, b"")


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        ("file:///etc/passwd", "Invalid JWKS URI scheme"),
        ("ftp://example.org/keys.json", "Invalid JWKS URI scheme"),
        ("/etc/passwd", "Invalid JWKS URI scheme"),
        ("http://example.org/keys.json", "plain http"),
        ("https://user:pass@example.org/", "user name"),
    ],
)
def test_addresses_that_are_not_opened(uri: str, message: str) -> None:
    """Only https, and http on this machine."""
    with pytest.raises(jwt.PyJWKClientError, match=message):
        jwt.PyJWKClient(uri)


@pytest.mark.parametrize(
    "settings",
    [
        {"lifespan": 0},
        {"lifespan": float("nan")},
        {"cooldown_duration": -1},
        {"cooldown_duration": float("inf")},
        {"cooldown_duration": float("nan")},
    ],
)
def test_numbers_that_make_no_sense(settings: dict[str, float]) -> None:
    """They are refused at once."""
    with pytest.raises(jwt.PyJWKClientError):
        jwt.PyJWKClient("https://issuer.example/jwks.json", **settings)  # type: ignore[arg-type]
