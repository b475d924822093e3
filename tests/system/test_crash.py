# SPDX-License-Identifier: Apache-2.0
"""Power cuts: kill -9 of the whole server in the middle of refreshes, again and again, on one database.

Whatever was acknowledged before the cut holds after it, and no session ever has two live refresh tokens.
"""

from __future__ import annotations

import http.client
import json
import random
import sqlite3
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from tests.server.process import ServerProcess, config_for

from sealwright.server.setup import open_data
from sealwright.server.users import add_user

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.system

ROUNDS = 8
REFRESHES = 200
THREADS = 6
PASSWORD = "correct horse battery staple"


@dataclass
class Client:
    """Somebody with one session, who remembers every token and what it was answered with."""

    port: int
    tokens: list[str] = field(default_factory=list)
    successors: dict[str, set[str]] = field(default_factory=dict)

    def connect(self) -> http.client.HTTPConnection:
        """Return a connection that is kept open between requests."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def login(self, connection: http.client.HTTPConnection) -> None:
        """Log in and keep the refresh token."""
        body = json.dumps({"username": "susan", "password": PASSWORD})
        connection.request("POST", "/login", body, {"Content-Type": "application/json"})
        self.tokens.append(_answer(connection, 200)["refresh_token"])

    def refresh(self, connection: http.client.HTTPConnection, token: str) -> str:
        """Refresh and return the successor."""
        _send_refresh(connection, token)
        successor: str = _answer(connection, 200)["refresh_token"]
        self.successors.setdefault(token, set()).add(successor)
        return successor

    def refresh_on(self, count: Callable[[], bool]) -> None:
        """Refresh the newest token over and over until told to stop or until the server is gone."""
        connection = self.connect()
        try:
            while count():
                self.tokens.append(self.refresh(connection, self.tokens[-1]))
        except (OSError, http.client.HTTPException):
            # The cut: whether the last refresh happened is for the next round to find out.
            pass
        finally:
            connection.close()


def _send_refresh(connection: http.client.HTTPConnection, token: str) -> None:
    form = urlencode({"grant_type": "refresh_token", "refresh_token": token})
    connection.request("POST", "/token", form, {"Content-Type": "application/x-www-form-urlencoded"})


def _answer(connection: http.client.HTTPConnection, status: int) -> dict[str, str]:
    response = connection.getresponse()
    body: dict[str, str] = json.loads(response.read())
    assert response.status == status, body
    return body


def _verify_after_restart(clients: list[Client], moment: str) -> None:
    """The newest acknowledged token of everybody works, and asking twice gives the same successor."""
    for client in clients:
        connection = client.connect()
        newest = client.tokens[-1]
        try:
            client.tokens.append(client.refresh(connection, newest))
            assert client.refresh(connection, newest) == client.tokens[-1]
        except AssertionError as error:
            error.add_note(moment)
            raise
        finally:
            connection.close()
        assert [found for found in client.successors.values() if len(found) != 1] == [], moment


def _load_and_cut(server: ServerProcess, clients: list[Client], cut_after: int) -> list[Client]:
    """Refresh and log in from several threads; kill the server after some answers; return the new logins."""
    lock = threading.Lock()
    asked = 0
    cut = threading.Event()
    newcomers: list[Client] = []

    def count() -> bool:
        nonlocal asked
        with lock:
            asked += 1
            if asked >= cut_after:
                cut.set()
            return asked <= REFRESHES

    def log_in() -> None:
        try:
            while not cut.is_set():
                newcomer = Client(server.port)
                connection = newcomer.connect()
                try:
                    newcomer.login(connection)
                finally:
                    connection.close()
                newcomers.append(newcomer)
        except (OSError, http.client.HTTPException):
            pass

    threads = [threading.Thread(target=client.refresh_on, args=(count,)) for client in clients]
    threads.append(threading.Thread(target=log_in))
    for thread in threads:
        thread.start()
    assert cut.wait(60)
    server.kill()
    for thread in threads:
        thread.join()
    return newcomers


def test_power_cuts_lose_nothing_that_was_acknowledged(tmp_path: Path, free_port: int) -> None:
    """Eight cuts at random moments of 200 refreshes: acknowledged logins and successors live, alone."""
    config = config_for(tmp_path / "data", free_port)
    open_data(config, now=0.0)
    add_user(config, "susan", PASSWORD, now=0.0)
    clients = [Client(free_port) for _ in range(THREADS)]
    newcomers: list[Client] = []
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    for turn in range(ROUNDS):
        cut_after = chance.randint(1, REFRESHES)
        moment = f"seed {seed}, cut {turn} after {cut_after} refreshes"
        with ServerProcess(config.data_dir, free_port) as server:
            if turn == 0:
                for client in clients:
                    connection = client.connect()
                    client.login(connection)
                    connection.close()
            _verify_after_restart([*clients, *newcomers], moment)
            newcomers = _load_and_cut(server, clients, cut_after)
        database = sqlite3.connect(config.data_dir / "sealwright.db")
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",), moment
        database.close()
    with ServerProcess(config.data_dir, free_port) as server:
        _verify_after_restart([*clients, *newcomers], f"seed {seed}, after the last cut")
        _one_token_lives(clients)


def _one_token_lives(clients: list[Client]) -> None:
    """An early token of each session is refused, and takes the live one with it: there was only one line."""
    for client in clients:
        connection = client.connect()
        for token in (client.tokens[0], client.tokens[-1]):
            _send_refresh(connection, token)
            assert _answer(connection, 400)["error"] == "invalid_grant"
        connection.close()
