# SPDX-License-Identifier: Apache-2.0
"""What an issuer says about itself (RFC 8414, OpenID Connect Discovery); read by ``keysource``.

The one thing a verifier must not get wrong here: a document is believed only when its ``issuer`` is the
configured one, character for character (RFC 8414 section 3.3), and it may point to no weaker place than
the issuer itself.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

import msgspec

from ..errors import ConfigError, UnavailableError
from ..jose import parse_object
from .fetch import FetchResponse
from .urls import Url, parse_url, quote


class Metadata(msgspec.Struct, frozen=True):
    """The members of the metadata document that the verifier uses.

    Attributes:
        issuer: The issuer's identifier, equal to the configured one.
        jwks_uri: Where the issuer publishes its keys.
    """

    issuer: str
    jwks_uri: str


def parse_issuer(issuer: str) -> Url:
    """Parse the configured issuer (RFC 8414 section 2).

    Args:
        issuer: The issuer's identifier.

    Returns:
        Its parts.

    Raises:
        ConfigError: It is not an https URL (or http on a loopback host) without query and fragment.
    """
    try:
        url = parse_url(issuer)
    except ValueError as error:
        raise ConfigError(f"issuer {quote(issuer)} {error}") from None
    if "?" in issuer:
        raise ConfigError(f"issuer {quote(issuer)} has a query")
    return url


def metadata_urls(issuer: Url) -> tuple[str, str]:
    """Say where an issuer's metadata may be, the place to look first in front.

    Args:
        issuer: The parsed issuer.

    Returns:
        The path-inserted form of RFC 8414 section 3.1 and the appended form of OpenID Connect Discovery.
    """
    path = issuer.path.removesuffix("/")
    return (
        f"{issuer.origin}/.well-known/oauth-authorization-server{path}",
        f"{issuer.origin}{path}/.well-known/openid-configuration",
    )


def parse_metadata(body: bytes, issuer: Url) -> Metadata:
    """Read a metadata document and refuse one that is not this issuer's.

    Args:
        body: The document.
        issuer: The configured issuer.

    Returns:
        The members the verifier uses.

    Raises:
        ValueError: The reason in a few words.
    """
    try:
        metadata = msgspec.convert(parse_object(body), Metadata)
    except ValueError as error:
        raise ValueError(f"answered with something that is not issuer metadata: {error}") from None
    if metadata.issuer != issuer.text:
        raise ValueError(f"says its issuer is {quote(metadata.issuer)}, and {quote(issuer.text)} is expected")
    try:
        jwks_uri = parse_url(metadata.jwks_uri)
    except ValueError as error:
        raise ValueError(f"names the jwks_uri {quote(metadata.jwks_uri)}, which {error}") from None
    if jwks_uri.scheme != issuer.scheme and jwks_uri.scheme == "http":
        raise ValueError(f"names the jwks_uri {quote(metadata.jwks_uri)}, which is not https like the issuer")
    return metadata


def discover(issuer: Url, get: Callable[[str], FetchResponse]) -> Metadata:
    """Find and read the metadata of an issuer.

    A place that answers with anything but this issuer's metadata sends the search on to the next place; a
    place that does not answer at all ends it, because the next one is on the same host.

    Args:
        issuer: The configured issuer.
        get: Reads one URL.

    Returns:
        The metadata.

    Raises:
        UnavailableError: No place had it; the message says what each one answered.
    """
    reasons = []
    for url in metadata_urls(issuer):
        response = get(url)
        try:
            require_ok(response.status)
            return parse_metadata(response.body, issuer)
        except ValueError as error:
            reasons.append(f"{url} {error}")
    raise UnavailableError(
        "No metadata for the issuer: " + "; ".join(reasons),
        hint="The configured issuer must be exactly the one the authorization server was given.",
    )


def require_ok(status: int) -> None:
    """Refuse every HTTP status but 200.

    Args:
        status: The status of an answer.

    Raises:
        ValueError: The reason in a few words.
    """
    if status // 100 == 3:  # noqa: PLR2004
        raise ValueError(f"answered with a redirect ({status}), and redirects are not followed")
    if status != HTTPStatus.OK:
        raise ValueError(f"answered {status}")
