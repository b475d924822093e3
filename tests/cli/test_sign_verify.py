# SPDX-License-Identifier: Apache-2.0
"""``sealwright sign`` and ``sealwright verify``: one makes what the other accepts, and nothing else is."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sealwright.cli.limits import MAX_INPUT
from sealwright.jose import Key, KeySet, claims, jws
from sealwright.jose.limits import MAX_KEY_BYTES

if TYPE_CHECKING:
    from tests.cli.conftest import InProcess, Terminal

SECRET = "a random, long, sequence of characters"
ARTICLE_TOKEN = (
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJ1c2VyX2lkIjoxMjN9.oF_jJKavmWrM6d_io5M5PBiK9AKMf_OcK4xpc17kvwI"
)


@pytest.fixture
def key(cli: InProcess) -> Key:
    """The key in ``k``, whose public half is in ``k.pub``."""
    assert cli("keygen", "k").status == 0
    return Key.load("k")


def sign(cli: InProcess, *arguments: str, key: str = "k", stdin: str = "") -> str:
    """Sign with the key and return the token."""
    done = cli("sign", "--key", key, *arguments, stdin=stdin)
    assert done.status == 0, done.err
    return done.out.removesuffix("\n")


def test_sign_prints_the_token_and_nothing_else(cli: InProcess, key: Key) -> None:
    """Sign prints the token and nothing else."""
    text = sign(cli, "--sub", "susan", "--claim", "user_id=123")
    verified = jws.verify(text, key.public())
    assert dict(verified.header) == {"alg": "ES256", "typ": "JWT", "kid": key.kid}
    assert claims.parse(verified.payload) == {"user_id": 123, "sub": "susan"}


def test_claims_come_from_an_argument_stdin_or_a_file(cli: InProcess, key: Key) -> None:
    """Claims come from an argument stdin or a file."""
    Path("claims.json").write_text('{"a": 1}')
    for source, stdin in (('{"a": 1}', ""), ("-", '{"a": 1}'), ("@claims.json", "")):
        text = sign(cli, "--claims", source, "--claim", "b=2", stdin=stdin)
        assert claims.parse(jws.parse(text).payload) == {"a": 1, "b": 2}


def test_a_value_that_is_json_means_what_it_says_and_anything_else_is_text(cli: InProcess, key: Key) -> None:
    """A value that is JSON means what it says and anything else is text."""
    options = {
        "n": "1.5",
        "t": "true",
        "l": '["a"]',
        "s": "hello",
        "z": "007",
        "q": '"12"',
        "e": "",
        "x": '1},"y":{',
    }
    text = sign(cli, *(part for name, value in options.items() for part in ("--claim", f"{name}={value}")))
    assert claims.parse(jws.parse(text).payload) == {
        "n": 1.5, "t": True, "l": ["a"], "s": "hello", "z": "007", "q": "12", "e": "", "x": '1},"y":{',
    }  # fmt: skip


def test_exp_is_a_duration_from_now_and_adds_iat(cli: InProcess, key: Key) -> None:
    """Exp is a duration from now and adds iat."""
    body = claims.parse(jws.parse(sign(cli, "--exp", "1h30m")).payload)
    assert body["exp"] - body["iat"] == 5400
    assert abs(body["iat"] - time.time()) < 60


def test_registered_claims_have_options_of_their_own(cli: InProcess, key: Key) -> None:
    """Registered claims have options of their own."""
    text = sign(
        cli, "--iss", "i", "--aud", "a", "--aud", "b", "--header", "typ=at+jwt", "--header", "kid=mine"
    )
    parsed = jws.parse(text)
    assert claims.parse(parsed.payload) == {"iss": "i", "aud": ["a", "b"]}
    assert (parsed.header["typ"], parsed.header["kid"]) == ("at+jwt", "mine")


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--claims", "[1]"),
        ("--claims", '{"a":1,"a":2}'),
        ("--claim", "novalue"),
        ("--claim", "=1"),
        ("--claim", "a=1", "--claim", "a=2"),
        ("--sub", "s", "--header", "alg=none"),
        ("--sub", "s", "--header", "crit=[]"),
        ("--sub", "s", "--exp", "soon"),
        ("--sub", "s", "--alg", "none"),
        ("--sub", "s", "--alg", "HS256"),
        ("--sub", "s", "--secret-env", "PATH"),
        ("--claims", "@missing.json"),
    ],
)
def test_what_cannot_be_signed_is_status_2_and_one_line(
    cli: InProcess, key: Key, arguments: tuple[str, ...]
) -> None:
    """What cannot be signed is status 2 and one line."""
    done = cli("sign", "--key", "k", *arguments)
    assert (done.status, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert done.err.startswith("sealwright: ")


def test_a_public_key_cannot_sign(cli: InProcess, key: Key) -> None:
    """A public key cannot sign."""
    done = cli("sign", "--key", "k.pub", "--sub", "susan")
    assert done.status == 2
    assert "public key" in done.err


def test_verify_prints_the_claims_as_json_and_the_verdict_on_stderr(cli: InProcess, key: Key) -> None:
    """Verify prints the claims as JSON and the verdict on stderr."""
    done = cli("verify", sign(cli, "--sub", "susan"), "--key", "k.pub")
    assert done.status == 0
    assert json.loads(done.out) == {"sub": "susan"}
    assert done.err == f"accepted: ES256, key {key.kid}\n"


def test_verify_json_tells_header_and_claims_or_the_reason(cli: InProcess, key: Key) -> None:
    """Verify JSON tells header and claims or the reason."""
    text = sign(cli, "--sub", "susan")
    accepted = json.loads(cli("verify", text, "--key", "k.pub", "--json").out)
    assert accepted["accepted"] is True
    assert accepted["header"]["kid"] == key.kid
    done = cli("verify", text[:-4] + "AAAA", "--key", "k.pub", "--json")
    assert done.status == 1
    assert json.loads(done.out)["exception"] == "InvalidSignatureError"


@pytest.mark.parametrize(
    ("signing", "verifying", "exception"),
    [
        (("--claim", "exp=1700000000"), (), "ExpiredSignatureError"),
        (("--claim", "nbf=9000000000"), (), "ImmatureSignatureError"),
        (("--aud", "api"), (), "InvalidAudienceError"),
        (("--aud", "api"), ("--audience", "other"), "InvalidAudienceError"),
        (("--sub", "s"), ("--audience", "api"), "MissingRequiredClaimError"),
        (("--iss", "a"), ("--iss", "b"), "InvalidIssuerError"),
        (("--sub", "s"), ("--alg", "ES384"), "InvalidAlgorithmError"),
    ],
)
def test_a_refused_token_is_status_1_and_the_reason_in_one_line(
    cli: InProcess, key: Key, signing: tuple[str, ...], verifying: tuple[str, ...], exception: str
) -> None:
    """A refused token is status 1 and the reason in one line."""
    done = cli("verify", "-", "--key", "k.pub", *verifying, stdin=sign(cli, *signing))
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(f"sealwright: token refused, {exception}: ")
    assert done.err.count("\n") == 1


def test_leeway_tolerates_a_recent_expiry(cli: InProcess, key: Key) -> None:
    """Leeway tolerates a recent expiry."""
    text = sign(cli, "--claim", f"exp={int(time.time()) - 30}")
    assert cli("verify", text, "--key", "k.pub").status == 1
    assert cli("verify", text, "--key", "k.pub", "--leeway", "10m").status == 0


def test_one_changed_character_is_an_invalid_signature(cli: InProcess, key: Key) -> None:
    """One changed character is an invalid signature."""
    head, payload, signature = sign(cli, "--sub", "susan").split(".")
    changed = ("B" if signature[0] == "A" else "A") + signature[1:]
    done = cli("verify", f"{head}.{payload}.{changed}", "--key", "k.pub")
    assert done.status == 1
    assert "InvalidSignatureError" in done.err


def test_every_key_format_verifies(cli: InProcess, key: Key) -> None:
    """Every key format verifies."""
    text = sign(cli, "--sub", "susan")
    public = key.public()
    other = Key.generate("ES256").public()
    forms = {
        "pem": public.to_pem(),
        "ssh": public.to_openssh(comment="susan@example"),
        "jwk": json.dumps(public.to_jwk()),
        "jwks": json.dumps(KeySet([other, public]).to_jwks()),
    }
    for name, content in forms.items():
        Path(name).write_text(content)
        assert cli("verify", text, "--key", name).status == 0, name
    Path("other").write_text(json.dumps(KeySet([other]).to_jwks()))
    assert cli("verify", text, "--key", "other").status == 1
    assert cli("sign", "--key", "jwks", "--sub", "s").status == 2


@pytest.mark.parametrize("content", ["", "hello", "{", '{"keys": 1}', "[]", "\0", "[" * 100_000, SECRET])
def test_an_unreadable_key_is_status_2_and_names_the_file(cli: InProcess, content: str) -> None:
    """An unreadable key is status 2 and names the file."""
    Path("k").write_text(content)
    done = cli("verify", ARTICLE_TOKEN, "--key", "k")
    assert done.status == 2
    assert done.err.startswith("sealwright: k: ")
    assert done.err.count("\n") == 1


def test_the_articles_token_verifies_with_the_articles_secret(
    cli: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The article's token verifies with the article's secret."""
    Path("secret").write_text(SECRET + "\n")
    done = cli("sign", "--secret-file", "secret", "--claim", "user_id=123")
    for text in (
        done.out.strip(),
        cli("sign", "--secret-file", "secret", "--claim", "user_id=123").out.strip(),
    ):
        assert json.loads(cli("verify", text, "--secret-file", "secret").out) == {"user_id": 123}
    assert "kid" not in jws.parse(done.out.strip()).header
    monkeypatch.setenv("MY_SECRET", SECRET)
    assert cli("verify", "-", "--secret-env", "MY_SECRET", stdin=done.out).status == 0
    monkeypatch.setenv("MY_SECRET", SECRET + "!")
    assert cli("verify", "-", "--secret-env", "MY_SECRET", stdin=done.out).status == 1


def test_a_public_key_as_secret_is_refused(cli: InProcess, key: Key) -> None:
    """A public key as secret is refused."""
    done = cli("sign", "--secret-file", "k.pub", "--sub", "susan")
    assert done.status == 2
    assert "--key" in done.err


def test_a_short_or_missing_secret_is_status_2(cli: InProcess) -> None:
    """A short or missing secret is status 2."""
    Path("secret").write_text("short")
    for option in (("--secret-file", "secret"), ("--secret-env", "NO_SUCH_VARIABLE")):
        done = cli("sign", *option, "--sub", "susan")
        assert done.status == 2
        assert "short." not in done.err


def test_a_secret_made_by_keygen_signs_and_verifies(cli: InProcess) -> None:
    """A secret made by keygen signs and verifies."""
    assert cli("keygen", "s", "--alg", "HS512").status == 0
    text = sign(cli, "--sub", "susan", key="s")
    assert "kid" not in jws.parse(text).header
    assert cli("verify", text, "--key", "s").status == 0


def test_an_encrypted_key_asks_for_its_password(cli: InProcess, terminal: Terminal) -> None:
    """An encrypted key asks for its password."""
    Path("pw").write_text("correct horse\n")
    assert cli("keygen", "k", "--password-file", "pw").status == 0
    refused = cli("sign", "--key", "k", "--sub", "susan")
    assert refused.status == 2
    assert "--password" in refused.err
    assert cli("sign", "--key", "k", "--sub", "susan", "--password-file", "pw").status == 0
    status, shown = terminal("sign", "--key", "k", "--sub", "susan", "--password", answers=("correct horse",))
    assert status == 0
    assert "correct horse" not in shown
    Path("pw").write_text("wrong\n")
    assert cli("sign", "--key", "k", "--sub", "susan", "--password-file", "pw").status == 2


def test_hostile_claims_are_printed_as_escapes(cli: InProcess, key: Key) -> None:
    """Hostile claims are printed as escapes."""
    text = sign(cli, "--claim", 'a="\\u001b[2J"', "--claim", "b=[red]x", "--header", 'kid="\\u001b[31m"')
    done = cli("verify", text, "--key", "k.pub")
    assert json.loads(done.out) == {"a": "\x1b[2J", "b": "[red]x"}
    assert "\x1b" not in done.out + done.err


def test_the_line_that_keygen_prints_works_when_pasted(cli: InProcess, tmp_path: Path) -> None:
    """The line that keygen prints works when pasted."""
    Path("a password").write_text("correct horse")
    for options in ((), ("--password-file", "a password")):
        shown = cli("keygen", f"it's {len(options)} keys", *options).out
        assert ("encrypted with the password" in shown) is bool(options)
        _paste(shown.strip().splitlines()[-1], tmp_path)


def _paste(line: str, tmp_path: Path) -> None:
    command = ["bash", "-o", "pipefail", "-c", line]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["sub"] == "susan"


def test_an_issuer_that_cannot_be_reached_is_status_2_and_not_a_refusal(
    cli: InProcess, key: Key, free_port: int
) -> None:
    """An issuer that cannot be reached is status 2 and not a refusal."""
    issuer = f"http://127.0.0.1:{free_port}"
    text = sign(cli, "--iss", issuer, "--aud", "api", "--exp", "10m", "--header", "typ=at+jwt")
    done = cli("verify", text, "--issuer", issuer, "--audience", "api")
    assert (done.status, done.out) == (2, "")
    assert done.err.count("\n") == 1


def test_sign_json_shows_the_token_with_its_header_and_claims(cli: InProcess, key: Key) -> None:
    """One JSON document holds the token and what was signed."""
    document = json.loads(cli("sign", "--key", "k", "--sub", "susan", "--json").out)
    verified = jws.verify(document["token"], key.public())
    assert document["header"] == dict(verified.header)
    assert document["claims"] == claims.parse(verified.payload) == {"sub": "susan"}


def test_audience_and_issuer_have_two_spellings(cli: InProcess, key: Key) -> None:
    """The spelling of one command works for the other."""
    text = sign(cli, "--issuer", "i", "--audience", "a", "--audience", "b")
    assert claims.parse(jws.parse(text).payload) == {"iss": "i", "aud": ["a", "b"]}
    assert cli("verify", text, "--key", "k.pub", "--aud", "b", "--iss", "i").status == 0


def test_a_secret_or_claims_that_are_too_long_are_refused_and_never_cut(cli: InProcess, key: Key) -> None:
    """A long file is an error; the longest secret that counts may have a final newline."""
    Path("secret").write_bytes(b"s" * MAX_KEY_BYTES + b"\r\n")
    assert cli("sign", "--secret-file", "secret", "--sub", "susan").status == 0
    for content in (b"s" * (MAX_KEY_BYTES + 1), b"s" * MAX_KEY_BYTES + b"\r\nmore"):
        Path("secret").write_bytes(content)
        done = cli("sign", "--secret-file", "secret", "--sub", "susan")
        assert (done.status, done.out) == (2, "")
        assert f"secret holds more than {MAX_KEY_BYTES} bytes" in done.err
    Path("claims").write_bytes(b"{}" + b" " * MAX_INPUT)
    done = cli("sign", "--key", "k", "--claims", "@claims")
    assert done.status == 2
    assert "claims holds more than" in done.err


@pytest.mark.parametrize(
    "options", [("--issuer", "https://issuer.example", "--audience", "api"), ("--secret-file", "secret")]
)
def test_a_password_that_opens_nothing_is_refused(cli: InProcess, options: tuple[str, ...]) -> None:
    """--password-file without --key is a mistake, and not ignored."""
    Path("secret").write_text(SECRET)
    done = cli("verify", ARTICLE_TOKEN, *options, "--password-file", "secret")
    assert done.status == 2
    assert "--password-file" in done.err
