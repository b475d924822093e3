# SPDX-License-Identifier: Apache-2.0
"""Whatever arrives gets one plain JSON answer: bodies, content types, methods, failures."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sealwright.errors import UnavailableError
from sealwright.server.oauth import request as request_module
from sealwright.server.store.sqlite import Store

if TYPE_CHECKING:
    from starlette.types import Message
    from tests.server.conftest import Server

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
GOOD = b'{"username":"susan","password":"correct horse battery staple"}'


def post(server: Server, path: str, content: bytes | Iterator[bytes], **headers: str) -> Any:
    """Post raw bytes; underscores in header names become hyphens."""
    return server.client.post(
        path, content=content, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


@pytest.mark.parametrize(
    "content_type", [JSON, "Application/JSON", f"{JSON}; charset=utf-8", f'{JSON};charset="UTF-8"']
)
def test_json_is_taken_under_its_own_name(server: Server, content_type: str) -> None:
    """Case and the one true charset do not matter."""
    assert post(server, "/login", GOOD, content_type=content_type).status_code == 200


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/login", "text/plain"),
        ("/login", ""),
        ("/login", FORM),
        ("/login", "application/jsonp"),
        ("/login", f"{JSON}; charset=utf-16"),
        ("/login", f"{JSON}, {JSON}"),
        ("/login", "multipart/form-data; boundary=x"),
        ("/token", JSON),
        ("/token", "multipart/form-data; boundary=x"),
        ("/token", "text/plain"),
    ],
)
def test_another_content_type_is_415(server: Server, path: str, content_type: str) -> None:
    """The answer names the one that is taken."""
    answer = post(server, path, GOOD, content_type=content_type)
    assert (answer.status_code, answer.json()["error"]) == (415, "invalid_request")
    assert "Content-Type must be" in answer.json()["error_description"]


def test_a_compressed_body_is_415(server: Server) -> None:
    """Nothing is unpacked, so nothing can explode."""
    assert post(server, "/login", GOOD, content_type=JSON, content_encoding="gzip").status_code == 415


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "not valid JSON"),
        (b"{", "not valid JSON"),
        (b"[]", "not a JSON object"),
        (b"null", "not a JSON object"),
        (GOOD + b"x", "not valid JSON"),
        (b"\xef\xbb\xbf" + GOOD, "not valid JSON"),
        (GOOD.decode().encode("utf-16"), "not valid JSON"),
        (b'{"username":"susan","password":"\xff"}', "not valid JSON"),
        (b'{"username":"susan","password":"\\ud800"}', "not valid JSON"),
        (b'{"username":"susan"}', "it lacks password"),
        (b'{"password":"x"}', "it lacks username"),
        (b'{"username":"susan","password":1}', "expected str, got int"),
        (b'{"username":["susan"],"password":"x"}', "expected str, got array"),
        (b'{"username":null,"password":"x"}', "expected str, got null"),
        (b'{"username":"susan","password":"x","admin":true}', "unknown member"),
        (b'{"username":"susan","password":"x","password":"y"}', "two members of the same name"),
        (b'{"username":"susan","password":"x","p\\u0061ssword":"y"}', "two members of the same name"),
        (b'{"username":' + b"[" * 30_000, "nests deeper"),
        (b'{"username":' + b"[" * 20_000 + b"]" * 20_000 + b"}", "nests deeper"),
    ],
)
def test_a_body_that_is_not_the_expected_json_is_400(server: Server, body: bytes, words: str) -> None:
    """The answer says what is wrong, in a few words, without quoting."""
    answer = post(server, "/login", body, content_type=JSON)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert words in answer.json()["error_description"]
    assert len(answer.content) < 250


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"grant_type=refresh_token&grant_type=refresh_token", "more than once"),
        (b"grant_type=refresh_token&refresh_token=a&refresh_token=b", "more than once"),
        (b"grant_type", "not a form"),
        (b"grant_type=%zz", "not a form"),
        (b"grant_type=%ff", "not a form"),
        (b"grant_type=\xc3\xa4", "not a form"),
        (b"&".join(b"a%d=1" % number for number in range(31)), "not a form"),
        (b"", "it lacks grant_type"),
    ],
)
def test_a_body_that_is_not_a_clear_form_is_400(server: Server, body: bytes, words: str) -> None:
    """Duplicates, broken escapes and too many fields have no second meaning."""
    answer = post(server, "/token", body, content_type=FORM)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert words in answer.json()["error_description"]


def test_unknown_form_fields_are_ignored(server: Server) -> None:
    """RFC 6749 section 3.2 asks for it."""
    token = server.tokens()["refresh_token"]
    assert server.refresh(token, resource="https://example.com").status_code == 200


@pytest.mark.parametrize("path", ["/login", "/token"])
@pytest.mark.parametrize("declared", [True, False])
def test_a_body_over_the_limit_is_413(server: Server, path: str, declared: bool) -> None:
    """With a declared length and without one."""
    content_type = JSON if path == "/login" else FORM

    def chunks() -> Iterator[bytes]:
        for _ in range(100):
            yield b"x" * 8192

    content = b"x" * (64 * 1024 + 1) if declared else chunks()
    answer = post(server, path, content, content_type=content_type)
    assert (answer.status_code, answer.json()["error"]) == (413, "invalid_request")
    assert "65536 bytes" in answer.json()["error_description"]


def call(server: Server, *bodies: Message) -> tuple[list[Message], list[Message]]:
    """Call the application with these messages as the body, then silence; return what it took and sent."""
    waiting, taken, sent = list(bodies), [], []

    async def receive() -> Message:
        if not waiting:
            await asyncio.Event().wait()
        taken.append(waiting.pop(0))
        return taken[-1]

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/login",
        "query_string": b"",
        "headers": [(b"content-type", JSON.encode())],
    }
    asyncio.run(server.client.app(scope, receive, send))  # type: ignore[arg-type]
    return taken, sent


def test_a_body_that_trickles_is_408(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody holds a request open for ever."""
    monkeypatch.setattr(request_module, "MAX_BODY_SECONDS", 0.01)
    _, sent = call(server, {"type": "http.request", "body": b"{", "more_body": True})
    assert sent[0]["status"] == 408
    assert b"too long to arrive" in sent[1]["body"]


def test_a_body_without_a_length_is_read_only_to_the_limit(server: Server) -> None:
    """What comes after the first byte too many is not even asked for."""
    chunk = {"type": "http.request", "body": b"x" * 40_000, "more_body": True}
    taken, sent = call(server, *[chunk] * 10)
    assert sent[0]["status"] == 413
    assert len(taken) == 2


def test_a_client_who_leaves_in_the_middle_is_no_failure(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """The answer is a refusal, which may reach nobody, and nothing is logged as an error."""
    _, sent = call(server, {"type": "http.disconnect"})
    assert sent[0]["status"] == 400
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


def test_parameters_in_the_address_are_refused(server: Server) -> None:
    """A secret in a URL has leaked already."""
    token = server.tokens()["refresh_token"]
    answer = post(server, f"/token?refresh_token={token}", b"grant_type=refresh_token", content_type=FORM)
    assert answer.status_code == 400
    assert "belong in the body" in answer.json()["error_description"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/login", {"POST"}),
        ("PUT", "/token", {"POST"}),
        ("OPTIONS", "/token", {"POST"}),
        ("POST", "/", {"GET", "HEAD"}),
        ("DELETE", "/.well-known/jwks.json", {"GET", "HEAD"}),
        ("POST", "/healthz", {"GET", "HEAD"}),
    ],
)
def test_a_wrong_method_is_405_as_json(server: Server, method: str, path: str, allowed: set[str]) -> None:
    """With the Allow header that the text speaks of."""
    answer = server.client.request(method, path)
    assert (answer.status_code, answer.json()["error"]) == (405, "method_not_allowed")
    assert {word.strip() for word in answer.headers["allow"].split(",")} == allowed


@pytest.mark.parametrize(
    "path", ["/nothing", "/login/", "/login//", "/.well-known/", "/authorize", "/%2e%2e/kek"]
)
def test_an_unknown_address_is_404_as_json_and_never_a_redirect(server: Server, path: str) -> None:
    """Nothing is reflected, nothing is forwarded."""
    answer = server.client.get(path, follow_redirects=False)
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    assert path not in answer.text


def test_the_front_page_says_what_this_is(server: Server) -> None:
    """It lists the endpoints, from the configured issuer."""
    body = server.client.get("/").json()
    assert body["service"] == "sealwright authorization server"
    assert "http://127.0.0.1:8000/login" in body["login"]


@pytest.mark.parametrize("path", ["/", "/login", "/nothing", "/healthz", "/.well-known/jwks.json"])
def test_every_answer_has_the_security_headers(server: Server, path: str) -> None:
    """Successes and errors alike."""
    headers = server.client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_a_database_that_does_not_answer_is_503_with_retry_after(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Login, refresh and health say "try again", and none of them says anything about the credentials."""
    token = server.tokens()["refresh_token"]

    async def broken(*_arguments: object, **_named: object) -> None:
        raise UnavailableError("the disk is gone: /secret/path")

    monkeypatch.setattr(Store, "read", broken)
    monkeypatch.setattr(Store, "write", broken)
    for answer in (server.login(), server.refresh(token), server.client.get("/healthz")):
        assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
        assert answer.headers["retry-after"] == "1"
        assert "secret" not in answer.text
    monkeypatch.undo()
    assert server.refresh(token).status_code == 200


def test_health_is_200_while_the_database_answers(server: Server) -> None:
    """And nobody caches that."""
    answer = server.client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert answer.headers["cache-control"] == "no-store"


def test_an_unexpected_failure_is_500_with_a_number_and_no_details(
    server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The log has the place under that number; neither has what the exception said."""

    async def broken(*_arguments: object, **_named: object) -> None:
        raise ZeroDivisionError("while looking at hunter2")

    monkeypatch.setattr(Store, "read", broken)
    answer = server.login()
    assert (answer.status_code, answer.json()["error"]) == (500, "server_error")
    number = answer.headers["x-request-id"]
    assert number in answer.json()["error_description"]
    line = next(record.getMessage() for record in caplog.records if number in record.getMessage())
    assert "ZeroDivisionError at " in line
    assert "test_requests.py" in line
    assert "hunter2" not in answer.text + caplog.text
    assert answer.headers["x-content-type-options"] == "nosniff"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["/login", "/token"]), st.sampled_from([JSON, FORM]), st.binary(max_size=200))
def test_arbitrary_bytes_get_a_4xx(server: Server, path: str, content_type: str, body: bytes) -> None:
    """Never a 500, always JSON."""
    answer = post(server, path, body, content_type=content_type)
    assert 400 <= answer.status_code < 500
    assert set(answer.json()) == {"error", "error_description"}
