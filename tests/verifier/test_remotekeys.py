# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: D103 - the names of these tests are the sentences.
"""Remote keys: fetched by one for all, kept through every fault of the issuer, dropped when it says so."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.verifier import issuer as misbehaviour
from tests.verifier.issuer import JWKS, OAUTH_METADATA, Answer, Clock, Issuer

from sealwright.errors import UnavailableError, UnknownKeyError
from sealwright.jose import Key
from sealwright.verifier import FetchResponse, HttpFetch, RemoteKeySet, limits
from sealwright.verifier.metadata import parse_issuer

FIRST = {"alg": "ES256", "kid": "first"}
SECOND = {"alg": "ES256", "kid": "second"}

BAD_ANSWERS = {
    "500": misbehaviour.status(500),
    "404": misbehaviour.status(404),
    "redirect": misbehaviour.status(302, Location="https://evil.example/"),
    "304 unasked": misbehaviour.status(304, b""),
    "html": misbehaviour.html,
    "empty set": misbehaviour.document(keys=[]),
    "only secrets": misbehaviour.document(keys=[{"kty": "oct", "k": "A" * 43}]),
    "only unusable keys": misbehaviour.document(keys=[{"kty": "LATTICE", "kid": "new"}]),
    "no set": misbehaviour.document(error="nothing here"),
    "array": misbehaviour.body(b"[]"),
    "nothing": misbehaviour.body(b""),
    "nested": misbehaviour.body(b"[" * 200_000),
    "not utf-8": misbehaviour.body(b'{"keys": ["\xff"]}'),
    "truncated": misbehaviour.truncated,
    "gzip": misbehaviour.gzipped,
    "big": misbehaviour.body(b" " * 300_000),
    "too many keys": misbehaviour.document(keys=[{}] * 1000),
}


def pass_expiry(clock: Clock, keys: RemoteKeySet) -> None:
    """Let the time of the next refresh come, and do what is due."""
    clock.advance(keys.refresh_if_due())
    keys.refresh_if_due()


def test_construction_does_no_network(keys: RemoteKeySet, issuer: Issuer) -> None:
    assert issuer.requests == []


def test_keys_are_fetched_once_and_then_come_from_memory(keys: RemoteKeySet, issuer: Issuer) -> None:
    for _ in range(100):
        assert keys.select(FIRST).kid == "first"
    keys.load()
    assert [path for path, _ in issuer.requests] == [OAUTH_METADATA, JWKS]


def test_64_threads_at_a_cold_start_share_one_fetch(keys: RemoteKeySet, issuer: Issuer) -> None:
    issuer.gate.clear()
    barrier = threading.Barrier(65)

    def select() -> str:
        barrier.wait()
        return keys.select(FIRST).kid

    with ThreadPoolExecutor(64) as pool:
        found = [pool.submit(select) for _ in range(64)]
        barrier.wait()
        issuer.gate.set()
        assert {future.result() for future in found} == {"first"}
    assert (issuer.count(), issuer.count(OAUTH_METADATA)) == (1, 1)


def test_keys_are_refreshed_ahead_of_their_expiry_and_not_before(
    keys: RemoteKeySet, issuer: Issuer, clock: Clock
) -> None:
    issuer.headers["Cache-Control"] = "max-age=100"
    keys.load()
    wait = keys.refresh_if_due()
    assert 75 <= wait <= 90
    clock.advance(wait - 1)
    keys.refresh_if_due()
    assert issuer.count() == 1
    clock.advance(1)
    assert keys.refresh_if_due() > 0
    assert issuer.count() == 2


def test_an_unchanged_key_set_does_not_travel_twice(
    keys: RemoteKeySet, issuer: Issuer, clock: Clock, second_key: Key
) -> None:
    issuer.etags = True
    keys.load()
    pass_expiry(clock, keys)
    tag = issuer.requests[-1][1]["If-None-Match"]
    assert keys.select(FIRST).kid == "first"
    issuer.keys = [second_key]
    pass_expiry(clock, keys)
    assert issuer.requests[-1][1]["If-None-Match"] == tag
    assert keys.select(SECOND).kid == "second"


def test_a_304_confirms_the_keys_for_another_day(keys: RemoteKeySet, issuer: Issuer, clock: Clock) -> None:
    issuer.etags = True
    keys.load()
    clock.advance(limits.MAX_STALE_SECONDS - 1)
    keys.refresh_if_due()
    issuer.outage = True
    clock.advance(limits.MAX_STALE_SECONDS - 1)
    assert keys.select(FIRST).kid == "first"


def test_a_key_that_is_missing_from_a_good_answer_is_dropped_at_once(
    keys: RemoteKeySet, issuer: Issuer, clock: Clock, first_key: Key, second_key: Key
) -> None:
    issuer.keys = [first_key, second_key]
    assert keys.select(SECOND).kid == "second"
    issuer.keys = [first_key]
    pass_expiry(clock, keys)
    with pytest.raises(UnknownKeyError):
        keys.select(SECOND)


@pytest.mark.parametrize("answer", BAD_ANSWERS.values(), ids=BAD_ANSWERS.keys())
def test_a_bad_answer_never_wipes_good_keys(
    keys: RemoteKeySet, issuer: Issuer, clock: Clock, answer: Answer
) -> None:
    keys.load()
    issuer.answers[JWKS] = answer
    pass_expiry(clock, keys)
    assert issuer.count() == 2
    assert keys.select(FIRST).kid == "first"
    del issuer.answers[JWKS]
    pass_expiry(clock, keys)
    assert issuer.count() == 3


@pytest.mark.parametrize("answer", BAD_ANSWERS.values(), ids=BAD_ANSWERS.keys())
def test_a_bad_first_answer_is_unavailable_and_never_a_bad_token(
    keys: RemoteKeySet, issuer: Issuer, answer: Answer
) -> None:
    issuer.answers[JWKS] = answer
    with pytest.raises(UnavailableError) as caught:
        keys.select(FIRST)
    assert "\n" not in str(caught.value)
    assert issuer.url in str(caught.value)


def test_one_unusable_key_does_not_spoil_the_others(keys: RemoteKeySet, issuer: Issuer) -> None:
    members = [{"kty": "LATTICE", "kid": "new"}, *json.loads(issuer.jwks())["keys"], 7]
    issuer.answers[JWKS] = misbehaviour.document(keys=members)
    assert keys.select(FIRST).kid == "first"
    with pytest.raises(UnknownKeyError) as caught:
        keys.select({"alg": "ES256", "kid": "new"})
    assert "LATTICE" in str(caught.value)


def test_in_an_outage_the_last_known_good_keys_serve_for_24_hours(
    keys: RemoteKeySet, issuer: Issuer, clock: Clock
) -> None:
    keys.load()
    issuer.outage = True
    for _ in range(60):
        clock.advance(60)
        keys.refresh_if_due()
        assert keys.select(FIRST).kid == "first"
    clock.advance(limits.MAX_STALE_SECONDS)
    with pytest.raises(UnavailableError, match="last confirmed 25 hours ago"):
        keys.select(FIRST)
    issuer.outage = False
    clock.advance(120)
    assert keys.select(FIRST).kid == "first"


def test_100_verifications_in_a_cold_outage_make_at_most_three_attempts_a_minute(
    keys: RemoteKeySet, issuer: Issuer, clock: Clock
) -> None:
    issuer.outage = True
    for _ in range(100):
        with pytest.raises(UnavailableError, match="No keys of the issuer yet"):
            keys.select(FIRST)
        clock.advance(0.6)
    assert 1 < len(issuer.requests) <= 3


def test_a_cold_outage_ends_with_the_first_attempt_that_succeeds(
    keys: RemoteKeySet, issuer: Issuer, clock: Clock
) -> None:
    issuer.outage = True
    with pytest.raises(UnavailableError) as caught:
        keys.load()
    assert "next attempt is in" in caught.value.hint
    issuer.outage = False
    clock.advance(6)
    keys.load()
    assert keys.select(FIRST).kid == "first"


def test_a_new_key_is_found_by_one_forced_fetch(keys: RemoteKeySet, issuer: Issuer, second_key: Key) -> None:
    keys.load()
    issuer.keys = [second_key]
    assert keys.select(SECOND).kid == "second"
    assert issuer.count() == 2


def test_10_000_random_kids_cause_at_most_two_fetches_and_a_good_one_none(
    keys: RemoteKeySet, issuer: Issuer
) -> None:
    for number in range(10_000):
        with pytest.raises(UnknownKeyError):
            keys.select({"alg": "ES256", "kid": f"random-{number}"})
    assert keys.select(FIRST).kid == "first"
    assert issuer.count() <= 2


def test_an_attempt_that_ended_since_the_caller_looked_is_not_repeated(
    keys: RemoteKeySet, issuer: Issuer
) -> None:
    before = keys._attempts
    keys.load()
    for forced in (False, True):
        keys._attempt(before, forced=forced)
    assert issuer.count() == 1


def test_64_threads_with_a_new_key_share_one_forced_fetch(
    keys: RemoteKeySet, issuer: Issuer, second_key: Key
) -> None:
    keys.load()
    issuer.keys.append(second_key)
    barrier = threading.Barrier(64)

    def select() -> str:
        barrier.wait()
        return keys.select(SECOND).kid

    try:
        with ThreadPoolExecutor(64) as pool:
            assert {future.result() for future in [pool.submit(select) for _ in range(64)]} == {"second"}
    finally:
        issuer.keys.remove(second_key)
    assert issuer.count() == 2


def test_an_unknown_kid_is_remembered_beyond_the_cooldown_and_then_asked_about_again(
    keys: RemoteKeySet, issuer: Issuer, clock: Clock
) -> None:
    keys.load()
    for seconds, fetches in [(0, 2), (31, 2), (30, 3)]:
        clock.advance(seconds)
        with pytest.raises(UnknownKeyError):
            keys.select(SECOND)
        assert issuer.count() == fetches


def test_a_new_key_within_the_cooldown_is_found_once_the_cooldown_is_over(
    keys: RemoteKeySet, issuer: Issuer, clock: Clock, second_key: Key
) -> None:
    keys.load()
    with pytest.raises(UnknownKeyError):
        keys.select({"alg": "ES256", "kid": "random"})
    issuer.keys = [second_key]
    with pytest.raises(UnknownKeyError):
        keys.select(SECOND)
    clock.advance(30)
    assert keys.select(SECOND).kid == "second"


def test_the_memory_of_unknown_kids_is_bounded(
    keys: RemoteKeySet, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_UNKNOWN_KIDS", 3)
    keys.load()
    for number in range(6):
        clock.advance(30)
        with pytest.raises(UnknownKeyError):
            keys.select({"alg": "ES256", "kid": f"random-{number}"})
    assert list(keys._unknown) == ["random-3", "random-4", "random-5"]


def test_an_unknown_kid_in_an_outage_is_unavailable_because_nobody_can_tell(
    keys: RemoteKeySet, issuer: Issuer, clock: Clock
) -> None:
    keys.load()
    issuer.outage = True
    for seconds in (0, 1, 1):
        clock.advance(seconds)
        with pytest.raises(UnavailableError, match="names a key that is not among those known"):
            keys.select(SECOND)
    assert issuer.count() == 2
    clock.advance(30)
    keys.refresh_if_due()
    with pytest.raises(UnavailableError):
        keys.select(SECOND)
    assert issuer.count() == 3


def test_a_token_without_a_kid_or_with_the_wrong_alg_forces_no_fetch(
    keys: RemoteKeySet, issuer: Issuer, first_key: Key, second_key: Key
) -> None:
    issuer.keys = [first_key, second_key]
    keys.load()
    with pytest.raises(UnknownKeyError):
        keys.select({"alg": "ES256"})
    keys.select({"alg": "RS256", "kid": "first"})
    assert issuer.count() == 1


def test_keys_that_moved_are_found_again(keys: RemoteKeySet, issuer: Issuer, clock: Clock) -> None:
    keys.load()
    issuer.answers[JWKS] = misbehaviour.status(410)
    issuer.answers["/new"] = misbehaviour.send_keys
    moved = {"issuer": issuer.url, "jwks_uri": issuer.origin + "/new"}
    issuer.answers[OAUTH_METADATA] = misbehaviour.document(**moved)
    pass_expiry(clock, keys)
    pass_expiry(clock, keys)
    assert issuer.count("/new") == 1


def test_metadata_is_read_again_each_hour_and_its_loss_alone_does_no_harm(
    keys: RemoteKeySet, issuer: Issuer, clock: Clock
) -> None:
    keys.load()
    issuer.answers[OAUTH_METADATA] = misbehaviour.status(500)
    for _ in range(20):
        pass_expiry(clock, keys)
    assert issuer.count(OAUTH_METADATA) > 1
    assert issuer.count() == 21
    assert keys.refresh_if_due() > 100


def test_a_refresh_has_one_deadline_for_all_of_its_fetches(clock: Clock) -> None:
    timeouts = []

    def slow(url: str, headers: Mapping[str, str], *, timeout: float) -> FetchResponse:
        timeouts.append(timeout)
        clock.advance(timeout if len(timeouts) == 1 else 6)
        return FetchResponse(404, {}, b"")

    keys = RemoteKeySet(parse_issuer("https://issuer.example"), slow, clock=clock)
    with pytest.raises(UnavailableError):
        keys.load()
    assert timeouts == [5.0, 5.0]


def test_a_refresh_that_has_used_up_its_time_makes_no_further_fetch(clock: Clock) -> None:
    def slow(url: str, headers: Mapping[str, str], *, timeout: float) -> FetchResponse:
        clock.advance(11)
        return FetchResponse(404, {}, b"")

    keys = RemoteKeySet(parse_issuer("https://issuer.example"), slow, clock=clock)
    with pytest.raises(UnavailableError, match="no time left after 10 s"):
        keys.load()


def test_a_fetch_of_somebody_elses_making_may_fail_in_its_own_way(clock: Clock) -> None:
    def broken(url: str, headers: Mapping[str, str], *, timeout: float) -> FetchResponse:
        raise KeyError("secret detail")

    keys = RemoteKeySet(parse_issuer("https://issuer.example"), broken, clock=clock)
    with pytest.raises(UnavailableError, match="KeyError") as caught:
        keys.load()
    assert "secret detail" not in str(caught.value)


def test_a_refresh_that_is_interrupted_leaves_the_keys_usable_by_others(issuer: Issuer, clock: Clock) -> None:
    interrupt = [True]

    def interrupted(url: str, headers: Mapping[str, str], *, timeout: float) -> FetchResponse:
        if interrupt.pop():
            raise KeyboardInterrupt
        interrupt.append(False)
        return HttpFetch()(url, headers, timeout=timeout)

    keys = RemoteKeySet(parse_issuer(issuer.url), interrupted, clock=clock)
    with pytest.raises(KeyboardInterrupt):
        keys.load()
    interrupt.append(False)
    assert keys.select(FIRST).kid == "first"


def test_who_waits_too_long_for_a_shared_refresh_is_told_so(
    keys: RemoteKeySet, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SHARED_REFRESH_SECONDS", 0.01)
    issuer.gate.clear()
    leader = threading.Thread(target=keys.load)
    leader.start()
    while not issuer.requests:
        leader.join(0.01)
    with pytest.raises(UnavailableError, match="has not ended"):
        keys.load()
    issuer.gate.set()
    leader.join()
    assert keys.select(FIRST).kid == "first"
