# SPDX-License-Identifier: Apache-2.0
"""Payment plans in tests: a customer takes one in a few words."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from tests.integration.book import TUESDAY

from conserje.data.arrangements.models import PaymentPlan
from conserje.data.outreach import dues
from conserje.data.receivables.models import Customer
from conserje.data.tenancy.models import Creditor
from conserje.domain.arrangements.plan import Spacing
from conserje.domain.kit.money import Money
from conserje.domain.receivables.payment import Received, Road, RoadName
from conserje.services.arrangements import plan, plan_terms
from conserje.services.arrangements.plan import Made, Signing
from conserje.services.arrangements.plan_terms import Wish
from conserje.services.receivables import payment
from conserje.services.tenancy.act import reading


def wish(number: int = 3, *, currency: str = "USD", first_on: date | None = None, **given: Any) -> Wish:
    """Monthly instalments, the first of them two weeks after the usual day."""
    return Wish(
        currency=currency,
        number=number,
        spacing=given.pop("spacing", Spacing.MONTHLY),
        first_on=first_on or TUESDAY.date() + timedelta(days=14),
        **given,
    )


def sign(
    creditor: Creditor, of: Customer, wanted: Wish, *, now: datetime = TUESDAY, name: str = "Laura Pérez"
) -> Signing:
    """What the customer sends back after having seen the words of the plan."""
    with reading(creditor_id=creditor.id):
        room = plan_terms.room(creditor_id=creditor.id, customer_id=of.id, now=now)
        draft = plan_terms.draft(of=room, wish=wanted)
        seen = plan.text(creditor_id=creditor.id, of=room, draft=draft, locale="es_CO")
    return Signing(name=name, sha256=seen.hash, locale="es_CO", address="203.0.113.7")


def take(creditor: Creditor, of: Customer, wanted: Wish, *, now: datetime = TUESDAY) -> Made:
    """The customer proposes a plan."""
    signing = sign(creditor, of, wanted, now=now)
    return plan.propose(creditor_id=creditor.id, customer_id=of.id, wish=wanted, signing=signing, now=now)


def pay(creditor: Creditor, of: Customer, minor: int, *, now: datetime, currency: str = "USD") -> int:
    """Money that came in by hand on the day of `now`."""
    received = Received(
        customer_id=of.id,
        source="bank",
        external_id=f"{now:%Y%m%d%H%M}-{minor}",
        amount=Money(currency, minor),
        value_on=now.date(),
        roads=(Road(RoadName.PERSON, f"{now:%Y%m%d%H%M}-{minor}"),),
    )
    return payment.record(creditor_id=creditor.id, received=received, now=now).payment_id


def due(creditor: Creditor, of: Customer) -> list[tuple[str, int, int]]:
    """Day, position and minor units of what is due, in order."""
    with reading(creditor_id=creditor.id):
        found = dues.of_customers(creditor_id=creditor.id, customer_ids=[of.id])
    return [(item.due_on.isoformat(), item.position, item.open_minor) for item in found.get(of.id, [])]


def row(creditor: Creditor, plan_id: int) -> PaymentPlan:
    """The plan as it is written."""
    with reading(creditor_id=creditor.id):
        return PaymentPlan.objects.get(id=plan_id)
