# SPDX-License-Identifier: Apache-2.0
"""Money to be taken by a mandate: an instalment that fell due, a refused charge tried again."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from conserje.domain.receivables.allocation import Share


class ChargeCause(StrEnum):
    """What a charge is for: it tells whom its end concerns."""

    INVOICE = "invoice"
    INSTALMENT = "instalment"
    RETRY = "retry"


@dataclass(frozen=True, slots=True)
class ChargeOrder:
    """One charge to be made once. `key` is its identity and idempotency key: the same order again is the same charge.

    `ref` is the row of its cause: an instalment, a failed payment, an invoice. All shares are of one currency.
    """

    mandate_id: int
    customer_id: int
    key: str
    cause: ChargeCause
    ref: int
    shares: tuple[Share, ...]
    description: str
