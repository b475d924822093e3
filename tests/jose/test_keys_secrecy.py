# SPDX-License-Identifier: Apache-2.0
"""Private material never leaves a key by accident, and a key never changes."""

from __future__ import annotations

import contextlib
import copy
import logging
import pickle
import traceback
from base64 import b64encode, urlsafe_b64encode
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives import serialization as ser

from sealwright.errors import InvalidKeyError, SealwrightError
from sealwright.jose import Key, KeySet, jws

if TYPE_CHECKING:
    from collections.abc import Mapping


def spellings(raw: bytes) -> set[str]:
    """List the ways in which private bytes could show up in text."""
    return {
        raw.hex(),
        str(int.from_bytes(raw, "big")),
        b64encode(raw).decode().rstrip("="),
        urlsafe_b64encode(raw).decode().rstrip("="),
        repr(raw)[2:-1],
    }


def private_texts(key: Key) -> set[str]:
    """List everything of a key that must never be shown."""
    if isinstance(key.native, bytes):
        return spellings(key.native)
    native: Any = key.native
    der = native.private_bytes(ser.Encoding.DER, ser.PrivateFormat.PKCS8, ser.NoEncryption())
    jwk = key.to_jwk(private=True)
    # The last bytes of an elliptic curve key's DER are its public point, so only its middle counts.
    return {der[24:64].hex(), b64encode(der[24:63]).decode()} | {
        jwk[name] for name in ("d", "p", "q", "dp", "dq", "qi") if name in jwk
    }


def assert_hidden(text: str, key: Key) -> None:
    """Demand that no private text of the key is inside."""
    for private in private_texts(key):
        assert private not in text


def test_every_way_of_showing_a_key_hides_the_private_part(keys: Mapping[str, Key]) -> None:
    """Showing, formatting and logging a key or a set of keys tells what it is, not the private part."""
    for key in keys.values():
        shown = [repr(key), str(key), f"{key}", f"{key!r}", f"{[key]}", f"{ {'key': key} }"]
        for text in shown:
            assert_hidden(text, key)
        if key.kty != "oct":
            assert key.kid in repr(key)
            assert_hidden(repr(KeySet([key])) + str(KeySet([key])), key)


def test_the_thumbprint_of_a_secret_is_not_shown(secret: bytes) -> None:
    """A short secret could be guessed from its thumbprint, so only a given kid is shown."""
    key = Key.from_secret(secret, "HS256")
    assert key.thumbprint() not in repr(key)
    assert "named" in repr(Key.from_secret(secret, "HS256", kid="named"))


def test_logging_a_key_hides_the_private_part(
    keys: Mapping[str, Key], caplog: pytest.LogCaptureFixture
) -> None:
    """A key that ends up in a log record leaks nothing."""
    with caplog.at_level(logging.DEBUG):
        for key in keys.values():
            logging.getLogger("app").info("signing with %s and %r", key, key)
    for key in keys.values():
        assert_hidden(caplog.text, key)


def test_private_keys_cannot_be_pickled_and_public_keys_can_be_shown(keys: Mapping[str, Key]) -> None:
    """Pickling a private key is refused at every protocol with a line that says why."""
    for key in keys.values():
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            with pytest.raises((TypeError, InvalidKeyError)) as caught:
                pickle.dumps(key, protocol)
            assert_hidden(str(caught.value), key)


def test_copies_of_a_key_are_the_key_or_refused(keys: Mapping[str, Key]) -> None:
    """Copying a key gives a working key or a clear refusal, never a broken one."""
    for key in keys.values():
        for duplicate in (copy.copy, copy.deepcopy):
            with contextlib.suppress(TypeError, InvalidKeyError):
                twin = duplicate(key)
                key.verify(b"x", twin.sign(b"x"))


@pytest.mark.parametrize("name", ["kid", "alg", "algorithms", "native", "kty", "use", "brand_new"])
def test_a_key_cannot_be_changed(name: str, keys: Mapping[str, Key]) -> None:
    """Setting or deleting an attribute is refused."""
    for key in keys.values():
        with pytest.raises((AttributeError, TypeError)):
            setattr(key, name, "x")
        with pytest.raises((AttributeError, TypeError)):
            delattr(key, name)


def test_a_traceback_with_local_variables_hides_the_private_part(keys: Mapping[str, Key]) -> None:
    """Error trackers print local variables; a key among them, or inside our frames, shows nothing."""
    for key in keys.values():
        try:
            jws.verify("a.b.c", key)
        except SealwrightError as err:
            report = traceback.TracebackException.from_exception(err, capture_locals=True)
            assert_hidden("".join(report.format()), key)
        else:
            pytest.fail("a token that is none was verified")


def test_errors_about_a_private_key_text_do_not_quote_it(keys: Mapping[str, Key]) -> None:
    """A damaged private key text is refused by errors, causes and contexts that hold none of it."""
    for key in keys.values():
        if key.kty == "oct":
            continue
        text = key.to_pem(private=True)
        lines = text.splitlines()
        broken = "\n".join([*lines[:1], lines[1][:-4] + "!!!!", *lines[2:]])
        with pytest.raises(InvalidKeyError) as caught:
            Key.parse(broken)
        report = "".join(traceback.format_exception(caught.value))
        for line in lines[1:-1]:
            assert line[:20] not in report


def test_errors_about_a_private_jwk_do_not_quote_it(keys: Mapping[str, Key]) -> None:
    """A private JWK with one wrong member is refused without showing the others."""
    for key in keys.values():
        jwk = key.to_jwk(private=True)
        for name in [name for name in jwk if name in {"d", "p", "q", "k", "x", "n", "e"}]:
            with pytest.raises(InvalidKeyError) as caught:
                Key.from_jwk({**jwk, name: jwk[name] + "!"})
            report = "".join(traceback.format_exception(caught.value))
            for value in (jwk[secret] for secret in ("d", "p", "q", "k") if secret in jwk):
                assert value not in report
                assert value[:20] not in report


def test_a_published_set_holds_no_private_member(keys: Mapping[str, Key]) -> None:
    """What a set publishes has public members only, also when it was built from private keys."""
    asymmetric = [keys[alg] for alg in ("RS256", "ES256", "ES384", "EdDSA")]
    published = KeySet(asymmetric).to_jwks()
    assert len(published["keys"]) == 4
    for jwk in published["keys"]:
        assert not {"d", "p", "q", "dp", "dq", "qi", "oth", "k"} & jwk.keys()
