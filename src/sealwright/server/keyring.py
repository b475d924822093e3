# SPDX-License-Identifier: Apache-2.0
"""The server's own keys: made on first start, sealed in the database, opened once, published.

There is one ACTIVE key, which signs, and one STANDBY key, which is published already so that it could take
over without waiting for anyone's cache. The key of refresh tokens is sealed beside them and never published.
:mod:`.setup` makes the keys, :mod:`.app` opens them.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ..errors import ConfigError
from ..jose import Key, KeySet
from ..jose.strict_json import dump_object, parse_object
from .sessions import KEY_ID_BYTES, RefreshKey
from .store.keys import ACTIVE, STANDBY, StoredKey

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .sealing import KeyEncryptionKey

ALGORITHM: Final = "ES256"
"""What access tokens are signed with."""

_SIGN: Final = "sig"
_REFRESH: Final = "refresh"
_REFRESH_ALGORITHM: Final = "HMAC-SHA256/128"
_REFRESH_SECRET_BYTES: Final = 32
_STAND_IN: Final = b"stand-in for unknown users"


@dataclass(frozen=True, slots=True)
class Document:
    """A published JSON document, written once.

    Attributes:
        body: Its bytes.
        etag: Its strong entity tag, quoted.
    """

    body: bytes
    etag: str

    @classmethod
    def of(cls, body: bytes) -> Document:
        """Return the document of these bytes."""
        return cls(body, f'"{hashlib.sha256(body).hexdigest()[:32]}"')


@dataclass(frozen=True, slots=True)
class Keyring:
    """The opened keys.

    Attributes:
        active: The key that signs access tokens.
        jwks: The published JWK Set (RFC 7517 section 5).
        refresh: The key of refresh tokens.
        stand_in: The key that chooses which user's cost an unknown name has.
    """

    active: Key
    jwks: Document
    refresh: RefreshKey
    stand_in: bytes = field(repr=False)


def new_keys(kek: KeyEncryptionKey, *, now: float) -> list[StoredKey]:
    """Make the keys of a new server, sealed.

    Args:
        kek: What seals them.
        now: Epoch seconds.
    """
    made = []
    for state in (ACTIVE, STANDBY):
        key = Key.generate(ALGORITHM)
        sealed = kek.seal(dump_object(key.to_jwk(private=True)), kid=key.kid, alg=ALGORITHM)
        made.append(StoredKey(key.kid, _SIGN, ALGORITHM, state, sealed, now))
    kid = secrets.token_hex(KEY_ID_BYTES)
    sealed = kek.seal(secrets.token_bytes(_REFRESH_SECRET_BYTES), kid=kid, alg=_REFRESH_ALGORITHM)
    made.append(StoredKey(kid, _REFRESH, _REFRESH_ALGORITHM, ACTIVE, sealed, now))
    return made


def open_keyring(kek: KeyEncryptionKey, stored: Iterable[StoredKey]) -> Keyring:
    """Unseal the stored keys.

    Args:
        kek: What they were sealed with.
        stored: Every key of the database.

    Raises:
        ConfigError: The KEK is another one, or a key is missing.
    """
    signing: dict[str, list[Key]] = {ACTIVE: [], STANDBY: []}
    refresh: RefreshKey | None = None
    for row in stored:
        secret = kek.unseal(row.sealed, kid=row.kid, alg=row.alg)
        if row.use == _REFRESH:
            refresh = RefreshKey(bytes.fromhex(row.kid), secret)
        elif row.state in signing:
            signing[row.state].append(Key.from_jwk(parse_object(secret)))
    if not signing[ACTIVE] or refresh is None:
        raise ConfigError(
            "the database holds no signing key",
            hint="Restore the data folder from its backup, or start with a new one.",
        )
    published = KeySet(key.public() for key in (*signing[ACTIVE], *signing[STANDBY]))
    # Derived rather than random, so that a restart does not change what an unknown name costs.
    stand_in = hmac.digest(refresh.secret, _STAND_IN, "sha256")
    return Keyring(
        signing[ACTIVE][0], Document.of(dump_object(published.to_jwks()) + b"\n"), refresh, stand_in
    )
