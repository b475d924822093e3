# SPDX-License-Identifier: Apache-2.0
"""Keys that are bare bytes: nothing in them says what they are, so the caller must (`Key.from_raw`)."""

from __future__ import annotations

from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric import ec

from ...errors import InvalidKeyError
from ..algorithms import ALGORITHMS
from ..natives import CURVES, EDWARDS, MLDSA, Native, PrivateNative, PublicNative

_SEED_BYTES = {"Ed25519": 32, "Ed448": 57, **dict.fromkeys(MLDSA, 32)}
_ED25519_PAIR_BYTES = 64


def read(kind: str, public: bytes | None, private: bytes | None) -> Native:
    """Make a key object of bare bytes.

    Args:
        kind: A curve or parameter set, or an algorithm that has only one.
        public: The public key as RFC 8032, FIPS 204 or SEC1 section 2.3.3 write it.
        private: The seed, or the private number of an elliptic curve, big-endian.

    Returns:
        A private key object when ``private`` is given, else a public one.

    Raises:
        InvalidKeyError: The kind is not known, a length is wrong, or the two halves do not belong together.
        TypeError: A half is no bytes, or none is given.
    """
    if public is None and private is None:
        raise TypeError("give public= or private=")
    for half in (public, private):
        if half is not None and not isinstance(half, bytes):
            raise TypeError(f"a raw key is bytes, not {type(half).__name__}: decode its hex or base64")
    variety = _variety(kind)
    read_private, read_public = _elliptic(variety) if variety in CURVES else _one_shot(variety)
    try:
        known = None if public is None else read_public(public)
    except ValueError:
        raise InvalidKeyError(f"these {len(public or b'')} bytes are no {variety} public key") from None
    if private is None:
        return _present(known)
    made = read_private(private)
    if known is not None and made.public_key() != known:
        raise InvalidKeyError("the private and the public bytes belong to different keys")
    return made


def _present(known: PublicNative | None) -> PublicNative:
    assert known is not None  # noqa: S101 - `read` refused the call that gives neither half
    return known


def _variety(kind: str) -> str:
    if kind in CURVES or kind in _SEED_BYTES:
        return kind
    row = ALGORITHMS.get(kind)
    only = row.varieties[0] if row is not None and len(row.varieties) == 1 else None
    if only is None:
        names = ", ".join((*EDWARDS, *CURVES, *MLDSA))
        raise InvalidKeyError(f"raw keys are of one of these kinds: {names}")
    return only


_Readers = tuple[Callable[[bytes], PrivateNative], Callable[[bytes], PublicNative]]


def _elliptic(crv: str) -> _Readers:
    curve = CURVES[crv]
    size = (curve.key_size + 7) // 8

    def read_private(raw: bytes) -> PrivateNative:
        _refuse_size(raw, size, crv)
        try:
            return ec.derive_private_key(int.from_bytes(raw, "big"), curve)
        except ValueError:
            raise InvalidKeyError(f"the number is outside the range of {crv} private keys") from None

    def read_public(raw: bytes) -> PublicNative:
        return ec.EllipticCurvePublicKey.from_encoded_point(curve, raw)

    return read_private, read_public


def _one_shot(variety: str) -> _Readers:
    def read_private(raw: bytes) -> PrivateNative:
        if variety == "Ed25519" and len(raw) == _ED25519_PAIR_BYTES:
            raise InvalidKeyError("64 bytes are an Ed25519 seed and its public key: give the first 32")
        _refuse_size(raw, _SEED_BYTES[variety], variety)
        if variety in MLDSA:
            return MLDSA[variety][0].from_seed_bytes(raw)
        return EDWARDS[variety][0].from_private_bytes(raw)

    public_class = (MLDSA if variety in MLDSA else EDWARDS)[variety][1]
    return read_private, public_class.from_public_bytes


def _refuse_size(raw: bytes, size: int, variety: str) -> None:
    if len(raw) != size:
        raise InvalidKeyError(f"an {variety} private key has {size} bytes, not {len(raw)}")
