# SPDX-License-Identifier: Apache-2.0
"""Published documents: true, cacheable, readable from any page, and deaf to the Host header."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from sealwright.server.app import create_app

if TYPE_CHECKING:
    from tests.server.conftest import Clock, Server

    from sealwright.server.config import ServerConfig

JWKS = "/.well-known/jwks.json"
METADATA = "/.well-known/oauth-authorization-server"
OPENID = "/.well-known/openid-configuration"
DOCUMENTS = [JWKS, METADATA, OPENID]


@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_document_may_be_cached_and_read_from_anywhere(server: Server, path: str) -> None:
    """Five minutes, with a strong tag, for every origin and without credentials."""
    answer = server.client.get(path)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert answer.headers["etag"].startswith('"')
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_known_document_is_not_sent_again(server: Server, path: str) -> None:
    """304 without a body for its tag, alone, weak, in a list, or for a star; the document for another tag."""
    etag = server.client.get(path).headers["etag"]
    for known in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        answer = server.client.get(path, headers={"If-None-Match": known})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == etag
    assert server.client.get(path, headers={"If-None-Match": '"x"'}).status_code == 200


def test_head_answers_like_get_without_the_body(server: Server) -> None:
    """Same headers."""
    assert server.client.head(JWKS).headers["etag"] == server.client.get(JWKS).headers["etag"]


def test_the_key_set_holds_public_keys_only(server: Server) -> None:
    """Two P-256 keys, bound to their algorithm, under the media type of RFC 7517."""
    answer = server.client.get(JWKS)
    assert answer.headers["content-type"] == "application/jwk-set+json"
    keys = answer.json()["keys"]
    assert [(key["kty"], key["crv"], key["alg"]) for key in keys] == [("EC", "P-256", "ES256")] * 2
    assert all(set(key) <= {"kty", "crv", "x", "y", "kid", "alg", "use"} for key in keys)


def test_the_metadata_says_what_exists(server: Server) -> None:
    """Exactly this, under both names, and what it names is there."""
    body = server.client.get(METADATA).json()
    assert body == {
        "issuer": "http://127.0.0.1:8000",
        "token_endpoint": "http://127.0.0.1:8000/token",
        "jwks_uri": "http://127.0.0.1:8000/.well-known/jwks.json",
        "grant_types_supported": ["refresh_token"],
        "response_types_supported": [],
        "id_token_signing_alg_values_supported": [],
        "subject_types_supported": ["public"],
        "token_endpoint_auth_methods_supported": ["none"],
        "scopes_supported": ["api"],
    }
    assert server.client.get(OPENID).json() == body
    assert server.client.get(body["jwks_uri"]).status_code == 200
    assert server.client.post(body["token_endpoint"]).status_code == 415


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"},
        {"Forwarded": "host=evil.example;proto=https"},
    ],
)
def test_no_header_changes_what_is_published_or_signed(server: Server, headers: dict[str, str]) -> None:
    """The issuer comes from the settings only."""
    for path in [*DOCUMENTS, "/"]:
        assert server.client.get(path, headers=headers).content == server.client.get(path).content
        assert "evil" not in server.client.get(path, headers=headers).text


@pytest.mark.parametrize("path", ["/", "/healthz", "/nothing"])
def test_nothing_else_is_readable_from_other_origins(server: Server, path: str) -> None:
    """CORS is for public documents."""
    answer = server.client.get(path, headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in answer.headers


def test_tokens_are_not_readable_from_other_origins(server: Server) -> None:
    """Neither answers nor preflights of login and token allow an origin."""
    for path in ("/login", "/token"):
        for method in ("POST", "OPTIONS"):
            answer = server.client.request(
                method,
                path,
                headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"},
            )
            assert "access-control-allow-origin" not in answer.headers


def test_an_issuer_with_a_path_is_served_under_it(ready: ServerConfig, clock: Clock) -> None:
    """RFC 8414 section 3.1 puts the path behind the well-known name, OpenID Connect in front of it."""
    config = replace(ready, issuer="https://example.com/auth")
    with TestClient(create_app(config, clock), base_url="https://example.com") as client:
        body = client.get("/.well-known/oauth-authorization-server/auth").json()
        assert body["issuer"] == "https://example.com/auth"
        assert client.get("/auth/.well-known/openid-configuration").json() == body
        assert client.get(body["jwks_uri"]).status_code == 200
        assert client.post(body["token_endpoint"]).status_code == 415
        assert client.get("/auth/healthz").status_code == 200
        assert client.get("/auth/").status_code == 200


@pytest.mark.parametrize(
    "issuer", ["https://example.com", "https://example.com/auth", "https://example.com/a/b/"]
)
def test_every_address_in_the_index_is_there(ready: ServerConfig, clock: Clock, issuer: str) -> None:
    """Wherever the issuer's path puts it."""
    config = replace(ready, issuer=issuer)
    with TestClient(create_app(config, clock), base_url="https://example.com") as client:
        listed = client.get(f"{config.base_path}/").json()
        for name, text in listed.items():
            url = re.search(r"https://\S+", text)
            if url is None:
                assert name == "service"
                continue
            method = "POST" if text.startswith("POST ") else "GET"
            assert client.request(method, url[0]).status_code == (415 if method == "POST" else 200), text
        assert len(listed) == 6
