# SPDX-License-Identifier: Apache-2.0
"""Which names mean which user: the spelling of usernames, and the ids behind them.

The login endpoint and :mod:`.users` agree on names by calling this.
"""

from __future__ import annotations

import hmac
import secrets
import unicodedata
from typing import Final

from .limits import MAX_USERNAME_CHARACTERS

_ID_PREFIX: Final = "usr_"
_ID_BYTES: Final = 12
_NOT_IN_NAMES: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})


def new_user_id() -> str:
    """Return a random user id."""
    return _ID_PREFIX + secrets.token_hex(_ID_BYTES)


def stand_in_user_id(key: bytes, lookup: str) -> str:
    """Return a point among the user ids for a name that may have no user: always the same one for a name.

    Args:
        key: Known to the server alone, so that nobody can compute which user stands in.
        lookup: What :func:`username_lookup` returned.
    """
    return _ID_PREFIX + hmac.digest(key, lookup.encode(), "sha256")[:_ID_BYTES].hex()


def normalise_username(username: str) -> str:
    """Return a username as it is stored and shown: NFC, without spaces around it.

    Args:
        username: As it was typed.

    Raises:
        ValueError: It is empty, too long, or holds spaces or invisible characters.
    """
    name = unicodedata.normalize("NFC", username[: MAX_USERNAME_CHARACTERS + 1].strip())
    if not name:
        raise ValueError("must not be empty")
    if len(name) > MAX_USERNAME_CHARACTERS:
        raise ValueError(f"must have at most {MAX_USERNAME_CHARACTERS} characters")
    if any(unicodedata.category(character) in _NOT_IN_NAMES for character in name):
        raise ValueError("must not hold spaces, control characters or invisible characters")
    return name


def username_lookup(name: str) -> str:
    """Return the form under which two spellings of one username are the same.

    Args:
        name: What :func:`normalise_username` returned.
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
