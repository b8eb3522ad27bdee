# SPDX-License-Identifier: Apache-2.0
"""What the gateway's own word on a checkout or a charge changes in the books. Told again or late, it changes nothing.

Whatever the order in which the same words arrive, the books end alike: what is paid stays paid, what went back is the
most that was ever told, and what the payer's bank asked for stays asked for until a person decides.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Sum

from conserje.data.receivables.models import Checkout, Payment, Refund
from conserje.domain.kit.money import Money
from conserje.domain.ports.gateway import ChargeFact, ChargeState, Decline
from conserje.domain.receivables.charge import ChargeCause
from conserje.domain.receivables.checkout import (
    NEVER_ANSWERED,
    QUARANTINED,
    Doubt,
    doubt,
    next_state,
    returned_more,
)
from conserje.domain.receivables.payment import Received, Reversal, ReversalKind, Road, RoadName
from conserje.domain.recovery.failure import ChargeEnd
from conserje.services.journal import entry
from conserje.services.outreach import review
from conserje.services.receivables import checkout_payment, payment
from conserje.services.receivables.refusals import AmountRefused, PaymentConflict, UnknownRow
from conserje.services.recovery import attempt
from conserje.services.tenancy.act import step

# States that pause the chase of a checkout's invoices: entering or leaving one is a reason to look at them again.
UNDER_WAY = (ChargeState.PROCESSING.value, ChargeState.WAITING.value)


@step
def apply(*, creditor_id: int, gateway: str, fact: ChargeFact, road: Road, now: datetime) -> Checkout:
    """Write down what was fetched; returns the row, locked. Raises `UnknownRow` when nobody knows the checkout."""
    row = _lock(creditor_id, gateway, fact)
    if fact.external_id:
        row.external_id = fact.external_id
    row.checked_at = now
    if row.state == QUARANTINED:
        if not _answers_at_last(row, fact):
            return _heard_in_doubt(creditor_id, row, fact, now)
        row.state, row.doubt_decided_at, row.doubt_decided_by = ChargeState.UNKNOWN.value, None, ""
    before, contested = row.state, row.contested
    row.state, row.detail = next_state(state=before, fact=fact.state), fact.detail[:240]
    if fact.state is not ChargeState.UNKNOWN:
        row.decline, row.decline_code = (fact.decline or ""), fact.decline_code[:60]
        row.retry_not_before = fact.retry_not_before
    if fact.state is ChargeState.WAITING:
        row.until_on = fact.until
    wrong = None
    if fact.state is ChargeState.PAID:
        asked = Money(row.currency, row.amount_minor)
        wrong = doubt(fact=fact, reference=row.reference, amount=asked)
        if wrong is None:
            wrong = _record(creditor_id, row, fact, road, now) or _give_back(creditor_id, row, fact, now)
    if wrong is not None:
        row.state, row.detail, row.returned_minor = QUARANTINED, wrong.value, _most_back(row, fact)
    row.save()
    if row.state != before:
        payload = {"from": before, "to": row.state, "road": road.name.value}
        payload |= {"why": wrong.value} if wrong is not None else {}
        tell(
            creditor_id=creditor_id,
            row=row,
            kind="receivables.checkout." + row.state,
            payload=payload,
            actor="system",
            now=now,
        )
        _tell_charge(creditor_id, row, now)
    if row.contested and not contested:
        tell(
            creditor_id=creditor_id,
            row=row,
            kind="receivables.checkout.contested",
            payload={"returned": row.returned_minor},
            actor="system",
            now=now,
        )
    under_way = _is_under_way(before, row) != _is_under_way(row.state, row)
    if under_way or row.contested != contested:
        ids = [row.customer_id]
        review.wake_many(creditor_id=creditor_id, customer_ids=ids, now=now, reason="checkout." + row.state)
    return row


def _answers_at_last(row: Checkout, fact: ChargeFact) -> bool:
    """Whether the gateway tells, after all, of a charge that it did not answer and that nobody recorded meanwhile."""
    if row.detail != NEVER_ANSWERED or fact.state is ChargeState.UNKNOWN:
        return False
    recorded = Payment.objects.filter(
        creditor_id=row.creditor_id, source=row.gateway, reference=row.reference
    )
    return not recorded.exists()


def _heard_in_doubt(creditor_id: int, row: Checkout, fact: ChargeFact, now: datetime) -> Checkout:
    """What is in doubt is a person's to decide: the gateway's later words move no money.

    But what went back of it since they decided is shown to them once more.
    """
    back = _most_back(row, fact)
    anew = back > row.returned_minor and row.doubt_decided_at is not None
    row.returned_minor = back
    if anew:
        row.detail, row.doubt_decided_at, row.doubt_decided_by = Doubt.RETURNED_DIFFERS.value, None, ""
    row.save()
    if anew:
        payload = {"why": row.detail, "returned": row.returned_minor}
        tell_and_wake(
            creditor_id=creditor_id, row=row, what=QUARANTINED, payload=payload, by="system", now=now
        )
    return row


def _most_back(row: Checkout, fact: ChargeFact) -> int:
    """The most that was ever told to have gone back of it, in minor units and never more than was asked."""
    told = 0 if fact.returned is None else fact.returned.minor
    return max(row.returned_minor, min(told, row.amount_minor))


def _is_under_way(state: str, row: Checkout) -> bool:
    """Whether in `state` the money of `row` may be on its way: of a charge by mandate also while nobody answers."""
    return state in UNDER_WAY or (state == ChargeState.UNKNOWN.value and row.mandate_id is not None)


def tell(
    *, creditor_id: int, row: Checkout, kind: str, payload: dict[str, Any], actor: str, now: datetime
) -> None:
    """An entry of the journal about a checkout, with its amount."""
    new = entry.NewEntry(
        at=now,
        kind=kind,
        actor=actor,
        customer_id=row.customer_id,
        subject_kind="checkout",
        subject_id=row.id,
        payload={**payload, "currency": row.currency, "minor": row.amount_minor},
    )
    entry.write(creditor_id=creditor_id, entries=[new])


@step
def tell_and_wake(
    *, creditor_id: int, row: Checkout, what: str, payload: dict[str, Any], by: str, now: datetime
) -> None:
    """`what` became of a checkout by somebody's word: told in the journal, and its customer is looked at again."""
    kind = f"receivables.checkout.{what}"
    tell(creditor_id=creditor_id, row=row, kind=kind, payload=payload, actor=by, now=now)
    ids = [row.customer_id]
    review.wake_many(creditor_id=creditor_id, customer_ids=ids, now=now, reason=f"checkout.{what}")


def _tell_charge(creditor_id: int, row: Checkout, now: datetime) -> None:
    """A charge by mandate that came to another state: its tries are counted, whatever the road on which it was told."""
    if row.mandate_id is None or row.state not in {state.value for state in ChargeState}:
        return
    end = ChargeEnd(
        mandate_id=row.mandate_id,
        cause=ChargeCause(row.cause),
        ref=row.cause_ref or 0,
        key=row.key,
        external_id=row.external_id,
        state=ChargeState(row.state),
        amount=Money(row.currency, row.amount_minor),
        invoice_ids=tuple(part.invoice_id for part in row.lines.filter(creditor_id=creditor_id)),
        decline=Decline(row.decline) if row.decline else None,
        decline_code=row.decline_code,
        not_before=row.retry_not_before,
    )
    attempt.ended(creditor_id=creditor_id, end=end, now=now)


def _lock(creditor_id: int, gateway: str, fact: ChargeFact) -> Checkout:
    """By the gateway's id; an answer lost at the start left us without it, so by the reference we gave as
    well.
    """
    rows = Checkout.objects.select_for_update(no_key=True).filter(creditor_id=creditor_id, gateway=gateway)
    row = rows.filter(external_id=fact.external_id).first() if fact.external_id else None
    if row is None and fact.reference:
        row = rows.filter(external_id="", reference=fact.reference).first()
    if row is None:
        raise UnknownRow(f"The gateway's checkout {fact.external_id} is not one of this creditor's.")
    return row


def _record(creditor_id: int, row: Checkout, fact: ChargeFact, road: Road, now: datetime) -> Doubt | None:
    received = Received(
        customer_id=row.customer_id,
        source=row.gateway,
        external_id=fact.payment_id,
        amount=Money(row.currency, row.amount_minor),
        value_on=fact.value_on or now.date(),
        roads=(road,),
        named=checkout_payment.named(creditor_id=creditor_id, checkout_id=row.id),
        method=fact.method,
        reference=row.reference,
    )
    try:
        with transaction.atomic():
            row.payment_id = checkout_payment.settle(
                creditor_id=creditor_id, payment_id=row.payment_id, received=received, now=now
            )
    except PaymentConflict:
        return Doubt.PAYMENT_CONFLICT
    return None


def _give_back(creditor_id: int, row: Checkout, fact: ChargeFact, now: datetime) -> Doubt | None:
    """Follow the gateway in what went back to the payer, and keep what a person has to decide.

    Money that we did not ask to give back (a chargeback, a refund made at the gateway) opens its invoices again and
    leaves them alone: perhaps the sale was undone, and nobody may be chased for that.
    """
    more = returned_more(fact=fact, known=Money(row.currency, row.returned_minor))
    if more is None:
        return Doubt.RETURNED_DIFFERS
    asked_for = Refund.objects.filter(creditor_id=creditor_id, checkout_id=row.id).exclude(state="refused")
    explained = asked_for.aggregate(minor=Sum("amount_minor"))["minor"] or 0
    unasked = row.returned_minor + more.minor > explained and more.minor > 0
    kind = ReversalKind.CHARGEBACK if fact.contested or row.contested else ReversalKind.REFUND
    if row.contest_decided_at is None:
        row.contested = row.contested or fact.contested or unasked
    if not more.minor:
        return None
    chosen = [number for numbers in asked_for.values_list("invoice_ids", flat=True) for number in numbers]
    so_far = row.returned_minor + more.minor
    reversal = Reversal(
        kind, f"{row.gateway}:{fact.payment_id}:{so_far}"[:120], more, now.date(), tuple(chosen)
    )
    charge = Road(RoadName.CHARGE, f"{row.gateway}:{fact.payment_id}")
    payment_id = payment.payment_told_by(creditor_id=creditor_id, road=charge) or row.payment_id
    if payment_id is None:
        return Doubt.PAYMENT_CONFLICT
    try:
        with transaction.atomic():
            payment.take_back(
                creditor_id=creditor_id, payment_id=payment_id, reversal=reversal, actor="system", now=now
            )
    except (AmountRefused, PaymentConflict):
        return Doubt.RETURNED_DIFFERS
    row.returned_minor = so_far
    return None
