# SPDX-License-Identifier: Apache-2.0
"""Passwords: argon2id, hashed and verified in a bounded pool of threads.

Every login costs one verification. That of an unknown user runs against a dummy with the parameters of a
stored hash, so that it takes as long as some known user's even while hashes of several costs are stored. The
login endpoint uses :class:`Passwords`; the command line uses :func:`new_hasher` and
:func:`password_for_setting`.
"""

from __future__ import annotations

import asyncio
import base64
import math
import os
import secrets
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ..errors import ConfigError, UnavailableError
from .limits import MAX_PASSWORD_BYTES, MIN_PASSWORD_CHARACTERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from .config import Argon2Parameters

_T = TypeVar("_T")
_SECONDS_PER_HASH: Final = 0.05


def new_hasher(parameters: Argon2Parameters) -> PasswordHasher:
    """Return an argon2id hasher.

    Args:
        parameters: Cost of one hash.
    """
    return PasswordHasher(
        time_cost=parameters.time_cost, memory_cost=parameters.memory_kib, parallelism=parameters.parallelism
    )


def normalise_password(password: str) -> bytes:
    """Return the bytes that are hashed: UTF-8 of the NFC form, as RFC 8265 section 4.2 asks.

    Args:
        password: As it was typed.

    Raises:
        ValueError: It is longer than ``MAX_PASSWORD_BYTES``, or holds an unpaired surrogate.
    """
    if len(password) > MAX_PASSWORD_BYTES:
        raise ValueError(f"the password is longer than {MAX_PASSWORD_BYTES} bytes")
    raw = unicodedata.normalize("NFC", password).encode()
    if len(raw) > MAX_PASSWORD_BYTES:
        raise ValueError(f"the password is longer than {MAX_PASSWORD_BYTES} bytes")
    return raw


def password_for_setting(password: str) -> bytes:
    """Return the bytes of a password that somebody wants to set.

    Args:
        password: As it was typed.

    Raises:
        ConfigError: It is too short or too long.
    """
    try:
        raw = normalise_password(password)
    except UnicodeError:
        raise ConfigError("password: is not valid Unicode text") from None
    except ValueError as error:
        raise ConfigError(f"password: {error}") from None
    if len(raw.decode()) < MIN_PASSWORD_CHARACTERS:
        raise ConfigError(f"password: must have at least {MIN_PASSWORD_CHARACTERS} characters")
    return raw


class Passwords:
    """The pool that verifies passwords for a running server."""

    def __init__(self, parameters: Argon2Parameters, *, workers: int, queue: int) -> None:
        self._hasher = new_hasher(parameters)
        self._workers = workers or os.cpu_count() or 1
        self._room = self._workers + queue
        self._inside = 0
        self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="argon2")
        self._dummy = self._hasher.hash(secrets.token_bytes(32))

    async def verify(self, password_hash: str | None, password: bytes, *, like: str | None = None) -> bool:
        """Say whether a password fits; None as the hash never fits, and costs what another hash costs.

        Args:
            password_hash: The stored hash, or None when nobody may log in.
            password: What :func:`normalise_password` returned.
            like: The hash whose cost counts when nobody may log in; without it, the current parameters count.

        Raises:
            UnavailableError: Too many passwords are waiting; ``retry_after`` says for how long.
        """
        tried = password_hash or (self._dummy if like is None else _dummy_like(like))
        fits = await self._run(lambda: self._fits(tried, password))
        return fits and password_hash is not None

    async def rehash(self, password_hash: str, password: bytes) -> str | None:
        """Return a hash with the current parameters, or None when the stored one has them already.

        Args:
            password_hash: The stored hash, which the password fits.
            password: What :func:`normalise_password` returned.

        Raises:
            UnavailableError: Too many passwords are waiting; ``retry_after`` says for how long.
        """
        if not self._hasher.check_needs_rehash(password_hash):
            return None
        return await self._run(lambda: self._hasher.hash(password))

    def close(self) -> None:
        """Finish what is being hashed and end the threads."""
        self._pool.shutdown(wait=True)

    def _fits(self, password_hash: str, password: bytes) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[[], _T]) -> _T:
        if self._inside >= self._room:
            wait = max(1, math.ceil(self._inside * _SECONDS_PER_HASH / self._workers))
            raise UnavailableError("too many logins are being verified at this moment", retry_after=wait)
        self._inside += 1
        running = asyncio.get_running_loop().run_in_executor(self._pool, work)
        # Counted down when the work is done, not when the caller goes away: hanging up frees no core.
        running.add_done_callback(self._left)
        return await asyncio.shield(running)

    def _left(self, _running: object) -> None:
        self._inside -= 1


def _dummy_like(password_hash: str) -> str:
    """Return a hash of the same cost that fits no known password: same parameters, random salt and tag."""
    *parameters, salt, tag = password_hash.split("$")
    return "$".join([*parameters, _random_like(salt), _random_like(tag)])


def _random_like(text: str) -> str:
    return base64.b64encode(secrets.token_bytes(len(text) * 3 // 4)).decode().rstrip("=")
