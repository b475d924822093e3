# SPDX-License-Identifier: Apache-2.0
"""jwt.encode, as programs written for PyJWT call it."""

from __future__ import annotations

import json
import warnings
from base64 import urlsafe_b64decode
from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest

from sealwright import jwt
from sealwright.errors import InsecureKeyLengthWarning, SealwrightError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NOW = 1_800_000_000.0


def part(token: str, position: int) -> Any:
    """Decode one part of a token without the code under test."""
    return json.loads(urlsafe_b64decode(token.split(".")[position] + "=="))


def test_the_header_says_typ_and_alg(secret_key: str) -> None:
    """A token made with a plain secret has a header of typ and alg, and nothing else."""
    assert part(jwt.encode({}, secret_key, algorithm="HS384"), 0) == {"typ": "JWT", "alg": "HS384"}


def test_extra_headers_are_added(secret_key: str) -> None:
    """Given header members join the header and may replace typ."""
    headers = {"kid": "2027-01", "typ": "at+jwt", "x": {"y": [1]}}
    token = jwt.encode({}, secret_key, algorithm="HS256", headers=headers)
    assert part(token, 0) == {"alg": "HS256", **headers}
    assert headers == {"kid": "2027-01", "typ": "at+jwt", "x": {"y": [1]}}
    assert jwt.decode(token, secret_key, algorithms=["HS256"]) == {}


def test_a_typ_of_none_is_left_out(secret_key: str) -> None:
    """As with PyJWT, headers={"typ": None} makes a header without typ."""
    token = jwt.encode({}, secret_key, algorithm="HS256", headers={"typ": None})
    assert part(token, 0) == {"alg": "HS256"}


def test_arguments_may_be_positional(secret_key: str) -> None:
    """The order of arguments is PyJWT's."""
    token = jwt.encode({"a": 1}, secret_key, "HS512", {"kid": "k"})
    assert part(token, 0)["kid"] == "k"
    assert jwt.decode(token, secret_key, ["HS512"]) == {"a": 1}


@pytest.mark.parametrize(
    ("kind", "alg"),
    [("rsa", "RS256"), ("P-256", "ES256"), ("P-384", "ES384"), ("P-521", "ES512"), ("Ed25519", "EdDSA")],
)
def test_without_an_algorithm_the_key_decides(
    kind: str, alg: str, natives: Mapping[str, Any], to_pem: Callable[[Any], str]
) -> None:
    """The kind of key settles the algorithm, for objects, texts, bytes and Keys alike."""
    native = natives[kind]
    text = to_pem(native)
    for key in (native, text, text.encode(), jwt.Key.parse(text)):
        token = jwt.encode({"a": 1}, key)
        assert part(token, 0)["alg"] == alg
        assert jwt.decode(token, to_pem(native.public_key()), algorithms=[alg]) == {"a": 1}


def test_without_an_algorithm_a_secret_means_hs256(secret_key: str) -> None:
    """A secret as text, bytes or Key signs HS256 when nobody says otherwise."""
    for key in (secret_key, secret_key.encode(), jwt.Key.from_secret(secret_key)):
        token = jwt.encode({"a": 1}, key)
        assert part(token, 0)["alg"] == "HS256"
        assert jwt.decode(token, secret_key, algorithms=["HS256"]) == {"a": 1}


def test_a_key_names_itself_in_the_header(natives: Mapping[str, Any]) -> None:
    """A Key puts its kid into the header, where a key set finds it again."""
    key = jwt.Key.from_native(natives["P-256"], kid="2027-01")
    token = jwt.encode({"a": 1}, key)
    assert part(token, 0)["kid"] == "2027-01"
    assert jwt.decode(token, jwt.KeySet([key.public()])) == {"a": 1}
    other = jwt.encode({"a": 1}, key, headers={"kid": "other"})
    assert part(other, 0)["kid"] == "other"


@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
def test_datetimes_become_seconds(name: str, secret_key: str) -> None:
    """Datetimes for exp, nbf and iat are written as integer seconds; a naive one counts as UTC."""
    moment = datetime.fromtimestamp(NOW, UTC)
    zoned = moment.astimezone(datetime.now().astimezone().tzinfo)
    for value in (moment, zoned, moment.replace(tzinfo=None)):
        payload = {name: value}
        assert part(jwt.encode(payload, secret_key, algorithm="HS256"), 1) == {name: int(NOW)}
        assert payload == {name: value}


def test_a_datetime_from_now_decodes(secret_key: str) -> None:
    """The usual way to give five minutes of validity works."""
    exp = datetime.now(tz=UTC) + timedelta(minutes=5)
    token = jwt.encode({"exp": exp}, secret_key, algorithm="HS256")
    assert jwt.decode(token, secret_key, algorithms=["HS256"]) == {"exp": int(exp.timestamp())}


def test_json_values_of_every_kind(secret_key: str) -> None:
    """What JSON can hold comes back equal."""
    payload = {"t": "\u00e9\U0001f510\n", "i": -5, "big": 2**62, "f": 1.5, "n": None, "b": True, "l": [1, {}]}
    token = jwt.encode(payload, secret_key, algorithm="HS256")
    assert jwt.decode(token, secret_key, algorithms=["HS256"]) == payload


def test_other_mappings_are_payloads(secret_key: str) -> None:
    """Any mapping will do."""
    for payload in (OrderedDict(a=1), MappingProxyType({"a": 1})):
        token = jwt.encode(payload, secret_key, algorithm="HS256")
        assert jwt.decode(token, secret_key, algorithms=["HS256"]) == {"a": 1}


@pytest.mark.parametrize("payload", [None, 5, "text", b"bytes", [], ["x"], [("a", 1)], object()])
def test_other_payloads_are_type_errors(payload: Any, secret_key: str) -> None:
    """A payload that is no mapping is a TypeError."""
    with pytest.raises(TypeError):
        jwt.encode(payload, secret_key, algorithm="HS256")


@pytest.mark.parametrize("value", [object(), b"bytes", {1}, 1j, datetime(2027, 1, 1, tzinfo=UTC)])
def test_values_json_cannot_hold_are_type_errors(value: Any, secret_key: str) -> None:
    """As with PyJWT, a claim that JSON cannot hold raises instead of being changed silently."""
    with pytest.raises(TypeError):
        jwt.encode({"claim": value}, secret_key, algorithm="HS256")


def test_nan_is_refused(secret_key: str) -> None:
    """NaN and infinities never get into a token."""
    for value in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match=r"."):
            jwt.encode({"exp": value}, secret_key, algorithm="HS256")


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "", "HS1024", "hs256", "RS", "A256GCM"])
def test_unknown_algorithms_are_refused(algorithm: str, secret_key: str) -> None:
    """There is no token without a signature, and no algorithm outside the table."""
    for key in (secret_key, None, ""):
        with pytest.raises((SealwrightError, TypeError, NotImplementedError)):
            jwt.encode({}, key, algorithm=algorithm)  # type: ignore[arg-type]


@pytest.mark.parametrize("key", [None, 5, [], {}, object(), True])
def test_what_is_no_key_is_refused(key: Any) -> None:
    """A wrong type for the key is a TypeError or InvalidKeyError, never a token."""
    for algorithm in ("HS256", "RS256", None):
        with pytest.raises((TypeError, jwt.InvalidKeyError)):
            jwt.encode({}, key, algorithm=algorithm)


@pytest.mark.parametrize("key", ["", b""])
def test_an_empty_secret_is_refused(key: Any) -> None:
    """Anybody could sign with an empty secret."""
    for algorithm in ("HS256", None):
        with pytest.raises(jwt.InvalidKeyError):
            jwt.encode({}, key, algorithm=algorithm)


def test_a_secret_for_an_asymmetric_algorithm_is_refused(secret_key: str) -> None:
    """A plain text is no RSA or elliptic curve key."""
    for algorithm in ("RS256", "PS256", "ES256", "EdDSA"):
        with pytest.raises(jwt.InvalidKeyError):
            jwt.encode({}, secret_key, algorithm=algorithm)


def test_a_key_of_another_kind_is_refused(natives: Mapping[str, Any], to_pem: Callable[[Any], str]) -> None:
    """Each algorithm signs with its own kind of key only."""
    algorithms = {"rsa": "RS256", "P-256": "ES256", "P-384": "ES384", "P-521": "ES512", "Ed25519": "EdDSA"}
    for kind, native in natives.items():
        for other, alg in algorithms.items():
            if other != kind:
                for key in (native, to_pem(native)):
                    with pytest.raises(SealwrightError):
                        jwt.encode({}, key, algorithm=alg)


def test_short_secrets_work_with_a_warning() -> None:
    """A secret shorter than its hash works, as a migrating program needs, and a warning says so."""
    with pytest.warns(InsecureKeyLengthWarning, match="32"):
        token = jwt.encode({"a": 1}, "short and sweet", algorithm="HS256")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InsecureKeyLengthWarning)
        assert jwt.decode(token, "short and sweet", algorithms=["HS256"]) == {"a": 1}


def test_the_warning_points_at_the_caller() -> None:
    """The warning names the line of the program, not one of the library."""
    with pytest.warns(InsecureKeyLengthWarning) as caught:
        token = jwt.encode({}, "another short secret", algorithm="HS256")
    assert [warning.filename for warning in caught] == [__file__]
    with pytest.warns(InsecureKeyLengthWarning) as caught, pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(token, "a third short secret", algorithms=["HS256"])
    assert [warning.filename for warning in caught] == [__file__]


def test_long_secrets_do_not_warn(secret_key: str) -> None:
    """A secret as long as the hash needs no warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for algorithm in ("HS256", "HS384", "HS512"):
            jwt.encode({}, secret_key, algorithm=algorithm)


def test_text_secrets_are_utf_8() -> None:
    """A secret given as text is the same as its UTF-8 bytes."""
    text = "geheim-\u00e4\u00f6\u00fc-" * 4
    token = jwt.encode({}, text, algorithm="HS256")
    assert jwt.decode(token, text.encode(), algorithms=["HS256"]) == {}


def test_contradicting_headers_are_refused(secret_key: str) -> None:
    """The alg among the headers may not differ from the algorithm that signs."""
    for alg in ("none", "HS512", "RS256", 5):
        with pytest.raises((SealwrightError, TypeError, ValueError)):
            jwt.encode({}, secret_key, algorithm="HS256", headers={"alg": alg})
    assert jwt.encode({}, secret_key, algorithm="HS256", headers={"alg": "HS256"})


@pytest.mark.parametrize("headers", [{"crit": ["x"]}, {"b64": False}, {"kid": 5}, {"typ": 5}])
def test_headers_that_decode_would_refuse_are_refused(headers: Any, secret_key: str) -> None:
    """No token is made that this library itself would not accept."""
    with pytest.raises((SealwrightError, TypeError, ValueError)):
        jwt.encode({}, secret_key, algorithm="HS256", headers=headers)
