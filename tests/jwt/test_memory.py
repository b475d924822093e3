# SPDX-License-Identifier: Apache-2.0
"""Key texts are parsed once and remembered, boundedly and without keeping the text; threads may share all."""

from __future__ import annotations

import gc
import sys
import warnings
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from sealwright import jwt
from sealwright.jose import limits

if TYPE_CHECKING:
    from collections.abc import Mapping

LOADERS = (
    *("load_pem_private_key", "load_pem_public_key", "load_der_private_key", "load_der_public_key"),
    *("load_ssh_private_key", "load_ssh_public_key"),
)


@pytest.fixture
def parses(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count the calls of cryptography's key parsers, wherever the library has imported them."""
    counts: Counter[str] = Counter()

    def counting(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def load(*args: Any, **kwargs: Any) -> Any:
            counts[name] += 1
            return real(*args, **kwargs)

        return load

    for name in LOADERS:
        real = getattr(serialization, name)
        load = counting(name, real)
        monkeypatch.setattr(serialization, name, load)
        for module_name, module in list(sys.modules.items()):
            if module_name.startswith("sealwright") and vars(module).get(name) is real:
                monkeypatch.setattr(module, name, load)
    return counts


def test_signing_in_a_loop_parses_the_private_key_once(
    parses: Counter[str], to_pem: Callable[[Any], str]
) -> None:
    """Encoding with the same PEM text again costs a signature, not a parse."""
    for native in (ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)):
        parses.clear()
        text = to_pem(native)
        tokens = [jwt.encode({"n": n}, text) for n in range(20)]
        assert len(set(tokens)) == 20
        assert parses.total() == 1
        # An equal text that is another object, or bytes, is the same key.
        jwt.encode({}, "".join(list(text)))
        jwt.encode({}, text.encode())
        assert parses.total() == 1


def test_verifying_in_a_loop_parses_the_public_key_once(
    parses: Counter[str], to_pem: Callable[[Any], str]
) -> None:
    """Decoding with the same key text again costs a verification, not a parse, in each text format."""
    native = ec.generate_private_key(ec.SECP256R1())
    token = jwt.encode({"a": 1}, native)
    for text in (to_pem(native.public_key()), jwt.Key.from_native(native).to_openssh()):
        parses.clear()
        for _ in range(20):
            assert jwt.decode(token, text, algorithms=["ES256"]) == {"a": 1}
        assert parses.total() == 1


def test_a_remembered_key_is_not_taken_for_another(to_pem: Callable[[Any], str]) -> None:
    """Texts that differ are different keys, and a private text is never taken for its public one."""
    natives = [ec.generate_private_key(ec.SECP256R1()) for _ in range(3)]
    tokens = [jwt.encode({"n": n}, to_pem(native)) for n, native in enumerate(natives)]
    for n, native in enumerate(natives):
        text = to_pem(native.public_key())
        assert jwt.decode(tokens[n], text, algorithms=["ES256"]) == {"n": n}
        with pytest.raises(jwt.InvalidSignatureError):
            jwt.decode(tokens[n - 1], text, algorithms=["ES256"])
        with pytest.raises(jwt.InvalidKeyError):
            jwt.encode({}, text, algorithm="ES256")


def test_a_text_remembered_as_a_key_is_no_secret_later(to_pem: Callable[[Any], str]) -> None:
    """The memory of keys and that of secrets do not mix."""
    native = ec.generate_private_key(ec.SECP256R1())
    for text in (to_pem(native), to_pem(native.public_key())):
        token = jwt.encode({}, native)
        jwt.decode(token, to_pem(native.public_key()), algorithms=["ES256"])
        for _ in range(2):
            with pytest.raises(jwt.InvalidKeyError):
                jwt.encode({}, text, algorithm="HS256")
            with pytest.raises(jwt.InvalidKeyError):
                jwt.decode(token, text, algorithms=["HS256"])


def test_a_refused_text_is_refused_again() -> None:
    """A failure is not remembered as anything else."""
    for _ in range(3):
        with pytest.raises(jwt.InvalidKeyError):
            jwt.encode(
                {}, "-----BEGIN PRIVATE KEY-----\nnothing\n-----END PRIVATE KEY-----", algorithm="ES256"
            )


def live_keys() -> int:
    """Count the Keys in memory."""
    gc.collect()
    return sum(1 for thing in gc.get_objects() if type(thing) is jwt.Key)


def test_the_memory_is_bounded(to_pem: Callable[[Any], str]) -> None:
    """Thousands of different secrets do not stay in memory."""
    before = live_keys()
    for n in range(4 * limits.MAX_REMEMBERED_KEYS):
        secret = f"a secret of enough characters for HS256, number {n}"
        jwt.decode(jwt.encode({}, secret), secret, algorithms=["HS256"])
    assert live_keys() - before <= 3 * limits.MAX_REMEMBERED_KEYS


def test_many_header_texts_do_not_stay_in_memory() -> None:
    """Tokens with ever new headers do not fill the memory of headers."""
    secret = "a secret of enough characters for HS256, used once more"
    for n in range(4 * limits.MAX_REMEMBERED_HEADERS):
        token = jwt.encode({}, secret, headers={"kid": f"remember me not {n}"})
        assert jwt.decode_complete(token, secret, algorithms=["HS256"])["header"]["kid"].endswith(f" {n}")
    gc.collect()
    kept = [thing for thing in gc.get_objects() if isinstance(thing, dict) and "kid" in thing]
    texts = {str(thing["kid"]) for thing in kept}
    assert sum(text.startswith("remember me not") for text in texts) <= 2 * limits.MAX_REMEMBERED_HEADERS


def test_the_text_of_a_private_key_is_not_kept(to_pem: Callable[[Any], str]) -> None:
    """The memory knows a key text by its digest: nothing refers to the text itself afterwards."""
    text = to_pem(ec.generate_private_key(ec.SECP256R1()))
    raw = text.encode()
    jwt.encode({}, text)
    jwt.encode({}, raw)
    gc.collect()
    for held in (text, raw):
        keepers = [thing for thing in gc.get_referrers(held) if isinstance(thing, (dict, tuple, set, list))]
        assert [type(thing) for thing in keepers if len(thing) != 2 or held not in thing] == []
    for thing in gc.get_objects():
        if type(thing) is dict and len(thing) < 10_000:
            assert text not in thing
            assert raw not in thing


def test_threads_share_keys_and_memory(
    natives: Mapping[str, Any], to_pem: Callable[[Any], str], secret_key: str
) -> None:
    """Many threads sign and verify with the same and with new keys at once, and no result is mixed up."""
    pems = [(to_pem(native), to_pem(native.public_key())) for native in natives.values()]
    fresh = [ec.generate_private_key(ec.SECP256R1()) for _ in range(8)]
    pems += [(to_pem(native), to_pem(native.public_key())) for native in fresh]
    algorithms = ["RS256", "ES256", "ES384", "ES512", "EdDSA"]

    def work(number: int) -> None:
        for n in range(12):
            private, public = pems[(number + n) % len(pems)]
            payload = {"worker": number, "n": n}
            token = jwt.encode(payload, private)
            assert jwt.decode(token, public, algorithms=algorithms) == payload
            secret = f"{secret_key} {n % 3}"
            assert jwt.decode(jwt.encode(payload, secret), secret, algorithms=["HS256"]) == payload
            with pytest.raises(jwt.InvalidSignatureError):
                jwt.decode(token[:-8] + "AAAAAAAA", public, algorithms=algorithms)

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(work, number) for number in range(16)]:
            done.result(timeout=60)


def test_threads_evicting_each_others_keys() -> None:
    """The bounded memory survives many threads that fill it at the same time."""

    def work(number: int) -> None:
        for n in range(limits.MAX_REMEMBERED_KEYS // 2):
            secret = f"a secret of enough characters for HS256, {number} {n}"
            assert jwt.decode(jwt.encode({"n": n}, secret), secret, algorithms=["HS256"]) == {"n": n}

    with ThreadPoolExecutor(8) as pool, warnings.catch_warnings():
        for done in [pool.submit(work, number) for number in range(8)]:
            done.result(timeout=60)
