# SPDX-License-Identifier: Apache-2.0
"""What a file tells of each invoice against what the books know: what is new, what was paid, what a person must see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from conserje.domain.ports.connector import BadRow
from conserje.services.integrations.intake_lines import Lines, Told, ToldCredit, refused
from conserje.services.tenancy.act import step

_INVOICES = """
SELECT id, customer_id, number_key, currency, total_minor, open_minor, issued_on
  FROM receivables_invoice WHERE creditor_id = %s AND number_key = ANY(%s)"""

_WITHHELD = """
SELECT invoice_id, sum(amount_minor)::bigint FROM receivables_withholding
 WHERE creditor_id = %s AND invoice_id = ANY(%s) AND rejected_at IS NULL GROUP BY 1"""

_IMPORTED = """
SELECT a.invoice_id, sum(a.amount_minor)::bigint FROM receivables_allocation a
  JOIN receivables_payment p ON p.creditor_id = a.creditor_id AND p.id = a.payment_id AND p.source = 'import'
 WHERE a.creditor_id = %s AND a.invoice_id = ANY(%s) GROUP BY 1"""

_CREDITS = """
SELECT customer_id, number_key, currency, amount_minor FROM receivables_creditnote
 WHERE creditor_id = %s AND number_key = ANY(%s)"""


@dataclass(frozen=True, slots=True)
class KnownInvoice:
    """An invoice of the books. `elsewhere` is what lowered it other than earlier imports and withheld tax."""

    id: int
    customer_id: int
    currency: str
    total: int
    open: int
    issued_on: date | None
    withheld: int
    elsewhere: int


@dataclass(frozen=True, slots=True)
class Paid:
    """A known invoice that the file shows lower: by withheld tax, by money, or by both."""

    told: Told
    invoice_id: int
    withheld: int
    paid: int


@dataclass(slots=True)
class Comparison:
    """Every invoice and credit note of the file, sorted by what is to be done."""

    new: list[Told] = field(default_factory=list)
    unchanged: int = 0
    paid: list[Paid] = field(default_factory=list)
    behind: int = 0
    void: int = 0
    bad: list[BadRow] = field(default_factory=list)
    new_credits: list[ToldCredit] = field(default_factory=list)
    known_credits: int = 0
    ids: dict[tuple[int, str], int] = field(default_factory=dict)


@step
def compare(*, creditor_id: int, lines: Lines, customer_ids: Mapping[int, int | None]) -> Comparison:
    """Sort what the file tells. `customer_ids` gives the id of each customer of the file, None for a new one."""
    result = Comparison()
    known = _known(creditor_id, {told.number_key for told in lines.invoices})
    for told in lines.invoices:
        same_number = known.get(told.number_key, ())
        customer_id = customer_ids[told.customer]
        mine = next((k for k in same_number if k.customer_id == customer_id), None)
        if mine is not None:
            result.ids[mine.customer_id, told.number_key] = mine.id
            _against(result, told, mine)
        elif told.row.facts.get("status") == "void":
            result.void += 1
        elif any(_is_same(told, other) for other in same_number):
            reason, remedy = "number_of_other_customer", "correct_customer"
            result.bad.append(refused(told.row, reason=reason, remedy=remedy, value=told.row.number))
        else:
            result.new.append(told)
    _compare_credits(creditor_id, result, lines.credits, customer_ids)
    return result


def _against(result: Comparison, told: Told, known: KnownInvoice) -> None:
    sums = told.figures
    differs = told.row.currency != known.currency or (sums.total_stated and sums.total != known.total)
    if told.row.facts.get("status") == "void":
        if known.open:
            result.bad.append(_changed(told, "void_but_open"))
        else:
            result.void += 1
    elif differs:
        result.bad.append(_changed(told, "changed_total"))
    elif not sums.open_stated:
        fresh = sums.withheld if not known.withheld and sums.withheld <= known.open else 0
        if fresh:
            result.paid.append(Paid(told, known.id, fresh, 0))
        else:
            result.unchanged += 1
    else:
        _lower(result, told, known)


def _lower(result: Comparison, told: Told, known: KnownInvoice) -> None:
    """The balance as told against the balance as known, once withheld tax is taken out of both alike."""
    withheld = told.figures.withheld
    told_open = told.figures.open
    if withheld and known.withheld and withheld != known.withheld:
        result.bad.append(_changed(told, "changed_withholding"))
        return
    fresh = withheld if withheld and not known.withheld else 0
    if not withheld and known.withheld and told_open >= known.open + known.withheld:
        told_open -= known.withheld
    drop = known.open - fresh - told_open
    if drop == 0 and not fresh:
        result.unchanged += 1
    elif drop >= 0:
        result.paid.append(Paid(told, known.id, fresh, drop))
    elif -drop <= known.elsewhere:
        result.behind += 1
    else:
        result.bad.append(_changed(told, "open_amount_grew"))


def _changed(told: Told, reason: str) -> BadRow:
    return refused(told.row, reason=reason, remedy="look_at_invoice", value=told.row.number)


def _is_same(told: Told, other: KnownInvoice) -> bool:
    """Whether another customer's invoice of that number is so alike that one of the two names must be wrong."""
    dates_agree = told.issued_on is None or other.issued_on is None or told.issued_on == other.issued_on
    return told.row.currency == other.currency and told.figures.total == other.total and dates_agree


def _known(creditor_id: int, numbers: Iterable[str]) -> dict[str, list[KnownInvoice]]:
    found: dict[str, list[KnownInvoice]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_INVOICES, [creditor_id, list(numbers)])
        rows: list[Any] = cursor.fetchall()
        lowered = [row[0] for row in rows if row[4] != row[5]]
        cursor.execute(_WITHHELD, [creditor_id, lowered])
        withheld = dict(cursor.fetchall())
        cursor.execute(_IMPORTED, [creditor_id, lowered])
        imported = dict(cursor.fetchall())
    for row_id, customer_id, number_key, currency, total, still_open, issued_on in rows:
        kept = withheld.get(row_id, 0)
        elsewhere = total - still_open - kept - imported.get(row_id, 0)
        invoice = KnownInvoice(row_id, customer_id, currency, total, still_open, issued_on, kept, elsewhere)
        found.setdefault(number_key, []).append(invoice)
    return found


def _compare_credits(
    creditor_id: int, result: Comparison, told: Sequence[ToldCredit], customer_ids: Mapping[int, int | None]
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_CREDITS, [creditor_id, [credit.number_key for credit in told]])
        known = {(row[0], row[1]): (row[2], row[3]) for row in cursor.fetchall()}
    seen: set[tuple[int, str]] = set()
    for credit in told:
        if (credit.customer, credit.number_key) in seen:
            result.bad.append(
                refused(credit.row, reason="duplicate", remedy="delete_line", value=credit.row.number)
            )
            continue
        seen.add((credit.customer, credit.number_key))
        customer_id = customer_ids[credit.customer]
        facts = known.get((customer_id, credit.number_key)) if customer_id is not None else None
        if facts is None:
            result.new_credits.append(credit)
        elif facts == (credit.row.currency, credit.amount) or credit.amount < facts[1]:
            result.known_credits += 1
        else:
            reason = "changed_total"
            result.bad.append(
                refused(credit.row, reason=reason, remedy="look_at_invoice", value=credit.row.number)
            )
