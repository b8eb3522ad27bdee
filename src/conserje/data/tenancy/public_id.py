# SPDX-License-Identifier: Apache-2.0
"""Names that may be shown outside: in links, hook addresses and API keys, where a row number would tell too much."""

from __future__ import annotations

import secrets

LENGTH = 16
_LETTERS = "23456789abcdefghijkmnpqrstuvwxyz"


def new_public_id() -> str:
    """16 letters and digits that cannot be confused when read aloud (no 0, 1, l, o): 80 random bits."""
    return "".join(secrets.choice(_LETTERS) for _ in range(LENGTH))
