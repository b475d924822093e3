# SPDX-License-Identifier: Apache-2.0
"""Starts each peer once for the session, and skips loudly what this machine lacks."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from tests.interop.peers import MLDSA, Missing, Peer, node_knows_mldsa, start
from tests.interop.python_peers import Joserfc, JWCrypto, PyJWT


@pytest.fixture(scope="session")
def get_peer() -> Iterator[Callable[[str, str], Peer]]:
    """A function from a peer's name, and the algorithm it is wanted for, to the running peer."""
    running: dict[str, Peer] = {"PyJWT": PyJWT(), "joserfc": Joserfc(), "jwcrypto": JWCrypto()}
    missing: dict[str, str] = {}

    def get(name: str, alg: str = "") -> Peer:
        if name not in running and name not in missing:
            try:
                running[name] = start(name)
            except Missing as err:
                missing[name] = str(err)
        if name in missing:
            pytest.skip(f"NOT TESTED: {missing[name]}")
        if name == "node" and alg in MLDSA and not node_knows_mldsa():
            pytest.skip("NOT TESTED: this node has no ML-DSA; install Node.js 24.7 or newer")
        return running[name]

    yield get
    for peer in running.values():
        peer.close()
