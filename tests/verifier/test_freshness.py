# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: D103 - the names of these tests are the sentences.
"""How long answers are fresh, and when the issuer is asked again."""

from __future__ import annotations

import pytest

from sealwright.verifier.freshness import back_off, fresh_seconds, refresh_after


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 300),
        ({"cache-control": "public"}, 300),
        ({"cache-control": "public, max-age=120"}, 120),
        ({"cache-control": 'Max-Age="120"'}, 120),
        ({"cache-control": "max-age=120", "age": "50"}, 70),
        ({"cache-control": "max-age=120", "age": "soon"}, 120),
        ({"cache-control": "max-age=120", "age": "500"}, 30),
        ({"cache-control": "max-age=0"}, 30),
        ({"cache-control": "no-store"}, 30),
        ({"cache-control": "max-age=500, no-cache"}, 30),
        ({"cache-control": "max-age=86400"}, 600),
        ({"cache-control": "max-age=-5"}, 300),
        ({"cache-control": "max-age=" + "9" * 5000}, 300),
        ({"cache-control": "max-age=²"}, 300),
    ],
)
def test_max_age_is_honoured_within_bounds(headers: dict[str, str], seconds: float) -> None:
    assert fresh_seconds(headers) == seconds


def test_answers_are_refreshed_ahead_of_their_expiry_and_not_all_at_once() -> None:
    moments = {refresh_after(100) for _ in range(50)}
    assert all(75 <= moment <= 90 for moment in moments)
    assert len(moments) > 1


def test_waits_grow_with_failures_in_a_row_up_to_a_minute() -> None:
    bounds = [(5, 6), (20, 24), (60, 72), (60, 72)]
    for failures, (least, most) in enumerate(bounds, start=1):
        assert least <= back_off(failures) <= most
    assert back_off(1000) <= 72
