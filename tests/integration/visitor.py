# SPDX-License-Identifier: Apache-2.0
"""A reader of the customer's pages in tests: a book with its own clock, a fresh link, and a browser without scripts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core import signing
from django.test import Client
from tests.integration import book
from tests.integration.book import TUESDAY

from conserje.data.receivables.models import Customer, Document, Invoice
from conserje.data.tenancy.models import Creditor
from conserje.services.outreach import portal_link
from conserje.services.receivables import document
from conserje.services.tenancy import connection
from conserje.services.tenancy.act import acting
from conserje.testing.world.handle import World

_FIELD = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


@dataclass(slots=True)
class Visitor:
    """Who reads, with what in hand."""

    creditor: Creditor
    customer: Customer
    token: str
    client: Client

    @property
    def link(self) -> str:
        """The path of the link that travelled in a message."""
        return f"/p/{self.creditor.public_id}/{self.token}/"

    @property
    def stop_link(self) -> str:
        """The path that a mail program's unsubscribe button posts to."""
        return f"/u/{self.creditor.public_id}/{self.token}/"

    def path(self, page: str = "") -> str:
        """The path of a page of the account."""
        return f"/c/{self.creditor.public_id}/{page}"

    def get(self, page: str = "") -> Any:
        """A page of the account; the link is opened first when it was not."""
        if "account" not in self.client.cookies:
            self.client.get(self.link)
        return self.client.get(self.path(page))

    def with_code(self) -> Visitor:
        """The same reader after the code was given; how it is given has tests of its own."""
        self.get()
        link = signing.loads(
            self.client.cookies["account"].value, salt=f"conserje.portal.link.{self.creditor.id}"
        )
        self.client.cookies["code"] = signing.dumps(
            link, salt=f"conserje.portal.confirm.cookie.{self.creditor.id}"
        )
        return self

    def post(self, page: str, **form: Any) -> Any:
        """Send a form of the account, with what its page hides."""
        return self.client.post(self.path(page), form)

    def pay(self, currency: str = "COP", **form: Any) -> Any:
        """Press a button to pay, on the page as it stands."""
        hidden = self.hidden(currency)
        return self.post("pay/", **{"scope": "all", **hidden, **form})

    def hidden(self, currency: str = "COP") -> dict[str, str]:
        """The hidden fields of the form that pays `currency`."""
        text = self.get().content.decode()
        start = text.index(f'name="currency" value="{currency}"')
        part = text[text.rindex("<form", 0, start) : text.index("</form>", start)]
        return {name: value for name, value in _FIELD.findall(part) if name != "invoice"}


def open_account(
    creditor: Creditor,
    *,
    world: World | None = None,
    invoices: int = 1,
    days: int = 5,
    now: datetime = TUESDAY,
) -> Visitor:
    """A customer with open invoices `days` days late, in a book that lives at `now`, and a link to its account."""
    set_clock(creditor, now)
    book.set_up(creditor, world=world, now=now)
    if world is not None:
        pay_through(creditor, world)
    owed_by = book.customer(creditor)
    for number in range(invoices):
        book.invoice(creditor, owed_by, f"FE-{number + 1}", due_on=book.days_late(days, now=now))
    return visit(creditor, owed_by, now=now)


def visit(creditor: Creditor, owed_by: Customer, *, now: datetime = TUESDAY) -> Visitor:
    """A fresh link of a customer's usual contact, in a browser that has opened nothing."""
    with acting(creditor_id=creditor.id):
        contact = owed_by.contacts.filter(is_usual=True).first()
        wanted = [portal_link.Wanted(owed_by.id, contact.id if contact else None, None)]
        (token,) = portal_link.issue_many(creditor_id=creditor.id, wanted=wanted, now=now)
    return Visitor(creditor, owed_by, token, Client(SERVER_NAME="127.0.0.1"))


def set_clock(creditor: Creditor, now: datetime) -> None:
    """Put the book at `now`: its pages, like its jobs, live there."""
    creditor.is_demo, creditor.clock_at = True, now
    creditor.save(update_fields=["is_demo", "clock_at"])


def pay_through(creditor: Creditor, world: World) -> None:
    """Let the world's checkout take the creditor's payments."""
    values = {"base_url": world.http_url, "api_key": world.api_key, "hook_secret": world.hook_secret}
    with acting(creditor_id=creditor.id):
        connection.set_up(creditor_id=creditor.id, kind="gateway", adapter="demo", values=values, now=TUESDAY)


def attach(
    creditor: Creditor, name: str, content: bytes, *, number: str = "FE-1", kind: str = "application/pdf"
) -> int:
    """A file of an invoice; its id."""
    with acting(creditor_id=creditor.id):
        invoice_id = Invoice.objects.get(number=number).id
        new = document.NewDocument(invoice_id, name, kind, content)
        document.attach(creditor_id=creditor.id, documents=[new], now=TUESDAY)
        return int(Document.objects.latest("id").id)
