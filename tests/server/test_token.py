# SPDX-License-Identifier: Apache-2.0
"""POST /token: refreshing over HTTP, lost answers, reuse, and races that nobody wins twice."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import httpx2
import pytest

from sealwright.jose import claims, jws
from sealwright.server.app import create_app
from sealwright.server.refresh_tokens import write_refresh_token
from sealwright.server.setup import load_keyring

if TYPE_CHECKING:
    from tests.server.conftest import Clock, Server

    from sealwright.server.config import ServerConfig

DAY = 86_400


def test_a_refresh_gives_new_tokens_of_the_same_session(server: Server) -> None:
    """Same shape, same sid and sub, other tokens."""
    first = server.tokens()
    server.clock.now += 60
    answer = server.refresh(first["refresh_token"])
    assert answer.status_code == 200
    second = answer.json()
    assert list(second) == list(first)
    assert second["refresh_token"] != first["refresh_token"]
    before, after = (claims.parse(jws.parse(each["access_token"]).payload) for each in (first, second))
    assert {name for name in before if before[name] != after[name]} == {"iat", "exp", "jti"}
    assert answer.headers["cache-control"] == "no-store"


def test_a_lost_answer_is_repeated_with_the_identical_refresh_token(server: Server) -> None:
    """Within the grace the same successor comes again, so both answers lead to one live token."""
    first = server.tokens()["refresh_token"]
    answers = [server.refresh(first) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200] * 4
    (successor,) = {answer.json()["refresh_token"] for answer in answers}
    assert server.refresh(successor).status_code == 200


def test_reuse_ends_the_session_for_everyone(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    """After the grace the old token kills the live one too, and the log says so once."""
    first = server.tokens()["refresh_token"]
    second = server.refresh(first).json()["refresh_token"]
    server.clock.now += 31
    for token in (first, second, first):
        answer = server.refresh(token)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    events = [record.message for record in caplog.records if "event=session.reuse" in record.message]
    assert len(events) == 1
    assert "presented=0 current=1" in events[0]


def test_reuse_of_one_session_leaves_the_others_alone(server: Server) -> None:
    """Sessions of one user are independent."""
    other = server.tokens()["refresh_token"]
    first = server.tokens()["refresh_token"]
    server.refresh(first)
    server.clock.now += 31
    server.refresh(first)
    assert server.refresh(other).status_code == 200


@pytest.mark.parametrize(("idle", "status"), [(14 * DAY - 1, 200), (14 * DAY, 400)])
def test_an_idle_session_ends(server: Server, idle: float, status: int) -> None:
    """After fourteen days without a refresh."""
    token = server.tokens()["refresh_token"]
    server.clock.now += idle
    assert server.refresh(token).status_code == status


def test_a_session_in_use_ends_after_thirty_days(server: Server) -> None:
    """However often it is refreshed."""
    token = server.tokens()["refresh_token"]
    statuses = []
    for _ in range(4):
        server.clock.now += 10 * DAY
        answer = server.refresh(token)
        statuses.append(answer.status_code)
        token = answer.json().get("refresh_token", token)
    assert statuses == [200, 200, 400, 400]


def test_a_restart_changes_nothing(ready: ServerConfig, server: Server, clock: Clock) -> None:
    """State is in the database only: the live token lives on, the used one stays used."""
    first = server.tokens()["refresh_token"]
    second = server.refresh(first).json()["refresh_token"]
    clock.now += 31

    async def later() -> list[int]:
        async with _Running(ready, clock) as client:
            answers = [await _refresh(client, token) for token in (second, first)]
            return [answer.status_code for answer in answers]

    assert asyncio.run(later()) == [200, 400]


def test_a_named_client_must_be_the_sessions_client(server: Server) -> None:
    """Another client is refused, and the token stays live for the right one."""
    token = server.tokens()["refresh_token"]
    refused = server.refresh(token, client_id="somebody-else")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert server.refresh(token, client_id="first-party").status_code == 200


def test_a_scope_must_be_within_the_sessions_scope(server: Server) -> None:
    """A wider one is invalid_scope and costs nothing; a word said twice counts once."""
    token = server.tokens()["refresh_token"]
    refused = server.refresh(token, scope="api admin")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")
    answer = server.refresh(token, scope="api api")
    assert claims.parse(jws.parse(answer.json()["access_token"]).payload)["scope"] == "api"


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": ""}, "invalid_request"),
        ({"grant_type": "password", "username": "susan", "password": "x"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code", "code": "x"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": ""}, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "nonsense"}, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "swr1." + "A" * 56}, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "swr1." + "\u00e4" * 56}, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "x" * 60_000}, "invalid_grant"),
    ],
)
def test_wrong_requests_get_the_word_of_the_rfc(server: Server, form: dict[str, str], error: str) -> None:
    """RFC 6749 section 5.2, and never the presented token."""
    answer = server.client.post(
        "/token",
        content=str(httpx2.QueryParams(form)),
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert answer.headers["cache-control"] == "no-store"
    assert len(answer.content) < 300


def test_a_token_for_a_session_that_does_not_exist_is_refused(server: Server) -> None:
    """Even when its signature is right."""
    token = write_refresh_token(load_keyring(server.config).refresh, b"x" * 16, 0)
    assert server.refresh(token).json()["error"] == "invalid_grant"


def test_sixty_four_refreshes_at_once_have_one_successor(ready: ServerConfig, clock: Clock) -> None:
    """One rotates, three are answered with the same token, the rest are reuse: nobody gets another one."""

    async def race() -> tuple[list[int], set[str]]:
        async with _Running(ready, clock) as client:
            login = await client.post(
                "/login", json={"username": "susan", "password": "correct horse battery staple"}
            )
            first = login.json()["refresh_token"]
            answers = await asyncio.gather(*(_refresh(client, first) for _ in range(64)))
            return (
                [answer.status_code for answer in answers],
                {answer.json()["refresh_token"] for answer in answers if answer.status_code == 200},
            )

    statuses, successors = asyncio.run(race())
    assert (statuses.count(200), statuses.count(400)) == (4, 60)
    assert len(successors) == 1


CHILD = """
import asyncio, json, sys
from pathlib import Path
import httpx2
from sealwright.server.app import create_app
from sealwright.server.config import Argon2Parameters, ServerConfig

async def main():
    config = ServerConfig(
        data_dir=Path(sys.argv[1]), argon2=Argon2Parameters(memory_kib=8, time_cost=1), refresh_grace_uses=100
    )
    app = create_app(config, lambda: 1.8e9)
    async with app.router.lifespan_context(app):
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=config.issuer) as client:
            print("ready", flush=True)
            for token in iter(sys.stdin.readline, ""):
                form = {"grant_type": "refresh_token", "refresh_token": token.strip()}
                answers = await asyncio.gather(*(client.post("/token", data=form) for _ in range(8)))
                print(json.dumps([answer.json().get("refresh_token") for answer in answers]), flush=True)

asyncio.run(main())
"""


def test_two_processes_on_one_database_agree_on_one_successor(server: Server) -> None:
    """Twenty tokens in a row, each presented eight times to both processes at once."""
    children = [
        subprocess.Popen(
            [sys.executable, "-c", CHILD, str(server.config.data_dir)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    try:
        for child in children:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
        token = server.tokens()["refresh_token"]
        for _ in range(20):
            for child in children:
                assert child.stdin is not None
                child.stdin.write(token + "\n")
                child.stdin.flush()
            answered: set[str] = set()
            for child in children:
                assert child.stdout is not None
                answered |= set(json.loads(child.stdout.readline()))
            assert len(answered) == 1
            (token,) = answered
        for child in children:
            child.communicate(timeout=30)
        assert [child.returncode for child in children] == [0, 0]
    finally:
        for child in children:
            if child.poll() is None:
                child.kill()
                child.communicate()


class _Running:
    """The application of a data folder behind an asynchronous client."""

    def __init__(self, config: ServerConfig, clock: Clock) -> None:
        self._app = create_app(config, clock)
        self._lifespan = self._app.router.lifespan_context(self._app)
        self._client = httpx2.AsyncClient(transport=httpx2.ASGITransport(self._app), base_url=config.issuer)

    async def __aenter__(self) -> httpx2.AsyncClient:
        await self._lifespan.__aenter__()
        return await self._client.__aenter__()

    async def __aexit__(self, *_error: object) -> None:
        await self._client.aclose()
        await self._lifespan.__aexit__(None, None, None)


async def _refresh(client: httpx2.AsyncClient, token: str) -> httpx2.Response:
    return await client.post("/token", data={"grant_type": "refresh_token", "refresh_token": token})
