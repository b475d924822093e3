# SPDX-License-Identifier: Apache-2.0
"""JSON Web Signatures in compact form: ``header.payload.signature`` (RFC 7515, RFC 7797).

>>> key = Key.generate("ES256")
>>> verify(sign(b"hello", key), key.public()).payload
b'hello'
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec

from ..errors import (
    DecodeError,
    InvalidAlgorithmError,
    InvalidKeyError,
    InvalidSignatureError,
    InvalidTokenError,
)
from . import base64url
from .algorithms import printable_name
from .headers import Header, read_header, refuse_bad_header
from .keys import Key
from .keyset import refuse_mixed
from .limits import MAX_CANDIDATE_KEYS, MAX_TOKEN_CHARS
from .signer import Signer
from .sources import SigningKey, VerifyingKey, signing_key, verifying_key
from .strict_json import dump_object

UNDERSTOOD = ("b64",)
"""The extensions of ``crit`` that this module knows (RFC 7797)."""

_NOT_CANONICAL = "it is not canonical base64url"
_PARTS = 3
_JWE_DOTS = 4
_FIT_TO_TRAVEL = re.compile(rb"[\x20-\x2d\x2f-\x7e]*")


class Verified(msgspec.Struct, frozen=True, gc=False):
    """What a token says, after its signature was verified.

    Attributes:
        header: The header; read-only.
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
        """Verify the signature; the arguments and errors are those of the function `verify`.

        Returns:
            The key that fitted.
        """
        if isinstance(key, (list, tuple)):
            return self._verify_with_one_of(key, algorithms)
        chosen, allowed = verifying_key(key, self.header, algorithms)
        alg = self.header["alg"]
        if alg not in allowed and not chosen.known_as(alg, allowed):
            raise InvalidAlgorithmError(
                f"The specified alg value is not allowed: {printable_name(alg)}",
                hint=f"Accepted here: {', '.join(sorted(allowed))}.",
            )
        chosen.verify(self.signing_input, self.signature, alg)
        return chosen

    def _verify_with_one_of(self, keys: Collection[VerifyingKey], algorithms: Collection[str] | None) -> Key:
        """Try each key in turn: for programs that rotate keys which have no names."""
        if not 0 < len(keys) <= MAX_CANDIDATE_KEYS:
            raise InvalidKeyError(f"a list of keys has 1 to {MAX_CANDIDATE_KEYS} of them, not {len(keys)}")
        refuse_mixed(key for key in keys if isinstance(key, Key))
        refusals = []
        for key in keys:
            try:
                return self.verify(key, algorithms)
            except InvalidTokenError as err:
                refusals.append(err)
        raise most_telling(refusals)


def sign(
    payload: bytes,
    key: SigningKey,
    algorithm: str | None = None,
    headers: Mapping[str, Any] | None = None,
    *,
    detached: bool = False,
) -> str:
    """Sign bytes.

    Args:
        payload: What to sign.
        key: A `Signer`, a private `Key`, or a private key's text or object.
        algorithm: The ``alg``; the key decides when not given.
        headers: More header members, such as ``kid`` and ``typ``. With ``"b64": False, "crit": ["b64"]`` the
            payload is signed, and travels, as it is (RFC 7797).
        detached: Leave the payload out of the token (RFC 7515 appendix F).

    Returns:
        The token.

    Raises:
        InvalidKeyError: The key cannot sign, or not with that algorithm.
        InvalidAlgorithmError: There is no such algorithm, or ``headers`` names another one.
        TypeError: The payload is not bytes, or a header member is nothing JSON can hold.
        ValueError: A header member is malformed, or the payload cannot travel unencoded.
    """
    signer, header = prepare(key, algorithm, headers)
    protected = base64url.encode(dump_object(header))
    content = encode_payload(payload, header, attached=not detached)
    signature = produce(signer, header["alg"], protected.encode("ascii") + b"." + content)
    shown = "" if detached else content.decode("ascii")
    return f"{protected}.{shown}.{base64url.encode(signature)}"


def verify(
    token: str | bytes,
    key: VerifyingKey,
    algorithms: Collection[str] | None = None,
    *,
    payload: bytes | None = None,
    understood: Collection[str] = UNDERSTOOD,
) -> Verified:
    """Verify a token's signature.

    Everything cheap is looked at first, and the token's ``alg`` is only compared with what the key and the
    caller allow. ``jwk``, ``jku``, ``x5c`` and ``x5u`` in the header are never followed.

    Args:
        token: A compact token.
        key: A `Key`, a `KeySet`, a function of the header, a public key's text or object, an HMAC secret, or
            a list of these to try in turn.
        algorithms: What to accept; may be left out when the key is bound to its algorithm.
        payload: The payload of a token that travels without it.
        understood: Extensions that ``crit`` may name; whoever adds one here acts on it.

    Returns:
        The header, the payload and the key that fitted.

    Raises:
        DecodeError: The token is malformed, or ``algorithms`` is needed and missing.
        InvalidSignatureError: The signature does not fit, or is not canonical base64url.
        InvalidAlgorithmError: The token's ``alg`` is not allowed.
        UnknownKeyError: No key fits the header.
        InvalidKeyError: The key cannot be read or used.
    """
    parsed = parse(token, payload=payload, understood=understood)
    return Verified(parsed.header, parsed.payload, parsed.verify(key, algorithms))


def parse(token: str | bytes, *, payload: bytes | None = None, understood: Collection[str] = ()) -> Parsed:
    """Take a token apart without verifying anything.

    Args:
        token: A compact token.
        payload: The payload of a token that travels without it.
        understood: Extensions that ``crit`` may name; none for JSON Web Tokens (RFC 7797 section 7).

    Returns:
        Its parts. Nobody vouches for them: use them to show a token or to find a key, never to decide.

    Raises:
        DecodeError: The token is malformed.
        InvalidSignatureError: The signature part is not canonical base64url, so no signature can fit.
        TypeError: The payload is not bytes.
    """
    raw = _as_bytes(token)
    parts = raw.split(b".", 3)
    if len(parts) != _PARTS:
        raise _wrong_number_of_parts(raw)
    encoded_header, content, encoded_signature = parts
    header = read_header(encoded_header, understood)
    signing_input = raw[: -len(encoded_signature) - 1]
    if payload is not None:
        if content:
            raise DecodeError("The token brings its own payload, and another one was given")
        signing_input += encode_payload(payload, header, attached=False)
        payload = bytes(payload)
    else:
        payload = decode_payload(content, header)
    return Parsed(header, payload, decode_signature(encoded_signature), signing_input)


def prepare(
    key: SigningKey, algorithm: str | None, headers: Mapping[str, Any] | None
) -> tuple[Signer, dict[str, Any]]:
    """Find the signer and make the protected header of a new signature; see `sign`."""
    signer, alg = signing_key(key, algorithm)
    header = {**headers, "alg": alg} if headers else {"alg": alg}
    if headers and headers.get("alg", alg) != alg:
        raise InvalidAlgorithmError(f"headers asks for another alg than {alg}, which is used for signing")
    refuse_bad_header(header, ValueError, UNDERSTOOD)
    return signer, header


def most_telling(refusals: Sequence[InvalidTokenError]) -> InvalidTokenError:
    """Choose what to report when nothing fitted: a wrong signature says more than a wrong key."""
    return max(refusals, key=lambda err: isinstance(err, InvalidSignatureError))


def produce(signer: Signer, alg: str, signing_input: bytes) -> bytes:
    """Have a signer sign; a `Key` may know several algorithms, any other signer has its one."""
    if isinstance(signer, Key):
        return signer.sign(signing_input, alg)
    if signer.alg != alg:
        raise InvalidAlgorithmError(f"the signer signs with {signer.alg}, not {alg}")
    return signer.sign(signing_input)


def encode_payload(payload: bytes, header: Mapping[str, Any], *, attached: bool) -> bytes:
    """Return a payload as a signature covers it: base64url, or as it is with ``"b64": false``.

    Args:
        payload: The payload.
        header: The protected header.
        attached: Whether it shall travel inside a compact token, between the dots.

    Raises:
        TypeError: The payload is not bytes.
        ValueError: It cannot travel there unencoded (RFC 7797 section 5.2).
    """
    if not isinstance(payload, (bytes, bytearray)):
        raise TypeError("the payload of a signature is bytes")
    if header.get("b64", True):
        return base64url.encode(payload).encode("ascii")
    if attached and not _FIT_TO_TRAVEL.fullmatch(payload):
        raise ValueError("an unencoded payload with dots or non-ASCII characters travels only detached")
    return bytes(payload)


def decode_payload(content: bytes, header: Mapping[str, Any]) -> bytes:
    """Return the payload of what stands between the dots.

    Args:
        content: The middle part of a compact token, or a JSON token's ``payload``.
        header: The protected header.

    Raises:
        DecodeError: It is not canonical base64url.
    """
    if not header.get("b64", True):
        return content
    try:
        return base64url.decode(content)
    except ValueError as err:
        raise DecodeError(f"Invalid payload segment: {err}") from None


def decode_signature(encoded: bytes) -> bytes:
    """Return the bytes of a signature.

    Args:
        encoded: The last part of a compact token, or a JSON token's ``signature``.

    Raises:
        InvalidSignatureError: It is not canonical base64url.
    """
    try:
        return base64url.decode(encoded)
    except ValueError:
        fault = "white space stands around the token" if encoded.split() != [encoded] else _NOT_CANONICAL
        raise InvalidSignatureError(f"Signature verification failed: {fault}") from None


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
