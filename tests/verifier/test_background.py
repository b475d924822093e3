# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: D102, D103 - the names of these tests are the sentences.
"""The background thread: when it works, when it sleeps, and how it ends."""

from __future__ import annotations

import gc
import queue
import threading

import pytest

from sealwright.verifier import limits
from sealwright.verifier.background import Background


class Job:
    """Says when it was asked, and for how long it wants to be left alone."""

    def __init__(self, wait: float = 3600) -> None:
        self.wait = wait
        self.runs: queue.SimpleQueue[threading.Thread] = queue.SimpleQueue()

    def refresh_if_due(self) -> float:
        self.runs.put(threading.current_thread())
        return self.wait


def test_the_job_runs_in_one_daemon_thread_however_often_it_is_started() -> None:
    job = Job()
    background = Background(job)
    background.start()
    background.start()
    thread = job.runs.get(timeout=60)
    assert thread.daemon
    assert background.running
    background.stop()
    thread.join(60)
    assert not thread.is_alive()
    assert job.runs.empty()


def test_the_job_runs_again_after_the_time_it_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MIN_SLEEP_SECONDS", 0.001)
    job = Job(wait=0)
    background = Background(job)
    background.start()
    threads = {job.runs.get(timeout=60) for _ in range(5)}
    background.stop()
    assert len(threads) == 1
    threads.pop().join(60)


def test_a_stopped_thread_can_be_started_again() -> None:
    job = Job()
    background = Background(job)
    background.start()
    first = job.runs.get(timeout=60)
    background.stop()
    background.start()
    second = job.runs.get(timeout=60)
    background.stop()
    for thread in (first, second):
        thread.join(60)
        assert not thread.is_alive()


def test_the_thread_ends_when_nobody_uses_the_job_any_more() -> None:
    job = Job()
    background = Background(job)
    background.start()
    thread = job.runs.get(timeout=60)
    del background, job
    gc.collect()
    thread.join(60)
    assert not thread.is_alive()


def test_a_job_that_went_away_while_the_thread_slept_is_not_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MIN_SLEEP_SECONDS", 0.001)
    job = Job(wait=0)
    runs = job.runs
    background = Background(job)
    background.start()
    thread = runs.get(timeout=60)
    del job
    gc.collect()
    thread.join(60)
    assert not thread.is_alive()
    assert background.running
