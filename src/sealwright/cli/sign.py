# SPDX-License-Identifier: Apache-2.0
"""``sealwright sign``: claims in, one token out, and nothing else on standard output."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from ..errors import InvalidAlgorithmError
from .keys import AlgorithmName, key_options, load_key
from .options import json_option
from .output import print_json
from .times import Duration
from .tokens import assignments, read_claims

if TYPE_CHECKING:
    from ..jose import Key


@click.command()
@key_options
@click.option("--alg", type=AlgorithmName(), help="Algorithm.  [default: what the key is for]")
@click.option(
    "--header", "headers", multiple=True, metavar="NAME=VALUE", help="Header member; may be repeated."
)
@click.option(
    "--claims",
    "source",
    metavar="JSON",
    help="All claims as a JSON object; - reads it from stdin, @FILE from a file.",
)
@click.option("--claim", "extra", multiple=True, metavar="NAME=VALUE", help="One claim; may be repeated.")
@click.option("--iss", "--issuer", "iss", metavar="TEXT", help="Issuer claim.")
@click.option("--sub", metavar="TEXT", help="Subject claim.")
@click.option(
    "--aud",
    "--audience",
    "aud",
    multiple=True,
    metavar="NAME",
    help="Audience claim; repeated, it becomes a list.",
)
@click.option(
    "--exp",
    type=Duration(),
    help="Expires this long from now (90s, 10m, 2h, 7d; a bare 10 is ten seconds); adds iat too.",
)
@json_option
def sign(
    *,
    alg: str | None,
    headers: tuple[str, ...],
    source: str | None,
    extra: tuple[str, ...],
    iss: str | None,
    sub: str | None,
    aud: tuple[str, ...],
    exp: int | None,
    as_json: bool,
    **key: Any,
) -> None:
    """Sign claims and print the token.

    A VALUE that is JSON means what it says (--claim admin=true, --claim 'roles=["a"]'), anything else is
    text. Single options win over --claims. The header gets typ JWT and the key's kid unless --header says
    otherwise.
    """
    from ..jose import claims, jws

    body = read_claims(source)
    body.update(assignments("--claim", extra))
    named = {"iss": iss, "sub": sub, "aud": _audience(aud)}
    body.update({name: value for name, value in named.items() if value is not None})
    if exp is not None:
        now = int(time.time())
        body.setdefault("iat", now)
        body["exp"] = now + exp
    if not body:
        raise click.UsageError("there is nothing to sign: give --claims, --claim, --sub or another claim")
    loaded = load_key(key, algorithm=alg)
    try:
        token = jws.sign(claims.dump(body), loaded, alg, _headers(loaded, headers))
    except (InvalidAlgorithmError, TypeError, ValueError) as err:
        raise click.UsageError(str(err)) from err
    if as_json:
        print_json({"token": token, "header": dict(jws.parse(token).header), "claims": body})
    else:
        click.echo(token)


def _audience(values: tuple[str, ...]) -> str | list[str] | None:
    if not values:
        return None
    return values[0] if len(values) == 1 else list(values)


def _headers(key: Key, texts: tuple[str, ...]) -> dict[str, Any]:
    given = assignments("--header", texts)
    if "alg" in given:
        raise click.UsageError("--header cannot set alg: use --alg")
    headers: dict[str, Any] = {"typ": "JWT"}
    # A secret's thumbprint is a hash of the secret, and a guessed secret could be tried against it offline.
    if key.kty != "oct" or key.kid != key.thumbprint():
        headers["kid"] = key.kid
    return headers | given
