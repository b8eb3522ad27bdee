# SPDX-License-Identifier: Apache-2.0
"""Rows of money held until the act ends.

Everybody takes them in one order, so that nobody waits in a circle: checkout, withholding, payment or credit
note, then invoices by id. FOR NO KEY UPDATE is enough: amounts change, keys do not.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import TypeVar

from conserje.data.receivables.models import CreditNote, Invoice, Payment
from conserje.data.tenancy.keys import TenantModel
from conserje.domain.kit.money import Money
from conserje.domain.receivables.allocation import OpenInvoice
from conserje.domain.receivables.posting import Rows, opened_on
from conserje.services.receivables.refusals import UnknownRow
from conserje.services.tenancy.act import step

M = TypeVar("M", bound=TenantModel)


@step
def row(*, creditor_id: int, model: type[M], row_id: int) -> M:
    """One row, locked. Raises `UnknownRow`."""
    found = (
        model._default_manager.select_for_update(no_key=True)
        .filter(creditor_id=creditor_id, id=row_id)
        .first()
    )
    if found is None:
        raise UnknownRow(f"There is no {model._meta.verbose_name} {row_id} in this creditor's books.")
    return found


@step
def invoices(*, creditor_id: int, ids: Collection[int]) -> dict[int, Invoice]:
    """The invoices with `ids` by id, locked in the order of ids. Raises `UnknownRow` when one is missing."""
    wanted = sorted(set(ids))
    rows = (
        Invoice.objects.select_for_update(no_key=True)
        .filter(creditor_id=creditor_id, id__in=wanted)
        .order_by("id")
    )
    found = {invoice.id: invoice for invoice in rows}
    if len(found) != len(wanted):
        missing = ", ".join(str(key) for key in wanted if key not in found)
        raise UnknownRow(f"There is no invoice {missing} in this creditor's books.")
    return found


@step
def open_invoices(*, creditor_id: int, customer_id: int, currency: str) -> dict[int, Invoice]:
    """All invoices of a customer with something open in `currency`, locked in the order of ids."""
    rows = (
        Invoice.objects.select_for_update(no_key=True)
        .filter(creditor_id=creditor_id, customer_id=customer_id, currency=currency, open_minor__gt=0)
        .order_by("id")
    )
    return {invoice.id: invoice for invoice in rows}


@step
def source(*, creditor_id: int, rows: Rows) -> Payment | CreditNote:
    """The payment or credit note that `rows` names, locked. Raises `UnknownRow`."""
    if rows.payment_id is not None:
        return row(creditor_id=creditor_id, model=Payment, row_id=rows.payment_id)
    return row(creditor_id=creditor_id, model=CreditNote, row_id=rows.credit_note_id or 0)


def as_open(*, invoice: Invoice) -> OpenInvoice:
    """The invoice as `share` needs it."""
    money = Money(invoice.currency, invoice.open_minor)
    return OpenInvoice(invoice.id, invoice.number_key, money, invoice.first_due_on)


def counts_from(*, invoice: Invoice) -> date:
    """The day from which the invoice stands in the Ledger."""
    return opened_on(
        issued_on=invoice.issued_on, first_due_on=invoice.first_due_on, today=invoice.created_at.date()
    )
