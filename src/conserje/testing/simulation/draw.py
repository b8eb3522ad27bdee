# SPDX-License-Identifier: Apache-2.0
"""Chance, by seed and by name: what one person draws does not depend on how often somebody else drew."""

from __future__ import annotations

import random
from datetime import datetime, timedelta


def stream(*names: object) -> random.Random:
    """A source of chance of its own for these names; the same names give the same draws on every machine."""
    return random.Random("/".join(str(name) for name in names))


def later(chance: random.Random, at: datetime, *, hours: tuple[int, int]) -> datetime:
    """A moment between so many hours after `at`, to the second."""
    return at + timedelta(seconds=chance.randint(hours[0] * 3600, hours[1] * 3600))
