# SPDX-License-Identifier: Apache-2.0
"""Money that came in and money that went back. A payment told twice is one payment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from conserje.data.receivables.models import Allocation, Payment, PaymentReversal, PaymentRoad
from conserje.domain.kit.money import Money
from conserje.domain.receivables.allocation import Share, share
from conserje.domain.receivables.payment import Received, Recorded, Reversal, Reversed, Road
from conserje.domain.receivables.posting import Account, Kind, Posting, Rows, Subject, move
from conserje.services.journal import entry
from conserje.services.receivables import agreement, allocation, ledger, locked, second
from conserje.services.receivables.payment_import import record_many
from conserje.services.receivables.refusals import AmountRefused, PaymentConflict
from conserje.services.recovery import money
from conserje.services.tenancy.act import act, keyed, step

__all__ = ["add_roads", "payment_told_by", "record", "record_many", "reverse", "take_back", "take_in"]

_INSERT = """
INSERT INTO receivables_payment (creditor_id, customer_id, source, external_id, currency, amount_minor,
       unallocated_minor, value_on, received_at, method, reference)
VALUES (%s, %s, %s, %s, %s, %s, 0, %s, %s, %s, %s)
ON CONFLICT (creditor_id, source, external_id) DO NOTHING RETURNING id
"""


@keyed
@act
def record(*, creditor_id: int, received: Received, now: datetime) -> Recorded:
    """Write a payment into the books, once, and share it over the customer's open invoices.

    What no invoice takes stays unallocated, and so does all of it when what it is for was paid before by as much.
    Raises `PaymentConflict` when the identity is known with other
    facts.
    """
    return take_in(creditor_id=creditor_id, received=received, now=now)


@step
def take_in(*, creditor_id: int, received: Received, now: datetime) -> Recorded:
    """`record`, inside an act."""
    payment_id = _insert(creditor_id, received, now)
    if payment_id is None:
        return _known(creditor_id, received, now)
    add_roads(creditor_id=creditor_id, payment_id=payment_id, roads=received.roads, now=now)
    rows = Rows(received.customer_id, payment_id=payment_id)
    entries = move(debit=Account.CASH, credit=Account.UNALLOCATED, rows=rows, amount=received.amount)
    came_in = Posting(Kind.PAYMENT_RECORDED, received.value_on, Subject.PAYMENT, payment_id, entries)
    ledger.post(creditor_id=creditor_id, postings=[came_in], now=now)
    invoices = locked.open_invoices(
        creditor_id=creditor_id, customer_id=received.customer_id, currency=received.amount.currency
    )
    first_id = second.of(creditor_id=creditor_id, payment_id=payment_id, received=received, open_ids=invoices)
    candidates = (
        [locked.as_open(invoice=invoice) for invoice in invoices.values()] if first_id is None else []
    )
    shares = share(amount=received.amount, invoices=candidates, named=received.named)
    allocation.apply(
        creditor_id=creditor_id,
        source=rows,
        invoices=invoices,
        shares=shares,
        on=received.value_on,
        now=now,
    )
    left = Money(received.amount.currency, received.amount.minor - sum(part.amount.minor for part in shares))
    closed = allocation.closed(creditor_id=creditor_id, ids=[part.invoice_id for part in shares])
    recorded = Recorded(payment_id, True, shares, left, closed)
    _journal_recorded(creditor_id, received, recorded, first_id, now)
    money.moved(
        creditor_id=creditor_id,
        customer_ids=[received.customer_id],
        closed_invoice_ids=closed,
        payment_id=payment_id,
        now=now,
    )
    agreement.carry_out_paid(creditor_id=creditor_id, customer_ids=[received.customer_id], now=now)
    return recorded


@step
def add_roads(*, creditor_id: int, payment_id: int, roads: tuple[Road, ...], now: datetime) -> None:
    """Note by which roads we heard of a payment. Raises `PaymentConflict` when a road told of another
    payment.
    """
    PaymentRoad.objects.bulk_create(
        [
            PaymentRoad(
                creditor_id=creditor_id,
                payment_id=payment_id,
                road=road.name.value,
                reference=road.reference,
                seen_at=now,
            )
            for road in roads
        ],
        ignore_conflicts=True,
    )
    for road in roads:
        told = payment_told_by(creditor_id=creditor_id, road=road)
        if told != payment_id:
            raise PaymentConflict(
                f"'{road.name} {road.reference}' told of payment {told} before and now of payment {payment_id}. "
                "Look at both; reverse the one that is not real."
            )


@step
def payment_told_by(*, creditor_id: int, road: Road) -> int | None:
    """The id of the payment that `road` told of, if any."""
    roads = PaymentRoad.objects.filter(
        creditor_id=creditor_id, road=road.name.value, reference=road.reference
    )
    return roads.values_list("payment_id", flat=True).first()


@keyed
@act
def reverse(*, creditor_id: int, payment_id: int, reversal: Reversal, actor: str, now: datetime) -> Reversed:
    """Take money of a payment out of the books: unallocated cash first, then the newest allocations.

    The same reversal told again changes nothing. Raises `AmountRefused` when more would go back than came in
    and was not reversed yet, or on another currency, and `UnknownRow`.
    """
    return take_back(creditor_id=creditor_id, payment_id=payment_id, reversal=reversal, actor=actor, now=now)


@step
def take_back(
    *, creditor_id: int, payment_id: int, reversal: Reversal, actor: str, now: datetime
) -> Reversed:
    """`reverse`, inside an act."""
    held = locked.row(creditor_id=creditor_id, model=Payment, row_id=payment_id)
    known = PaymentReversal.objects.filter(
        creditor_id=creditor_id, payment_id=payment_id, external_id=reversal.external_id
    ).first()
    if known is not None:
        if known.amount_minor != reversal.amount.minor:
            raise PaymentConflict(
                f"Reversal '{reversal.external_id}' is known with another amount. Compare both."
            )
        return Reversed(known.id, False, ())
    if reversal.amount.currency != held.currency or reversal.amount.minor <= 0:
        raise AmountRefused(
            f"A payment in {held.currency} goes back in {held.currency}, by a positive amount."
        )
    reopened = _free(creditor_id, held, reversal, now)
    made = PaymentReversal.objects.create(
        creditor_id=creditor_id,
        payment_id=payment_id,
        kind=reversal.kind.value,
        external_id=reversal.external_id,
        amount_minor=reversal.amount.minor,
        reversed_at=now,
    )
    rows = Rows(held.customer_id, payment_id=payment_id)
    entries = move(debit=Account.UNALLOCATED, credit=Account.CASH, rows=rows, amount=reversal.amount)
    on = max(reversal.reversed_on, held.value_on)
    ledger.post(
        creditor_id=creditor_id,
        postings=[Posting(Kind.PAYMENT_REVERSED, on, Subject.REVERSAL, made.id, entries)],
        now=now,
    )
    _journal_reversed(creditor_id, held, made, actor, now)
    money.moved(
        creditor_id=creditor_id,
        customer_ids=[held.customer_id],
        closed_invoice_ids=[],
        payment_id=None,
        now=now,
    )
    return Reversed(made.id, True, reopened)


def _free(creditor_id: int, held: Payment, reversal: Reversal, now: datetime) -> tuple[int, ...]:
    """Take back as many allocations as the reversal needs; what was taken back too much is applied again."""
    rows = Rows(held.customer_id, payment_id=held.id)
    standing = allocation.standing_of(creditor_id=creditor_id, rows=rows)
    if reversal.amount.minor - held.unallocated_minor > sum(item.amount_minor for item in standing):
        raise AmountRefused(
            f"Payment {held.id} has less than {reversal.amount.minor} minor units of {held.currency} left: "
            "some of it went back before. Lower the amount."
        )
    chosen = [item for item in standing if item.invoice_id in reversal.from_invoices]
    taken, missing = _enough(chosen, reversal.amount.minor)
    if missing > 0:
        others = [item for item in standing if item not in chosen]
        more, missing = _enough(others, max(0, missing - held.unallocated_minor))
        taken += more
    if not taken:
        return ()
    on = reversal.reversed_on
    invoices = locked.invoices(creditor_id=creditor_id, ids=[item.invoice_id for item in taken])
    allocation.undo(creditor_id=creditor_id, held=held, allocations=taken, invoices=invoices, on=on, now=now)
    if missing < 0:
        rest = [Share(taken[-1].invoice_id, Money(held.currency, -missing))]
        allocation.apply(
            creditor_id=creditor_id,
            source=rows,
            invoices=invoices,
            shares=rest,
            on=max(on, held.value_on),
            now=now,
        )
    return tuple(sorted(invoices))


def _enough(standing: list[Allocation], minor: int) -> tuple[list[Allocation], int]:
    """The first of `standing` that make up `minor`, and what is still missing: below 0 when the last is too much."""
    taken = []
    for item in standing:
        if minor <= 0:
            break
        taken.append(item)
        minor -= item.amount_minor
    return taken, minor


def _insert(creditor_id: int, received: Received, now: datetime) -> int | None:
    values: list[Any] = [creditor_id, received.customer_id, received.source, received.external_id]
    values += [received.amount.currency, received.amount.minor, received.value_on, now]
    values += [received.method, received.reference[:120]]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)
        row = cursor.fetchone()
    return None if row is None else int(row[0])


def _known(creditor_id: int, received: Received, now: datetime) -> Recorded:
    known = Payment.objects.get(
        creditor_id=creditor_id, source=received.source, external_id=received.external_id
    )
    amount = Money(known.currency, known.amount_minor)
    if amount != received.amount or known.customer_id != received.customer_id:
        raise PaymentConflict(
            f"Payment '{received.external_id}' of {received.source} is in the books with another amount or customer. "
            "Nothing was changed; compare it with its source."
        )
    add_roads(creditor_id=creditor_id, payment_id=known.id, roads=received.roads, now=now)
    return Recorded(known.id, False, (), Money(known.currency, known.unallocated_minor), ())


def _journal_recorded(
    creditor_id: int, received: Received, recorded: Recorded, first_id: int | None, now: datetime
) -> None:
    payload: dict[str, Any] = {
        "currency": received.amount.currency,
        "minor": received.amount.minor,
        "value_on": received.value_on.isoformat(),
        "source": received.source,
        "roads": [road.name.value for road in received.roads],
        "applied": [{"invoice": part.invoice_id, "minor": part.amount.minor} for part in recorded.applied],
        "unallocated_minor": recorded.unallocated.minor,
        "closed": list(recorded.closed_invoice_ids),
    }
    if first_id is not None:
        payload["second_of"] = first_id
    new = entry.NewEntry(
        at=now,
        kind="receivables.payment.recorded",
        actor=received.actor,
        customer_id=received.customer_id,
        subject_kind="payment",
        subject_id=recorded.payment_id,
        payload=payload,
    )
    entry.write(creditor_id=creditor_id, entries=[new])


def _journal_reversed(
    creditor_id: int, held: Payment, made: PaymentReversal, actor: str, now: datetime
) -> None:
    new = entry.NewEntry(
        at=now,
        kind="receivables.payment.reversed",
        actor=actor,
        customer_id=held.customer_id,
        subject_kind="payment",
        subject_id=held.id,
        payload={
            "reversal": made.id,
            "kind": made.kind,
            "currency": held.currency,
            "minor": made.amount_minor,
        },
    )
    entry.write(creditor_id=creditor_id, entries=[new])
