# SPDX-License-Identifier: Apache-2.0
"""The server's own keys: made on first start, sealed in the database, opened once, published.

Of the algorithm that is set there is one ACTIVE key, which signs, and one STANDBY key, which is published
already so that it could take over without waiting for anyone's cache. The key of refresh tokens is sealed
beside them and never published.
:mod:`.setup` makes the keys, :mod:`.app` opens them.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ..errors import ConfigError
from ..jose import Key, KeySet, Signer
from ..jose.strict_json import dump_object, parse_object
from .refresh_tokens import KEY_ID_BYTES, RefreshKey
from .store.keys import ACTIVE, STANDBY, StoredKey

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .sealing import KeyEncryptionKey

SIGN: Final = "sig"
_REFRESH: Final = "refresh"
_REFRESH_ALGORITHM: Final = "HMAC-SHA256/128"
_REFRESH_KEY_BYTES: Final = 32
_STAND_IN: Final = b"stand-in for unknown users"


@dataclass(frozen=True, slots=True)
class Keyring:
    """The opened keys.

    Attributes:
        active: The key that signs access tokens.
        published: The keys that verify access tokens (RFC 7517 section 5), the active one first; public.
        refresh: The key of refresh tokens.
        stand_in: The key that chooses which user's cost an unknown name has.
    """

    active: Signer
    published: KeySet
    refresh: RefreshKey
    stand_in: bytes = field(repr=False)


def new_signing_keys(kek: KeyEncryptionKey, algorithm: str, *, now: float) -> list[StoredKey]:
    """Make an ACTIVE and a STANDBY key of one algorithm, sealed.

    Args:
        kek: What seals them.
        algorithm: What they sign with.
        now: Epoch seconds.
    """
    made = []
    for state in (ACTIVE, STANDBY):
        key = Key.generate(algorithm)
        sealed = kek.seal(dump_object(key.to_jwk(private=True)), kid=key.kid, use=SIGN, alg=algorithm)
        made.append(StoredKey(key.kid, SIGN, algorithm, state, sealed, now))
    return made


def new_refresh_key(kek: KeyEncryptionKey, *, now: float) -> StoredKey:
    """Make the key of refresh tokens, sealed.

    Args:
        kek: What seals it.
        now: Epoch seconds.
    """
    kid = secrets.token_hex(KEY_ID_BYTES)
    sealed = kek.seal(secrets.token_bytes(_REFRESH_KEY_BYTES), kid=kid, use=_REFRESH, alg=_REFRESH_ALGORITHM)
    return StoredKey(kid, _REFRESH, _REFRESH_ALGORITHM, ACTIVE, sealed, now)


def open_keyring(kek: KeyEncryptionKey, stored: Iterable[StoredKey], algorithm: str) -> Keyring:
    """Unseal the stored keys.

    Every signing key is published, those of other algorithms last: tokens that they signed are still valid.

    Args:
        kek: What they were sealed with.
        stored: Every key of the database.
        algorithm: What access tokens are signed with.

    Raises:
        ConfigError: The KEK is another one, or a key is missing or was altered.
    """
    signing: list[tuple[StoredKey, Key]] = []
    refresh: RefreshKey | None = None
    for row in stored:
        if row.state not in {ACTIVE, STANDBY}:
            raise ConfigError(
                f"key {row.kid!r} in the database has the unknown state {row.state!r}",
                hint="Restore the data folder from its backup.",
            )
        # Their use and algorithm are what the envelope was sealed for, so no row reaches the wrong reader.
        content = kek.unseal(row.sealed, kid=row.kid, use=row.use, alg=row.alg)
        if row.use == _REFRESH:
            refresh = RefreshKey(bytes.fromhex(row.kid), content)
        else:
            signing.append((row, Key.from_jwk(parse_object(content))))
    signing.sort(key=lambda each: (each[0].alg != algorithm, each[0].state != ACTIVE))
    if refresh is None or not signing or (signing[0][0].alg, signing[0][0].state) != (algorithm, ACTIVE):
        raise ConfigError(
            f"the database holds no {algorithm} key that signs",
            hint="Restore the data folder from its backup, or start with a new one.",
        )
    # Derived rather than random, so that a restart does not change what an unknown name costs.
    stand_in = hmac.digest(refresh.secret, _STAND_IN, "sha256")
    return Keyring(signing[0][1], KeySet(key.public() for _, key in signing), refresh, stand_in)
