# SPDX-License-Identifier: Apache-2.0
"""Reads an issuer's keys once: metadata, then key set. ``remotekeys`` decides when, and keeps the result.

A :class:`KeySource` is used by one thread at a time; it remembers only where the keys are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus

from ..errors import InvalidKeyError, UnavailableError
from ..jose import KeySet
from . import limits
from .fetch import Fetch, FetchResponse
from .freshness import fresh_seconds
from .metadata import Metadata, discover, require_ok
from .urls import Url


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The issuer's keys as one good answer gave them.

    Attributes:
        keys: The public keys, at least one.
        url: Where they came from.
        etag: The answer's entity tag, empty when it had none.
        confirmed_at: When the issuer last said that these are its keys, in seconds of the monotonic clock.
        lifetime: Seconds they are fresh from then on.
    """

    keys: KeySet
    url: str
    etag: str
    confirmed_at: float
    lifetime: float


class KeySource:
    """Where one issuer's keys come from."""

    def __init__(self, issuer: Url, fetch: Fetch, clock: Callable[[], float]) -> None:
        """Keep the settings; nothing is fetched yet.

        Args:
            issuer: The configured issuer.
            fetch: Reads URLs.
            clock: The monotonic clock, in seconds.
        """
        self._issuer = issuer
        self._fetch = fetch
        self._clock = clock
        self._metadata: Metadata | None = None
        self._metadata_read_at = 0.0

    def load(self, previous: Snapshot | None) -> Snapshot:
        """Ask the issuer for its keys.

        Args:
            previous: The last good answer, so that an unchanged one need not travel again.

        Returns:
            The keys as the issuer publishes them now.

        Raises:
            UnavailableError: There was no good answer; the message says why.
        """
        deadline = self._clock() + limits.REFRESH_SECONDS
        url = self._discover(deadline).jwks_uri
        known = previous if previous is not None and previous.url == url and previous.etag else None
        headers = {"If-None-Match": known.etag} if known else {}
        try:
            response = self._get(url, headers, deadline)
            snapshot = self._read(url, response, known)
        except UnavailableError:
            # The issuer may have moved its keys, so the next attempt asks for their place again.
            self._metadata_read_at = -limits.METADATA_FRESH_SECONDS
            raise
        return snapshot

    def _discover(self, deadline: float) -> Metadata:
        if self._metadata and self._clock() - self._metadata_read_at < limits.METADATA_FRESH_SECONDS:
            return self._metadata
        try:
            metadata = discover(self._issuer, lambda url: self._get(url, {}, deadline))
        except UnavailableError:
            if self._metadata is None:
                raise
            # A place that was right an hour ago is worth a try; the metadata is asked for again next time.
            return self._metadata
        self._metadata, self._metadata_read_at = metadata, self._clock()
        return metadata

    def _get(self, url: str, headers: dict[str, str], deadline: float) -> FetchResponse:
        left = deadline - self._clock()
        if left <= 0:
            raise UnavailableError(f"Cannot fetch {url}: no time left after {limits.REFRESH_SECONDS:.0f} s")
        return self._fetch(url, headers, timeout=min(left, limits.FETCH_SECONDS))

    def _read(self, url: str, response: FetchResponse, known: Snapshot | None) -> Snapshot:
        now, lifetime = self._clock(), fresh_seconds(response.headers)
        if response.status == HTTPStatus.NOT_MODIFIED and known:
            return replace(known, confirmed_at=now, lifetime=lifetime)
        try:
            require_ok(response.status)
            keys = parse_keys(response.body)
        except (ValueError, InvalidKeyError) as error:
            raise UnavailableError(f"No usable keys: {url} {error}") from error
        return Snapshot(keys, url, response.headers.get("etag", ""), now, lifetime)


def parse_keys(body: bytes) -> KeySet:
    """Read a published key set and keep what verifies signatures.

    Args:
        body: A JWK Set (RFC 7517 section 5).

    Returns:
        Its public keys. One that was published with its private half is left out.

    Raises:
        InvalidKeyError: It is not a key set, or mixes secrets with public keys.
        ValueError: It holds no usable key.
    """
    keys = KeySet.parse(body, published=True)
    if not len(keys):
        detail = f": {keys.unusable[0]}" if keys.unusable else ""
        raise ValueError(f"answered with a key set that holds no usable public key{detail}")
    return keys
