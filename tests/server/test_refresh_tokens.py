# SPDX-License-Identifier: Apache-2.0
"""The refresh token codec: what this server wrote is read, anything else is refused."""

from __future__ import annotations

import pickle
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealwright.server.refresh_tokens import (
    PREFIX,
    RefreshKey,
    new_session_id,
    read_refresh_token,
    write_refresh_token,
)

KEY = RefreshKey(b"\x01\x02\x03\x04", b"k" * 32)
SESSION_IDS = st.binary(min_size=16, max_size=16)
COUNTERS = st.integers(0, 2**48 - 1)
ALPHABET = string.ascii_letters + string.digits + "-_"


@given(SESSION_IDS, COUNTERS)
def test_a_written_token_is_read(session_id: bytes, counter: int) -> None:
    """Session and counter come back, from a token of constant length."""
    token = write_refresh_token(KEY, session_id, counter)
    assert token.startswith(PREFIX)
    assert len(token) == 61
    assert read_refresh_token(KEY, token) == (session_id, counter)


@given(SESSION_IDS, COUNTERS, st.integers(0, 60), st.characters(codec="utf-8"))
def test_any_changed_character_is_refused(session_id: bytes, counter: int, place: int, other: str) -> None:
    """No character can be another one."""
    token = write_refresh_token(KEY, session_id, counter)
    changed = token[:place] + other + token[place + 1 :]
    if changed != token:
        with pytest.raises(ValueError, match=r"."):
            read_refresh_token(KEY, changed)


def test_every_character_of_one_token_matters_with_every_replacement() -> None:
    """The exhaustive form: 56 places times 63 other characters of the alphabet."""
    token = write_refresh_token(KEY, b"s" * 16, 7)
    for place in range(len(PREFIX), len(token)):
        for other in ALPHABET:
            if other != token[place]:
                with pytest.raises(ValueError, match="refresh token"):
                    read_refresh_token(KEY, token[:place] + other + token[place + 1 :])


@given(st.text(max_size=80))
def test_arbitrary_text_is_refused_without_being_quoted(text: str) -> None:
    """Text that this server did not write is a ValueError and nothing else."""
    with pytest.raises(ValueError, match=r"."):
        read_refresh_token(KEY, text)


@pytest.mark.parametrize("other", [RefreshKey(KEY.id, b"x" * 32), RefreshKey(b"zzzz", KEY.secret)])
def test_another_key_does_not_read_it(other: RefreshKey) -> None:
    """Key id and secret are both authenticated."""
    with pytest.raises(ValueError, match="refresh token"):
        read_refresh_token(
            other, write_refresh_token(KEY, b"s" * 16, 0) if other.id == KEY.id else _as(other)
        )


def _as(other: RefreshKey) -> str:
    return write_refresh_token(RefreshKey(other.id, b"y" * 32), b"s" * 16, 0)


def test_the_key_never_shows_itself() -> None:
    """Neither repr nor pickle gives the secret away."""
    assert "kkkk" not in repr(KEY)
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(KEY)


def test_session_ids_are_random() -> None:
    """Each is 16 bytes that did not occur before."""
    made = {new_session_id() for _ in range(1000)}
    assert len(made) == 1000
    assert {len(session_id) for session_id in made} == {16}
