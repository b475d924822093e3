# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: D103 - the names of these tests are the sentences.
"""Where an issuer's metadata is looked for, and which documents are believed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.verifier import issuer as misbehaviour
from tests.verifier.conftest import MakeVerifier
from tests.verifier.issuer import JWKS, OAUTH_METADATA, OPENID_METADATA, Answer, Issuer

from sealwright.errors import ConfigError, UnavailableError
from sealwright.jose import Key
from sealwright.verifier.metadata import metadata_urls, parse_issuer, parse_metadata


@pytest.mark.parametrize(
    ("issuer", "oauth", "openid"),
    [
        (
            "https://issuer.example",
            "https://issuer.example/.well-known/oauth-authorization-server",
            "https://issuer.example/.well-known/openid-configuration",
        ),
        (
            "https://issuer.example/",
            "https://issuer.example/.well-known/oauth-authorization-server",
            "https://issuer.example/.well-known/openid-configuration",
        ),
        (
            "https://issuer.example:8443/realms/a",
            "https://issuer.example:8443/.well-known/oauth-authorization-server/realms/a",
            "https://issuer.example:8443/realms/a/.well-known/openid-configuration",
        ),
    ],
)
def test_metadata_is_looked_for_in_the_places_of_rfc_8414_and_openid_connect(
    issuer: str, oauth: str, openid: str
) -> None:
    assert metadata_urls(parse_issuer(issuer)) == (oauth, openid)


@pytest.mark.parametrize(
    ("issuer", "reason"),
    [
        ("http://issuer.example", "plain http"),
        ("https://issuer.example?tenant=a", "has a query"),
        ("https://issuer.example?", "has a query"),
        ("https://issuer.example#a", "fragment"),
        ("issuer.example", "not an https URL"),
    ],
)
def test_an_issuer_that_is_no_https_url_is_a_wrong_setting(issuer: str, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        parse_issuer(issuer)


def _document(**members: Any) -> bytes:
    good = {"issuer": "https://issuer.example", "jwks_uri": "https://keys.example/jwks"}
    return json.dumps({**good, **members}).encode()


def test_keys_may_be_published_on_another_https_host() -> None:
    issuer = parse_issuer("https://issuer.example")
    assert parse_metadata(_document(), issuer).jwks_uri == "https://keys.example/jwks"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (_document(issuer="https://issuer.example/"), "expected"),
        (_document(issuer="https://ISSUER.example"), "expected"),
        (_document(issuer="https://evil.example"), "'https://evil.example'"),
        (_document(issuer=None), r"\$\.issuer"),
        (_document(jwks_uri=7), r"\$\.jwks_uri"),
        (_document(jwks_uri="http://127.0.0.1:8000/jwks"), "not https like the issuer"),
        (_document(jwks_uri="http://169.254.169.254/latest"), "plain http"),
        (_document(jwks_uri="file:///etc/passwd"), "not an https URL"),
        (_document(jwks_uri="https://a:b@keys.example/"), "user name"),
        (b'{"issuer": "https://issuer.example"}', "jwks_uri"),
        (b"[]", "not issuer metadata"),
        (b"<!doctype html>", "not issuer metadata"),
        (b"", "not issuer metadata"),
        (b"\xff\xfe", "not issuer metadata"),
        (b'{"a":' * 100_000, "not issuer metadata"),
    ],
)
def test_a_document_that_is_wrong_or_somebody_elses_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_metadata(body, parse_issuer("https://issuer.example"))


@pytest.mark.parametrize(
    "answer",
    [misbehaviour.status(404), misbehaviour.html, misbehaviour.document(issuer="https://evil.example")],
)
def test_openid_discovery_is_tried_when_the_first_place_has_nothing_good(
    issuer: Issuer, make_verifier: MakeVerifier, answer: Answer
) -> None:
    issuer.answers[OAUTH_METADATA] = answer
    issuer.answers[OPENID_METADATA] = misbehaviour.send_metadata
    assert make_verifier().verify(issuer.token()).sub == "u-1"


def test_an_issuer_with_a_path_is_found(first_key: Key, make_verifier: MakeVerifier) -> None:
    with Issuer(first_key, path="/tenants/a") as tenant:
        assert make_verifier(issuer=tenant.url).verify(tenant.token()).issuer == tenant.url


def test_metadata_that_is_nowhere_makes_the_issuer_unavailable_and_says_what_each_place_answered(
    issuer: Issuer, make_verifier: MakeVerifier
) -> None:
    issuer.answers[OAUTH_METADATA] = misbehaviour.status(302, Location="http://169.254.169.254/")
    issuer.answers[OPENID_METADATA] = misbehaviour.document(
        issuer="https://evil.example", jwks_uri="https://x"
    )
    with pytest.raises(UnavailableError, match=r"redirect.*evil") as caught:
        make_verifier().verify(issuer.token())
    assert caught.value.code == "unavailable"
    assert issuer.count(JWKS) == 0
