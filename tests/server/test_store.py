# SPDX-License-Identifier: Apache-2.0
"""The SQLite store: decisions share a commit without sharing a fate, and an answer is always on disk."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from sealwright.errors import OAuthError, UnavailableError
from sealwright.server.store import sqlite
from sealwright.server.store.errors import ConstraintError
from sealwright.server.store.sqlite import Store, open_engine, run_once

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with one table of unique numbers."""
    path = tmp_path / "test.db"
    run_once(
        path, lambda connection: connection.exec_driver_sql("CREATE TABLE n (x INTEGER UNIQUE, pad BLOB)")
    )
    return path


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    """A store over it, whose wait for locks is short."""
    store = Store(path, busy_timeout=50)
    yield store
    store.close()


def put(connection: sa.Connection, number: int, size: int = 0) -> int:
    """Store a number."""
    connection.execute(sa.text("INSERT INTO n VALUES (:x, zeroblob(:size))"), {"x": number, "size": size})
    return number


def put_and_refuse(connection: sa.Connection, number: int) -> None:
    """Store a number, then think better of it."""
    put(connection, number)
    raise OAuthError("invalid_request", "no")


def numbers(connection: sa.Connection) -> list[int]:
    """Return the numbers."""
    return [row[0] for row in connection.execute(sa.text("SELECT x FROM n ORDER BY x"))]


async def _hold(store: Store) -> tuple[asyncio.Task[None], threading.Event]:
    """Keep the writer busy in a decision, so that what follows gathers into one batch."""
    entered, release = threading.Event(), threading.Event()

    def wait(_connection: sa.Connection) -> None:
        entered.set()
        release.wait(10)

    task = asyncio.create_task(store.write(wait))
    await asyncio.to_thread(entered.wait, 10)
    return task, release


def test_a_file_is_private_and_durable(path: Path) -> None:
    """Mode 0600, write-ahead log, a flush at every commit, foreign keys."""
    engine = open_engine(path)
    try:
        with engine.connect() as connection:
            settings = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            }
            modes = {file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    finally:
        engine.dispose()
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}
    assert modes == {0o600}


def test_results_are_on_disk_when_they_are_handed_out(store: Store, path: Path) -> None:
    """Another connection sees what write() has answered."""

    async def run() -> None:
        for number in range(5):
            assert await store.write(put, number) == number
            assert run_once(path, numbers) == list(range(number + 1))

    asyncio.run(run())


def test_decisions_that_wait_share_one_commit(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Group commit: fifty queued decisions, one batch."""
    batches: list[int] = []
    original = sqlite._run

    def counting(connection: sa.Connection, batch: list[sqlite._Job], *, write: bool) -> None:
        batches.append(len(batch))
        original(connection, batch, write=write)

    monkeypatch.setattr(sqlite, "_run", counting)

    async def run() -> None:
        held, release = await _hold(store)
        waiting = [asyncio.create_task(store.write(put, number)) for number in range(50)]
        await asyncio.sleep(0)
        release.set()
        await asyncio.gather(held, *waiting)

    asyncio.run(run())
    assert batches == [1, 50]


def test_one_failing_decision_does_not_undo_its_neighbours(store: Store) -> None:
    """In one batch, refusals and broken constraints stay their own."""

    async def run() -> tuple[list[object], list[int]]:
        held, release = await _hold(store)
        waiting = [
            store.write(put, 1),
            store.write(put_and_refuse, 2),
            store.write(put, 1),
            store.write(put, 3),
        ]
        tasks = [asyncio.create_task(decision) for decision in waiting]
        await asyncio.sleep(0)
        release.set()
        await held
        results: list[object] = list(await asyncio.gather(*tasks, return_exceptions=True))
        return results, await store.read(numbers)

    results, stored = asyncio.run(run())
    assert [type(result) for result in results] == [int, OAuthError, ConstraintError, int]
    assert stored == [1, 3]


def test_a_full_disk_is_unavailable_and_loses_nothing_that_was_answered(path: Path) -> None:
    """SQLite's own "full" undoes the whole batch: everyone in it is told, and the store goes on working."""
    store = Store(path)

    def shrink(connection: sa.Connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count = 10")

    async def run() -> tuple[list[object], list[int]]:
        await store.write(put, 1)
        await store.write(shrink)
        held, release = await _hold(store)
        tasks = [
            asyncio.create_task(store.write(put, number, size)) for number, size in ((2, 0), (3, 500_000))
        ]
        await asyncio.sleep(0)
        release.set()
        await held
        results: list[object] = list(await asyncio.gather(*tasks, return_exceptions=True))
        await store.write(put, 4)
        return results, await store.read(numbers)

    try:
        results, stored = asyncio.run(run())
    finally:
        store.close()
    assert [type(result) for result in results] == [UnavailableError, UnavailableError]
    assert stored == [1, 4]


def test_a_locked_database_is_unavailable_until_it_is_free(store: Store, path: Path) -> None:
    """Another process's long transaction costs an error, not an answer that is forgotten."""
    other = sqlite3.connect(path, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")

        async def refused() -> None:
            with pytest.raises(UnavailableError):
                await store.write(put, 1)
            assert await store.read(numbers) == []

        asyncio.run(refused())
        other.execute("ROLLBACK")
        assert asyncio.run(store.write(put, 1)) == 1
    finally:
        other.close()


def test_a_caller_who_gives_up_disturbs_nobody(store: Store) -> None:
    """A cancelled write is still decided; the others get their results."""

    async def run() -> list[int]:
        held, release = await _hold(store)
        leaving = asyncio.create_task(store.write(put, 1))
        staying = asyncio.create_task(store.write(put, 2))
        await asyncio.sleep(0)
        leaving.cancel()
        release.set()
        await held
        assert await staying == 2
        return await store.read(numbers)

    assert asyncio.run(run()) == [1, 2]


def test_too_many_waiting_decisions_are_refused_at_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The queue is bounded."""
    monkeypatch.setattr(sqlite, "MAX_PENDING_DECISIONS", 2)

    async def run() -> None:
        held, release = await _hold(store)
        waiting = [asyncio.create_task(store.write(put, number)) for number in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(UnavailableError, match="too many"):
            await store.write(put, 9)
        release.set()
        await asyncio.gather(held, *waiting)

    asyncio.run(run())


def test_closing_finishes_what_is_queued_and_refuses_what_comes_after(path: Path) -> None:
    """Nothing that was accepted is dropped."""
    store = Store(path)

    async def run() -> None:
        waiting = [asyncio.create_task(store.write(put, number)) for number in range(20)]
        await asyncio.sleep(0)
        await asyncio.to_thread(store.close)
        await asyncio.gather(*waiting)
        with pytest.raises(UnavailableError, match="closed"):
            await store.read(numbers)

    asyncio.run(run())
    store.close()
    assert run_once(path, numbers) == list(range(20))


def test_a_decision_that_raises_changes_nothing_when_run_alone(path: Path) -> None:
    """The command line's single decisions are transactions too."""
    with pytest.raises(OAuthError):
        run_once(path, put_and_refuse, 5)
    assert run_once(path, numbers) == []


def test_a_broken_constraint_is_the_stores_own_error(path: Path) -> None:
    """The engine's exceptions stay inside the store, and no value is quoted."""
    run_once(path, put, 5)
    with pytest.raises(ConstraintError, match=r"UNIQUE constraint failed: n\.x$"):
        run_once(path, put, 5)


def test_a_single_decision_on_an_unusable_file_is_unavailable(tmp_path: Path) -> None:
    """A file that is no database is reported as one that cannot be used."""
    path = tmp_path / "not.db"
    path.write_bytes(b"this is no database" * 100)
    with pytest.raises(UnavailableError, match="not a database"):
        run_once(path, numbers)
