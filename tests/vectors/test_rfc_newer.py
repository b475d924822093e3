# SPDX-License-Identifier: Apache-2.0
"""Later RFCs: 7638 on thumbprints, 8037 on Ed448, 8812 on ES256K, 9864 on names, 9964 on ML-DSA."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed448, mldsa

from sealwright.errors import InvalidAlgorithmError, InvalidKeyError, InvalidSignatureError
from sealwright.jose import ALGORITHMS, Key, base64url, jws

# RFC 7638 section 3.1.
THUMBPRINT_KEY = {
    "kty": "RSA",
    "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebW"
    "KRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgn"
    "Yb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1"
    "jF44-csFCur-kEgU8awapJzKnqDKgw",
    "e": "AQAB",
    "alg": "RS256",
    "kid": "2011-04-29",
}

# RFC 8032 section 7.4, the first example: an empty message.
ED448_SEED = bytes.fromhex(
    "6c82a562cb808d10d632be89c8513ebf6c929f34ddfa8c9f63c9960ef6e348a3528c8a3fcc2f044e39a3fc5b94492f8f032e7549"
    "a20098f95b"
)
ED448_PUBLIC = bytes.fromhex(
    "5fd7449b59b461fd2ce787ec616ad46a1da1342485a70e1f8a0ea75d80e96778edf124769b46c7061bd6783df1e50f6cd1fa1abe"
    "afe8256180"
)
ED448_SIGNATURE = bytes.fromhex(
    "533a37f6bbe457251f023c0d88f976ae2dfb504a843e34d2074fd823d41a591f2b233f034f628281f2fd7a22ddd47d7828c59bd0"
    "a21bfd3980ff0d2028d4b18a9df63e006c5d1c2d345b925d8dc00b4104852db99ac5c7cdda8530a113a0f4dbb61149f05a736326"
    "8c71d95808ff2e652600"
)

# RFC 9964 section 4: sizes in bytes of the public key and of a signature, and the thumbprint of the example
# whose seed is all zeros.
ML_DSA = [
    ("ML-DSA-44", 1312, 2420, "T4xl70S7MT6Zeq6r9V9fPJGVn76wfnXJ21-gyo0Gu6o"),
    ("ML-DSA-65", 1952, 3309, "Suiu29qbfuaBaR4Ats-c6XQBePB_OpAxAwcTR_0KXVM"),
    ("ML-DSA-87", 2592, 4627, "tRn1JNIkgMsABVQBlXeDHxAIcclh-2IX0UdDEzPt5XU"),
]
ZERO_SEED = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

# RFC 9964 appendix A: the ML-DSA-44 example.
ML_DSA_SIGNING_INPUT = (
    "eyJhbGciOiJNTC1EU0EtNDQiLCJraWQiOiJUNHhsNzBTN01UNlplcTZyOVY5ZlBKR1ZuNzZ3Zm5YSjIxLWd5bzBHdTZvIn0."
    "SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4"
)
ML_DSA_SIGNATURE = (
    "knI1Q_9CIzLH5Xy94Kkc7WVKqZcAgtJ3mNf0GUj1uLA6YXAWFJfXkh-"
    "zQxUtEl3UIC7zPCiUwKTDR6ZsuUmFj8Ctb_6aH64hElN7weS_1m5okCy8GqHNL2lsfclCH3Y2f4QNP-DLVS1XsuboDA7Dw3ir2Id"
    "YKIfWJyIU7ROHgd24nuun1zJbxcLJC2EKt2M8R0wZudcIE9nm5oPzYXq0z-hPsKoXp9leVYkqgMmO9Lo8SP_1YYIEth3B8v-"
    "GuP249KDTFRKPjISmK4aPCknjtjihHsQVv2XePXxKExatHl4qhsiiW-y-EJXa1Kfw4WYpLA7B4_5Ids--"
    "cIJmIx7f6xxAWKh5qoBWq1QIOaaFuzsAraRW3NOEuzThew1En85gI3GcRTZGp-VDGyxHm0Al04cyWo2bxAVOF0fbDc265iP2mCNw"
    "6Qg10jIJeAhGB4OAMYcBUWJAG0l1MN1U_koEmGh5dXKnQTRl461ea_Cq3DLkcA2Dj2woWUFyDTmQ8oO_yheASfJacyRm7_suj88z"
    "5XFNo8F53P8OxTG9xUPlrwvH-TAq7AH3NU4SNXApyVKTU3zhx1tJ34nlTILcTujXVJVo_f0DZfUxr6JSCYqvy4z1Kl0wDQzd55ao"
    "pyFtQxvOPhcCHbAN34g2Ug750Jm835fl7NOxcqoMbuTcgH68kr37M-"
    "Pdh2K9WazXUJgCupgdIWW8WjfOjmTiF59CrVtfVtK2qDzF40OENCfqtNPQlZe5cN5p0P8arj4USB8HCPh7NdqQBAeWrw0wsYhdiM"
    "39lrSkA8mLRYMhZnqKGCTPCrHXDdEjRKYRNaqIUT44laYl5c27K0v-"
    "ozjKPu6tzEhkYSC4XZ3LehEFtmAzOE0mHbhKMgXqjoPJjOrGIPibX3jwK8_Q5RmMOXtXo8R3vXfBaUdQoLeeyywNYE0nIcsl4z5a"
    "8_utwEFiVf0VK2pdviyiOPVSi3zOMAmqz6gFhVy8aMMQOWZAEAuTyDw7ZWG6diwptmrgSXZotW63I19S2ZH7keCXRIq_pFLuYhOu"
    "G6dD4MkouILRdC9bXZMLrNDq7COpUOO86aQVlYd0pR935WpUw-"
    "V6obSRnHlRFZSmUSIB7h1Q0ImciRzojN93Xhw7qpzGzdzDEO3OOTayXaSG_0YHQyy-eH4hBbmgt_LBx120g1eY4XHeHFRfTfetHk"
    "L5ZZusX1jQ_nk9ez4XBG_6hRtTNSuVBsYlH8-KUuR5-"
    "qTP8dkvRf8Wk2hHoUr2sz5YO_xDFCMMTrt8ahiMyfjo5ih5Fwo3riFbFUGKibniTLXspFd4spcNK_WchlZLRgkPK4jh6Z_X8JJkH"
    "xvQhpyouHQFyGxgBrl24x-_EB1zbWMhJthmm8DiKt-nzKaJz8Cju1-"
    "HwCpg76CRqRsEz2hyKEpbb4M5KQSj3AsENCroVmQ5QIv3K2XNRkve4vjBmP6sV2b6GSY_UeRvPElA7SUgBGTKbn-"
    "c0aYhBuB8plPhRTBa55_cFqAmNmavF1-fdMktJuIaH2f-"
    "K0zZCzbHw54998T7kIWgyMsyGCAvynEB_khOqwT7tCjg5HQ8SIjdnRYW0kjZfjt5LJbGA-PnRo8gPVQVGeYDP2vsSXhNJY94AitK"
    "CY1srcSsuYDrhNBKrnoJ1uEsMPVHsgFw_ZHMyAEaVQughSNW4fm8q6_1Nv4zLutDITzmAL6a6i6-"
    "WS6QRIs_4VUtwr5cXXIFDDeHVWeGcNivQ6W9urEUP4crguiq7z_DTiYaGfUksub-T7mw0zU8ZoOSd5pUTpJLv-IYIUAl6CscHvun"
    "nRLEKqpW1Sa1dcFZs5VP4AfR3mg7wX4Vlq1AHnpFxE2L1LZiKoTc9jDEOvTDkxr86gMkwMm6RdyPF_q48AVJ1br8Qp88-"
    "4B84X52zZ5cw-IJYe-HiVJ29LpeYm340_rWivpy-UB5i9TKlMrxf94y1okzZTPbP3_v1_XX0nE7RTLz98EA96euJ7l3EpbEqks7m"
    "h6i1FJNnvvlM_u29sYobJ6PUT-"
    "i1VlQnF_JBARKEz74pBXm1l5Y5Lo15rsIlaQHinUBCO8fHCHI59LAfKusN4JmodDqLYwkWijEL_sfrC6LtrbXqpM1pw09zSrs_tS"
    "1RQ-LnWHuPrU5KLCzv53JKrh8lU_cdBowe_F-"
    "Ib_Ui4bQ2FME-0mnyG0XijHUsrGMZ9dfowvIkr83JpqwlFOZAwMmSGPNPEJRw9kDshjotndUB5S1UCfv_U4IoVn7WgvxeCS-BBxq"
    "yWfh7YTdf73EnmGwVYxVjlXaHCeeTZmUacnT4MQUAcbFjTq6BBlboAQGWP2FZWpd6HNnruv744VeWmfgLk9z5567wFhwuXMkmE2x"
    "vDo4wP80xutjUfsePx5YkLxhY1XsWqTZr19tInxJWWq8RLZsWPmtq5wZ5ucBMasCLpOABenYZdSAcQNhC73wLS0Z2s1HQhBoIl7l"
    "r1p372LZs_Seu1u_8Fo7DoJqRpKaNoc2_JUMmn7TUZS8zLyzxgeq8R8iNbRP20DwDBNXocsTDBKaQrtB-"
    "QiEPySQtJa4G61XeNZyh5aGzfoWZ9OmjZG9pbbehcqwIrt-"
    "ESjPyeT6sfSrvOfTZr7fBXwpUs2rS4BrlNse5g_h8CQiik8aaOTOEPkXiyg4s5DewRlgDZHS-3g-YXPUIBNO62_HxknkMpkJvKW-"
    "tkvDbgtxvy4nG80ul6W_KeRsoEKDTRYNKZWxXjZITNa0h6agnwNCJKEbFg3Qhre394c0i60mfP9YIgKTXrCX3Yt2eX-"
    "6mPzYmLbSbV5jH69v6WZqYV2WAj-9DU0diR4hOfYQaJnBZhTtKb-SQsYiFuN1BDJ3v9eM9K8hq91NBdCHVa-Thk9Dov-"
    "JkcTZnZGRRyW5yXHUV4NOEltBXh8GkjjDvs5Yo3u-2rPCXjK1aGPSI1W8BaUJLQY5sbfAVCAuUHBv-Vlh5Qamt-lgeKguhqTSuy-"
    "tjabOb5kiBOG7xGQt3z-XYXtnWFDCii-5h11XfZsQ-"
    "xQxy8gSfdMz4hDK9Nw_VQt6fzWiQY0Th_dHzVki0MUfVfsDUjgblhD6j0wgbs3zdj-GM3rtt8oit0wXx11bIOaOKgf07tP0wimVX"
    "MRqRWe7LCUAKTE5PkRKU1x_h4iusrzi5uwKDhc4SmRwm6KssNrmCAkiNDZCREVKd3yMnrjA4PAGDzdKWVplcHJ6jKmrsbrEztHd9"
    "QAAAAAAAAAAAAAAABIfMEQ"
)


def akp(alg: str) -> Key:
    """Make the ML-DSA key whose seed is all zeros, from its private JWK."""
    kinds: dict[str, Any] = {
        "ML-DSA-44": mldsa.MLDSA44PrivateKey,
        "ML-DSA-65": mldsa.MLDSA65PrivateKey,
        "ML-DSA-87": mldsa.MLDSA87PrivateKey,
    }
    pub = kinds[alg].from_seed_bytes(bytes(32)).public_key().public_bytes_raw()
    return Key.from_jwk({"kty": "AKP", "alg": alg, "pub": base64url.encode(pub), "priv": ZERO_SEED})


def test_the_thumbprint_of_rfc_7638() -> None:
    """Only the required members count, in their order, whatever else is written on the key."""
    key = Key.from_jwk(THUMBPRINT_KEY)
    assert key.thumbprint() == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    assert key.kid == "2011-04-29"
    bare = Key.from_jwk({name: THUMBPRINT_KEY[name] for name in ("n", "kty", "e")})
    assert bare.kid == bare.thumbprint() == key.thumbprint()


def test_the_thumbprint_of_rfc_8037() -> None:
    """Appendix A.3: an Edwards key's thumbprint covers crv, kty and x."""
    key = Key.from_jwk(
        {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
    )
    assert key.thumbprint() == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_the_ed448_example_of_rfc_8032() -> None:
    """Ed448 signs without context (RFC 8037 section 3.1), so the plain example comes out."""
    jwk = {
        "kty": "OKP",
        "crv": "Ed448",
        "x": base64url.encode(ED448_PUBLIC),
        "d": base64url.encode(ED448_SEED),
    }
    key = Key.from_jwk(jwk)
    assert isinstance(key.native, ed448.Ed448PrivateKey)
    for alg in ("EdDSA", "Ed448"):
        assert key.sign(b"", alg) == ED448_SIGNATURE
        key.public().verify(b"", ED448_SIGNATURE, alg)


@pytest.mark.parametrize("alg", ["Ed25519", "Ed448"])
def test_the_names_of_rfc_9864_and_eddsa_are_one(alg: str) -> None:
    """A token signed under either name verifies where either name is allowed, and only with its own curve."""
    key = Key.generate(alg)
    public = key.public()
    other = Key.generate("Ed448" if alg == "Ed25519" else "Ed25519").public()
    for written in (alg, "EdDSA"):
        token = jws.sign(b"{}", key, written)
        assert jws.parse(token).header["alg"] == written
        for allowed in (None, [alg], ["EdDSA"], [alg, "EdDSA"]):
            assert jws.verify(token, public, allowed).payload == b"{}"
        with pytest.raises(InvalidAlgorithmError):
            jws.verify(token, public, ["ES256", other.alg])
        with pytest.raises((InvalidAlgorithmError, InvalidSignatureError)):
            jws.verify(token, other, [written, "EdDSA"])
    with pytest.raises(InvalidAlgorithmError):
        key.sign(b"", other.alg)


@pytest.mark.parametrize(
    "name", ["ESP256", "ESP384", "ESP512", "ESB256", "HashML-DSA-44", "SLH-DSA-SHA2-128s"]
)
def test_names_for_cose_only_do_not_exist(name: str) -> None:
    """RFC 9864 section 2.1 and RFC 9964 register some names for COSE alone, or not at all."""
    assert name not in ALGORITHMS
    with pytest.raises(InvalidAlgorithmError):
        Key.generate(name)


def test_es256k_is_for_secp256k1_alone() -> None:
    """RFC 8812 section 3: 64 bytes over secp256k1 with SHA-256; no curve serves another's algorithm."""
    key = Key.generate("ES256K")
    assert (key.kty, key.curve) == ("EC", "secp256k1")
    assert key.algorithms == {"ES256K"}
    signature = key.sign(b"x")
    assert len(signature) == 64
    key.public().verify(b"x", signature, "ES256K")
    jwk = key.public().to_jwk()
    assert (jwk["crv"], len(base64url.decode(jwk["x"]))) == ("secp256k1", 32)
    for wrong in ({"alg": "ES256"}, {"crv": "P-256"}):
        with pytest.raises(InvalidKeyError):
            Key.from_jwk({**jwk, **wrong})
    with pytest.raises(InvalidAlgorithmError):
        jws.verify(jws.sign(b"{}", Key.generate("ES256")), key.public(), ["ES256", "ES256K"])


@pytest.mark.parametrize(("alg", "key_bytes", "signature_bytes", "thumbprint"), ML_DSA)
def test_ml_dsa_keys_are_seeds(alg: str, key_bytes: int, signature_bytes: int, thumbprint: str) -> None:
    """The private half is the 32-byte seed, sizes are FIPS 204's, the thumbprint covers alg, kty and pub."""
    key = akp(alg)
    assert (key.kty, key.curve, key.alg) == ("AKP", None, alg)
    assert key.algorithms == {alg}
    private = key.to_jwk(private=True)
    assert private["priv"] == ZERO_SEED
    assert len(base64url.decode(private["pub"])) == key_bytes
    assert key.thumbprint() == key.public().thumbprint() == key.kid == thumbprint
    assert len(key.sign(b"x")) == signature_bytes
    assert key.public().to_jwk().keys() == {"kty", "alg", "pub", "kid"}


def test_the_ml_dsa_token_of_rfc_9964_verifies() -> None:
    """The example's signature fits the example's key, and no changed payload."""
    key = akp("ML-DSA-44").public()
    verified = jws.verify(f"{ML_DSA_SIGNING_INPUT}.{ML_DSA_SIGNATURE}", key)
    assert verified.payload.decode() == "It\u2019s a dangerous business, Frodo, going out your door."
    assert verified.header["kid"] == key.kid
    with pytest.raises(InvalidSignatureError):
        jws.verify(f"{ML_DSA_SIGNING_INPUT[:-3]}.{ML_DSA_SIGNATURE}", key)


@pytest.mark.parametrize("alg", [row[0] for row in ML_DSA])
def test_contradicting_ml_dsa_keys_are_refused(alg: str) -> None:
    """The alg is required and decides the sizes; the seed must yield the public key."""
    jwk = akp(alg).to_jwk(private=True)
    other = Key.generate(alg).to_jwk(private=True)
    others = [row[0] for row in ML_DSA if row[0] != alg]
    for wrong in (
        *({"alg": name} for name in (*others, "EdDSA", "", None)),
        *({"priv": other["priv"]}, {"pub": other["pub"]}, {"priv": ZERO_SEED[:-2]}, {"priv": 5}),
        *({"pub": jwk["pub"][:-4]}, {"pub": None}, {"kty": "OKP"}),
    ):
        with pytest.raises(InvalidKeyError):
            Key.from_jwk({**jwk, **wrong})
    with pytest.raises(InvalidKeyError):
        Key.from_jwk({name: value for name, value in jwk.items() if name != "alg"})
