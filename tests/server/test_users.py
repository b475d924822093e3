# SPDX-License-Identifier: Apache-2.0
"""Users from the command line: names that mean one person, passwords that hold, while the server runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher

from sealwright.errors import ConfigError
from sealwright.server.usernames import normalise_username, username_lookup
from sealwright.server.users import (
    add_user,
    list_users,
    set_disabled,
    set_password,
)

if TYPE_CHECKING:
    from tests.server.conftest import Server

    from sealwright.server.config import ServerConfig

PASSWORD = "correct horse battery staple"
NOW = 1_800_000_000.0


def test_users_are_added_and_listed(ready: ServerConfig) -> None:
    """In the order of their names, with what the token will say."""
    added = add_user(ready, " Zo\u0065\u0308 ", PASSWORD, ["a", "b", "a"], now=NOW)
    assert (added.username, added.roles) == ("Zo\u00eb", ("a", "b"))
    assert [user.username for user in list_users(ready)] == ["admin", "susan", "Zo\u00eb"]
    assert added.id.startswith("usr_")
    assert PASSWORD not in repr(added)
    assert added.password_hash not in repr(added)


@pytest.mark.parametrize("name", ["susan", "Susan", "SUSAN", "\uff53\uff55\uff53\uff41\uff4e", "\u017fusan"])
def test_two_spellings_of_one_name_are_one_user(ready: ServerConfig, name: str) -> None:
    """Case, width and historic letters make no second susan."""
    with pytest.raises(ConfigError, match=r"^username: there is already a user"):
        add_user(ready, name, PASSWORD, now=NOW)


@pytest.mark.parametrize(
    "name", ["", "   ", "a b", "a\tb", "a\nb", "a\x00b", "\u200bsusan", "a\u202eb", "x" * 129, "\ud800"]
)
def test_names_that_cannot_be_seen_or_typed_are_refused(ready: ServerConfig, name: str) -> None:
    """Spaces inside, control characters, invisible characters and too much text."""
    with pytest.raises(ConfigError, match=r"^username: must"):
        add_user(ready, name, PASSWORD, now=NOW)


def test_a_name_is_normalised_the_same_way_twice() -> None:
    """Normalising is idempotent, and so is the lookup form."""
    for name in ("Stra\u00dfe", "\u0130stanbul", "susan@example.com", "\u1e9e", "\ufb01n"):
        once = normalise_username(name)
        assert normalise_username(once) == once
        assert username_lookup(username_lookup(once)) == username_lookup(once)


@pytest.mark.parametrize("password", ["", "short", "x" * 1025, "\u00e4" * 600, "abcdefgh\ud800"])
def test_passwords_too_short_or_too_long_are_refused_without_being_quoted(
    ready: ServerConfig, password: str
) -> None:
    """Eight characters to 1024 bytes."""
    with pytest.raises(ConfigError, match=r"^password: ") as caught:
        add_user(ready, "joe", password, now=NOW)
    assert not password or password not in str(caught.value)


@pytest.mark.parametrize("roles", [["a b"], [""], ["x" * 129], ["a\nb"], [str(n) for n in range(65)]])
def test_roles_that_do_not_fit_into_a_token_are_refused(ready: ServerConfig, roles: list[str]) -> None:
    """Short words, and not too many of them."""
    with pytest.raises(ConfigError, match=r"^roles: "):
        add_user(ready, "joe", PASSWORD, roles, now=NOW)


def test_hashes_are_argon2id_with_the_configured_cost(ready: ServerConfig) -> None:
    """What is stored verifies, and says its parameters."""
    user = next(user for user in list_users(ready) if user.username == "susan")
    assert user.password_hash.startswith("$argon2id$v=19$m=8,t=1,p=1$")
    assert PasswordHasher().verify(user.password_hash, PASSWORD)


def test_a_user_added_while_the_server_runs_can_log_in_at_once(server: Server) -> None:
    """The command line and the server share the database."""
    add_user(server.config, "joe", "another good password", ["tester"], now=NOW)
    assert server.login("joe", "another good password").status_code == 200


def test_a_new_password_works_at_once_and_ends_old_sessions(server: Server) -> None:
    """The old password and its refresh tokens are refused from then on."""
    tokens = server.tokens()
    set_password(server.config, "Susan", "another good password", now=NOW)
    assert server.login().status_code == 400
    assert server.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert server.login("susan", "another good password").status_code == 200


def test_a_disabled_user_is_out_until_enabled_again(server: Server) -> None:
    """Both doors close."""
    tokens = server.tokens()
    set_disabled(server.config, "susan", disabled=True)
    assert server.login().status_code == 400
    assert server.refresh(tokens["refresh_token"]).status_code == 400
    set_disabled(server.config, "susan", disabled=False)
    assert server.refresh(tokens["refresh_token"]).status_code == 200


def test_an_unknown_user_is_named(ready: ServerConfig) -> None:
    """The operator, unlike a guesser, is told."""
    with pytest.raises(ConfigError, match="there is no user 'joe'"):
        set_password(ready, "joe", PASSWORD, now=NOW)
    with pytest.raises(ConfigError, match="there is no user 'joe'"):
        set_disabled(ready, "joe", disabled=True)


def test_a_folder_without_a_database_is_refused(config: ServerConfig) -> None:
    """Users are never added to a database that the server has not made."""
    with pytest.raises(ConfigError, match="holds no database yet"):
        list_users(config)
    assert not config.data_dir.exists()
