# SPDX-License-Identifier: Apache-2.0
"""What the fuzz targets found: each crash as the call that made it, and what must happen instead."""

from __future__ import annotations

import pytest

from sealwright.errors import InvalidKeyError
from sealwright.jose import Key


@pytest.mark.parametrize("use", ["\n", "a\r\nb", "\ud7ff", "\U0001f510" * 30, "x" * 500])
def test_a_strange_use_stays_on_one_line(use: str) -> None:
    """A JWK's use that holds control characters, or is long, is shown escaped and cut."""
    key = Key.from_jwk({**Key.generate("ES256").to_jwk(private=True), "use": use})
    for operation in (lambda: key.sign(b"x"), lambda: key.verify(b"x", bytes(64))):
        with pytest.raises(InvalidKeyError) as caught:
            operation()
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) <= 200
