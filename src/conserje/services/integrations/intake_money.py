# SPDX-License-Identifier: Apache-2.0
"""The money of a file: invoices opened, what was paid or withheld before, credit notes, and what is in dispute."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from conserje.data.arrangements.models import Dispute
from conserje.domain.kit.money import Money
from conserje.domain.ports.connector import BadRow, Field, FilePlan
from conserje.domain.receivables.adjustment import NewCreditNote, NewWithholding
from conserje.domain.receivables.allocation import Named
from conserje.domain.receivables.invoice import Due, NewInvoice
from conserje.domain.receivables.keys import match_key
from conserje.domain.receivables.payment import Received, Road, RoadName
from conserje.services.integrations.intake_compare import Comparison, Paid
from conserje.services.integrations.intake_lines import Told, ToldCredit, refused
from conserje.services.receivables import credit_note, invoice, payment, withholding
from conserje.services.tenancy.act import step

SOURCE = "import"
_KIND_WORD = re.compile(r"[^a-z]+")


@dataclass(frozen=True, slots=True)
class Written:
    """What was new in the money of the file; `customer_ids` are those whose books moved."""

    invoices: int
    payments: int
    withholdings: int
    credits: int
    disputes: int
    customer_ids: frozenset[int]
    bad: tuple[BadRow, ...]


@step
def write(
    *,
    creditor_id: int,
    found: Comparison,
    ids: Mapping[int, int],
    withheld_as: str,
    today: date,
    now: datetime,
) -> Written:
    """Write what `found` sorted; `ids` are customers by index, `withheld_as` names the kind of withheld tax."""
    opened = invoice.open_many(
        creditor_id=creditor_id, invoices=(_new(told, ids[told.customer]) for told in found.new), now=now
    )
    known = {**found.ids, **opened.ids}
    moves = list(found.paid)
    for told in found.new:
        moves.append(_first(told, known[ids[told.customer], told.number_key]))
    withheld = [
        NewWithholding(move.invoice_id, withheld_as, Money(move.told.row.currency, move.withheld))
        for move in moves
        if move.withheld
    ]
    if withheld:
        withholding.recognise_many(creditor_id=creditor_id, withheld=withheld, actor="system", now=now)
    payments, bad = _pay(creditor_id, [move for move in moves if move.paid], ids, today, now)
    credits_new = _credit(creditor_id, found.new_credits, ids, known, (today, now))
    disputes = _dispute(creditor_id, found.new, ids, known, now)
    moved = {ids[told.customer] for told in found.new} | {ids[move.told.customer] for move in found.paid}
    moved |= {ids[told.customer] for told in found.new_credits}
    return Written(
        len(opened.opened_ids), payments, len(withheld), credits_new, disputes, frozenset(moved), tuple(bad)
    )


def withholding_kind(plan: FilePlan) -> str:
    """The country's own word for the withheld tax, from the only column that holds one; several give "retenciones"."""
    headers = [
        column.header
        for sheet in plan.sheets
        for column in sheet.columns
        if column.field is Field.WITHHOLDING
    ]
    words = {_KIND_WORD.sub("_", match_key(text=header))[:30] for header in headers}
    return words.pop() if len(words) == 1 and "" not in words else "retenciones"


def _new(told: Told, customer_id: int) -> NewInvoice:
    row = told.row
    return NewInvoice(
        customer_id=customer_id,
        number=row.number[:80],
        total=Money(row.currency, told.figures.total),
        dues=tuple(Due(on, Money(row.currency, amount)) for on, amount in told.dues),
        issued_on=told.issued_on,
        purchase_order=row.purchase_order[:80],
        subject=row.subject[:240],
        net=None if told.net is None else Money(row.currency, told.net),
        tax=None if told.tax is None else Money(row.currency, told.tax),
    )


def _first(told: Told, invoice_id: int) -> Paid:
    return Paid(told, invoice_id, told.figures.withheld, told.figures.paid)


def _pay(
    creditor_id: int, moves: Sequence[Paid], ids: Mapping[int, int], today: date, now: datetime
) -> tuple[int, list[BadRow]]:
    """Record what the file shows as paid: told again on the same day with the same balance, it is the same payment."""
    if not moves:
        return 0, []
    by_identity: dict[str, Paid] = {}
    received = []
    for move in moves:
        identity = f"import:{today.isoformat()}:{move.invoice_id}:{move.told.figures.open}"
        by_identity[identity] = move
        amount = Money(move.told.row.currency, move.paid)
        received.append(
            Received(
                customer_id=ids[move.told.customer],
                source=SOURCE,
                external_id=identity,
                amount=amount,
                value_on=min(move.told.row.paid_on or today, today),
                roads=(Road(RoadName.IMPORT, identity),),
                named=(Named(move.invoice_id, amount),),
            )
        )
    recorded = payment.record_many(creditor_id=creditor_id, received=received, now=now)
    bad = []
    for identity in recorded.conflicts:
        row = by_identity[identity].told.row
        bad.append(refused(row, reason="payment_conflict", remedy="look_at_invoice", value=row.number))
    return recorded.new, bad


def _credit(
    creditor_id: int,
    told: Sequence[ToldCredit],
    ids: Mapping[int, int],
    known: Mapping[tuple[int, str], int],
    when: tuple[date, datetime],
) -> int:
    today, now = when
    notes = [
        NewCreditNote(
            customer_id=ids[credit.customer],
            number=credit.row.number[:80],
            issued_on=credit.row.issued_on or today,
            amount=Money(credit.row.currency, credit.amount),
            named=tuple(_named(credit, ids[credit.customer], known)),
        )
        for credit in told
    ]
    credit_note.issue_many(creditor_id=creditor_id, notes=notes, actor="system", now=now)
    return len(notes)


def _named(credit: ToldCredit, customer_id: int, known: Mapping[tuple[int, str], int]) -> Iterable[Named]:
    """The one invoice of the customer whose number stands in the text of the line, if any."""
    text = f"{credit.row.subject} {credit.row.purchase_order}"
    keys = {match_key(text=word) for word in text.split()} - {credit.number_key, ""}
    named = [known[customer_id, key] for key in sorted(keys) if (customer_id, key) in known]
    return [Named(named[0])] if len(named) == 1 else []


def _dispute(
    creditor_id: int,
    told: Sequence[Told],
    ids: Mapping[int, int],
    known: Mapping[tuple[int, str], int],
    now: datetime,
) -> int:
    """A line that says it is in dispute is left alone from the first day."""
    disputes = [
        Dispute(
            creditor_id=creditor_id,
            invoice_id=known[ids[item.customer], item.number_key],
            kind=SOURCE,
            words=item.row.facts.get("status_text", ""),
            opened_by="system",
            opened_at=now,
        )
        for item in told
        if item.row.facts.get("status") == "disputed" and item.figures.open
    ]
    Dispute.objects.bulk_create(disputes)
    return len(disputes)
