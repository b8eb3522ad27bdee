# SPDX-License-Identifier: Apache-2.0
"""A small book of receivables for tests: each builder takes only what a test cares about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from conserje.config.wiring import wire
from conserje.data.receivables.models import Contact, ContactPoint, Customer, Freshness
from conserje.data.tenancy.models import Creditor
from conserje.domain.kit.money import Money
from conserje.domain.kit.text import fold
from conserje.domain.ports.channel import Channel
from conserje.domain.receivables.invoice import Due, NewInvoice
from conserje.domain.rules.facts import Consent
from conserje.services.outreach import permission, review, strategy
from conserje.services.receivables import invoice as invoices
from conserje.services.tenancy import connection, fingerprint
from conserje.services.tenancy.act import acting
from conserje.testing.world.handle import World

# Tuesday 17 November 2026, 10:00 in Bogota: an ordinary working hour.
TUESDAY = datetime(2026, 11, 17, 15, 0, tzinfo=UTC)
BRAND = {
    "sender_name": "Taller Ejemplo",
    "sender_address": "cuentas@taller.example",
    "reply_to": "ana@taller.example",
    "signature_name": "Ana Ruiz",
    "signature_role": "Cartera",
    "phone_published": "601 000 0000",
    "website": "taller.example",
    "colour": "#7a3b2e",
    "policy_url": "https://taller.example/datos",
}


def set_up(
    creditor: Creditor, *, world: World | None, mode: str = "automatic", now: datetime = TUESDAY
) -> None:
    """Brand, strategy in one mode for all stages, freshness, and the world's mail server as carrier."""
    wire()
    creditor.brand = BRAND
    creditor.save(update_fields=["brand"])
    content = strategy.default()
    content["modes"] = dict.fromkeys(content["modes"], mode)
    with acting(creditor_id=creditor.id):
        strategy.adopt(creditor_id=creditor.id, content=content, by="person:1", now=now)
        Freshness.objects.create(
            creditor_id=creditor.id,
            source="import",
            recorded_through_on=now.date() + timedelta(days=400),
            stated_at=now,
        )
        if world is not None:
            connection.set_up(
                creditor_id=creditor.id,
                kind="channel",
                adapter="email_smtp",
                values={"host": "127.0.0.1", "port": world.smtp_port, "security": "none"},
                now=now,
            )


def customer(creditor: Creditor, name: str = "Panadería El Ejemplo S.A.S.", **given: Any) -> Customer:
    """A company in Bogota with one usual contact, an e-mail, and permission to write to it."""
    email = given.pop("email", f"pagos{Customer.objects.count()}@panaderia.example")
    allowed = given.pop("allowed", (Channel.EMAIL,))
    usual = {
        "reference": name,
        "reference_key": fold(name),
        "name": name,
        "sort_key": fold(name),
        "kind": "company",
        "debtor_type": "company_trade",
        "country": "CO",
        "time_zone": "America/Bogota",
        "created_at": TUESDAY,
    }
    with acting(creditor_id=creditor.id):
        row = Customer.objects.create(creditor=creditor, **(usual | given))
        person = Contact.objects.create(
            creditor=creditor,
            customer=row,
            name="Laura Pérez",
            name_key="laura perez",
            is_usual=True,
            created_at=TUESDAY,
        )
        add_point(creditor, person, email)
        statements = [
            permission.Statement(row.id, channel, Consent.GRANTED, "contract", "contrato marco")
            for channel in allowed
        ]
        permission.state_many(creditor_id=creditor.id, statements=statements, by="person:1", now=TUESDAY)
    return row


def decision_maker(creditor: Creditor, of: Customer, email: str) -> Contact:
    """Somebody above the usual contact."""
    with acting(creditor_id=creditor.id):
        person = Contact.objects.create(
            creditor=creditor,
            customer=of,
            name="Marcos Díaz",
            name_key="marcos diaz",
            role="decision_maker",
            created_at=TUESDAY,
        )
        add_point(creditor, person, email)
    return person


def add_point(creditor: Creditor, person: Contact, email: str) -> ContactPoint:
    """An e-mail address of a contact."""
    return ContactPoint.objects.create(
        creditor=creditor,
        contact=person,
        kind="email",
        address=email,
        address_key=email,
        address_hash=fingerprint.of_address(organisation_id=creditor.organisation_id, address_key=email),
        created_at=TUESDAY,
    )


def invoice(
    creditor: Creditor,
    owed_by: Customer,
    number: str,
    *,
    due_on: date,
    minor: int = 380_800_000,
    currency: str = "COP",
) -> int:
    """An open invoice with one due date; its customer is looked at again."""
    total = Money(currency, minor)
    new = NewInvoice(
        customer_id=owed_by.id,
        number=number,
        total=total,
        dues=(Due(due_on, total),),
        issued_on=due_on - timedelta(days=30),
        subject="Rediseño del sitio (fase 2)",
        net=Money(currency, round(minor / 1.19)),
        tax=Money(currency, minor - round(minor / 1.19)),
    )
    with acting(creditor_id=creditor.id):
        opened = invoices.open_many(creditor_id=creditor.id, invoices=[new], now=TUESDAY)
        review.wake_many(
            creditor_id=creditor.id,
            customer_ids=[owed_by.id],
            now=TUESDAY - timedelta(days=400),
            reason="invoice.opened",
        )
    return next(iter(opened.ids.values()))


def at(moment: datetime) -> Any:
    """A clock that stands at `moment`."""
    return lambda: moment


def days_late(days: int, *, now: datetime = TUESDAY) -> date:
    """The due date of something `days` days late."""
    return now.date() - timedelta(days=days)


def states(rows: Sequence[Any]) -> list[str]:
    """States in order."""
    return [row.state for row in rows]
