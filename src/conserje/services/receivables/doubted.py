# SPDX-License-Identifier: Apache-2.0
"""Payments whose gateway contradicts what was asked for: their invoices rest until a person has looked at the gateway.

Two ends: the money came, and is recorded as the person found it; or it did not come or is in the books already, and
what is open is asked for again, but not from a card of which they read that its bank refused it for good. The gateway's
later words about it move nothing any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from conserje.data.receivables.models import Checkout
from conserje.domain.kit.money import Money
from conserje.domain.ports.gateway import Decline
from conserje.domain.receivables.charge import ChargeCause
from conserje.domain.receivables.checkout import QUARANTINED, Doubt
from conserje.domain.receivables.payment import Received
from conserje.services.receivables import checkout_fact, checkout_payment, locked
from conserje.services.receivables.refusals import AlreadySettled, Refused
from conserje.services.recovery import attempt
from conserje.services.tenancy.act import act, keyed, step

# Of these the payment itself is in the books: only what the person made of it is written down.
_IN_THE_BOOKS = frozenset({Doubt.RETURNED_DIFFERS.value, Doubt.PAYMENT_CONFLICT.value})


class DayToCome(Refused):
    """Money is said to have come on a day that is still to come."""


@dataclass(frozen=True, slots=True)
class Doubted:
    """One that waits. `why` is a `Doubt` or "never_answered"; `by_card`: we asked for it by a mandate.

    `recordable` unless its money is in the books already.
    """

    checkout_id: int
    customer_id: int
    customer: str
    gateway: str
    why: str
    amount: Money
    reference: str
    invoices: tuple[str, ...]
    started_at: datetime
    by_card: bool

    @property
    def recordable(self) -> bool:
        """Whether money that came of it can be recorded."""
        return self.why not in _IN_THE_BOOKS


@dataclass(frozen=True, slots=True)
class Came:
    """What a person found at the gateway: its own number of the payment, how much and when."""

    payment_id: str
    amount: Money
    value_on: date


@step
def find(*, creditor_id: int, checkout_id: int) -> Doubted | None:
    """One that waits; None when it does not or does not exist."""
    rows = Checkout.objects.filter(creditor_id=creditor_id, id=checkout_id)
    row = rows.filter(state=QUARANTINED, doubt_decided_at=None).select_related("customer").first()
    if row is None:
        return None
    lines = row.lines.filter(creditor_id=creditor_id).order_by("id")
    return Doubted(
        checkout_id=row.id,
        customer_id=row.customer_id,
        customer=row.customer.name,
        gateway=row.gateway,
        why=row.detail,
        amount=Money(row.currency, row.amount_minor),
        reference=row.reference,
        invoices=tuple(lines.values_list("invoice__number", flat=True)),
        started_at=row.created_at,
        by_card=row.mandate_id is not None,
    )


@keyed
@act
def record(*, creditor_id: int, checkout_id: int, came: Came, by: str, now: datetime) -> int:
    """The money came: recorded once under the gateway's number and applied to what it was for; returns the payment.

    `now` is in the creditor's zone. Raises `DayToCome`, `AlreadySettled` when somebody decided before,
    `PaymentConflict` when the number is known with other figures, `Refused` for another currency or money that is in
    the books already, and `UnknownRow`.
    """
    row = _undecided(creditor_id, checkout_id)
    if came.amount.currency != row.currency:
        raise Refused(
            f"It was asked for in {row.currency}: record what came in another currency from the bank."
        )
    if row.detail in _IN_THE_BOOKS:
        raise Refused("Its payment is in the books already: correct it there, and dismiss the doubt.")
    if came.value_on > now.date():
        raise DayToCome("That day has not come yet: give the day on which the money arrived.")
    received = Received(
        customer_id=row.customer_id,
        source=row.gateway,
        external_id=came.payment_id,
        amount=came.amount,
        value_on=came.value_on,
        roads=(),
        named=checkout_payment.named(creditor_id=creditor_id, checkout_id=row.id),
        method="",
        reference=row.reference,
        actor=by,
    )
    payment_id = checkout_payment.settle(
        creditor_id=creditor_id, payment_id=row.payment_id, received=received, now=now
    )
    _decided(creditor_id, row, by, now, {"outcome": "recorded", "payment": payment_id})
    return payment_id


@keyed
@act
def dismiss(
    *, creditor_id: int, checkout_id: int, by: str, now: datetime, refused_for_good: bool = False
) -> None:
    """Nothing is to be recorded: what is open of its invoices is asked for again.

    `refused_for_good`: the gateway's list says that the bank refused the card for good (lost, stolen, closed); nothing
    is charged by it any more, as if the gateway had said so in time. Only of a charge by a card.

    A silent try of a card that nobody answered is not made again: its letters begin. Raises `AlreadySettled` and
    `UnknownRow`.
    """
    row = _undecided(creditor_id, checkout_id)
    found = {"outcome": "dismissed"}
    if refused_for_good and row.mandate_id is not None:
        row.decline = Decline.STOP.value
        row.save(update_fields=["decline"])
        found["card"] = "refused_for_good"
    _decided(creditor_id, row, by, now, found)
    if row.cause == ChargeCause.RETRY and row.cause_ref is not None:
        attempt.never_made(creditor_id=creditor_id, failed_payment_id=row.cause_ref, by=by, now=now)


def _undecided(creditor_id: int, checkout_id: int) -> Checkout:
    row = locked.row(creditor_id=creditor_id, model=Checkout, row_id=checkout_id)
    if row.state != QUARANTINED or row.doubt_decided_at is not None:
        raise AlreadySettled("Somebody decided about this payment before. Look at the customer's page.")
    return row


def _decided(creditor_id: int, row: Checkout, by: str, now: datetime, payload: Mapping[str, object]) -> None:
    row.doubt_decided_at, row.doubt_decided_by = now, by
    row.save(update_fields=["doubt_decided_at", "doubt_decided_by"])
    payload = {"why": row.detail, **payload}
    checkout_fact.tell_and_wake(
        creditor_id=creditor_id, row=row, what="doubt_decided", payload=payload, by=by, now=now
    )
