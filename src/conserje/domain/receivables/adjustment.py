# SPDX-License-Identifier: Apache-2.0
"""What lowers an invoice other than money: credits, withheld tax, and what is given up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from conserje.domain.kit.money import Money
from conserje.domain.receivables.allocation import Named


@dataclass(frozen=True, slots=True)
class NewCreditNote:
    """A credit note as told. `named` are the invoices it is for; what they do not take stays unapplied.

    `kind` is "issued", or "agreement" when an agreement makes it: what that has left is kept for later invoices.
    """

    customer_id: int
    number: str
    issued_on: date
    amount: Money
    named: tuple[Named, ...] = ()
    kind: str = "issued"


@dataclass(frozen=True, slots=True)
class NewWithholding:
    """Tax that the customer kept back from an invoice. `kind` is the country's own word, like "retefuente"."""

    invoice_id: int
    kind: str
    amount: Money


@dataclass(frozen=True, slots=True)
class NewWriteOff:
    """A part of an invoice to be given up. `key` names this decision: told again, it is the same write-off."""

    invoice_id: int
    amount: Money
    reason: str
    key: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """The paper that proves a withholding to the tax authority."""

    number: str
    certified_on: date
