# SPDX-License-Identifier: Apache-2.0
"""An issuer, and verifiers of its tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from tests.verifier.issuer import Clock, Issuer

from sealwright.jose import Key
from sealwright.verifier import HttpFetch, RemoteKeySet, Verifier
from sealwright.verifier.metadata import parse_issuer

MakeVerifier = Callable[..., Verifier]


@pytest.fixture(scope="session")
def first_key() -> Key:
    """The key that signs."""
    return Key.generate("ES256", kid="first")


@pytest.fixture(scope="session")
def second_key() -> Key:
    """The key that comes after it."""
    return Key.generate("ES256", kid="second")


@pytest.fixture
def issuer(first_key: Key) -> Iterator[Issuer]:
    """A running issuer."""
    with Issuer(first_key) as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still until it is told to move."""
    return Clock()


@pytest.fixture
def keys(issuer: Issuer, clock: Clock) -> RemoteKeySet:
    """The issuer's keys under a clock that stands still, without a background thread."""
    return RemoteKeySet(parse_issuer(issuer.url), HttpFetch(), clock=clock)


@pytest.fixture
def make_verifier(issuer: Issuer) -> Iterator[MakeVerifier]:
    """Makes verifiers that are closed after the test."""
    with ExitStack() as stack:

        def make(**settings: Any) -> Verifier:
            return stack.enter_context(Verifier(**{"issuer": issuer.url, "audience": "api", **settings}))

        yield make


@pytest.fixture
def verifier(make_verifier: MakeVerifier) -> Verifier:
    """A verifier of the issuer's tokens for the service called api."""
    return make_verifier()
