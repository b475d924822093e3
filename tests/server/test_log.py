# SPDX-License-Identifier: Apache-2.0
"""The log tells what happened and never a secret, however much is logged."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from tests.server.conftest import PASSWORD

from sealwright.jose import Key, base64url
from sealwright.server.events import log_event
from sealwright.server.setup import load_keyring, open_data
from sealwright.server.users import list_users, set_password

if TYPE_CHECKING:
    import pytest
    from tests.server.conftest import Server

    from sealwright.server.config import ServerConfig


def test_no_secret_reaches_the_log_at_any_level(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    """Logins, refreshes, reuse, refusals and broken requests with everything at DEBUG: not one secret."""
    caplog.set_level(logging.DEBUG)
    mistyped = "mistyped hunter2"
    first = server.tokens()["refresh_token"]
    second = server.refresh(first).json()["refresh_token"]
    server.refresh(first)
    server.clock.now += 31
    server.refresh(first)
    server.refresh(second)
    server.refresh(second[:-1] + ("A" if second[-1] != "A" else "B"))
    server.login("susan", mistyped)
    server.login(mistyped, PASSWORD)
    server.client.post("/login", content=f'{{"username":"susan","password":"{mistyped}"')
    server.client.post("/token", data={"grant_type": "refresh_token", mistyped: first})
    server.client.post(f"/token?refresh_token={first}")
    set_password(server.config, "susan", "another good password", now=server.clock())
    keyring = load_keyring(server.config)
    assert isinstance(keyring.active, Key)
    secrets = [
        *server.issued,
        *(token.partition(".")[2] for token in server.issued),
        PASSWORD,
        mistyped,
        "another good password",
        keyring.active.to_jwk(private=True)["d"],
        base64url.encode(keyring.refresh.secret),
        keyring.refresh.secret.hex(),
        repr(keyring.refresh.secret),
        (server.config.data_dir / "kek").read_text().strip(),
        *(user.password_hash for user in list_users(server.config)),
    ]
    text = "\n".join(
        record.getMessage() + repr(record.args) + str(record.exc_text)
        for record in caplog.records
        # The client in this same process logs the addresses it was told to ask for.
        if not record.name.startswith("httpx2")
    )
    assert "event=session.reuse" in text
    assert 'event=login.refused reason="credentials"' in text
    assert 'event=refresh.rotated sid="' in text
    assert [secret for secret in secrets if secret in text] == []


def test_the_first_start_logs_no_secret(config: ServerConfig, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the first user's password nor a key."""
    caplog.set_level(logging.DEBUG)
    opened = open_data(config, now=1.8e9)
    assert opened.first_user is not None
    assert opened.first_user[1] not in caplog.text
    assert (config.data_dir / "kek").read_text().strip() not in caplog.text


def test_a_field_cannot_write_a_line_of_its_own(caplog: pytest.LogCaptureFixture) -> None:
    """Line breaks and quotes inside values are escaped."""
    caplog.set_level(logging.INFO)
    log_event("test.bare")
    log_event("test.event", user='a"\nevent=forged', count=1, missing=None)
    assert [record.getMessage() for record in caplog.records] == [
        "event=test.bare",
        'event=test.event user="a\\"\\nevent=forged" count=1',
    ]
