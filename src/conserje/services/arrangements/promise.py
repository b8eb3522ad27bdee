# SPDX-License-Identifier: Apache-2.0
"""Promises to pay: made, kept, broken, withdrawn. An open one leaves its amount alone until its date and grace pass."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from conserje.data.arrangements.models import PromiseToPay
from conserje.domain.kit.days import local_date
from conserje.services.arrangements import locked, owed
from conserje.services.journal import entry as journal
from conserje.services.outreach import local_day, review
from conserje.services.tenancy.act import act, keyed, step

LATEST_DAYS = 60
# How long after its date a promise still counts as kept.
GRACE_DAYS = 2


class Refused(ValueError):
    """The promise cannot be taken as given; says why and what to give instead."""


@keyed
@act
def make(
    *,
    creditor_id: int,
    customer_id: int,
    invoice_ids: Sequence[int],
    promised_on: date,
    through: str,
    now: datetime,
) -> list[int]:
    """Take the customer's word for a date, for these invoices or, with none, for everything. Raises `Refused`.

    An earlier open promise for the same invoices is withdrawn; the same word again is the same promise. `through` is
    "portal", "collector" or "reply".
    """
    locked.customer(creditor_id=creditor_id, customer_id=customer_id)
    today = local_day.today(creditor_id=creditor_id, customer_id=customer_id, now=now)
    days = (promised_on - today).days
    if days < 0:
        raise Refused("promise_in_the_past")
    if days > LATEST_DAYS:
        raise Refused("promise_too_late")
    wanted: list[int | None] = list(dict.fromkeys(invoice_ids)) or [None]
    former = PromiseToPay.objects.filter(creditor_id=creditor_id, customer_id=customer_id, state="open")
    if None not in wanted:
        former = former.filter(invoice_id__in=[item for item in wanted if item is not None])
    known = list(former.order_by("id"))
    if [(row.invoice_id, row.promised_on, row.made_through) for row in known] == [
        (item, promised_on, through) for item in wanted
    ]:
        return [row.id for row in known]
    former.update(state="withdrawn", closed_at=now)
    made = PromiseToPay.objects.bulk_create(
        [
            PromiseToPay(
                creditor_id=creditor_id,
                customer_id=customer_id,
                invoice_id=invoice_id,
                promised_on=promised_on,
                grace_days=GRACE_DAYS,
                made_through=through,
                made_by="customer" if through != "collector" else "person",
                made_at=now,
            )
            for invoice_id in wanted
        ]
    )
    ids = [promise.id for promise in made]
    _tell(creditor_id, customer_id, ids, "made", {"promised_on": promised_on}, now)
    return ids


@step
def judge_paid(*, creditor_id: int, customer_ids: Sequence[int], now: datetime) -> None:
    """After money moved: promises of which everything that was due by their day is paid are kept."""
    rows = list(
        PromiseToPay.objects.filter(creditor_id=creditor_id, customer_id__in=customer_ids, state="open")
    )
    if not rows:
        return
    words = [owed.About(row.customer_id, row.invoice_id, row.promised_on) for row in rows]
    settled = owed.settled(creditor_id=creditor_id, words=words)
    _close(creditor_id, [row for row, kept in zip(rows, settled, strict=True) if kept], "kept", now)


@act
def judge_due(*, creditor_id: int, now: datetime) -> int:
    """Promises whose date and grace have passed unpaid where the customer is are broken: they hold nothing any more."""
    passed = PromiseToPay.objects.filter(
        creditor_id=creditor_id, state="open", promised_on__lte=local_date(now, "UTC")
    )
    rows = list(passed)
    zones = local_day.zones(creditor_id=creditor_id, customer_ids=sorted({row.customer_id for row in rows}))
    broken = [
        row
        for row in rows
        if local_date(now, zones[row.customer_id]) > row.promised_on + timedelta(days=row.grace_days)
    ]
    _close(creditor_id, broken, "broken", now)
    return len(broken)


def _close(creditor_id: int, rows: Sequence[PromiseToPay], state: str, now: datetime) -> None:
    PromiseToPay.objects.filter(creditor_id=creditor_id, id__in=[row.id for row in rows]).update(
        state=state, closed_at=now
    )
    for row in rows:
        _tell(creditor_id, row.customer_id, [row.id], state, {}, now)


def _tell(
    creditor_id: int,
    customer_id: int,
    promise_ids: Sequence[int],
    what: str,
    payload: dict[str, object],
    now: datetime,
) -> None:
    journal.write(
        creditor_id=creditor_id,
        entries=[
            journal.NewEntry(
                at=now,
                kind=f"arrangements.promise.{what}",
                actor="customer" if what == "made" else "rule",
                customer_id=customer_id,
                subject_kind="promise",
                subject_id=promise_id,
                payload=payload,
            )
            for promise_id in promise_ids
        ],
    )
    review.wake_many(creditor_id=creditor_id, customer_ids=[customer_id], now=now, reason=f"promise.{what}")
