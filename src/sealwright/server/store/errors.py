# SPDX-License-Identifier: Apache-2.0
"""What a decision refuses, in the store's own words; the endpoints translate it, nobody else sees it."""

from __future__ import annotations

from ...errors import SealwrightError


class ConstraintError(SealwrightError):
    """A decision broke a constraint of the tables; nothing of it was kept."""

    code = "constraint"


class ScopeError(SealwrightError):
    """The scope asked for is not within the session's; nothing has changed."""

    code = "scope_exceeded"
