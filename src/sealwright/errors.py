# SPDX-License-Identifier: Apache-2.0
"""Every exception sealwright raises on purpose.

The tree says whose fault it is and, on a server, which status to answer::

    SealwrightError
    ├─ InvalidTokenError                401: refuse this token
    │  ├─ DecodeError
    │  │  └─ InvalidSignatureError
    │  ├─ InvalidAlgorithmError
    │  ├─ UnknownKeyError
    │  ├─ ExpiredSignatureError
    │  ├─ ImmatureSignatureError
    │  ├─ InvalidAudienceError
    │  ├─ InvalidIssuerError
    │  ├─ InvalidIssuedAtError
    │  ├─ InvalidSubjectError
    │  ├─ InvalidJTIError
    │  └─ MissingRequiredClaimError
    ├─ InvalidKeyError                  the caller's key cannot be read or used
    │  └─ PasswordNeededError
    ├─ UnavailableError                 503: something needed cannot be reached, try again
    ├─ OAuthError                       what the authorization server answers
    └─ ConfigError                      the operator's setting is wrong

``str()`` of any of them is one line and never holds token text or key bytes. Wrong argument *types* stay
``TypeError`` and ``ValueError``.
"""

from __future__ import annotations

from typing import ClassVar


class SealwrightError(Exception):
    """Superclass of every exception of sealwright.

    Attributes:
        code: A stable word for programs; it never changes between releases.
        hint: One sentence for the person who has to mend it; empty when there is nothing to add.
    """

    code: ClassVar[str] = "error"

    def __init__(self, message: str = "", *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    def __reduce__(self) -> tuple[object, ...]:
        """Travel between processes with all attributes, whatever the constructor's arguments are."""
        return _restore, (type(self), self.args, self.__dict__)


def _restore(
    cls: type[SealwrightError], args: tuple[object, ...], attributes: dict[str, object]
) -> SealwrightError:
    error = cls.__new__(cls, *args)
    error.__dict__.update(attributes)
    return error


class InvalidTokenError(SealwrightError):
    """The token must be refused (HTTP 401, RFC 6750 ``invalid_token``)."""

    code = "invalid_token"


class DecodeError(InvalidTokenError):
    """The token is not a well-formed compact JWS (RFC 7515) with a JSON object as payload (RFC 7519)."""

    code = "malformed_token"


class InvalidSignatureError(DecodeError):
    """The signature does not fit the token and the key."""

    code = "invalid_signature"


class InvalidAlgorithmError(InvalidTokenError):
    """The token's ``alg`` is not one the caller, or the key, allows."""

    code = "invalid_algorithm"


class UnknownKeyError(InvalidTokenError):
    """No key fits the token.

    Attributes:
        kid: The ``kid`` of the token's header, or None when it names none.
    """

    code = "unknown_key"

    def __init__(self, message: str = "", *, kid: str | None = None, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.kid = kid


class ExpiredSignatureError(InvalidTokenError):
    """The token's ``exp`` has passed."""

    code = "token_expired"


class ImmatureSignatureError(InvalidTokenError):
    """The token's ``nbf`` or ``iat`` lies in the future."""

    code = "token_not_yet_valid"


class InvalidAudienceError(InvalidTokenError):
    """The token is meant for somebody else."""

    code = "invalid_audience"


class InvalidIssuerError(InvalidTokenError):
    """The token comes from another issuer."""

    code = "invalid_issuer"


class InvalidIssuedAtError(InvalidTokenError):
    """The token's ``iat`` is not a date."""

    code = "invalid_issued_at"


class InvalidSubjectError(InvalidTokenError):
    """The token's ``sub`` is not a string or not the expected one."""

    code = "invalid_subject"


class InvalidJTIError(InvalidTokenError):
    """The token's ``jti`` is not a string."""

    code = "invalid_jti"


class MissingRequiredClaimError(InvalidTokenError):
    """A claim the caller requires is not in the token.

    Attributes:
        claim: The name of the missing claim.
    """

    code = "missing_claim"

    def __init__(self, claim: str, *, hint: str = "") -> None:
        super().__init__(f'Token is missing the "{claim}" claim', hint=hint)
        self.claim = claim


class InvalidKeyError(SealwrightError):
    """A key cannot be read, or cannot be used for what it was given for."""

    code = "invalid_key"


class PasswordNeededError(InvalidKeyError):
    """A private key is encrypted, and no password was given for it.

    Attributes:
        what: What is encrypted, such as ``the private key (PKCS#8)``.
    """

    code = "password_needed"

    def __init__(self, what: str, *, hint: str = "") -> None:
        super().__init__(f"{what} is encrypted: give password=", hint=hint)
        self.what = what


class UnavailableError(SealwrightError):
    """Something needed to decide cannot be reached (HTTP 503): never a statement about the token.

    Attributes:
        retry_after: Seconds after which another attempt makes sense, or None when nobody can say.
    """

    code = "unavailable"

    def __init__(self, message: str = "", *, retry_after: float | None = None, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class OAuthError(SealwrightError):
    """An error the authorization server answers, in the words of RFC 6749 section 5.2.

    Attributes:
        error: The RFC's error code, such as ``invalid_grant``.
        description: Text the client may see.
        status: The HTTP status.
        detail: Text for the server's own log only.
        headers: Extra response headers, such as ``Retry-After``.
    """

    code = "oauth_error"

    def __init__(
        self,
        error: str,
        description: str,
        *,
        status: int = 400,
        detail: str = "",
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description
        self.status = status
        self.detail = detail
        self.headers = headers or {}


class ConfigError(SealwrightError):
    """A setting of the operator is missing or wrong; the message names it."""

    code = "invalid_config"


class InsecureKeyLengthWarning(UserWarning):
    """An HMAC secret given as text is shorter than its hash (RFC 7518 section 3.2)."""
