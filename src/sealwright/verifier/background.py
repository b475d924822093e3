# SPDX-License-Identifier: Apache-2.0
"""The verifier's one background thread: it keeps what was fetched fresh, so that no request has to wait."""

from __future__ import annotations

import threading
import weakref
from typing import Protocol

from . import limits
from .fork import after_fork_in_child


class Job(Protocol):
    """Something to be kept fresh."""

    def refresh_if_due(self) -> float:
        """Do what is due.

        Returns:
            Seconds until there is something to do again.
        """
        ...


class Background:
    """Runs a job when it is due, in a daemon thread.

    The thread ends with the process, with :meth:`stop`, or when nobody uses the job any more: it holds the
    job by a weak reference while it sleeps.

    Attributes:
        running: Whether this process has started the thread and not stopped it; False in a forked child.
    """

    def __init__(self, job: Job) -> None:
        """Keep the job; no thread is started yet.

        Args:
            job: What to keep fresh.
        """
        self._job = weakref.ref(job)
        self.running = False
        self._renew()
        after_fork_in_child(self)

    def after_fork(self) -> None:
        """Forget the thread, which exists in the parent only."""
        self.running = False
        self._renew()

    def _renew(self) -> None:
        self._lock = threading.Lock()
        self._stop = threading.Event()

    def start(self) -> None:
        """Start the thread unless it runs."""
        with self._lock:
            if self.running:
                return
            thread = threading.Thread(
                target=_run, args=(self._job, self._stop), name="sealwright-refresh", daemon=True
            )
            thread.start()
            weakref.finalize(self, self._stop.set).atexit = False
            self.running = True

    def stop(self) -> None:
        """Tell the thread to end; a fetch it is in runs into its own deadline."""
        with self._lock:
            self._stop.set()
            self.running = False
            self._stop = threading.Event()


def _run(job_ref: weakref.ref[Job], stop: threading.Event) -> None:
    while True:
        job = job_ref()
        if job is None:
            return
        wait = job.refresh_if_due()
        # Nothing may keep the job alive while the thread sleeps.
        del job
        if stop.wait(max(wait, limits.MIN_SLEEP_SECONDS)):
            return
