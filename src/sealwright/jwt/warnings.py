# SPDX-License-Identifier: Apache-2.0
"""Warning categories under PyJWT's names, for ``warnings.filterwarnings``."""

from __future__ import annotations

from ..errors import InsecureKeyLengthWarning


class RemovedInPyjwt3Warning(DeprecationWarning):
    """An argument that PyJWT has announced to remove was used."""


__all__ = ["InsecureKeyLengthWarning", "RemovedInPyjwt3Warning"]
