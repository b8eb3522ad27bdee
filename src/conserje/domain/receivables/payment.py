# SPDX-License-Identifier: Apache-2.0
"""A payment as it is told to the books, and as the books answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from conserje.domain.kit.money import Money
from conserje.domain.receivables.allocation import Named, Share


class RoadName(StrEnum):
    """How we can hear of a payment. `CHARGE` is not a messenger: it keeps the gateway's own id of the
    payment.
    """

    PORTAL_RETURN = "portal_return"
    HOOK = "hook"
    BANK_LINE = "bank_line"
    IMPORT = "import"
    PERSON = "person"
    LOOK = "look"
    CHARGE = "charge"


@dataclass(frozen=True, slots=True)
class Road:
    """One hearing of a payment. (name, reference) is kept once for each creditor; `reference` <= 180 signs."""

    name: RoadName
    reference: str


@dataclass(frozen=True, slots=True)
class Received:
    """Money that came in. (`source`, `external_id`) is its identity: told again, it is the same payment.

    `named` are the invoices the payer meant, `amount` is positive, `value_on` the day from which the money is
    there.
    """

    customer_id: int
    source: str
    external_id: str
    amount: Money
    value_on: date
    roads: tuple[Road, ...]
    named: tuple[Named, ...] = ()
    method: str = ""
    reference: str = ""
    actor: str = "system"


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the books did. A payment they knew already gives `is_new` False and nothing applied or closed."""

    payment_id: int
    is_new: bool
    applied: tuple[Share, ...]
    unallocated: Money
    closed_invoice_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RecordedMany:
    """What the books did with many payments at once; `conflicts` are external ids known with other facts."""

    new: int
    known: int
    conflicts: tuple[str, ...]
    customer_ids: tuple[int, ...]
    closed_invoice_ids: tuple[int, ...]


class Unmatched(StrEnum):
    """Why a bank line moved nothing: a person has to look at it."""

    NOBODY_KNOWN = "nobody_known"
    SEVERAL_CUSTOMERS = "several_customers"
    AMOUNT_DIFFERS = "amount_differs"
    CHECKOUT_IN_DOUBT = "checkout_in_doubt"


@dataclass(frozen=True, slots=True)
class BankLine:
    """One credit on a bank statement. `line_id` is the bank's own, or made of the statement and the position."""

    line_id: str
    text: str
    amount: Money
    value_on: date


class ReversalKind(StrEnum):
    """Why money went back."""

    REFUND = "refund"
    CHARGEBACK = "chargeback"
    BOUNCE = "bounce"
    MISTAKE = "mistake"


@dataclass(frozen=True, slots=True)
class Reversal:
    """Money going back: all of a payment or a part. (payment, `external_id`) is its identity.

    It is taken from what was applied to `from_invoices` first, else from what is unallocated and then the newest.
    """

    kind: ReversalKind
    external_id: str
    amount: Money
    reversed_on: date
    from_invoices: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Reversed:
    """What the books did: which invoices are open again, and whether this reversal was news."""

    reversal_id: int
    is_new: bool
    reopened_invoice_ids: tuple[int, ...]
