# SPDX-License-Identifier: Apache-2.0
"""Every limit of the token library, by name."""

MAX_TOKEN_CHARS = 65_536
"""Longest compact token looked at; checked before anything is copied or parsed."""

MAX_JSON_DEPTH = 32
"""Deepest nesting of objects and arrays in a header, a payload or a key."""

MAX_KID_CHARS = 255
"""Longest ``kid`` accepted in a token's header."""

MAX_KEY_BYTES = 65_536
"""Largest key file or key text that is parsed."""

MAX_KEYSET_BYTES = 262_144
"""Largest JWK Set that is parsed."""

MAX_KEYSET_KEYS = 100
"""Most members of a JWK Set."""

MIN_RSA_BITS = 2048
"""Smallest RSA modulus (RFC 7518 section 3.3)."""

MAX_RSA_BITS = 8192
"""Largest RSA modulus: verifying time grows with its square."""

MAX_RSA_EXPONENT_BITS = 256
"""Largest RSA public exponent (NIST SP 800-56B)."""

MAX_CLAIM_DATE = 2**53
"""Latest NumericDate, in seconds since 1970, that every JSON implementation reads exactly."""

MAX_CANDIDATE_KEYS = 8
"""Most keys of a list that are tried in turn: each try costs a signature."""

MAX_SIGNATURES = 8
"""Most signatures of a token in JSON form: each costs a verification."""

MAX_REMEMBERED_KEYS = 256
"""Parsed key texts remembered by the article's functions."""

MAX_REMEMBERED_HEADERS = 256
"""Headers remembered, so that they are parsed once."""

MAX_REMEMBERED_HEADER_CHARS = 1024
"""Longest encoded header that is remembered."""
