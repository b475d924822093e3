# SPDX-License-Identifier: Apache-2.0
"""The error tree: its shape, the stable codes, and what the classes carry."""

from __future__ import annotations

import copy
import inspect
import pickle
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
        "PasswordNeededError": "password_needed",
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


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_every_error_travels_between_processes(name: str, protocol: int) -> None:
    """Process pools and task queues pickle errors: message, hint, notes and attributes arrive."""
    err = make(name)
    err.hint = "Do this."
    err.add_note("seen at the edge")
    for back in (pickle.loads(pickle.dumps(err, protocol)), copy.copy(err), copy.deepcopy(err)):
        assert type(back) is type(err)
        assert (str(back), back.args, back.code) == (str(err), err.args, err.code)
        assert vars(back) == vars(err)
        assert back is not err


def test_attributes_of_errors_travel_too() -> None:
    """What the constructors take by name is there on the other side."""
    unknown = pickle.loads(pickle.dumps(errors.UnknownKeyError("no such key", kid="k", hint="h")))
    assert (unknown.kid, unknown.hint, str(unknown)) == ("k", "h", "no such key")
    missing = pickle.loads(pickle.dumps(errors.MissingRequiredClaimError("exp")))
    assert (missing.claim, str(missing)) == ("exp", 'Token is missing the "exp" claim')
    oauth = errors.OAuthError(
        "invalid_grant", "used", status=401, detail="row 7", headers={"Retry-After": "1"}
    )
    assert vars(pickle.loads(pickle.dumps(oauth))) == vars(oauth)


def test_errors_of_other_constructors_travel_too() -> None:
    """A program's own subclass needs no pickling code, whatever its constructor takes."""
    back = pickle.loads(pickle.dumps(OwnError(b"body", status=3)))
    assert (type(back), back.status, str(back)) == (OwnError, 3, "refused with 3")


class OwnError(errors.InvalidTokenError):
    """What a program might derive."""

    def __init__(self, body: bytes, *, status: int) -> None:
        super().__init__(f"refused with {status}")
        self.body, self.status = body, status


def test_unavailable_is_no_statement_about_the_token() -> None:
    """Whoever catches bad tokens catches neither an issuer out of reach nor a bad key of their own."""
    for other in (errors.UnavailableError, errors.InvalidKeyError, errors.ConfigError, errors.OAuthError):
        assert not issubclass(other, errors.InvalidTokenError)


def test_the_warning_is_a_user_warning() -> None:
    """Python shows the warning about short secrets once by default."""
    assert issubclass(errors.InsecureKeyLengthWarning, UserWarning)
