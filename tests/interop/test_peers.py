# SPDX-License-Identifier: Apache-2.0
"""Other libraries and sealwright read each other's tokens and keys, for every algorithm that both know."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed448, rsa
from tests.interop.peers import HMAC, JWK, MLDSA, NIST, PEM, RSA, TEXT, Pair, Peer, Refused

from sealwright import jwt
from sealwright.errors import InvalidTokenError
from sealwright.jose import Key

COMMON = (*HMAC, *RSA, *NIST)
# "EdDSA/Ed448" is the algorithm EdDSA with a key of the other curve.
PEERS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "PyJWT": ((*COMMON, "ES256K", "EdDSA", "EdDSA/Ed448"), (JWK, PEM)),
    "joserfc": ((*COMMON, "ES256K", "EdDSA", "EdDSA/Ed448", "Ed25519", "Ed448"), (JWK, PEM)),
    "jwcrypto": ((*COMMON, "ES256K", "EdDSA", "EdDSA/Ed448", "Ed25519", "Ed448", *MLDSA), (JWK, PEM)),
    "node": ((*COMMON, "EdDSA", "Ed25519", *MLDSA), (JWK, PEM)),
    "jose": (COMMON, (JWK,)),
    "ruby": ((*COMMON, "ES256K"), (PEM,)),
    "perl": ((*COMMON, "ES256K", "EdDSA"), (JWK, PEM)),
}


def forms(name: str, kind: str) -> tuple[str, ...]:
    """In which forms a peer takes keys of a kind."""
    if kind in HMAC:
        return (TEXT,) if name == "ruby" else (JWK,)
    # RFC 9964 defines the JWK; jwcrypto and node read no PEM of these.
    return (JWK,) if kind in MLDSA else PEERS[name][1]


CASES = [
    (name, kind, form) for name, (kinds, _) in PEERS.items() for kind in kinds for form in forms(name, kind)
]
each_case = pytest.mark.parametrize(("name", "kind", "form"), CASES)
pytestmark = pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # So says joserfc since RFC 9864.
GetPeer = Callable[[str, str], Peer]


@cache
def _modulus() -> Any:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def own_key(kind: str) -> Key:
    """A private key of ours; the RSA ones share a modulus, because finding one is slow."""
    if kind in RSA:
        return Key.from_native(_modulus(), alg=kind)
    if kind == "EdDSA/Ed448":
        return Key.from_native(ed448.Ed448PrivateKey.generate(), alg="EdDSA")
    if kind in HMAC:
        # Letters and digits, so that it can travel as text as well.
        return Key.from_secret(Key.generate("HS512").thumbprint() * 2, kind)
    return Key.generate(kind)


def written(key: Key, form: str) -> Pair:
    """A key of ours as texts that we export."""
    if form == TEXT:
        assert isinstance(key.native, bytes)
        return Pair(key.native.decode(), None)
    if form == PEM:
        return Pair(key.to_pem(private=True), key.to_pem())
    return Pair(json.dumps(key.to_jwk(private=True)), None if key.kty == "oct" else json.dumps(key.to_jwk()))


def read(text: str, form: str, alg: str) -> Key:
    """A key text of theirs as our key."""
    if form == TEXT:
        return Key.from_secret(text, alg)
    key = Key.parse(text)
    return (
        Key.from_jwk({**json.loads(text), "alg": alg})
        if form == JWK
        else Key.from_native(key.native, alg=alg)
    )


@pytest.fixture(scope="session")
def made_by(get_peer: GetPeer) -> Callable[[str, str, str], Pair]:
    """A function to a key that a peer made; the RSA algorithms share one."""

    @cache
    def make(name: str, kind: str, form: str) -> Pair:
        return get_peer(name, kind).generate(kind, form)

    def made(name: str, kind: str, form: str) -> Pair:
        if kind not in RSA:
            return make(name, kind, form)
        pair = make(name, "RS256", form)
        if form != JWK:
            return pair
        bound = [json.dumps({**json.loads(half or "{}"), "alg": kind}) for half in pair]
        return Pair(bound[0], bound[1])

    return made


def claims() -> dict[str, Any]:
    """What an access token says."""
    now = int(time.time())
    return {
        "iss": "https://issuer.example",
        "aud": ["api"],
        "sub": "Zo\u00eb \U0001f510",
        "iat": now,
        "exp": now + 300,
    }


@each_case
def test_they_verify_ours(name: str, kind: str, form: str, get_peer: GetPeer) -> None:
    """A peer that reads the key we export takes our token, and refuses it for another key."""
    peer, alg = get_peer(name, kind), kind.partition("/")[0]
    key = own_key(kind)
    text = written(key, form)
    payload = claims()
    token = jwt.encode(payload, key)
    assert json.loads(peer.verify(token, alg, text.public or text.private, form)) == payload
    head, _, signature = token.rpartition(".")
    other = f"{head}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"
    with pytest.raises(Refused):
        peer.verify(other, alg, text.public or text.private, form)


@each_case
def test_we_verify_theirs(name: str, kind: str, form: str, get_peer: GetPeer) -> None:
    """We take the token that a peer signed with a private key of ours, and no changed one."""
    peer, alg = get_peer(name, kind), kind.partition("/")[0]
    key = own_key(kind)
    payload = claims()
    token = peer.sign(json.dumps(payload), alg, written(key, form).private, form, {"kid": "k1"})
    verifying = key if key.kty == "oct" else key.public()
    assert jwt.decode(token, verifying, audience="api") == payload
    assert jwt.get_unverified_header(token)["kid"] == "k1"
    for changed in changed_tokens(token):
        with pytest.raises(InvalidTokenError):
            jwt.decode(changed, verifying, audience="api")


def changed_tokens(token: str) -> list[str]:
    """The token with one character changed: the first, the middle and the last one of each part."""
    starts = [0, token.index(".") + 1, token.rindex(".") + 1]
    ends = [token.index("."), token.rindex("."), len(token)]
    places = {
        at for start, end in zip(starts, ends, strict=True) for at in (start, (start + end) // 2, end - 1)
    }
    return [token[:at] + ("B" if token[at] == "A" else "A") + token[at + 1 :] for at in sorted(places)]


@each_case
def test_keys_of_theirs_serve_both(
    name: str, kind: str, form: str, get_peer: GetPeer, made_by: Callable[[str, str, str], Pair]
) -> None:
    """We read both halves of a key that a peer made; with it each side verifies the other's token."""
    peer, alg = get_peer(name, kind), kind.partition("/")[0]
    made = made_by(name, kind, form)
    private, public = (read(half or made.private, form, alg) for half in made)
    assert private.thumbprint() == public.thumbprint()
    assert private.is_private
    assert public.is_private == (public.kty == "oct")
    payload = claims()
    ours = jwt.encode(payload, private)
    assert json.loads(peer.verify(ours, alg, made.public or made.private, form)) == payload
    theirs = peer.sign(json.dumps(payload), alg, made.private, form, {})
    assert jwt.decode(theirs, public, audience="api") == payload
