# SPDX-License-Identifier: Apache-2.0
"""Promises to pay: judged by policy, kept or broken. An open one leaves its amount alone through its day and grace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from conserje.data.arrangements.models import PromiseToPay
from conserje.domain.kit.days import local_date
from conserje.services.arrangements import locked, owed, policy
from conserje.services.journal import entry as journal
from conserje.services.outreach import local_day, review
from conserje.services.tenancy.act import act, keyed, step

_YEAR = timedelta(days=365)


class Refused(ValueError):
    """The promise cannot be taken as given; says why and what to give instead."""


@dataclass(frozen=True, slots=True)
class Word:
    """What was promised: the day, how it came (portal, collector, reply), by which rail the money travels, if said.

    `by` is "customer", or "person:<id>" of the collector who took it.
    """

    promised_on: date
    through: str
    rail: str = ""
    by: str = "customer"


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
    "portal" or "reply". Beyond policy only a person takes one, by `take`.
    """
    word = Word(promised_on, through)
    return _make(creditor_id, customer_id, invoice_ids, word, now)


@keyed
@act
def take(
    *, creditor_id: int, customer_id: int, invoice_ids: Sequence[int], word: Word, now: datetime
) -> list[int]:
    """`make` by a collector, who may take a promise also after others were broken. Raises `Refused`."""
    return _make(creditor_id, customer_id, invoice_ids, word, now)


def _make(
    creditor_id: int, customer_id: int, invoice_ids: Sequence[int], word: Word, now: datetime
) -> list[int]:
    locked.customer(creditor_id=creditor_id, customer_id=customer_id)
    rules = policy.in_force(creditor_id=creditor_id)
    today = local_day.today(creditor_id=creditor_id, customer_id=customer_id, now=now)
    days = (word.promised_on - today).days
    if days < 0:
        raise Refused("promise_in_the_past")
    if days > rules.promises.latest_days:
        raise Refused("promise_too_late")
    wanted: list[int | None] = list(dict.fromkeys(invoice_ids)) or [None]
    former = PromiseToPay.objects.filter(creditor_id=creditor_id, customer_id=customer_id, state="open")
    if None not in wanted:
        former = former.filter(invoice_id__in=[item for item in wanted if item is not None])
    known = list(former.order_by("id"))
    if [(row.invoice_id, row.promised_on, row.made_through) for row in known] == [
        (item, word.promised_on, word.through) for item in wanted
    ]:
        return [row.id for row in known]
    if word.by == "customer" and _broken(creditor_id, customer_id, now) >= rules.promises.broken_max:
        raise Refused("promise_by_person")
    former.update(state="withdrawn", closed_at=now)
    about = [owed.About(customer_id, item, word.promised_on) for item in wanted]
    due = owed.due_minor(creditor_id=creditor_id, words=about)
    made = PromiseToPay.objects.bulk_create(
        [
            PromiseToPay(
                creditor_id=creditor_id,
                customer_id=customer_id,
                invoice_id=invoice_id,
                promised_on=word.promised_on,
                grace_days=rules.grace(word.rail),
                rail=word.rail,
                due_then=minor,
                made_through=word.through,
                made_by=word.by,
                made_at=now,
            )
            for invoice_id, minor in zip(wanted, due, strict=True)
        ]
    )
    ids = [promise.id for promise in made]
    _tell(creditor_id, customer_id, ids, "made", {"promised_on": word.promised_on}, now, word.by)
    return ids


@step
def bounds(*, creditor_id: int) -> tuple[int, int]:
    """How many days ahead a promise may be, and after how many of grace it is broken when nobody says how they pay."""
    rules = policy.in_force(creditor_id=creditor_id)
    return rules.promises.latest_days, rules.grace()


def _broken(creditor_id: int, customer_id: int, now: datetime) -> int:
    """How many times in a year the customer's word was not kept; one word about several invoices is one."""
    rows = PromiseToPay.objects.filter(
        creditor_id=creditor_id, customer_id=customer_id, state="broken", closed_at__gt=now - _YEAR
    )
    return rows.values("made_at").distinct().count()


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
    """Promises whose date and grace have passed where the customer is hold nothing any more; answers how many.

    They are kept in part when some of what was due is paid, else broken; and contacts resume, kindly.
    """
    passed = PromiseToPay.objects.filter(
        creditor_id=creditor_id, state="open", promised_on__lte=local_date(now, "UTC")
    )
    open_ones = list(passed)
    zones = local_day.zones(
        creditor_id=creditor_id, customer_ids=sorted({row.customer_id for row in open_ones})
    )
    broken = [
        row
        for row in open_ones
        if local_date(now, zones[row.customer_id]) > row.promised_on + timedelta(days=row.grace_days)
    ]
    words = [owed.About(row.customer_id, row.invoice_id, row.promised_on) for row in broken]
    left = owed.due_minor(creditor_id=creditor_id, words=words)
    partly = [
        any(minor.get(code, 0) < due for code, due in row.due_then.items())
        for row, minor in zip(broken, left, strict=True)
    ]
    for state, wanted in (("partly_kept", True), ("broken", False)):
        rows = [row for row, some in zip(broken, partly, strict=True) if some is wanted]
        _close(creditor_id, rows, state, now)
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
    by: str = "rule",
) -> None:
    journal.write(
        creditor_id=creditor_id,
        entries=[
            journal.NewEntry(
                at=now,
                kind=f"arrangements.promise.{what}",
                actor=by,
                customer_id=customer_id,
                subject_kind="promise",
                subject_id=promise_id,
                payload=payload,
            )
            for promise_id in promise_ids
        ],
    )
    review.wake_many(creditor_id=creditor_id, customer_ids=[customer_id], now=now, reason=f"promise.{what}")
