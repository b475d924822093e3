# SPDX-License-Identifier: Apache-2.0
"""Tokens from outside: parsing and verifying them, compact and JSON, and what `jwt.decode` makes of them.

The keys are fixed. Besides the rules of `judge`, nothing may verify but what was signed here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519

from sealwright import jwt
from sealwright.errors import InvalidTokenError
from sealwright.jose import Key, KeySet, VerifyingKey, base64url, claims, jws
from sealwright.jose.jws_json import parse_json, verify_json

from .draw import Draw
from .judge import attempt, demand

SECRET = bytes(range(1, 65))
NOW = 1_000_000_000
_FIXED = int.from_bytes(SECRET[:32], "big")
KEYS = {
    "HS256": Key.from_secret(SECRET, "HS256", kid="hs256"),
    "HS512": Key.from_secret(SECRET[::-1], "HS512", kid="hs512"),
    "ES256": Key.from_native(ec.derive_private_key(_FIXED, ec.SECP256R1()), kid="shared"),
    "ES256K": Key.from_native(ec.derive_private_key(_FIXED, ec.SECP256K1()), kid="shared"),
    "EdDSA": Key.from_native(ed25519.Ed25519PrivateKey.from_private_bytes(SECRET[:32])),
    "Ed448": Key.from_native(ed448.Ed448PrivateKey.from_private_bytes(SECRET[:57]), alg="Ed448", kid="ed448"),
    "PS256": Key.generate("PS256", kid="ps256"),
}
_PUBLISHED = [key.to_jwk() for key in KEYS.values() if key.kty != "oct"]
_PUBLISHED[2].pop("kid")
_UNUSABLE = [
    {"kty": "NEW", "kid": "new"},
    {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": "ps256"},
]
PUBLIC = KeySet.from_jwks({"keys": _PUBLISHED + _UNUSABLE})
SECRETS = KeySet([KEYS["HS256"], KEYS["HS512"]])
_ASYMMETRIC = ("ES256", "EdDSA", "Ed448", "PS256")
VERIFYING: list[tuple[VerifyingKey, Collection[str] | None]] = [
    (PUBLIC, None),
    (SECRETS, None),
    (PUBLIC, _ASYMMETRIC),
    (KEYS["HS256"], None),
    ([KEYS["HS512"], KEYS["HS256"]], None),
    ([KEYS["ES256"].public(), KEYS["EdDSA"].public()], _ASYMMETRIC),
    (PUBLIC.select, None),
    (SECRET, ["HS256", "HS384", "HS512"]),
    (KEYS["ES256"].to_pem(), ["ES256"]),
    (KEYS["EdDSA"].to_openssh(), ["EdDSA", "Ed25519"]),
]
NAMES = (
    *(
        "alg",
        "kid",
        "typ",
        "cty",
        "crit",
        "b64",
        "jwk",
        "jku",
        "x5c",
        "exp",
        "nbf",
        "iat",
        "iss",
        "aud",
        "sub",
    ),
    *("jti", "n", "", "payload", "signature", "signatures", "protected", "header"),
)
WORDS = (*KEYS, *(key.kid for key in KEYS.values()), *NAMES, "none", "RS256", "new", "me", "api", "susan")
LITERALS = (
    *(
        "null",
        "true",
        "false",
        "0",
        "-1",
        "1",
        "999999999",
        "1000000000",
        "2e9",
        "1.5",
        "-0.0",
        "1e308",
        "1e309",
    ),
    *("NaN", "Infinity", "9007199254740993", "1" * 25, "-" + "9" * 400, '["b64"]', "[]", "{}", '["api",5]'),
    *(
        '"\\ud800"',
        '"\\u0000"',
        '"\\"\\\\\\n"',
        '{"a":1,"a":2}',
        '{"\\u0061":1,"a":2}',
        "[" * 33 + "]" * 33,
        "",
    ),
)
_approved: set[bytes] = set()


def value(draw: Draw, depth: int = 0) -> str:
    """Write one JSON value, or now and then something that is none."""
    match draw.below(8):
        case 0 | 1:
            return draw.pick(LITERALS)
        case 2 | 3:
            return json.dumps(draw.pick(WORDS))
        case 4:
            return json.dumps(draw.take(48).decode("utf-8", "replace"), ensure_ascii=draw.below(2) == 0)
        case 5:
            return str(int.from_bytes(draw.take(9), "big", signed=True))
        case 6 if depth < 3:  # noqa: PLR2004 - the parser's own limit is one of the literals
            return "[" + ",".join(value(draw, depth + 1) for _ in range(draw.below(4))) + "]"
        case 7 if depth < 3:  # noqa: PLR2004
            return members(draw, depth + 1)
    return '"' + draw.take(16).decode("latin-1") + '"'


def members(draw: Draw, depth: int = 0, first: str = "") -> str:
    """Write one JSON object.

    Args:
        draw: Decides.
        depth: How deep it lies in another.
        first: Members that come first, already written.
    """
    written = [first] if first else []
    written += [f"{json.dumps(draw.pick(NAMES))}:{value(draw, depth)}" for _ in range(draw.below(5))]
    return "{" + draw.pick((",", ",", ", ", " ,\n")).join(written) + "}"


def document(draw: Draw, first: str = "") -> bytes:
    """Write an object and perhaps damage it."""
    return draw.edited(members(draw, first=first).encode("utf-8", "surrogatepass"))


def signed(draw: Draw, key: Key, covered: bytes) -> bytes:
    """Return a right signature most of the time, else drawn bytes; remember what was signed."""
    if draw.below(4) == 0:
        return draw.take(130)
    _approved.add(covered)
    return key.sign(covered)


def headed(draw: Draw) -> tuple[Key, bytes]:
    """Choose a key and write a header that is likely to fit it."""
    key = draw.pick(tuple(KEYS.values()))
    first = f'"alg":{json.dumps(key.alg)}'
    if draw.below(2):
        first += f',"kid":{json.dumps(key.kid)}'
    if draw.below(4) == 1:
        first += ',"b64":false,"crit":["b64"]'
    return key, base64url.encode(document(draw, first)).encode()


def check_text(token: str | bytes) -> None:
    """Give a text to everything that takes a token."""
    for key, algorithms in VERIFYING[:2]:
        refused_or_signed(jws.verify, jws.parse, token, key, algorithms)
        refused_or_signed(verify_json, parse_json, token, key, algorithms)
    attempt(jwt.get_unverified_header, token, allowed=InvalidTokenError)
    attempt(claims.parse, token if isinstance(token, bytes) else token.encode("utf-8", "replace"))


def check_compact(draw: Draw) -> None:
    """Verify a compact token that is right in most places."""
    key, header = headed(draw)
    detached = draw.below(4) == 0
    content = document(draw) if draw.below(2) else draw.take(60)
    middle = content if draw.below(4) == 0 else base64url.encode(content).encode()
    signature = base64url.encode(signed(draw, key, header + b"." + middle)).encode()
    token = header + b"." + (b"" if detached else middle) + b"." + signature
    if draw.below(4) == 0:
        token = draw.edited(token)
    given = {"payload": content} if detached else {}
    verifying, algorithms = draw.pick(VERIFYING)
    refused_or_signed(jws.verify, jws.parse, token, verifying, algorithms, **given)


def check_json(draw: Draw) -> None:
    """Verify a JSON token, flattened or general, that is right in most places."""
    content = base64url.encode(draw.take(40))
    if draw.below(4) == 0:
        content = draw.take(40).decode("utf-8", "replace")
    written = []
    for _ in range(draw.pick((1, 1, 2, 3, 9))):
        key, header = headed(draw)
        signature = signed(draw, key, header + b"." + content.encode())
        first = f'"protected":"{header.decode()}","signature":"{base64url.encode(signature)}"'
        if draw.below(3) == 0:
            first += f',"header":{value(draw)}'
        written.append(first if draw.below(4) else members(draw, first=first)[1:-1])
    parts = [] if draw.below(8) == 1 else [f'"payload":{json.dumps(content)}']
    if len(written) == 1 and draw.below(2):
        parts.append(written[0])
    if len(parts) < 2 or draw.below(8) == 1:  # noqa: PLR2004 - nothing but the payload
        parts.append('"signatures":[' + ",".join(f"{{{one}}}" for one in written) + "]")
    raw = ("{" + ",".join(parts) + "}").encode("utf-8", "surrogatepass")
    token = draw.edited(raw) if draw.below(3) == 0 else raw
    given: dict[str, Any] = {"every": True} if draw.below(2) else {}
    if draw.below(8) == 1:
        given["payload"] = draw.take(20)
    verifying, algorithms = draw.pick(VERIFYING)
    refused_or_signed(verify_json, parse_json, token, verifying, algorithms, **given)


def check_claims(draw: Draw) -> None:
    """Decode signed claims of any type, with any expectations."""
    key = KEYS["HS256"]
    covered = base64url.encode(b'{"alg":"HS256"}') + "." + base64url.encode(document(draw))
    token = covered + "." + base64url.encode(key.sign(covered.encode()))
    given: dict[str, Any] = {
        "audience": draw.pick((None, "api", ["api", "other"], [])),
        "issuer": draw.pick((None, "me", ["me", "other"], frozenset())),
        "subject": draw.pick((None, "susan")),
        "leeway": draw.pick((0, 10, 1e9)),
        "options": draw.pick((None, {"require": ["exp"]}, {"verify_aud": False})),
        "now": NOW,
    }
    attempt(jwt.decode, token, key, allowed=InvalidTokenError, secrets=_segments(token), **given)


def refused_or_signed(
    verify: Callable[..., Any],
    parse: Callable[..., Any],
    token: str | bytes,
    key: VerifyingKey,
    algorithms: Collection[str] | None,
    **given: Any,
) -> None:
    """Verify a token, and if that succeeds see that it was really signed.

    Args:
        verify: `jws.verify` or its kin.
        parse: The function that takes such tokens apart.
        token: The token.
        key: What to verify it with.
        algorithms: What to accept.
        given: More named arguments.
    """
    secrets = _segments(token)
    found = attempt(verify, token, key, algorithms, allowed=InvalidTokenError, secrets=secrets, **given)
    payload = {"payload": given["payload"]} if "payload" in given else {}
    parsed = attempt(parse, token, understood=jws.UNDERSTOOD, allowed=InvalidTokenError, **payload)
    if found is not None:
        several: list[Any] = parsed if isinstance(parsed, list) else [parsed]
        demand(None not in several, f"it verified, and cannot be parsed: {token!r}")
        inputs = {one.signing_input for one in several}
        demand(not inputs.isdisjoint(_approved), f"it verified, and nobody signed it: {token!r}")


def _segments(token: str | bytes) -> list[str]:
    """The parts of a token that are long enough to be recognised in a message."""
    text = token.decode("latin-1") if isinstance(token, bytes) else token
    return [part for part in text.split(".") if len(part) > 24 and base64url_only(part)]  # noqa: PLR2004


def base64url_only(text: str) -> bool:
    """Whether a text has no other characters than base64url has."""
    return text.isascii() and text.replace("-", "").replace("_", "").isalnum()


SHAPES = (check_compact, check_json, check_claims)


def check(data: bytes) -> None:
    """Judge one input of the fuzzer.

    Args:
        data: The first byte says what the rest is: a text as it is, or decisions for one of `SHAPES`.

    Raises:
        BreachError: A rule is broken; any other exception is a crash as well.
    """
    draw = Draw(data)
    _approved.clear()
    _approved.update(_seeded)
    mode = draw.below(5)
    if mode == 0:
        check_text(draw.rest())
    elif mode == 1:
        check_text(draw.rest().decode("utf-8", "replace"))
    else:
        SHAPES[mode - 2](draw)


def _seed_tokens() -> Iterator[str]:
    for key in KEYS.values():
        token = jwt.encode({"sub": "susan", "aud": "api", "exp": NOW + 60}, key)
        yield token
        protected, payload, signature = token.split(".")
        yield json.dumps({"payload": payload, "protected": protected, "signature": signature})
        yield json.dumps(
            {"payload": payload, "signatures": [{"protected": protected, "signature": signature}]}
        )
    yield jws.sign(b"text", KEYS["HS256"], headers={"b64": False, "crit": ["b64"], "kid": "hs256"})
    yield jws.sign(b"text", KEYS["HS256"], detached=True)


def seeds() -> Iterator[bytes]:
    """Yield inputs to start from: good tokens as they are, and plain decisions for every shape."""
    for token in _seed_tokens():
        yield b"\0" + token.encode()
        yield b"\1" + token.encode()
    for mode in range(2, 2 + len(SHAPES)):
        for step in range(1, 8):
            yield bytes([mode]) + bytes(step * at % 251 for at in range(120))


_seeded = {token.rpartition(".")[0].encode() for token in _seed_tokens() if token.count(".") == 2}  # noqa: PLR2004
