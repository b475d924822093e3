# SPDX-License-Identifier: Apache-2.0
"""`PyJWS`: PyJWT's class for signed bytes, and the functions around the table of algorithms."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from ..errors import DecodeError, InvalidTokenError
from ..jose import ALGORITHMS, SigningKey, VerifyingKey, jws
from ..jose.algorithms import printable_name
from . import functions
from .algorithms import Algorithm, get_default_algorithms
from .api_jwk import PyJWK
from .options import SIGNATURE_DEFAULTS, refuse_bad_options, refuse_short_secret
from .signing import Encoder, sign, unsupported


class PyJWS:
    """Signs and verifies bytes, with options and algorithms of its own.

    Attributes:
        header_typ: The ``typ`` of the tokens it makes.
        options: ``verify_signature``, which is always True, and ``enforce_minimum_key_length``.
    """

    header_typ = "JWT"

    def __init__(
        self, algorithms: Iterable[str] | None = None, options: Mapping[str, Any] | None = None
    ) -> None:
        """Keep the settings.

        Args:
            algorithms: The only algorithms to use; all of the table when not given.
            options: Defaults for its calls.

        Raises:
            TypeError, ValueError: An option is unknown, or asks for no verification.
        """
        self._switched_off = set() if algorithms is None else set(ALGORITHMS) - set(algorithms)
        self.options = self._merged(options, SIGNATURE_DEFAULTS)

    def encode(
        self,
        payload: bytes,
        key: SigningKey | PyJWK,
        algorithm: str | None = None,
        headers: Mapping[str, Any] | None = None,
        json_encoder: Encoder | None = None,
        is_payload_detached: bool = False,
        sort_headers: bool = True,
    ) -> str:
        """Sign bytes.

        Args:
            payload: The bytes.
            key: As for `jwt.encode`.
            algorithm: As for `jwt.encode`.
            headers: More header members; ``"b64": False`` detaches the payload.
            json_encoder: As for `jwt.encode`.
            is_payload_detached: Leave the payload out of the token, and sign it as it is (RFC 7797).
            sort_headers: Whether the header's members are sorted.

        Returns:
            The token.

        Raises:
            InvalidKeyError, InvalidAlgorithmError, TypeError, ValueError: As `jwt.encode`.
        """
        members = dict(headers or {})
        detached = members.pop("b64", True) is False or is_payload_detached
        if detached:
            crit = members.get("crit", [])
            if not isinstance(crit, list):
                raise InvalidTokenError("Invalid 'crit' header: it is no list")
            members |= {"b64": False, "crit": crit if "b64" in crit else [*crit, "b64"]}
        return sign(
            payload,
            key,
            algorithm,
            members,
            json_encoder,
            sort_headers,
            typ=self.header_typ,
            detached=detached,
            options=self.options,
            switched_off=self._switched_off,
        )

    def decode_complete(
        self,
        jwt: str | bytes,
        key: VerifyingKey | PyJWK = "",
        algorithms: Collection[str] | None = None,
        options: Mapping[str, Any] | None = None,
        detached_payload: bytes | None = None,
    ) -> dict[str, Any]:
        """Verify a token and return all of it.

        Args:
            jwt: The token.
            key: As for `jwt.decode`.
            algorithms: As for `jwt.decode`.
            options: Override the object's own.
            detached_payload: The payload of a token that travels without it.

        Returns:
            A dictionary of ``header``, ``payload`` (bytes) and ``signature`` (bytes).

        Raises:
            InvalidTokenError, InvalidKeyError, TypeError, ValueError: As `jwt.decode`.
        """
        merged = self.options if options is None else self._merged(options, self.options)
        parsed = jws.parse(jwt, payload=detached_payload, understood=jws.UNDERSTOOD)
        alg = parsed.header["alg"]
        if alg not in ALGORITHMS or alg in self._switched_off:
            raise unsupported(alg)
        if detached_payload is None and not parsed.payload and not parsed.header.get("b64", True):
            raise DecodeError(
                'It is required that you pass in a value for the "detached_payload" argument: '
                "the token travels without its payload"
            )
        refuse_short_secret(merged, key, alg)
        parsed.verify(key, algorithms)
        return {"header": dict(parsed.header), "payload": parsed.payload, "signature": parsed.signature}

    def decode(
        self,
        jwt: str | bytes,
        key: VerifyingKey | PyJWK = "",
        algorithms: Collection[str] | None = None,
        options: Mapping[str, Any] | None = None,
        detached_payload: bytes | None = None,
    ) -> bytes:
        """Verify a token and return its payload; see `decode_complete`."""
        return bytes(self.decode_complete(jwt, key, algorithms, options, detached_payload)["payload"])

    def get_unverified_header(self, jwt: str | bytes) -> dict[str, Any]:
        """Return a token's header, for which nobody vouches.

        Raises:
            DecodeError: The token is malformed.
        """
        return dict(jws.parse(jwt, understood=jws.UNDERSTOOD).header)

    def get_algorithms(self) -> list[str]:
        """List the algorithms this object uses."""
        return [name for name in ALGORITHMS if name not in self._switched_off]

    def get_algorithm_by_name(self, alg_name: str) -> Algorithm:
        """Return the object of an algorithm.

        Args:
            alg_name: The ``alg``.

        Raises:
            UnsupportedAlgorithmError: There is none, or it was unregistered.
        """
        if alg_name not in self.get_algorithms():
            raise unsupported(alg_name)
        return get_default_algorithms()[alg_name]

    def register_algorithm(self, alg_id: str, alg_obj: Algorithm) -> None:
        """Use an unregistered algorithm of the table again; nothing else can be added to the table.

        Args:
            alg_id: The ``alg``.
            alg_obj: Its object from `jwt.algorithms`.

        Raises:
            ValueError: The algorithm is in use already, or the object is not the table's own.
            TypeError: The object is no `Algorithm`.
        """
        if not isinstance(alg_obj, Algorithm):
            raise TypeError(f"a {type(alg_obj).__name__} is no Algorithm")
        if alg_id in self.get_algorithms():
            raise ValueError(f"Algorithm already has a handler: {alg_id}")
        if alg_id not in ALGORITHMS or type(alg_obj) is not type(get_default_algorithms()[alg_id]):
            raise ValueError(
                f"the table of algorithms is closed, and {printable_name(alg_id)} with this object is not in "
                "it; a key that signs in its own way is a Signer, and goes into encode() as key"
            )
        self._switched_off.remove(alg_id)

    def unregister_algorithm(self, alg_id: str) -> None:
        """Stop using an algorithm.

        Args:
            alg_id: The ``alg``.

        Raises:
            KeyError: It is not in use.
        """
        if alg_id not in self.get_algorithms():
            raise KeyError(f"{printable_name(alg_id)} is not registered, so it cannot be removed")
        self._switched_off.add(alg_id)

    @staticmethod
    def _merged(options: Mapping[str, Any] | None, defaults: dict[str, Any]) -> dict[str, Any]:
        if options is None:
            return dict(defaults)
        refuse_bad_options(options, SIGNATURE_DEFAULTS)
        return {**defaults, **options}


_shared = PyJWS()
# What is unregistered here holds for the functions of the module as well, as with PyJWT.
_shared._switched_off = functions.switched_off  # noqa: SLF001
encode = _shared.encode
decode = _shared.decode
decode_complete = _shared.decode_complete
get_unverified_header = _shared.get_unverified_header
get_algorithm_by_name = _shared.get_algorithm_by_name
register_algorithm = _shared.register_algorithm
unregister_algorithm = _shared.unregister_algorithm
