# SPDX-License-Identifier: Apache-2.0
"""A data folder, a clock that tests move, and the application behind a real HTTP client."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient

from sealwright.server.app import create_app
from sealwright.server.config import Argon2Parameters, ServerConfig
from sealwright.server.sealing import KEK_VARIABLE
from sealwright.server.setup import open_data
from sealwright.server.users import add_user

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from httpx2 import Response

CHEAP = Argon2Parameters(memory_kib=8, time_cost=1, parallelism=1)
PASSWORD = "correct horse battery staple"


@dataclass
class Clock:
    """A clock that stands still until a test moves it."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        """Return the time, in epoch seconds."""
        return self.now


@dataclass
class Server:
    """A running application with the user susan."""

    client: TestClient
    config: ServerConfig
    clock: Clock
    issued: list[str] = field(default_factory=list)

    def login(self, username: str = "susan", password: str = PASSWORD) -> Response:
        """Log in and remember the secrets of the answer."""
        answer = self.client.post("/login", json={"username": username, "password": password})
        return self._remember(answer)

    def refresh(self, refresh_token: str, **fields: str) -> Response:
        """Refresh and remember the secrets of the answer."""
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token, **fields}
        return self._remember(self.client.post("/token", data=form))

    def tokens(self) -> dict[str, Any]:
        """Log susan in and return the answer."""
        answer = self.login()
        assert answer.status_code == 200, answer.text
        tokens: dict[str, Any] = answer.json()
        return tokens

    def _remember(self, answer: Response) -> Response:
        body = answer.json()
        self.issued += [body[name] for name in ("access_token", "refresh_token") if name in body]
        return answer


@pytest.fixture(autouse=True)
def _no_kek_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEK_VARIABLE, raising=False)


@pytest.fixture
def clock() -> Clock:
    """A clock to move."""
    return Clock()


@pytest.fixture
def config(tmp_path: Path) -> ServerConfig:
    """Settings over a fresh folder, with passwords that are cheap to hash."""
    return ServerConfig(data_dir=tmp_path / "data", argon2=CHEAP)


@pytest.fixture
def ready(config: ServerConfig, clock: Clock) -> ServerConfig:
    """The same settings after the first start, with the user susan."""
    open_data(config, now=clock())
    add_user(config, "susan", PASSWORD, ["customer"], now=clock())
    return config


@pytest.fixture
def server(ready: ServerConfig, clock: Clock) -> Iterator[Server]:
    """The application, running."""
    with TestClient(create_app(ready, clock), base_url=ready.issuer) as client:
        yield Server(client, ready, clock)
