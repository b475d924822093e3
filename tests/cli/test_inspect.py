# SPDX-License-Identifier: Apache-2.0
"""``sealwright inspect``: what it shows, and that nothing a token holds reaches the terminal raw."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from sealwright.jose import Key, base64url, claims, jws

if TYPE_CHECKING:
    from tests.cli.conftest import InProcess, Program, Terminal

KEY = Key.generate("ES256")
HOSTILE = {
    "markup": "[red]x[/red]",
    "clear": "\x1b[2J",
    "c1": "\x9b2J",
    "bidi": "\u202egnp.exe",
    "line": "a\nb\u2028c",
    "emoji": ":smile:",
    "tag": "\U000e0041",
    "\x1b[31mname": 1,
}


def make(body: dict[str, Any], **header: Any) -> str:
    """Sign claims."""
    return jws.sign(claims.dump(body), KEY, headers={"kid": KEY.kid, **header})


def test_it_shows_header_claims_signature_and_size(cli: InProcess) -> None:
    """It shows header claims signature and size."""
    text = make({"sub": "susan", "user_id": 123})
    done = cli("inspect", text)
    assert done.status == 0
    assert 'alg  "ES256"' in done.out
    assert 'sub      "susan"' in done.out
    assert "user_id  123" in done.out
    assert "64 bytes, said to be ES256" in done.out
    assert f"by the key {KEY.kid}" in done.out
    assert f"{len(text)} characters" in done.out


def test_it_says_that_nothing_was_verified(cli: InProcess) -> None:
    """It says that nothing was verified."""
    done = cli("inspect", make({"sub": "susan"}))
    assert "Not known without a key" in done.out
    assert "Nothing here has been verified" in done.out


@pytest.mark.parametrize(
    ("name", "offset", "words"),
    [
        ("exp", -3 * 86_400 - 60, "expired 3 days ago"),
        ("exp", 10 * 60 - 5, "expires in 9 minutes"),
        ("exp", -86_400 - 60, "expired 1 day ago"),
        ("nbf", 2 * 3600 + 60, "becomes valid in 2 hours"),
        ("nbf", -61, "became valid 1 minute ago"),
        ("iat", -121, "issued 2 minutes ago"),
        ("iat", 400 * 86_400, "claims to be issued in 1 year"),
    ],
)
def test_dates_are_shown_as_dates_and_words(cli: InProcess, name: str, offset: int, words: str) -> None:
    """Dates are shown as dates and words."""
    moment = int(time.time()) + offset
    done = cli("inspect", make({name: moment}))
    assert words in done.out
    assert time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(moment)) in done.out


def test_dates_are_shown_in_local_time_too(program: Program) -> None:
    """Dates are shown in local time too."""
    done = program("inspect", make({"exp": 1_700_000_000}), env={"TZ": "Asia/Tokyo"})
    assert b"2023-11-14 22:13:20 UTC" in done.stdout
    assert b"2023-11-15 07:13:20 JST" in done.stdout


@pytest.mark.parametrize("value", [True, "soon", None, 10**17, -(10**17), 1e300, [1], {"a": 1}])
def test_a_date_claim_that_is_no_date_is_shown_as_it_is(cli: InProcess, value: object) -> None:
    """A date claim that is no date is shown as it is."""
    done = cli("inspect", make({"exp": value}))
    assert done.status == 0
    assert f"exp  {json.dumps(value)}\n" in done.out


def test_hostile_text_is_shown_literally(cli: InProcess, terminal: Terminal) -> None:
    """Hostile text is shown literally."""
    text = make(HOSTILE, **{"x\x1b]0;title\x07": "[bold]"})
    plain = cli("inspect", text).out
    for shown in (
        '"[red]x[/red]"',
        '"\\u001b[2J"',
        '"\\u009b2J"',
        '"\\u202egnp.exe"',
        '":smile:"',
        '"[bold]"',
    ):
        assert shown in plain
    assert '"a\\nb\\u2028c"' in plain
    assert '"\\udb40\\udc41"' in plain
    assert "\\u001b[31mname" in plain
    assert all(char.isprintable() or char == "\n" for char in plain)
    on_terminal = terminal("inspect", text)[1]
    for raw in ("\x1b[2J", "\x9b", "\u202e", "\x1b]0;", "\x07"):
        assert raw not in on_terminal


def test_json_is_one_ascii_document_that_says_it_is_unverified(cli: InProcess) -> None:
    """JSON is one ASCII document that says it is unverified."""
    done = cli("inspect", make({**HOSTILE, "exp": 1_700_000_000}), "--json")
    document = json.loads(done.out)
    assert done.out.isascii()
    assert "\x1b" not in done.out
    assert document["verified"] is False
    assert document["claims"] == {**HOSTILE, "exp": 1_700_000_000}
    assert document["kid"] == KEY.kid
    assert document["signature"] == {"algorithm": "ES256", "bytes": 64}
    assert document["dates"]["exp"]["utc"] == "2023-11-14 22:13:20 UTC"


@pytest.mark.parametrize("wrapping", ["{}", "Bearer {}", "  bearer  {}\n", "Authorization: Bearer {}\r\n"])
def test_bearer_and_white_space_around_a_token_are_stripped(cli: InProcess, wrapping: str) -> None:
    """Bearer and white space around a token are stripped."""
    text = wrapping.format(make({"sub": "susan"}))
    assert cli("inspect", text).status == 0
    assert cli("inspect", "-", stdin=text).status == 0


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the token is empty"),
        ("Bearer", "the token is empty"),
        ("a.b", "Not enough segments"),
        ("a.b.c.d", "Too many segments"),
        ("a.b.c.d.e", "encrypted token (JWE)"),
        ("!!.e30.AAAA", "Invalid header segment"),
        ("e30.e30.AAAA", "alg is missing"),
        ("eyJhbGciOiJFUzI1NiJ9.!!.AAAA", "Invalid payload segment"),
        ("eyJhbGciOiJFUzI1NiJ9.WzFd.AAAA", "Invalid payload: not a JSON object"),
        ("eyJhbGciOiJFUzI1NiJ9.e30.A", "the signature part is not canonical base64url"),
        ("eyJhbGci\nOiJFUzI1NiJ9.e30.AAAA", "white space inside"),
        ("\x1b[2J.e30.AAAA", "Invalid header segment"),
        ("zoë.e30.AAAA", "characters that no token has"),
        ("A" * 100_000, "too long"),
    ],
)
def test_a_malformed_token_is_status_1_and_names_the_part(cli: InProcess, text: str, reason: str) -> None:
    """A malformed token is status 1 and names the part."""
    done = cli("inspect", text)
    assert done.status == 1
    assert done.out == ""
    assert done.err.startswith("sealwright: malformed token: ")
    assert reason in done.err
    assert done.err.count("\n") == 1
    assert "?." not in done.err
    assert len(done.err) < 300


def test_a_token_with_an_unknown_algorithm_can_be_looked_at(cli: InProcess) -> None:
    """A token with an unknown algorithm can be looked at."""
    header = base64url.encode(b'{"alg":"none"}')
    done = cli("inspect", f"{header}.e30.")
    assert done.status == 0
    assert "0 bytes, said to be none" in done.out
    assert "a key the token does not name" in done.out


def test_a_refresh_token_is_called_opaque_and_not_printed(cli: InProcess) -> None:
    """A refresh token is called opaque and not printed."""
    text = "swr1." + "A" * 60
    done = cli("inspect", text)
    assert done.status == 0
    assert "opaque" in done.out
    assert text not in done.out
    assert json.loads(cli("inspect", "-", "--json", stdin=text).out)["verified"] is False


def test_bytes_that_are_no_text_are_a_malformed_token(program: Program) -> None:
    """Standard input that is no UTF-8 is refused like any other malformed token."""
    done = program("inspect", "-", stdin=b"\xff.\xfe.a", env={"PYTHONIOENCODING": "utf-8:strict"})
    assert done.returncode == 1
    assert done.stderr.count(b"\n") == 1


def test_too_much_input_is_refused(cli: InProcess) -> None:
    """Too much input is refused."""
    assert cli("inspect", "-", stdin="A" * 2_000_000).status == 2
