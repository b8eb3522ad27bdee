# SPDX-License-Identifier: Apache-2.0
"""One line of the bank told by itself, outside a statement: judged and applied as those of files are."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Final

from conserje.data.receivables.models import BankDecision, BankLine, Payment
from conserje.domain.kit.money import Money
from conserje.domain.ports.statement import Statement, StatementLine
from conserje.domain.receivables.allocation import Share
from conserje.domain.receivables.match_reason import Reason
from conserje.domain.receivables.payment import BankLine as ToldLine
from conserje.domain.receivables.payment import Recorded, Unmatched
from conserje.domain.receivables.posting import Rows
from conserje.services.receivables import allocation, bank_decision, bank_statement
from conserje.services.receivables.bank_statement import BankFile
from conserje.services.tenancy.act import act, keyed

_WHY: Final = {
    Reason.AMBIGUOUS: Unmatched.SEVERAL_CUSTOMERS,
    Reason.AMOUNT_DIFFERS: Unmatched.AMOUNT_DIFFERS,
    Reason.CHECKOUT_IN_DOUBT: Unmatched.CHECKOUT_IN_DOUBT,
}


@keyed
@act
def record(*, creditor_id: int, line: ToldLine, now: datetime) -> Recorded | Unmatched:
    """Record a bank line, once. What a gateway or the portal told of before is the same payment, not another.

    Where nothing is certain nothing moves: `Unmatched`, and the line waits for a person.
    """
    key = hashlib.sha256(line.line_id.encode()).hexdigest()[:40]
    told = StatementLine(key, line.value_on, line.value_on, line.amount, line.text)
    statement = Statement("", line.amount.currency, (told,))
    file = BankFile("line", hashlib.sha256(f"line:{line.line_id}".encode()).hexdigest(), (statement,))
    brought = bank_statement.bring_in(creditor_id=creditor_id, file=file, by="system", now=now)
    row = BankLine.objects.get(creditor_id=creditor_id, key=key)
    held = bank_decision.latest(creditor_id=creditor_id, line_id=row.id)
    if held is None or held.payment_id is None:
        reasons = [Reason(word) for word in held.reasons] if held else []
        return next((_WHY[reason] for reason in reasons if reason in _WHY), Unmatched.NOBODY_KNOWN)
    return _recorded(creditor_id, held, is_new=bool(brought.new))


def _recorded(creditor_id: int, held: BankDecision, *, is_new: bool) -> Recorded:
    made = Payment.objects.get(creditor_id=creditor_id, id=held.payment_id or 0)
    left = Money(made.currency, made.unallocated_minor)
    if not (is_new and held.made_payment):
        return Recorded(made.id, False, (), left, ())
    standing = allocation.standing_of(
        creditor_id=creditor_id, rows=Rows(made.customer_id, payment_id=made.id)
    )
    shares = tuple(
        Share(item.invoice_id, Money(made.currency, item.amount_minor)) for item in reversed(standing)
    )
    closed = allocation.closed(creditor_id=creditor_id, ids=[part.invoice_id for part in shares])
    return Recorded(made.id, True, shares, left, closed)
