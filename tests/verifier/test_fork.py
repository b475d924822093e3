# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: D103 - the names of these tests are the sentences.
"""Verifiers in servers that load the application first and fork their workers then."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import threading

import pytest
from tests.verifier.issuer import Issuer

from sealwright.verifier import RemoteKeySet, Verifier, fork
from sealwright.verifier.background import Background

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="NOT TESTED: this system cannot fork"),
]

_PREFACE = """
    import faulthandler, os, sys, threading, traceback, warnings
    from sealwright.verifier import Verifier
    # From 3.12 on Python warns of every fork beside threads, which is just what is tried here.
    warnings.filterwarnings("ignore", message=".*multi-threaded.*", category=DeprecationWarning)
    faulthandler.dump_traceback_later(60, exit=True)
    url, token = sys.argv[1:]
    verifier = Verifier(url, audience="api")

    def threads():
        return sum(thread.name == "sealwright-refresh" for thread in threading.enumerate())

    def in_child(action):
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                action()
                status = 0
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(status)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
"""


def run(issuer: Issuer, script: str) -> None:
    source = textwrap.dedent(_PREFACE) + textwrap.dedent(script)
    command = [sys.executable, "-W", "error", "-c", source, issuer.url, issuer.token()]
    finished = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert finished.returncode == 0, finished.stderr


def test_a_child_verifies_with_its_parents_keys_and_a_thread_of_its_own(issuer: Issuer) -> None:
    run(
        issuer,
        """
        verifier.start()
        assert threads() == 1

        def work():
            assert threads() == 0
            assert verifier.verify(token).sub == "u-1"
            assert threads() == 1

        assert in_child(work) == 0
        assert verifier.verify(token).sub == "u-1"
        assert threads() == 1
        """,
    )
    assert issuer.count() == 1


def test_a_child_forked_before_the_first_use_fetches_for_itself(issuer: Issuer) -> None:
    run(issuer, 'assert in_child(lambda: verifier.verify(token)["sub"]) == 0\n')
    assert issuer.count() == 1


def test_a_fork_while_locks_are_held_and_a_fetch_is_under_way_does_not_block_the_child(
    issuer: Issuer,
) -> None:
    run(
        issuer,
        """
        keys, background = verifier._keys, verifier._background
        keys._under_way = threading.Event()
        with keys._lock, background._lock:
            assert in_child(lambda: verifier.verify(token)) == 0
        """,
    )


def test_a_process_with_a_started_verifier_ends_by_itself(issuer: Issuer) -> None:
    run(issuer, "verifier.start()\n")


def test_what_is_left_of_the_parents_threads_is_forgotten_in_a_child(
    keys: RemoteKeySet, verifier: Verifier, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same as above, told to the objects of this test alone and without a fork."""
    verifier.start()
    verifier._background.stop()
    background = Background(keys)
    background.running = True
    keys._under_way = threading.Event()
    monkeypatch.setattr(fork, "_alive", {keys, background, verifier})
    with keys._lock, background._lock:
        fork._tell_all()
        keys.load()
        background.start()
        background.stop()
    assert verifier.verify(issuer.token()).sub == "u-1"
    assert verifier._background.running
