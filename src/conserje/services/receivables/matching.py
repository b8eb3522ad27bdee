# SPDX-License-Identifier: Apache-2.0
"""What people decide on lines of the bank: confirm a proposal, choose the invoices, leave a line out, take it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from conserje.data.receivables.models import (
    BankDecision,
    BankLine,
    Customer,
    Invoice,
    PayerName,
    Payment,
    Withholding,
)
from conserje.domain.kit.money import Money
from conserje.domain.receivables import payer_fit
from conserje.domain.receivables.allocation import Share
from conserje.domain.receivables.match_reason import Reason
from conserje.domain.receivables.matching import LineState, Match, MatchKind
from conserje.domain.receivables.payment import Reversal, ReversalKind
from conserje.services.receivables import (
    bank_apply,
    bank_candidates,
    bank_decision,
    locked,
    payment,
    withholding,
)
from conserje.services.receivables.bank_apply import Decided
from conserje.services.receivables.bank_decision import NewDecision
from conserje.services.receivables.refusals import AlreadySettled, AmountRefused, UnknownRow
from conserje.services.tenancy.act import act, step

FULL: Final = 100
# A checkout's own money came under its reference: it goes back as a payment, not as a mistake of ours.
_STAYS: Final = frozenset({MatchKind.CHECKOUT.value})


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person says a line is: a customer's money for `shares`; what they leave over is unallocated cash."""

    customer_id: int
    shares: tuple[Share, ...]


@act
def confirm(*, creditor_id: int, line_id: int, decision_id: int, by: str, now: datetime) -> int | None:
    """Do what the proposal `decision_id` says; the payment made or confirmed. The payer is learned.

    Raises `AlreadySettled` when the line was decided otherwise meanwhile, `AmountRefused` when its invoices are no
    longer open by as much, and `UnknownRow`.
    """
    line, held = _held(creditor_id, line_id)
    if (
        held is None
        or held.id != decision_id
        or held.state not in ("proposed", "queued")
        or held.kind == "none"
    ):
        raise AlreadySettled("This line was decided otherwise meanwhile. Look at it again.")
    proposed = bank_decision.as_match(row=held, currency=line.currency)
    match = replace(proposed, score=FULL, reasons=(*proposed.reasons, Reason.BY_HAND))
    return _settle(creditor_id, line, match, by, now)


@act
def apply_to(*, creditor_id: int, line_id: int, choice: Choice, by: str, now: datetime) -> int | None:
    """Record a line as a customer's money and apply it to the chosen invoices; the payment. The payer is learned.

    Raises `AlreadySettled` for a line that is matched, `AmountRefused` for shares of more than is open or came in, of
    another customer or currency, and `UnknownRow`.
    """
    line, _ = _held(creditor_id, line_id)
    if line.state == LineState.MATCHED.value or line.amount_minor <= 0:
        raise AlreadySettled("This line is matched already, or no money came in with it.")
    _check(creditor_id, line, choice)
    match = Match(
        score=FULL,
        reasons=(Reason.BY_HAND,),
        shares=choice.shares,
        kind=MatchKind.INVOICES,
        customer_id=choice.customer_id,
    )
    return _settle(creditor_id, line, match, by, now)


@act
def ignore(*, creditor_id: int, line_id: int, note: str, by: str, now: datetime) -> None:
    """Leave a line out, with a reason: it is no customer's money. Raises `AlreadySettled` and `UnknownRow`."""
    line, _ = _held(creditor_id, line_id)
    if line.state == LineState.MATCHED.value:
        raise AlreadySettled("This line is matched: take that back first.")
    match = Match(0, (Reason.BY_HAND,))
    decision = NewDecision(line.id, match, LineState.IGNORED, by, note=note)
    bank_decision.write(creditor_id=creditor_id, decisions=[decision], now=now)


@act
def undo(*, creditor_id: int, line_id: int, by: str, now: datetime) -> None:
    """Take back what was decided: its payment is reversed as a mistake, its taxes are open again, its payer unlearned.

    The line waits for a person again. Raises `AlreadySettled` when nothing was decided, when a certificate came for a
    tax, or when the money came under a checkout's reference, and `UnknownRow`.
    """
    line, held = _held(creditor_id, line_id)
    if held is None or held.state not in ("matched", "ignored") or held.kind in _STAYS:
        raise AlreadySettled("There is nothing to take back on this line.")
    match = bank_decision.as_match(row=held, currency=line.currency)
    for row in _taxes(creditor_id, match):
        withholding.take_back(creditor_id=creditor_id, withholding_id=row.id, actor=by, now=now)
    if held.payment_id is not None and held.made_payment:
        _reverse(creditor_id, held, by, now)
    PayerName.objects.filter(creditor_id=creditor_id, line_id=line.id, unlearned_at=None).update(
        unlearned_at=now
    )
    back = Match(0, (Reason.UNDONE,), customer_id=match.customer_id)
    decision = NewDecision(line.id, back, LineState.QUEUED, by)
    bank_decision.write(creditor_id=creditor_id, decisions=[decision], now=now)


def _held(creditor_id: int, line_id: int) -> tuple[BankLine, BankDecision | None]:
    line = locked.row(creditor_id=creditor_id, model=BankLine, row_id=line_id)
    return line, bank_decision.latest(creditor_id=creditor_id, line_id=line_id)


def _settle(creditor_id: int, line: BankLine, match: Match, by: str, now: datetime) -> int | None:
    credit = bank_decision.as_credit(row=line)
    turn = BankDecision.objects.filter(creditor_id=creditor_id, line_id=line.id, made_payment=True).count()
    attempted = bank_candidates.gather(creditor_id=creditor_id, lines=[credit]).attempted
    done = bank_apply.apply_many(
        creditor_id=creditor_id,
        decided=[Decided(credit, match, by, turn)],
        attempted=attempted,
        now=now,
    )[credit.key]
    if done.match.state is not LineState.MATCHED:
        raise AmountRefused(
            "Its invoices are no longer open by as much. Nothing was changed; choose the invoices."
        )
    decision = NewDecision(line.id, match, LineState.MATCHED, by, done.payment_id, done.is_made)
    bank_decision.write(creditor_id=creditor_id, decisions=[decision], now=now)
    if match.customer_id is not None and match.kind is not MatchKind.PAYOUT:
        _learn(creditor_id=creditor_id, line=line, customer_id=match.customer_id, by=by, now=now)
    return done.payment_id


@step
def _learn(*, creditor_id: int, line: BankLine, customer_id: int, by: str, now: datetime) -> None:
    known = payer_fit.learnable(bank_decision.as_credit(row=line))
    PayerName.objects.bulk_create(
        (
            PayerName(
                creditor_id=creditor_id,
                customer_id=customer_id,
                kind=kind,
                key=key[:240],
                line=line,
                learned_by=by,
                learned_at=now,
            )
            for kind, key in known
        ),
        ignore_conflicts=True,
    )


def _check(creditor_id: int, line: BankLine, choice: Choice) -> None:
    if not Customer.objects.filter(creditor_id=creditor_id, id=choice.customer_id).exists():
        raise UnknownRow(f"There is no customer {choice.customer_id} in this creditor's books.")
    ids = [share.invoice_id for share in choice.shares]
    invoices = locked.invoices(creditor_id=creditor_id, ids=ids)
    whole = sum(share.amount.minor for share in choice.shares)
    if whole > line.amount_minor or len(set(ids)) != len(ids):
        raise AmountRefused("More was chosen than came in, or an invoice twice. Lower the amounts.")
    for share in choice.shares:
        _check_share(line, choice, invoices[share.invoice_id], share)


def _check_share(line: BankLine, choice: Choice, invoice: Invoice, share: Share) -> None:
    if invoice.customer_id != choice.customer_id or invoice.currency != line.currency:
        raise AmountRefused(f"Invoice {invoice.id} is another customer's or in another currency.")
    if share.amount.currency != line.currency or not 0 < share.amount.minor <= invoice.open_minor:
        raise AmountRefused(f"Invoice {invoice.id} has {invoice.open_minor} open. Lower its amount.")


def _taxes(creditor_id: int, match: Match) -> Sequence[Withholding]:
    """The taxes that a match recognised and that still stand, in the order of their ids."""
    kept = {(invoice_id, part.kind) for invoice_id, part in match.withheld}
    rows = Withholding.objects.filter(
        creditor_id=creditor_id, invoice_id__in=[invoice_id for invoice_id, _ in kept], rejected_at=None
    )
    return [row for row in rows.order_by("id") if (row.invoice_id, row.kind) in kept]


def _reverse(creditor_id: int, held: BankDecision, by: str, now: datetime) -> None:
    """Take back what is left of the payment that a decision made: part of it may have gone back before."""
    made = locked.row(creditor_id=creditor_id, model=Payment, row_id=held.payment_id or 0)
    gone = sum(made.reversals.values_list("amount_minor", flat=True))
    if gone < made.amount_minor:
        amount = Money(made.currency, made.amount_minor - gone)
        back = Reversal(ReversalKind.MISTAKE, f"bank-decision:{held.id}", amount, now.date())
        payment.take_back(creditor_id=creditor_id, payment_id=made.id, reversal=back, actor=by, now=now)
