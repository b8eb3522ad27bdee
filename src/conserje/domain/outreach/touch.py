# SPDX-License-Identifier: Apache-2.0
"""The life of a touch. The database refuses any edge that is not written here."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class TouchState(StrEnum):
    """Where a touch stands."""

    PROPOSED = "proposed"
    PLANNED = "planned"
    CLAIMED = "claimed"
    HANDING_OVER = "handing_over"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNSURE = "unsure"
    SUPPRESSED = "suppressed"


EDGES: Final[dict[TouchState, frozenset[TouchState]]] = {
    TouchState.PROPOSED: frozenset({TouchState.PLANNED, TouchState.SUPPRESSED}),
    TouchState.PLANNED: frozenset({TouchState.CLAIMED, TouchState.SUPPRESSED}),
    TouchState.CLAIMED: frozenset({TouchState.PLANNED, TouchState.HANDING_OVER, TouchState.SUPPRESSED}),
    TouchState.HANDING_OVER: frozenset(
        {TouchState.ACCEPTED, TouchState.FAILED, TouchState.UNSURE, TouchState.PLANNED}
    ),
    TouchState.UNSURE: frozenset({TouchState.ACCEPTED, TouchState.FAILED, TouchState.PLANNED}),
    TouchState.ACCEPTED: frozenset({TouchState.DELIVERED, TouchState.FAILED}),
    TouchState.DELIVERED: frozenset({TouchState.FAILED}),
    TouchState.FAILED: frozenset(),
    TouchState.SUPPRESSED: frozenset(),
}

IN_HAND: Final = frozenset(
    {TouchState.PROPOSED, TouchState.PLANNED, TouchState.CLAIMED, TouchState.HANDING_OVER}
)
MAY_HAVE_REACHED: Final = frozenset(
    {TouchState.ACCEPTED, TouchState.DELIVERED, TouchState.UNSURE, TouchState.HANDING_OVER}
)
