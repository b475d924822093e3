# SPDX-License-Identifier: Apache-2.0
"""``sealwright inspect``: what a token says, and what nobody can know about it without a key."""

from __future__ import annotations

import time
from typing import Any

import click

from ..errors import InvalidSignatureError, InvalidTokenError
from .errors import AnswerNoError
from .options import json_option
from .output import console, print_json, visible
from .times import date_claims
from .tokens import REFRESH_TOKEN_PREFIX, read_token, token_argument
from .tokenview import PART_STYLES, heading, members

_NOT_KNOWN = (
    "Nothing here has been verified: anyone can write a token with this header and these claims.",
    "Only a key tells who signed it and whether it was changed since.",
    "Verify it:  sealwright verify - --key PUBLIC_KEY_FILE",
    "       or:  sealwright verify - --issuer URL --audience NAME",
)
_OPAQUE = (
    "A sealwright refresh token. It is opaque: there is nothing to read in it.",
    "Only the authorization server that issued it can tell whose it is and whether it still works.",
    "Treat it like a password: whoever has it can get access tokens.",
)


@click.command()
@token_argument
@json_option
def inspect(token: tuple[str, ...], *, as_json: bool) -> None:
    """Show what TOKEN says, without verifying it.

    TOKEN is a token, with or without "Bearer" in front, or - to read it from standard input, which keeps it
    out of the shell's history and the process list.
    """
    try:
        text = read_token(token)
        found = None if text.startswith(REFRESH_TOKEN_PREFIX) else _read(text, now=time.time())
    except InvalidSignatureError:
        # Nothing was compared with any key here: what is wrong is how the signature is written.
        reason = "malformed token: the signature part is not canonical base64url, so no key can ever fit"
        raise AnswerNoError(reason, "Was its end cut off or changed?") from None
    except InvalidTokenError as err:
        raise AnswerNoError(f"malformed token: {err}", err.hint) from err
    if found is None:
        _show_refresh_token(text, as_json=as_json)
        return
    if as_json:
        print_json(found)
    else:
        _show(found, now=time.time())


def _read(token: str, *, now: float) -> dict[str, Any]:
    """Take a token apart; the result is the ``--json`` document."""
    from ..jose import claims, jws

    parsed = jws.parse(token)
    payload = claims.parse(parsed.payload)
    parts = [len(part) for part in token.split(".")]
    header = dict(parsed.header)
    return {
        "kind": "signed token (JWS)",
        "verified": False,
        "header": header,
        "claims": payload,
        "dates": date_claims(payload, now=now),
        "signature": {"algorithm": header.get("alg"), "bytes": len(parsed.signature)},
        "kid": header.get("kid"),
        "size": {
            "characters": len(token),
            "header": parts[0],
            "payload": parts[1],
            "signature": parts[2],
        },
    }


def _show(found: dict[str, Any], *, now: float) -> None:
    out = console()
    out.print(members("Header", found["header"], PART_STYLES[0], now=now))
    out.print()
    out.print(members("Claims", found["claims"], PART_STYLES[1], now=now))
    out.print()
    out.print(heading("Signature", f"bold {PART_STYLES[2]}"))
    signature, size, kid = found["signature"], found["size"], found["kid"]
    out.print(f"  {signature['bytes']} bytes, said to be {visible(str(signature['algorithm']))}")
    out.print(
        f"  by the key {visible(str(kid))}"
        if kid is not None
        else "  by a key the token does not name (no kid)"
    )
    out.print()
    out.print(heading("Size"))
    out.print(
        f"  {size['characters']} characters: header {size['header']}, payload {size['payload']}, "
        f"signature {size['signature']}, and two dots"
    )
    out.print()
    out.print(heading("Not known without a key", "bold yellow"))
    for line in _NOT_KNOWN:
        out.print(f"  {line}")


def _show_refresh_token(token: str, *, as_json: bool) -> None:
    if as_json:
        kind = "sealwright refresh token (opaque)"
        print_json({"kind": kind, "verified": False, "size": {"characters": len(token)}})
        return
    out = console()
    out.print(heading("Refresh token"))
    for line in (*_OPAQUE, f"{len(token)} characters."):
        out.print(f"  {line}")
