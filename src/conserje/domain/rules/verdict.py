# SPDX-License-Identifier: Apache-2.0
"""The answer of the gate, always with the rules and pack versions that made it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from conserje.domain.kit.canonical import shared


class Ruling(IntEnum):
    """From mildest to strictest; the strictest of all packs wins."""

    ALLOW = 0
    ALLOW_WITH_TEXT = 1
    DEFER_UNTIL = 2
    NEEDS_HUMAN = 3
    DENY = 4


@dataclass(frozen=True, slots=True)
class Hit:
    """One rule that spoke: its id, what it ruled, a key of the screen catalogue that says why, and values."""

    rule: str
    ruling: Ruling
    reason: str
    values: tuple[tuple[str, str], ...] = ()


@shared
@dataclass(frozen=True, slots=True)
class Verdict:
    """What may be done. `until` is set only for `DEFER_UNTIL`: the next instant that every pack allows.

    `texts` are the slots a message must fill; `packs` the "CO 2026.11.0" versions that judged.
    """

    ruling: Ruling
    hits: tuple[Hit, ...]
    packs: tuple[str, ...]
    texts: tuple[str, ...] = ()
    until: datetime | None = None

    @property
    def allowed(self) -> bool:
        """Whether the contact may leave at the judged instant."""
        return self.ruling <= Ruling.ALLOW_WITH_TEXT
