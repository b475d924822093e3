# SPDX-License-Identifier: Apache-2.0
"""The token library against its peers and against the bare calls of `cryptography`, in one run."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jwt as pyjwt
from sealwright import jwt
from sealwright.jose import Key

from .peers import BARE, OURS, PYJWT, SIGN, VERIFY, Maker, claims, pem_of
from .timing import Call, Timings, compare

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA", "HS256")
_HMAC = "HS256"
_AHEAD_OF_ALL = ("RS256", "PS256", "HS256")
_MOST_OVER_BARE = 5.0
_MOST_FROM_TEXT = 6.0
_MOST_HMAC = 7.0


@dataclass(frozen=True, slots=True)
class Promise:
    """Something the project promises, and whether this run kept it."""

    text: str
    kept: bool


@dataclass(frozen=True, slots=True)
class Result:
    """One row of the table.

    Attributes:
        title: What was measured.
        timings: Microseconds per call for each contender.
        promises: What is promised about it.
    """

    title: str
    timings: Timings
    promises: tuple[Promise, ...]


def measure(rounds: int) -> list[Result]:
    """Measure everything once.

    Args:
        rounds: How many times each contender is timed.
    """
    keys = {alg: Key.generate(alg) for alg in ALGORITHMS}
    results = [_verify(alg, key, rounds) for alg, key in keys.items()]
    results += [_sign(alg, key, rounds) for alg, key in keys.items()]
    results += [_sign_from_text(alg, keys[alg], rounds) for alg in ("RS256", "ES256", "EdDSA")]
    results.append(_sign_4096_from_text(rounds))
    return results


def two_threads(seconds: float = 1.0) -> float:
    """Return how many times more RS256 tokens two threads verify than one.

    Args:
        seconds: How long each is measured, in turns.
    """
    key = Key.generate("RS256")
    call = VERIFY[OURS]("RS256", key, jwt.encode(claims(), key))
    assert call is not None
    ratios = []
    for _ in range(5):
        one = _throughput(call, 1, seconds / 5)
        two = _throughput(call, 2, seconds / 5)
        ratios.append(two / one)
    return sorted(ratios)[2]


def _throughput(call: Call, threads: int, seconds: float) -> float:
    done = [0] * threads
    start = time.perf_counter()
    end = start + seconds

    def work(index: int) -> None:
        count = 0
        while time.perf_counter() < end:
            call()
            count += 1
        done[index] = count

    workers = [threading.Thread(target=work, args=(index,)) for index in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sum(done) / (time.perf_counter() - start)


def _contenders(makers: Mapping[str, Maker], alg: str, key: Key, subject: Any) -> dict[str, Call]:
    made = {name: make(alg, key, subject) for name, make in makers.items()}
    return {name: call for name, call in made.items() if call is not None}


def _verify(alg: str, key: Key, rounds: int) -> Result:
    timings = compare(_contenders(VERIFY, alg, key, jwt.encode(claims(), key)), rounds=rounds)
    promises = [_hmac_promise(timings) if alg == _HMAC else _over_bare(timings, _MOST_OVER_BARE)]
    if alg in _AHEAD_OF_ALL:
        promises.append(_ahead_of_all(timings))
    if alg == "RS256":
        ratio = timings.ratio(PYJWT, OURS)
        promises.append(Promise("PyJWT takes at least 2.5 times as long", ratio >= 2.5))
    return Result(f"verify {alg}", timings, tuple(promises))


def _sign(alg: str, key: Key, rounds: int) -> Result:
    timings = compare(_contenders(SIGN, alg, key, claims()), rounds=rounds)
    promises = [_hmac_promise(timings) if alg == _HMAC else _over_bare(timings, _MOST_OVER_BARE)]
    if alg == _HMAC:
        promises.append(_ahead_of_all(timings))
    return Result(f"sign {alg}", timings, tuple(promises))


def _sign_from_text(alg: str, key: Key, rounds: int) -> Result:
    """Sign with the text of a key file given each time, as the article does."""
    timings = compare(_from_text(alg, key), rounds=rounds)
    return Result(f"sign {alg} from PEM text", timings, (_over_bare(timings, _MOST_FROM_TEXT),))


def _sign_4096_from_text(rounds: int) -> Result:
    timings = compare(_from_text("RS256", Key.generate("RS256", bits=4096)), rounds=rounds)
    promise = Promise("PyJWT takes at least 100 times as long", timings.ratio(PYJWT, OURS) >= 100)
    return Result("sign RS256 (4096 bits) from PEM text", timings, (promise,))


def _from_text(alg: str, key: Key) -> dict[str, Call]:
    pem, payload = pem_of(key), claims()
    bare: Callable[[], object] | None = SIGN[BARE](alg, key, payload)
    assert bare is not None
    return {
        BARE: bare,
        OURS: lambda: jwt.encode(payload, pem, alg),
        PYJWT: lambda: pyjwt.encode(payload, pem, alg),
    }


def _over_bare(timings: Timings, most: float) -> Promise:
    over = timings.difference(OURS, BARE)
    return Promise(f"at most {most:g} us over the bare call (this run: {over:.1f})", over <= most)


def _hmac_promise(timings: Timings) -> Promise:
    return Promise(f"at most {_MOST_HMAC:g} us", timings.median(OURS) <= _MOST_HMAC)


def _ahead_of_all(timings: Timings) -> Promise:
    peers = [name for name in timings.rounds if name not in (BARE, OURS)]
    return Promise("ahead of every peer", all(timings.ratio(peer, OURS) > 1 for peer in peers))
