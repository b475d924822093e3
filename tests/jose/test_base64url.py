# SPDX-License-Identifier: Apache-2.0
"""Base64url has one form per byte string, and only that form is read."""

from __future__ import annotations

import base64
import string

import pytest

from sealwright.jose import base64url

RFC_4648 = [
    (b"", ""),
    (b"f", "Zg"),
    (b"fo", "Zm8"),
    (b"foo", "Zm9v"),
    (b"foob", "Zm9vYg"),
    (b"fooba", "Zm9vYmE"),
    (b"foobar", "Zm9vYmFy"),
]

ALPHABET = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"


@pytest.mark.parametrize(("data", "text"), RFC_4648)
def test_the_examples_of_rfc_4648_without_padding(data: bytes, text: str) -> None:
    """The examples of RFC 4648 section 10 come out without padding and read back."""
    assert base64url.encode(data) == text
    assert base64url.decode(text) == data
    assert base64url.decode(text.encode()) == data


def test_the_example_of_rfc_7515_appendix_c() -> None:
    """RFC 7515 appendix C encodes these five bytes to A-z_4ME."""
    data = bytes([3, 236, 255, 224, 193])
    assert base64url.encode(data) == "A-z_4ME"
    assert base64url.decode("A-z_4ME") == data


def test_every_length_and_every_byte_comes_back() -> None:
    """What was encoded decodes to the same bytes, and equals the standard library's answer."""
    everything = bytes(range(256))
    for length in range(257):
        data = everything[256 - length :]
        text = base64url.encode(data)
        assert text == base64.urlsafe_b64encode(data).rstrip(b"=").decode()
        assert base64url.decode(text) == data


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Zg==", id="padding"),
        pytest.param("Zm8=", id="one padding character"),
        pytest.param("Zm9v=", id="padding that is not needed"),
        pytest.param("Zg=", id="half the padding"),
        pytest.param("=", id="only padding"),
        pytest.param("Z", id="one character"),
        pytest.param("Zm9vY", id="length of 4n+1"),
        pytest.param("Zm 9v", id="space"),
        pytest.param(" Zm9v", id="leading space"),
        pytest.param("Zm9v\n", id="trailing newline"),
        pytest.param("Zm\r\n9v", id="line break"),
        pytest.param("Zm9+", id="plus of the other alphabet"),
        pytest.param("Zm9/", id="slash of the other alphabet"),
        pytest.param("Zm!9v", id="foreign character"),
        pytest.param("Zm9v\x00", id="NUL"),
        pytest.param("Zm9\u00e9", id="Latin letter with an accent"),
        pytest.param("\uff3am9v", id="full-width letter"),
        pytest.param("Zm9\ud800", id="lone surrogate"),
        pytest.param("Zm.9v", id="dot"),
        pytest.param("Zm8=Zm8=", id="two texts joined"),
        pytest.param("Z===", id="one character padded"),
    ],
)
def test_any_other_form_is_refused(text: str) -> None:
    """Whatever the encoder would not have written raises ValueError."""
    with pytest.raises(ValueError, match=r".") as caught:
        base64url.decode(text)
    assert text not in str(caught.value)


@pytest.mark.parametrize("stem", ["A", "AA", "abcdA", "abcdAA"])
def test_only_one_last_character_spells_the_same_bytes(stem: str) -> None:
    """When the last character has unused bits, only the one with zeros there is read."""
    accepted = []
    for last in ALPHABET:
        try:
            data = base64url.decode(stem + last)
        except ValueError:
            continue
        assert base64url.encode(data) == stem + last
        accepted.append(last)
    assert len(accepted) == (4 if len(stem) % 4 == 1 else 16)


def test_bytes_above_ascii_are_refused() -> None:
    """Bytes are read like text: only the alphabet is let through."""
    for byte in range(256):
        raw = b"Zm9" + bytes([byte])
        if chr(byte) in ALPHABET:
            assert base64url.encode(base64url.decode(raw)).encode() == raw
        else:
            with pytest.raises(ValueError, match=r"."):
                base64url.decode(raw)
