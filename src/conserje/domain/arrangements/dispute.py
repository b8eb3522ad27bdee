# SPDX-License-Identifier: Apache-2.0
"""What a customer does not accept of an invoice, and by when the creditor owes an answer and a proposal."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from enum import StrEnum
from typing import Final

from conserje.domain.kit.days import business_days_after

# Business days of the creditor: to answer what was written, and to say how it could be resolved.
ANSWER_DAYS: Final = 1
PROPOSE_DAYS: Final = 5


class DisputeKind(StrEnum):
    """What it is about. `IMPORT` is a line of a file that says no more than that it is in dispute."""

    SCOPE = "scope"
    QUALITY = "quality"
    PRICE = "price"
    QUANTITY = "quantity"
    NOT_RECEIVED = "not_received"
    DUPLICATE = "duplicate"
    ALREADY_PAID = "already_paid"
    OTHER = "other"
    IMPORT = "import"


# What a person may choose. Who says that it is paid makes a payment claim: nothing is disputed then.
CHOOSABLE: Final = tuple(
    kind for kind in DisputeKind if kind not in (DisputeKind.ALREADY_PAID, DisputeKind.IMPORT)
)


def answer_by(*, on: date, closed: Collection[date] = ()) -> date:
    """The day by which what was written on `on` is answered; `closed` are the creditor's holidays."""
    return business_days_after(on, ANSWER_DAYS, closed=closed)


def propose_by(*, on: date, closed: Collection[date] = ()) -> date:
    """The day by which a dispute opened on `on` has a proposal of the creditor's."""
    return business_days_after(on, PROPOSE_DAYS, closed=closed)
