# SPDX-License-Identifier: Apache-2.0
"""Every limit of the verifier, by name; the other files of this package read them from here.

Sizes are bytes, times are seconds. Limits of tokens, keys and key sets belong to ``sealwright.jose``.
"""

from __future__ import annotations

from typing import Final

# One answer of the issuer.
MAX_BODY_BYTES: Final = 256 * 1024
MAX_HEAD_BYTES: Final = 64 * 1024
MAX_URL_CHARACTERS: Final = 2048
READ_CHUNK_BYTES: Final = 16 * 1024

# One fetch from the first look-up of the host's address to the last byte; one refresh is up to three fetches.
FETCH_SECONDS: Final = 5.0
REFRESH_SECONDS: Final = 10.0
# A caller that shares somebody else's refresh gives up a little later than the refresh itself has to.
SHARED_REFRESH_SECONDS: Final = REFRESH_SECONDS + 1.0

# How long keys are fresh when the issuer's Cache-Control says nothing, and the bounds on what it may say.
DEFAULT_FRESH_SECONDS: Final = 300.0
MIN_FRESH_SECONDS: Final = 30.0
MAX_FRESH_SECONDS: Final = 600.0
# The refresh comes after this share of the fresh time, less up to the second share at random, so that
# many verifiers started together do not all ask in the same second.
REFRESH_AHEAD_SHARE: Final = 0.9
REFRESH_SPREAD_SHARE: Final = 0.15
# Keys that cannot be refreshed are trusted this long after the issuer last confirmed them.
MAX_STALE_SECONDS: Final = 24 * 3600.0
# The metadata document is read again after this time, and after every failure.
METADATA_FRESH_SECONDS: Final = 3600.0

# Waits after the first, second, third … failure in a row; the last one repeats.
BACK_OFF_SECONDS: Final = (5.0, 20.0, 60.0)
BACK_OFF_SPREAD_SHARE: Final = 0.2

# The background thread never runs more often than this, whatever the clocks say.
MIN_SLEEP_SECONDS: Final = 0.5

# Unknown kids: one forced refresh per cooldown, and a memory of those the issuer did not know.
FORCED_REFRESH_COOLDOWN_SECONDS: Final = 30.0
UNKNOWN_KID_SECONDS: Final = 60.0
MAX_UNKNOWN_KIDS: Final = 1000

DEFAULT_LEEWAY_SECONDS: Final = 30.0
MAX_LEEWAY_SECONDS: Final = 300.0

# Foreign text quoted in an error message is cut to this many characters.
MAX_QUOTED_CHARACTERS: Final = 120
