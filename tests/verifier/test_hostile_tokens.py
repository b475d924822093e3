# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: D103 - the names of these tests are the sentences.
"""Tokens that must be refused, and what may not happen on their behalf."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest
from tests.verifier.conftest import MakeVerifier
from tests.verifier.issuer import Issuer

from sealwright import errors
from sealwright.jose import Key, base64url
from sealwright.verifier import Verifier

WRONG_CLAIMS: list[tuple[dict[str, Any], type[errors.InvalidTokenError], str]] = [
    ({"aud": "files"}, errors.InvalidAudienceError, "expected 'api', found 'files'"),
    ({"aud": ["files", "apis"]}, errors.InvalidAudienceError, "expected 'api'"),
    ({"iss": "https://evil.example"}, errors.InvalidIssuerError, "found 'https://evil.example'"),
    ({"iss": ["https://evil.example"]}, errors.InvalidIssuerError, "string"),
    ({"exp": 1_300_000_000}, errors.ExpiredSignatureError, "expired"),
    ({"exp": "tomorrow"}, errors.DecodeError, "exp"),
    ({"nbf": 9_000_000_000}, errors.ImmatureSignatureError, "nbf"),
    ({"iat": 9_000_000_000}, errors.ImmatureSignatureError, "iat"),
    ({"sub": 7}, errors.InvalidSubjectError, "string"),
    ({"jti": 7}, errors.InvalidJTIError, "string"),
    ({"drop": "exp"}, errors.MissingRequiredClaimError, '"exp"'),
    ({"drop": "aud"}, errors.MissingRequiredClaimError, '"aud"'),
    ({"drop": "iss"}, errors.MissingRequiredClaimError, '"iss"'),
    ({"cnf": {"jkt": "thumbprint"}}, errors.InvalidTokenError, "cnf"),
    ({"cnf": None}, errors.InvalidTokenError, "cnf"),
]
WRONG_HEADERS: list[tuple[dict[str, Any], type[errors.InvalidTokenError], str]] = [
    ({"typ": "JWT"}, errors.InvalidTokenError, "expected typ 'at\\+jwt', found 'JWT'"),
    ({"typ": "logout+jwt"}, errors.InvalidTokenError, "found 'logout\\+jwt'"),
    ({"typ": "application/application/at+jwt"}, errors.InvalidTokenError, "expected typ"),
    ({"typ": "at+jwt "}, errors.InvalidTokenError, "expected typ"),
    ({"kid": "missing"}, errors.UnknownKeyError, "kid"),
]


def refused(verifier: Verifier, token: str, kind: type[errors.SealwrightError], reason: str) -> None:
    with pytest.raises(kind, match=reason) as caught:
        verifier.verify(token)
    message = str(caught.value)
    assert "\n" not in message
    assert not [part for part in token.split(".") if len(part) > 12 and part in message + caught.value.hint]


def hand_made(header: dict[str, Any], payload: bytes, secret: bytes = b"") -> str:
    """A token no library would make, signed with HMAC when there is a secret."""
    signing_input = f"{base64url.encode(json.dumps(header).encode())}.{base64url.encode(payload)}"
    signature = hmac.digest(secret, signing_input.encode(), hashlib.sha256) if secret else b""
    return f"{signing_input}.{base64url.encode(signature)}"


def payload_of(token: str) -> bytes:
    return base64url.decode(token.split(".")[1])


@pytest.mark.parametrize(("members", "kind", "reason"), WRONG_CLAIMS)
def test_a_well_signed_token_with_a_wrong_claim_is_refused(
    verifier: Verifier,
    issuer: Issuer,
    members: dict[str, Any],
    kind: type[errors.InvalidTokenError],
    reason: str,
) -> None:
    refused(verifier, issuer.token(**members), kind, reason)


@pytest.mark.parametrize(("headers", "kind", "reason"), WRONG_HEADERS)
def test_a_well_signed_token_with_a_wrong_header_is_refused(
    verifier: Verifier,
    issuer: Issuer,
    headers: dict[str, Any],
    kind: type[errors.InvalidTokenError],
    reason: str,
) -> None:
    refused(verifier, issuer.token(headers=headers), kind, reason)


def test_a_token_without_a_typ_is_no_access_token(verifier: Verifier, issuer: Issuer) -> None:
    token = hand_made({"alg": "ES256", "kid": "first"}, payload_of(issuer.token()))
    refused(verifier, token, errors.InvalidTokenError, "found None")


@pytest.mark.parametrize("where", [0, 1, 2])
def test_one_changed_character_is_refused(verifier: Verifier, issuer: Issuer, where: int) -> None:
    parts = issuer.token().split(".")
    parts[where] = parts[where][:10] + ("A" if parts[where][10] != "A" else "B") + parts[where][11:]
    refused(verifier, ".".join(parts), errors.InvalidTokenError, ".")


def test_a_signature_with_a_changed_last_character_is_an_invalid_signature(
    verifier: Verifier, issuer: Issuer
) -> None:
    token = issuer.token()
    last = "A" if token[-1] != "A" else "B"
    refused(verifier, token[:-1] + last, errors.InvalidSignatureError, "verification failed")


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("", "segments"),
        ("a.b", "segments"),
        ("a.b.c.d.e", "encrypted"),
        ("Bearer a.b.c", "header segment"),
        ("é.é.é", "characters"),
        ("e30.e30.e30", "alg"),
        ("a" * 1_000_000, "too long"),
    ],
)
def test_what_is_no_token_is_refused(verifier: Verifier, token: str, reason: str) -> None:
    refused(verifier, token, errors.DecodeError, reason)


@pytest.mark.parametrize("payload", [b"[]", b"", b'{"iss":1,"iss":2}', b"[" * 10_000, b"\xff"])
def test_a_payload_that_is_no_strict_json_object_is_refused(verifier: Verifier, payload: bytes) -> None:
    token = hand_made({"alg": "ES256", "typ": "at+jwt", "kid": "first"}, payload)
    refused(verifier, token, errors.DecodeError, "[Pp]ayload")


def test_a_payload_that_is_no_base64url_is_refused(verifier: Verifier, issuer: Issuer) -> None:
    header, _, signature = issuer.token().split(".")
    refused(verifier, f"{header}.!.{signature}", errors.DecodeError, "payload segment")


def test_the_public_key_is_no_hmac_secret_in_any_encoding(
    verifier: Verifier, issuer: Issuer, first_key: Key
) -> None:
    public = first_key.public()
    encodings = [public.to_pem(), public.to_openssh(), json.dumps(public.to_jwk()), issuer.jwks().decode()]
    for text in encodings:
        header = {"alg": "HS256", "typ": "at+jwt", "kid": "first"}
        token = hand_made(header, payload_of(issuer.token()), text.encode())
        refused(verifier, token, errors.InvalidAlgorithmError, "'HS256' is not allowed")


@pytest.mark.parametrize("alg", ["none", "None", "HS512", "RS256", "ES256K", ""])
def test_an_algorithm_other_than_the_keys_is_refused(verifier: Verifier, issuer: Issuer, alg: str) -> None:
    token = hand_made({"alg": alg, "typ": "at+jwt", "kid": "first"}, payload_of(issuer.token()))
    refused(verifier, token, errors.InvalidTokenError, ".")


def test_only_the_configured_algorithms_are_accepted(make_verifier: MakeVerifier, issuer: Issuer) -> None:
    refused(make_verifier(algorithms=["RS256"]), issuer.token(), errors.InvalidAlgorithmError, "'ES256'")


def test_keys_and_addresses_in_the_header_are_never_followed(verifier: Verifier, issuer: Issuer) -> None:
    attacker = Key.generate("ES256", kid="mine")
    for members in (
        {"jwk": attacker.public().to_jwk()},
        {"jku": issuer.origin + "/evil/jwks.json"},
        {"x5u": issuer.origin + "/evil/chain.pem"},
        {"jku": issuer.origin + "/evil/jwks.json", "kid": "first"},
    ):
        refused(verifier, issuer.token(key=attacker, headers=members), errors.InvalidTokenError, ".")
    assert not [path for path, _ in issuer.requests if "evil" in path]


def test_another_issuers_key_does_not_sign_for_this_one(verifier: Verifier, issuer: Issuer) -> None:
    other = Key.generate("ES256", kid="first")
    refused(verifier, issuer.token(key=other), errors.InvalidSignatureError, "verification failed")


def test_a_key_that_is_published_for_something_else_verifies_nothing(
    make_verifier: MakeVerifier, issuer: Issuer, first_key: Key
) -> None:
    published = {**first_key.public().to_jwk(), "key_ops": ["encrypt"]}
    issuer.keys = [Key.from_jwk(published), Key.generate("ES256", kid="second")]
    refused(make_verifier(), issuer.token(key=first_key), errors.UnknownKeyError, "key_ops")


def test_cheap_refusals_compute_no_signature_and_ask_for_no_key(
    verifier: Verifier, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    verifier.verify(issuer.token())
    fetched = len(issuer.requests)
    computed: list[object] = []
    monkeypatch.setattr(Key, "verify", lambda *arguments: computed.append(arguments))
    hostile = [issuer.token(**{"headers": {"kid": "unknown"}, **members}) for members, _, _ in WRONG_CLAIMS]
    hostile += [issuer.token(headers=headers) for headers, _, _ in WRONG_HEADERS if "kid" not in headers]
    for alg in ("none", "HS256"):
        hostile.append(hand_made({"alg": alg, "typ": "at+jwt", "kid": "unknown"}, payload_of(issuer.token())))
    for token in hostile:
        refused(verifier, token, errors.InvalidTokenError, ".")
    refused(verifier, issuer.token() + "!", errors.InvalidSignatureError, "canonical")
    assert computed == []
    assert len(issuer.requests) == fetched
    refused(verifier, issuer.token(headers={"kid": "unknown"}), errors.UnknownKeyError, "kid")
    assert computed == []
