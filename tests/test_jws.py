# SPDX-License-Identifier: Apache-2.0
"""`from sealwright import jws` is the whole lower layer: what it names, and that it is one thing."""

from __future__ import annotations

import pydoc
from typing import Any

import pytest

from sealwright import errors, jose, jws


def test_every_name_is_there_and_explained() -> None:
    """The names that are promised exist, and each says what it is."""
    assert set(jws.__all__) == {
        *("Key", "KeySet", "Parsed", "Signature", "Verified"),
        *("parse", "parse_json", "sign", "sign_json", "verify", "verify_json"),
    }
    for name in jws.__all__:
        assert pydoc.getdoc(getattr(jws, name))


def test_it_is_the_same_as_the_inner_layer() -> None:
    """There is one implementation and one set of classes."""
    for name in ("Parsed", "Verified", "parse", "sign", "verify"):
        assert getattr(jws, name) is getattr(jose.jws, name)
    assert jws.Key is jose.Key
    assert jws.KeySet is jose.KeySet


def test_bytes_are_signed_and_verified() -> None:
    """The example of the documentation: compact, detached, and JSON with two signatures."""
    key, other = jws.Key.generate("ES256"), jws.Key.generate("EdDSA")
    token = jws.sign(b"any bytes", key)
    assert jws.verify(token, key.public()).payload == b"any bytes"
    apart = jws.sign(b"any bytes", key, detached=True)
    assert jws.verify(apart, key.public(), payload=b"any bytes").payload == b"any bytes"
    both = jws.sign_json(b"any bytes", [jws.Signature(key), jws.Signature(other)])
    for one in (key, other):
        assert jws.verify_json(both, one.public()).payload == b"any bytes"
    assert [parsed.payload for parsed in jws.parse_json(both)] == [b"any bytes"] * 2


def test_what_was_not_verified_is_another_type() -> None:
    """A function that takes what was verified can tell it from what was only taken apart."""
    key = jws.Key.generate("ES256")
    token = jws.sign(b"{}", key)
    assert not isinstance(jws.parse(token), jws.Verified)
    assert not isinstance(jws.verify(token, key), jws.Parsed)
    frozen: Any = jws.parse(token)
    with pytest.raises(AttributeError):
        frozen.payload = b"other"
    assert jws.parse(token).verify(key) is key
    with pytest.raises(errors.InvalidSignatureError):
        jws.parse(token).verify(jws.Key.generate("ES256"))
