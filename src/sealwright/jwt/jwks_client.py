# SPDX-License-Identifier: Apache-2.0
"""`PyJWKClient`: the keys of a JWKS address, fetched by the verifier's own narrow HTTP client.

The only file of this package that knows `sealwright.verifier`; it is loaded when the class is first asked
for. A service that knows its issuer is better served by `sealwright.verifier.Verifier`.
"""

from __future__ import annotations

import math
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from ..errors import UnavailableError
from ..jose import Key
from ..jose.strict_json import parse_object
from ..verifier.fetch import Fetch, HttpFetch
from ..verifier.fork import after_fork_in_child
from ..verifier.freshness import fresh_seconds
from ..verifier.urls import parse_url, quote
from .api_jwk import PyJWK, PyJWKSet
from .exceptions import PyJWKClientConnectionError, PyJWKClientError, PyJWKClientUnknownKeyError
from .functions import get_unverified_header

_OK = 200


class PyJWKClient:
    """The keys of one JWKS address; a function of a token's header, so it may itself be given as key.

    Constructing one does no network. Its methods may be called by any number of threads.
    """

    def __init__(
        self,
        uri: str,
        cache_keys: bool = False,
        max_cached_keys: int = 16,
        cache_jwk_set: bool = True,
        lifespan: float = 300,
        headers: Mapping[str, str] | None = None,
        timeout: float = 30,
        ssl_context: ssl.SSLContext | None = None,
        cooldown_duration: float = 30,
        *,
        fetch: Fetch | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Keep the settings.

        Args:
            uri: The address: https, or http on a loopback host.
            cache_keys: Remember keys by ``kid`` for good, as PyJWT does; a revoked one then stays in use.
            max_cached_keys: How many of them.
            cache_jwk_set: Remember the whole set.
            lifespan: For how many seconds, unless the answer's Cache-Control says fewer.
            headers: Request headers to send.
            timeout: Seconds one fetch may take.
            ssl_context: For addresses behind a private certificate authority.
            cooldown_duration: Seconds after a fetch in which an unknown ``kid`` causes no other.
            fetch: Reads the address; `HttpFetch` when not given.
            clock: A monotonic clock in seconds.

        Raises:
            PyJWKClientError: The address must not be opened, or a number makes no sense.
        """
        try:
            parse_url(uri)
        except ValueError as error:
            kind = "scheme: the URL" if "https URL" in str(error) else ": it"
            raise PyJWKClientError(f"Invalid JWKS URI {kind} {error}: {quote(uri)}") from None
        if not (math.isfinite(cooldown_duration) and cooldown_duration >= 0):
            raise PyJWKClientError(f"Cooldown duration is a number of seconds, not {cooldown_duration}")
        if cache_jwk_set and not lifespan > 0:
            raise PyJWKClientError(f"Lifespan must be greater than 0, and is {lifespan}")
        self.uri = uri
        self.headers = dict(headers or {})
        self.timeout = timeout
        self._fetch = fetch or HttpFetch(ssl_context=ssl_context)
        self._clock = clock
        self._lifespan = lifespan if cache_jwk_set else 0.0
        self._cooldown = cooldown_duration if cache_jwk_set else 0.0
        self._known_size = max_cached_keys if cache_keys else 0
        self._known: dict[str, PyJWK] = {}
        self._set: PyJWKSet | None = None
        self._fresh_until = self._fetched_at = -math.inf
        self._allowed = math.inf
        self.after_fork()
        after_fork_in_child(self)

    def after_fork(self) -> None:
        """Make a new lock: whoever held the parent's does not exist in a child."""
        self._lock = threading.RLock()

    def fetch_data(self) -> dict[str, Any]:
        """Fetch the document now; a subclass may override it to fetch, or to filter, in its own way.

        Returns:
            The members of the JSON document.

        Raises:
            PyJWKClientConnectionError: There was no good answer.
            PyJWKClientError: The answer is no JSON object.
        """
        try:
            response = self._fetch(self.uri, self.headers, timeout=self.timeout)
        except UnavailableError as error:
            raise PyJWKClientConnectionError(f"Fail to fetch data from the url: {error}") from error
        if response.status != _OK:
            raise PyJWKClientConnectionError(
                f"Fail to fetch data from the url: {self.uri} answered with status {response.status}"
            )
        if "cache-control" in response.headers:
            self._allowed = fresh_seconds(response.headers)
        try:
            return parse_object(response.body)
        except ValueError as error:
            raise PyJWKClientError(f"The JWKS endpoint did not return a JSON object: {error}") from None

    def get_jwk_set(self, refresh: bool = False) -> PyJWKSet:
        """Return the set: the remembered one while it is fresh, else a new one.

        A fetch that fails leaves the remembered set as it is.

        Args:
            refresh: Fetch it in any case.

        Raises:
            PyJWKClientConnectionError: There was no good answer.
            PyJWKClientError: The answer is no JSON object.
            PyJWKSetError: It holds no key that can be used.
        """
        known = self._set
        if known is not None and not refresh and self._clock() < self._fresh_until:
            return known
        with self._lock:
            if self._set is not known and self._set is not None and self._clock() < self._fresh_until:
                return self._set  # Another thread has just fetched it.
            self._allowed = math.inf
            fetched = PyJWKSet.from_dict(self.fetch_data())
            self._set = fetched
            self._fetched_at = self._clock()
            self._fresh_until = self._fetched_at + min(self._lifespan, self._allowed)
        return fetched

    def get_signing_keys(self, refresh: bool = False) -> list[PyJWK]:
        """Return the keys that have a ``kid`` and are not for something else than signatures.

        Args:
            refresh: See `get_jwk_set`.

        Raises:
            PyJWKClientError: There are none; or see `get_jwk_set`.
        """
        keys = [
            key for key in self.get_jwk_set(refresh) if key.public_key_use in (None, "sig") and key.key_id
        ]
        if not keys:
            raise PyJWKClientError("The JWKS endpoint did not contain any signing keys")
        return keys

    def get_signing_key(self, kid: str) -> PyJWK:
        """Return the key of a name; one that is not known causes at most one fetch per cooldown.

        Args:
            kid: The name.

        Raises:
            PyJWKClientUnknownKeyError: There is no such key.
            PyJWKClientError: See `get_signing_keys`.
        """
        if kid in self._known:
            return self._known[kid]
        found = self.match_kid(self.get_signing_keys(), kid)
        if found is None:
            with self._lock:
                cooling = self._clock() - self._fetched_at < self._cooldown
                found = self.match_kid(self.get_signing_keys(refresh=not cooling), kid)
        if found is None:
            raise PyJWKClientUnknownKeyError(
                f"Unable to find a signing key that matches: {quote(kid)}", kid=kid
            )
        if self._known_size:
            with self._lock:
                while len(self._known) >= self._known_size:
                    del self._known[next(iter(self._known))]
                self._known[kid] = found
        return found

    def get_signing_key_from_jwt(self, token: str | bytes) -> PyJWK:
        """Return the key that a token's header names.

        Args:
            token: The token; nothing of it is verified.

        Raises:
            DecodeError: It is malformed.
            PyJWKClientError: See `get_signing_key`.
        """
        return self.get_signing_key(get_unverified_header(token).get("kid", ""))

    @staticmethod
    def match_kid(signing_keys: list[PyJWK], kid: str) -> PyJWK | None:
        """Return the first key of a name, or None."""
        return next((key for key in signing_keys if key.key_id == kid), None)

    def __call__(self, header: Mapping[str, Any]) -> Key:
        """Return the key that verifies a token, as a function of the token's header."""
        return self.get_signing_key(header.get("kid", ""))(header)
