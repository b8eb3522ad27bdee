# SPDX-License-Identifier: Apache-2.0
"""Fiscal papers to be made (nota crédito, CFDI de egreso): a task until somebody records the number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from conserje.data.receivables.models import CreditNote, FiscalTask
from conserje.data.tenancy.models import Creditor
from conserje.domain.kit.money import Money
from conserje.domain.receivables.keys import match_key
from conserje.services.journal import entry
from conserje.services.receivables import locked
from conserje.services.receivables.refusals import AlreadySettled, PaymentConflict
from conserje.services.tenancy.act import act, keyed, step

LONGEST_NUMBER = 80


@dataclass(frozen=True, slots=True)
class Cause:
    """What lowered the invoice: one of the two."""

    credit_note_id: int | None = None
    write_off_id: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """One task. `country` is the creditor's, whose tax office wants the paper; `number` is empty while it is open."""

    id: int
    customer_id: int
    customer: str
    invoice: str
    amount: Money
    country: str
    opened_at: datetime
    number: str
    recorded_at: datetime | None


@step
def open_(*, creditor_id: int, invoice_id: int, cause: Cause, amount_minor: int, now: datetime) -> int:
    """Remember that an invoice was lowered without money; the same cause again is the same task."""
    row, _is_new = FiscalTask.objects.get_or_create(
        creditor_id=creditor_id,
        invoice_id=invoice_id,
        credit_note_id=cause.credit_note_id,
        write_off_id=cause.write_off_id,
        defaults={"amount_minor": amount_minor, "opened_at": now},
    )
    return row.id


@keyed
@act
def record(*, creditor_id: int, task_id: int, number: str, by: str, now: datetime) -> None:
    """Write down the number of the paper, which its credit note then has; the same number again changes nothing.

    Raises `AlreadySettled` when another one is there, `PaymentConflict` when the customer has a credit note of that
    number, `ValueError` without a number, and `UnknownRow`.
    """
    given = number.strip()[:LONGEST_NUMBER]
    if not match_key(text=given):
        raise ValueError("A fiscal paper has a number.")
    row = locked.row(creditor_id=creditor_id, model=FiscalTask, row_id=task_id)
    if row.recorded_at is not None:
        if row.number == given:
            return
        raise AlreadySettled(f"Task {task_id} has the number {row.number}.")
    row.number, row.recorded_at, row.recorded_by = given, now, by
    row.save(update_fields=["number", "recorded_at", "recorded_by"])
    if row.credit_note_id is not None:
        _name(creditor_id, row.credit_note_id, given)
    new = entry.NewEntry(
        at=now,
        kind="receivables.fiscal_task.recorded",
        actor=by,
        subject_kind="fiscal_task",
        subject_id=row.id,
        payload={"invoice": row.invoice_id, "minor": row.amount_minor},
    )
    entry.write(creditor_id=creditor_id, entries=[new])


def _name(creditor_id: int, note_id: int, number: str) -> None:
    """The note of an agreement gets the number it has at the tax office, so that an import of it finds it there."""
    note = locked.row(creditor_id=creditor_id, model=CreditNote, row_id=note_id)
    note.number, note.number_key = number, match_key(text=number)
    try:
        with transaction.atomic():
            note.save(update_fields=["number", "number_key"])
    except IntegrityError as error:
        raise PaymentConflict(
            f"The customer has another credit note {number}: look which of the two is real."
        ) from error


@step
def waiting(*, creditor_id: int) -> tuple[Standing, ...]:
    """Every open task, the oldest first, then the latest recorded ones."""
    tasks = FiscalTask.objects.filter(creditor_id=creditor_id).select_related("invoice__customer")
    still = list(tasks.filter(recorded_at=None).order_by("opened_at", "id"))
    done = list(tasks.exclude(recorded_at=None).order_by("-recorded_at", "-id")[:50])
    country = Creditor.objects.values_list("country", flat=True).get(id=creditor_id)
    return tuple(_standing(row, country) for row in (*still, *done))


def _standing(row: FiscalTask, country: str) -> Standing:
    return Standing(
        id=row.id,
        customer_id=row.invoice.customer_id,
        customer=row.invoice.customer.name,
        invoice=row.invoice.number,
        amount=Money(row.invoice.currency, row.amount_minor),
        country=country,
        opened_at=row.opened_at,
        number=row.number,
        recorded_at=row.recorded_at,
    )
