# SPDX-License-Identifier: Apache-2.0
"""Writing down an attempt to move money, before any gateway hears of it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TypeVar

from django.db import IntegrityError, transaction

from conserje.data.receivables.models import Checkout, CheckoutLine, Mandate
from conserje.domain.kit.money import Money, total
from conserje.domain.receivables import reference as references
from conserje.domain.receivables.allocation import Share
from conserje.services.receivables import locked
from conserje.services.receivables.refusals import AmountRefused, UnknownRow
from conserje.services.tenancy.act import step

_REFERENCES = len(references.ALPHABET) ** references.LENGTH
_DRAWS = 5
R = TypeVar("R", Checkout, Mandate)


@step
def checked(*, creditor_id: int, customer_id: int, shares: Sequence[Share]) -> Money:
    """The sum of `shares`, of invoices of this customer that have as much open; they stay locked.

    Raises `AmountRefused` when a share is more than its invoice has open or the shares are of several currencies, and
    `UnknownRow` for an invoice of somebody else.
    """
    invoices = locked.invoices(creditor_id=creditor_id, ids=[part.invoice_id for part in shares])
    for part in shares:
        invoice = invoices[part.invoice_id]
        if invoice.customer_id != customer_id:
            raise UnknownRow(f"Invoice {part.invoice_id} is not this customer's.")
        if invoice.currency != part.amount.currency or not 0 < part.amount.minor <= invoice.open_minor:
            raise AmountRefused(
                f"Invoice {part.invoice_id} has {invoice.open_minor} {invoice.currency} open."
            )
    currencies = {part.amount.currency for part in shares}
    if len(currencies) != 1 or len(invoices) != len(shares):
        raise AmountRefused("One payment is for one or more invoices of one currency, each named once.")
    return total((part.amount for part in shares), currency=currencies.pop())


@step
def create(*, creditor_id: int, row: Checkout, shares: Sequence[Share]) -> Checkout:
    """Store a new checkout with its lines under a reference of its own; its twin when somebody was faster."""
    made = named(creditor_id=creditor_id, row=row)
    if made is row:
        CheckoutLine.objects.bulk_create(
            CheckoutLine(
                creditor_id=creditor_id,
                checkout_id=row.id,
                invoice_id=part.invoice_id,
                amount_minor=part.amount.minor,
            )
            for part in shares
        )
    return made


@step
def named(*, creditor_id: int, row: R) -> R:
    """Store `row` under a drawn reference; the row that has its public id already, when there is one."""
    kind = type(row)
    for draw in range(_DRAWS):
        row.reference = references.from_number(number=secrets.randbelow(_REFERENCES))
        try:
            with transaction.atomic():
                row.save(force_insert=True)
            return row
        except IntegrityError:
            row.pk = None
            twin = kind.objects.filter(creditor_id=creditor_id, public_id=row.public_id).first()
            if twin is not None:
                return twin
            if draw == _DRAWS - 1:
                raise
    raise AssertionError
