# SPDX-License-Identifier: Apache-2.0
"""Keys at rest: the key-encryption key (KEK) and the envelope it seals other keys in.

The envelope is one version byte, a 96-bit nonce, then AES-256-GCM ciphertext and tag. The key's
``kid|use|alg`` is authenticated with it, so a sealed key cannot be moved to another row or given
another use. :mod:`.setup` and :mod:`.keyring` call this.
"""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ..errors import ConfigError
from ..jose import base64url
from .limits import MAX_KEK_FILE_BYTES

KEK_VARIABLE: Final = "SEALWRIGHT_KEK"
KEK_FILE: Final = "kek"
_KEK_BYTES: Final = 32
_VERSION: Final = b"\x01"
_NONCE_BYTES: Final = 12


class KeyEncryptionKey:
    """The AES-256-GCM key that every stored key is sealed under; it never shows itself."""

    __slots__ = ("_aead", "origin")

    def __init__(self, raw: bytes, *, origin: str) -> None:
        self._aead = AESGCM(raw)
        self.origin = origin

    def __repr__(self) -> str:
        return f"<KeyEncryptionKey from {self.origin}>"

    def __reduce__(self) -> str:
        raise TypeError("a key-encryption key cannot be pickled")

    def seal(self, content: bytes, *, kid: str, use: str, alg: str) -> bytes:
        """Return the envelope of a private key or of a refresh key.

        Args:
            content: The key's bytes.
            kid: Key id the envelope is bound to.
            use: Use the envelope is bound to.
            alg: Algorithm the envelope is bound to.
        """
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return _VERSION + nonce + self._aead.encrypt(nonce, content, _context(kid, use, alg))

    def unseal(self, envelope: bytes, *, kid: str, use: str, alg: str) -> bytes:
        """Return the key's bytes inside an envelope.

        Args:
            envelope: What :meth:`seal` returned.
            kid: Key id it was sealed for.
            use: Use it was sealed for.
            alg: Algorithm it was sealed for.

        Raises:
            ConfigError: Another KEK sealed it, or it was altered.
        """
        if envelope[:1] != _VERSION:
            raise ConfigError(f"key {kid!r} in the database is sealed in a form this version does not know")
        nonce, sealed = envelope[1 : 1 + _NONCE_BYTES], envelope[1 + _NONCE_BYTES :]
        try:
            return self._aead.decrypt(nonce, sealed, _context(kid, use, alg))
        except (InvalidTag, ValueError):
            raise ConfigError(
                f"{self.origin} is not the key-encryption key that the keys in the database were sealed "
                f"with, or key {kid!r} was altered there",
                hint="Put back the key-encryption key that belongs to this data folder, or restore both.",
            ) from None


def load_kek(data_dir: Path, *, create: bool) -> KeyEncryptionKey:
    """Return the KEK from ``$SEALWRIGHT_KEK``, else from the data folder's ``kek`` file.

    Args:
        data_dir: The data folder.
        create: Make a new file when there is neither; only right while nothing is sealed yet.

    Raises:
        ConfigError: It is missing, damaged, or other users of the machine can read it.
    """
    text = os.environ.get(KEK_VARIABLE)
    if text:
        return KeyEncryptionKey(_parse(text, KEK_VARIABLE), origin=KEK_VARIABLE)
    path = data_dir / KEK_FILE
    try:
        content = _read_private(path)
    except FileNotFoundError:
        if not create:
            raise ConfigError(
                f"{path} is missing, and the keys in the database were sealed with it",
                hint=f"Put the file back from its backup, or set {KEK_VARIABLE}.",
            ) from None
        _create(path)
        content = _read_private(path)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error
    return KeyEncryptionKey(_parse(content, str(path)), origin=str(path))


def _context(kid: str, use: str, alg: str) -> bytes:
    return f"{kid}|{use}|{alg}".encode()


def _parse(text: str, origin: str) -> bytes:
    try:
        raw = base64url.decode(text.strip())
    except ValueError:
        raw = b""
    if len(raw) != _KEK_BYTES:
        raise ConfigError(f"{origin} must hold {_KEK_BYTES} bytes as base64url without padding")
    return raw


def _read_private(path: Path) -> str:
    with path.open("rb") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if mode & 0o077:
            raise ConfigError(
                f"{path} can be read by other users of this machine (mode {mode:04o})",
                hint=f"chmod 600 {path}",
            )
        return file.read(MAX_KEK_FILE_BYTES).decode("ascii", "replace")


def _create(path: Path) -> None:
    # Written aside and renamed, so that a crash never leaves half a key under the real name; the caller holds
    # the data folder's lock, so nobody else creates it meanwhile.
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(base64url.encode(secrets.token_bytes(_KEK_BYTES)) + "\n")
            file.flush()
            os.fsync(file.fileno())
        aside.rename(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
