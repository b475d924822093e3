# SPDX-License-Identifier: Apache-2.0
"""Claims and options of jwt.decode, at a fixed time, with PyJWT's meaning."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from time import time
from typing import TYPE_CHECKING, Any

import pytest

from sealwright import jwt

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = 1_800_000_000.0
SECRET = "a secret that is long enough for HS256, HS384 and HS512 tokens alike"


@pytest.fixture
def decode() -> Callable[..., dict[str, Any]]:
    """Sign a payload and decode it at a fixed time."""

    def run(payload: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        token = jwt.encode(payload, SECRET, algorithm="HS256")
        return jwt.decode(token, SECRET, algorithms=["HS256"], **{"now": NOW, **kwargs})

    return run


def test_the_clock_is_used_when_no_time_is_given() -> None:
    """Without now the system's clock decides."""
    for payload, error in (
        ({"exp": time() - 1}, jwt.ExpiredSignatureError),
        ({"nbf": time() + 60}, jwt.ImmatureSignatureError),
        ({"iat": time() + 60}, jwt.ImmatureSignatureError),
    ):
        with pytest.raises(error):
            jwt.decode(jwt.encode(payload, SECRET, algorithm="HS256"), SECRET, algorithms=["HS256"])
    payload = {"exp": time() + 60, "nbf": time() - 1, "iat": time() - 1}
    token = jwt.encode(payload, SECRET, algorithm="HS256")
    assert jwt.decode(token, SECRET, algorithms=["HS256"]) == payload


def test_boundaries(decode: Callable[..., Any]) -> None:
    """A token that expires now has expired; one that begins now, or was issued now, is valid."""
    with pytest.raises(jwt.ExpiredSignatureError):
        decode({"exp": NOW})
    decode({"exp": NOW + 1})
    decode({"nbf": NOW, "iat": NOW})
    with pytest.raises(jwt.ImmatureSignatureError):
        decode({"nbf": NOW + 1})
    with pytest.raises(jwt.ImmatureSignatureError):
        decode({"iat": NOW + 1})


@pytest.mark.parametrize("leeway", [10, 10.0, timedelta(seconds=10)])
def test_leeway_in_seconds_or_as_timedelta(leeway: Any, decode: Callable[..., Any]) -> None:
    """Leeway is added in the token's favour."""
    decode({"exp": NOW - 9, "nbf": NOW + 10, "iat": NOW + 10}, leeway=leeway)
    with pytest.raises(jwt.ExpiredSignatureError):
        decode({"exp": NOW - 10}, leeway=leeway)
    with pytest.raises(jwt.ImmatureSignatureError):
        decode({"nbf": NOW + 11}, leeway=leeway)


def test_datetimes_in_the_payload(decode: Callable[..., Any]) -> None:
    """Datetimes for the three dates are validated as seconds."""
    moment = datetime.fromtimestamp(NOW, UTC)
    with pytest.raises(jwt.ExpiredSignatureError):
        decode({"exp": moment})
    assert decode({"exp": moment + timedelta(seconds=5)}) == {"exp": int(NOW) + 5}


@pytest.mark.parametrize(
    ("switch", "payload"),
    [
        ("verify_exp", {"exp": NOW - 5}),
        ("verify_nbf", {"nbf": NOW + 5}),
        ("verify_iat", {"iat": NOW + 5}),
        ("verify_aud", {"aud": "somebody else"}),
        ("verify_sub", {"sub": 5}),
        ("verify_jti", {"jti": 5}),
    ],
)
def test_each_claim_can_be_left_unverified(
    switch: str, payload: dict[str, Any], decode: Callable[..., Any]
) -> None:
    """The switch for a claim turns its validation off, and no other's."""
    with pytest.raises(jwt.InvalidTokenError):
        decode(payload)
    with pytest.raises(jwt.InvalidTokenError):
        decode(payload, options={switch: True})
    assert decode(payload, options={switch: False}) == payload
    with pytest.raises(jwt.ExpiredSignatureError):
        decode({**payload, "exp": NOW - 1}, options={switch: False, "verify_exp": True})


def test_an_expected_issuer_can_be_left_unverified(decode: Callable[..., Any]) -> None:
    """With verify_iss off neither a wrong nor a missing issuer matters."""
    for payload in ({}, {"iss": "https://b"}):
        assert decode(payload, issuer="https://a", options={"verify_iss": False}) == payload


def test_an_issuer_that_is_no_text() -> None:
    """Encode refuses to write one, as PyJWT does; decode refuses to read one unless told not to look."""
    with pytest.raises(TypeError, match="iss"):
        jwt.encode({"iss": 5.5}, SECRET, algorithm="HS256")
    token = jwt.PyJWS().encode(b'{"iss":5.5}', SECRET, algorithm="HS256")
    with pytest.raises(jwt.InvalidIssuerError):
        jwt.decode(token, SECRET, algorithms=["HS256"])
    assert jwt.decode(token, SECRET, algorithms=["HS256"], options={"verify_iss": False}) == {"iss": 5.5}


def test_options_are_not_changed(decode: Callable[..., Any]) -> None:
    """The caller's options stay as they are."""
    options = {"verify_exp": False, "require": ["exp"]}
    decode({"exp": NOW - 1}, options=options)
    assert options == {"verify_exp": False, "require": ["exp"]}


def test_required_claims(decode: Callable[..., Any]) -> None:
    """Each required claim must be there and not null; the error names it."""
    decode({"exp": NOW + 1, "sub": "susan"}, options={"require": ["exp", "sub"]})
    for payload in ({"sub": "susan"}, {"sub": "susan", "scope": None}):
        with pytest.raises(jwt.MissingRequiredClaimError, match="scope") as caught:
            decode(payload, options={"require": ["sub", "scope"]})
        assert caught.value.claim == "scope"


def test_required_is_independent_of_verified(decode: Callable[..., Any]) -> None:
    """A claim whose validation is off can still be required."""
    with pytest.raises(jwt.MissingRequiredClaimError):
        decode({}, options={"verify_exp": False, "require": ["exp"]})
    assert decode({"exp": NOW - 9}, options={"verify_exp": False, "require": ["exp"]})


class TestAudience:
    """The aud claim and the audience argument."""

    @pytest.mark.parametrize("aud", ["api", ["api"], ["x", "api"]])
    @pytest.mark.parametrize("audience", ["api", ["api", "y"], {"api"}, ("api",)])
    def test_one_in_common(self, aud: Any, audience: Any, decode: Callable[..., Any]) -> None:
        """Texts and lists on both sides, with one name in common."""
        assert decode({"aud": aud}, audience=audience) == {"aud": aud}

    @pytest.mark.parametrize("aud", ["ap", "apis", ["ap", "i"], [], "", "API"])
    def test_none_in_common(self, aud: Any, decode: Callable[..., Any]) -> None:
        """Without a common name the token is refused."""
        with pytest.raises((jwt.InvalidAudienceError, jwt.MissingRequiredClaimError)):
            decode({"aud": aud}, audience="api")

    def test_missing(self, decode: Callable[..., Any]) -> None:
        """PyJWT's error for a missing audience."""
        with pytest.raises(jwt.MissingRequiredClaimError) as caught:
            decode({}, audience="api")
        assert caught.value.claim == "aud"

    def test_unexpected(self, decode: Callable[..., Any]) -> None:
        """A token for somebody is refused when no audience is given; an empty one is for nobody."""
        for aud in ("api", ["api"]):
            with pytest.raises(jwt.InvalidAudienceError):
                decode({"aud": aud})
        assert decode({"aud": []}) == {"aud": []}

    def test_strict(self, decode: Callable[..., Any]) -> None:
        """With strict_aud both sides are one text and equal."""
        strict = {"strict_aud": True}
        assert decode({"aud": "api"}, audience="api", options=strict) == {"aud": "api"}
        for aud in ("x", ["api"], ["api", "x"]):
            with pytest.raises(jwt.InvalidAudienceError):
                decode({"aud": aud}, audience="api", options=strict)
        with pytest.raises((jwt.InvalidAudienceError, TypeError, ValueError)):
            decode({"aud": "api"}, audience=["api"], options=strict)

    def test_strict_without_any_audience(self, decode: Callable[..., Any]) -> None:
        """A strict program that expects no audience accepts a token that names none, as PyJWT does."""
        assert decode({"a": 1}, options={"strict_aud": True}) == {"a": 1}

    @pytest.mark.parametrize("audience", [5, True, object()])
    def test_an_audience_of_a_wrong_type(self, audience: Any, decode: Callable[..., Any]) -> None:
        """A wrong type is the program's mistake."""
        with pytest.raises(TypeError):
            decode({"aud": "api"}, audience=audience)


class TestIssuer:
    """The iss claim and the issuer argument."""

    @pytest.mark.parametrize(
        "issuer", ["https://a", ["https://a", "https://b"], {"https://a"}, ("https://a",)]
    )
    def test_exact(self, issuer: Any, decode: Callable[..., Any]) -> None:
        """A text or a container of texts."""
        assert decode({"iss": "https://a"}, issuer=issuer)
        for iss in ("https://a.evil", "https://", "a"):
            with pytest.raises(jwt.InvalidIssuerError):
                decode({"iss": iss}, issuer=issuer)
        with pytest.raises(jwt.MissingRequiredClaimError):
            decode({}, issuer=issuer)

    def test_not_expected(self, decode: Callable[..., Any]) -> None:
        """Without an expected issuer any will do."""
        assert decode({"iss": "https://a"}) == {"iss": "https://a"}


def test_subject(decode: Callable[..., Any]) -> None:
    """The subject is a text, and the expected one when one is expected."""
    assert decode({"sub": "susan"}, subject="susan")
    with pytest.raises(jwt.InvalidSubjectError):
        decode({"sub": "susan"}, subject="admin")
    with pytest.raises(jwt.InvalidSubjectError):
        decode({"sub": 5})
    with pytest.raises((jwt.InvalidSubjectError, jwt.MissingRequiredClaimError)):
        decode({}, subject="susan")


@pytest.mark.parametrize("off", [False, None, 0])
def test_the_signature_cannot_be_switched_off(off: Any, decode: Callable[..., Any]) -> None:
    """Asking for no verification is refused, and the message says what to use instead."""
    for call in (jwt.decode, jwt.decode_complete):
        with pytest.raises((ValueError, TypeError), match=r"get_unverified_header|sealwright inspect"):
            call("a.b.c", SECRET, algorithms=["HS256"], options={"verify_signature": off})
    assert decode({"a": 1}, options={"verify_signature": True}) == {"a": 1}


def test_the_refusal_names_both_ways_out() -> None:
    """Whoever wants to look at a token finds the function and the command."""
    with pytest.raises((ValueError, TypeError)) as caught:
        jwt.decode("a.b.c", options={"verify_signature": False}, key=SECRET)
    assert "jwt.get_unverified_header" in str(caught.value)
    assert "sealwright inspect" in str(caught.value)


def test_misspelt_options_are_named() -> None:
    """An option that does not exist is refused instead of being ignored."""
    token = jwt.encode({}, SECRET, algorithm="HS256")
    with pytest.raises((ValueError, TypeError), match="verify_expiry"):
        jwt.decode(token, SECRET, algorithms=["HS256"], options={"verify_expiry": True})
    with pytest.raises(TypeError):
        jwt.decode(token, SECRET, algorithms=["HS256"], audiences="api")  # type: ignore[call-overload]


@pytest.mark.parametrize("leeway", [-1, float("nan"), "10", None, True])
def test_a_leeway_that_is_none_never_lets_an_expired_token_through(
    leeway: Any, decode: Callable[..., Any]
) -> None:
    """Whatever leeway is given, a token that expired long ago is refused or the argument is."""
    with pytest.raises((jwt.InvalidTokenError, ValueError, TypeError)):
        decode({"exp": NOW - 1000}, leeway=leeway)


@pytest.mark.parametrize("now", [float("nan"), "now"])
def test_a_time_that_is_none_never_lets_an_expired_token_through(
    now: Any, decode: Callable[..., Any]
) -> None:
    """A clock that shows no time is an error, not an eternal token."""
    with pytest.raises((jwt.InvalidTokenError, ValueError, TypeError)):
        decode({"exp": 5}, now=now)
