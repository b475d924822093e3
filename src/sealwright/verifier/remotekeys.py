# SPDX-License-Identifier: Apache-2.0
"""The keys of a remote issuer, shared by every thread of a process; the verifier asks for one key per token.

The rules, all of them about not asking too much and not forgetting too soon:

- One refresh is under way at a time, and everybody who needs it shares it.
- A refresh that fails changes nothing but the time of the next one. Good keys live on for
  ``MAX_STALE_SECONDS``; after that, or without any, the answer is ``UnavailableError``, never "bad token".
- A good answer replaces everything: a key that is no longer in it is gone at once.
- A ``kid`` that is not in the set forces at most one refresh per cooldown, and is remembered.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from ..errors import UnavailableError, UnknownKeyError
from ..jose import Key, KeySet
from . import limits
from .fetch import Fetch
from .fork import after_fork_in_child
from .freshness import back_off, refresh_after
from .keysource import KeySource, Snapshot
from .urls import Url


class RemoteKeySet:
    """One issuer's published keys; a function of a token's header, like every key set.

    Constructing one does no network. Its methods may be called by any number of threads.
    """

    def __init__(self, issuer: Url, fetch: Fetch, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Keep the settings.

        Args:
            issuer: The parsed issuer.
            fetch: Reads URLs.
            clock: A monotonic clock in seconds.
        """
        self._clock = clock
        self._source = KeySource(issuer, fetch, clock)
        self._snapshot: Snapshot | None = None
        self._failure = ""
        self._failures = 0
        self._attempts = 0
        self._next_attempt_at = clock()
        self._forced_at = clock() - limits.FORCED_REFRESH_COOLDOWN_SECONDS
        self._unknown: dict[str, float] = {}
        self._renew_locks()
        after_fork_in_child(self)

    def after_fork(self) -> None:
        """Forget the parent's threads: whatever they held or had under way does not exist in a child."""
        self._renew_locks()

    def _renew_locks(self) -> None:
        self._lock = threading.Lock()
        self._under_way: threading.Event | None = None

    def select(self, header: Mapping[str, Any]) -> Key:
        """Choose the key for a token.

        Args:
            header: The token's header, parsed and not verified.

        Returns:
            The key its ``kid`` and ``alg`` name.

        Raises:
            UnknownKeyError: The issuer publishes no such key.
            UnavailableError: There are no usable keys, or the issuer failed when it was asked about this one.
        """
        # The count is read before the keys, so that an attempt that ends in between is noticed, not repeated.
        attempts = self._attempts
        snapshot = self._snapshot
        if snapshot is None or self._clock() >= snapshot.confirmed_at + limits.MAX_STALE_SECONDS:
            return self._load(attempts).keys.select(header)
        try:
            return snapshot.keys.select(header)
        except UnknownKeyError as error:
            kid = error.kid
            if kid is None or kid in snapshot.keys:
                raise
        return self._ask_about(kid, attempts).select(header)

    def load(self) -> None:
        """Fetch the keys now unless there are some.

        Raises:
            UnavailableError: There are none to be had.
        """
        attempts = self._attempts
        if self._snapshot is None:
            self._load(attempts)

    def refresh_if_due(self) -> float:
        """Refresh keys whose time has come; for the background thread, and never raises.

        Returns:
            Seconds until there is something to do again.
        """
        attempts = self._attempts
        if self._clock() >= self._next_attempt_at:
            self._attempt(attempts, forced=False)
        return max(self._next_attempt_at - self._clock(), 0.0)

    def _load(self, attempts: int) -> Snapshot:
        if attempts == self._attempts and self._clock() >= self._next_attempt_at:
            self._attempt(attempts, forced=False)
        return self._current()

    def _current(self) -> Snapshot:
        snapshot = self._snapshot
        if snapshot is None:
            self._unavailable("No keys of the issuer yet")
        age = self._clock() - snapshot.confirmed_at
        if age >= limits.MAX_STALE_SECONDS:
            self._unavailable(f"The issuer's keys were last confirmed {age / 3600:.0f} hours ago")
        return snapshot

    def _ask_about(self, kid: str, attempts: int) -> KeySet:
        """Return the newest keys that may be had for the sake of a kid.

        Within the cooldown these are the ones at hand: an attacker with random kids must not be able to turn
        refusals of bad tokens (401) into reports of an outage (503).
        """
        now = self._clock()
        if self._unknown.get(kid, now) <= now:
            self._attempt(attempts, forced=True)
            if self._failures:
                self._unavailable("The token names a key that is not among those known")
        keys = self._current().keys
        # A kid that came within the cooldown was not asked about, so nothing is known about it.
        if kid not in keys and attempts != self._attempts:
            with self._lock:
                self._unknown.pop(kid, None)
                if len(self._unknown) >= limits.MAX_UNKNOWN_KIDS:
                    del self._unknown[next(iter(self._unknown))]
                self._unknown[kid] = now + limits.UNKNOWN_KID_SECONDS
        return keys

    def _attempt(self, attempts: int, *, forced: bool) -> None:
        """Refresh once, or wait for the refresh under way, or leave it when it may not be done now.

        Args:
            attempts: How many attempts the caller knew of when it looked at the keys.
            forced: Whether fresh keys are to be refreshed because of an unknown kid.
        """
        with self._lock:
            if attempts != self._attempts:
                return
            shared = self._under_way
            if shared is None:
                if forced and not self._may_force():
                    return
                self._under_way = mine = threading.Event()
        if shared is not None:
            shared.wait(limits.SHARED_REFRESH_SECONDS)
            return
        try:
            self._refresh()
        finally:
            with self._lock:
                self._attempts += 1
                self._under_way = None
            mine.set()

    def _may_force(self) -> bool:
        now = self._clock()
        if now - self._forced_at < limits.FORCED_REFRESH_COOLDOWN_SECONDS:
            return False
        if self._failures and now < self._next_attempt_at:
            return False
        self._forced_at = now
        return True

    def _refresh(self) -> None:
        try:
            snapshot = self._source.load(self._snapshot)
        except Exception as error:  # noqa: BLE001 - a fetch of somebody else's making may raise anything.
            own = isinstance(error, UnavailableError)
            self._failure = str(error) if own else f"The fetch failed: {type(error).__name__}"
            self._failures += 1
            self._next_attempt_at = self._clock() + back_off(self._failures)
        else:
            self._snapshot = snapshot
            self._failure, self._failures = "", 0
            self._next_attempt_at = snapshot.confirmed_at + refresh_after(snapshot.lifetime)

    def _unavailable(self, what: str) -> NoReturn:
        wait = max(self._next_attempt_at - self._clock(), 0.0)
        reason = self._failure or "the refresh under way has not ended"
        raise UnavailableError(f"{what}: {reason}", hint=f"The next attempt is in {wait:.0f} s.")
