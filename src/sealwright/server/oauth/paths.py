# SPDX-License-Identifier: Apache-2.0
"""Where everything is: the one place that routes, metadata and the index take their paths from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paths:
    """The absolute path of every endpoint.

    Attributes:
        index: What there is.
        login: Opens a session.
        token: Refreshes.
        health: Whether the database answers.
        jwks: The public keys.
        metadata: The metadata as RFC 8414 places it.
        openid: The same document as OpenID Connect Discovery places it.
    """

    index: str
    login: str
    token: str
    health: str
    jwks: str
    metadata: str
    openid: str


def paths_under(issuer_path: str) -> Paths:
    """Return the paths of a server whose issuer has this path (RFC 8414 section 3.1).

    Args:
        issuer_path: Empty, or a path that begins with a slash and does not end with one.
    """
    return Paths(
        index=f"{issuer_path}/",
        login=f"{issuer_path}/login",
        token=f"{issuer_path}/token",
        health=f"{issuer_path}/healthz",
        jwks=f"{issuer_path}/.well-known/jwks.json",
        # RFC 8414 puts the issuer's path behind the well-known name, everything else has it in front.
        metadata=f"/.well-known/oauth-authorization-server{issuer_path}",
        openid=f"{issuer_path}/.well-known/openid-configuration",
    )
