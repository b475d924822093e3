# SPDX-License-Identifier: Apache-2.0
"""Recognise key material in what a caller gives as an HMAC secret.

Whoever verifies RS256 tokens and is tricked into HS256 would use the published key as the secret, which the
attacker knows too. The library makes that impossible by types and by never mixing the two families in one
call; this is the third fence, for programs that give a key's text together with ``algorithms=["HS256"]``.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

_SIGNS: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (
        re.compile(
            rb"-----\s*BEGIN|---- BEGIN SSH2|-----\s*END|(?:BEGIN|END) [A-Z0-9 ]{0,40}(?:KEY|CERTIFICATE)"
        ),
        "a PEM or SSH2 key",
    ),
    (re.compile(rb"openssh-key-v1\0|b3BlbnNzaC1rZXktdjE"), "an OpenSSH private key"),
    (re.compile(rb"<RSAKeyValue|PuTTY-User-Key-File|Proc-Type:"), "a private key"),
    (
        re.compile(rb"(?:ssh-(?:rsa|dss|ed25519|ed448)|ecdsa-sha2-nistp\d+|sk-(?:ssh|ecdsa)-)"),
        "an OpenSSH key",
    ),
    (re.compile(rb"AAAA[BCEG][0-9A-Za-z+/]{0,2}(?:NzaC1|VjZHNhLXNoYTIt|c2gtZWQ)"), "an OpenSSH key"),
    (re.compile(rb'"kty\\{0,9}"\s*:'), "a JWK or JWK Set"),
    # Object identifiers of public key algorithms, as SPKI, PKCS#8 and certificates hold them.
    (re.compile(rb"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01[\x01\x0a]"), "an RSA key or certificate in DER"),
    (
        re.compile(rb"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x03[\x11-\x13]"),
        "an ML-DSA key in DER",
    ),
    (re.compile(rb"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"), "an elliptic curve key or certificate in DER"),
    (re.compile(rb"\x06\x03\x2b\x65[\x6e-\x71]"), "an Edwards curve key or certificate in DER"),
    (
        re.compile(rb"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x03[\x11-\x13]"),
        "an ML-DSA key in DER",
    ),
    (re.compile(rb"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05[\x01-\x0d]"), "an encrypted private key in DER"),
    (
        re.compile(rb"\x06\x0a\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01[\x01-\x06]"),
        "an encrypted private key in DER",
    ),
    (
        re.compile(rb"\x02\x01\x03\x30.{1,5}\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07", re.DOTALL),
        "a PKCS#12 file",
    ),
    # PKCS#1 and SEC1 structures carry no identifier; their first integers give them away.
    (re.compile(rb"\x30\x82..\x02(?:\x82..|\x81.)\x00[\x80-\xff]", re.DOTALL), "an RSA public key in DER"),
    (re.compile(rb"\x30\x82..\x02\x01\x00\x02(?:\x82|\x81)", re.DOTALL), "an RSA private key in DER"),
    (re.compile(rb"\x30.{1,2}\x02\x01\x01\x04[\x20\x30\x42]", re.DOTALL), "an elliptic curve key in DER"),
)

_BASE64_TEXT = re.compile(rb"[A-Za-z0-9+/_=-]+")
_URL_TO_STANDARD = bytes.maketrans(b"-_", b"+/")
_JSON_ESCAPE = re.compile(rb"\\u00([0-9A-Fa-f]{2})")
_MIN_ENCODED_KEY = 40


def key_material_in(secret: bytes) -> str | None:
    """Say which kind of key a would-be secret is or contains.

    Args:
        secret: What a caller gave as an HMAC secret.

    Returns:
        A few words that name the kind, or None when it is none that is known.
    """
    for form in _readings(secret):
        for sign, kind in _SIGNS:
            if sign.search(form):
                return kind
    return None


def _readings(secret: bytes) -> Iterator[bytes]:
    """Yield the secret as given, without UTF-16 zeros or JSON escapes, and unwrapped from base64."""
    yield secret
    without_zeros = secret.replace(b"\0", b"")
    if without_zeros != secret:
        yield without_zeros
    if b"\\u00" in without_zeros:
        yield _JSON_ESCAPE.sub(lambda match: bytes((int(match[1], 16),)), without_zeros)
    for _ in range(2):
        decoded = _from_base64(without_zeros)
        if decoded is None:
            return
        yield decoded
        without_zeros = decoded.replace(b"\0", b"")


def _from_base64(text: bytes) -> bytes | None:
    """Decode base64 of either alphabet, however its lines were broken; None when it is no base64."""
    joined = b"".join(text.removeprefix(b"\xef\xbb\xbf").replace(rb"\n", b"").replace(rb"\r", b"").split())
    joined = joined.strip(b"\"'")
    if len(joined) < _MIN_ENCODED_KEY or not _BASE64_TEXT.fullmatch(joined):
        return None
    standard = joined.translate(_URL_TO_STANDARD).rstrip(b"=")
    try:
        return binascii.a2b_base64(standard + b"=" * (-len(standard) % 4))
    except binascii.Error:
        return None
