# SPDX-License-Identifier: Apache-2.0
"""PyJWT and PyJWS: objects with default options, and the table of algorithms around them."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from sealwright import jwt
from sealwright.jose import base64url, jws
from sealwright.jwt import algorithms
from sealwright.jwt.exceptions import UnsupportedAlgorithmError
from sealwright.jwt.warnings import RemovedInPyjwt3Warning

SECRET = "a random, long, sequence of characters that only the server knows"
NOW = 1_800_000_000.0


def header_of(token: str) -> Any:
    """Read a header without the code under test."""
    return json.loads(base64url.decode(token.split(".", maxsplit=1)[0]))


@pytest.fixture
def _algorithms_as_they_were() -> Iterator[None]:
    """Undo what a test unregisters for the module's functions."""
    yield
    jwt.functions.switched_off.clear()


class DecimalEncoder(json.JSONEncoder):
    """Writes decimals as text."""

    def default(self, o: object) -> Any:
        """Write what JSON does not know."""
        return str(o) if isinstance(o, Decimal) else super().default(o)


class TestPyJWT:
    """Objects that sign and verify claims."""

    def test_round_trip(self) -> None:
        """What an object signs, it and the functions verify."""
        service = jwt.PyJWT()
        token = service.encode({"sub": "susan"}, SECRET, "HS256", {"kid": "1"})
        assert service.decode(token, SECRET, ["HS256"]) == {"sub": "susan"}
        complete = service.decode_complete(token, SECRET, ["HS256"])
        assert complete == jwt.decode_complete(token, SECRET, ["HS256"])
        assert complete["header"] == {"alg": "HS256", "kid": "1", "typ": "JWT"}

    def test_default_options(self) -> None:
        """Options of the object hold for each call, and a call overrides them without changing them."""
        service = jwt.PyJWT(options={"verify_exp": False, "require": ["sub"]})
        token = service.encode({"exp": 5, "sub": "susan"}, SECRET, "HS256")
        assert service.decode(token, SECRET, ["HS256"])
        with pytest.raises(jwt.ExpiredSignatureError):
            service.decode(token, SECRET, ["HS256"], options={"verify_exp": True})
        assert service.options["verify_exp"] is False
        assert service.options["verify_aud"] is True
        with pytest.raises(jwt.MissingRequiredClaimError):
            service.decode(service.encode({}, SECRET, "HS256"), SECRET, ["HS256"])

    def test_our_own_arguments_work_on_objects_too(self) -> None:
        """Type, typ, max_age and now go through."""
        service = jwt.PyJWT()
        token = service.encode({"iat": NOW}, SECRET, "HS256")
        assert service.decode(token, SECRET, ["HS256"], now=NOW, typ="JWT", max_age=5, type=dict[str, float])
        with pytest.raises(TypeError):
            service.decode(token, SECRET, ["HS256"], audiences="x")

    @pytest.mark.parametrize("options", [{"verify_signature": False}, {"verify_expiry": True}])
    def test_bad_options_are_refused_at_once(self, options: dict[str, Any]) -> None:
        """Neither the constructor nor a call takes them."""
        with pytest.raises(ValueError, match=r"get_unverified_claims|verify_expiry"):
            jwt.PyJWT(options)
        with pytest.raises(ValueError, match=r"get_unverified_claims|verify_expiry"):
            jwt.PyJWT().decode("a.b.c", SECRET, ["HS256"], options=options)
        for wrong in (object(), "something"):
            with pytest.raises(TypeError):
                jwt.PyJWT(wrong)  # type: ignore[arg-type]

    def test_a_subclass_may_compress_its_payloads(self) -> None:
        """The two hooks that PyJWT offers to subclasses."""

        class Compressed(jwt.PyJWT):
            def _encode_payload(self, payload: Any, headers: Any, json_encoder: Any) -> bytes:
                return zlib.compress(super()._encode_payload(payload, headers, json_encoder))

            def _decode_payload(self, decoded: dict[str, Any]) -> dict[str, Any]:
                return super()._decode_payload({**decoded, "payload": zlib.decompress(decoded["payload"])})

        token = Compressed().encode({"aud": "x", "text": "a" * 500}, SECRET, "HS256")
        assert len(token) < 200
        assert Compressed().decode(token, SECRET, ["HS256"], audience="x")["text"] == "a" * 500
        with pytest.raises(jwt.InvalidAudienceError):
            Compressed().decode(token, SECRET, ["HS256"], audience="y")


class TestEncoding:
    """What encode's arguments beyond key and algorithm do."""

    def test_a_json_encoder(self) -> None:
        """An encoder turns values of claims and headers into JSON's; dates stay dates."""
        from datetime import UTC, datetime

        payload = {"exp": datetime.fromtimestamp(NOW, UTC), "price": Decimal("2.50")}
        with pytest.raises(TypeError):
            jwt.encode(payload, SECRET, "HS256")
        for encode in (jwt.encode, jwt.PyJWT().encode):
            token = encode(payload, SECRET, "HS256", {"d": Decimal(1)}, DecimalEncoder)
            assert header_of(token)["d"] == "1"
            claims = jwt.decode(token, SECRET, ["HS256"], now=NOW - 1)
            assert claims == {"exp": NOW, "price": "2.50"}
        with pytest.raises(TypeError):
            jwt.encode({"a": object()}, SECRET, "HS256", json_encoder=DecimalEncoder)
        with pytest.raises(TypeError):
            jwt.encode("text", SECRET, "HS256", json_encoder=DecimalEncoder)  # type: ignore[arg-type]

    @pytest.mark.parametrize("sort_headers", [True, False])
    def test_sorted_headers(self, sort_headers: bool) -> None:
        """Header members are sorted unless told otherwise."""
        token = jwt.encode({}, SECRET, "HS256", {"b": 1, "a": 2}, sort_headers=sort_headers)
        assert (list(header_of(token)) == ["a", "alg", "b", "typ"]) is sort_headers
        assert jwt.decode(token, SECRET, ["HS256"]) == {}

    def test_the_algorithm_may_stand_in_the_headers(self) -> None:
        """Without the argument the header's alg counts; a contradiction is refused."""
        key = jwt.Key.generate("PS384")
        native = key.native
        token = jwt.encode({}, native, headers={"alg": "PS384"})
        assert header_of(token)["alg"] == "PS384"
        with pytest.raises(jwt.InvalidAlgorithmError):
            jwt.encode({}, SECRET, "HS256", {"alg": "HS512"})

    def test_a_key_names_itself(self) -> None:
        """A Key puts its kid into the header, unless the headers say otherwise."""
        key = jwt.Key.generate("ES256", kid="june")
        assert header_of(jwt.encode({}, key)) == {"alg": "ES256", "kid": "june", "typ": "JWT"}
        assert header_of(jwt.encode({}, key, "ES256")) == {"alg": "ES256", "kid": "june", "typ": "JWT"}
        assert header_of(jwt.encode({}, key, headers={"kid": None})) == {"alg": "ES256", "typ": "JWT"}

    def test_an_unknown_algorithm_is_both_errors(self) -> None:
        """PyJWT raises NotImplementedError; ours is that, and an InvalidAlgorithmError."""
        for encode in (jwt.encode, jwt.PyJWT().encode):
            with pytest.raises(NotImplementedError, match=r"^Algorithm not supported$") as caught:
                encode({}, SECRET, "hs256")
            assert isinstance(caught.value, jwt.InvalidAlgorithmError)
            assert "hs256" in caught.value.hint

    @pytest.mark.parametrize(
        "headers", [{"b64": False}, {"b64": False, "crit": ["b64"]}, {"crit": ["x"], "x": 1}]
    )
    def test_no_extensions_in_json_web_tokens(self, headers: dict[str, Any]) -> None:
        """RFC 7797 section 7 forbids b64=false in them."""
        for encode in (jwt.encode, jwt.PyJWT().encode):
            with pytest.raises(ValueError, match="neither b64"):
                encode({}, SECRET, "HS256", headers)


class TestPyJWS:
    """Objects that sign and verify bytes."""

    def test_round_trip(self) -> None:
        """Bytes come back as they were."""
        service = jwt.PyJWS()
        token = service.encode(b"\x00not json", SECRET, "HS512", {"kid": "1"})
        assert service.decode(token, SECRET, ["HS512"]) == b"\x00not json"
        complete = service.decode_complete(token, SECRET, ["HS512"])
        assert complete["header"] == {"alg": "HS512", "kid": "1", "typ": "JWT"}
        assert len(complete["signature"]) == 64
        assert service.get_unverified_header(token) == complete["header"]
        assert jwt.api_jws.decode(jwt.api_jws.encode(b"x", SECRET), SECRET, ["HS256"]) == b"x"

    def test_a_header_typ_of_its_own(self) -> None:
        """A subclass names the type of its tokens."""

        class Events(jwt.PyJWS):
            header_typ = "secevent+jwt"

        assert header_of(Events().encode(b"", SECRET))["typ"] == "secevent+jwt"

    @pytest.mark.parametrize("headers", [None, {"b64": False}, {"crit": ["b64"], "b64": False}])
    def test_detached_payloads(self, headers: Any) -> None:
        """A payload that travels beside the token is signed as it is (RFC 7797)."""
        service = jwt.PyJWS()
        token = service.encode(b"$.02", SECRET, headers=headers, is_payload_detached=True)
        assert token.split(".")[1] == ""
        assert header_of(token) == {"alg": "HS256", "b64": False, "crit": ["b64"], "typ": "JWT"}
        assert service.decode(token, SECRET, ["HS256"], detached_payload=b"$.02") == b"$.02"
        for payload, error in ((b"$.03", jwt.InvalidSignatureError), (None, jwt.DecodeError)):
            with pytest.raises(error):
                service.decode(token, SECRET, ["HS256"], detached_payload=payload)
        with pytest.raises(jwt.DecodeError, match="detached_payload"):
            service.decode(token, SECRET, ["HS256"])

    def test_detached_claims(self) -> None:
        """The functions for claims take a detached payload when one is given, and only then."""
        payload = b'{"sub":"susan"}'
        token = jwt.PyJWS().encode(payload, SECRET, is_payload_detached=True)
        for decode in (jwt.decode, jwt.PyJWT().decode):
            assert decode(token, SECRET, ["HS256"], detached_payload=payload) == {"sub": "susan"}
            with pytest.raises(jwt.InvalidTokenError):
                decode(token, SECRET, ["HS256"])
        whole = jwt.encode({}, SECRET, "HS256")
        with pytest.raises(jwt.DecodeError):
            jwt.decode(whole, SECRET, ["HS256"], detached_payload=payload)

    def test_b64_true_is_left_out(self) -> None:
        """It says nothing, so it is not said."""
        token = jwt.PyJWS().encode(b"x", SECRET, headers={"b64": True})
        assert header_of(token) == {"alg": "HS256", "typ": "JWT"}
        with pytest.raises(jwt.InvalidTokenError, match="crit"):
            jwt.PyJWS().encode(b"x", SECRET, headers={"b64": False, "crit": "b64"})

    def test_options(self) -> None:
        """Options are those of signatures; a call overrides them without changing them."""
        service = jwt.PyJWS(options={"enforce_minimum_key_length": True})
        assert service.options == {"verify_signature": True, "enforce_minimum_key_length": True}
        with pytest.raises(jwt.InvalidKeyError, match="below"):
            service.encode(b"x", "too short for it")
        token = service.encode(b"x", SECRET)
        assert service.decode(token, SECRET, ["HS256"], options={"enforce_minimum_key_length": False}) == b"x"
        for wrong in ({"verify_signature": False}, {"verify_exp": True}):
            with pytest.raises(ValueError, match=r"verify_exp|get_unverified"):
                service.decode(token, SECRET, ["HS256"], options=wrong)

    def test_only_some_algorithms(self) -> None:
        """An object made for some algorithms neither signs nor verifies with others."""
        service = jwt.PyJWS(algorithms=["HS256"])
        assert service.get_algorithms() == ["HS256"]
        other = jwt.PyJWS().encode(b"x", SECRET, "HS512")
        with pytest.raises(jwt.InvalidAlgorithmError):
            service.decode(other, SECRET, ["HS256", "HS512"])
        with pytest.raises(jwt.InvalidAlgorithmError):
            service.encode(b"x", SECRET, "HS512")
        with pytest.raises(UnsupportedAlgorithmError):
            service.get_algorithm_by_name("HS512")


class TestShortSecrets:
    """The enforce_minimum_key_length option."""

    OPTIONS: dict[str, Any] = {"enforce_minimum_key_length": True}  # noqa: RUF012

    def test_when_verifying(self) -> None:
        """The option raises where there would be a warning, for texts, bytes and JWKs."""
        token = jwt.encode({}, SECRET, "HS512")
        jwk = jwt.PyJWK({"kty": "oct", "alg": "HS512", "k": base64url.encode(b"s" * 63)})
        for key in ("s" * 63, b"s" * 63, jwk):
            for decode in (
                jwt.decode,
                jwt.decode_complete,
                jwt.PyJWT().decode,
                jwt.PyJWT(self.OPTIONS).decode,
            ):
                with pytest.raises(jwt.InvalidKeyError, match=r"63 bytes.*below.*64"):
                    decode(token, key, ["HS512"], options=self.OPTIONS)
        assert jwt.decode(token, SECRET, ["HS512"], options=self.OPTIONS) == {}
        assert jwt.decode(token, jwt.Key.from_secret(SECRET, "HS512"), options=self.OPTIONS) == {}

    def test_when_signing(self) -> None:
        """An object with the option signs with no short secret."""
        service = jwt.PyJWT(self.OPTIONS)
        for alg in (None, "HS256"):
            with pytest.raises(jwt.InvalidKeyError, match="below"):
                service.encode({}, "too short for it", alg)
        with pytest.raises(jwt.InvalidKeyError, match="below"):
            service.encode({}, jwt.PyJWK({"kty": "oct", "k": "c2VjcmV0"}))
        assert service.encode({}, SECRET)

    def test_an_unknown_algorithm_is_refused_as_ever(self) -> None:
        """The option does not stumble over a token of another library."""
        token = base64url.encode(b'{"alg":"X1"}') + ".e30."
        with pytest.raises(jwt.PyJWTError):
            jwt.decode(token, SECRET, ["HS256"], options=self.OPTIONS)


class TestRegistry:
    """Looking algorithms up, and switching them off."""

    def test_looking_up(self) -> None:
        """Every algorithm has its object; none has not."""
        assert isinstance(jwt.get_algorithm_by_name("PS256"), algorithms.RSAPSSAlgorithm)
        with pytest.raises(NotImplementedError, match=r"^Algorithm not supported$"):
            jwt.get_algorithm_by_name("none")
        assert "none" not in jwt.PyJWS().get_algorithms()

    @pytest.mark.usefixtures("_algorithms_as_they_were")
    def test_unregistering_holds_for_the_functions(self) -> None:
        """What is unregistered neither signs nor verifies until it is registered again."""
        token = jwt.encode({}, SECRET, "HS512")
        jwt.unregister_algorithm("HS512")
        for decode in (jwt.decode, jwt.decode_complete, jwt.PyJWT().decode, jwt.api_jws.decode):
            with pytest.raises(jwt.InvalidAlgorithmError):
                decode(token, SECRET, ["HS512"])
        for encode in (jwt.encode, jwt.PyJWT().encode):
            with pytest.raises(jwt.InvalidAlgorithmError):
                encode({}, SECRET, "HS512")
        assert jwt.decode(jwt.encode({}, SECRET, "HS256"), SECRET, ["HS256"]) == {}
        assert jwt.PyJWS().decode(token, SECRET, ["HS512"]) == b"{}"
        jwt.register_algorithm("HS512", algorithms.HMACAlgorithm(algorithms.HMACAlgorithm.SHA512))
        assert jwt.decode(token, SECRET, ["HS512"]) == {}

    def test_the_table_is_closed(self) -> None:
        """Nothing that is not in the table can be registered, and nothing twice."""
        service = jwt.PyJWS()
        rs256 = algorithms.RSAAlgorithm(algorithms.RSAAlgorithm.SHA256)
        with pytest.raises(ValueError, match="already"):
            service.register_algorithm("RS256", rs256)
        with pytest.raises(TypeError):
            service.register_algorithm("X1", {})  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="Signer"):
            service.register_algorithm("X1", rs256)
        service.unregister_algorithm("ES256")
        with pytest.raises(ValueError, match="closed"):
            service.register_algorithm("ES256", rs256)
        with pytest.raises(KeyError):
            service.unregister_algorithm("ES256")


def test_unverified_claims_are_named_so() -> None:
    """Reading without verifying has a name that says so, and needs no key."""
    token = jwt.encode({"exp": 5, "sub": "susan"}, SECRET, "HS256", {"kid": "1"})
    assert jwt.get_unverified_claims(token) == {"exp": 5, "sub": "susan"}
    assert jwt.get_unverified_header(token)["kid"] == "1"
    for malformed in ("", "a.b", token + "=", jws.sign(b"[]", SECRET, "HS256")):
        with pytest.raises(jwt.DecodeError):
            jwt.get_unverified_claims(malformed)


def test_the_old_verify_argument_does_nothing() -> None:
    """As with PyJWT 2, verify=False warns, and verifies."""
    token = jwt.encode({}, SECRET, "HS256")
    assert jwt.decode(token, SECRET, ["HS256"], verify=True) == {}
    for decode in (jwt.decode, jwt.decode_complete, jwt.PyJWT().decode):
        with pytest.warns(RemovedInPyjwt3Warning, match="verified"):
            assert decode(token, SECRET, ["HS256"], verify=False) is not None
        with pytest.warns(RemovedInPyjwt3Warning), pytest.raises(jwt.InvalidSignatureError):
            decode(token, SECRET + "x", ["HS256"], verify=False)
