# SPDX-License-Identifier: Apache-2.0
"""JSON tokens, detached and unencoded payloads under random input: they come back, or are refused by us."""

from __future__ import annotations

import copy
import json
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealwright.errors import InvalidTokenError, SealwrightError
from sealwright.jose import Key, claims, jws
from sealwright.jose.jws_json import Signature, parse_json, sign_json, verify_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ALGORITHMS = ("HS256", "RS256", "PS256", "ES256", "ES256K", "EdDSA", "Ed448", "ML-DSA-44")
UNENCODED: dict[str, Any] = {"b64": False, "crit": ["b64"]}
members = st.sampled_from(
    ["payload", "protected", "header", "signature", "signatures", "alg", "kid", "crit", "b64", "typ", "x"]
)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["e30", "AAAA", "HS256"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(members, inner, max_size=4),
    max_leaves=10,
)


def outcome(attempt: Callable[[], Any]) -> Any:
    """Return what a call returns; None for an InvalidTokenError, which is short and printable."""
    message = ""
    try:
        return attempt()
    except InvalidTokenError as err:
        message = str(err)
    assert 0 < len(message) <= 200
    assert message.isprintable()
    return None


@given(alg=st.sampled_from(ALGORITHMS), payload=st.binary(max_size=200), data=st.data())
def test_what_is_signed_in_any_form_is_verified(
    alg: str, payload: bytes, data: st.DataObject, keys: Mapping[str, Key]
) -> None:
    """Encoded or not, attached or not, compact or JSON: the payload comes back; a changed one does not."""
    key = keys[alg]
    headers = data.draw(st.sampled_from([{}, UNENCODED]))
    apart = data.draw(st.booleans())
    for sign, verify in (
        (lambda: jws.sign(payload, key, headers=headers, detached=apart), jws.verify),
        (lambda: sign_json(payload, Signature(key, headers=headers), detached=apart), verify_json),
        (lambda: sign_json(payload, [Signature(key, headers=headers)], detached=apart), verify_json),
    ):
        try:
            token: Any = sign()
        except ValueError:
            assert headers
            assert not apart
            continue
        checked: Any = verify
        assert checked(token, key, payload=payload if apart else None).payload == payload
        with pytest.raises(InvalidTokenError):
            checked(token, key, payload=payload + b"x")
        if apart and payload:
            with pytest.raises(InvalidTokenError):
                checked(token, key)


@given(values | st.text(max_size=40) | st.binary(max_size=40))
def test_arbitrary_json_tokens(token: Any) -> None:
    """Anything given as a JSON token is refused by InvalidTokenError, as members and as text."""
    key = Key.from_secret(b"x" * 64, "HS256")
    forms = [token, json.dumps(token)] if not isinstance(token, bytes) else [token]
    for form in forms:
        assert outcome(partial(verify_json, form, key)) is None
        assert outcome(partial(verify_json, form, key, payload=b"{}")) is None


@settings(max_examples=100)
@given(alg=st.sampled_from(ALGORITHMS), general=st.booleans(), data=st.data())
def test_mutated_json_tokens(alg: str, general: bool, data: st.DataObject, keys: Mapping[str, Key]) -> None:
    """Replacing, adding and removing members gives the signed payload or InvalidTokenError."""
    one = Signature(keys[alg], headers={"typ": "x"}, unprotected={"kid": "k"})
    token = copy.deepcopy(sign_json(b"payload", [one, one] if general else one))
    for _ in range(data.draw(st.integers(1, 3))):
        places = [token, *(member for member in token.get("signatures") or () if isinstance(member, dict))]
        place = data.draw(st.sampled_from(places))
        name = data.draw(members)
        if data.draw(st.booleans()):
            place.pop(name, None)
        else:
            place[name] = data.draw(values)
        if not isinstance(token.get("signatures"), list):
            break
    for form in (token, json.dumps(token)):
        verified = outcome(partial(verify_json, form, keys[alg]))
        assert verified is None or verified.payload == b"payload"
        outcome(partial(parse_json, form))


@given(
    headers=st.dictionaries(members, values, max_size=4),
    unprotected=st.dictionaries(members, values, max_size=3),
)
def test_what_is_made_is_accepted(
    headers: dict[str, Any], unprotected: dict[str, Any], keys: Mapping[str, Key]
) -> None:
    """Whatever header members a program gives: the JSON token verifies, or they are refused."""
    one = Signature(keys["HS256"], headers=headers, unprotected=unprotected)
    try:
        token = sign_json(b"payload", one)
    except (SealwrightError, TypeError, ValueError):
        return
    verified = verify_json(json.dumps(token), keys["HS256"])
    assert verified.payload == b"payload"
    assert dict(verified.header) == {**headers, **unprotected, "alg": "HS256"}


@given(
    iat=st.integers(0, 2**53),
    now=st.integers(0, 2**53),
    max_age=st.integers(0, 10**9),
    leeway=st.integers(0, 10**6),
)
def test_age_has_one_meaning(iat: int, now: int, max_age: int, leeway: int) -> None:
    """A token is young from iat until just before iat + max_age, each moved by the leeway in its favour."""
    young = iat - leeway <= now < iat + max_age + leeway
    try:
        claims.validate({"iat": iat}, now=now, max_age=max_age, leeway=leeway)
    except InvalidTokenError:
        assert not young
    else:
        assert young


@given(st.dictionaries(st.text(max_size=6) | st.sampled_from(["sub", "exp", "role"]), values, max_size=4))
def test_arbitrary_claims_convert_or_are_refused(payload: dict[str, Any]) -> None:
    """Claims of any shape become the type or InvalidTokenError, in one short printable line."""
    outcome(partial(claims.convert, payload, dict[str, int]))
