# SPDX-License-Identifier: Apache-2.0
"""JSON Web Signatures in compact form: ``header.payload.signature`` (RFC 7515).

>>> key = Key.generate("ES256")
>>> verify(sign(b"hello", key), key.public()).payload
b'hello'
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from ..errors import DecodeError, InvalidAlgorithmError, InvalidSignatureError
from . import base64url
from .keys import Key
from .limits import MAX_KID_CHARS, MAX_REMEMBERED_HEADER_CHARS, MAX_REMEMBERED_HEADERS, MAX_TOKEN_CHARS
from .sources import SigningKey, VerifyingKey, signing_key, verifying_key
from .strict_json import dump_object, parse_object

Header = Mapping[str, Any]

_PARTS = 3
_JWE_DOTS = 4


class Verified(msgspec.Struct, frozen=True, gc=False):
    """What a token says, after its signature was verified.

    Attributes:
        header: The protected header; read-only.
        payload: The bytes that were signed.
        key: The key that verified them.
    """

    header: Header
    payload: bytes
    key: Key


class Parsed(msgspec.Struct, frozen=True, gc=False):
    """The parts of a token that nobody has verified: for display, and for checks cheaper than a signature.

    Attributes:
        header: The header; read-only.
        payload: The payload.
        signature: The signature.
        signing_input: What the signature covers.
    """

    header: Header
    payload: bytes
    signature: bytes
    signing_input: bytes

    def verify(self, key: VerifyingKey, algorithms: Collection[str] | None = None) -> Key:
        """Verify the signature; the arguments and errors are those of `verify` below.

        Returns:
            The key that fitted.
        """
        chosen, allowed = verifying_key(key, self.header, algorithms)
        alg = self.header["alg"]
        if alg not in allowed and not chosen.known_as(alg, allowed):
            raise InvalidAlgorithmError(
                "The specified alg value is not allowed", hint=f"Accepted here: {', '.join(sorted(allowed))}."
            )
        chosen.verify(self.signing_input, self.signature, alg)
        return chosen


# Parsed headers by their encoded text: a service sees the same few again and again.
_headers: dict[bytes, Header] = {}


def sign(
    payload: bytes,
    key: SigningKey,
    algorithm: str | None = None,
    headers: Mapping[str, Any] | None = None,
) -> str:
    """Sign bytes.

    Args:
        payload: What to sign.
        key: A `Signer`, a private `Key`, or a private key's text or object.
        algorithm: The ``alg``; the key decides when not given.
        headers: More header members, such as ``kid`` and ``typ``.

    Returns:
        The token.

    Raises:
        InvalidKeyError: The key cannot sign, or not with that algorithm.
        InvalidAlgorithmError: There is no such algorithm, or ``headers`` names another one.
        TypeError: The payload is not bytes, or a header member is nothing JSON can hold.
        ValueError: A header member cannot be produced here (``crit``, ``b64``) or is malformed.
    """
    if not isinstance(payload, (bytes, bytearray)):
        raise TypeError("the payload of a signature is bytes")
    signer, alg = signing_key(key, algorithm)
    header = {**headers, "alg": alg} if headers else {"alg": alg}
    if headers and headers.get("alg", alg) != alg:
        raise InvalidAlgorithmError(f"headers asks for another alg than {alg}, which is used for signing")
    _refuse_bad_members(header, ValueError)
    encoded = base64url.encode(dump_object(header))
    signing_input = f"{encoded}.{base64url.encode(payload)}"
    raw = signing_input.encode("ascii")
    if isinstance(signer, Key):
        signature = signer.sign(raw, alg)
    elif signer.alg == alg:
        signature = signer.sign(raw)
    else:
        raise InvalidAlgorithmError(f"the signer signs with {signer.alg}, not {alg}")
    return f"{signing_input}.{base64url.encode(signature)}"


def verify(token: str | bytes, key: VerifyingKey, algorithms: Collection[str] | None = None) -> Verified:
    """Verify a token's signature.

    Everything cheap is looked at first, and the token's ``alg`` is only compared with what the key and the
    caller allow. ``jwk``, ``jku``, ``x5c`` and ``x5u`` in the header are never followed.

    Args:
        token: A compact token.
        key: A `Key`, a `KeySet`, a function of the header, a public key's text or object, or an HMAC secret.
        algorithms: What to accept; may be left out when the key is bound to its algorithm.

    Returns:
        The header, the payload and the key that fitted.

    Raises:
        DecodeError: The token is malformed, or ``algorithms`` is needed and missing.
        InvalidSignatureError: The signature does not fit, or is not canonical base64url.
        InvalidAlgorithmError: The token's ``alg`` is not allowed.
        UnknownKeyError: No key fits the header.
        InvalidKeyError: The key cannot be read or used.
    """
    parsed = parse(token)
    return Verified(parsed.header, parsed.payload, parsed.verify(key, algorithms))


def parse(token: str | bytes) -> Parsed:
    """Take a token apart without verifying anything.

    Args:
        token: A compact token.

    Returns:
        Its parts. Nobody vouches for them: use them to show a token or to find a key, never to decide.

    Raises:
        DecodeError: The token is malformed.
        InvalidSignatureError: The signature part is not canonical base64url, so no signature can fit.
    """
    raw = _as_bytes(token)
    parts = raw.split(b".", 3)
    if len(parts) != _PARTS:
        raise _wrong_number_of_parts(raw)
    encoded_header, encoded_payload, encoded_signature = parts
    header = _headers.get(encoded_header) or _parse_header(encoded_header)
    try:
        payload = base64url.decode(encoded_payload)
    except ValueError as err:
        raise DecodeError(f"Invalid payload segment: {err}") from None
    try:
        signature = base64url.decode(encoded_signature)
    except ValueError:
        raise InvalidSignatureError("Signature verification failed: it is not canonical base64url") from None
    return Parsed(header, payload, signature, raw[: -len(encoded_signature) - 1])


def _as_bytes(token: str | bytes) -> bytes:
    if not isinstance(token, (str, bytes)):
        raise DecodeError(
            f"Invalid token type. Token must be a <class 'str'> or bytes, not {type(token).__name__}"
        )
    if len(token) > MAX_TOKEN_CHARS:
        raise DecodeError(f"Token is too long: {len(token)} characters, at most {MAX_TOKEN_CHARS}")
    try:
        return token.encode("ascii") if isinstance(token, str) else token
    except UnicodeEncodeError:
        raise DecodeError("Token holds characters that no token has") from None


def _wrong_number_of_parts(raw: bytes) -> DecodeError:
    if raw.count(b".") == _JWE_DOTS:
        return DecodeError("This is an encrypted token (JWE), not a signed one")
    if raw.count(b".") >= _PARTS:
        return DecodeError("Too many segments: a signed token has three parts")
    hint = "A signed token has three parts with dots between them."
    if raw.lstrip()[:1] == b"{":
        hint = "JSON serialization is not accepted where a compact token is expected."
    return DecodeError("Not enough segments", hint=hint)


def _parse_header(encoded: bytes) -> Header:
    try:
        header = parse_object(base64url.decode(encoded))
    except ValueError as err:
        hint = 'Leave out the word "Bearer".' if encoded[:7].lower() == b"bearer " else ""
        raise DecodeError(f"Invalid header segment: {err}", hint=hint) from None
    if not isinstance(header.get("alg"), str):
        raise DecodeError("Invalid header: alg is missing or no text")
    _refuse_bad_members(header, DecodeError)
    return _remember(encoded, MappingProxyType(header))


def _refuse_bad_members(header: Mapping[str, Any], error: type[DecodeError | ValueError]) -> None:
    """Refuse header members of wrong types, and those that change what a signature means."""
    for name in ("kid", "typ", "cty"):
        value = header.get(name, "")
        if not isinstance(value, str) or len(value) > MAX_KID_CHARS:
            raise error(f"Invalid header: {name} is no text of at most {MAX_KID_CHARS} characters")
    if "crit" in header:
        # RFC 7515 section 4.1.11: whoever does not understand a critical extension must refuse the token.
        raise error("Invalid header: crit names extensions that are not supported")
    if "b64" in header:
        # RFC 7797 section 6: without crit the member means nothing, so one of the two sides is mistaken.
        raise error("Invalid header: b64 is not supported")


def _remember(encoded: bytes, header: Header) -> Header:
    if len(encoded) <= MAX_REMEMBERED_HEADER_CHARS:
        if len(_headers) >= MAX_REMEMBERED_HEADERS:
            _headers.clear()
        _headers[encoded] = header
    return header
