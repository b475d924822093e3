# SPDX-License-Identifier: Apache-2.0
"""POST /login: the right password opens a session, and nothing tells which users exist."""

from __future__ import annotations

import asyncio
import json
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from unittest.mock import AsyncMock

import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient
from tests.server.conftest import CHEAP, PASSWORD

from sealwright.errors import UnavailableError
from sealwright.jose import KeySet, claims, jws
from sealwright.server.app import create_app
from sealwright.server.config import Argon2Parameters
from sealwright.server.passwords import Passwords, normalise_password
from sealwright.server.setup import open_data
from sealwright.server.users import add_user, list_users, set_disabled

if TYPE_CHECKING:
    from tests.server.conftest import Server


@pytest.fixture
def verifications(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hash of every argon2 verification from now on."""
    seen: list[str] = []
    original = PasswordHasher.verify

    def counting(self: Any, password_hash: str, password: bytes) -> bool:
        seen.append(password_hash)
        return bool(original(self, password_hash, password))

    monkeypatch.setattr(PasswordHasher, "verify", counting)
    return seen


def read_access_token(server: Server, token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Verify a token with the published keys and return header and claims."""
    published = KeySet.parse(server.client.get("/.well-known/jwks.json").content)
    verified = jws.verify(token, published, ["ES256"])
    return dict(verified.header), claims.parse(verified.payload)


def test_the_right_password_gets_tokens(server: Server) -> None:
    """The answer has exactly the fields of RFC 6749 section 5.1, and nobody may cache it."""
    answer = server.login()
    assert answer.status_code == 200
    body = answer.json()
    assert list(body) == ["access_token", "token_type", "expires_in", "refresh_token"]
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 600)
    assert body["refresh_token"].startswith("swr1.")
    assert answer.headers["cache-control"] == "no-store"


def test_the_access_token_follows_rfc_9068(server: Server) -> None:
    """Header and claims, verified with the published keys alone."""
    header, payload = read_access_token(server, server.tokens()["access_token"])
    assert (header["typ"], header["alg"]) == ("at+jwt", "ES256")
    assert header["kid"] == server.client.get("/.well-known/jwks.json").json()["keys"][0]["kid"]
    user = next(user for user in list_users(server.config) if user.username == "susan")
    assert len(payload.pop("jti")) >= 20
    assert len(payload.pop("sid")) == 22
    assert payload == {
        "iss": "http://127.0.0.1:8000",
        "aud": "api",
        "sub": user.id,
        "client_id": "first-party",
        "iat": 1_800_000_000,
        "exp": 1_800_000_600,
        "scope": "api",
        "username": "susan",
        "roles": ["customer"],
    }


@pytest.mark.parametrize("algorithm", ["RS256", "EdDSA"])
def test_access_tokens_are_signed_with_the_algorithm_that_is_set(server: Server, algorithm: str) -> None:
    """The published keys verify them, and a session that began under another algorithm goes on."""
    old = server.tokens()["refresh_token"]
    config = replace(server.config, access_token_algorithm=algorithm)
    open_data(config, now=server.clock())
    with TestClient(create_app(config, server.clock), base_url=config.issuer) as client:
        published = KeySet.parse(client.get("/.well-known/jwks.json").content)
        form = {"grant_type": "refresh_token", "refresh_token": old}
        for answer in (
            client.post("/login", json={"username": "susan", "password": PASSWORD}),
            client.post("/token", data=form),
        ):
            verified = jws.verify(answer.json()["access_token"], published, [algorithm])
            assert verified.header["alg"] == algorithm


def test_every_login_is_a_session_and_every_token_has_an_id(server: Server) -> None:
    """No two logins share a sid, no two tokens a jti, no two sessions a refresh token."""
    tokens = [server.tokens() for _ in range(3)]
    payloads = [read_access_token(server, each["access_token"])[1] for each in tokens]
    assert len({each["refresh_token"] for each in tokens}) == 3
    assert len({payload["sid"] for payload in payloads}) == 3
    assert len({payload["jti"] for payload in payloads}) == 3


@pytest.mark.parametrize("name", ["susan", "SUSAN", " Susan "])
def test_the_name_may_be_spelled_in_other_ways(server: Server, name: str) -> None:
    """Case and outer spaces do not matter."""
    assert server.login(name).status_code == 200


def test_a_password_may_be_typed_on_another_keyboard() -> None:
    """Composed and decomposed letters are the same password."""
    assert normalise_password("Zoe\u0308") == normalise_password("Zo\u00eb")


def test_unknown_disabled_and_wrong_are_answered_with_the_same_bytes(
    server: Server, verifications: list[str]
) -> None:
    """Status, headers and body are identical, and each costs exactly one argon2 verification."""
    set_disabled(server.config, "admin", disabled=True)
    attempts = [
        ("susan", "wrong password"),
        ("nobody", "wrong password"),
        ("nobody", PASSWORD),
        ("admin", "wrong password"),
        ("a b", "wrong password"),
        ("\u200b", "wrong password"),
        ("susan", ""),
        ("susan", "\x00"),
    ]
    answers = []
    for username, password in attempts:
        before = len(verifications)
        answers.append(server.login(username, password))
        assert len(verifications) == before + 1
    first = answers[0]
    assert (first.status_code, first.json()["error"]) == (400, "invalid_grant")
    for answer in answers:
        assert answer.content == first.content
        assert answer.headers.raw == first.headers.raw
    costs = {password_hash.split("$")[3] for password_hash in verifications}
    assert costs == {"m=8,t=1,p=1"}


def test_a_disabled_user_with_the_right_password_gets_the_same_bytes(server: Server) -> None:
    """Not even knowing the password tells that the account exists."""
    wrong = server.login("susan", "wrong password")
    set_disabled(server.config, "susan", disabled=True)
    assert server.login().content == wrong.content


def test_an_unknown_name_costs_what_the_stored_hashes_cost(server: Server, verifications: list[str]) -> None:
    """With hashes of three costs stored, unknown names cost those three, each name always the same one."""
    for cost in (2, 3):
        config = replace(server.config, argon2=replace(CHEAP, time_cost=cost))
        for number in range(4):
            add_user(config, f"user-{cost}-{number}", PASSWORD, now=server.clock())
    for _ in range(2):
        for number in range(60):
            assert server.login(f"nobody-{number}", PASSWORD).status_code == 400
    costs = [password_hash.split("$")[3] for password_hash in verifications]
    assert set(costs) == {f"m=8,t={cost},p=1" for cost in (1, 2, 3)}
    assert costs[:60] == costs[60:]
    assert not {user.password_hash for user in list_users(server.config)} & set(verifications)
    with TestClient(create_app(server.config, server.clock)) as restarted:
        for number in range(60):
            restarted.post("/login", json={"username": f"nobody-{number}", "password": PASSWORD})
    assert [password_hash.split("$")[3] for password_hash in verifications[120:]] == costs[:60]


def test_a_disabled_user_costs_what_the_stored_hash_costs(server: Server, verifications: list[str]) -> None:
    """Switching a user off does not change how long a refusal takes."""
    expensive = replace(server.config, argon2=replace(CHEAP, time_cost=3))
    add_user(expensive, "joe", PASSWORD, now=server.clock())
    server.login("joe", "wrong password")
    set_disabled(server.config, "joe", disabled=True)
    server.login("joe", PASSWORD)
    assert [password_hash.split("$")[3] for password_hash in verifications] == ["m=8,t=3,p=1"] * 2


def test_hashes_are_rehashed_when_the_cost_changed(server: Server) -> None:
    """A login after a change of parameters stores a hash with the new ones, and the password still works."""
    config = replace(server.config, argon2=Argon2Parameters(memory_kib=16, time_cost=2))
    with TestClient(create_app(config, server.clock)) as client:
        for _ in range(2):
            login = client.post("/login", json={"username": "susan", "password": PASSWORD})
            assert login.status_code == 200
            user = next(user for user in list_users(config) if user.username == "susan")
            assert "$m=16,t=2,p=1$" in user.password_hash


def test_many_logins_at_once_are_bounded() -> None:
    """Beyond workers and queue a login is told when to try again, and then there is room again."""
    pool = Passwords(CHEAP, workers=1, queue=2)
    release = threading.Event()

    async def run() -> None:
        blocked = [asyncio.create_task(pool._run(lambda: release.wait(10))) for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(UnavailableError) as caught:
            await pool.verify(None, b"x")
        assert (caught.value.retry_after or 0) >= 1
        release.set()
        await asyncio.gather(*blocked)
        assert await pool.verify(None, b"x") is False

    asyncio.run(run())
    pool.close()


def test_a_login_beyond_the_bound_is_503_with_retry_after(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer says how long to wait, and that the server is busy rather than broken."""
    monkeypatch.setattr(Passwords, "verify", AsyncMock(side_effect=UnavailableError("full", retry_after=2.5)))
    answer = server.login()
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "3")
    assert answer.json()["error"] == "temporarily_unavailable"
    assert "too much to do" in answer.json()["error_description"]


def test_a_caller_who_hangs_up_frees_no_room() -> None:
    """The work goes on, so it still counts."""
    pool = Passwords(CHEAP, workers=1, queue=1)
    release = threading.Event()

    async def run() -> None:
        tasks = [asyncio.create_task(pool._run(lambda: release.wait(10))) for _ in range(2)]
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with pytest.raises(UnavailableError):
            await pool.verify(None, b"x")
        release.set()

    asyncio.run(run())
    pool.close()


def test_a_damaged_hash_refuses_instead_of_failing() -> None:
    """Whatever is stored, nobody gets in by it."""
    pool = Passwords(CHEAP, workers=1, queue=1)
    assert asyncio.run(pool.verify("no hash at all", b"x")) is False
    pool.close()


def test_the_dummy_never_fits() -> None:
    """No password at all opens an account that does not exist."""
    pool = Passwords(CHEAP, workers=1, queue=1)
    pool._dummy = pool._hasher.hash(b"guessed")
    assert asyncio.run(pool.verify(None, b"guessed")) is False
    pool.close()


@pytest.mark.parametrize(
    "body",
    [
        {"username": "x" * 129, "password": "p"},
        {"username": "susan", "password": "x" * 1025},
        {"username": "susan", "password": "\u00e4" * 513},
    ],
)
def test_texts_over_their_limit_are_refused_before_any_hashing(
    server: Server, verifications: list[str], body: dict[str, str]
) -> None:
    """Long input costs nothing, and the answer names the limit."""
    answer = server.client.post("/login", json=body)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert "longer than" in answer.json()["error_description"]
    assert verifications == []


def test_the_answer_is_json_that_a_shell_can_take_apart(server: Server) -> None:
    """One line, no spaces around names, a line break at its end."""
    text = server.login().text
    assert text.endswith("}\n")
    assert '"refresh_token":"swr1.' in text
    assert json.loads(text)
