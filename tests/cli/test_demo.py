# SPDX-License-Identifier: Apache-2.0
"""``sealwright demo``, for real, and what becomes of it when it is stopped or a step goes wrong."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from tests.cli.conftest import environment

from sealwright.cli import demo_orders
from sealwright.cli.demo_story import User, tell
from sealwright.cli.errors import AnswerNoError, report
from sealwright.cli.output import console
from sealwright.cli.processes import Child, free_port, request, wait_until_healthy
from sealwright.errors import UnavailableError
from sealwright.jose import Key, claims, jws
from sealwright.verifier import Verifier

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.conftest import InProcess

pytestmark = pytest.mark.system
SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]
SUSAN = User("susan", "secret", "a test")


def start_demo(folder: Path, **env: str) -> subprocess.Popen[str]:
    """Start the demo with a temporary folder of our own, to see what it leaves behind."""
    return subprocess.Popen(
        [sys.executable, "-m", "sealwright", "demo"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment({"TMPDIR": str(folder), **env}),
    )


def assert_nothing_left(output: str, folder: Path) -> None:
    """No process of the demo's groups is alive, and its temporary folder is gone."""
    groups = [int(number) for number in re.findall(r"process (\d+), http", output)]
    assert len(groups) == 2
    for group in groups:
        with pytest.raises(ProcessLookupError):
            os.killpg(group, 0)
    assert list(folder.iterdir()) == []


def test_the_demo_plays_the_whole_story_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """The demo ends by itself with status 0, having seen every step, without colour when piped."""
    with start_demo(tmp_path, SEALWRIGHT_PORT="not a port") as process:
        output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, output + errors
    assert errors == ""
    assert "\x1b" not in output
    assert output.count("← 200") == 4
    assert output.count('← 401  {"error": "invalid_signature", "exception": "InvalidSignatureError"') == 1
    assert output.count('← 401  {"error": "token_expired", "exception": "ExpiredSignatureError"') == 1
    key = re.search(r"private key ([\w-]{43})\.\n", output)
    assert key, output
    assert (
        output.count(f"orders tried the public key {key[1]}, which the header names: it does not fit.") == 1
    )
    assert output.count("orders refused it by exp, before any key was used.") == 1
    assert output.count(f'"kid": "{key[1]}"') >= 5, "the header is shown decoded with every call"
    assert output.count('    claims  {"iss": ') == 4
    assert "its whole environment:  (empty)" in output or "PYTHONPATH" in os.environ
    assert re.search(r"demo_orders http://127\.0\.0\.1:\d+\n", output)
    summary = output[output.index("Summary") :]
    assert summary.count(" ok ") == 7
    assert "FAILED" not in summary
    assert_nothing_left(output, tmp_path)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_demo_is_130_and_leaves_nothing_behind(tmp_path: Path, number: signal.Signals) -> None:
    """Ctrl-C and a polite kill in the middle of the story clean up."""
    with start_demo(tmp_path) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        seen = ""
        for line in process.stdout:
            seen += line
            if "waiting for the token's exp" in line:
                process.send_signal(number)
                break
        seen += process.stdout.read()
        errors = process.stderr.read()
    assert process.returncode == 130
    assert errors == "sealwright: stopped\n"
    assert_nothing_left(seen, tmp_path)


def test_a_server_that_does_not_start_is_one_line_with_its_last_words(
    cli: InProcess, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The demo gives up after a few ports, says why in one line, and leaves nothing behind."""
    command = [sys.executable, "-c", "import sys; sys.exit('out of order')"]
    monkeypatch.setattr("sealwright.cli.demo._program", lambda *_arguments: command)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    done = cli("demo")
    assert done.status == 2
    assert done.err == ("sealwright: the authorization server did not start. Its last words: out of order.\n")
    assert list(tmp_path.iterdir()) == []


@contextmanager
def answering(bodies: dict[str, dict[str, Any]]) -> Iterator[str]:
    """An HTTP server that answers every known path with 200 and a fixed body."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Answer from the table."""
            raw = json.dumps(bodies.get(self.path, {})).encode()
            self.send_response(200 if self.path in bodies else 404)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def do_POST(self) -> None:
            """Answer a POST like a GET."""
            self.rfile.read(int(self.headers.get("Content-Length", "0")))
            self.do_GET()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Stay quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("key", "failing", "reason"),
    [
        (Key.generate("ES256").to_jwk(private=True), 1, "a private key member is published"),
        (Key.generate("ES256").to_jwk(), 2, "without two tokens"),
    ],
)
def test_a_step_that_goes_wrong_is_named_with_status_1(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    key: dict[str, Any],
    failing: int,
    reason: str,
) -> None:
    """A server that misbehaves makes the demo fail with the step's number and the reason."""
    server = Child("authorization server", SLEEPER, {}, tmp_path)
    orders = Child("orders service", SLEEPER, {}, tmp_path)
    bodies: dict[str, dict[str, Any]] = {"/.well-known/jwks.json": {"keys": [key]}, "/login": {}}
    with answering(bodies) as url, server, orders, pytest.raises(AnswerNoError) as caught:
        tell(console(), SUSAN, server=server, issuer=url, orders=orders, orders_url=url)
    assert f"demo step {failing} failed" in str(caught.value)
    assert reason in str(caught.value)
    assert "FAILED" in capsys.readouterr().out
    assert report(caught.value) == 1


def test_an_orders_service_that_accepts_everything_is_caught(tmp_path: Path) -> None:
    """The story does not take the orders service's word: a changed token that is accepted fails step 4."""
    key = Key.generate("ES256")
    token = jws.sign(claims.dump({"exp": 9e9}), key, headers={"kid": key.kid})
    tokens = {"access_token": token, "refresh_token": "swr1.x", "expires_in": 1}
    bodies: dict[str, dict[str, Any]] = {
        "/.well-known/jwks.json": {"keys": [key.public().to_jwk()]},
        "/login": tokens,
        "/orders": {"for": "susan", "verified_with": key.kid},
    }
    child = Child("child", SLEEPER, {}, tmp_path)
    with answering(bodies) as url, child, pytest.raises(AnswerNoError, match="demo step 4 failed"):
        tell(console(), SUSAN, server=child, issuer=url, orders=child, orders_url=url)


def test_a_child_that_ends_at_once_is_reported_with_its_last_words(tmp_path: Path) -> None:
    """Neither readiness nor the first line is waited for once the process is gone."""
    code = "import sys; sys.exit('the reason')"
    url = f"http://127.0.0.1:{free_port()}"
    for wait in (Child.first_line, lambda child: wait_until_healthy(child, url)):
        with Child("some server", [sys.executable, "-c", code], {}, tmp_path, speaks=True) as child:
            with pytest.raises(UnavailableError) as caught:
                wait(child)
            assert str(caught.value) == "the some server did not start"
            assert caught.value.hint == "Its last words: the reason"


def test_a_child_that_ignores_sigterm_is_killed_with_its_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopping a child always ends with it gone."""
    monkeypatch.setattr("sealwright.cli.processes._STOP_SECONDS", 0.01)
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print('ready', flush=True); time.sleep(600)"
    )
    with Child("stubborn", [sys.executable, "-c", code], {}, tmp_path, speaks=True) as child:
        assert child.first_line() == "ready"
        pid = child.pid
    with pytest.raises(ProcessLookupError):
        os.killpg(pid, 0)


@pytest.mark.parametrize(
    ("path", "authorization", "status", "error"),
    [
        ("/", "", 404, "not_found"),
        ("/orders", "", 401, "missing_token"),
        ("/orders", "Basic c3VzYW46", 401, "missing_token"),
        ("/orders", "Bearer a.b.c", 401, "malformed_token"),
    ],
)
def test_orders_refuses_what_is_no_token(path: str, authorization: str, status: int, error: str) -> None:
    """The orders service answers 401, over HTTP and in JSON, to whatever is not a token."""
    verifier = Verifier("http://127.0.0.1:9", audience="orders")
    with verifier, demo_orders.make_server(verifier) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_address[1]}{path}"
            got = request("GET", url, headers={"Authorization": authorization})
        finally:
            server.shutdown()
            thread.join()
    assert (got.status, got.json()["error"]) == (status, error)


def test_orders_says_503_when_the_issuer_cannot_be_reached() -> None:
    """A token that nobody can vouch for yet is no bad token."""
    key = Key.generate("ES256")
    issuer = f"http://127.0.0.1:{free_port()}"
    body = claims.dump({"iss": issuer, "aud": "orders", "exp": 9_000_000_000})
    token = jws.sign(body, key, headers={"typ": "at+jwt", "kid": key.kid})
    with Verifier(issuer, audience="orders") as verifier:
        status, answer = demo_orders.answer(verifier, "/orders", f"Bearer {token}")
    assert (status, answer["error"]) == (503, "unavailable")


@pytest.mark.parametrize(
    ("authorization", "challenge"),
    [
        ("", 'Bearer realm="orders"'),
        ("Bearer a.b.c", 'Bearer realm="orders", error="invalid_token"'),
    ],
)
def test_orders_names_an_error_only_when_a_token_came(authorization: str, challenge: str) -> None:
    """The challenge of a 401 follows RFC 6750 section 3.1."""
    verifier = Verifier("http://127.0.0.1:9", audience="orders")
    with verifier, demo_orders.make_server(verifier) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=10)
        try:
            connection.request("GET", "/orders", headers={"Authorization": authorization})
            response = connection.getresponse()
            response.read()
        finally:
            connection.close()
            server.shutdown()
            thread.join()
    assert response.status == 401
    assert response.headers["WWW-Authenticate"] == challenge


def test_a_signal_while_a_child_starts_waits_until_it_can_be_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process is known before the signal is heard, so that whoever cleans up finds it."""
    real = subprocess.Popen

    def interrupted(*arguments: Any, **options: Any) -> subprocess.Popen[bytes]:
        started = real(*arguments, **options)
        signal.raise_signal(signal.SIGINT)
        return started

    child = Child("child", SLEEPER, {}, tmp_path)
    monkeypatch.setattr("sealwright.cli.processes.subprocess.Popen", interrupted)
    with pytest.raises(KeyboardInterrupt):
        child.start()
    assert not child.ended
    child.stop()
