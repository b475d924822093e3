# SPDX-License-Identifier: Apache-2.0
"""Which URLs the verifier may talk to; called by the verifier's settings, the metadata and every fetch.

https anywhere, plain http on loopback hosts alone, and nothing that could hide another host or a secret:
no user information, no fragment, no unprintable characters.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from . import limits


@dataclass(frozen=True, slots=True)
class Url:
    """A URL that passed :func:`parse_url`.

    Attributes:
        text: The URL exactly as it was given.
        scheme: ``https``, or ``http`` on a loopback host.
        host: The host without brackets, in lower case.
        port: The port, the scheme's own when the URL names none.
        path: The path, which may be empty.
        query: The query without its question mark, which may be empty.
    """

    text: str
    scheme: str
    host: str
    port: int
    path: str
    query: str

    @property
    def origin(self) -> str:
        """Scheme, host and port as the URL wrote them."""
        return self.text[: self.text.index("//") + 2] + urlsplit(self.text).netloc

    @property
    def target(self) -> str:
        """What stands in the request line (RFC 9112 section 3.2.1)."""
        return (self.path or "/") + (f"?{self.query}" if self.query else "")


def parse_url(text: str) -> Url:
    """Parse a URL and refuse every one that the verifier must not open.

    Args:
        text: An absolute URL.

    Returns:
        Its parts.

    Raises:
        ValueError: The reason in a few words, fit to follow "the URL".
    """
    if len(text) > limits.MAX_URL_CHARACTERS:
        raise ValueError(f"is longer than {limits.MAX_URL_CHARACTERS} characters")
    if not all("!" <= character <= "~" for character in text) or "\\" in text:
        raise ValueError("has characters that do not belong in a URL")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError("is not a URL") from None
    if parts.scheme not in {"https", "http"}:
        raise ValueError("is not an https URL")
    if not host or port == 0:
        raise ValueError("names no host")
    if "@" in parts.netloc:
        raise ValueError("holds a user name or password")
    if "#" in text:
        raise ValueError("has a fragment")
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError("is plain http, which is allowed for loopback hosts only; use https")
    standard = 443 if parts.scheme == "https" else 80
    return Url(text, parts.scheme, host, port or standard, parts.path, parts.query)


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address literal can only mean this machine.

    Args:
        host: A host without brackets, in lower case.

    Returns:
        True for ``localhost``, 127.0.0.0/8 and ::1.
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def quote(value: object) -> str:
    """Show a foreign value in an error message: printable ASCII, on one line, bounded.

    Args:
        value: Anything that came from a token or an answer.

    Returns:
        The value as Python would write it, cut where it is too long.
    """
    text = ascii(value)
    if len(text) > limits.MAX_QUOTED_CHARACTERS:
        return text[: limits.MAX_QUOTED_CHARACTERS] + "…"
    return text
