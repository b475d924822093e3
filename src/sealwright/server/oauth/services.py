# SPDX-License-Identifier: Apache-2.0
"""What every endpoint needs, wired once by ``app.py`` and read from the request's application."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from ..config import ServerConfig
    from ..keyring import Keyring
    from ..passwords import Passwords
    from ..store.sqlite import Store
    from .documents import Document


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of a running server.

    Attributes:
        config: Settings.
        store: Runs decisions.
        keyring: Opened keys.
        passwords: Verifies passwords.
        metadata: The published metadata document.
        jwks: The published JWK Set.
        now: The clock, in epoch seconds.
    """

    config: ServerConfig
    store: Store
    keyring: Keyring
    passwords: Passwords
    metadata: Document
    jwks: Document
    now: Callable[[], float]


def services(request: Request) -> Services:
    """Return the services of the application that a request came to."""
    found: Services = request.app.state.services
    return found
