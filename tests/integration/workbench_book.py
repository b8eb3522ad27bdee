# SPDX-License-Identifier: Apache-2.0
"""People who sign in, a Django client that sits at their desk, and books of any size made in few statements."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from django.test import Client
from tests.integration import book
from tests.integration.book import TUESDAY

from conserje.data.outreach.models import Touch
from conserje.data.receivables.models import Contact, ContactPoint, Customer
from conserje.data.tenancy.models import Creditor, User
from conserje.domain.kit.money import Money
from conserje.domain.ports.channel import Channel
from conserje.domain.receivables.invoice import Due, NewInvoice
from conserje.domain.rules.facts import Consent
from conserje.services.outreach import permission, review
from conserje.services.receivables import invoice as invoices
from conserje.services.tenancy import connection, fingerprint, setting_up
from conserje.services.tenancy.act import acting

PASSWORD = "una-clave-de-prueba"
ANA = "ana@taller.example"


def person(creditor: Creditor, email: str = ANA, role: str = "owner") -> User:
    """Somebody with a role at the creditor's organisation."""
    user_id = setting_up.add_person(
        creditor_id=creditor.id,
        email=email,
        name=email.partition("@")[0].title(),
        password=PASSWORD,
        role=role,
    )
    return User.objects.get(id=user_id)


def browser(**given: Any) -> Client:
    """A client of the host that tests are served at, asking for Spanish unless told otherwise."""
    return Client(SERVER_NAME="localhost", **({"HTTP_ACCEPT_LANGUAGE": "es"} | given))


def desk(creditor: Creditor, email: str = ANA, role: str = "owner", **given: Any) -> Client:
    """A signed-in client of somebody with that role."""
    client = browser(**given)
    client.force_login(person(creditor, email, role))
    return client


def at(creditor: Creditor, rest: str = "") -> str:
    """The path of a screen of the creditor."""
    return f"/w/{creditor.public_id}/{rest}"


def states(creditor: Creditor) -> list[str]:
    """States of all touches, in the order made."""
    with acting(creditor_id=creditor.id):
        return list(Touch.objects.order_by("id").values_list("state", flat=True))


def text_of(page: str) -> str:
    """What a page says, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page)).replace("\u00a0", " ")


def told(answer: Any) -> str:
    """What an answered page says."""
    return text_of(answer.content.decode())


def in_demo(creditor: Creditor) -> Creditor:
    """The creditor as a demo book whose clock stands at `TUESDAY`."""
    creditor.is_demo, creditor.clock_at = True, TUESDAY
    creditor.save(update_fields=["is_demo", "clock_at"])
    return creditor


def in_mode(creditor: Creditor, mode: str, *, port: int = 2525) -> Creditor:
    """A demo book with the default strategy in one mode and a mail server at `port`."""
    in_demo(creditor)
    book.set_up(creditor, world=None, mode=mode)
    with acting(creditor_id=creditor.id):
        values = {"host": "127.0.0.1", "port": port, "security": "none"}
        connection.set_up(
            creditor_id=creditor.id, kind="channel", adapter="email_smtp", values=values, now=TUESDAY
        )
    return creditor


def fill(
    creditor: Creditor, customers: int, *, invoices_each: int = 1, allowed: int | None = None
) -> list[int]:
    """That many customers with that many invoices each; all, or the first `allowed`, may be written to. Their ids."""
    with acting(creditor_id=creditor.id):
        rows = Customer.objects.bulk_create(_customer(creditor, number) for number in range(customers))
        people = Contact.objects.bulk_create(
            Contact(creditor=creditor, customer=row, name="Laura Pérez", is_usual=True, created_at=TUESDAY)
            for row in rows
        )
        ContactPoint.objects.bulk_create(_point(creditor, one) for one in people)
        ids = [row.id for row in rows]
        statements = [
            permission.Statement(row_id, Channel.EMAIL, Consent.GRANTED, "contract", "contrato marco")
            for row_id in ids[:allowed]
        ]
        permission.state_many(creditor_id=creditor.id, statements=statements, by="person:1", now=TUESDAY)
        new = [invoice_of(row_id, number) for row_id in ids for number in range(invoices_each)]
        invoices.open_many(creditor_id=creditor.id, invoices=new, now=TUESDAY)
        review.wake_many(
            creditor_id=creditor.id,
            customer_ids=ids,
            now=TUESDAY - timedelta(days=1),
            reason="invoice.opened",
        )
    return ids


def invoice_of(
    customer_id: int, number: int, *, due_on: date | None = None, amount: Money | None = None
) -> NewInvoice:
    """An invoice of a customer, some days overdue; every third one in dollars."""
    currency = "USD" if number % 3 == 2 else "COP"
    total = amount or Money(currency, 119_000_00 + number * 100)
    on = due_on or TUESDAY.date() - timedelta(days=3 + (customer_id * 7 + number * 13) % 120)
    return NewInvoice(
        customer_id=customer_id,
        number=f"FE-{customer_id}-{number}",
        total=total,
        dues=(Due(on, total),),
        issued_on=on - timedelta(days=30),
        subject="Rediseño del sitio",
    )


def _customer(creditor: Creditor, number: int) -> Customer:
    name = f"Cliente {number:04d} S.A.S."
    return Customer(
        creditor=creditor,
        reference=name,
        reference_key=name.lower(),
        name=name,
        sort_key=name.lower(),
        kind="company",
        debtor_type="company_trade",
        country="CO",
        time_zone="America/Bogota",
        created_at=TUESDAY,
    )


def _point(creditor: Creditor, person: Contact) -> ContactPoint:
    email = f"c{person.customer_id}@cliente.example"
    return ContactPoint(
        creditor=creditor,
        contact=person,
        kind="email",
        address=email,
        address_key=email,
        address_hash=fingerprint.of_address(organisation_id=creditor.organisation_id, address_key=email),
        created_at=TUESDAY,
    )
