# SPDX-License-Identifier: Apache-2.0
"""Decided lines on their way into the books: in bulk, each once, and never more than is open now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.db import connection

from conserje.data.receivables.models import Checkout, Invoice, Payment, PaymentRoad
from conserje.domain.kit.money import Money
from conserje.domain.receivables.adjustment import NewWithholding
from conserje.domain.receivables.allocation import Named, Share, share
from conserje.domain.receivables.candidates import Credit
from conserje.domain.receivables.match_reason import Reason
from conserje.domain.receivables.matching import CERTAIN, Match, MatchKind
from conserje.domain.receivables.payment import Received, Road, RoadName
from conserje.domain.receivables.posting import Rows
from conserje.services.outreach import money as outreach_money
from conserje.services.receivables import allocation, locked, withholding
from conserje.services.receivables.bank_candidates import Attempted
from conserje.services.receivables.payment_import import record_many
from conserje.services.tenancy.act import step

SOURCE: Final = "bank"

_MADE: Final = """
SELECT p.source, p.external_id, p.id,
       EXISTS (SELECT 1 FROM receivables_allocation a
                WHERE a.creditor_id = p.creditor_id AND a.payment_id = p.id AND a.invoice_id = ANY(%(closed)s)),
       p.second_of_id IS NULL AND p.unallocated_minor = p.amount_minor
  FROM receivables_payment p JOIN given_payment g USING (source, external_id) WHERE p.creditor_id = %(creditor)s"""


@dataclass(frozen=True, slots=True)
class Decided:
    """A line and what it was taken for. `turn` counts the payments made of the line and taken back before."""

    line: Credit
    match: Match
    actor: str
    turn: int = 0

    @property
    def identity(self) -> str:
        """The name of the payment that this line makes, and of its road."""
        return f"{self.line.key}:{self.turn}" if self.turn else self.line.key


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a line: the payment that it made or told of, and whether it made it. `match` is what holds."""

    match: Match
    payment_id: int | None = None
    is_made: bool = False


@dataclass(frozen=True, slots=True)
class _Way:
    """How one line becomes a payment. `spreads`: what its invoices do not take goes to the customer's others."""

    decided: Decided
    received: Received
    spreads: bool = False
    checkout_id: int | None = None


@step
def apply_many(
    *, creditor_id: int, decided: Sequence[Decided], attempted: Mapping[str, Attempted], now: datetime
) -> dict[str, Applied]:
    """Write the money of certain lines; what became of each, by its key. As many statements for one as for thousands.

    A line whose invoices are no longer open by as much makes nothing: its match comes back uncertain.
    """
    done: dict[str, Applied] = {}
    ways: list[_Way] = []
    heard: list[tuple[int, Decided]] = []
    taken: dict[str, int | None] = {}
    for item in decided:
        if item.match.kind is MatchKind.CHECKOUT:
            attempt = attempted[item.match.reference]
            if attempt.payment_id is not None and not attempt.is_heard and item.match.reference not in taken:
                heard.append((attempt.payment_id, item))
            else:
                ways.append(_of_checkout(item, attempt, first=item.match.reference not in taken))
            taken[item.match.reference] = attempt.payment_id
        elif item.match.kind is MatchKind.INVOICES:
            ways.append(_Way(item, _received(item, _named(item.match.shares))))
        elif item.match.payment_ids:
            done[item.line.key] = Applied(item.match, item.match.payment_ids[0])
    ways = _held_to_open(creditor_id, ways, done)
    if ways:
        _make(creditor_id, ways, done, now)
    _hear(creditor_id, heard, done, now)
    return done


def _of_checkout(item: Decided, attempt: Attempted, *, first: bool) -> _Way:
    """A transfer that carries a reference. The first without a payment is the checkout's; another is further money."""
    named = tuple(
        Named(invoice_id, Money(item.line.amount.currency, minor)) for invoice_id, minor in attempt.shares
    )
    received = replace(_received(item, named), reference=item.match.reference)
    if attempt.payment_id is None and first:
        own = replace(received, source=attempt.gateway, external_id=f"reference:{item.match.reference}")
        return _Way(item, own, spreads=True, checkout_id=attempt.checkout_id)
    return _Way(item, received, spreads=True)


def _received(item: Decided, named: tuple[Named, ...]) -> Received:
    line, match = item.line, item.match
    if match.customer_id is None:
        raise ValueError("A line makes a payment of somebody.")
    return Received(
        customer_id=match.customer_id,
        source=SOURCE,
        external_id=item.identity,
        amount=line.amount,
        value_on=line.value_on,
        roads=(Road(RoadName.BANK_LINE, item.identity),),
        named=named,
        method="transfer",
        reference=line.text,
        actor=item.actor,
    )


def _named(shares: Sequence[Share]) -> tuple[Named, ...]:
    return tuple(Named(part.invoice_id, part.amount) for part in shares)


def _held_to_open(creditor_id: int, ways: list[_Way], done: dict[str, Applied]) -> list[_Way]:
    """The ways that still fit, with their invoices locked; of those that spread, the shares as of now."""
    ids = sorted({name.invoice_id for way in ways for name in way.received.named})
    spreading = sorted({way.received.customer_id for way in ways if way.spreads})
    rows = Invoice.objects.select_for_update(no_key=True).filter(creditor_id=creditor_id)
    mine = rows.filter(customer_id__in=spreading, open_minor__gt=0) if spreading else rows.none()
    found = list((rows.filter(id__in=ids) | mine).order_by("id")) if ids or spreading else []
    left = {invoice.id: invoice.open_minor for invoice in found}
    kept = []
    for way in ways:
        wanted = {part.invoice_id: part.amount.minor for part in way.decided.match.shares}
        for invoice_id, part in way.decided.match.withheld:
            wanted[invoice_id] = wanted.get(invoice_id, 0) + part.minor
        if way.spreads:
            way = _spread(way, [row for row in found if row.customer_id == way.received.customer_id], left)
        elif any(left.get(invoice_id, 0) < minor for invoice_id, minor in wanted.items()):
            match = way.decided.match
            reasons = (*match.reasons, Reason.OPEN_CHANGED)
            done[way.decided.line.key] = Applied(
                replace(match, score=min(match.score, CERTAIN - 1), reasons=reasons)
            )
            continue
        else:
            for invoice_id, minor in wanted.items():
                left[invoice_id] -= minor
        kept.append(way)
    return kept


def _spread(way: _Way, mine: Sequence[Invoice], left: dict[int, int]) -> _Way:
    named = way.received.named
    if not any(left.get(name.invoice_id, 0) for name in named):
        return way
    candidates = [
        replace(locked.as_open(invoice=row), open=Money(row.currency, left[row.id])) for row in mine
    ]
    shares = share(amount=way.received.amount, invoices=candidates, named=named)
    for part in shares:
        left[part.invoice_id] -= part.amount.minor
    return replace(way, received=replace(way.received, named=_named(shares)))


def _make(creditor_id: int, ways: list[_Way], done: dict[str, Applied], now: datetime) -> None:
    record_many(creditor_id=creditor_id, received=[way.received for way in ways], now=now)
    _withhold(creditor_id, ways, now)
    ids = sorted({name.invoice_id for way in ways for name in way.received.named})
    closed = allocation.closed(creditor_id=creditor_id, ids=ids)
    with connection.cursor() as cursor:
        cursor.execute(_MADE, {"creditor": creditor_id, "closed": list(closed)})
        made = {(source, external): rest for source, external, *rest in cursor.fetchall()}
    checkouts: dict[int, int] = {}
    for way in ways:
        payment_id, _, waits = made[way.received.source, way.received.external_id]
        if way.spreads and waits:
            _spread_late(creditor_id, way, payment_id, now)
        if way.checkout_id is not None:
            checkouts[way.checkout_id] = payment_id
        done[way.decided.line.key] = Applied(way.decided.match, payment_id, is_made=True)
    _pay_checkouts(creditor_id, checkouts, now)
    closing = [payment_id for payment_id, closes, _ in made.values() if closes]
    outreach_money.thank(creditor_id=creditor_id, payment_ids=closing, now=now)


def _withhold(creditor_id: int, ways: Sequence[_Way], now: datetime) -> None:
    withheld = [
        NewWithholding(invoice_id, part.kind, Money(way.received.amount.currency, part.minor))
        for way in ways
        for invoice_id, part in way.decided.match.withheld
    ]
    if withheld:
        actor = ways[0].decided.actor
        withholding.recognise_many(creditor_id=creditor_id, withheld=withheld, actor=actor, now=now)


def _spread_late(creditor_id: int, way: _Way, payment_id: int, now: datetime) -> None:
    """What a checkout meant was paid by something else meanwhile: the money goes to the customer's oldest."""
    received = way.received
    held = locked.row(creditor_id=creditor_id, model=Payment, row_id=payment_id)
    invoices = locked.open_invoices(
        creditor_id=creditor_id, customer_id=received.customer_id, currency=received.amount.currency
    )
    candidates = [locked.as_open(invoice=invoice) for invoice in invoices.values()]
    shares = share(amount=Money(held.currency, held.unallocated_minor), invoices=candidates)
    if shares:
        rows = Rows(received.customer_id, payment_id=payment_id)
        on = received.value_on
        allocation.apply(
            creditor_id=creditor_id, source=rows, invoices=invoices, shares=shares, on=on, now=now
        )
        ids = allocation.closed(creditor_id=creditor_id, ids=[part.invoice_id for part in shares])
        allocation.tell(creditor_id=creditor_id, customer_id=received.customer_id, closed_ids=ids, now=now)


def _pay_checkouts(creditor_id: int, payments: Mapping[int, int], now: datetime) -> None:
    rows = list(Checkout.objects.filter(creditor_id=creditor_id, id__in=list(payments)))
    for row in rows:
        row.payment_id, row.state, row.checked_at = payments[row.id], "paid", now
    Checkout.objects.bulk_update(rows, ["payment", "state", "checked_at"])


def _hear(
    creditor_id: int, heard: Sequence[tuple[int, Decided]], done: dict[str, Applied], now: datetime
) -> None:
    """Payments that a hook or a page told of before: the line is one more road to them."""
    PaymentRoad.objects.bulk_create(
        (
            PaymentRoad(
                creditor_id=creditor_id,
                payment_id=payment_id,
                road=RoadName.BANK_LINE.value,
                reference=item.identity,
                seen_at=now,
            )
            for payment_id, item in heard
        ),
        ignore_conflicts=True,
    )
    for payment_id, item in heard:
        done[item.line.key] = Applied(item.match, payment_id)
