# SPDX-License-Identifier: Apache-2.0
"""Python's other token libraries, with the face of `peers.Peer`."""

from __future__ import annotations

import json
from typing import Any

import joserfc.errors
from joserfc import jwk as joserfc_jwk
from joserfc import jws as joserfc_jws
from jwcrypto import jwk as jwcrypto_jwk
from jwcrypto import jws as jwcrypto_jws
from tests.interop.peers import JWK, PEM, Pair, Refused

import jwt as pyjwt

CURVES = {
    "ES256": "P-256",
    "ES384": "P-384",
    "ES512": "P-521",
    "ES256K": "secp256k1",
    "EdDSA": "Ed25519",
    "EdDSA/Ed448": "Ed448",
    "Ed25519": "Ed25519",
    "Ed448": "Ed448",
}
joserfc_jwk.register_secp256k1()  # type: ignore[attr-defined]


class PyJWT:
    """PyJWT, through its JWS layer and its PyJWK."""

    def sign(self, payload: str, alg: str, key: str, form: str, header: dict[str, Any]) -> str:
        """Return a compact token."""
        return pyjwt.PyJWS().encode(payload.encode(), self._key(alg, key, form), alg, header)

    def verify(self, token: str, alg: str, key: str, form: str) -> str:
        """Return the payload, or raise `Refused`."""
        try:
            payload: bytes = pyjwt.PyJWS().decode(token, self._key(alg, key, form), [alg])
        except pyjwt.PyJWTError as err:
            raise Refused(str(err)) from None
        return payload.decode()

    def generate(self, alg: str, form: str) -> Pair:
        """Make a key; PyJWT makes none itself, so it writes one of jwcrypto's."""
        made = JWCrypto().generate(alg, JWK)
        if made.public is None:
            return made
        if form == PEM:
            return JWCrypto().generate(alg, PEM)
        algorithm = pyjwt.PyJWK(json.loads(made.private), alg.partition("/")[0]).Algorithm
        native = algorithm.from_jwk(made.private)
        return Pair(algorithm.to_jwk(native), algorithm.to_jwk(native.public_key()))

    def close(self) -> None:
        """Nothing was started."""

    @staticmethod
    def _key(alg: str, key: str, form: str) -> Any:
        return pyjwt.PyJWK(json.loads(key), alg).key if form == JWK else key


class Joserfc:
    """joserfc."""

    def sign(self, payload: str, alg: str, key: str, form: str, header: dict[str, Any]) -> str:
        """Return a compact token."""
        return joserfc_jws.serialize_compact({"alg": alg, **header}, payload, self.key(alg, key, form), [alg])

    def verify(self, token: str, alg: str, key: str, form: str) -> str:
        """Return the payload, or raise `Refused`."""
        try:
            found = joserfc_jws.deserialize_compact(token, self.key(alg, key, form), [alg])
        except joserfc.errors.JoseError as err:
            raise Refused(str(err)) from None
        return found.payload.decode()

    def generate(self, alg: str, form: str) -> Pair:
        """Make a key for an algorithm."""
        kty: Any = _kty(alg)
        size: Any = CURVES.get(alg) or {"oct": 512, "RSA": 2048}[kty]
        key: Any = joserfc_jwk.generate_key(kty, size)
        if form == PEM:
            return Pair(key.as_pem(private=True).decode(), key.as_pem(private=False).decode())
        public = None if kty == "oct" else json.dumps(key.as_dict(private=False))
        return Pair(json.dumps(key.as_dict(private=True)), public)

    def close(self) -> None:
        """Nothing was started."""

    @staticmethod
    def key(alg: str, key: str, form: str) -> Any:
        """Read a key text."""
        kty: Any = _kty(alg)
        return joserfc_jwk.import_key(json.loads(key) if form == JWK else key, kty)


class JWCrypto:
    """jwcrypto."""

    def sign(self, payload: str, alg: str, key: str, form: str, header: dict[str, Any]) -> str:
        """Return a compact token."""
        token = jwcrypto_jws.JWS(payload.encode())
        token.add_signature(self.key(key, form), None, json.dumps({"alg": alg, **header}), None)
        compact: str = token.serialize(compact=True)
        return compact

    def verify(self, token: str, alg: str, key: str, form: str) -> str:
        """Return the payload, or raise `Refused`."""
        found = jwcrypto_jws.JWS()
        found.allowed_algs = [alg]
        try:
            found.deserialize(token, self.key(key, form))
        except jwcrypto_jws.InvalidJWSSignature as err:
            raise Refused(str(err)) from None
        payload: bytes = found.payload
        return payload.decode()

    def generate(self, alg: str, form: str) -> Pair:
        """Make a key for an algorithm."""
        kty = _kty(alg)
        wanted: dict[str, Any] = {"AKP": {"alg": alg}, "RSA": {"size": 2048}, "oct": {"size": 512}}
        key = jwcrypto_jwk.JWK.generate(kty=kty, **wanted.get(kty, {"crv": CURVES.get(alg)}))
        if form == PEM:
            private = key.export_to_pem(private_key=True, password=None)
            return Pair(private.decode(), key.export_to_pem().decode())
        return Pair(key.export(private_key=True), None if kty == "oct" else key.export_public())

    def close(self) -> None:
        """Nothing was started."""

    @staticmethod
    def key(key: str, form: str) -> jwcrypto_jwk.JWK:
        """Read a key text."""
        return jwcrypto_jwk.JWK.from_json(key) if form == JWK else jwcrypto_jwk.JWK.from_pem(key.encode())


def _kty(alg: str) -> str:
    if alg in CURVES:
        return "EC" if alg.startswith("ES") else "OKP"
    return "oct" if alg.startswith("HS") else "AKP" if alg.startswith("ML-") else "RSA"
