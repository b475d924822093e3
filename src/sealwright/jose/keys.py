# SPDX-License-Identifier: Apache-2.0
"""Keys, each bound to what it may do (RFC 7517).

>>> key = Key.generate("ES256")
>>> signature = key.sign(b"signing input")
>>> key.public().verify(b"signing input", signature)
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from os import fspath
from typing import TYPE_CHECKING, Any, NoReturn, cast

from ..errors import InvalidAlgorithmError, InvalidKeyError, InvalidSignatureError, PasswordNeededError
from .algorithms import (
    ALGORITHMS,
    SignFunction,
    VerifyFunction,
    find_algorithm,
    printable_name,
    synonyms,
)
from .keyformats import jwk as jwk_format
from .keyformats.exportable import Exportable, as_bytes
from .keyformats.recognise import key_material_in
from .labels import Labels
from .limits import MAX_KEY_BYTES, MAX_RSA_BITS, MIN_RSA_BITS
from .natives import Native, describe, is_private, public_of

if TYPE_CHECKING:
    from pathlib import Path


class Key(Exportable):
    """One key: RSA, elliptic curve, Edwards curve, ML-DSA or an HMAC secret.

    Make one with `generate`, `parse`, `load`, `from_jwk`, `from_secret`, `from_raw` or `from_native`.

    Attributes:
        native: The key object of `cryptography`, or the bytes of an HMAC secret.
        kty: The key type: ``RSA``, ``EC``, ``OKP``, ``AKP`` or ``oct``.
        curve: The ``crv`` of elliptic and Edwards curve keys, or None.
        algorithms: Every algorithm it may be used with; only the names of one when it was made for one.
        alg: What it signs with when nothing else is asked for.
        labels: The JWK's ``alg``, ``kid``, ``use`` and ``key_ops`` as they were given.
        is_private: Whether whoever holds it can sign.
    """

    __slots__ = (
        "_remembered_kid",
        "_signers",
        "_source",
        "_verifiers",
        "_verifying",
        "alg",
        "algorithms",
        "curve",
        "is_private",
        "kty",
        "labels",
        "native",
    )
    curve: str | None
    algorithms: frozenset[str]
    is_private: bool
    _verifying: Native | bytes
    _signers: Mapping[str, SignFunction]
    _verifiers: Mapping[str, VerifyFunction]
    _source: str

    def __init__(
        self,
        native: Native | bytes,
        kty: str,
        variety: str | None,
        algorithms: tuple[str, ...],
        labels: Labels,
        source: str,
    ) -> None:
        """Put a key together; only `assemble` calls this."""
        private = isinstance(native, bytes) or is_private(native)
        signers, verifiers = labels.operations(algorithms, private=private)
        for name, value in (
            ("native", native),
            ("kty", kty),
            ("curve", variety if kty in ("EC", "OKP") else None),
            ("algorithms", frozenset(algorithms)),
            ("alg", algorithms[0]),
            ("labels", labels),
            ("is_private", private),
            ("_verifying", native if isinstance(native, bytes) else public_of(native)),
            ("_signers", signers),
            ("_verifiers", verifiers),
            ("_source", source),
            ("_remembered_kid", []),
        ):
            object.__setattr__(self, name, value)

    @classmethod
    def generate(cls, alg: str, *, kid: str | None = None, bits: int = MIN_RSA_BITS) -> Key:
        """Make a new private key, or secret, for one algorithm.

        Args:
            alg: The algorithm, such as ``ES256``.
            kid: Names the key; its RFC 7638 thumbprint when not given.
            bits: Size of an RSA modulus.

        Raises:
            InvalidAlgorithmError: There is no such algorithm.
            InvalidKeyError: The RSA size is out of bounds.
        """
        row = find_algorithm(alg)
        if row.kty == "RSA" and not (MIN_RSA_BITS <= bits <= MAX_RSA_BITS and bits % 8 == 0):
            raise InvalidKeyError(
                f"RSA keys have {MIN_RSA_BITS} to {MAX_RSA_BITS} bits, in whole bytes; not {bits}"
            )
        return _make(row.generate(bits), Labels(alg, kid))

    @classmethod
    def parse(cls, data: str | bytes, password: str | bytes | None = None) -> Key:
        """Read a key in whatever form it is in, without being told which.

        PEM (PKCS#1, PKCS#8, SEC1, SPKI, certificate; plain or encrypted), DER of the same, PKCS#12, OpenSSH
        private and public, RFC 4716, JWK; also when line ends were lost or escaped, or BEGIN and END lines.
        Of a certificate only the public key is taken: nothing else in it is checked.

        Args:
            data: The text, or the bytes of a text or a binary form.
            password: Opens an encrypted private key; text counts as UTF-8.

        Raises:
            InvalidKeyError: It is no usable key; the message says what it looks like and what to do.
            TypeError: It is neither text nor bytes.
        """
        from .keyformats import reader

        found = reader.read(data, as_bytes(password))
        if isinstance(found.key, dict):
            return cls.from_jwk(found.key)
        return _make(found.key, Labels(), found.source)

    @classmethod
    def load(cls, path: str | Path, password: str | bytes | None = None) -> Key:
        """Read a key file; see `parse`.

        Args:
            path: The file.
            password: Opens an encrypted private key.

        Raises:
            InvalidKeyError: The file cannot be read or holds no usable key.
        """
        if key_material_in(fspath(path).encode("utf-8", "replace")) is not None:
            raise InvalidKeyError("Key.load takes the path of a file, and got a key: use Key.parse")
        from pathlib import Path

        try:
            with Path(path).open("rb") as file:
                data = file.read(MAX_KEY_BYTES + 1)
        except (OSError, ValueError) as err:
            reason = err.strerror if isinstance(err, OSError) else "that is no path"
            raise InvalidKeyError(f"the key file {path} cannot be read: {reason}") from None
        try:
            return cls.parse(data, password)
        except PasswordNeededError as err:
            raise PasswordNeededError(f"{path}: {err.what}", hint=err.hint) from None
        except InvalidKeyError as err:
            raise InvalidKeyError(f"{path}: {err}", hint=err.hint) from None

    @classmethod
    def from_jwk(cls, jwk: Mapping[str, Any]) -> Key:
        """Make a key of the members of a JWK (RFC 7517 section 4).

        Args:
            jwk: The members; unknown ones are ignored.

        Raises:
            InvalidKeyError: A member is missing, wrong or contradicts another.
        """
        return _make(jwk_format.read(jwk), Labels.of(jwk), "a public JWK")

    @classmethod
    def from_secret(cls, secret: bytes | str, alg: str = "HS256", *, kid: str | None = None) -> Key:
        """Make an HMAC key of a secret.

        Args:
            secret: At least as long as the algorithm's hash (RFC 7518 section 3.2); text counts as UTF-8.
            alg: An HMAC algorithm.
            kid: Names the key; its RFC 7638 thumbprint when not given.

        Raises:
            InvalidKeyError: The secret is too short, or is itself a key of another kind.
        """
        raw = secret.encode() if isinstance(secret, str) else bytes(secret)
        kind = key_material_in(raw)
        if kind is not None:
            raise InvalidKeyError(f"this is {kind}, which is no HMAC secret", hint="Use Key.parse().")
        return _make(raw, Labels(alg, kid))

    @classmethod
    def from_raw(
        cls, kind: str, *, public: bytes | None = None, private: bytes | None = None, kid: str | None = None
    ) -> Key:
        """Make a key of bare bytes, which do not say themselves what they are.

        Args:
            kind: Such as ``Ed25519``, ``P-256`` or ``ML-DSA-65``, or an ``alg`` with only one such kind.
            public: The public key (RFC 8032, FIPS 204), or an elliptic curve's point (SEC1 section 2.3.3).
            private: The seed, or the private number of an elliptic curve, big-endian; makes a private key.
            kid: Names the key; its RFC 7638 thumbprint when not given.

        Raises:
            InvalidKeyError: The kind is not known, a length is wrong, or the halves do not belong together.
            TypeError: A half is no bytes, or none is given.
        """
        from .keyformats import raw

        return _make(raw.read(kind, public, private), Labels(kid=kid), "a raw public key")

    @classmethod
    def from_native(cls, native: object, *, alg: str | None = None, kid: str | None = None) -> Key:
        """Make a key of a key object of `cryptography`.

        Args:
            native: A private or public RSA, elliptic curve or Ed25519 key object.
            alg: Binds the key to one algorithm.
            kid: Names the key; its RFC 7638 thumbprint when not given.

        Raises:
            InvalidKeyError: It is no such object, or does not fit the algorithm.
        """
        return _make(cast("Native", native), Labels(alg, kid))

    @property
    def public_key(self) -> Key:
        """The public half (the `Signer` protocol's name for `public`)."""
        return self.public()

    def public(self) -> Key:
        """Return the public half; an HMAC secret has none.

        Raises:
            InvalidKeyError: The key is an HMAC secret.
        """
        if isinstance(self.native, bytes):
            raise InvalidKeyError("an HMAC secret has no public half", hint="Use an ES256 or RS256 key.")
        if not self.is_private:
            return self
        ops = None if self.labels.key_ops is None else ("verify",)
        return _make(public_of(self.native), Labels(self.labels.alg, self.labels.kid, self.labels.use, ops))

    def sign(self, signing_input: bytes, algorithm: str | None = None) -> bytes:
        """Sign the ASCII bytes of ``header.payload``.

        Args:
            signing_input: What the signature covers (RFC 7515 section 5.1).
            algorithm: One of `algorithms`; `alg` when not given.

        Returns:
            The signature in JWS form.

        Raises:
            InvalidKeyError: The key is public, or not meant for signing.
            InvalidAlgorithmError: The key is not for that algorithm.
        """
        sign = self._signers.get(self.alg if algorithm is None else algorithm)
        if sign is None:
            raise self._refusal(algorithm, "sign")
        return sign(self.native, signing_input)

    def verify(self, signing_input: bytes, signature: bytes, algorithm: str | None = None) -> None:
        """Verify a signature in JWS form.

        Args:
            signing_input: The ASCII bytes of ``header.payload``.
            signature: The signature.
            algorithm: One of `algorithms`; `alg` when not given.

        Raises:
            InvalidSignatureError: It does not fit.
            InvalidKeyError: The key is not meant for verifying signatures.
            InvalidAlgorithmError: The key is not for that algorithm.
        """
        verify = self._verifiers.get(self.alg if algorithm is None else algorithm)
        if verify is None:
            raise self._refusal(algorithm, "verify")
        if not verify(self._verifying, signing_input, signature):
            raise InvalidSignatureError("Signature verification failed")

    def known_as(self, alg: str, names: Collection[str]) -> bool:
        """Whether an ``alg`` goes under another of the given names too (RFC 9864: Ed25519 and EdDSA).

        Args:
            alg: The ``alg`` of a token.
            names: The names that are allowed.
        """
        return alg in self.algorithms and any(name in names for name in synonyms(alg, self.curve))

    def __repr__(self) -> str:
        half = "secret" if self.kty == "oct" else "private" if self.is_private else "public"
        kid = "" if self.kty == "oct" and self.labels.kid is None else f", kid={self.kid!r}"
        return f"<Key {half} {self.kty}, alg={self.alg}{kid}>"

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a key does not change")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("a key does not change")

    def __reduce__(self) -> NoReturn:
        raise TypeError("keys are not pickled or copied; export with to_pem() or to_jwk()")

    def _refusal(self, algorithm: str | None, operation: str) -> InvalidKeyError | InvalidAlgorithmError:
        """Say why the key does not do what it was asked to do."""
        if algorithm is not None and algorithm not in self.algorithms:
            return InvalidAlgorithmError(
                f"this {self.kty} key is for {', '.join(sorted(self.algorithms))}, "
                f"not {printable_name(algorithm)}"
            )
        if not self.labels.allow(operation):
            return self.labels.refusal(operation)
        return InvalidKeyError(f"this is {self._source}: a private one is needed to sign")


def _make(native: Native | bytes, labels: Labels, source: str = "a public key") -> Key:
    """Make a key, refusing labels that contradict the material."""
    kty, variety = ("oct", None) if isinstance(native, bytes) else describe(native)
    fitting = labels.algorithms(kty, variety)
    if isinstance(native, bytes):
        fitting = fitting[:1]
        shortest = ALGORITHMS[fitting[0]].min_secret_bytes
        if len(native) < shortest:
            raise InvalidKeyError(
                f"the HMAC secret has {len(native)} bytes; {fitting[0]} needs at least {shortest}",
                hint="Make one: sealwright keygen --alg HS256.",
            )
    return assemble(native, kty, variety, fitting, labels, source)


def assemble(
    native: Native | bytes,
    kty: str,
    variety: str | None,
    algorithms: tuple[str, ...],
    labels: Labels,
    source: str = "a secret",
) -> Key:
    """Put a key together from parts that are known to fit each other.

    Args:
        native: The key object, or an HMAC secret.
        kty: Its key type.
        variety: Its curve or parameter set, or None.
        algorithms: What it may be used with, the preferred one first.
        labels: What is written on it.
        source: What it was read from, for messages.
    """
    return Key(native, kty, variety, algorithms, labels, source)
