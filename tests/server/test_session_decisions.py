# SPDX-License-Identifier: Apache-2.0
"""Sessions as decisions on a real SQLite file, with the clock in the test's hand."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from sealwright.server.refresh_tokens import new_session_id
from sealwright.server.store.errors import ScopeError
from sealwright.server.store.schema import upgrade
from sealwright.server.store.sessions import (
    NewSession,
    Outcome,
    RefreshRules,
    refresh_session,
    revoke_session,
    start_session,
)
from sealwright.server.store.sqlite import open_engine, transaction
from sealwright.server.store.tables import sessions, users
from sealwright.server.store.users import User, find_user, insert_user, replace_password, set_disabled

if TYPE_CHECKING:
    from collections.abc import Iterator

T0 = 1_800_000_000.0
DAY = 86_400
RULES = RefreshRules(idle_lifetime=14 * DAY, grace=30, grace_uses=3)
SUSAN = User("usr_1", "Susan", "susan", "hash-1", ("customer", "tester"), disabled=False, created_at=T0)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Connection]:
    """A migrated database."""
    engine = open_engine(tmp_path_factory.mktemp("sessions") / "test.db")
    with engine.connect() as connection:
        with transaction(connection, write=True):
            upgrade(connection)
        yield connection
    engine.dispose()


@pytest.fixture
def connection(database: sa.Connection) -> Iterator[sa.Connection]:
    """The database with susan in it, inside a transaction that is undone after the test."""
    database.exec_driver_sql("BEGIN IMMEDIATE")
    insert_user(database, SUSAN)
    yield database
    database.exec_driver_sql("ROLLBACK")


def new_session(**changes: object) -> NewSession:
    """Return a login of susan."""
    made = NewSession(
        id=new_session_id(),
        user_id=SUSAN.id,
        verified_hash="hash-1",
        rehashed=None,
        client_id="first-party",
        scope="read write",
        audience="api",
        idle_lifetime=14 * DAY,
        absolute_lifetime=30 * DAY,
    )
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


def start(connection: sa.Connection, **changes: object) -> bytes:
    """Start a session of susan and return its id."""
    session = start_session(connection, new_session(**changes), now=T0)
    assert session is not None
    return session.id


def refresh(
    connection: sa.Connection,
    session_id: bytes,
    counter: int,
    *,
    after: float = 1,
    client_id: str | None = None,
    scope: str | None = None,
) -> tuple[Outcome, int | None]:
    """Refresh some seconds after the login; return the outcome and the counter."""
    outcome, session = refresh_session(
        connection, session_id, counter, client_id=client_id, scope=scope, rules=RULES, now=T0 + after
    )
    return outcome, None if session is None else session.counter


def test_a_login_says_who_it_is(connection: sa.Connection) -> None:
    """The session carries the user's present name and roles, and starts at counter 0."""
    session = start_session(connection, new_session(), now=T0)
    assert session is not None
    assert (session.user_id, session.username, session.roles) == ("usr_1", "Susan", ("customer", "tester"))
    assert (session.counter, session.scope, session.audience) == (0, "read write", "api")


def test_a_login_is_refused_when_the_password_changed_meanwhile(connection: sa.Connection) -> None:
    """What was verified must still be what is stored."""
    replace_password(connection, "susan", "hash-2", now=T0)
    assert start_session(connection, new_session(), now=T0) is None


def test_a_login_is_refused_when_the_user_was_disabled_meanwhile(connection: sa.Connection) -> None:
    """The flag counts at the moment the session would begin."""
    set_disabled(connection, "susan", disabled=True)
    assert start_session(connection, new_session(), now=T0) is None


def test_a_login_stores_the_new_hash_with_the_session(connection: sa.Connection) -> None:
    """Rehashing is part of the same decision."""
    start(connection, rehashed="hash-2")
    user = find_user(connection, "susan")
    assert user is not None
    assert user.password_hash == "hash-2"


def test_refreshing_moves_the_counter_one_by_one(connection: sa.Connection) -> None:
    """Each live token gives its successor."""
    session_id = start(connection)
    assert [refresh(connection, session_id, counter) for counter in range(5)] == [
        (Outcome.ROTATED, counter + 1) for counter in range(5)
    ]


def test_a_refresh_names_the_right_user_with_the_roles_of_now(connection: sa.Connection) -> None:
    """Among several users, and after a change."""
    insert_user(
        connection, dataclasses.replace(SUSAN, id="usr_0", username="Abe", lookup="abe", roles=("x",))
    )
    insert_user(connection, dataclasses.replace(SUSAN, id="usr_2", username="Zoe", lookup="zoe", roles=()))
    session_id = start(connection)
    connection.execute(sa.update(users).where(users.c.id == "usr_1").values(roles=["promoted"]))
    outcome, session = refresh_session(
        connection, session_id, 0, client_id=None, scope=None, rules=RULES, now=T0 + 1
    )
    assert outcome is Outcome.ROTATED
    assert session is not None
    assert (session.id, session.user_id, session.username) == (session_id, "usr_1", "Susan")
    assert (session.roles, session.scope, session.client_id) == (("promoted",), "read write", "first-party")


def test_a_lost_answer_is_given_again_three_times_within_thirty_seconds(connection: sa.Connection) -> None:
    """The grace repeats the identical counter; the fourth time is reuse."""
    session_id = start(connection)
    refresh(connection, session_id, 0, after=100)
    assert [refresh(connection, session_id, 0, after=130) for _ in range(3)] == [(Outcome.REPEATED, 1)] * 3
    assert refresh(connection, session_id, 0, after=130) == (Outcome.REUSED, 1)
    assert refresh(connection, session_id, 1, after=130) == (Outcome.REVOKED, 1)


def test_the_grace_ends_after_thirty_seconds(connection: sa.Connection) -> None:
    """A second later it is reuse and the session is over."""
    session_id = start(connection)
    refresh(connection, session_id, 0, after=100)
    assert refresh(connection, session_id, 0, after=130.5) == (Outcome.REUSED, 1)
    assert refresh(connection, session_id, 1, after=131) == (Outcome.REVOKED, 1)


def test_each_rotation_has_a_grace_of_its_own(connection: sa.Connection) -> None:
    """Uses are counted from the last rotation."""
    session_id = start(connection)
    for counter in range(3):
        assert refresh(connection, session_id, counter, after=counter) == (Outcome.ROTATED, counter + 1)
        for _ in range(3):
            assert refresh(connection, session_id, counter, after=counter) == (Outcome.REPEATED, counter + 1)


def test_two_steps_behind_is_reuse_even_within_the_grace(connection: sa.Connection) -> None:
    """Only the direct predecessor may ask again."""
    session_id = start(connection)
    refresh(connection, session_id, 0)
    refresh(connection, session_id, 1)
    assert refresh(connection, session_id, 0) == (Outcome.REUSED, 2)


def test_a_counter_ahead_is_reuse(connection: sa.Connection) -> None:
    """A token from the future means that the database went back in time: the session cannot be trusted."""
    session_id = start(connection)
    assert refresh(connection, session_id, 1) == (Outcome.REUSED, 0)
    assert refresh(connection, session_id, 0) == (Outcome.REVOKED, 0)


def test_a_session_without_refreshes_ends_after_the_idle_lifetime(connection: sa.Connection) -> None:
    """The boundary itself is too late."""
    session_id = start(connection)
    assert refresh(connection, session_id, 0, after=14 * DAY) == (Outcome.EXPIRED, 0)
    assert refresh(connection, session_id, 0, after=14 * DAY - 1) == (Outcome.ROTATED, 1)


def test_refreshing_moves_the_idle_expiry_but_never_the_absolute_one(connection: sa.Connection) -> None:
    """A session in daily use ends after thirty days."""
    session_id = start(connection)
    for day in range(1, 30):
        assert refresh(connection, session_id, day - 1, after=day * DAY) == (Outcome.ROTATED, day)
    assert refresh(connection, session_id, 29, after=30 * DAY) == (Outcome.EXPIRED, 29)


def test_a_disabled_user_does_not_refresh(connection: sa.Connection) -> None:
    """Neither with the live token nor by the grace; enabled again, the session goes on."""
    session_id = start(connection)
    refresh(connection, session_id, 0)
    set_disabled(connection, "susan", disabled=True)
    assert refresh(connection, session_id, 1) == (Outcome.DISABLED, 1)
    assert refresh(connection, session_id, 0) == (Outcome.DISABLED, 1)
    set_disabled(connection, "susan", disabled=False)
    assert refresh(connection, session_id, 1) == (Outcome.ROTATED, 2)


def test_a_new_password_ends_the_sessions_of_the_old_one(connection: sa.Connection) -> None:
    """Whoever knew the old password is out."""
    session_id = start(connection)
    assert replace_password(connection, "susan", "hash-2", now=T0 + 1)
    assert refresh(connection, session_id, 0, after=2) == (Outcome.REVOKED, 0)


def test_another_client_is_refused_and_changes_nothing(connection: sa.Connection) -> None:
    """A named client must be the session's."""
    session_id = start(connection)
    assert refresh(connection, session_id, 0, client_id="other") == (Outcome.OTHER_CLIENT, 0)
    assert refresh(connection, session_id, 0, client_id="first-party") == (Outcome.ROTATED, 1)


def test_a_wider_scope_is_refused_before_anything_moves(connection: sa.Connection) -> None:
    """The refusal undoes the rotation, both for the live token and within the grace."""
    session_id = start(connection)
    for counter in (0, 0):
        connection.exec_driver_sql("SAVEPOINT attempt")
        with pytest.raises(ScopeError, match="scope"):
            refresh(connection, session_id, counter, scope="read admin")
        connection.exec_driver_sql("ROLLBACK TO attempt")
        refresh(connection, session_id, counter, scope="read")
    assert refresh(connection, session_id, 1, scope="write read") == (Outcome.ROTATED, 2)


def test_an_unknown_session_is_only_unknown(connection: sa.Connection) -> None:
    """There is nothing to say about it."""
    assert refresh(connection, b"x" * 16, 0) == (Outcome.UNKNOWN, None)


def test_a_revoked_session_keeps_its_first_reason(connection: sa.Connection) -> None:
    """Revoking twice changes nothing."""
    session_id = start(connection)
    revoke_session(connection, session_id, reason="reuse", now=T0 + 1)
    revoke_session(connection, session_id, reason="other", now=T0 + 2)
    row = connection.execute(sa.select(sessions).where(sessions.c.id == session_id)).one()
    assert (row.revoked_reason, row.revoked_at) == ("reuse", T0 + 1)


def test_logins_remove_sessions_that_are_long_over(connection: sa.Connection) -> None:
    """The table does not grow with the years."""
    for _ in range(6):
        start(connection)
    for _ in range(2):
        start_session(connection, new_session(), now=T0 + 31 * DAY)
    left = connection.execute(sa.select(sessions.c.expires_at)).scalars().all()
    assert left == [T0 + 61 * DAY] * 2


@given(
    steps=st.lists(st.tuples(st.integers(0, 8), st.sampled_from([0.0, 1.0, 29.0, 31.0])), max_size=30),
)
def test_no_schedule_yields_two_live_tokens(database: sa.Connection, steps: list[tuple[int, float]]) -> None:
    """Whatever is presented whenever: an answer always names the one live counter, and reuse is final."""
    database.exec_driver_sql("BEGIN IMMEDIATE")
    try:
        insert_user(database, SUSAN)
        session_id = start(database)
        live, now, dead = 0, 0.0, False
        for counter, wait in steps:
            now += wait
            outcome, answered = refresh(database, session_id, counter, after=now)
            if dead:
                assert outcome is Outcome.REVOKED
            elif counter == live:
                live += 1
                assert (outcome, answered) == (Outcome.ROTATED, live)
            elif outcome is Outcome.REPEATED:
                assert (counter, answered) == (live - 1, live)
            else:
                assert outcome is Outcome.REUSED
                dead = True
    finally:
        database.exec_driver_sql("ROLLBACK")
