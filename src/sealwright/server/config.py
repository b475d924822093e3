# SPDX-License-Identifier: Apache-2.0
"""The settings of the authorization server: one frozen value, validated when it is made.

The command line makes it, :mod:`.runner` and :mod:`.setup` start from it and :mod:`.app` wires by it. It is
picklable and holds no secret: it crosses into the worker process.
"""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from ..errors import ConfigError
from ..jose import ALGORITHMS

DATA_VARIABLE: Final = "SEALWRIGHT_DATA"
PASSWORD_COST_VARIABLE: Final = "SEALWRIGHT_PASSWORD_COST"  # noqa: S105  a name
ACCESS_TOKEN_ALGORITHMS: Final = tuple(
    name for name, row in ALGORITHMS.items() if row.kty in {"RSA", "EC", "OKP"}
)
"""What access tokens may be signed with: what a verifier checks with a public key."""

_LOG_LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR")
_SCOPE_CHARACTERS: Final = frozenset(map(chr, range(0x21, 0x7F))) - {'"', "\\"}
_DAY: Final = 86_400
_PASSWORD_COST: Final = re.compile(r"m=([0-9]{1,9}),t=([0-9]{1,9}),p=([0-9]{1,9})")


def default_data_dir() -> Path:
    """Return the data folder used when none is named: ``$SEALWRIGHT_DATA``, else ``./sealwright-data``."""
    return Path(os.environ.get(DATA_VARIABLE) or "sealwright-data")


@dataclass(frozen=True, slots=True, kw_only=True)
class Argon2Parameters:
    """Cost of hashing one password (RFC 9106).

    Attributes:
        memory_kib: Memory, in KiB.
        time_cost: Passes over the memory.
        parallelism: Lanes.
    """

    memory_kib: int = 19 * 1024
    time_cost: int = 2
    parallelism: int = 1

    def __post_init__(self) -> None:
        _between("argon2.time_cost", self.time_cost, 1, 100)
        _between("argon2.parallelism", self.parallelism, 1, 64)
        _between("argon2.memory_kib", self.memory_kib, 8 * self.parallelism, 4 * 1024 * 1024)


def default_password_cost() -> Argon2Parameters:
    """Return what ``$SEALWRIGHT_PASSWORD_COST`` says, in the words of a stored hash: ``m=19456,t=2,p=1``.

    Every command that sets passwords reads it, so a server and its ``users add`` agree.

    Raises:
        ConfigError: It says something else.
    """
    text = os.environ.get(PASSWORD_COST_VARIABLE)
    if not text:
        return Argon2Parameters()
    found = _PASSWORD_COST.fullmatch(text)
    if found is None:
        raise ConfigError(
            f"{PASSWORD_COST_VARIABLE} must say memory in KiB, passes and lanes",
            hint="It looks like m=19456,t=2,p=1.",
        )
    memory, passes, lanes = map(int, found.groups())
    return Argon2Parameters(memory_kib=memory, time_cost=passes, parallelism=lanes)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerConfig:
    """What an operator may set.

    Attributes:
        issuer: The ``iss`` of every token and the base of every published URL; derived from host and port
            when empty and the host is loopback.
        host: Address to listen on.
        port: TCP port to listen on.
        data_dir: Folder of the database and the key-encryption key.
        audience: The ``aud`` of access tokens.
        client_id: The ``client_id`` of tokens that came from ``/login``.
        scope: The ``scope`` such a login is given (space-separated).
        access_token_algorithm: What access tokens are signed with, such as ``ES256``.
        access_token_lifetime: Seconds.
        refresh_idle_lifetime: Seconds a session lives without a refresh.
        refresh_absolute_lifetime: Seconds a session lives at all.
        refresh_grace: Seconds within which a lost answer may be asked for again.
        refresh_grace_uses: How many times.
        argon2: Cost of hashing one password; by default ``$SEALWRIGHT_PASSWORD_COST``, if it is set.
        password_workers: Passwords hashed at the same time; 0 means one per core.
        password_queue: Passwords that may wait for a worker before a login is answered 503.
        log_level: ``DEBUG``, ``INFO``, ``WARNING`` or ``ERROR``.

    Raises:
        ConfigError: A setting is wrong; the message names it.
    """

    issuer: str = ""
    host: str = "127.0.0.1"
    port: int = 8000
    data_dir: Path = field(default_factory=default_data_dir)
    audience: str = "api"
    client_id: str = "first-party"
    scope: str = "api"
    access_token_algorithm: str = "ES256"  # noqa: S105  a name
    access_token_lifetime: int = 600
    refresh_idle_lifetime: int = 14 * _DAY
    refresh_absolute_lifetime: int = 30 * _DAY
    refresh_grace: int = 30
    refresh_grace_uses: int = 3
    argon2: Argon2Parameters = field(default_factory=default_password_cost)
    password_workers: int = 0
    password_queue: int = 64
    log_level: str = "INFO"

    def __post_init__(self) -> None:
        _between("port", self.port, 1, 65_535)
        if not self.host or any(character.isspace() for character in self.host):
            raise ConfigError("host: must be an address to listen on, such as 127.0.0.1")
        object.__setattr__(self, "data_dir", Path(self.data_dir))
        object.__setattr__(self, "issuer", _issuer(self.issuer, self.host, self.port))
        for name in ("audience", "client_id"):
            value = getattr(self, name)
            if not value or not value.isprintable():
                raise ConfigError(f"{name}: must be a non-empty text without control characters")
        if not self.scope or not all(
            part and _SCOPE_CHARACTERS.issuperset(part) for part in self.scope.split(" ")
        ):
            raise ConfigError(
                "scope: must be one or more words separated by single spaces (RFC 6749 section 3.3)"
            )
        if self.access_token_algorithm not in ACCESS_TOKEN_ALGORITHMS:
            raise ConfigError(
                f"access_token_algorithm: must be one of {', '.join(ACCESS_TOKEN_ALGORITHMS)}",
                hint="ES256 suits nearly everyone; RS256 is for resource servers that know nothing else.",
            )
        _between("access_token_lifetime", self.access_token_lifetime, 1, _DAY)
        _between("refresh_idle_lifetime", self.refresh_idle_lifetime, 1, 10 * 366 * _DAY)
        _between("refresh_absolute_lifetime", self.refresh_absolute_lifetime, 1, 10 * 366 * _DAY)
        _between("refresh_grace", self.refresh_grace, 0, 300)
        _between("refresh_grace_uses", self.refresh_grace_uses, 0, 100)
        _between("password_workers", self.password_workers, 0, 1024)
        _between("password_queue", self.password_queue, 1, 100_000)
        if self.log_level not in _LOG_LEVELS:
            raise ConfigError(f"log_level: must be one of {', '.join(_LOG_LEVELS)}")

    @property
    def base_url(self) -> str:
        """The issuer without a trailing slash: what endpoint paths are appended to."""
        return self.issuer.rstrip("/")

    @property
    def origin(self) -> str:
        """The issuer without its path: what the paths of :mod:`.oauth.paths` are appended to."""
        return self.base_url.removesuffix(self.base_path)

    @property
    def base_path(self) -> str:
        """The path part of :attr:`base_url`; empty for an issuer without a path."""
        return urlsplit(self.base_url).path


def is_loopback(host: str) -> bool:
    """Say whether a host name or address can only mean this machine.

    Args:
        host: A name or an IP address, IPv6 without brackets.
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _issuer(issuer: str, host: str, port: int) -> str:
    if not issuer:
        if not is_loopback(host):
            raise ConfigError(
                f"issuer: must be set when the server listens on {host}",
                hint="Name the https URL under which clients reach this server.",
            )
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    try:
        parts = urlsplit(issuer)
        name, _ = parts.hostname, parts.port
    except ValueError:
        raise ConfigError("issuer: is not a URL", hint="It looks like https://login.example.com.") from None
    if parts.scheme not in {"https", "http"} or not name:
        raise ConfigError("issuer: must be an https URL", hint="It looks like https://login.example.com.")
    if parts.scheme == "http" and not is_loopback(name):
        raise ConfigError(
            "issuer: must be https; plain http is for loopback addresses only",
            hint="Put a TLS proxy in front of the server and name its URL.",
        )
    if parts.username is not None or parts.password is not None:
        raise ConfigError("issuer: must not hold a username or a password")
    if "?" in issuer or "#" in issuer:
        raise ConfigError("issuer: must have neither a query nor a fragment (RFC 8414 section 2)")
    if not issuer.isascii() or any(
        character.isspace() or not character.isprintable() for character in issuer
    ):
        raise ConfigError("issuer: must be plain ASCII without spaces")
    if any(character in issuer for character in '\\{}<>"|^`'):
        raise ConfigError("issuer: holds a character that a URL must not hold")
    return issuer


def _between(name: str, value: int, low: int, high: int) -> None:
    if type(value) is not int or not low <= value <= high:
        raise ConfigError(f"{name}: must be a whole number from {low} to {high}, not {value!r}")
