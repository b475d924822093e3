# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: D103 - the names of these tests are the sentences.
"""The claims of a verified token, as a service reads them."""

from __future__ import annotations

from typing import Any

import pytest

from sealwright.verifier import Claims

MEMBERS: dict[str, Any] = {
    "iss": "https://issuer.example",
    "aud": ["api", "files"],
    "sub": "u-1",
    "client_id": "first-party",
    "exp": 1_700_000_600,
    "jti": "t-1",
    "sid": "s-1",
    "scope": "orders:read  profile",
    "username": "susan",
    "roles": ["buyer", "admin"],
    "address": {"lines": ["1 High Street"]},
}


@pytest.fixture
def claims() -> Claims:
    return Claims({**MEMBERS})


def test_the_usual_claims_have_properties(claims: Claims) -> None:
    assert (claims.issuer, claims.sub, claims.client_id) == ("https://issuer.example", "u-1", "first-party")
    assert (claims.username, claims.jti, claims.sid) == ("susan", "t-1", "s-1")
    assert claims.audience == ("api", "files")
    assert claims.roles == ("buyer", "admin")
    assert claims.scopes == frozenset({"orders:read", "profile"})
    assert claims.expires_at == 1_700_000_600.0


def test_claims_are_a_mapping_of_everything_the_token_says(claims: Claims) -> None:
    assert dict(claims) == MEMBERS
    assert len(claims) == len(MEMBERS)
    assert "sub" in claims
    assert claims.get("nonce") is None


def test_nobody_can_change_the_claims_for_the_next_reader(claims: Claims) -> None:
    claims["roles"].append("root")
    claims["address"]["lines"].clear()
    with pytest.raises(TypeError):
        claims["sub"] = "root"  # type: ignore[index]
    with pytest.raises(AttributeError):
        claims.sub = "root"  # type: ignore[misc]
    assert dict(claims) == MEMBERS


def test_missing_claims_and_claims_of_another_shape_grant_nothing() -> None:
    for members in ({}, {"scope": ["a"], "roles": "admin", "sub": 7}, {"roles": [{"name": "admin"}]}):
        claims = Claims(members)
        assert claims.sub is None
        assert claims.roles == ()
        assert claims.scopes == frozenset()


def test_an_audience_that_is_a_single_text_is_one_audience() -> None:
    assert Claims({"aud": "api"}).audience == ("api",)


def test_their_representation_names_the_subject_and_leaves_out_the_rest(claims: Claims) -> None:
    assert repr(claims) == "<Claims sub='u-1' iss='https://issuer.example'>"
