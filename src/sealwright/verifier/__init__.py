# SPDX-License-Identifier: Apache-2.0
"""For every service that receives access tokens: verify them with the issuer's public keys alone.

>>> from sealwright.verifier import Verifier
>>> verifier = Verifier("https://issuer.example", audience="api")

``verifier.verify(token)`` returns the token's :class:`Claims`; it raises ``InvalidTokenError`` (answer 401)
or ``UnavailableError`` (answer 503), both from ``sealwright.errors``.
"""

from __future__ import annotations

from .claims import Claims
from .fetch import Fetch, FetchResponse, HttpFetch
from .remotekeys import RemoteKeySet
from .verifier import Verifier

__all__ = ["Claims", "Fetch", "FetchResponse", "HttpFetch", "RemoteKeySet", "Verifier"]
