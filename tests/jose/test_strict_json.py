# SPDX-License-Identifier: Apache-2.0
"""JSON with one meaning or none, and what cannot be written unchanged."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest

from sealwright import errors
from sealwright.jose import limits
from sealwright.jose.strict_json import dump_object, parse_object


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"a":2}',
        '{"a":1, "a":1}',
        '{"a":1,"\\u0061":2}',
        '{"\\u0061":1,"a":2}',
        '{"x":{"a":1,"a":2}}',
        '{"x":[[{"a":1,"a":2}]]}',
        '{"":1,"":2}',
        '{"a":":","a":"::"}',
        '{"a:":1,"a:":2}',
        '{"\\n":1,"\\u000a":2}',
        '{"\U0001f510":1,"\\ud83d\\udd10":2}',
        '{"a":"\\"","a":1}',
    ],
)
def test_a_name_twice_is_refused_however_it_is_spelt(text: str) -> None:
    """Whoever keeps the first and whoever keeps the last would read two different objects."""
    with pytest.raises(ValueError, match="same name"):
        parse_object(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        '{"a":{"a":{"a":1}}}',
        '[{"a":1},{"a":1}]',
        '{ "a" : 1 , "b" : ":" }',
        '{"a":"\\u003a\\"a\\":1"}',
        '{"\\u0061b":1,"a":2}',
        '{"a":1.0,"b":1e2,"c":-0.0}',
    ],
)
def test_the_same_name_in_different_objects_is_fine(text: str) -> None:
    """Spaces, escapes and spellings of numbers change nothing about what is read."""
    text = text if text[0] == "{" else f'{{"x":{text}}}'
    assert parse_object(text.encode()) == json.loads(text)


@pytest.mark.parametrize("value", [(1, 2), [(1,)], {"y": (True, None)}])
def test_tuples_are_written_as_lists(value: Any) -> None:
    """They come back as lists, which is the one change that is allowed."""
    assert json.loads(dump_object({"x": value})) == json.loads(json.dumps({"x": value}))


def test_names_that_are_numbers_are_written_as_texts() -> None:
    """JSON has no other names."""
    assert dump_object({5: "x"}) == b'{"5":"x"}'  # type: ignore[dict-item]


@pytest.mark.parametrize("value", [b"raw", {1}, [b"raw"], {"y": bytearray(b"x")}, memoryview(b"x")])
def test_what_would_be_changed_is_refused(value: Any) -> None:
    """Bytes would become base64 and sets lists, in silence."""
    with pytest.raises(TypeError, match="not JSON serializable"):
        dump_object({"x": value})


@pytest.mark.parametrize("value", [float("nan"), [float("inf")], {"y": (float("-inf"),)}])
def test_numbers_that_are_none_are_refused(value: Any) -> None:
    """They would become null."""
    with pytest.raises(ValueError, match="not JSON"):
        dump_object({"x": value})


def test_the_depth_is_counted_outside_of_texts_only() -> None:
    """Brackets inside strings nest nothing; escaped quotation marks end no string."""
    flat = {"a": "[" * 1000, 'b"': '\\"[' * 500, "c": "\\" * 99}
    assert parse_object(json.dumps(flat).encode()) == flat
    deepest = b"[" * (limits.MAX_JSON_DEPTH - 1) + b"]" * (limits.MAX_JSON_DEPTH - 1)
    parse_object(b'{"x":' + deepest + b"}")
    for hidden in (b'{"x\\"":[' + deepest + b"]}", b'{"x":"\\\\","y":[' + deepest + b"]}"):
        with pytest.raises(ValueError, match="nests deeper"):
            parse_object(hidden)


def test_many_shallow_members_are_no_depth() -> None:
    """A long list of objects is read."""
    wide = {"x": [{"a": [1]}] * 500}
    assert parse_object(json.dumps(wide).encode()) == wide


def test_errors_of_the_reader_are_plain_value_errors() -> None:
    """The layers above turn them into their own; they hold no text and travel between processes."""
    for raw in (b"", b"{", b'{"s3cr3t":', b"[1]", b'{"x":1e400}', b"\xff"):
        with pytest.raises(ValueError, match=r".") as caught:
            parse_object(raw)
        assert "s3cr3t" not in str(caught.value)
        assert not isinstance(caught.value, errors.SealwrightError)
        assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_what_nobody_would_read_is_not_written() -> None:
    """An object that nests deeper than readers accept is refused, before a small stack could run out."""
    nested: dict[str, object] = {}
    for _ in range(200):
        nested = {"a": nested}
    with pytest.raises(ValueError, match="nests deeper"):
        dump_object(nested)
