# SPDX-License-Identifier: Apache-2.0
"""The names that programs import, and tokens that are PyJWT's byte for byte."""

from __future__ import annotations

import importlib
import subprocess
import sys
from typing import Any

import pytest

import jwt as pyjwt
from sealwright import errors, jwt
from sealwright.jwt import exceptions

SECRET = "a random, long, sequence of characters that only the server knows"


def public(module: Any) -> set[str]:
    """The names PyJWT's package exports, its version and author aside."""
    return {name for name in module.__all__ if not name.startswith("__")}


def test_every_name_that_pyjwt_exports_is_here() -> None:
    """A program that says jwt.SomeName finds it."""
    assert not {name for name in public(pyjwt) if not hasattr(jwt, name)}
    assert not {name for name in jwt.__all__ if not hasattr(jwt, name)}


@pytest.mark.parametrize(
    ("module", "names"),
    [
        ("api_jwt", ["PyJWT", "encode", "decode", "decode_complete"]),
        ("api_jws", ["PyJWS", "encode", "decode", "get_unverified_header", "register_algorithm"]),
        ("api_jwk", ["PyJWK", "PyJWKSet"]),
        ("jwks_client", ["PyJWKClient"]),
        ("algorithms", ["RSAAlgorithm", "ECAlgorithm", "OKPAlgorithm", "HMACAlgorithm", "RSAPSSAlgorithm"]),
        ("algorithms", ["get_default_algorithms", "has_crypto", "requires_cryptography", "Algorithm"]),
        ("algorithms", ["AllowedRSAKeys", "AllowedECKeys", "AllowedOKPKeys", "AllowedPublicKeys"]),
        ("types", ["Options", "FullOptions", "SigOptions", "JWKDict", "HashlibHash"]),
        ("warnings", ["InsecureKeyLengthWarning", "RemovedInPyjwt3Warning"]),
        ("utils", ["base64url_decode", "base64url_encode", "force_bytes"]),
    ],
)
def test_import_paths(module: str, names: list[str]) -> None:
    """PyJWT's modules have their names here too."""
    found = importlib.import_module(f"sealwright.jwt.{module}")
    theirs = importlib.import_module(f"jwt.{module}")
    for name in names:
        assert hasattr(found, name)
        assert hasattr(theirs, name)


def test_every_exception_of_pyjwt_is_here_with_its_ancestors() -> None:
    """Whatever except clause caught a PyJWT error catches ours."""
    theirs = {name: cls for name, cls in vars(pyjwt.exceptions).items() if isinstance(cls, type)}
    for name, cls in theirs.items():
        ours = getattr(exceptions, name)
        for ancestor in cls.__mro__[1:]:
            if ancestor.__name__ in theirs:
                assert issubclass(ours, getattr(exceptions, ancestor.__name__)), (name, ancestor)
    assert jwt.PyJWTError is exceptions.PyJWTError is errors.SealwrightError
    assert jwt.exceptions is exceptions


def test_everything_raised_is_a_pyjwt_error() -> None:
    """One except clause is enough for tokens and keys alike."""
    for call in (
        lambda: jwt.decode("x", SECRET, algorithms=["HS256"]),
        lambda: jwt.encode({}, "", algorithm="HS256"),
        lambda: jwt.PyJWK({"kty": "RSA"}),
        lambda: jwt.PyJWKSet([]),
        lambda: jwt.PyJWKClient("ftp://example.com"),
        lambda: jwt.get_algorithm_by_name("none"),
    ):
        with pytest.raises(jwt.PyJWTError):
            call()


def test_an_unknown_attribute_is_an_attribute_error() -> None:
    """The lazy import does not swallow typing mistakes."""
    with pytest.raises(AttributeError, match="PyJWTs"):
        jwt.PyJWTs  # noqa: B018


def test_the_network_part_is_loaded_only_when_it_is_asked_for() -> None:
    """A program that only signs and verifies loads no HTTP client."""
    code = (
        "import sys; from sealwright import jwt; jwt.PyJWT, jwt.PyJWK, jwt.algorithms\n"
        "assert not {'sealwright.verifier', 'http.client', 'ssl'} & set(sys.modules), 'too early'\n"
        "jwt.PyJWKClient; jwt.jwks_client\n"
        "assert 'sealwright.verifier' in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
@pytest.mark.parametrize(
    ("payload", "headers"),
    [
        ({}, None),
        ({"sub": "susan", "n": [1, 2.5, None, True], "o": {"b": 1, "a": 2}}, None),
        ({"exp": 1_800_000_000}, {"kid": "2027", "typ": "at+jwt"}),
        ({"a": 1}, {"typ": None}),
        ({"a": 1}, {"zz": 1, "aa": {"y": 1}, "typ": ""}),
    ],
)
def test_tokens_are_the_same_bytes(algorithm: str, payload: Any, headers: Any) -> None:
    """A test that compares a token with a recorded one goes on passing."""
    for sort_headers in (True, False):
        theirs = pyjwt.encode(payload, SECRET, algorithm, headers, sort_headers=True)
        ours = jwt.encode(payload, SECRET, algorithm, headers, sort_headers=sort_headers)
        assert (ours == theirs) or not sort_headers
        assert jwt.PyJWT().encode(payload, SECRET, algorithm, headers) == theirs
    assert jwt.encode(payload, SECRET, headers=headers) == pyjwt.encode(payload, SECRET, headers=headers)


def test_the_helpers_for_base64url() -> None:
    """jwt.utils does what programs use it for."""
    from sealwright.jwt import utils

    for number in (0, 1, 255, 65537, 2**2048 - 5):
        encoded = utils.to_base64url_uint(number)
        assert encoded == pyjwt.utils.to_base64url_uint(number)
        assert utils.from_base64url_uint(encoded) == number
    assert utils.to_base64url_uint(1, bit_length=256) == pyjwt.utils.to_base64url_uint(1, bit_length=256)
    assert utils.base64url_encode(b"\xff\xfe") == b"__4"
    assert utils.base64url_decode("__4=") == utils.base64url_decode(b"__4") == b"\xff\xfe"
    with pytest.raises(ValueError, match="positive"):
        utils.to_base64url_uint(-1)
    with pytest.raises(TypeError):
        utils.force_bytes(5)  # type: ignore[arg-type]
