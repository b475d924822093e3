# SPDX-License-Identifier: Apache-2.0
"""What happens in `sealwright demo`, step by step; whatever it prints, it has just seen to be true."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from rich.table import Table
from rich.text import Text

from ..errors import SealwrightError
from ..jose import claims as jose_claims
from ..jose import jws
from .errors import AnswerNoError
from .output import json_text, visible
from .processes import Answer, Child, request
from .times import date_claims
from .tokenview import PART_STYLES, coloured, members

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

_OK, _UNAUTHORIZED = 200, 401
_BRIEF = 10
_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"})


@dataclass(frozen=True, slots=True)
class User:
    """Who logs in.

    Attributes:
        name: The username.
        password: Made for this run.
        created_with: The command that created the user.
    """

    name: str
    password: str = field(repr=False)
    created_with: str


@dataclass(slots=True)
class Stage:
    """The running story: who plays, and what has been seen so far."""

    out: Console
    user: User
    server: Child
    issuer: str
    orders: Child
    orders_url: str
    access_token: str = ""
    refresh_token: str = ""
    kid: str = ""
    results: list[tuple[str, str, str]] = field(default_factory=list)


def tell(out: Console, user: User, *, server: Child, issuer: str, orders: Child, orders_url: str) -> None:
    """Play every step and print the summary.

    Args:
        out: Where to print.
        user: Exists on the server already.
        server: The authorization server's process.
        issuer: Its URL.
        orders: The orders service's process.
        orders_url: Its URL.

    Raises:
        AnswerNoError: A step did not go as it should.
    """
    stage = Stage(out, user, server, issuer, orders, orders_url)
    _cast(stage)
    steps: tuple[tuple[str, Callable[[Stage], str]], ...] = (
        ("The server publishes its public keys", _keys),
        (f"{user.name} logs in with username and password", _login),
        ("orders accepts her token", _accepted),
        ("orders refuses it with one character changed", _changed),
        ("orders refuses it once it has expired", _expired),
        ("She refreshes: a new token without the password", _refresh),
        ("orders accepts the new token", _accepted),
    )
    for number, (title, step) in enumerate(steps, 1):
        out.print()
        out.print(f"{number}. {title}", style="bold")
        try:
            result = step(stage)
        except SealwrightError as err:
            stage.results.append((title, str(err), "FAILED"))
            _summary(stage)
            raise AnswerNoError(f'demo step {number} failed, "{title}": {err}', server.last_words()) from err
        stage.results.append((title, result, "ok"))
    _summary(stage)


def _cast(stage: Stage) -> None:
    out, names = stage.out, sorted(stage.orders.environment)
    out.print()
    out.print("Who plays", style="bold")
    out.print(
        f"  authorization server  process {stage.server.pid}, {stage.issuer}: has the only private keys"
    )
    out.print(
        f"  orders service        process {stage.orders.pid}, {stage.orders_url}: verifies, cannot sign"
    )
    out.print(f"    its whole command line: {' '.join(stage.orders.command)}", style="dim")
    out.print(f"    its whole environment:  {', '.join(names) or '(empty)'}", style="dim")
    out.print(f"  {stage.user.name:20}  a user, created a moment ago with: {stage.user.created_with}")


def _keys(stage: Stage) -> str:
    url = f"{stage.issuer}/.well-known/jwks.json"
    stage.out.print(f"  → GET {url}")
    keys = request("GET", url).json().get("keys")
    if not isinstance(keys, list) or not keys:
        raise _Unexpected("the server publishes no key")
    for key in keys:
        stage.out.print(f"  public key {json_text(key)}")
        if _PRIVATE_MEMBERS & key.keys():
            raise _Unexpected("a private key member is published")
    stage.out.print(
        "  No private member (d) among them: they verify and cannot sign. orders fetches exactly these."
    )
    return f"{len(keys)} public keys, no private member"


def _login(stage: Stage) -> str:
    stage.out.print(f"  → POST {stage.issuer}/login  username {stage.user.name}, password (hidden)")
    body = json.dumps({"username": stage.user.name, "password": stage.user.password}).encode()
    got = request("POST", f"{stage.issuer}/login", headers={"Content-Type": "application/json"}, body=body)
    _take_tokens(stage, got)
    return f"signed with the private key {_brief(stage.kid)}"


def _accepted(stage: Stage) -> str:
    got = _call_orders(stage, stage.access_token)
    body = got.json()
    if got.status != _OK or body.get("for") != stage.user.name or body.get("verified_with") != stage.kid:
        raise _Unexpected(f"orders answered {got.status}, not 200 for {stage.user.name}")
    stage.out.print(f"  orders verified the signature with the public key {visible(stage.kid)}.")
    stage.out.print("  It asked nobody about this token, and it has never had the private key.")
    return f"200, verified with the public key {_brief(stage.kid)}"


def _changed(stage: Stage) -> str:
    signing_input, _, signature = stage.access_token.rpartition(".")
    # Not the last character: its unused bits would be refused before the signature is even looked at.
    other = "A" if signature[0] != "A" else "B"
    stage.out.print(f"  the signature's first character {signature[0]} becomes {other}; nothing else changes")
    seen = _refused(stage, f"{signing_input}.{other}{signature[1:]}", "InvalidSignatureError")
    # This token is well-formed, so that only a key that was tried can have led to this exception.
    stage.out.print(
        f"  orders tried the public key {visible(stage.kid)}, which the header names: it does not fit."
    )
    return f"{seen}: the public key {_brief(stage.kid)} does not fit"


def _expired(stage: Stage) -> str:
    body = jose_claims.parse(jws.parse(stage.access_token).payload)
    _count_down(stage.out, float(body["exp"]))
    exp = date_claims(body, now=time.time())["exp"]
    stage.out.print(f"  its exp is {exp['utc']}: {exp['words']}")
    seen = _refused(stage, stage.access_token, "ExpiredSignatureError")
    # The verifier reads the claims before it looks for a key, so this exception means that none was used.
    stage.out.print("  orders refused it by exp, before any key was used.")
    return f"{seen}: by exp, before any key was used"


def _refresh(stage: Stage) -> str:
    before = stage.refresh_token
    stage.out.print(f"  → POST {stage.issuer}/token  grant_type refresh_token, the refresh token")
    form = urlencode({"grant_type": "refresh_token", "refresh_token": before}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    _take_tokens(stage, request("POST", f"{stage.issuer}/token", headers=headers, body=form))
    if stage.refresh_token == before:
        raise _Unexpected("the refresh token was not replaced")
    stage.out.print("  The refresh token was replaced too; the old one is spent.")
    return "a new access token and a new refresh token"


def _refused(stage: Stage, token: str, exception: str) -> str:
    got = _call_orders(stage, token)
    if got.status != _UNAUTHORIZED or got.json().get("exception") != exception:
        raise _Unexpected(
            f"orders answered {got.status} {got.json().get('exception', '')}, not 401 {exception}"
        )
    return f"401 {exception}"


def _take_tokens(stage: Stage, got: Answer) -> None:
    body = got.json()
    access, refresh = body.get("access_token"), body.get("refresh_token")
    if got.status != _OK or not isinstance(access, str) or not isinstance(refresh, str):
        raise _Unexpected(f"the server answered {got.status} without two tokens")
    parsed = jws.parse(access)
    stage.access_token, stage.refresh_token = access, refresh
    stage.kid = str(parsed.header.get("kid"))
    out, now = stage.out, time.time()
    out.print(f"  ← {got.status}  access token, valid for {body.get('expires_in')} seconds:")
    out.print(Text("    ") + coloured(access))
    for title, values, style in (
        ("Header", parsed.header, PART_STYLES[0]),
        ("Claims", jose_claims.parse(parsed.payload), PART_STYLES[1]),
    ):
        for line in members(title, values, style, now=now).split("\n"):
            out.print(Text("    ") + line)
    out.print(f"    Signature: {len(parsed.signature)} bytes", style=PART_STYLES[2])
    prefix = refresh.partition(".")[0]
    out.print(
        f"    Refresh token: {prefix}.… ({len(refresh)} characters, opaque: only the server can read it)"
    )
    out.print(f"  Signed by the authorization server with its private key {visible(stage.kid)}.")


def _call_orders(stage: Stage, token: str) -> Answer:
    url = f"{stage.orders_url}/orders"
    stage.out.print(f"  → GET {url}")
    stage.out.print(Text("    Authorization: Bearer ") + coloured(token, short=True))
    parsed = jws.parse(token)
    for title, values, style in (
        ("header", dict(parsed.header), PART_STYLES[0]),
        ("claims", jose_claims.parse(parsed.payload), PART_STYLES[1]),
    ):
        stage.out.print(
            Text(f"    {title}  ", style=style) + Text(json_text(values), style="not bold default")
        )
    got = request("GET", url, headers={"Authorization": f"Bearer {token}"})
    stage.out.print(
        f"  ← {got.status}  {json_text(got.json())}", style="green" if got.status == _OK else "red"
    )
    return got


def _count_down(out: Console, until: float) -> None:
    remaining = until - time.time()
    # Rounded down like every other duration that is shown.
    out.print(f"  waiting for the token's exp, {max(0, int(remaining))} seconds from now ...")
    with out.status("") as status:
        while (remaining := until - time.time()) >= 0:
            status.update(f"the token expires in {int(remaining)} s")
            time.sleep(min(0.2, remaining + 0.01))


def _summary(stage: Stage) -> None:
    table = Table()
    for name in ("", "step", "what was seen", ""):
        table.add_column(name)
    for number, (title, result, verdict) in enumerate(stage.results, 1):
        style = "green" if verdict == "ok" else "bold red"
        table.add_row(str(number), title, Text(visible(result)), Text(verdict, style=style))
    stage.out.print()
    stage.out.print("Summary", style="bold")
    stage.out.print(table, soft_wrap=False)
    if all(verdict == "ok" for _, _, verdict in stage.results):
        stage.out.print(
            "One process signed. The other verified with the public key alone and could not have signed."
        )


def _brief(kid: str) -> str:
    return f"{visible(kid)[:_BRIEF]}…"


class _Unexpected(SealwrightError):  # noqa: N818 - never leaves this module
    """A step did not go as it should."""
