# SPDX-License-Identifier: Apache-2.0
"""Paying through a gateway. It is called outside any transaction, and only what was fetched from it moves
money.
"""

from __future__ import annotations

import secrets
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any

from conserje.data.receivables.models import Checkout
from conserje.domain.kit.money import Money
from conserje.domain.ports.gateway import (
    ChargeFact,
    ChargeState,
    CheckoutRequest,
    Instructions,
    Redirect,
    StartFailed,
    told_nothing,
)
from conserje.domain.ports.http import Http
from conserje.domain.ports.registry import gateways
from conserje.domain.receivables.checkout import LASTS, Attempt
from conserje.domain.receivables.payment import Road
from conserje.services.outreach import review
from conserje.services.receivables import checkout_fact, checkout_row, locked
from conserje.services.receivables.refusals import NotAnswered, Refused, UnknownRow
from conserje.services.tenancy.act import act, keyed, reading


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach a gateway: its name in the registry, the creditor's settings for it, and the `http` it is
    handed.
    """

    gateway: str
    settings: Any
    http: Http


@dataclass(frozen=True, slots=True)
class Started:
    """Send the customer to `url`, or show the instructions that were written down when it is empty.

    `reference` is what a bank transfer should carry.
    """

    public_id: str
    reference: str
    url: str


@dataclass(frozen=True, slots=True)
class Which:
    """A checkout by our name for it or by the gateway's."""

    public_id: str = ""
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """A checkout after a look at the gateway. `payment_id` is set once money was recorded."""

    public_id: str
    customer_id: int
    reference: str
    amount: Money
    state: str
    detail: str
    payment_id: int | None


def start(*, creditor_id: int, attempt: Attempt, access: Access, now: datetime) -> Started | StartFailed:
    """Write the attempt down, then ask the gateway for a page; the same attempt again gives the same page.

    Raises `AmountRefused` when a share is more than its invoice has open or the shares are of several
    currencies, `Refused` when the attempt's id belongs to another customer, and `UnknownRow`.
    """
    row = _write_down(creditor_id=creditor_id, attempt=attempt, gateway=access.gateway, now=now)
    request = CheckoutRequest(
        key=row.key,
        reference=row.reference,
        amount=Money(row.currency, row.amount_minor),
        description=attempt.description,
        return_url=attempt.return_url,
        hook_url=attempt.hook_url,
        locale=attempt.locale,
        payer=attempt.payer,
        methods=attempt.methods,
        until=row.created_at + LASTS,
    )
    answer = gateways.get(access.gateway).start(request, access.settings, access.http)
    if isinstance(answer, StartFailed):
        _note_failure(creditor_id=creditor_id, checkout_id=row.id, failed=answer, now=now)
        return answer
    _note_start(creditor_id=creditor_id, checkout_id=row.id, answer=answer, now=now)
    return Started(row.public_id, row.reference, answer.url if isinstance(answer, Redirect) else "")


def refresh(*, creditor_id: int, which: Which, road: Road, access: Access, now: datetime) -> Standing:
    """Fetch a checkout from its gateway and record what it says; told by any road and any number of times,
    once.

    A paid answer that contradicts what was asked for quarantines the checkout: no money moves, a person looks
    at it. Raises `UnknownRow` when nobody knows the checkout, and `NotAnswered` when the gateway did not tell of which
    one it speaks.
    """
    with reading(creditor_id=creditor_id):
        row = _find(creditor_id, which, access.gateway)
        external_id = row.external_id if row is not None else which.external_id
    if row is not None and not external_id:
        return standing_of(row)
    fact = gateways.get(access.gateway).fetch(external_id, access.settings, access.http)
    if row is None and told_nothing(fact, asked=external_id):
        raise NotAnswered("The gateway did not say whose payment this is. It is asked again later.")
    return _apply(creditor_id=creditor_id, gateway=access.gateway, fact=fact, road=road, now=now)


@keyed
@act
def _write_down(*, creditor_id: int, attempt: Attempt, gateway: str, now: datetime) -> Checkout:
    known = Checkout.objects.filter(creditor_id=creditor_id, public_id=attempt.public_id).first()
    if known is not None:
        if known.customer_id != attempt.customer_id or known.gateway != gateway:
            raise Refused(
                "This payment page belongs to another payment. Go back and choose again what to pay."
            )
        return known
    amount = checkout_row.checked(
        creditor_id=creditor_id, customer_id=attempt.customer_id, shares=attempt.shares
    )
    row = Checkout(
        creditor_id=creditor_id,
        customer_id=attempt.customer_id,
        public_id=attempt.public_id,
        gateway=gateway,
        key=secrets.token_urlsafe(24),
        currency=amount.currency,
        amount_minor=amount.minor,
        created_at=now,
    )
    made = checkout_row.create(creditor_id=creditor_id, row=row, shares=attempt.shares)
    if made is row:
        checkout_fact.tell(
            creditor_id=creditor_id,
            row=row,
            kind="receivables.checkout.started",
            payload={},
            actor="customer",
            now=now,
        )
    return made


@keyed
@act
def _note_start(
    *, creditor_id: int, checkout_id: int, answer: Redirect | Instructions, now: datetime
) -> None:
    row = locked.row(creditor_id=creditor_id, model=Checkout, row_id=checkout_id)
    if row.external_id == answer.external_id:
        return
    begun = (ChargeState.OPEN.value, ChargeState.UNKNOWN.value)
    row.external_id, row.detail, row.checked_at = answer.external_id, "", now
    waits = isinstance(answer, Instructions) and row.state in begun
    if isinstance(answer, Instructions):
        lines = [list(astuple(line)) for line in answer.lines]
        row.instructions, row.until_on = {"lines": lines, "qr": answer.qr_payload}, answer.until
        row.state = ChargeState.WAITING.value if waits else row.state
    elif row.state == ChargeState.UNKNOWN:
        row.state = ChargeState.OPEN.value
    changed = ["external_id", "state", "detail", "checked_at", "instructions", "until_on"]
    row.save(update_fields=changed)
    if waits:
        checkout_fact.tell(
            creditor_id=creditor_id,
            row=row,
            kind="receivables.checkout.waiting",
            payload={},
            actor="system",
            now=now,
        )
        ids = [row.customer_id]
        review.wake_many(creditor_id=creditor_id, customer_ids=ids, now=now, reason="checkout.waiting")


@keyed
@act
def _note_failure(*, creditor_id: int, checkout_id: int, failed: StartFailed, now: datetime) -> None:
    row = locked.row(creditor_id=creditor_id, model=Checkout, row_id=checkout_id)
    if row.external_id or row.payment_id is not None:
        return
    state = ChargeState.UNKNOWN.value if failed.retry else ChargeState.DECLINED.value
    if (row.state, row.checked_at) == (state, now):
        return
    row.state, row.detail, row.checked_at = state, failed.reason[:240], now
    row.save(update_fields=["state", "detail", "checked_at"])
    payload = {"retry": failed.retry}
    checkout_fact.tell(
        creditor_id=creditor_id,
        row=row,
        kind="receivables.checkout.not_started",
        payload=payload,
        actor="system",
        now=now,
    )


def _find(creditor_id: int, which: Which, gateway: str) -> Checkout | None:
    rows = Checkout.objects.filter(creditor_id=creditor_id, gateway=gateway)
    if which.public_id:
        row = rows.filter(public_id=which.public_id).first()
        if row is None:
            raise UnknownRow("Nobody knows this payment. Go back to what is owed and choose again.")
        return row
    return rows.filter(external_id=which.external_id).first()


@keyed
@act
def _apply(*, creditor_id: int, gateway: str, fact: ChargeFact, road: Road, now: datetime) -> Standing:
    row = checkout_fact.apply(creditor_id=creditor_id, gateway=gateway, fact=fact, road=road, now=now)
    return standing_of(row)


def standing_of(row: Checkout) -> Standing:
    """The row as a value."""
    amount = Money(row.currency, row.amount_minor)
    return Standing(
        row.public_id, row.customer_id, row.reference, amount, row.state, row.detail, row.payment_id
    )
