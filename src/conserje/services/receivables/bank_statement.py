# SPDX-License-Identifier: Apache-2.0
"""A file of the bank: read, its lines kept once whatever periods overlap, matched, and what is certain applied."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.db import connection

from conserje.domain.kit.money import Money
from conserje.domain.kit.text import compact
from conserje.domain.ports.registry import statement_readers
from conserje.domain.ports.statement import (
    HEAD_BYTES,
    Assumed,
    Statement,
    StatementLine,
    StatementRefused,
    Unfit,
    content_of,
)
from conserje.domain.receivables.candidates import Credit
from conserje.domain.receivables.matching import LineState, match_all
from conserje.services.journal import entry
from conserje.services.receivables import bank_apply, bank_candidates, bank_decision, freshness
from conserje.services.receivables.bank_apply import Applied, Decided
from conserje.services.receivables.bank_decision import NewDecision
from conserje.services.receivables.staging import learn_sizes, stage
from conserje.services.tenancy.act import act, step

_LINE: Final = {
    "position": "smallint",
    "key": "text",
    "booked_on": "date",
    "value_on": "date",
    "currency": "text",
    "amount_minor": "bigint",
    "text": "text",
    "bank_reference": "text",
    "end_to_end_id": "text",
    "payer_name": "text",
    "payer_account": "text",
    "payer_tax_id": "text",
    "is_return": "boolean",
}
_STATEMENT: Final = """
INSERT INTO receivables_bankstatement (creditor_id, reader, bank_account, currency, opening_minor, closing_minor,
       closed_on, content_hash, position, brought_by, brought_at)
VALUES (%(creditor)s, %(reader)s, %(own)s, %(currency)s, %(opening)s, %(closing)s, %(closed_on)s, %(hash)s,
        %(position)s, %(by)s, %(now)s)
ON CONFLICT (creditor_id, content_hash, position) DO NOTHING"""
_LINES: Final = """
INSERT INTO receivables_bankline (creditor_id, statement_id, key, booked_on, value_on, currency, amount_minor, text,
       bank_reference, end_to_end_id, payer_name, payer_account, payer_tax_id, is_return, state)
SELECT %(creditor)s, s.id, g.key, g.booked_on, g.value_on, g.currency, g.amount_minor, g.text, g.bank_reference,
       g.end_to_end_id, g.payer_name, g.payer_account, g.payer_tax_id, g.is_return, 'queued'
  FROM given_bank_line g
  JOIN receivables_bankstatement s
    ON s.creditor_id = %(creditor)s AND s.content_hash = %(hash)s AND s.position = g.position
 ORDER BY g.key
ON CONFLICT (creditor_id, key) DO NOTHING RETURNING id, key"""


@dataclass(frozen=True, slots=True)
class BankFile:
    """A file that was read: by which reader, the hash of its bytes, and its statements."""

    reader: str
    content_hash: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Brought:
    """What a file came to: lines in it, those that are new by state, and how much of each currency was applied."""

    lines: int
    new: int
    states: dict[str, int]
    applied: tuple[Money, ...]
    closed_on: date | None


def read(*, path: Path, assumed: Assumed) -> BankFile:
    """Read a file by what it is, never by what it is called. Raises `StatementRefused` and `FileRefused`.

    Touches no table. A statement whose balances contradict its lines is refused whole.
    """
    content = content_of(path)
    head = content[:HEAD_BYTES]
    reader = next((one for one in statement_readers.all() if one.recognises(head)), None)
    if reader is None:
        raise StatementRefused(Unfit.UNKNOWN_FORMAT)
    statements = reader.statements(path, assumed=assumed)
    if any(statement.adds_up is False for statement in statements):
        raise StatementRefused(Unfit.DOES_NOT_ADD_UP)
    return BankFile(reader.name, hashlib.sha256(content).hexdigest(), statements)


@act
def bring(*, creditor_id: int, file: BankFile, by: str, now: datetime) -> Brought:
    """Keep the lines of a file that are new, match them, apply what is certain. The same file again adds nothing.

    As many statements for ten lines as for ten thousand. The freshness of each account follows its closing date.
    """
    brought = bring_in(creditor_id=creditor_id, file=file, by=by, now=now)
    for statement in file.statements:
        if statement.closed_on is not None:
            # The day on which a file was made may bring further lines.
            through = min(statement.closed_on, now.date() - timedelta(days=1))
            source = f"bank:{compact(statement.bank_account)[-30:]}"
            freshness.advance(creditor_id=creditor_id, source=source, through=through, now=now)
    return brought


@step
def bring_in(*, creditor_id: int, file: BankFile, by: str, now: datetime) -> Brought:
    """`bring` without what it says of freshness, inside an act."""
    lines = {line.key: line for statement in file.statements for line in statement.lines if line.amount}
    new = _keep(creditor_id, file, by, now)
    credits_ = [_credit(lines[key]) for key in new]
    gathered = bank_candidates.gather(creditor_id=creditor_id, lines=credits_)
    found = match_all(credits_, candidates=gathered.candidates)
    certain = [
        Decided(line, found[line.key], "rule")
        for line in credits_
        if found[line.key].state is LineState.MATCHED
    ]
    applied = bank_apply.apply_many(
        creditor_id=creditor_id, decided=certain, attempted=gathered.attempted, now=now
    )
    decisions = []
    for key, line_id in new.items():
        done = applied.get(key, Applied(found[key]))
        decisions.append(
            NewDecision(line_id, done.match, done.match.state, "rule", done.payment_id, done.is_made)
        )
    bank_decision.write(creditor_id=creditor_id, decisions=decisions, now=now)
    states = Counter(item.state.value for item in decisions)
    moved = [lines[key].amount for key, done in applied.items() if done.match.state is LineState.MATCHED]
    days = [statement.closed_on for statement in file.statements if statement.closed_on]
    brought = Brought(len(lines), len(new), dict(states), _totals(moved), max(days, default=None))
    if new:
        payload = {"lines": len(lines), "new": len(new), **states}
        told = entry.NewEntry(at=now, kind="receivables.bank.brought", actor=by, payload=payload)
        entry.write(creditor_id=creditor_id, entries=[told])
    return brought


def _keep(creditor_id: int, file: BankFile, by: str, now: datetime) -> dict[str, int]:
    """Write the statements and those of their lines that are new; the ids of these by key."""
    rows = (
        _row(position, line)
        for position, statement in enumerate(file.statements)
        for line in statement.lines
        if line.amount
    )
    stage(name="given_bank_line", columns=_LINE, rows=rows)
    with connection.cursor() as cursor:
        cursor.executemany(
            _STATEMENT,
            [
                _told(creditor_id, file, position, statement, by, now)
                for position, statement in enumerate(file.statements)
            ],
        )
        learn_sizes()
        cursor.execute(_LINES, {"creditor": creditor_id, "hash": file.content_hash})
        found = {key: line_id for line_id, key in cursor.fetchall()}
    return dict(sorted(found.items()))


def _told(
    creditor_id: int, file: BankFile, position: int, statement: Statement, by: str, now: datetime
) -> dict[str, Any]:
    return {
        "creditor": creditor_id,
        "reader": file.reader,
        "own": statement.bank_account[:64],
        "currency": statement.currency,
        "opening": statement.opening.minor if statement.opening else None,
        "closing": statement.closing.minor if statement.closing else None,
        "closed_on": statement.closed_on,
        "hash": file.content_hash,
        "position": position,
        "by": by,
        "now": now,
    }


def _row(position: int, line: StatementLine) -> tuple[Any, ...]:
    return (
        position,
        line.key,
        line.booked_on,
        line.value_on,
        line.amount.currency,
        line.amount.minor,
        _clean(line.text, 2000),
        _clean(line.bank_reference, 80),
        _clean(line.end_to_end_id, 80),
        _clean(line.payer_name, 200),
        _clean(line.payer_account, 80),
        _clean(line.payer_tax_id, 40),
        line.is_return,
    )


def _clean(text: str, most: int) -> str:
    return text.replace("\0", "")[:most]


def _credit(line: StatementLine) -> Credit:
    return Credit(
        key=line.key,
        amount=line.amount,
        value_on=line.value_on,
        text=_clean(line.text, 2000),
        end_to_end_id=_clean(line.end_to_end_id, 80),
        payer_name=_clean(line.payer_name, 200),
        payer_account=_clean(line.payer_account, 80),
        payer_tax_id=_clean(line.payer_tax_id, 40),
        is_return=line.is_return,
    )


def _totals(amounts: Sequence[Money]) -> tuple[Money, ...]:
    sums: Counter[str] = Counter()
    for amount in amounts:
        sums[amount.currency] += amount.minor
    return tuple(Money(currency, minor) for currency, minor in sorted(sums.items()))
