# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: D103 - the names of these tests are the sentences.
"""The example services in their real frameworks, against an issuer that is up, or down."""

from __future__ import annotations

import http.client
import importlib.util
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from starlette.testclient import TestClient
from tests.verifier.issuer import JWKS, Issuer, status
from werkzeug.serving import make_server

from sealwright.jose import Key
from sealwright.verifier import Verifier

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


class Reply(NamedTuple):
    """An answer of a service."""

    status: int
    headers: Mapping[str, str]
    body: bytes


# Sends one request with any number of Authorization headers.
Ask = Callable[..., Reply]


def load(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    # FastAPI reads the annotations of a route from the module that it finds by name.
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def ask_port(port: int, *authorization: str, path: str = "/orders", method: str = "GET") -> Reply:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.putrequest(method, path)
        for value in authorization:
            connection.putheader("Authorization", value)
        connection.endheaders()
        response = connection.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, headers, response.read())
    finally:
        connection.close()


@contextmanager
def flask_service() -> Iterator[Ask]:
    server = make_server("127.0.0.1", 0, load("flask_orders").create_app(), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield lambda *authorization, **more: ask_port(server.server_port, *authorization, **more)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def fastapi_service() -> Iterator[Ask]:
    app = load("fastapi_orders").create_app()

    def ask(*authorization: str, path: str = "/orders", method: str = "GET") -> Reply:
        response = client.request(method, path, headers=[("Authorization", value) for value in authorization])
        return Reply(response.status_code, response.headers, response.content)

    with TestClient(app) as client:
        yield ask


SERVICES: dict[str, Callable[[], AbstractContextManager[Ask]]] = {
    "flask": flask_service,
    "fastapi": fastapi_service,
}


@pytest.fixture(scope="module")
def key() -> Key:
    return Key.generate("ES256", kid="first")


@pytest.fixture
def issuer(key: Key, monkeypatch: pytest.MonkeyPatch) -> Iterator[Issuer]:
    with Issuer(key) as running:
        monkeypatch.setenv("SEALWRIGHT_ISSUER", running.url)
        yield running


@pytest.fixture(params=SERVICES)
def ask(request: pytest.FixtureRequest, issuer: Issuer) -> Iterator[Ask]:
    with SERVICES[request.param]() as running:
        yield running


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer  "])
def test_a_caller_with_a_good_token_gets_the_orders(ask: Ask, issuer: Issuer, scheme: str) -> None:
    reply = ask(f"{scheme} {issuer.token()}")
    assert reply.status == 200, reply
    document = json.loads(reply.body)
    assert (document["customer"], document["roles"]) == ("susan", ["buyer", "admin"])


def test_a_caller_without_a_token_is_asked_for_one(ask: Ask) -> None:
    reply = ask()
    assert (reply.status, reply.headers["www-authenticate"]) == (401, 'Bearer realm="orders"')


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: [f"Bearer {token}", f"Bearer {token}"],
        lambda token: [f"Bearer {token}", "Basic c3VzYW46Y2F0"],
        lambda token: [f"Bearer {token},Bearer {token}"],
        lambda token: [f"Bearer {token} {token}"],
        lambda token: [f"Bearer{token}"],
        lambda token: [f"Basic {token}"],
        lambda token: [token],
        lambda token: ["Bearer"],
        lambda token: [""],
    ],
)
def test_anything_but_one_bearer_header_is_refused(
    ask: Ask, issuer: Issuer, spoil: Callable[[str], list[str]]
) -> None:
    reply = ask(*spoil(issuer.token()))
    assert (reply.status, reply.headers["www-authenticate"]) == (401, 'Bearer realm="orders"')
    assert b"tea" not in reply.body


def test_a_token_in_the_query_is_no_token(ask: Ask, issuer: Issuer) -> None:
    assert ask(path=f"/orders?access_token={issuer.token()}").status == 401


def test_a_bad_token_is_refused_with_the_reason(ask: Ask, issuer: Issuer) -> None:
    reply = ask(f"Bearer {issuer.token(exp=1_300_000_000)}")
    assert reply.status == 401
    assert reply.headers["www-authenticate"] == 'Bearer realm="orders", error="invalid_token"'
    assert json.loads(reply.body)["error"] == "invalid_token"
    assert "expired" in json.loads(reply.body)["error_description"]


def test_a_token_for_another_service_is_refused(ask: Ask, issuer: Issuer) -> None:
    assert ask(f"Bearer {issuer.token(aud='files')}").status == 401


@pytest.mark.parametrize("method", ["HEAD", "POST", "OPTIONS"])
def test_no_method_gets_past_the_check(ask: Ask, method: str) -> None:
    assert ask(method=method).status in {401, 405}


def test_an_issuer_that_cannot_be_reached_is_503_and_never_lets_anybody_in(ask: Ask, issuer: Issuer) -> None:
    issuer.answers[JWKS] = status(500)
    reply = ask(f"Bearer {issuer.token()}")
    assert (reply.status, reply.headers["retry-after"]) == (503, "5")
    assert "www-authenticate" not in reply.headers
    assert json.loads(reply.body) == {"error": "temporarily_unavailable"}


def test_a_fault_in_the_verifier_lets_nobody_in(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fault(self: Verifier, token: str) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Verifier, "verify", fault)
    with flask_service() as ask:
        assert ask(f"Bearer {issuer.token()}").status == 500
    with fastapi_service() as ask, pytest.raises(ZeroDivisionError):
        ask(f"Bearer {issuer.token()}")


@pytest.mark.system
def test_the_fastapi_service_runs_as_its_first_lines_say(issuer: Issuer, free_port: int) -> None:
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "--port", str(free_port)]
    service = subprocess.Popen(
        [*command, f"{EXAMPLES / 'fastapi_orders.py'}:create_app"], env={**os.environ}, stderr=subprocess.PIPE
    )
    try:
        reply = None
        give_up = time.monotonic() + 60
        while reply is None and service.poll() is None and time.monotonic() < give_up:
            with suppress(ConnectionError):
                reply = ask_port(free_port, f"Bearer {issuer.token()}")
        assert reply
        assert reply.status == 200
    finally:
        service.terminate()
        service.communicate(timeout=60)
