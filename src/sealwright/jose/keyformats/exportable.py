# SPDX-License-Identifier: Apache-2.0
"""What every `Key` can be written as; `keys.Key` inherits it.

Nothing private is written unless ``private=True`` asks for it.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ...errors import InvalidKeyError
from .. import base64url
from ..labels import Labels
from ..natives import Native
from . import jwk as jwk_format

_URI = "urn:ietf:params:oauth:jwk-thumbprint:"
# The names of IANA's registry of named information hashes, which RFC 9278 section 3 asks for.
_HASHES = {"sha-256": "sha256", "sha-384": "sha384", "sha-512": "sha512"}


class Exportable:
    """The exports of a key."""

    __slots__ = ()

    native: Native | bytes
    kty: str
    alg: str
    labels: Labels
    _remembered_kid: list[str]

    @property
    def kid(self) -> str:
        """The name given to the key, else its thumbprint."""
        if self.labels.kid is not None:
            return self.labels.kid
        if not self._remembered_kid:
            self._remembered_kid.append(self.thumbprint())
        return self._remembered_kid[0]

    def thumbprint(self, digest: str = "sha-256") -> str:
        """Return the thumbprint in base64url (RFC 7638).

        Args:
            digest: ``sha-256``, ``sha-384`` or ``sha-512``.

        Raises:
            ValueError: There is no such digest here.
        """
        if digest not in _HASHES:
            raise ValueError(f"thumbprints are made with {', '.join(_HASHES)}")
        members = self._public_members()
        required = {name: members[name] for name in ("kty", *jwk_format.REQUIRED[self.kty])}
        canonical = msgspec.json.encode(dict(sorted(required.items())))
        # Imported here, because it loads an OpenSSL of its own that most programs never need.
        import hashlib

        return base64url.encode(hashlib.new(_HASHES[digest], canonical).digest())

    def thumbprint_uri(self, digest: str = "sha-256") -> str:
        """Return the thumbprint as a URI (RFC 9278).

        Args:
            digest: ``sha-256``, ``sha-384`` or ``sha-512``.

        Raises:
            ValueError: There is no such digest here.
        """
        return f"{_URI}{digest}:{self.thumbprint(digest)}"

    def to_jwk(self, *, private: bool = False) -> dict[str, Any]:
        """Return the key as JWK members, the public half unless told otherwise.

        Args:
            private: Include the private members, or the secret.

        Raises:
            InvalidKeyError: An HMAC secret is asked for its public half, or a public key for its private one.
        """
        if isinstance(self.native, bytes) and not private:
            raise InvalidKeyError("an HMAC secret has no public half to export")
        members: dict[str, Any] = {**self._public_members(), "kid": self.kid}
        if private and not isinstance(self.native, bytes):
            members |= jwk_format.private_members(self.native)
        if self.labels.alg is not None or isinstance(self.native, bytes):
            members["alg"] = self.alg
        if self.labels.use is not None:
            members["use"] = self.labels.use
        if self.labels.key_ops is not None:
            members["key_ops"] = list(self.labels.key_ops)
        return members

    def to_pem(self, *, private: bool = False, password: str | bytes | None = None) -> str:
        """Return the key as PEM: SPKI for the public half, PKCS#8 for the private one (RFC 7468).

        Args:
            private: Export the private key.
            password: Encrypts the private key.

        Raises:
            InvalidKeyError: An HMAC secret has no PEM form, a public key no private half, or the password is
                empty or not for a private key.
        """
        from . import writers

        return writers.to_pem(self._exportable(), private=private, password=as_bytes(password))

    def to_der(self, *, private: bool = False, password: str | bytes | None = None) -> bytes:
        """Return the bytes that `to_pem` wraps in text.

        Args:
            private: Export the private key.
            password: Encrypts the private key.

        Raises:
            InvalidKeyError: As for `to_pem`.
        """
        from . import writers

        return writers.to_der(self._exportable(), private=private, password=as_bytes(password))

    def to_openssh(
        self, *, private: bool = False, password: str | bytes | None = None, comment: str = ""
    ) -> str:
        """Return the key as OpenSSH writes it: a public line, or a private key file.

        Args:
            private: Export the private key.
            password: Encrypts the private key, which needs the package ``sealwright[ssh]``.
            comment: Ends the public line.

        Raises:
            InvalidKeyError: OpenSSH has no form for this kind of key, a public key no private half, or the
                password is empty or not for a private key.
            ValueError: The comment is too long, not printable, or for a private key.
        """
        from . import writers

        return writers.to_openssh(
            self._exportable(), private=private, password=as_bytes(password), comment=comment
        )

    def to_rfc4716(self, *, comment: str = "") -> str:
        """Return the public half as an SSH2 public key file (RFC 4716).

        Args:
            comment: Goes into the file's header.

        Raises:
            InvalidKeyError: SSH has no form for this kind of key.
            ValueError: The comment is too long or not printable.
        """
        from . import writers

        return writers.to_rfc_4716(self._exportable(), comment)

    def _public_members(self) -> dict[str, str]:
        if isinstance(self.native, bytes):
            return {"kty": "oct", "k": base64url.encode(self.native)}
        return jwk_format.public_members(self.native)

    def _exportable(self) -> Native:
        if isinstance(self.native, bytes):
            raise InvalidKeyError("an HMAC secret has no PEM, DER or SSH form: use to_jwk(private=True)")
        return self.native


def as_bytes(password: str | bytes | None) -> bytes | None:
    """Return a password as the formats hash it: text counts as UTF-8."""
    return password.encode() if isinstance(password, str) else password
