# SPDX-License-Identifier: Apache-2.0
"""What was decided on lines of the bank: written with who, when, score and reasons, and read again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

from conserje.data.receivables.models import BankDecision, BankLine
from conserje.domain.kit.money import Money
from conserje.domain.receivables.allocation import Share
from conserje.domain.receivables.candidates import Credit
from conserje.domain.receivables.match_reason import Reason
from conserje.domain.receivables.matching import LineState, Match, MatchKind
from conserje.domain.receivables.withheld import Withheld
from conserje.services.journal import entry
from conserje.services.receivables.staging import stage
from conserje.services.tenancy.act import step

_GIVEN: Final = {
    "line_id": "bigint",
    "state": "text",
    "kind": "text",
    "score": "smallint",
    "reasons": "text",
    "customer_id": "bigint",
    "payment_id": "bigint",
    "made_payment": "boolean",
    "shares": "text",
    "withheld": "text",
    "payments": "text",
    "reference": "text",
    "note": "text",
    "decided_by": "text",
}
_WRITE: Final = """
WITH made AS (
    INSERT INTO receivables_bankdecision (creditor_id, line_id, state, kind, score, reasons, customer_id, payment_id,
           made_payment, shares, withheld, payments, reference, note, decided_by, decided_at)
    SELECT %(creditor)s, line_id, state, kind, score, reasons::jsonb, customer_id, payment_id, made_payment,
           shares::jsonb, withheld::jsonb, payments::jsonb, reference, note, decided_by, %(now)s FROM given_decision
    RETURNING line_id, state)
UPDATE receivables_bankline l SET state = made.state FROM made
 WHERE l.creditor_id = %(creditor)s AND l.id = made.line_id AND l.state <> made.state"""


@dataclass(frozen=True, slots=True)
class NewDecision:
    """A decision on a line, `match` with the state it comes to, which may be less than its score would give."""

    line_id: int
    match: Match
    state: LineState
    by: str
    payment_id: int | None = None
    is_made: bool = False
    note: str = ""


@step
def write(*, creditor_id: int, decisions: Sequence[NewDecision], now: datetime) -> None:
    """Add decisions and set the states of their lines, in a fixed number of statements, each with its journal entry."""
    if not decisions:
        return
    stage(name="given_decision", columns=_GIVEN, rows=(_row(item) for item in decisions))
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, {"creditor": creditor_id, "now": now})
    entry.write(creditor_id=creditor_id, entries=[_entry(item, now) for item in decisions])


@step
def latest(*, creditor_id: int, line_id: int) -> BankDecision | None:
    """The decision that holds."""
    rows = BankDecision.objects.filter(creditor_id=creditor_id, line_id=line_id)
    return rows.order_by("-id").first()


def as_credit(*, row: BankLine) -> Credit:
    """A line as it is judged."""
    return Credit(
        key=row.key,
        amount=Money(row.currency, row.amount_minor),
        value_on=row.value_on,
        text=row.text,
        end_to_end_id=row.end_to_end_id,
        payer_name=row.payer_name,
        payer_account=row.payer_account,
        payer_tax_id=row.payer_tax_id,
        is_return=row.is_return,
    )


def as_match(*, row: BankDecision, currency: str) -> Match:
    """A decision as the match it was made of."""
    return Match(
        score=row.score,
        reasons=tuple(Reason(word) for word in row.reasons),
        shares=tuple(Share(invoice_id, Money(currency, minor)) for invoice_id, minor in row.shares),
        kind=MatchKind(row.kind),
        customer_id=row.customer_id,
        withheld=tuple((invoice_id, Withheld(kind, minor)) for invoice_id, kind, minor in row.withheld),
        payment_ids=tuple(row.payments),
        reference=row.reference,
    )


def _row(item: NewDecision) -> tuple[Any, ...]:
    match = item.match
    return (
        item.line_id,
        item.state.value,
        match.kind.value,
        match.score,
        json.dumps([reason.value for reason in match.reasons]),
        match.customer_id,
        item.payment_id,
        item.is_made,
        json.dumps([[part.invoice_id, part.amount.minor] for part in match.shares]),
        json.dumps([[invoice_id, part.kind, part.minor] for invoice_id, part in match.withheld]),
        json.dumps(list(match.payment_ids)),
        match.reference,
        item.note[:240],
        item.by,
    )


def _entry(item: NewDecision, now: datetime) -> entry.NewEntry:
    payload: dict[str, Any] = {
        "score": item.match.score,
        "kind": item.match.kind.value,
        "reasons": [reason.value for reason in item.match.reasons],
        "shares": [{"invoice": part.invoice_id, "minor": part.amount.minor} for part in item.match.shares],
    }
    if item.payment_id is not None:
        payload["payment"] = item.payment_id
    return entry.NewEntry(
        at=now,
        kind=f"receivables.bank_line.{item.state.value}",
        actor=item.by,
        customer_id=item.match.customer_id,
        subject_kind="bank_line",
        subject_id=item.line_id,
        payload=payload,
    )
