# SPDX-License-Identifier: Apache-2.0
"""Keys as OpenSSH keeps them: public lines (RFC 4253 section 6.6), RFC 4716, and private key files."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from typing import cast

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from ...errors import InvalidKeyError
from ..natives import Native, public_of
from .bounds import MAX_BCRYPT_ROUNDS
from .found import UNREADABLE, damaged, needs_password, refuse_needless_password, wrong_password
from .repair import Block, from_base64
from .writers import write_pem

PRIVATE_START = b"openssh-key-v1\0"
"""What the bytes of a private key file start with."""

_KINDS = frozenset(
    {"ssh-rsa", "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"}
)
_KIND = r"(?:sk-)?(?:ssh|ecdsa)-[a-z0-9-]{1,40}(?:@openssh\.com)?"
_LINE = re.compile(rf"({_KIND})(?:\s+(\S+))?")
_KEY_INSIDE = re.compile(rf"(?:^|\s){_KIND}\s+AAAA")
_BLOB_START = re.compile(rb"\0\0\0[\x07-\x40](?:sk-)?(?:ssh|ecdsa)-")
_HEADER = re.compile(r"[^\s:]{1,64}:")
BCRYPT_MISSING = 'needs bcrypt: pip install "sealwright[ssh]"'


def public_lines(text: str) -> list[str]:
    """Return the lines of a text that holds OpenSSH public keys, without comments; none for other texts."""
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    return lines if any(_LINE.match(line) or _KEY_INSIDE.search(line) for line in lines[:1]) else []


def read_public_lines(lines: Sequence[str]) -> Native:
    """Read ``ssh-rsa AAAA… comment`` and its kin.

    Args:
        lines: What `public_lines` found.

    Returns:
        A public key object of `cryptography`.

    Raises:
        InvalidKeyError: There are several keys, or the line is damaged, or of a kind that signs no tokens.
    """
    match = _LINE.match(lines[0])
    if match is None:
        # Options and markers limit what a key is for, or revoke it: dropping them is the caller's decision.
        raise InvalidKeyError(
            "this is a line of an authorized_keys or known_hosts file: give the part from ssh- or ecdsa- on"
        )
    if len(lines) > 1:
        if all(map(_LINE.match, lines)):
            raise InvalidKeyError(f"this holds {len(lines)} OpenSSH public keys: give the one you mean")
        raise InvalidKeyError("the OpenSSH public key is broken into several lines: join them")
    kind, body = match.groups()
    _refuse_kind(kind)
    blob = from_base64(body or "")
    if blob is None or _first_field(blob) != kind.encode():
        raise damaged(f"the OpenSSH public key ({kind})", "line")
    return read_blob(blob)


def is_blob(data: bytes) -> bool:
    """Whether bytes start like the middle part of a public line."""
    return _BLOB_START.match(data) is not None


def read_blob(blob: bytes) -> Native:
    """Read the bytes of a public key in SSH's own form.

    Args:
        blob: What the base64 of a public line or of RFC 4716 holds.

    Returns:
        A public key object of `cryptography`.

    Raises:
        InvalidKeyError: They are damaged, or of a kind that signs no tokens.
    """
    kind = (_first_field(blob) or b"").decode("ascii", "replace")
    _refuse_kind(kind)
    try:
        native = serialization.load_ssh_public_key(f"{kind} {b64encode(blob).decode()}".encode())
    except (*UNREADABLE, NotImplementedError, UnsupportedAlgorithm):
        raise damaged(f"the OpenSSH public key ({kind})", "line") from None
    return cast("Native", native)


def read_rfc_4716(block: Block) -> Native:
    """Read the block between ``---- BEGIN SSH2 PUBLIC KEY ----`` and its end.

    Args:
        block: The block, which may start with header lines.

    Raises:
        InvalidKeyError: It is damaged, or of a kind that signs no tokens.
    """
    lines = block.body.splitlines()
    if len(lines) == 1 and _HEADER.match(block.body):
        # The line ends are lost, and with them the end of the headers; every key starts with four As.
        words = block.body.split()
        starts = [at for at, word in enumerate(words) if word.startswith("AAAA")]
        lines = words[starts[0] :] if starts else []
    body, continued = [], False
    for line in lines:
        header = continued or _HEADER.match(line.strip()) is not None
        continued = header and line.rstrip().endswith("\\")
        if not header:
            body.append(line)
    return read_blob(Block(block.label, "".join(body)).decode())


def read_private(raw: bytes, password: bytes | None) -> Native:
    """Read a private key as ``ssh-keygen`` writes it.

    Args:
        raw: The bytes of the OPENSSH PRIVATE KEY block.
        password: Opens an encrypted one.

    Returns:
        A private key object of `cryptography`.

    Raises:
        InvalidKeyError: It is damaged, closed, or of a kind that signs no tokens.
    """
    what = "the private key (OpenSSH)"
    try:
        cipher, rounds, public = _outline(raw)
    except ValueError:
        raise damaged(what) from None
    _refuse_kind((_first_field(public) or b"").decode("ascii", "replace"))
    if cipher == b"none":
        refuse_needless_password(what, password)
    elif password is None:
        raise needs_password(what)
    elif rounds > MAX_BCRYPT_ROUNDS:
        raise InvalidKeyError(f"{what} needs {rounds} rounds of bcrypt: at most {MAX_BCRYPT_ROUNDS}")
    pem = write_pem("OPENSSH PRIVATE KEY", raw)
    try:
        native = serialization.load_ssh_private_key(
            pem.encode(), password, unsafe_skip_rsa_key_validation=True
        )
    except UnsupportedAlgorithm as err:
        if "bcrypt" in str(err):
            raise InvalidKeyError(f"{what} is encrypted the OpenSSH way, which {BCRYPT_MISSING}") from None
        raise InvalidKeyError(
            f"{what} is encrypted in an unsupported way: ssh-keygen -p -Z aes256-ctr -f FILE changes it"
        ) from None
    except (*UNREADABLE, NotImplementedError):
        raise (wrong_password(what) if password else damaged(what)) from None
    if public_of(cast("Native", native)) != read_blob(public):
        raise InvalidKeyError("the private key contradicts itself: its parts belong to different keys")
    return cast("Native", native)


def _outline(raw: bytes) -> tuple[bytes, int, bytes]:
    """Return a private key file's cipher, its rounds of bcrypt, and its public key."""
    rest = raw[len(PRIVATE_START) :]
    if not raw.startswith(PRIVATE_START):
        raise ValueError("no OpenSSH private key")
    cipher, rest = _field(rest)
    _kdf, rest = _field(rest)
    options, rest = _field(rest)
    public, _ = _field(rest[4:])
    rounds = int.from_bytes(_field(options)[1], "big") if options else 0
    return cipher, rounds, public


def _field(data: bytes) -> tuple[bytes, bytes]:
    """Split off a string with its length in front (RFC 4251 section 5)."""
    end = 4 + int.from_bytes(data[:4], "big")
    if len(data) < end:
        raise ValueError("cut off")
    return data[4:end], data[end:]


def _first_field(blob: bytes) -> bytes | None:
    try:
        return _field(blob)[0]
    except ValueError:
        return None


def _refuse_kind(kind: str) -> None:
    """Refuse kinds of SSH keys that sign no tokens, by their names."""
    if kind in _KINDS:
        return
    if "-cert-v01" in kind:
        raise InvalidKeyError("this is an OpenSSH certificate: give the public key that it was made for")
    if kind.startswith("sk-"):
        raise InvalidKeyError("this OpenSSH key lives in a security key (FIDO), which signs no tokens")
    if kind == "ssh-dss":
        raise InvalidKeyError(
            "this is a DSA key, which signs no tokens: make a new key with sealwright keygen"
        )
    raise InvalidKeyError("the OpenSSH key is damaged, or of a kind that is not known here")
