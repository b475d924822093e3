# SPDX-License-Identifier: Apache-2.0
"""Keys, secrets and passwords as they arrive on a command line. Used by keygen, sign and verify.

Neither a secret nor a password is ever an argument: arguments are visible to every user of the machine and
stay in the shell's history.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ..errors import InvalidKeyError, PasswordNeededError
from .limits import MAX_PASSWORD_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..jose import Key, KeySet

_Command = TypeVar("_Command", bound="Callable[..., Any]")
_FILE = click.Path(dir_okay=True, path_type=Path)
_KEY_OPTIONS = ("key_file", "secret_file", "secret_env")


class AlgorithmName(click.ParamType[str]):
    """The name of an algorithm of the library's table, which is loaded only when a name is looked up."""

    name = "alg"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Look the name up.

        Args:
            value: What was typed.
            param: The option.
            ctx: The command's context.

        Returns:
            The name.
        """
        from ..jose import ALGORITHMS

        if value not in ALGORITHMS:
            meant = [name for name in ALGORITHMS if name.casefold() == str(value).casefold()]
            advice = f"did you mean {meant[0]}?" if meant else f"there are {', '.join(ALGORITHMS)}"
            self.fail(f"there is no {value!r}; {advice}", param, ctx)
        return str(value)


def key_options(command: _Command) -> _Command:
    """Add ``--key``, ``--secret-file``, ``--secret-env`` and the private key's password to a command."""
    for decorate in (
        click.option(
            "--password-file", type=_FILE, metavar="FILE", help="Read the private key's password here."
        ),
        click.option(
            "--password", "ask", is_flag=True, help="Ask for the password of an encrypted private key."
        ),
        click.option(
            "--secret-env", metavar="NAME", help="HMAC secret: the value of this environment variable."
        ),
        click.option(
            "--secret-file",
            type=_FILE,
            metavar="FILE",
            help="HMAC secret: the file's bytes, less a final newline.",
        ),
        click.option(
            "--key",
            "key_file",
            type=_FILE,
            metavar="FILE",
            help="Key file: PEM, OpenSSH, JWK or JWK Set (JSON).",
        ),
    ):
        command = decorate(command)
    return command


def load_key(options: dict[str, Any], *, algorithm: str | None = None) -> Key:
    """Load the one key that `key_options` name.

    Args:
        options: What `key_options` put on the command line.
        algorithm: What an HMAC secret is for; HS256 when None.

    Returns:
        The key.

    Raises:
        click.UsageError: No key is named, or two are.
        InvalidKeyError: The file holds no key that can be used, or a key set.
        OSError: The file cannot be read.
    """
    from ..jose import Key

    found = load_keys(options, algorithm=algorithm)
    if not isinstance(found, Key):
        raise InvalidKeyError(
            f"{options['key_file']} is a JWK Set, and signing takes exactly one key",
            hint="Save the one key you want in a file of its own",
        )
    return found


def load_keys(options: dict[str, Any], *, algorithm: str | None = None) -> Key | KeySet:
    """Load what `key_options` name, which may be a whole JWK Set.

    Args:
        options: What `key_options` put on the command line.
        algorithm: What an HMAC secret is for; HS256 when None.

    Returns:
        A `Key` or a `KeySet`.

    Raises:
        click.UsageError: No key is named, or two are.
        InvalidKeyError: The file holds no key that can be used.
        OSError: The file cannot be read.
    """
    from ..jose import Key

    named = [name for name in _KEY_OPTIONS if options[name] is not None]
    if len(named) != 1:
        raise click.UsageError("give exactly one of --key, --secret-file and --secret-env")
    if named == ["key_file"]:
        return _load_key_file(options["key_file"], _password(options))
    if has_password(options):
        raise click.UsageError("--password and --password-file are for an encrypted key given with --key")
    secret = _read_secret(options)
    try:
        return Key.from_secret(secret, algorithm or "HS256")
    except InvalidKeyError as err:
        hint = "A key file goes with --key; a new secret comes from sealwright keygen --alg HS256"
        raise InvalidKeyError(str(err), hint=hint) from err


def names_a_key(options: dict[str, Any]) -> bool:
    """Say whether any key or secret is named.

    Args:
        options: What `key_options` put on the command line.
    """
    return any(options[name] is not None for name in _KEY_OPTIONS)


def has_password(options: dict[str, Any]) -> bool:
    """Say whether a private key's password is offered.

    Args:
        options: What `key_options` put on the command line.
    """
    return bool(options["ask"]) or options["password_file"] is not None


def ask_password(
    prompt: str, *, confirm: bool, instead: str, check: Callable[[str], object] | None = None
) -> str:
    """Ask for a password without showing it.

    Args:
        prompt: What to ask for.
        confirm: Whether it has to be typed twice.
        instead: The option for when there is no terminal, for the error.
        check: Raises when the password cannot be used, before it has to be typed again.

    Returns:
        What was typed.

    Raises:
        click.UsageError: There is no terminal to ask on.
        SealwrightError: `check` refused it.
    """
    if sys.stdin is None or not sys.stdin.isatty():
        raise click.UsageError(f"there is no terminal to ask for a password on: use {instead}")
    while True:
        answer: str = click.prompt(prompt, hide_input=True, err=True)
        if check is not None:
            check(answer)
        if not confirm or answer == click.prompt("The same again", hide_input=True, err=True):
            return answer
        click.echo("The two differ. Once more, from the start.", err=True)


def _load_key_file(path: Path, password: str | None) -> Key | KeySet:
    from ..jose import Key, KeySet
    from ..jose.limits import MAX_KEYSET_BYTES

    with path.open("rb") as file:
        data = file.read(MAX_KEYSET_BYTES + 1)
    try:
        return KeySet.parse(data) if _is_key_set(data) else Key.parse(data, password)
    except PasswordNeededError as err:
        # The library names its Python argument; here it is an option.
        hint = "Give --password, or --password-file FILE"
        raise InvalidKeyError(f"{path}: {err.what} is encrypted", hint=hint) from err
    except InvalidKeyError as err:
        raise InvalidKeyError(f"{path}: {err}", hint=err.hint) from err


def _is_key_set(data: bytes) -> bool:
    import msgspec

    try:
        document = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return isinstance(document, dict) and "keys" in document


def _read_secret(options: dict[str, Any]) -> bytes:
    from ..jose.limits import MAX_KEY_BYTES

    path: Path | None = options["secret_file"]
    if path is not None:
        with path.open("rb") as file:
            # Enough to see that there is too much, whatever a final newline is made of.
            secret = _without_newline(file.read(MAX_KEY_BYTES + 3))
        if len(secret) > MAX_KEY_BYTES:
            raise InvalidKeyError(
                f"{path} holds more than {MAX_KEY_BYTES} bytes, which is no secret",
                hint="Make a new one with sealwright keygen --alg HS256",
            )
        return secret
    name = options["secret_env"]
    value = os.environb.get(os.fsencode(name))
    if not value:
        raise InvalidKeyError(f"the environment variable {name} is not set", hint=f"export {name} first")
    return value


def _password(options: dict[str, Any]) -> str | None:
    path: Path | None = options["password_file"]
    if path is not None:
        return read_password_file(path)
    if options["ask"]:
        return ask_password("Password of the private key", confirm=False, instead="--password-file")
    return None


def read_password_file(path: Path) -> str:
    """Read a password from the first line of a file.

    Args:
        path: The file.

    Returns:
        The line without its newline.

    Raises:
        InvalidKeyError: The file is empty, too long or not text.
        OSError: The file cannot be read.
    """
    with path.open("rb") as file:
        data = _without_newline(file.read(MAX_PASSWORD_BYTES + 3))
    if not data or len(data) > MAX_PASSWORD_BYTES:
        raise InvalidKeyError(f"{path} should hold a password of 1 to {MAX_PASSWORD_BYTES} bytes")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidKeyError(f"{path} should hold a password as UTF-8 text") from None


def _without_newline(data: bytes) -> bytes:
    return data.removesuffix(b"\n").removesuffix(b"\r")
