# SPDX-License-Identifier: Apache-2.0
"""``sealwright keygen``: a new private key in a file of mode 0600, and its public key beside it."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import ConfigError, InvalidKeyError
from .keys import AlgorithmName, ask_password, read_password_file
from .options import json_option
from .output import console, print_json, program_name, visible
from .tokenview import heading

if TYPE_CHECKING:
    from ..jose import Algorithm, Key

_DEFAULT_PATH = Path("jwt-key")
_DEFAULT_BITS = 2048
_OWNER_ONLY, _EVERYONE = 0o600, 0o644


@click.command()
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option(
    "--alg",
    type=AlgorithmName(),
    default="ES256",
    show_default=True,
    help="What it signs with, such as ES256, EdDSA, RS256 or HS256.",
)
@click.option(
    "--bits", type=click.IntRange(2048, 8192), help=f"RSA only: the modulus.  [default: {_DEFAULT_BITS}]"
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["pem", "openssh", "jwk"]),
    help="How the files are written.  [default: pem; jwk for HS256, HS384 and HS512]",
)
@click.option(
    "--password", "ask", is_flag=True, help="Ask for a password and encrypt the private key with it."
)
@click.option(
    "--password-file", type=click.Path(path_type=Path), metavar="FILE", help="Read that password here."
)
@json_option
def keygen(
    path: Path | None,
    alg: str,
    bits: int | None,
    form: str | None,
    *,
    ask: bool,
    password_file: Path | None,
    as_json: bool,
) -> None:
    """Make a key pair in PATH and PATH.pub.

    The private key goes to PATH, which is jwt-key when it is not given, the public key to PATH.pub. The
    private key's file can be read by you alone (mode 0600), and a file that exists is never overwritten. An
    HMAC secret (HS256, HS384, HS512) has no public key: one file is written.
    """
    from ..jose import ALGORITHMS, Key

    row = ALGORITHMS[alg]
    secret = row.symmetric
    form = form or ("jwk" if secret else "pem")
    _refuse_odd_options(row, form, bits=bits, password=ask or password_file is not None)
    private_path = path or _DEFAULT_PATH
    public_path = None if secret else Path(f"{private_path}.pub")
    _refuse_existing(private_path, public_path)
    password = _new_password(password_file, ask=ask)
    key = Key.generate(alg, bits=bits or _DEFAULT_BITS)
    _write_pair(key, alg, form, password, private_path, public_path)
    if as_json:
        print_json(_document(key, alg, private_path, public_path))
        return
    opening = "" if password is None else " --password"
    if password_file is not None:
        opening = f" --password-file {shlex.quote(visible(str(password_file)))}"
    _announce(key, alg, private_path, public_path, opening=opening)


def _new_password(path: Path | None, *, ask: bool) -> str | None:
    if path is not None:
        return read_password_file(path)
    if ask:
        return ask_password("Password for the private key", confirm=True, instead="--password-file")
    return None


def _write_pair(
    key: Key, alg: str, form: str, password: str | None, private_path: Path, public_path: Path | None
) -> None:
    try:
        private_text = _text(key, form, private=True, password=password)
        public_text = "" if public_path is None else _text(key.public(), form, private=False)
    except (InvalidKeyError, ValueError) as err:
        raise click.UsageError(f"an {alg} key cannot be written as --format {form}") from err
    _write_new(private_path, private_text, mode=_OWNER_ONLY)
    if public_path is None:
        return
    try:
        _write_new(public_path, public_text, mode=_EVERYONE)
    except BaseException:
        # Half a key pair would stand in the way of the next try.
        private_path.unlink(missing_ok=True)
        raise


def _refuse_odd_options(row: Algorithm, form: str, *, bits: int | None, password: bool) -> None:
    if bits is not None and row.kty != "RSA":
        raise click.UsageError(f"--bits is for RSA keys; every {row.name} key has the same size")
    if form != "jwk" and row.symmetric:
        raise click.UsageError(f"the secret of {row.name} can only be written as --format jwk")
    if form != "pem" and password:
        raise click.UsageError(
            f"a file of --format {form} is not encrypted here: use --format pem for a password"
        )


def _refuse_existing(*paths: Path | None) -> None:
    for path in paths:
        if path is not None and os.path.lexists(path):
            raise ConfigError(
                f"{path} exists already and is never overwritten",
                hint="Give another PATH, or move the old key away first",
            )


def _text(key: Key, form: str, *, private: bool, password: str | None = None) -> str:
    if form == "jwk":
        import json

        return json.dumps(key.to_jwk(private=private), indent=2) + "\n"
    if not private:
        text = key.to_pem() if form == "pem" else key.to_openssh()
    elif form == "pem":
        text = key.to_pem(private=True, password=password)
    else:
        text = key.to_openssh(private=True)
    return text if text.endswith("\n") else text + "\n"


def _write_new(path: Path, text: str, *, mode: int) -> None:
    """Write a file that did not exist, with its final mode from its first moment."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    except FileExistsError:
        _refuse_existing(path)
        raise
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            if mode == _OWNER_ONLY:
                # The umask can only have taken permissions away; even so the owner must be able to read it.
                os.fchmod(descriptor, mode)
            file.write(text)
            file.flush()
            os.fsync(descriptor)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _document(key: Key, alg: str, private_path: Path, public_path: Path | None) -> dict[str, Any]:
    return {
        "alg": alg,
        "kty": key.kty,
        "kid": key.kid,
        "private_key": str(private_path),
        "public_key": None if public_path is None else str(public_path),
    }


def _announce(key: Key, alg: str, private_path: Path, public_path: Path | None, *, opening: str) -> None:
    """Say what was made, and a line to paste; `opening` is that line's option for an encrypted key."""
    out = console()
    out.print(heading(f"New {alg} key"))
    out.print(f"  fingerprint  {key.kid}  (RFC 7638 thumbprint; tokens name the key by it, as kid)")
    name = shlex.quote(visible(str(private_path)))
    if public_path is None:
        out.print(
            f"  secret       {visible(str(private_path))}  (mode 0600: whoever has it can sign AND verify)"
        )
    else:
        mode = "mode 0600, encrypted with the password" if opening else "mode 0600"
        out.print(
            f"  private key  {visible(str(private_path))}  ({mode}: it signs, and stays with one service)"
        )
        out.print(f"  public key   {visible(str(public_path))}  (it verifies: give it to everyone)")
    verifying = name if public_path is None else shlex.quote(visible(str(public_path)))
    out.print()
    out.print(heading("Next"))
    program = program_name()
    signing = f"{program} sign --key {name}{opening} --alg {alg} --sub susan --exp 10m"
    out.print(f"  {signing} | {program} verify - --key {verifying}")
