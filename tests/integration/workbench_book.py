# SPDX-License-Identifier: Apache-2.0
"""People who sign in, and a Django client that sits at their desk."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from tests.integration import book
from tests.integration.book import TUESDAY

from conserje.data.tenancy.models import Creditor, User
from conserje.services.tenancy import setting_up

PASSWORD = "una-clave-de-prueba"


def person(creditor: Creditor, email: str = "ana@taller.example", role: str = "owner") -> User:
    """Somebody with a role at the creditor's organisation."""
    user_id = setting_up.add_person(
        creditor_id=creditor.id, email=email, name=email.partition("@")[0].title(), password=PASSWORD, role=role
    )
    return User.objects.get(id=user_id)


def desk(creditor: Creditor, email: str = "ana@taller.example", role: str = "owner", **given: str) -> Client:
    """A signed-in client of somebody with that role; headers may be given."""
    client = Client(SERVER_NAME="localhost", **given)
    client.force_login(person(creditor, email, role))
    return client


def at(creditor: Creditor, rest: str = "") -> str:
    """The path of a screen of the creditor."""
    return f"/w/{creditor.public_id}/{rest}"


def in_demo(creditor: Creditor) -> Creditor:
    """The creditor as a demo book whose clock stands at `TUESDAY`."""
    creditor.is_demo, creditor.clock_at = True, TUESDAY
    creditor.save(update_fields=["is_demo", "clock_at"])
    return creditor


def fill(creditor: Creditor, customers: int, invoices: int = 1) -> None:
    """That many customers with that many overdue invoices each."""
    for number in range(customers):
        owed_by = book.customer(creditor, f"Cliente {number:04d} S.A.S.", email=f"c{number}@cliente.example")
        for other in range(invoices):
            due_on = TUESDAY.date() - timedelta(days=3 + number % 100 + other)
            book.invoice(creditor, owed_by, f"FE-{number}-{other}", due_on=due_on, minor=119_000_00)
