# SPDX-License-Identifier: Apache-2.0
"""JSON Web Signatures in JSON form, with one signature or several (RFC 7515 section 7.2).

`sealwright.jws` offers these beside the compact form; `sealwright.jwt` and the verifier never accept them.

>>> token = sign_json(b"hello", [Signature(Key.generate("ES256")), Signature(Key.generate("EdDSA"))])
>>> sorted(token)
['payload', 'signatures']
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from ..errors import DecodeError, InvalidTokenError
from . import base64url
from .headers import Header, refuse_bad_header
from .jws import (
    UNDERSTOOD,
    Parsed,
    Verified,
    decode_payload,
    decode_signature,
    encode_payload,
    most_telling,
    prepare,
    produce,
)
from .limits import MAX_SIGNATURES, MAX_TOKEN_CHARS
from .sources import SigningKey, VerifyingKey
from .strict_json import dump_object, parse_object

# Any of these at the top makes the token a flattened one (RFC 7515 section 7.2.2).
_OF_ONE_SIGNATURE = frozenset({"protected", "header", "signature"})


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature that `sign_json` shall make.

    Attributes:
        key: What signs.
        algorithm: The ``alg``; the key decides when None.
        headers: Members of the protected header.
        unprotected: Members that travel beside it, unsigned.
    """

    key: SigningKey = field(repr=False)
    algorithm: str | None = None
    headers: Mapping[str, Any] | None = None
    unprotected: Mapping[str, Any] | None = None


def sign_json(
    payload: bytes, signatures: Signature | Sequence[Signature], *, detached: bool = False
) -> dict[str, Any]:
    """Sign bytes, once or several times.

    Args:
        payload: What to sign.
        signatures: One makes the flattened form, a sequence the general one.
        detached: Leave the payload out (RFC 7515 appendix F).

    Returns:
        The members of the JSON token.

    Raises:
        InvalidKeyError, InvalidAlgorithmError: As for `jws.sign`.
        TypeError: The payload is not bytes, or a header member is nothing JSON can hold.
        ValueError: There is no signature to make, the headers contradict each other, or an unencoded payload
            is no text.
    """
    wanted = [signatures] if isinstance(signatures, Signature) else list(signatures)
    if not 0 < len(wanted) <= MAX_SIGNATURES:
        raise ValueError(f"a JSON token has 1 to {MAX_SIGNATURES} signatures, not {len(wanted)}")
    prepared = [prepare(one.key, one.algorithm, one.headers) for one in wanted]
    if len({header.get("b64", True) for _, header in prepared}) > 1:
        raise ValueError("all signatures of a token agree on b64 (RFC 7797 section 3)")
    content = encode_payload(payload, prepared[0][1], attached=False)
    made = []
    for one, (signer, header) in zip(wanted, prepared, strict=True):
        protected = base64url.encode(dump_object(header))
        signature = produce(signer, header["alg"], protected.encode("ascii") + b"." + content)
        member: dict[str, Any] = {"protected": protected, "signature": base64url.encode(signature)}
        if one.unprotected:
            _join(header, one.unprotected, ValueError, UNDERSTOOD)
            dump_object(one.unprotected)
            member["header"] = dict(one.unprotected)
        made.append(member)
    token: dict[str, Any] = {} if detached else {"payload": _as_text(content)}
    return {**token, **made[0]} if isinstance(signatures, Signature) else {**token, "signatures": made}


def verify_json(
    token: str | bytes | Mapping[str, Any],
    key: VerifyingKey,
    algorithms: Collection[str] | None = None,
    *,
    payload: bytes | None = None,
    understood: Collection[str] = UNDERSTOOD,
    every: bool = False,
) -> Verified:
    """Verify a JSON token.

    Args:
        token: Its text, or its members.
        key: As for `jws.verify`; for several signatures a `KeySet`, a list, or a function of the header.
        algorithms: What to accept; may be left out when the key is bound to its algorithm.
        payload: The payload of a token that travels without it.
        understood: Extensions that ``crit`` may name.
        every: Demand that every signature fits; by default one that fits is enough.

    Returns:
        The merged header, payload and key of the first signature that fitted.

    Raises:
        DecodeError: The token is malformed.
        InvalidTokenError: No signature fits, or with ``every`` one does not; the subclass says why.
        InvalidKeyError: The key cannot be read or used.
        TypeError: The payload is not bytes.
    """
    candidates = parse_json(token, payload=payload, understood=understood)
    fitting: list[Verified] = []
    refusals: list[InvalidTokenError] = []
    for parsed in candidates:
        try:
            fitting.append(Verified(parsed.header, parsed.payload, parsed.verify(key, algorithms)))
        except InvalidTokenError as err:
            if every:
                raise
            refusals.append(err)
            continue
        if not every:
            break
    if not fitting:
        raise most_telling(refusals)
    return fitting[0]


def parse_json(
    token: str | bytes | Mapping[str, Any],
    *,
    payload: bytes | None = None,
    understood: Collection[str] = UNDERSTOOD,
) -> list[Parsed]:
    """Take a JSON token apart without verifying anything: one `Parsed` for each signature.

    Args:
        token: Its text, or its members.
        payload: The payload of a token that travels without it.
        understood: Extensions that ``crit`` may name.

    Raises:
        DecodeError: The token is malformed.
        InvalidSignatureError: A signature is not canonical base64url, so it cannot fit.
        TypeError: The payload is not bytes.
    """
    members = _members(token)
    flattened = not _OF_ONE_SIGNATURE.isdisjoint(members)
    signatures = [members] if flattened else members.get("signatures")
    if flattened and "signatures" in members:
        raise DecodeError("The JSON token is flattened and general at once")
    if not isinstance(signatures, list) or not 0 < len(signatures) <= MAX_SIGNATURES:
        raise DecodeError(f"The JSON token has no list of 1 to {MAX_SIGNATURES} signatures")
    if payload is not None and "payload" in members:
        raise DecodeError("The token brings its own payload, and another one was given")
    if payload is None and not isinstance(members.get("payload"), str):
        raise DecodeError("The JSON token has no payload", hint="Give payload= when it travels apart.")
    parsed = [_parse_one(one, members.get("payload", ""), payload, understood) for one in signatures]
    if len({one.header.get("b64", True) for one in parsed}) > 1:
        raise DecodeError("The signatures do not agree on b64")
    return parsed


def _members(token: str | bytes | Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(token, Mapping):
        return token
    if not isinstance(token, (str, bytes)):
        raise DecodeError(
            f"Invalid token type. A JSON token is text, bytes or a mapping, not {type(token).__name__}"
        )
    if len(token) > MAX_TOKEN_CHARS:
        raise DecodeError(f"Token is too long: {len(token)} characters, at most {MAX_TOKEN_CHARS}")
    try:
        return parse_object(token if isinstance(token, bytes) else token.encode("utf-8", "surrogatepass"))
    except ValueError as err:
        raise DecodeError(f"Invalid JSON token: {err}") from None


def _parse_one(signature: Any, content: str, payload: bytes | None, understood: Collection[str]) -> Parsed:
    if not isinstance(signature, Mapping):
        raise DecodeError("A signature of the JSON token is no object")
    protected, unprotected = signature.get("protected", ""), signature.get("header", {})
    encoded = signature.get("signature")
    if not isinstance(protected, str) or not isinstance(unprotected, Mapping) or not isinstance(encoded, str):
        raise DecodeError("A signature of the JSON token has members of wrong types")
    if len(content) + len(protected) + len(encoded) > MAX_TOKEN_CHARS:
        raise DecodeError(f"The JSON token is too long: at most {MAX_TOKEN_CHARS} characters")
    header = _merge(protected, unprotected, understood)
    try:
        covered = content.encode() if payload is None else encode_payload(payload, header, attached=False)
        signing_input = protected.encode("ascii") + b"." + covered
        signed = decode_signature(encoded.encode("ascii"))
    except UnicodeEncodeError:
        raise DecodeError("The JSON token holds characters that no token has") from None
    shown = decode_payload(covered, header) if payload is None else bytes(payload)
    return Parsed(header, shown, signed, signing_input)


def _merge(protected: str, unprotected: Mapping[str, Any], understood: Collection[str]) -> Header:
    """Read both headers of a signature as one."""
    try:
        members = parse_object(base64url.decode(protected)) if protected else {}
    except ValueError as err:
        raise DecodeError(f"Invalid protected header: {err}") from None
    refuse_bad_header(members, DecodeError, understood)
    merged = _join(members, unprotected, DecodeError, understood)
    if not isinstance(merged.get("alg"), str):
        raise DecodeError("Invalid header: alg is missing or no text")
    return MappingProxyType(merged)


def _join(
    protected: Mapping[str, Any],
    unprotected: Mapping[str, Any],
    error: type[DecodeError | ValueError],
    understood: Collection[str],
) -> dict[str, Any]:
    """Join both headers; what changes the meaning of a signature must be protected by it."""
    if not protected.keys().isdisjoint(unprotected):
        raise error("A header member is both protected and unprotected")
    if "crit" in unprotected or "b64" in unprotected:
        raise error("crit and b64 must be protected")
    merged = {**unprotected, **protected}
    refuse_bad_header(merged, error, understood)
    return merged


def _as_text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise ValueError("an unencoded payload inside JSON is UTF-8 text; detach it") from None
