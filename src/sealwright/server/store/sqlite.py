# SPDX-License-Identifier: Apache-2.0
"""SQLite runs the decisions: one writer thread with group commit, one reader thread.

The writer takes whatever decisions are queued, runs each in its own SAVEPOINT inside one ``BEGIN IMMEDIATE``
transaction, commits once (``synchronous=FULL``: one flush to disk for all of them) and only then hands out
the results. An answer that a caller has seen is therefore always on disk. :mod:`..app` opens the store and
the endpoints call ``await store.write(decision, ...)`` and ``await store.read(decision, ...)``.
"""

from __future__ import annotations

import asyncio
import logging
import os
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.pool import StaticPool

from ...errors import ConfigError, UnavailableError
from ..events import describe_failure, log_event
from ..limits import BUSY_TIMEOUT_MILLISECONDS, MAX_BATCH, MAX_PENDING_DECISIONS
from .errors import ConstraintError

DATABASE_FILE: Final = "sealwright.db"
_P = ParamSpec("_P")
_T = TypeVar("_T")


def open_engine(path: Path, *, busy_timeout: int = BUSY_TIMEOUT_MILLISECONDS) -> sa.Engine:
    """Return an engine of one connection to a database file, which is created (mode 0600) when missing.

    The driver's own transaction handling is switched off: a transaction is what :func:`transaction` begins.

    Args:
        path: The database file.
        busy_timeout: Milliseconds to wait for another process's write.
    """
    # Created here for its mode, which SQLite gives to the -wal and -shm files too. Only ever when it is new:
    # closing a descriptor of an existing database would drop the locks of this process's other connections.
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    engine = sa.create_engine(
        sa.URL.create("sqlite+pysqlite", database=str(path)),
        poolclass=StaticPool,
        connect_args={"check_same_thread": False, "isolation_level": None},
        hide_parameters=True,
        logging_name="sealwright",
    )
    # At DEBUG this logger prints rows, and rows hold password hashes and sealed keys.
    logging.getLogger("sqlalchemy.engine.Engine.sealwright").setLevel(logging.WARNING)

    def prepare(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {busy_timeout:d}")
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "fullfsync = ON", "foreign_keys = ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    sa.event.listen(engine, "connect", prepare)
    return engine


@contextmanager
def transaction(connection: sa.Connection, *, write: bool) -> Iterator[None]:
    """Run a block in one transaction: committed at its end, rolled back when it raises.

    Args:
        connection: A connection of :func:`open_engine`.
        write: Take the write lock at once, so that no read inside can be outdated when the write comes.
    """
    driver: Any = connection.connection.driver_connection
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
    try:
        yield
        connection.exec_driver_sql("COMMIT")
    except BaseException:
        # The driver's own call does nothing when SQLite has rolled back already, as it does on a full disk.
        driver.rollback()
        raise


def run_once(
    path: Path, decision: Callable[Concatenate[sa.Connection, _P], _T], *args: _P.args, **kwargs: _P.kwargs
) -> _T:
    """Run one decision on its own connection and return its result: for the command line.

    Args:
        path: The database file.
        decision: The decision.
        args: Its arguments after the connection.
        kwargs: Its keyword arguments.

    Raises:
        ConstraintError: The decision broke a constraint.
        ConfigError: The file or its folder cannot be written.
        UnavailableError: The database cannot be reached, is locked, or its disk is full.
    """
    return _alone(path, lambda connection: decision(connection, *args, **kwargs), write=True)


def read_once(
    path: Path, decision: Callable[Concatenate[sa.Connection, _P], _T], *args: _P.args, **kwargs: _P.kwargs
) -> _T:
    """Run one decision that only reads, for which neither the file nor its folder need be writable.

    Args:
        path: The database file.
        decision: The decision.
        args: Its arguments after the connection.
        kwargs: Its keyword arguments.

    Raises:
        UnavailableError: The database cannot be reached.
        ConfigError: The file cannot be opened.
    """
    return _alone(path, lambda connection: decision(connection, *args, **kwargs), write=False)


def _alone(path: Path, decision: Callable[[sa.Connection], _T], *, write: bool) -> _T:
    engine = open_engine(path) if write else _open_for_reading(path)
    try:
        with engine.connect() as connection, transaction(connection, write=write):
            return decision(connection)
    except IntegrityError as error:
        raise _broken(error) from error
    except SQLAlchemyError as error:
        raise failure(error, path) from error
    finally:
        engine.dispose()


def _open_for_reading(path: Path) -> sa.Engine:
    uri = f"{path.absolute().as_uri()}?mode=ro"
    if not path.with_name(f"{path.name}-wal").exists() and not os.access(path.parent, os.W_OK):
        # Without a log there is no writer, and SQLite could not make the index of a log in this folder.
        uri += "&immutable=1"
    return sa.create_engine(
        "sqlite+pysqlite://",
        poolclass=StaticPool,
        creator=lambda: sqlite3.connect(
            uri, uri=True, isolation_level=None, timeout=BUSY_TIMEOUT_MILLISECONDS / 1000
        ),
        hide_parameters=True,
        logging_name="sealwright",
    )


def _broken(error: IntegrityError) -> ConstraintError:
    # SQLite names the constraint and its columns, never a value.
    return ConstraintError(f"the database refuses this: {error.orig}")


def failure(error: SQLAlchemyError, path: Path) -> UnavailableError | ConfigError:
    """Return the error for the operator that says why a database file could not be used.

    Args:
        error: What SQLAlchemy raised.
        path: The database file.
    """
    cause = getattr(error, "orig", None)
    # The low byte is SQLite's primary result code, whatever the extended one adds.
    if getattr(cause, "sqlite_errorcode", 0) & 0xFF in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}:
        return unusable_folder(path.parent, "it cannot be written")
    return UnavailableError(f"the database cannot be used now: {cause or type(error).__name__}")


def unusable_folder(folder: Path, reason: str) -> ConfigError:
    """Return the error for a data folder that cannot be used.

    Args:
        folder: The data folder.
        reason: Why not.
    """
    return ConfigError(
        f"data folder {folder}: {reason[0].lower()}{reason[1:]}",
        hint="Make the folder writable for this user, or name another one.",
    )


@dataclass(slots=True)
class _Job:
    decision: Callable[[sa.Connection], Any]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None

    def settle(self) -> None:
        if self.future.done():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


class Store:
    """The open database of a running server."""

    def __init__(self, path: Path, *, busy_timeout: int = BUSY_TIMEOUT_MILLISECONDS) -> None:
        self._path = path
        self._busy_timeout = busy_timeout
        self._writes: queue.Queue[_Job | None] = queue.Queue()
        self._reads: queue.Queue[_Job | None] = queue.Queue()
        self._threads = [
            threading.Thread(target=self._serve, args=(self._writes, True), name="store-writer", daemon=True),
            threading.Thread(target=self._serve, args=(self._reads, False), name="store-reader", daemon=True),
        ]
        self._closed = False
        for thread in self._threads:
            thread.start()

    async def write(
        self, decision: Callable[Concatenate[sa.Connection, _P], _T], *args: _P.args, **kwargs: _P.kwargs
    ) -> _T:
        """Run a decision that may write; its result is on disk when this returns.

        Args:
            decision: The decision.
            args: Its arguments after the connection.
            kwargs: Its keyword arguments.

        Raises:
            ConstraintError: The decision broke a constraint.
            UnavailableError: Nothing was written: disk full, database locked, or too much is waiting.
        """
        return await self._submit(self._writes, lambda connection: decision(connection, *args, **kwargs))

    async def read(
        self, decision: Callable[Concatenate[sa.Connection, _P], _T], *args: _P.args, **kwargs: _P.kwargs
    ) -> _T:
        """Run a decision that only reads, beside the writer.

        Args:
            decision: The decision.
            args: Its arguments after the connection.
            kwargs: Its keyword arguments.

        Raises:
            UnavailableError: The database cannot be read, or too much is waiting.
        """
        return await self._submit(self._reads, lambda connection: decision(connection, *args, **kwargs))

    def close(self) -> None:
        """Finish what is queued, then close the connections."""
        if self._closed:
            return
        self._closed = True
        for jobs in (self._writes, self._reads):
            jobs.put(None)
        for thread in self._threads:
            thread.join()

    async def _submit(self, jobs: queue.Queue[_Job | None], decision: Callable[[sa.Connection], _T]) -> _T:
        if self._closed:
            raise UnavailableError("the store is closed")
        if jobs.qsize() >= MAX_PENDING_DECISIONS:
            raise UnavailableError("too many requests are waiting for the database", retry_after=1)
        loop = asyncio.get_running_loop()
        future: asyncio.Future[_T] = loop.create_future()
        jobs.put(_Job(decision, loop, future))
        return await future

    def _serve(self, jobs: queue.Queue[_Job | None], write: bool) -> None:
        engine: sa.Engine | None = None
        running = True
        while running:
            batch, running = _take(jobs, MAX_BATCH if write else 1)
            if not batch:
                continue
            try:
                engine = engine or open_engine(self._path, busy_timeout=self._busy_timeout)
                with engine.connect() as connection:
                    _run(connection, batch, write=write)
            except Exception as error:  # noqa: BLE001  a thread that dies would leave every caller waiting
                _fail(batch, error)
                # A connection that failed is not trusted again.
                if engine is not None:
                    engine.dispose()
                    engine = None
            _settle(batch)
        if engine is not None:
            engine.dispose()


def _take(jobs: queue.Queue[_Job | None], most: int) -> tuple[list[_Job], bool]:
    """Wait for a job, then take what else is queued; False says that the store is closing."""
    batch: list[_Job] = []
    job = jobs.get()
    while job is not None:
        batch.append(job)
        if len(batch) == most:
            return batch, True
        try:
            job = jobs.get_nowait()
        except queue.Empty:
            return batch, True
    return batch, False


def _run(connection: sa.Connection, batch: list[_Job], *, write: bool) -> None:
    with transaction(connection, write=write):
        for job in batch:
            connection.exec_driver_sql("SAVEPOINT decision")
            try:
                job.result = job.decision(connection)
            except SQLAlchemyError as error:
                # A broken constraint is this decision's own; anything else (disk full, I/O error) may have
                # rolled back the whole transaction already: then nobody in the batch may get a result.
                if not isinstance(error, IntegrityError):
                    raise
                job.error = _broken(error)
            except Exception as error:  # noqa: BLE001  handed to the caller who asked for it
                job.error = error
            if job.error is not None:
                connection.exec_driver_sql("ROLLBACK TO decision")
            connection.exec_driver_sql("RELEASE decision")


def _fail(batch: list[_Job], error: Exception) -> None:
    reason = str(getattr(error, "orig", None) or describe_failure(error))
    log_event("store.failed", level=logging.ERROR, decisions=len(batch), reason=reason)
    for job in batch:
        job.result, job.error = None, UnavailableError("the database cannot be used now")


def _settle(batch: list[_Job]) -> None:
    loops = {id(job.loop): job.loop for job in batch}
    for key, loop in loops.items():
        mine = [job for job in batch if id(job.loop) == key]
        try:
            loop.call_soon_threadsafe(_settle_all, mine)
        except RuntimeError:
            log_event("store.nobody_waits", level=logging.WARNING, decisions=len(mine))


def _settle_all(batch: list[_Job]) -> None:
    for job in batch:
        job.settle()
