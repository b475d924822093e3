# SPDX-License-Identifier: Apache-2.0
"""What a token can never make the library do: open a file, ask the network, decompress, answer an oracle."""

from __future__ import annotations

import contextlib
import hmac
import inspect
import re
import sys
import zlib
from collections.abc import Iterator
from importlib.metadata import requires
from typing import TYPE_CHECKING, Any

import pytest

from sealwright import jwt
from sealwright.errors import InvalidSignatureError, InvalidTokenError
from sealwright.jose import ALGORITHMS, Key, KeySet, algorithms, base64url, claims, jws

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

KIDS = (
    *(
        "../../../../dev/null",
        "/dev/null",
        "/etc/passwd",
        "file:///etc/passwd",
        "..\\..\\win.ini",
        "\\\\h\\s",
    ),
    *(
        "' OR '1'='1",
        "x' UNION SELECT 'secret'--",
        "1; DROP TABLE keys",
        "*)(uid=*))(|(uid=*",
        "${jndi:ldap://x}",
    ),
    *("| sleep 10", "$(id)", "`id`", "x; curl http://127.0.0.1:9", "http://127.0.0.1:9/key", "%00", "\0", ""),
    *("{{7*7}}", "__proto__", "__class__", "\u202e", "known\0", "known ", " known", "KNOWN", "k" * 255),
)
_WATCHED = re.compile(
    r"open|socket\.|os\.|subprocess\.|shutil\.|sqlite3\.|urllib\.|http\.|import|exec|compile"
)
_seen: list[tuple[str, Any]] | None = None


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if _seen is not None and _WATCHED.match(event):
        _seen.append((event, arguments[:1]))


# An audit hook cannot be taken away again; it does nothing outside of the context below.
sys.addaudithook(_watch)


@contextlib.contextmanager
def nothing_touched() -> Iterator[None]:
    """Demand that no file, socket, process, database or import is touched inside."""
    global _seen  # noqa: PLW0603 - the hook is global too
    _seen = []
    try:
        yield
        assert _seen == []
    finally:
        _seen = None


def refused_quietly(attempt: Callable[[], object]) -> None:
    """Demand a refusal that touched nothing."""
    with nothing_touched(), contextlib.suppress(InvalidTokenError):
        attempt()
        raise AssertionError("accepted")


def test_the_watch_sees_what_it_should() -> None:
    """The tests below would notice an opened file."""
    with pytest.raises(AssertionError), nothing_touched(), open(__file__, "rb"):  # noqa: PTH123
        pass


@pytest.mark.parametrize("kid", KIDS)
def test_a_kid_is_looked_up_and_nothing_else(kid: str) -> None:
    """Paths, queries, commands and addresses in a kid open nothing, and no key is taken for another."""
    known, attacker = Key.generate("ES256", kid="known"), Key.generate("ES256")
    empty = Key.from_secret(b"\0" * 32, "HS256")
    keys = KeySet([known.public()])
    tokens = [jws.sign(b"{}", attacker, headers={"kid": kid}), jws.sign(b"{}", empty, headers={"kid": kid})]
    with contextlib.suppress(InvalidTokenError):
        # Whatever is imported lazily is imported now.
        jws.verify(jws.sign(b"{}", attacker, headers={"kid": "known"}), keys)
    for token in tokens:
        refused_quietly(lambda: jws.verify(token, keys))  # noqa: B023
        refused_quietly(lambda: jwt.decode(token, keys))  # noqa: B023


@pytest.mark.parametrize("scheme", ["http", "https", "file", "ftp", "data", "gopher", "unix", ""])
def test_no_address_of_a_header_is_ever_visited(scheme: str, keys: Mapping[str, Key]) -> None:
    """Neither jku nor x5u nor an issuer is fetched, resolved or opened."""
    attacker = Key.generate("ES256")
    public = keys["ES256"].public()
    place = f"{scheme}://127.0.0.1:9/etc/passwd"
    for headers in (
        {"jku": place},
        {"x5u": place},
        {"jku": place, "jwk": attacker.to_jwk(), "x5c": ["MIIB"]},
    ):
        token = jws.sign(f'{{"iss":"{place}"}}'.encode(), attacker, headers=headers)
        refused_quietly(lambda: jws.verify(token, public))  # noqa: B023
        refused_quietly(lambda: jwt.decode(token, public))  # noqa: B023
        refused_quietly(lambda: jwt.decode(token, KeySet([public])))  # noqa: B023


def test_no_key_means_no_key_although_the_token_brings_one() -> None:
    """A missing key is the caller's mistake, never a reason to use the header's jwk."""
    attacker = Key.generate("ES256")
    token = jws.sign(b"{}", attacker, headers={"jwk": attacker.to_jwk()})
    nothings: list[Any] = [None, {}]
    for nothing in nothings:
        with pytest.raises(TypeError):
            jws.verify(token, nothing, ["ES256"])


def test_nothing_is_decompressed(secret: bytes) -> None:
    """A zip member of a signed token means nothing; a bomb stays as small as it came."""
    bomb = zlib.compress(b"\0" * 8_000_000, 9)[:40_000]
    key = Key.from_secret(secret, "HS256")
    token = jws.sign(bomb, key, headers={"zip": "DEF"})
    assert jws.verify(token, key).payload == bomb
    with pytest.raises(InvalidTokenError):
        jwt.decode(token, key)


def test_encrypted_tokens_are_named_and_refused(keys: Mapping[str, Key]) -> None:
    """Five parts, an enc member and expensive parameters cost nothing."""
    for header in (
        b'{"alg":"RSA-OAEP","enc":"A256GCM"}',
        b'{"alg":"RSA1_5","enc":"A128CBC-HS256"}',
        b'{"alg":"PBES2-HS256+A128KW","enc":"A256GCM","p2c":2147483647,"p2s":"AAAA"}',
        b'{"alg":"dir","enc":"A256GCM","zip":"DEF"}',
    ):
        five = f"{base64url.encode(header)}.AAAA.AAAA.AAAA.AAAA"
        three = f"{base64url.encode(header)}.AAAA.AAAA"
        for token in (five, three):
            refused_quietly(lambda: jws.verify(token, keys["RS256"]))  # noqa: B023
            refused_quietly(lambda: jwt.decode(token, keys["RS256"]))  # noqa: B023
        with pytest.raises(InvalidTokenError, match="encrypted"):
            jws.verify(five, keys["RS256"])


def test_there_are_only_signature_algorithms() -> None:
    """No encryption, no password-based and no unsecured algorithm can be asked for."""
    assert not [
        name for name in ALGORITHMS if re.search(r"(?i)none|RSA1_5|OAEP|PBES|ECDH|KW|GCM|CBC|dir", name)
    ]


@pytest.mark.parametrize("alg", ["HS256", "HS384", "HS512"])
def test_a_wrong_mac_gets_one_answer(alg: str, keys: Mapping[str, Key]) -> None:
    """The refusal is the same for every wrong signature, and tells nothing of the right one."""
    key = keys[alg]
    right = key.sign(b"x")
    said = set()
    for wrong in (
        b"",
        bytes(len(right)),
        right[:-1] + bytes([right[-1] ^ 1]),
        bytes([right[0] ^ 1]) + right[1:],
    ):
        with pytest.raises(InvalidSignatureError) as caught:
            key.verify(b"x", wrong)
        said.add((str(caught.value), caught.value.hint))
    assert said == {("Signature verification failed", "")}
    assert algorithms._hmac_functions()[1] is hmac.compare_digest
    assert "==" not in inspect.getsource(ALGORITHMS[alg].verify)


def test_no_pure_python_cryptography_is_installed() -> None:
    """Signatures come from one audited provider; ecdsa, rsa and pycrypto leak by timing."""
    needed = {
        re.split(r"[^a-z0-9-]", line.lower(), maxsplit=1)[0]
        for line in requires("sealwright") or ()
        if "extra ==" not in line
    }
    assert needed == {"cryptography", "msgspec"}


def test_expected_names_are_compared_exactly_and_never_as_patterns() -> None:
    """A pattern given as issuer or audience is a wrong type, so no claim can make it backtrack."""
    pattern: Any = re.compile("(a+)+$")
    for expected in ({"issuer": pattern}, {"audience": pattern}):
        with pytest.raises(TypeError):
            claims.validate({"iss": "a" * 50 + "!", "aud": "a" * 50 + "!"}, now=0, **expected)
    for text in (".*", "https://.*", "(a+)+$"):
        with pytest.raises(InvalidTokenError):
            claims.validate({"iss": "https://a"}, now=0, issuer=text)
        with pytest.raises(InvalidTokenError):
            claims.validate({"aud": "https://a"}, now=0, audience=text)
