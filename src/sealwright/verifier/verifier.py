# SPDX-License-Identifier: Apache-2.0
"""The ``Verifier``: one per issuer in every service that receives access tokens.

>>> verifier = Verifier("https://issuer.example", audience="api")
>>> verifier
<Verifier of https://issuer.example for api>

Making one does no network. The first ``verify`` (or ``start``) reads the issuer's metadata and keys; a
background thread keeps them fresh from then on, so that ``verify`` is a matter of memory and one signature.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from types import TracebackType
from typing import Any, Self

from ..errors import (
    ConfigError,
    InvalidAlgorithmError,
    InvalidKeyError,
    InvalidTokenError,
    UnavailableError,
    UnknownKeyError,
)
from ..jose import ASYMMETRIC, jws
from ..jose import claims as jose_claims
from . import limits
from .background import Background
from .claims import Claims
from .fetch import Fetch, HttpFetch
from .fork import after_fork_in_child
from .metadata import parse_issuer
from .remotekeys import RemoteKeySet
from .urls import quote

_REQUIRED = ("iss", "aud", "exp")


class Verifier:
    """Verifies the access tokens of one issuer for one service (RFC 9068 section 4).

    Every token must be signed with a key that the issuer publishes and an algorithm that is allowed here,
    be an access token (``typ`` is ``at+jwt``), and name the issuer, this service as its audience, and a
    time of expiry that has not passed. All methods may be called by any number of threads.
    """

    def __init__(
        self,
        issuer: str,
        *,
        audience: str | Collection[str],
        algorithms: Collection[str] = ASYMMETRIC,
        leeway: float = limits.DEFAULT_LEEWAY_SECONDS,
        fetch: Fetch | None = None,
        now: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Keep the settings; nothing is fetched and no thread is started yet.

        Args:
            issuer: The issuer's URL, exactly as its tokens name it; https, or http on a loopback host.
            audience: The name of this service in ``aud``, or several names.
            algorithms: Allowed values of ``alg``; HMAC cannot be allowed, because whoever holds an HMAC
                secret can also sign.
            leeway: Seconds by which clocks may differ.
            fetch: Reads URLs; :class:`~sealwright.verifier.HttpFetch` when left out.
            now: The time of day, in seconds since 1970.
            monotonic: A clock that only goes forward, in seconds.

        Raises:
            ConfigError: A setting is wrong; the message names it.
        """
        self._issuer = parse_issuer(issuer)
        self._audience = _audience(audience)
        self._algorithms = _algorithms(algorithms)
        if not 0 <= leeway <= limits.MAX_LEEWAY_SECONDS:
            raise ConfigError(f"leeway must be 0 to {limits.MAX_LEEWAY_SECONDS:.0f} seconds, not {leeway!r}")
        self._leeway = leeway
        self._now = now
        self._keys = RemoteKeySet(self._issuer, fetch or HttpFetch(), clock=monotonic)
        self._background = Background(self._keys)
        self._closed = False
        self._ready = False
        after_fork_in_child(self)

    @property
    def issuer(self) -> str:
        """The issuer whose tokens are accepted."""
        return self._issuer.text

    def start(self) -> None:
        """Fetch the keys now, for services that want to find out at once whether the issuer can be reached.

        Raises:
            UnavailableError: It cannot. The background thread goes on trying.
        """
        self._make_ready()
        self._keys.load()

    def verify(self, token: str | bytes) -> Claims:
        """Verify an access token.

        Everything cheap comes first, so that no signature is computed for a token that would be refused
        anyway, and no key is asked for on behalf of another issuer's token.

        Args:
            token: The compact token, without the word ``Bearer``.

        Returns:
            What the token says.

        Raises:
            InvalidTokenError: Refuse the request (401); the subclass says why.
            UnavailableError: The issuer's keys cannot be had (503); nothing is known about the token.
        """
        if not self._ready:
            self._make_ready()
        parsed = jws.parse(token)
        claims = self._admit(parsed)
        key = self._keys.select(parsed.header)
        try:
            parsed.verify(key, self._algorithms)
        except InvalidKeyError as error:
            raise UnknownKeyError(f"The issuer's key for this token is not meant for it: {error}") from error
        return Claims(claims)

    def close(self) -> None:
        """Stop the background thread; a closed verifier accepts nothing."""
        self._closed = True
        self._ready = False
        self._background.stop()

    def after_fork(self) -> None:
        """Have the next call start a background thread of this process."""
        self._ready = False

    def _make_ready(self) -> None:
        try:
            self._background.start()
        except RuntimeError as error:
            raise UnavailableError(f"The background thread cannot be started: {error}") from error
        self._ready = True
        # This comes last, so that a close() in another thread in the meantime is not undone.
        if self._closed:
            self.close()
            raise UnavailableError("This Verifier is closed", hint="Make a new one.")

    def _admit(self, parsed: jws.Parsed) -> dict[str, Any]:
        """Refuse whatever can be refused without a key, and return the claims of what is left."""
        typ = parsed.header.get("typ")
        if typ != "at+jwt" and (typ is None or typ.lower().removeprefix("application/") != "at+jwt"):
            raise InvalidTokenError(
                f"Not an access token: expected typ 'at+jwt', found {quote(typ)}",
                hint="Send the access token, not the ID token or the refresh token.",
            )
        alg = parsed.header["alg"]
        if alg not in self._algorithms:
            raise InvalidAlgorithmError(f"The algorithm {quote(alg)} is not allowed here")
        members = jose_claims.parse(parsed.payload)
        jose_claims.validate(
            members,
            now=self._now(),
            leeway=self._leeway,
            audience=self._audience,
            issuer=self._issuer.text,
            require=_REQUIRED,
        )
        if "cnf" in members:
            # RFC 9449 section 7.2: a bound token must not pass as a bearer token.
            raise InvalidTokenError(
                "The token is bound to a key (cnf), and that binding cannot be checked here"
            )
        return members

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        names = self._audience if isinstance(self._audience, str) else ", ".join(self._audience)
        return f"<Verifier of {self._issuer.text} for {names}>"


def _audience(audience: str | Collection[str]) -> str | tuple[str, ...]:
    names = (audience,) if isinstance(audience, str) else tuple(audience)
    if not names or not all(names):
        raise ConfigError("audience must name this service as its tokens do, such as 'api'")
    return names[0] if len(names) == 1 else names


def _algorithms(algorithms: Collection[str]) -> frozenset[str]:
    names = frozenset((algorithms,) if isinstance(algorithms, str) else algorithms)
    wrong = sorted(names - ASYMMETRIC, key=str)
    if wrong or not names:
        found = ", ".join(map(quote, wrong)) or "nothing"
        allowed = ", ".join(sorted(ASYMMETRIC))
        raise ConfigError(f"algorithms must be public-key algorithms ({allowed}), not {found}")
    return names
