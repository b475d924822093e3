# SPDX-License-Identifier: Apache-2.0
"""Every row of the algorithm table signs, verifies, and refuses keys and signatures of other rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from sealwright.errors import InvalidAlgorithmError, InvalidKeyError, InvalidSignatureError, SealwrightError
from sealwright.jose import Key

if TYPE_CHECKING:
    from collections.abc import Mapping

SIZES = {
    "HS256": 32,
    "HS384": 48,
    "HS512": 64,
    **{f"{family}{size}": 256 for family in ("RS", "PS") for size in (256, 384, 512)},
    "ES256": 64,
    "ES384": 96,
    "ES512": 132,
    "EdDSA": 64,
    "ES256K": 64,
    "Ed25519": 64,
    "Ed448": 114,
    "ML-DSA-44": 2420,
    "ML-DSA-65": 3309,
    "ML-DSA-87": 4627,
}
SYNONYMS = {"EdDSA": {"Ed25519"}, "Ed25519": {"EdDSA"}, "Ed448": {"EdDSA"}}
DATA = b"eyJhbGciOiJ4In0.e30"
ORDERS = {
    "ES256": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "ES384": int("F" * 48 + "C7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973", 16),
    "ES256K": 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141,
    "ES512": int("01" + "F" * 64 + "FA51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409", 16),
}
ED25519_ORDER = 2**252 + 27742317777372353535851937790883648493

algorithm = pytest.mark.parametrize("alg", SIZES)
elliptic = pytest.mark.parametrize("alg", ORDERS)


@algorithm
def test_a_signature_verifies_with_the_public_half(alg: str, all_keys: Mapping[str, Key]) -> None:
    """Each algorithm's signature has its fixed size and verifies with the public key."""
    key = all_keys[alg]
    signature = key.sign(DATA)
    assert len(signature) == SIZES[alg]
    key.verify(DATA, signature)
    if key.kty != "oct":
        key.public().verify(DATA, signature, alg)


@algorithm
def test_another_message_is_refused(alg: str, all_keys: Mapping[str, Key]) -> None:
    """A signature over one message does not fit another."""
    key = all_keys[alg]
    with pytest.raises(InvalidSignatureError):
        key.verify(DATA + b"x", key.sign(DATA))


@algorithm
def test_another_key_is_refused(alg: str, all_keys: Mapping[str, Key]) -> None:
    """A signature by one key does not verify with another of the same kind."""
    other = Key.generate(alg)
    with pytest.raises(InvalidSignatureError):
        other.verify(DATA, all_keys[alg].sign(DATA))


@algorithm
def test_signatures_of_any_other_length_are_refused(alg: str, all_keys: Mapping[str, Key]) -> None:
    """A signature that is cut, padded or empty is an invalid signature, never another error."""
    key = all_keys[alg]
    good = key.sign(DATA)
    zeros = bytes(len(good))
    for bad in (
        b"",
        good[:-1],
        good[1:],
        good + b"\0",
        b"\0" + good,
        good + good,
        zeros,
        b"\xff" * len(good),
    ):
        with pytest.raises(InvalidSignatureError):
            key.verify(DATA, bad)
    half = len(good) // 2
    with pytest.raises(InvalidSignatureError):
        key.verify(DATA, good[:half])


@algorithm
def test_one_flipped_bit_anywhere_is_refused(alg: str, all_keys: Mapping[str, Key]) -> None:
    """No single bit of a signature may change."""
    key = all_keys[alg]
    good = key.sign(DATA)
    # Of the long signatures of ML-DSA every seventh byte tells enough.
    for position in range(0, len(good), 7 if len(good) > 1000 else 1):
        bad = bytearray(good)
        bad[position] ^= 1 << (position % 8)
        with pytest.raises(InvalidSignatureError):
            key.verify(DATA, bytes(bad))


@algorithm
def test_a_key_bound_to_one_algorithm_does_no_other(alg: str, all_keys: Mapping[str, Key]) -> None:
    """A key made for one algorithm neither signs nor verifies with any other of the table."""
    key = all_keys[alg]
    assert key.alg == alg
    assert key.algorithms == {alg} | SYNONYMS.get(alg, set())
    for other in SIZES.keys() - key.algorithms:
        with pytest.raises((InvalidKeyError, InvalidAlgorithmError)):
            key.sign(DATA, other)
        with pytest.raises((InvalidKeyError, InvalidAlgorithmError)):
            key.verify(DATA, bytes(SIZES[other]), other)


@pytest.mark.parametrize(
    ("kind", "fitting"),
    [
        ("rsa", {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}),
        ("P-256", {"ES256"}),
        ("P-384", {"ES384"}),
        ("P-521", {"ES512"}),
        ("Ed25519", {"EdDSA", "Ed25519"}),
        ("ES256K", {"ES256K"}),
        ("Ed448", {"EdDSA", "Ed448"}),
        ("ML-DSA-65", {"ML-DSA-65"}),
    ],
)
def test_key_type_and_curve_decide_the_algorithms(
    kind: str, fitting: set[str], natives: Mapping[str, Any], all_keys: Mapping[str, Key]
) -> None:
    """A key without a given algorithm serves those of its type and curve, and every other one is refused."""
    native = natives[kind] if kind in natives else all_keys[kind].native
    key = Key.from_native(native)
    assert key.algorithms == fitting
    for alg in SIZES:
        if alg in fitting:
            key.public().verify(DATA, key.sign(DATA, alg), alg)
        else:
            with pytest.raises((InvalidKeyError, InvalidAlgorithmError)):
                key.sign(DATA, alg)
            with pytest.raises((InvalidKeyError, InvalidAlgorithmError)):
                Key.from_native(native, alg=alg)


@pytest.mark.parametrize(
    ("kind", "alg"),
    [("rsa", "RS256"), ("P-256", "ES256"), ("P-384", "ES384"), ("P-521", "ES512"), ("Ed25519", "EdDSA")],
)
def test_the_key_decides_what_it_signs_with_when_nobody_says(
    kind: str, alg: str, natives: Mapping[str, Any]
) -> None:
    """The preferred algorithm follows from the kind of key."""
    key = Key.from_native(natives[kind])
    assert key.alg == alg
    key.verify(DATA, key.sign(DATA), alg)


@pytest.mark.parametrize("name", ["none", "None", "NONE", "nOnE", "", "HS1", "hs256", "RS256 ", "A128KW"])
def test_what_is_not_in_the_table_does_not_exist(name: str, all_keys: Mapping[str, Key]) -> None:
    """Names outside the table, ``none`` in every spelling among them, sign and verify nothing."""
    for key in all_keys.values():
        with pytest.raises(SealwrightError):
            key.sign(DATA, name)
        with pytest.raises(SealwrightError):
            key.verify(DATA, b"", name)
    with pytest.raises((SealwrightError, ValueError)):
        Key.generate(name)


def test_a_public_key_does_not_sign(all_keys: Mapping[str, Key]) -> None:
    """Signing with a public key says that a private one is needed."""
    for alg, key in all_keys.items():
        if key.kty != "oct":
            with pytest.raises(InvalidKeyError, match="private"):
                key.public().sign(DATA, alg)


@elliptic
def test_der_signatures_are_refused(alg: str, all_keys: Mapping[str, Key]) -> None:
    """The DER form that other tools write is not a JWS signature (RFC 7518 section 3.4)."""
    hash_of = {"ES384": hashes.SHA384(), "ES512": hashes.SHA512()}.get(alg, hashes.SHA256())
    native: Any = all_keys[alg].native
    der = native.sign(DATA, ec.ECDSA(hash_of))
    half = SIZES[alg] // 2
    r, s = decode_dss_signature(der)
    all_keys[alg].verify(DATA, r.to_bytes(half, "big") + s.to_bytes(half, "big"))
    with pytest.raises(InvalidSignatureError):
        all_keys[alg].verify(DATA, der)


@elliptic
def test_signature_numbers_out_of_range_are_refused(alg: str, all_keys: Mapping[str, Key]) -> None:
    """Zero, the group order and more are no halves of a signature, nor may the halves change places."""
    key, half, order = all_keys[alg], SIZES[alg] // 2, ORDERS[alg]
    good = key.sign(DATA)
    r, s = good[:half], good[half:]
    wrong = [(0).to_bytes(half, "big"), order.to_bytes(half, "big"), b"\xff" * half]
    bad = [s + r, *(x + y for x in wrong for y in wrong), *(r + x for x in wrong), *(x + s for x in wrong)]
    for signature in bad:
        with pytest.raises(InvalidSignatureError):
            key.verify(DATA, signature)


@elliptic
def test_the_mirrored_second_number_verifies_too(alg: str, all_keys: Mapping[str, Key]) -> None:
    """Of every ECDSA signature (r, s) there is a twin (r, n - s), and JOSE asks for neither of them.

    Both verify, so a token has two spellings: tokens are to be recognised by their jti, never by their text.
    """
    key, half, order = all_keys[alg], SIZES[alg] // 2, ORDERS[alg]
    good = key.sign(DATA)
    twin = good[:half] + (order - int.from_bytes(good[half:], "big")).to_bytes(half, "big")
    assert twin != good
    key.public().verify(DATA, twin, alg)
    key.public().verify(DATA, good, alg)


@elliptic
def test_ecdsa_signs_deterministically(alg: str, all_keys: Mapping[str, Key]) -> None:
    """The same message gets the same signature (RFC 6979), so no bad random number can leak the key."""
    assert all_keys[alg].sign(DATA) == all_keys[alg].sign(DATA)
    assert all_keys[alg].sign(DATA) != all_keys[alg].sign(DATA + b"x")


def test_ed25519_refuses_the_second_spelling_of_a_signature(keys: Mapping[str, Key]) -> None:
    """Adding the group order to the second half gives no second valid signature (RFC 8032 section 5.1.7)."""
    good = keys["EdDSA"].sign(DATA)
    s = int.from_bytes(good[32:], "little") + ED25519_ORDER
    with pytest.raises(InvalidSignatureError):
        keys["EdDSA"].verify(DATA, good[:32] + s.to_bytes(32, "little"))


@pytest.mark.parametrize("alg", ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"])
def test_an_rsa_signature_keeps_its_leading_zero(alg: str, keys: Mapping[str, Key]) -> None:
    """One signature in 256 starts with a zero; without it the length is wrong (RFC 8017 section 8.1.2)."""
    key = keys[alg]
    candidates = (f"{n}".encode() for n in range(5000))
    data, good = next((data, made) for data in candidates if (made := key.sign(data))[0] == 0)
    key.verify(data, good)
    for bad in (good[1:], b"\0" + good):
        with pytest.raises(InvalidSignatureError):
            key.verify(data, bad)


@pytest.mark.parametrize("salt", [0, 20, 31, 33, 48])
def test_pss_demands_a_salt_as_long_as_the_hash(
    salt: int, native_rsa: rsa.RSAPrivateKey, keys: Mapping[str, Key]
) -> None:
    """A PS256 signature with any other salt length is refused (RFC 7518 section 3.5)."""
    scheme = padding.PSS(padding.MGF1(hashes.SHA256()), salt)
    with pytest.raises(InvalidSignatureError):
        keys["PS256"].verify(DATA, native_rsa.sign(DATA, scheme, hashes.SHA256()))


def test_pss_demands_the_same_hash_in_its_mask(
    native_rsa: rsa.RSAPrivateKey, keys: Mapping[str, Key]
) -> None:
    """A PS256 signature whose mask uses SHA-1 is refused."""
    scheme = padding.PSS(padding.MGF1(hashes.SHA1()), 32)
    with pytest.raises(InvalidSignatureError):
        keys["PS256"].verify(DATA, native_rsa.sign(DATA, scheme, hashes.SHA256()))


def test_the_six_rsa_schemes_do_not_take_each_others_signatures(native_rsa: rsa.RSAPrivateKey) -> None:
    """A signature made with one hash or padding is invalid under another, though the key serves both."""
    key = Key.from_native(native_rsa)
    for alg in key.algorithms:
        signature = key.sign(DATA, alg)
        for other in key.algorithms - {alg}:
            with pytest.raises(InvalidSignatureError):
                key.verify(DATA, signature, other)
