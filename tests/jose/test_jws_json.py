# SPDX-License-Identifier: Apache-2.0
"""JSON tokens: flattened and general, several signatures, what is read and what is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sealwright import jwt
from sealwright.errors import (
    DecodeError,
    InvalidAlgorithmError,
    InvalidKeyError,
    InvalidSignatureError,
    InvalidTokenError,
    UnknownKeyError,
)
from sealwright.jose import Key, KeySet, base64url, jws, limits
from sealwright.jose.jws_json import Signature, parse_json, sign_json, verify_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

BIG = "A" * (limits.MAX_TOKEN_CHARS + 1)


@pytest.fixture(scope="module")
def token(keys: Mapping[str, Key]) -> dict[str, Any]:
    """A flattened token of the P-256 key."""
    return sign_json(b"{}", Signature(keys["ES256"]))


@pytest.fixture(scope="module")
def general(keys: Mapping[str, Key]) -> dict[str, Any]:
    """A general token with two signatures."""
    return sign_json(
        b"{}",
        [Signature(keys[alg], headers={"kid": alg}, unprotected={"x": alg}) for alg in ("ES256", "EdDSA")],
    )


def test_one_signature_is_flattened_and_a_sequence_is_general(keys: Mapping[str, Key]) -> None:
    """RFC 7515 section 7.2: the caller's argument decides the form."""
    one = Signature(keys["HS256"])
    assert list(sign_json(b"{}", one)) == ["payload", "protected", "signature"]
    assert list(sign_json(b"{}", [one])) == ["payload", "signatures"]
    assert sign_json(b"{}", (one,))["signatures"] == [
        {name: value for name, value in sign_json(b"{}", one).items() if name != "payload"}
    ]


@pytest.mark.parametrize("alg", ["HS256", "RS256", "PS256", "ES256", "ES256K", "EdDSA", "Ed448", "ML-DSA-44"])
def test_what_was_signed_is_verified(alg: str, all_keys: Mapping[str, Key]) -> None:
    """Payload and both headers come back, from members, text and bytes."""
    one = Signature(all_keys[alg], headers={"typ": "note"}, unprotected={"kid": "k", "x": [1]})
    for made in (sign_json(b"\x00\xff", one), sign_json(b"\x00\xff", [one])):
        for form in (made, json.dumps(made), json.dumps(made, indent=2).encode()):
            verified = verify_json(form, all_keys[alg])
            assert verified.payload == b"\x00\xff"
            assert dict(verified.header) == {"alg": alg, "typ": "note", "kid": "k", "x": [1]}
            assert verified.key is all_keys[alg]
            with pytest.raises(TypeError):
                verified.header["alg"] = "none"  # type: ignore[index]


def test_a_compact_token_and_its_flattened_form_are_one(keys: Mapping[str, Key]) -> None:
    """The same three parts verify in either form."""
    protected, payload, signature = jws.sign(b"{}", keys["ES256"]).split(".")
    flattened = {"protected": protected, "payload": payload, "signature": signature}
    assert verify_json(flattened, keys["ES256"]).payload == b"{}"
    made = sign_json(b"{}", Signature(keys["ES256"]))
    compact = f"{made['protected']}.{made['payload']}.{made['signature']}"
    assert jws.verify(compact, keys["ES256"]).payload == b"{}"


def test_one_fitting_signature_is_enough_unless_every_one_is_demanded(
    general: dict[str, Any], keys: Mapping[str, Key]
) -> None:
    """By default the first that fits decides; with every=True all must."""
    both = KeySet([Key.from_native(keys[alg].native, kid=alg) for alg in ("ES256", "EdDSA")])
    assert verify_json(general, both).header["kid"] == "ES256"
    assert verify_json(general, both, every=True).header["kid"] == "ES256"
    assert verify_json(general, keys["EdDSA"]).header["kid"] == "EdDSA"
    with pytest.raises(InvalidAlgorithmError):
        verify_json(general, keys["EdDSA"], every=True)
    second_is_wrong = {**general, "signatures": [general["signatures"][0], {**general["signatures"][1]}]}
    second_is_wrong["signatures"][1]["signature"] = base64url.encode(bytes(64))
    assert verify_json(second_is_wrong, both).header["kid"] == "ES256"
    with pytest.raises(InvalidSignatureError):
        verify_json(second_is_wrong, both, every=True)


def test_when_none_fits_the_most_telling_refusal_is_raised(
    general: dict[str, Any], keys: Mapping[str, Key]
) -> None:
    """A signature that does not fit says more than a key or an algorithm that was not meant."""
    with pytest.raises(InvalidSignatureError):
        verify_json(general, Key.generate("EdDSA"))
    with pytest.raises(InvalidSignatureError):
        verify_json(general, Key.generate("ES256"))
    with pytest.raises(UnknownKeyError):
        verify_json(general, KeySet([keys["RS256"].public()]))
    with pytest.raises(InvalidAlgorithmError):
        verify_json(general, keys["ES256"], ["RS256"])


def test_a_list_of_keys_and_a_function_serve_several_signatures(
    general: dict[str, Any], keys: Mapping[str, Key]
) -> None:
    """Every form of key that jws.verify takes is taken here."""
    several = [keys["ES256"].public(), keys["EdDSA"].public()]
    assert verify_json(general, several, every=True).payload == b"{}"
    assert verify_json(general, lambda header: keys[header["kid"]], every=True).payload == b"{}"
    assert verify_json(general, keys["ES256"].to_pem(), ["ES256"]).payload == b"{}"
    with pytest.raises(InvalidTokenError, match="algorithms"):
        verify_json(general, keys["ES256"].to_pem())


def test_parse_json_shows_every_signature(general: dict[str, Any]) -> None:
    """Unverified, there is one reading for each signature."""
    first, second = parse_json(general)
    assert [dict(first.header), dict(second.header)] == [
        {"alg": alg, "kid": alg, "x": alg} for alg in ("ES256", "EdDSA")
    ]
    assert first.payload == second.payload == b"{}"
    assert first.signing_input == f"{general['signatures'][0]['protected']}.e30".encode()
    assert len(first.signature) == 64


def test_the_algorithm_may_stand_unprotected_and_is_only_compared(keys: Mapping[str, Key]) -> None:
    """RFC 7515 allows it (RFC 7520 section 4.7); changing it gives no other algorithm."""
    signature = base64url.encode(keys["HS256"].sign(b".e30"))
    bare = {"payload": "e30", "signature": signature}
    assert verify_json({**bare, "header": {"alg": "HS256"}}, keys["HS256"]).payload == b"{}"
    for alg in ("none", "HS384", "RS256", "", None, 5, ["HS256"]):
        with pytest.raises(InvalidTokenError):
            verify_json({**bare, "header": {"alg": alg}}, keys["HS256"])
    without: list[dict[str, Any]] = [{}, {"header": {}}, {"protected": ""}, {"protected": "e30"}]
    for member in without:
        with pytest.raises(DecodeError, match="alg is missing"):
            verify_json({**bare, **member}, keys["HS256"])


def changed(token: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Replace members of a token; None takes one away."""
    return {name: value for name, value in {**token, **members}.items() if value is not None}


HEADER_OF_ANOTHER = base64url.encode(b'{"alg":"ES256","alg":"HS256"}')
REFUSED: dict[str, Callable[[dict[str, Any], dict[str, Any]], Any]] = {
    "no members": lambda f, g: {},
    "no payload": lambda f, g: changed(f, payload=None),
    "no signature": lambda f, g: changed(f, signature=None),
    "payload is a number": lambda f, g: changed(f, payload=5),
    "payload is an object": lambda f, g: changed(f, payload={}),
    "payload is no base64url": lambda f, g: changed(f, payload="e30="),
    "payload is no ASCII": lambda f, g: changed(f, payload="\u00e930"),
    "payload is a surrogate": lambda f, g: changed(f, payload="\ud800"),
    "protected is a number": lambda f, g: changed(f, protected=5),
    "protected is an object": lambda f, g: changed(f, protected={"alg": "ES256"}),
    "protected is no base64url": lambda f, g: changed(f, protected="!"),
    "protected is no ASCII": lambda f, g: changed(f, protected="\u00e9"),
    "protected is no object": lambda f, g: changed(f, protected=base64url.encode(b"[]")),
    "protected has a name twice": lambda f, g: changed(f, protected=HEADER_OF_ANOTHER),
    "header is a list": lambda f, g: changed(f, header=["kid"]),
    "header is text": lambda f, g: changed(f, header="kid"),
    "header is null": lambda f, g: {**f, "header": None},
    "header repeats the alg": lambda f, g: changed(f, header={"alg": "ES256"}),
    "header has a kid that is a number": lambda f, g: changed(f, header={"kid": 5}),
    "header has a huge kid": lambda f, g: changed(f, header={"kid": "k" * 256}),
    "signature is a number": lambda f, g: changed(f, signature=5),
    "signature is null": lambda f, g: {**f, "signature": None},
    "signature has padding": lambda f, g: changed(f, signature=f["signature"] + "=="),
    "signature is no ASCII": lambda f, g: changed(f, signature="\u00e9"),
    "signature is a surrogate": lambda f, g: changed(f, signature="\ud800"),
    "signatures is an object": lambda f, g: changed(g, signatures=g["signatures"][0]),
    "signatures is empty": lambda f, g: changed(g, signatures=[]),
    "signatures is null": lambda f, g: {**g, "signatures": None},
    "signatures holds text": lambda f, g: changed(g, signatures=["x", *g["signatures"]]),
    "signatures holds null": lambda f, g: changed(g, signatures=[*g["signatures"], None]),
    "one signature is malformed": lambda f, g: changed(g, signatures=[*g["signatures"], {}]),
    "too many signatures": lambda f, g: changed(g, signatures=g["signatures"] * limits.MAX_SIGNATURES),
    "flattened and general at once": lambda f, g: {**f, **g},
    "general with a protected header of its own": lambda f, g: {**g, "protected": f["protected"]},
    "general with an unprotected header of its own": lambda f, g: {**g, "header": {}},
    "text of nothing": lambda f, g: "",
    "text that is no JSON": lambda f, g: "{",
    "text of a list": lambda f, g: json.dumps([f]),
    "text with a member twice": lambda f, g: json.dumps(f)[:-1] + ',"payload":"e30"}',
    "text with a member twice by escape": lambda f, g: json.dumps(f)[:-1] + ',"p\\u0061yload":"e30"}',
    "text with a signature twice": lambda f, g: json.dumps(g)[:-1] + ',"signatures":[]}',
    "text with a lone surrogate": lambda f, g: json.dumps(f) + "\ud800",
    "text after the object": lambda f, g: json.dumps(f) + "x",
    "bytes of UTF-16": lambda f, g: json.dumps(f).encode("utf-16"),
    "bytes after a byte order mark": lambda f, g: b"\xef\xbb\xbf" + json.dumps(f).encode(),
    "nested too deeply": lambda f, g: json.dumps(f)[:-1] + ',"x":' + "[" * 1000 + "]" * 1000 + "}",
    "a compact token": lambda f, g: f"{f['protected']}.{f['payload']}.{f['signature']}",
    "an encrypted token": lambda f, g: {"protected": "e30", "iv": "", "ciphertext": "", "tag": ""},
    "8 MB of text": lambda f, g: json.dumps({**f, "x": "A" * 8_000_000}),
    "members with a huge payload": lambda f, g: changed(f, payload=BIG),
    "members with a huge protected header": lambda f, g: changed(f, protected=BIG),
    "members with a huge signature": lambda f, g: changed(g, signatures=[{"signature": BIG}]),
    "None": lambda f, g: None,
    "a number": lambda f, g: 5,
    "a list": lambda f, g: [f],
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_json_token_is_refused(
    name: str, token: dict[str, Any], general: dict[str, Any], keys: Mapping[str, Key]
) -> None:
    """Each is refused by a short error of ours before any key is asked for."""

    def look_up(_: Any) -> Key:
        raise AssertionError

    hostile = REFUSED[name](token, general)
    for attempt in (lambda: parse_json(hostile), lambda: verify_json(hostile, look_up)):
        with pytest.raises(DecodeError) as caught:
            attempt()
        assert len(str(caught.value)) <= 200
        assert "\n" not in str(caught.value)
    assert verify_json(token, keys["ES256"]).payload == b"{}"


@pytest.mark.parametrize("where", ["payload", "protected", "signature"])
def test_any_changed_part_is_refused(where: str, token: dict[str, Any], keys: Mapping[str, Key]) -> None:
    """Nothing of what is signed may change."""
    other = sign_json(b'{"a":1}', Signature(keys["ES256"], headers={"typ": "x"}))
    with pytest.raises(InvalidSignatureError):
        verify_json({**token, where: other[where]}, keys["ES256"])


def test_members_that_mean_nothing_are_ignored(token: dict[str, Any], keys: Mapping[str, Key]) -> None:
    """RFC 7515 section 7.2: unknown members are passed over."""
    assert verify_json({**token, "x": 1, "recipients": []}, keys["ES256"]).payload == b"{}"


def test_json_tokens_that_look_compact_are_neither(token: dict[str, Any], keys: Mapping[str, Key]) -> None:
    """A text that one reader takes for JSON and another splits at its dots is refused by both."""
    protected, payload, signature = token["protected"], token["payload"], token["signature"]
    forged = base64url.encode(b'{"sub":"admin"}')
    polyglots = [
        json.dumps({**token, f"{protected}.": f".{forged}.{signature}"}),
        "{" + f'"{protected}.{forged}.":"{signature}",' + json.dumps(token)[1:],
        json.dumps({"payload": payload, "signatures": [{"protected": protected, "signature": signature}]}),
        json.dumps(token),
    ]
    for text in polyglots:
        for attempt in (
            lambda: jws.verify(text, keys["ES256"]),  # noqa: B023
            lambda: jws.parse(text),  # noqa: B023
            lambda: jwt.decode(text, keys["ES256"]),  # noqa: B023
            lambda: jwt.decode(json.loads(text), keys["ES256"]),  # noqa: B023
        ):
            with pytest.raises(DecodeError):
                attempt()
        # As JSON each has one reading, and it is the signed one.
        assert verify_json(text, keys["ES256"]).payload == b"{}"


class TestSigning:
    """What sign_json refuses to make."""

    def test_the_number_of_signatures_has_bounds(self, keys: Mapping[str, Key]) -> None:
        """At least one, at most as many as are verified."""
        one = Signature(keys["HS256"])
        most = sign_json(b"{}", [one] * limits.MAX_SIGNATURES)
        assert verify_json(most, keys["HS256"], every=True).payload == b"{}"
        for several in ([], [one] * (limits.MAX_SIGNATURES + 1)):
            with pytest.raises(ValueError, match=f"1 to {limits.MAX_SIGNATURES}"):
                sign_json(b"{}", several)

    def test_all_agree_on_b64(self, keys: Mapping[str, Key]) -> None:
        """RFC 7797 section 3: one payload has one form, when signing and when verifying."""
        headers = {"b64": False, "crit": ["b64"]}
        with pytest.raises(ValueError, match="agree on b64"):
            sign_json(b"x", [Signature(keys["HS256"]), Signature(keys["ES256"], headers=headers)])
        one, two = (
            sign_json(b"x", [Signature(keys["HS256"])]),
            sign_json(b"x", [Signature(keys["HS256"], headers=headers)]),
        )
        mixed = {**one, "signatures": [*one["signatures"], *two["signatures"]], "payload": "eHh4"}
        with pytest.raises(DecodeError, match="agree on b64"):
            verify_json(mixed, keys["HS256"])

    def test_unencoded_payloads_are_text(self, keys: Mapping[str, Key]) -> None:
        """JSON holds any text, dots and all, but no bytes that are none."""
        one = Signature(keys["HS256"], headers={"b64": False, "crit": ["b64"]})
        for text in ("$.02", '\u00e9\n"', ""):
            made = sign_json(text.encode(), one)
            assert made["payload"] == text
            assert verify_json(json.dumps(made), keys["HS256"]).payload == text.encode()
        with pytest.raises(ValueError, match="detach"):
            sign_json(b"\xff", one)
        assert "payload" not in sign_json(b"\xff", one, detached=True)

    @pytest.mark.parametrize("unprotected", [{"alg": "ES256"}, {"typ": "x"}, {"kid": 5}, {"cty": None}])
    def test_headers_that_contradict_or_are_malformed(
        self, unprotected: dict[str, Any], keys: Mapping[str, Key]
    ) -> None:
        """A token that our own verifier must refuse is not made."""
        with pytest.raises(ValueError, match="header"):
            sign_json(b"x", Signature(keys["ES256"], headers={"typ": "note"}, unprotected=unprotected))

    @pytest.mark.parametrize("value", [object(), b"raw", {1, 2}, [object()]])
    def test_unprotected_members_that_are_no_json(self, value: Any, keys: Mapping[str, Key]) -> None:
        """What JSON cannot hold raises where it was given."""
        with pytest.raises(TypeError):
            sign_json(b"x", Signature(keys["ES256"], unprotected={"x": value}))

    def test_public_keys_sign_nothing(self, keys: Mapping[str, Key]) -> None:
        """The errors about keys are those of jws.sign, and no half-made token comes out."""
        with pytest.raises(InvalidKeyError, match="private"):
            sign_json(b"x", [Signature(keys["HS256"]), Signature(keys["ES256"].public())])
        with pytest.raises(InvalidAlgorithmError):
            sign_json(b"x", Signature(keys["ES256"], "RS256"))
        with pytest.raises(InvalidAlgorithmError):
            sign_json(b"x", Signature(keys["ES256"], headers={"alg": "none"}))

    def test_a_signature_to_be_made_hides_its_key(self, secret: bytes) -> None:
        """Its repr shows no key, though it may hold a secret as text."""
        shown = repr(Signature("a secret that nobody may read, in plain text", "HS256"))
        assert "secret" not in shown
        assert "HS256" in shown
