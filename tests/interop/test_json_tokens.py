# SPDX-License-Identifier: Apache-2.0
"""Other libraries and sealwright read each other's JSON tokens: flattened, general, detached, unencoded."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, cast

import pytest
from joserfc import jwk as joserfc_jwk
from joserfc import jws as joserfc_jws
from jwcrypto import jws as jwcrypto_jws
from tests.interop.peers import JWK, JoseCommand, LinePeer, Peer
from tests.interop.python_peers import Joserfc, JWCrypto

from sealwright.errors import InvalidTokenError
from sealwright.jose import Key, KeySet, jws
from sealwright.jose.jws_json import Signature, sign_json, verify_json

PAYLOAD = '{"text":"Zo\u00eb \U0001f510"}'
KEYS = [Key.generate("ES256"), Key.generate("PS256")]
PRIVATE = [json.dumps(key.to_jwk(private=True)) for key in KEYS]
PUBLIC = [json.dumps(key.to_jwk()) for key in KEYS]
GetPeer = Callable[[str, str], Peer]
each_peer = pytest.mark.parametrize("name", ["joserfc", "jwcrypto", "node", "jose"])


def they_sign(name: str, count: int, get_peer: GetPeer) -> str:
    """Have a peer sign with the first keys: one makes the flattened form, two the general one."""
    peer = get_peer(name, "")
    headers = [{"alg": key.alg, "kid": key.kid} for key in KEYS[:count]]
    if isinstance(peer, LinePeer):
        wanted = [
            {"alg": key.alg, "key": text, "form": JWK, "header": {"kid": key.kid}}
            for key, text in zip(KEYS[:count], PRIVATE[:count], strict=True)
        ]
        if count == 1:
            return json.dumps(peer.ask("sign_flattened", payload=PAYLOAD, **wanted[0]))
        return json.dumps(peer.ask("sign_json", payload=PAYLOAD, signatures=wanted))
    if isinstance(peer, JoseCommand):
        return peer.sign_json(PAYLOAD, PRIVATE[:count], headers)
    if isinstance(peer, Joserfc):
        keys = joserfc_jwk.KeySet(
            [Joserfc.key(key.alg, text, JWK) for key, text in zip(KEYS, PRIVATE, strict=True)]
        )
        members: Any = [{"protected": header} for header in headers]
        signed = joserfc_jws.serialize_json(
            members[0] if count == 1 else members, PAYLOAD, keys, ["ES256", "PS256"]
        )
        return json.dumps(signed)
    token = jwcrypto_jws.JWS(PAYLOAD.encode())
    for text, header in zip(PRIVATE, headers, strict=False):
        token.add_signature(JWCrypto.key(text, JWK), None, json.dumps(header), None)
    return cast("str", token.serialize())


def they_verify(name: str, token: dict[str, Any], which: int, get_peer: GetPeer) -> str:
    """Have a peer verify with one of the public keys, and return the payload."""
    peer = get_peer(name, "")
    if isinstance(peer, LinePeer):
        operation = "verify_json" if "signatures" in token else "verify_flattened"
        return cast("str", peer.ask(operation, token=token, alg=KEYS[which].alg, key=PUBLIC[which], form=JWK))
    if isinstance(peer, JoseCommand):
        return peer.verify(json.dumps(token), KEYS[which].alg, PUBLIC[which], JWK)
    if isinstance(peer, Joserfc):
        # It demands every signature to fit, so it gets both keys.
        keys = joserfc_jwk.KeySet(
            [Joserfc.key(key.alg, text, JWK) for key, text in zip(KEYS, PUBLIC, strict=True)]
        )
        found: Any = joserfc_jws.deserialize_json(cast("Any", token), keys, ["ES256", "PS256"])
        return cast("str", found.payload.decode())
    verified = jwcrypto_jws.JWS()
    verified.deserialize(json.dumps(token), JWCrypto.key(PUBLIC[which], JWK))
    return cast("str", verified.payload.decode())


@each_peer
@pytest.mark.parametrize("count", [1, 2])
def test_we_verify_their_json_tokens(name: str, count: int, get_peer: GetPeer) -> None:
    """Each signature of a peer's JSON token fits the right key, and no other payload."""
    token = they_sign(name, count, get_peer)
    assert ("signatures" in json.loads(token)) == (count > 1)
    for key in KEYS[:count]:
        assert verify_json(token, key.public()).payload.decode() == PAYLOAD
    assert verify_json(token, KeySet([key.public() for key in KEYS]), every=True).key.kid == KEYS[0].kid
    members = json.loads(token)
    changed = {**members, "payload": "A" + members["payload"][1:]}
    with pytest.raises(InvalidTokenError):
        verify_json(changed, KeySet([key.public() for key in KEYS]))


@each_peer
@pytest.mark.parametrize("count", [1, 2])
def test_they_verify_our_json_tokens(name: str, count: int, get_peer: GetPeer) -> None:
    """A peer takes our JSON token, in both forms and by each signature."""
    wanted = [Signature(key, headers={"kid": key.kid}) for key in KEYS[:count]]
    token = sign_json(PAYLOAD.encode(), wanted if count > 1 else wanted[0])
    for which in range(count):
        assert they_verify(name, token, which, get_peer) == PAYLOAD


def test_unencoded_payloads_travel_both_ways(get_peer: GetPeer) -> None:
    """Jwcrypto and we verify each other's ``"b64": false`` (RFC 7797), with the payload detached."""
    get_peer("jwcrypto", "")
    header = {"alg": "ES256", "b64": False, "crit": ["b64"]}
    theirs = jwcrypto_jws.JWS(PAYLOAD)
    theirs.add_signature(JWCrypto.key(PRIVATE[0], JWK), None, json.dumps(header), None)
    theirs.detach_payload()
    compact = theirs.serialize(compact=True)
    assert jws.verify(compact, KEYS[0].public(), payload=PAYLOAD.encode()).header["b64"] is False
    ours = jws.sign(PAYLOAD.encode(), KEYS[0], headers={"b64": False, "crit": ["b64"]}, detached=True)
    verified = jwcrypto_jws.JWS()
    verified.deserialize(ours)
    verified.verify(JWCrypto.key(PUBLIC[0], JWK), detached_payload=PAYLOAD)
    assert verified.is_valid


@pytest.mark.parametrize("alg", ["RS256", "ES256", "ES512", "EdDSA"])
def test_thumbprints_agree(alg: str, get_peer: GetPeer) -> None:
    """Everybody computes the same thumbprint of our key (RFC 7638)."""
    key = Key.generate(alg)
    text = json.dumps(key.to_jwk())
    assert JWCrypto.key(text, JWK).thumbprint() == key.thumbprint()
    assert Joserfc.key(alg, text, JWK).thumbprint() == key.thumbprint()
    node = get_peer("node", "")
    assert isinstance(node, LinePeer)
    assert node.ask("thumbprint", key=text) == key.thumbprint()
