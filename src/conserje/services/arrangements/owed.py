# SPDX-License-Identifier: Apache-2.0
"""Whether what somebody gave their word about is paid: the parts that were due by the day they spoke of."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from conserje.data.outreach import dues as open_dues
from conserje.data.receivables.models import Invoice
from conserje.domain.outreach.case import Due
from conserje.services.tenancy.act import step


@dataclass(frozen=True, slots=True)
class About:
    """Whose word it was, about which invoice (None: everything), and through which due day it counts."""

    customer_id: int
    invoice_id: int | None
    due_by: date


@step
def settled(*, creditor_id: int, words: Sequence[About]) -> list[bool]:
    """For each word, in order, whether nothing of what it was about is open any more.

    An invoice of which nothing was due by that day is settled only when it is closed.
    """
    customers = sorted({item.customer_id for item in words})
    dues = open_dues.of_customers(creditor_id=creditor_id, customer_ids=customers)
    named = {item.invoice_id for item in words if item.invoice_id is not None}
    first = dict(
        Invoice.objects.filter(creditor_id=creditor_id, id__in=named).values_list("id", "first_due_on")
    )
    return [_settled(item, dues.get(item.customer_id, ()), first) for item in words]


def _settled(word: About, dues: Collection[Due], first: dict[int, date]) -> bool:
    if word.invoice_id is None:
        return all(due.due_on > word.due_by for due in dues)
    mine = [due for due in dues if due.invoice_id == word.invoice_id]
    some_was_due = first[word.invoice_id] <= word.due_by
    return not mine or (some_was_due and all(due.due_on > word.due_by for due in mine))


@step
def due_minor(*, creditor_id: int, words: Sequence[About]) -> list[dict[str, int]]:
    """For each word, in order, what is open now of what it is about, by currency in minor units."""
    customers = sorted({item.customer_id for item in words})
    dues = open_dues.of_customers(creditor_id=creditor_id, customer_ids=customers)
    return [_minor(item, dues.get(item.customer_id, ())) for item in words]


def _minor(word: About, dues: Collection[Due]) -> dict[str, int]:
    mine = [due for due in dues if word.invoice_id in (None, due.invoice_id)]
    was_due = [due for due in mine if due.due_on <= word.due_by]
    found: dict[str, int] = {}
    # Of an invoice of which nothing was due by that day, all of it was promised.
    for due in was_due if was_due or word.invoice_id is None else mine:
        found[due.currency] = found.get(due.currency, 0) + due.open_minor
    return found
