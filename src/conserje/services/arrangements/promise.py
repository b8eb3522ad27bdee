# SPDX-License-Identifier: Apache-2.0
"""Promises to pay: made, kept, broken, withdrawn. An open one leaves its amount alone until its date and grace pass."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from conserje.data.arrangements.models import PromiseToPay
from conserje.services.journal import entry as journal
from conserje.services.outreach import review
from conserje.services.tenancy.act import act, step

LATEST_DAYS = 60
# How long after its date a promise still counts as kept.
GRACE_DAYS = 2


class Refused(ValueError):
    """The promise cannot be taken as given; says why and what to give instead."""


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

    An earlier open promise for the same invoices is withdrawn. `through` is "portal", "collector" or "reply".
    """
    days = (promised_on - now.date()).days
    if days < 0:
        raise Refused("promise_in_the_past")
    if days > LATEST_DAYS:
        raise Refused("promise_too_late")
    wanted: list[int | None] = list(dict.fromkeys(invoice_ids)) or [None]
    former = PromiseToPay.objects.filter(creditor_id=creditor_id, customer_id=customer_id, state="open")
    if None not in wanted:
        former = former.filter(invoice_id__in=[item for item in wanted if item is not None])
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
def judge_paid(
    *, creditor_id: int, customer_ids: Sequence[int], closed_invoice_ids: Sequence[int], now: datetime
) -> None:
    """After money moved: promises for invoices that are now closed, or for customers who owe nothing, are kept."""
    rows = PromiseToPay.objects.filter(creditor_id=creditor_id, customer_id__in=customer_ids, state="open")
    kept = rows.filter(invoice_id__in=closed_invoice_ids) | rows.filter(invoice__isnull=True).exclude(
        customer__invoices__open_minor__gt=0
    )
    found = list(kept.distinct().values_list("id", "customer_id"))
    PromiseToPay.objects.filter(creditor_id=creditor_id, id__in=[row[0] for row in found]).update(
        state="kept", closed_at=now
    )
    for promise_id, customer_id in found:
        _tell(creditor_id, customer_id, [promise_id], "kept", {}, now)


@act
def judge_due(*, creditor_id: int, now: datetime) -> int:
    """Promises whose date and grace have passed unpaid are broken; their customers are looked at again."""
    rows = PromiseToPay.objects.filter(creditor_id=creditor_id, state="open").values_list(
        "id", "customer_id", "promised_on", "grace_days"
    )
    broken = [(row[0], row[1]) for row in rows if (now.date() - row[2]).days > row[3] + 1]
    PromiseToPay.objects.filter(creditor_id=creditor_id, id__in=[row[0] for row in broken]).update(
        state="broken", closed_at=now
    )
    for promise_id, customer_id in broken:
        _tell(creditor_id, customer_id, [promise_id], "broken", {}, now)
    return len(broken)


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
