# SPDX-License-Identifier: Apache-2.0
"""Evidence of whether a message arrived: when it is looked for, and what each thing found proves.

Only what a person does counts. That a link or a picture was fetched proves nothing: mail scanners fetch them all.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

# How long after it became unsure a touch is looked at; the last look is when its links expire. The first waits follow
# the janitor of Kill Bill's payments (5 minutes, 1 hour, 1 day).
LOOKS: Final = (
    timedelta(minutes=5),
    timedelta(hours=1),
    *(timedelta(days=days) for days in (1, 2, 3, 4, 5, 6, 7, 14, 30)),
)


class Trace(StrEnum):
    """Something that may be found of a message: acts of a person through its link, or a carrier's word about it."""

    PROMISE = "promise"
    PAYMENT_CLAIM = "payment_claim"
    PAYMENT = "payment"
    CARRIER_TOOK_IT = "carrier_took_it"
    CARRIER_REFUSED_IT = "carrier_refused_it"
    OPENED = "opened"


class Proof(StrEnum):
    """What is proven."""

    ARRIVED = "arrived"
    REFUSED = "refused"


_PROVES: Final = {
    Trace.PROMISE: Proof.ARRIVED,
    Trace.PAYMENT_CLAIM: Proof.ARRIVED,
    Trace.PAYMENT: Proof.ARRIVED,
    Trace.CARRIER_TOOK_IT: Proof.ARRIVED,
    Trace.CARRIER_REFUSED_IT: Proof.REFUSED,
}


def next_look(*, since: datetime, looked_at: datetime | None) -> datetime | None:
    """The first moment of the schedule after the last look; None when every one has passed.

    Looks that nobody was there to take are not made up for: one look sees all that they would have seen.
    """
    moments = (since + wait for wait in LOOKS)
    return next((at for at in moments if looked_at is None or at > looked_at), None)


def weigh(traces: Iterable[Trace]) -> tuple[Proof, Trace] | None:
    """What the traces prove and by which of them; None when nothing is proven. Arrival outweighs a refusal."""
    proven = {proof: trace for trace in traces if (proof := _PROVES.get(trace)) is not None}
    for proof in (Proof.ARRIVED, Proof.REFUSED):
        if proof in proven:
            return proof, proven[proof]
    return None
