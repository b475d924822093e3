# SPDX-License-Identifier: Apache-2.0
"""``sealwright verify``: the claims of a token that a key or an issuer vouches for, or why it does not."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from typing import Any

import click

from ..errors import InvalidAudienceError, InvalidTokenError
from .keys import AlgorithmName, has_password, key_options, load_keys, names_a_key
from .output import console, json_text, print_json, visible
from .times import Duration
from .tokens import read_token, token_argument


@dataclass(frozen=True, slots=True)
class _Expected:
    """What the token has to be, as typed; None and () leave it open."""

    algorithms: tuple[str, ...]
    audience: str | None
    iss: str | None
    leeway: int | None


@click.command()
@token_argument
@key_options
@click.option(
    "--issuer", metavar="URL", help="Fetch the keys of this authorization server, and verify all its rules."
)
@click.option(
    "--alg",
    "algorithms",
    type=AlgorithmName(),
    multiple=True,
    help="Accept only this; may be repeated.",
)
@click.option(
    "--audience",
    "--aud",
    "audience",
    metavar="NAME",
    help="The aud the token must be for; required with --issuer.",
)
@click.option("--iss", metavar="TEXT", help="With a key: the iss the token must have.")
@click.option(
    "--leeway", type=Duration(), help="Clock tolerance.  [default: 0 with a key, 30s with --issuer]"
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, for a refused token too.")
def verify(
    token: tuple[str, ...],
    *,
    issuer: str | None,
    algorithms: tuple[str, ...],
    audience: str | None,
    iss: str | None,
    leeway: int | None,
    as_json: bool,
    **key: Any,
) -> None:
    """Verify TOKEN and print its claims.

    TOKEN is a token, with or without "Bearer" in front, or - to read it from standard input. Give one key
    (--key, --secret-file or --secret-env), or --issuer with --audience. With a key, the signature, the
    dates and what --audience and --iss ask for are verified. The claims are printed as JSON; a refused
    token is exit status 1 and the reason in one line.
    """
    if (issuer is None) != names_a_key(key):
        raise click.UsageError("give either a key (--key, --secret-file, --secret-env) or --issuer URL")
    if issuer is not None and has_password(key):
        raise click.UsageError("--password and --password-file go with --key; --issuer URL needs no password")
    try:
        text = read_token(token)
        expected = _Expected(algorithms, audience, iss, leeway)
        found = _by_key(text, key, expected) if issuer is None else _by_issuer(text, issuer, expected)
    except InvalidTokenError as err:
        if as_json:
            print_json(
                {"accepted": False, "error": err.code, "exception": type(err).__name__, "message": str(err)}
            )
        raise
    if as_json:
        print_json({"accepted": True, **found})
        return
    click.echo(json_text(found["claims"], indent=2))
    header = found["header"]
    named = f", key {visible(str(header['kid']))}" if "kid" in header else ""
    # The verdict goes to stderr, so that what is piped on is the claims and nothing else.
    console(sys.stderr).print(f"accepted: {header['alg']}{named}", style="green")


def _by_key(token: str, options: dict[str, Any], expected: _Expected) -> dict[str, Any]:
    from ..jose import claims, jws

    algorithms = expected.algorithms
    key = load_keys(options, algorithm=algorithms[0] if algorithms else None)
    verified = jws.verify(token, key, algorithms or None)
    body = claims.parse(verified.payload)
    try:
        claims.validate(
            body,
            now=time.time(),
            leeway=expected.leeway or 0,
            audience=expected.audience,
            issuer=expected.iss,
        )
    except InvalidAudienceError as err:
        if expected.audience is None:
            err.hint = "Say for whom it is meant to be with --audience NAME"
        raise
    return {"header": dict(verified.header), "claims": body}


def _by_issuer(token: str, issuer: str, expected: _Expected) -> dict[str, Any]:
    from ..jose import jws
    from ..verifier import Verifier

    if expected.audience is None:
        raise click.UsageError("--issuer needs --audience NAME: a token is for the service it names")
    if expected.iss is not None:
        raise click.UsageError("--iss goes with a key; --issuer URL is already the iss the token must have")
    chosen: dict[str, Any] = {}
    if expected.algorithms:
        chosen["algorithms"] = expected.algorithms
    if expected.leeway is not None:
        chosen["leeway"] = expected.leeway
    with Verifier(issuer, audience=expected.audience, **chosen) as verifier:
        body = verifier.verify(token)
    return {"header": dict(jws.parse(token).header), "claims": dict(body)}
