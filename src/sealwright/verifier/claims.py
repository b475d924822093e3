# SPDX-License-Identifier: Apache-2.0
"""What a verified access token says: the value that ``Verifier.verify`` returns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


class Claims(Mapping[str, Any]):
    """The claims of one verified access token (RFC 9068), which nobody can change.

    A mapping of claim names to values, with the usual ones as properties. Lists and objects are handed out
    as copies, so that one part of a service cannot alter what the next part sees.

    Example:
        >>> claims = Claims({"sub": "susan", "scope": "orders:read orders:write", "roles": ["buyer"]})
        >>> claims["sub"], claims.roles, "orders:read" in claims.scopes
        ('susan', ('buyer',), True)
    """

    __slots__ = ("_members",)

    def __init__(self, members: dict[str, Any]) -> None:
        """Wrap verified claims.

        Args:
            members: The claims; the caller gives the dict away.
        """
        self._members = members

    def __getitem__(self, name: str) -> Any:
        return _copy(self._members[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def __contains__(self, name: object) -> bool:
        return name in self._members

    def __repr__(self) -> str:
        return f"<Claims sub={self.sub!r} iss={self.issuer!r}>"

    @property
    def issuer(self) -> str | None:
        """Who issued the token (``iss``)."""
        return self._text("iss")

    @property
    def sub(self) -> str | None:
        """Whom the token is about (``sub``)."""
        return self._text("sub")

    @property
    def audience(self) -> tuple[str, ...]:
        """Whom the token is for (``aud``)."""
        audience = self._members.get("aud")
        return (audience,) if isinstance(audience, str) else self._texts("aud")

    @property
    def client_id(self) -> str | None:
        """The client that the token was issued to (RFC 8693 section 4.3)."""
        return self._text("client_id")

    @property
    def username(self) -> str | None:
        """The name that ``sub`` logs in with."""
        return self._text("username")

    @property
    def jti(self) -> str | None:
        """The token's own identifier (``jti``)."""
        return self._text("jti")

    @property
    def sid(self) -> str | None:
        """The session that the token came from (``sid``)."""
        return self._text("sid")

    @property
    def scopes(self) -> frozenset[str]:
        """What the token allows (RFC 8693 section 4.2): the words of ``scope``."""
        return frozenset((self._text("scope") or "").split())

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles of the subject, in the token's order."""
        return self._texts("roles")

    @property
    def expires_at(self) -> float:
        """When the token expires (``exp``), in seconds since 1970."""
        return float(self._members["exp"])

    def _text(self, name: str) -> str | None:
        value = self._members.get(name)
        return value if isinstance(value, str) else None

    def _texts(self, name: str) -> tuple[str, ...]:
        # A claim of another shape grants nothing.
        value = self._members.get(name)
        return (
            tuple(value) if isinstance(value, list) and all(isinstance(item, str) for item in value) else ()
        )


def _copy(value: Any) -> Any:
    if isinstance(value, list):
        return [_copy(item) for item in value]
    if isinstance(value, dict):
        return {name: _copy(item) for name, item in value.items()}
    return value
