# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: D103 - the names of these tests are the sentences.
"""The verifier in use: settings, good tokens, and the life of its keys."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from tests.verifier.conftest import MakeVerifier
from tests.verifier.issuer import Clock, Issuer

from sealwright.errors import ConfigError, ExpiredSignatureError, UnavailableError
from sealwright.jose import Key
from sealwright.verifier import HttpFetch, Verifier, limits


def test_a_good_token_yields_its_claims(verifier: Verifier, issuer: Issuer) -> None:
    claims = verifier.verify(issuer.token())
    assert (claims.sub, claims.username, claims.roles) == ("u-1", "susan", ("buyer", "admin"))
    assert claims.scopes == frozenset({"orders:read", "profile"})


def test_a_token_may_be_given_as_bytes(verifier: Verifier, issuer: Issuer) -> None:
    assert verifier.verify(issuer.token().encode()).sub == "u-1"


def test_after_the_first_token_no_other_touches_the_network(verifier: Verifier, issuer: Issuer) -> None:
    verifier.verify(issuer.token())
    seen = len(issuer.requests)
    issuer.outage = True
    for number in range(50):
        assert verifier.verify(issuer.token(jti=str(number))).jti == str(number)
    assert len(issuer.requests) == seen


def test_construction_does_no_network_and_start_fetches(make_verifier: MakeVerifier, issuer: Issuer) -> None:
    verifier = make_verifier()
    assert issuer.requests == []
    verifier.start()
    assert issuer.count() == 1


def test_start_says_that_the_issuer_cannot_be_reached(make_verifier: MakeVerifier, issuer: Issuer) -> None:
    issuer.outage = True
    with pytest.raises(UnavailableError, match="Cannot fetch"):
        make_verifier().start()


@pytest.mark.parametrize("alg", ["RS256", "PS384", "ES256", "ES384", "ES512", "EdDSA"])
def test_every_public_key_algorithm_is_accepted(
    issuer: Issuer, make_verifier: MakeVerifier, alg: str
) -> None:
    issuer.keys = [Key.generate(alg)]
    assert make_verifier().verify(issuer.token()).sub == "u-1"


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt", "Application/at+JWT"])
def test_the_typ_of_access_tokens_has_several_spellings(verifier: Verifier, issuer: Issuer, typ: str) -> None:
    assert verifier.verify(issuer.token(headers={"typ": typ})).sub == "u-1"


def test_a_service_may_have_several_names(make_verifier: MakeVerifier, issuer: Issuer) -> None:
    verifier = make_verifier(audience=["orders", "files"])
    assert verifier.verify(issuer.token(aud=["web", "files"])).audience == ("web", "files")


def test_the_leeway_bridges_clocks_that_differ(make_verifier: MakeVerifier, issuer: Issuer) -> None:
    clock = Clock(2_000_000_000)
    verifier = make_verifier(now=clock, leeway=10)
    token = issuer.token(exp=clock() + 100, iat=clock() + 10)
    verifier.verify(token)
    clock.advance(109)
    verifier.verify(token)
    clock.advance(1)
    with pytest.raises(ExpiredSignatureError):
        verifier.verify(token)


def test_jumps_of_the_time_of_day_do_not_touch_the_keys(make_verifier: MakeVerifier, issuer: Issuer) -> None:
    clock = Clock(2_000_000_000)
    verifier = make_verifier(now=clock)
    verifier.verify(issuer.token(exp=clock() + 100, iat=clock()))
    for jump in (10_000_000, -15_000_000):
        clock.advance(jump)
        verifier.verify(issuer.token(exp=clock() + 100, iat=clock()))
    assert issuer.count() == 1


def test_the_background_thread_refreshes_without_any_call(
    issuer: Issuer, make_verifier: MakeVerifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With keys that are never fresh the thread has something to do all the time."""
    monkeypatch.setattr(limits, "MIN_FRESH_SECONDS", 0)
    monkeypatch.setattr(limits, "MIN_SLEEP_SECONDS", 0.001)
    issuer.headers["Cache-Control"] = "no-store"
    asked = threading.Semaphore(0)

    def fetch(url: str, headers: Any, *, timeout: float) -> Any:
        asked.release()
        return HttpFetch()(url, headers, timeout=timeout)

    make_verifier(fetch=fetch).start()
    for _ in range(5):
        assert asked.acquire(timeout=60)


def test_a_closed_verifier_accepts_nothing_and_stops_its_thread(issuer: Issuer) -> None:
    with Verifier(issuer.url, audience="api") as verifier:
        verifier.verify(issuer.token())
        background = verifier._background
        running = [background.running]
    running.append(background.running)
    with pytest.raises(UnavailableError, match="closed"):
        verifier.verify(issuer.token())
    assert [*running, background.running] == [True, False, False]


def test_a_system_without_room_for_a_thread_is_unavailable(
    verifier: Verifier, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", full)
        with pytest.raises(UnavailableError, match="can't start new thread"):
            verifier.verify(issuer.token())
    assert verifier.verify(issuer.token()).sub == "u-1"


def test_it_shows_what_it_verifies(make_verifier: MakeVerifier) -> None:
    verifier = make_verifier(issuer="https://issuer.example", audience=["orders", "files"])
    assert verifier.issuer == "https://issuer.example"
    assert repr(verifier) == "<Verifier of https://issuer.example for orders, files>"
    assert repr(make_verifier(issuer="https://issuer.example")).endswith("for api>")


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"issuer": "http://issuer.example"}, "plain http"),
        ({"audience": ""}, "audience must name"),
        ({"audience": []}, "audience must name"),
        ({"audience": ["api", ""]}, "audience must name"),
        ({"algorithms": ["ES256", "HS256"]}, "not 'HS256'"),
        ({"algorithms": ["none"]}, "not 'none'"),
        ({"algorithms": "HS256"}, "not 'HS256'"),
        ({"algorithms": []}, "not nothing"),
        ({"leeway": -1}, "leeway must be"),
        ({"leeway": 3600}, "leeway must be"),
        ({"leeway": float("nan")}, "leeway must be"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(
    make_verifier: MakeVerifier, settings: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ConfigError, match=reason):
        make_verifier(**settings)
