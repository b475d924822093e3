# SPDX-License-Identifier: Apache-2.0
"""The error tree: its shape, the stable codes, and what the classes carry."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest

from sealwright import errors

CLASSES: dict[str, type[errors.SealwrightError]] = {
    name: thing
    for name, thing in vars(errors).items()
    if inspect.isclass(thing) and issubclass(thing, errors.SealwrightError)
}
ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "MissingRequiredClaimError": ("exp",),
    "OAuthError": ("invalid_grant", "the code was used"),
}


def make(name: str) -> errors.SealwrightError:
    """Raise-ready instance of a class, with the arguments it needs."""
    return CLASSES[name](*ARGUMENTS.get(name, ("one line",)))


def test_the_drawn_tree_is_the_real_one() -> None:
    """The tree in the module's docstring names every class under its parent, and none that is not there."""
    drawn: dict[str, str] = {}
    parents: dict[int, str] = {}
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r"^    ([\u2502\u251c\u2514\u2500 ]*)([A-Z]\w+Error)", line)
        if match:
            depth = len(match[1])
            drawn[match[2]] = next((parents[d] for d in sorted(parents, reverse=True) if d < depth), "")
            parents = {d: name for d, name in parents.items() if d < depth} | {depth: match[2]}
    real = {name: thing.__mro__[1].__name__ for name, thing in CLASSES.items()}
    assert drawn == {**real, "SealwrightError": ""}


def test_codes_are_stable() -> None:
    """Programs compare codes, so they are written down here too."""
    assert {name: thing.code for name, thing in CLASSES.items()} == {
        "SealwrightError": "error",
        "InvalidTokenError": "invalid_token",
        "DecodeError": "malformed_token",
        "InvalidSignatureError": "invalid_signature",
        "InvalidAlgorithmError": "invalid_algorithm",
        "UnknownKeyError": "unknown_key",
        "ExpiredSignatureError": "token_expired",
        "ImmatureSignatureError": "token_not_yet_valid",
        "InvalidAudienceError": "invalid_audience",
        "InvalidIssuerError": "invalid_issuer",
        "InvalidIssuedAtError": "invalid_issued_at",
        "InvalidSubjectError": "invalid_subject",
        "InvalidJTIError": "invalid_jti",
        "MissingRequiredClaimError": "missing_claim",
        "InvalidKeyError": "invalid_key",
        "UnavailableError": "unavailable",
        "OAuthError": "oauth_error",
        "ConfigError": "invalid_config",
    }


@pytest.mark.parametrize("name", CLASSES)
def test_every_error_is_caught_as_one(name: str) -> None:
    """One except clause catches them all, and each explains itself in its docstring."""
    with pytest.raises(errors.SealwrightError) as caught:
        raise make(name)
    assert str(caught.value)
    assert CLASSES[name].__doc__


@pytest.mark.parametrize("name", sorted(CLASSES.keys() - {"OAuthError"}))
def test_a_hint_is_kept_beside_the_message(name: str) -> None:
    """The hint is for a person, is empty by default, and is no part of the message."""
    assert make(name).hint == ""
    err = CLASSES[name](*ARGUMENTS.get(name, ("one line",)), hint="Do this.")
    assert err.hint == "Do this."
    assert "Do this." not in str(err)


def test_the_missing_claim_is_named() -> None:
    """MissingRequiredClaimError carries the claim and says it in PyJWT's words."""
    err = errors.MissingRequiredClaimError("exp")
    assert err.claim == "exp"
    assert str(err) == 'Token is missing the "exp" claim'


def test_an_unknown_key_carries_its_kid() -> None:
    """UnknownKeyError names the kid, or None when the token has none."""
    assert errors.UnknownKeyError("no such key", kid="k").kid == "k"
    assert errors.UnknownKeyError("no such key").kid is None


def test_an_oauth_error_separates_what_the_client_may_see() -> None:
    """OAuthError keeps the log's detail out of its text."""
    err = errors.OAuthError(
        "invalid_grant", "expired", status=401, detail="row 7", headers={"Retry-After": "1"}
    )
    assert (err.error, err.description, err.status, err.detail) == ("invalid_grant", "expired", 401, "row 7")
    assert err.headers == {"Retry-After": "1"}
    assert str(err) == "invalid_grant: expired"
    plain = errors.OAuthError("invalid_request", "what is wrong")
    assert (plain.status, plain.detail, plain.headers) == (400, "", {})


def test_unavailable_is_no_statement_about_the_token() -> None:
    """Whoever catches bad tokens catches neither an issuer out of reach nor a bad key of their own."""
    for other in (errors.UnavailableError, errors.InvalidKeyError, errors.ConfigError, errors.OAuthError):
        assert not issubclass(other, errors.InvalidTokenError)


def test_the_warning_is_a_user_warning() -> None:
    """Python shows the warning about short secrets once by default."""
    assert issubclass(errors.InsecureKeyLengthWarning, UserWarning)
