# SPDX-License-Identifier: Apache-2.0
"""Settings are validated when they are made, and the error names the setting."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

from sealwright.errors import ConfigError
from sealwright.server.config import Argon2Parameters, ServerConfig


@pytest.mark.parametrize(
    ("settings", "issuer"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"port": 9000}, "http://127.0.0.1:9000"),
        ({"host": "::1"}, "http://[::1]:8000"),
        ({"host": "localhost"}, "http://localhost:8000"),
        ({"host": "0.0.0.0", "issuer": "https://login.example.com"}, "https://login.example.com"),
        ({"issuer": "https://example.com/auth/"}, "https://example.com/auth/"),
        ({"issuer": "http://127.0.0.1:1"}, "http://127.0.0.1:1"),
    ],
)
def test_the_issuer_is_the_one_given_or_the_loopback_address(settings: dict[str, Any], issuer: str) -> None:
    """An issuer is kept byte for byte; without one a loopback address makes it."""
    assert issuer == ServerConfig(**settings).issuer


@pytest.mark.parametrize(
    "issuer",
    [
        "http://login.example.com",
        "http://127.0.0.1.example.com",
        "ftp://example.com",
        "login.example.com",
        "https://",
        "https://example.com?a=b",
        "https://example.com?",
        "https://example.com#f",
        "https://example.com#",
        "https://susan@example.com",
        "https://susan:pw@example.com",
        "https://exa mple.com",
        "https://example.com\n",
        "https://example.com:99999",
        "https://[::1",
        "https://ex\u00e4mple.com",
        'https://example.com/"',
    ],
)
def test_a_wrong_issuer_is_refused_by_name(issuer: str) -> None:
    """An issuer is https, or http for loopback, without query, fragment and userinfo."""
    with pytest.raises(ConfigError, match=r"^issuer: "):
        ServerConfig(issuer=issuer)


def test_listening_for_others_needs_an_issuer() -> None:
    """A server that others can reach must be told under which URL they do."""
    with pytest.raises(ConfigError, match=r"^issuer: must be set"):
        ServerConfig(host="0.0.0.0")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", 0),
        ("port", 65_536),
        ("port", True),
        ("port", "8000"),
        ("host", ""),
        ("host", "a b"),
        ("audience", ""),
        ("client_id", "a\nb"),
        ("scope", ""),
        ("scope", "a  b"),
        ("scope", 'a"b'),
        ("access_token_algorithm", "HS256"),
        ("access_token_algorithm", "none"),
        ("access_token_lifetime", 0),
        ("access_token_lifetime", 10.5),
        ("refresh_idle_lifetime", -1),
        ("refresh_absolute_lifetime", 0),
        ("refresh_grace", 301),
        ("refresh_grace_uses", -1),
        ("password_workers", -1),
        ("password_queue", 0),
        ("log_level", "LOUD"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(name: str, value: object) -> None:
    """The first word of the message is the setting's name."""
    settings: dict[str, Any] = {name: value}
    with pytest.raises(ConfigError, match=rf"^{name}: "):
        ServerConfig(**settings)


@pytest.mark.parametrize("parameters", [{"memory_kib": 7}, {"time_cost": 0}, {"parallelism": 0}])
def test_wrong_argon2_parameters_are_refused_by_name(parameters: dict[str, int]) -> None:
    """A password hash that argon2 cannot compute is found at start."""
    with pytest.raises(ConfigError, match=rf"^argon2\.{next(iter(parameters))}: "):
        Argon2Parameters(**parameters)


def test_the_cost_of_passwords_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the words of a stored hash; anything else is refused by name."""
    monkeypatch.setenv("SEALWRIGHT_PASSWORD_COST", "m=65536,t=3,p=4")
    assert Argon2Parameters(memory_kib=65536, time_cost=3, parallelism=4) == ServerConfig().argon2
    for wrong in ("m=65536", "expensive", "m=-1,t=3,p=4", "m=1,t=1,p=1"):
        monkeypatch.setenv("SEALWRIGHT_PASSWORD_COST", wrong)
        with pytest.raises(ConfigError, match=r"^(SEALWRIGHT_PASSWORD_COST|argon2\.)"):
            ServerConfig()
    monkeypatch.delenv("SEALWRIGHT_PASSWORD_COST")
    assert Argon2Parameters() == ServerConfig().argon2


def test_settings_cross_into_another_process() -> None:
    """The worker process gets equal settings."""
    config = ServerConfig(data_dir=Path("somewhere"), port=1234)
    assert config == pickle.loads(pickle.dumps(config))


def test_the_data_folder_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """SEALWRIGHT_DATA names the data folder; without it there is a default."""
    monkeypatch.setenv("SEALWRIGHT_DATA", "/somewhere/else")
    assert Path("/somewhere/else") == ServerConfig().data_dir
    monkeypatch.delenv("SEALWRIGHT_DATA")
    assert Path("sealwright-data") == ServerConfig().data_dir
