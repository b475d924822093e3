# SPDX-License-Identifier: Apache-2.0
"""How strictly a token is read: one spelling, bounded nesting, and no key from its own header."""

from __future__ import annotations

import threading
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest

from sealwright import jwt
from sealwright.errors import DecodeError, InvalidSignatureError, InvalidTokenError, SealwrightError
from sealwright.jose import Key, base64url, jws, limits

if TYPE_CHECKING:
    from collections.abc import Callable

DEEP = b"[" * 20_000 + b"]" * 20_000


def refuse(attempt: Callable[[], object]) -> SealwrightError:
    """Demand a short InvalidTokenError."""
    with pytest.raises(InvalidTokenError) as caught:
        attempt()
    assert len(str(caught.value)) <= 200
    return caught.value


@pytest.mark.parametrize("part", [0, 1, 2])
def test_every_second_spelling_of_a_part_is_refused(
    part: int, forge: Callable[..., str], secret: bytes
) -> None:
    """Unused bits, other alphabets and padding give a second text for the same bytes; none is accepted."""
    token = forge({"alg": "HS256", "a": "?>"}, {"sub": "\u00bf\u00be>>??"})
    parts = token.split(".")
    seen = set()
    for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_":
        seen.add(parts[part][:-1] + last)
    seen |= {parts[part].replace("-", "+").replace("_", "/"), parts[part] + "="}
    seen |= {b64encode(base64url.decode(parts[part])).decode(), parts[part] + "\n", " " + parts[part]}
    for text in seen - {parts[part]}:
        changed = [*parts]
        changed[part] = text
        err = refuse(lambda: jwt.decode(".".join(changed), secret, algorithms=["HS256"]))  # noqa: B023
        if part == 2:
            assert isinstance(err, InvalidSignatureError)


def test_keys_and_addresses_in_the_header_are_not_followed(keys: dict[str, Key]) -> None:
    """A token that brings its own key, or says where to fetch it, is verified with ours and refused."""
    attacker = Key.generate("ES256")
    own = {
        "jwk": attacker.to_jwk(),
        "jku": "http://127.0.0.1:9/jwks.json",
        "x5u": "http://127.0.0.1:9/cert.pem",
        "x5c": ["MIIB"],
        "x5t": "AAAA",
        "kid": "../../dev/null",
    }
    for name, value in own.items():
        token = jws.sign(b"{}", attacker, headers={name: value})
        refuse(lambda: jws.verify(token, keys["ES256"].public()))  # noqa: B023
        # The same member in an honest token changes nothing.
        honest = jws.sign(b"{}", keys["ES256"], headers={name: value})
        assert jws.verify(honest, keys["ES256"].public()).payload == b"{}"


def test_deep_nesting_is_refused_on_a_small_stack(forge: Callable[..., str], secret: bytes) -> None:
    """A thread with the smallest stack refuses deep nesting instead of crashing."""
    outcome: list[BaseException] = []
    tokens = [forge(b'{"alg":"HS256","x":' + DEEP + b"}"), forge(None, b'{"x":' + DEEP + b"}")]

    def run() -> None:
        for token in tokens:
            try:
                jwt.decode(token, secret, algorithms=["HS256"])
            except SealwrightError as err:
                outcome.append(err)

    before = threading.stack_size(256 * 1024)
    try:
        thread = threading.Thread(target=run)
        thread.start()
    finally:
        threading.stack_size(before)
    thread.join()
    assert [type(err) for err in outcome] == [DecodeError, DecodeError]


def test_nesting_up_to_the_limit_is_read(forge: Callable[..., str], secret: bytes) -> None:
    """The depth limit lets ordinary claims through and names itself beyond."""
    inside: Any = 1
    for _ in range(limits.MAX_JSON_DEPTH - 1):
        inside = [inside]
    assert jwt.decode(forge(None, {"x": inside}), secret, algorithms=["HS256"]) == {"x": inside}
    err = refuse(lambda: jwt.decode(forge(None, {"x": [inside]}), secret, algorithms=["HS256"]))
    assert str(limits.MAX_JSON_DEPTH) in str(err)
    brackets = {"x": "[{" * 500, "y": '"[' * 500}
    assert jwt.decode(forge(None, brackets), secret, algorithms=["HS256"]) == brackets
