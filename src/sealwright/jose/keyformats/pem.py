# SPDX-License-Identifier: Apache-2.0
"""Keys between BEGIN and END lines: PEM (RFC 7468), its older encrypted form (RFC 1421), and RFC 4716."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import cast

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from ...errors import InvalidKeyError
from ..natives import Native
from . import certificates, der, openssh
from .found import (
    UNREADABLE,
    Found,
    damaged,
    needs_password,
    of_no_use,
    refuse_needless_password,
    wrong_password,
)
from .repair import Block
from .writers import write_pem

_PRIVATE = frozenset(
    {"PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY"}
)
_PUBLIC = frozenset({"PUBLIC KEY", "RSA PUBLIC KEY"})
_CERTIFICATES = frozenset({"CERTIFICATE", "X509 CERTIFICATE"})
_EC_PARAMETERS = "EC PARAMETERS"
_REQUEST = "a certificate request, not a key: openssl req -pubkey shows its public key"
_PGP = "a PGP block, which signs mail: make a key for tokens with sealwright keygen"
_DSA = "a DSA key, which signs no tokens: make a new key with sealwright keygen"
# What people hand over by mistake, with the way from there to a key.
_NOT_KEYS = {
    "CERTIFICATE REQUEST": _REQUEST,
    "NEW CERTIFICATE REQUEST": _REQUEST,
    "TRUSTED CERTIFICATE": "a certificate with OpenSSL's additions: openssl x509 -in FILE makes a plain one",
    "X509 CRL": "a list of revoked certificates, not a key",
    "PKCS7": "a PKCS#7 bundle, not a key: openssl pkcs7 -print_certs -in FILE shows its certificates",
    _EC_PARAMETERS: "the name of a curve, not a key: the EC PRIVATE KEY block is missing",
    "DH PARAMETERS": "Diffie-Hellman parameters, not a key",
    "DSA PARAMETERS": _DSA,
    "DSA PRIVATE KEY": _DSA,
    "PGP PUBLIC KEY BLOCK": _PGP,
    "PGP PRIVATE KEY BLOCK": _PGP,
    "PGP MESSAGE": _PGP,
    "SSH2 ENCRYPTED PRIVATE KEY": "a private key of ssh.com: ssh-keygen -i -f FILE converts it",
}
_SHOWN_LABELS = 4
_SHOWN_LABEL_CHARS = 30

_DEK_INFO = re.compile(r"Proc-Type:\s*4\s*,\s*ENCRYPTED\s*DEK-Info:\s*([A-Z0-9-]{1,30})\s*,\s*")
_HEXADECIMAL = re.compile(r"[0-9A-Fa-f]+")
_NOT_IN_HEADERS = str.maketrans("", "", "\"'\\")
# Ciphers that `cryptography` opens, with the hexadecimal digits of their initial value.
_CIPHERS = {"AES-128-CBC": 32, "AES-256-CBC": 32, "DES-EDE3-CBC": 16}


def read(blocks: Sequence[Block], password: bytes | None) -> Found:
    """Read the one key that some blocks hold.

    Args:
        blocks: What a text holds, at least one.
        password: Opens an encrypted private key.

    Raises:
        InvalidKeyError: They hold no key, several, or a damaged or closed one.
    """
    labels = [block.label for block in blocks]
    if "EC PRIVATE KEY" in labels and _EC_PARAMETERS in labels:
        # OpenSSL writes the curve's name above the key, which names it again.
        blocks = [block for block in blocks if block.label != _EC_PARAMETERS]
    attached = [block for block in blocks if block.label in _CERTIFICATES]
    if len(blocks) > 1 and len(attached) == len(blocks):
        refuse_needless_password("a certificate", password)
        return Found(certificates.read_chain([block.decode() for block in blocks]), _SOURCE_CERTIFICATE)
    main = [block for block in blocks if block not in attached] or attached
    if len(main) != 1 or (attached and main[0].label not in _PRIVATE and main != attached):
        shown = ", ".join(label[:_SHOWN_LABEL_CHARS] for label in labels[:_SHOWN_LABELS])
        raise InvalidKeyError(f"the text holds {len(labels)} blocks ({shown}): give the one key you mean")
    found = _read_block(main[0], password)
    if attached and main != attached:
        # A private key with its certificates is one key; anything else would be a guess.
        certificates.refuse_foreign(attached[0].decode(), cast("Native", found.key))
    return found


_SOURCE_CERTIFICATE = "an X.509 certificate, which holds a public key"


def _read_block(block: Block, password: bytes | None) -> Found:
    label = block.label
    if label == "OPENSSH PRIVATE KEY":
        return Found(openssh.read_private(block.decode(), password), "an OpenSSH private key")
    if label in _PRIVATE:
        if "DEK-Info" in block.body:
            return Found(_read_encrypted(block, password), "a PEM private key")
        raw = block.decode()
        shape = _expect(raw, der.PRIVATE, label)
        return Found(der.read_private(raw, password, shape), "a PEM private key")
    reader = _UNENCRYPTED.get(label)
    if reader is None:
        if label in _NOT_KEYS:
            raise InvalidKeyError(f"this is {_NOT_KEYS[label]}")
        raise InvalidKeyError(f"this is a {label} block, which is no key that is known here")
    refuse_needless_password(f"a {label}", password)
    return reader(block)


def _read_public(block: Block) -> Found:
    raw = block.decode()
    return Found(der.read_public(raw, _expect(raw, der.PUBLIC, block.label)), "a PEM public key")


def _read_certificate(block: Block) -> Found:
    return Found(certificates.read_chain([block.decode()]), _SOURCE_CERTIFICATE)


def _read_rfc_4716(block: Block) -> Found:
    return Found(openssh.read_rfc_4716(block), "an RFC 4716 public key")


_UNENCRYPTED: dict[str, Callable[[Block], Found]] = {
    **dict.fromkeys(_PUBLIC, _read_public),
    **dict.fromkeys(_CERTIFICATES, _read_certificate),
    "SSH2 PUBLIC KEY": _read_rfc_4716,
}


def _expect(raw: bytes, shapes: frozenset[str], label: str) -> str:
    """Return the shape of a block's contents when its label promises it: private stays private."""
    try:
        shape = der.shape_of(raw)
    except InvalidKeyError:
        raise damaged(f"the {label}") from None
    if shape not in shapes:
        raise InvalidKeyError(f"the block is called {label}, but holds something else ({shape})")
    return shape


def _read_encrypted(block: Block, password: bytes | None) -> Native:
    """Read PKCS#1 or SEC1 as OpenSSL encrypted it before PKCS#8: with two header lines above the base64."""
    what = f"the private key ({block.label})"
    body = block.body.translate(_NOT_IN_HEADERS)
    header = _DEK_INFO.search(body)
    if header is None:
        raise damaged(what)
    cipher = header[1]
    if cipher not in _CIPHERS:
        raise InvalidKeyError(
            f"{what} is encrypted with {cipher}, which is not supported: openssl pkey -aes256 converts it"
        )
    if password is None:
        raise needs_password(what)
    # The line ends may be lost, so that only the cipher tells where its initial value stops.
    rest, digits = body[header.end() :], _CIPHERS[cipher]
    initial, sealed = rest[:digits], Block(block.label, rest[digits:]).decode()
    if len(initial) != digits or not _HEXADECIMAL.fullmatch(initial):
        raise damaged(what)
    head = f"Proc-Type: 4,ENCRYPTED\nDEK-Info: {cipher},{initial}\n\n"
    pem = write_pem(block.label, sealed, head)
    try:
        native = serialization.load_pem_private_key(
            pem.encode(), password, unsafe_skip_rsa_key_validation=True
        )
    except UnsupportedAlgorithm:
        raise of_no_use(what) from None
    except UNREADABLE:
        raise wrong_password(what) from None
    return cast("Native", native)
