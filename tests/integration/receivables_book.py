# SPDX-License-Identifier: Apache-2.0
"""A small book of receivables, written through the services as the app role."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection, connections

from conserje.data.receivables.models import Invoice, Payment
from conserje.domain.kit.money import Money
from conserje.domain.receivables.adjustment import NewWriteOff
from conserje.domain.receivables.allocation import Named, Share
from conserje.domain.receivables.customer import Fact, NewCustomer
from conserje.domain.receivables.invoice import Due, NewInvoice
from conserje.domain.receivables.keys import match_key
from conserje.domain.receivables.payment import (
    Received,
    Recorded,
    Reversal,
    ReversalKind,
    Reversed,
    Road,
    RoadName,
)
from conserje.domain.receivables.posting import Rows
from conserje.services.receivables import allocation, customer, invoice, payment, write_off
from conserje.services.receivables.verify import BROKEN, verify
from conserje.services.tenancy.act import acting, reading

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
TODAY = NOW.date()


def customers(creditor_id: int, *names: str) -> list[int]:
    """Customers called `names`; their ids in that order."""
    told = [NewCustomer(name, name, (Fact("country", "CO", "test"),)) for name in names]
    with acting(creditor_id=creditor_id):
        made = customer.upsert_many(creditor_id=creditor_id, customers=told, stated_by="system", now=NOW)
    return [made.ids[match_key(text=name)] for name in names]


def new_invoice(
    customer_id: int, number: str, minor: int, currency: str = "COP", days: int = -10
) -> NewInvoice:
    """An invoice of one due date, `days` from today."""
    due = Due(TODAY + timedelta(days=days), Money(currency, minor))
    issued_on = date(2025, 1, 1)
    return NewInvoice(customer_id, number, Money(currency, minor), (due,), issued_on=issued_on)


def opened(creditor_id: int, *invoices: NewInvoice) -> list[int]:
    """Open `invoices`; their ids in that order."""
    with acting(creditor_id=creditor_id):
        made = invoice.open_many(creditor_id=creditor_id, invoices=invoices, now=NOW)
    return list(made.ids.values())


def paid(creditor_id: int, customer_id: int, minor: int, *named: int, **given: Any) -> Recorded:
    """A payment recorded by a person."""
    usual = {
        "source": "cash",
        "external_id": f"p{threading.get_ident()}-{next_number()}",
        "amount": Money(given.pop("currency", "COP"), minor),
        "value_on": TODAY,
        "named": tuple(Named(key) for key in named),
    }
    told = {"customer_id": customer_id, **usual, **given}
    told.setdefault("roads", (Road(RoadName.PERSON, f"{told['source']} {told['external_id']}"),))
    return payment.record(creditor_id=creditor_id, received=Received(**told), now=NOW)


def allocated(
    creditor_id: int, source: Rows, shares: Sequence[Share], key: str = "", now: datetime = NOW
) -> tuple[int, ...]:
    """Shares of a payment or credit note applied by a person, under a key of their own unless given."""
    return allocation.allocate(
        creditor_id=creditor_id,
        source=source,
        shares=shares,
        key=key or f"k{next_number()}",
        actor="person:1",
        now=now,
    )


def written_off(creditor_id: int, invoice_id: int, amount: Money, key: str = "") -> int:
    """A part of an invoice given up by a person, under a key of its own unless given."""
    new = NewWriteOff(invoice_id, amount, "Acuerdo", key or f"k{next_number()}")
    return write_off.make(creditor_id=creditor_id, new=new, written_by="person:1", now=NOW)


def sent_back(
    creditor_id: int, payment_id: int, minor: int, key: str, kind: ReversalKind = ReversalKind.REFUND
) -> Reversed:
    """Money of a payment in COP that went back."""
    told = Reversal(kind, key, Money("COP", minor), TODAY)
    return payment.reverse(
        creditor_id=creditor_id, payment_id=payment_id, reversal=told, actor="person:1", now=NOW
    )


def sound(creditor_id: int) -> None:
    """Fail unless every property of the books holds, naming what does not."""
    report = verify(creditor_id=creditor_id)
    assert [item.findings for item in report.properties if item.state == BROKEN] == []


_number = iter(range(1, 1_000_000_000))
_guard = threading.Lock()


def next_number() -> int:
    """A number never given before in this run."""
    with _guard:
        return next(_number)


def open_of(creditor_id: int, *ids: int) -> list[int]:
    """Open minor units of invoices, in that order."""
    with reading(creditor_id=creditor_id):
        found = dict(Invoice.objects.filter(id__in=ids).values_list("id", "open_minor"))
    return [found[key] for key in ids]


def unallocated_of(creditor_id: int, payment_id: int) -> int:
    """Unallocated minor units of a payment."""
    with reading(creditor_id=creditor_id):
        return Payment.objects.get(id=payment_id).unallocated_minor


def accounts(creditor_id: int) -> dict[tuple[str, str], int]:
    """Ledger balances by (account, currency), zeros left out."""
    query = "SELECT account, currency, sum(amount_minor) FROM receivables_ledgerentry GROUP BY 1, 2"
    with reading(creditor_id=creditor_id), connection.cursor() as cursor:
        cursor.execute(query)
        return {(account, currency): int(minor) for account, currency, minor in cursor.fetchall() if minor}


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run `calls` in threads that start together; what each returned, or the exception it raised."""
    answers: list[Any] = [None] * len(calls)
    ready = threading.Barrier(len(calls))

    def run(place: int) -> None:
        try:
            ready.wait(timeout=30)
            answers[place] = calls[place]()
        except Exception as error:
            answers[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def failures(answers: Sequence[Any]) -> list[Exception]:
    """The exceptions among `answers`."""
    return [answer for answer in answers if isinstance(answer, Exception)]
