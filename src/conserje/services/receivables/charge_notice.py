# SPDX-License-Identifier: Apache-2.0
"""Invoices that are charged by a mandate: announced to the customer some business days before, then due, once each.

Whoever stops an announced charge, ends the mandate, pays, disputes or promises meanwhile is not charged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from conserje.data.receivables.models import ChargeNotice, Invoice, InvoiceDue, Mandate
from conserje.domain.kit.days import business_days_after, local_date
from conserje.domain.kit.money import Money
from conserje.domain.outreach.case import Case, Due
from conserje.domain.receivables.allocation import Share
from conserje.domain.receivables.charge import ChargeCause, ChargeOrder
from conserje.domain.receivables.mandate import LATE_DAYS, NOTICE_BUSINESS_DAYS
from conserje.services.journal import entry
from conserje.services.outreach import local_day, telling
from conserje.services.receivables import locked, refused_card
from conserje.services.receivables.refusals import UnknownRow
from conserje.services.recovery import failure
from conserje.services.tenancy.act import act, keyed, step

_PREFIX = "notice:"
_INSERT = """
INSERT INTO receivables_chargenotice (creditor_id, mandate_id, cause, cause_ref, charge_on, currency, amount_minor,
       told_at)
SELECT %(creditor)s, w.mandate_id, %(cause)s, w.invoice_id, w.charge_on, w.currency, w.minor, %(now)s
  FROM unnest(%(mandates)s::bigint[], %(invoices)s::bigint[], %(days)s::date[], %(currencies)s::text[],
              %(minors)s::bigint[]) AS w(mandate_id, invoice_id, charge_on, currency, minor)
ON CONFLICT (creditor_id, mandate_id, cause, cause_ref, charge_on) DO NOTHING
RETURNING id, mandate_id, cause_ref, charge_on, currency, amount_minor"""


@dataclass(frozen=True, slots=True)
class Announced:
    """A charge that the customer was told of. `number` is the invoice's; at most `amount`, not before `charge_on`."""

    id: int
    number: str
    amount: Money
    charge_on: date


@act
def announce_due(*, creditor_id: int, now: datetime) -> int:
    """Announce what falls due soon for mandates that cover invoices; returns how many charges were announced."""
    found = Mandate.objects.filter(creditor_id=creditor_id, state="active", covers_invoices=True)
    found = refused_card.without(creditor_id=creditor_id, rows=found)
    mandates = list(found.filter(Exists(_untold(creditor_id, now))).order_by("id"))
    if not mandates:
        return 0
    ids = sorted({row.customer_id for row in mandates})
    cases = telling.cases(creditor_id=creditor_id, customer_ids=ids, now=now)
    told = _told(creditor_id, ids)
    resting = failure.taken_on(creditor_id=creditor_id, customer_ids=ids)
    wanted = [
        new
        for row in mandates
        for new in _wanted(row, cases[row.customer_id], told[row.customer_id], resting, now)
    ]
    _write(creditor_id, {row.id: row for row in mandates}, wanted, now)
    return len(wanted)


@step
def announced(*, creditor_id: int, customer_id: int) -> tuple[Announced, ...]:
    """Charges that a customer was told of and that were neither made nor stopped, the next first."""
    rows = _standing(creditor_id).filter(mandate__customer_id=customer_id)
    found = list(rows.order_by("charge_on", "id"))
    numbers = _numbers(creditor_id, found)
    return tuple(
        Announced(
            row.id, numbers.get(row.cause_ref, ""), Money(row.currency, row.amount_minor), row.charge_on
        )
        for row in found
    )


@keyed
@act
def stop(*, creditor_id: int, customer_id: int, notice_id: int, now: datetime) -> None:
    """The customer stops one announced charge; the mandate stays. Raises `UnknownRow` for another customer's."""
    row = locked.row(creditor_id=creditor_id, model=ChargeNotice, row_id=notice_id)
    if row.mandate.customer_id != customer_id:
        raise UnknownRow("There is no such announced charge.")
    if row.stopped_at is None:
        row.stopped_at = now
        row.save(update_fields=["stopped_at"])
        said = _Said(row.cause_ref, row.currency, row.amount_minor, row.charge_on)
        told = _entry(row.id, said, customer_id, ("stopped", "customer"), now)
        entry.write(creditor_id=creditor_id, entries=[told])


@step
def orders_due(*, creditor_id: int, now: datetime) -> list[ChargeOrder]:
    """What was announced and may be charged today, where each customer is: no more than is open, nor than was told."""
    rows = list(_standing(creditor_id).filter(charge_on__lte=now.date() + timedelta(days=1)).order_by("id"))
    ids = sorted({row.mandate.customer_id for row in rows})
    zones = local_day.zones(creditor_id=creditor_id, customer_ids=ids)
    opened = dict(
        Invoice.objects.filter(creditor_id=creditor_id, id__in=[row.cause_ref for row in rows]).values_list(
            "id", "open_minor"
        )
    )
    numbers = _numbers(creditor_id, rows)
    orders = []
    for row in rows:
        today = local_date(now, zones[row.mandate.customer_id])
        minor = min(row.amount_minor, opened.get(row.cause_ref, 0))
        if minor > 0 and row.charge_on <= today <= row.charge_on + timedelta(days=LATE_DAYS):
            orders.append(
                ChargeOrder(
                    mandate_id=row.mandate_id,
                    customer_id=row.mandate.customer_id,
                    key=_key(row),
                    cause=ChargeCause.INVOICE,
                    ref=row.cause_ref,
                    shares=(Share(row.cause_ref, Money(row.currency, minor)),),
                    description=numbers.get(row.cause_ref, ""),
                )
            )
    return orders


@act
def made(*, creditor_id: int, order: ChargeOrder, now: datetime) -> None:
    """Note that the charge of an announcement was asked for, whatever came of it: it is announced no more."""
    number = order.key.removeprefix(_PREFIX)
    rows = ChargeNotice.objects.filter(creditor_id=creditor_id, id=int(number), made_at=None)
    rows.update(made_at=now)


class _Told(NamedTuple):
    """What was announced of an invoice before, by which mandate."""

    mandate_id: int
    invoice_id: int
    charge_on: date
    stopped: bool
    made: bool


class _New(NamedTuple):
    """What is announced now."""

    mandate_id: int
    invoice_id: int
    charge_on: date
    minor: int


def _told(creditor_id: int, customer_ids: Sequence[int]) -> Mapping[int, list[_Told]]:
    rows = ChargeNotice.objects.filter(
        creditor_id=creditor_id, mandate__customer_id__in=customer_ids, cause=ChargeCause.INVOICE.value
    )
    found: dict[int, list[_Told]] = defaultdict(list)
    for customer_id, mandate_id, ref, on, stopped_at, made_at in rows.order_by("charge_on").values_list(
        "mandate__customer_id", "mandate_id", "cause_ref", "charge_on", "stopped_at", "made_at"
    ):
        found[customer_id].append(_Told(mandate_id, ref, on, stopped_at is not None, made_at is not None))
    return found


def _wanted(
    row: Mandate, case: Case, told: Sequence[_Told], taken: set[int], now: datetime
) -> Iterator[_New]:
    today = local_date(now, case.zone)
    soonest = business_days_after(today, NOTICE_BUSINESS_DAYS)
    known = {
        one.invoice_id: one.charge_on
        for one in told
        if one.made
        or (one.stopped and one.mandate_id == row.id)
        or (not one.stopped and one.charge_on >= today - timedelta(days=LATE_DAYS))
    }
    resting = {
        block.invoice_id for block in case.blocks if block.until is None or block.until >= today
    } | taken
    wanted: dict[int, tuple[int, date]] = {}
    for due in case.dues:
        if due.currency == row.currency and due.due_on <= soonest and _is_free(due, known, resting):
            minor, on = wanted.get(due.invoice_id, (0, soonest))
            wanted[due.invoice_id] = (minor + due.open_minor, max(on, due.due_on))
    for invoice_id, (minor, on) in wanted.items():
        yield _New(row.id, invoice_id, on, minor)


def _write(creditor_id: int, mandates: Mapping[int, Mandate], wanted: Sequence[_New], now: datetime) -> None:
    """The notices and their journal, in two statements."""
    if not wanted:
        return
    asked: dict[str, Any] = {
        "creditor": creditor_id,
        "cause": ChargeCause.INVOICE.value,
        "now": now,
        "mandates": [one.mandate_id for one in wanted],
        "invoices": [one.invoice_id for one in wanted],
        "days": [one.charge_on for one in wanted],
        "currencies": [mandates[one.mandate_id].currency for one in wanted],
        "minors": [one.minor for one in wanted],
    }
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, asked)
        made = cursor.fetchall()
    entries = [
        _entry(
            row_id,
            _Said(invoice_id, currency, minor, on),
            mandates[mandate_id].customer_id,
            ("told", "rule"),
            now,
        )
        for row_id, mandate_id, invoice_id, on, currency, minor in made
    ]
    entry.write(creditor_id=creditor_id, entries=entries)


def _is_free(due: Due, known: Mapping[int, date], resting: set[int | None]) -> bool:
    """Not left alone, no part of a plan, and due later than what was announced of its invoice before."""
    told_through = known.get(due.invoice_id)
    later = told_through is None or due.due_on > told_through
    return later and due.late_after is None and due.invoice_id not in resting and None not in resting


def _untold(creditor_id: int, now: datetime) -> QuerySet[InvoiceDue]:
    """For a mandate: parts of open invoices that fall due soon and were not announced, or too long ago."""
    horizon = business_days_after(now.date() + timedelta(days=1), NOTICE_BUSINESS_DAYS)
    ended = Q(stopped_at__isnull=False) | Q(made_at__isnull=False)
    told = ChargeNotice.objects.filter(
        ended | Q(charge_on__gte=now.date() - timedelta(days=LATE_DAYS)),
        creditor_id=creditor_id,
        cause=ChargeCause.INVOICE.value,
        cause_ref=OuterRef("invoice_id"),
        charge_on__gte=OuterRef("due_on"),
    )
    return InvoiceDue.objects.filter(
        ~Exists(told),
        creditor_id=creditor_id,
        invoice__creditor_id=creditor_id,
        invoice__customer_id=OuterRef("customer_id"),
        invoice__currency=OuterRef("currency"),
        invoice__open_minor__gt=0,
        due_on__lte=horizon,
    )


def _standing(creditor_id: int) -> QuerySet[ChargeNotice]:
    """Announced, not stopped, not made: by mandates in force."""
    chargeable = refused_card.without(
        creditor_id=creditor_id, rows=Mandate.objects.filter(creditor_id=creditor_id, state="active")
    )
    rows = ChargeNotice.objects.filter(
        creditor_id=creditor_id, stopped_at=None, made_at=None, mandate__in=chargeable
    )
    return rows.select_related("mandate")


def _numbers(creditor_id: int, rows: list[ChargeNotice]) -> Mapping[int, str]:
    found = Invoice.objects.filter(creditor_id=creditor_id, id__in=[row.cause_ref for row in rows])
    return dict(found.values_list("id", "number"))


def _key(row: ChargeNotice) -> str:
    return f"{_PREFIX}{row.id}"


class _Said(NamedTuple):
    """What a notice says."""

    invoice_id: int
    currency: str
    minor: int
    charge_on: date


def _entry(
    row_id: int, said: _Said, customer_id: int, what: tuple[str, str], now: datetime
) -> entry.NewEntry:
    word, actor = what
    return entry.NewEntry(
        at=now,
        kind=f"receivables.charge.{word}",
        actor=actor,
        customer_id=customer_id,
        subject_kind="charge_notice",
        subject_id=row_id,
        payload={
            "invoice": said.invoice_id,
            "currency": said.currency,
            "minor": said.minor,
            "charge_on": said.charge_on.isoformat(),
        },
    )
