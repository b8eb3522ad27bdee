# SPDX-License-Identifier: Apache-2.0
"""How long deciding, writing and sending take, beside the machine's own limits in the same run.

Run with `make bench`. Ratios are safer than seconds: machines are shared and differ.
"""

from __future__ import annotations

import smtplib
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests import harness

harness.prepare_django()

from tests.integration import book, build  # noqa: E402
from tests.integration.book import TUESDAY  # noqa: E402

from conserje.data.outreach.models import Message  # noqa: E402
from conserje.domain.kit.money import Money  # noqa: E402
from conserje.domain.ports.channel import Channel  # noqa: E402
from conserje.domain.receivables.customer import Fact, NewContact, NewCustomer  # noqa: E402
from conserje.domain.receivables.invoice import Due, NewInvoice  # noqa: E402
from conserje.domain.rules.facts import Consent  # noqa: E402
from conserje.services.outreach import permission, review, send, sweep  # noqa: E402
from conserje.services.receivables import contact, customer, invoice  # noqa: E402
from conserje.services.tenancy.act import acting  # noqa: E402
from conserje.testing.world import start  # noqa: E402

CUSTOMERS = 10_000
INVOICES_EACH = 4
LETTERS = 300

_ONE_STATEMENT = """
SELECT c.id, min(d.due_on), sum(i.open_minor), max(r.at)
  FROM receivables_customer c
  JOIN receivables_invoice i ON i.creditor_id = c.creditor_id AND i.customer_id = c.id AND i.open_minor > 0
  JOIN receivables_invoicedue d ON d.creditor_id = i.creditor_id AND d.invoice_id = i.id
  LEFT JOIN outreach_contactrecord r ON r.customer_id = c.id
 WHERE c.creditor_id = %s GROUP BY c.id"""


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


@contextmanager
def timed(times: dict[str, float], what: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    times[what] = time.perf_counter() - began


def fill(creditor_id: int) -> None:
    facts = (
        Fact("country", "CO", "bench"),
        Fact("time_zone", "America/Bogota", "bench"),
        Fact("kind", "company", "bench"),
    )
    told = [NewCustomer(f"C{n}", f"Comercio Imaginario {n} SAS", facts) for n in range(CUSTOMERS)]
    with acting(creditor_id=creditor_id):
        made = customer.upsert_many(creditor_id=creditor_id, customers=told, stated_by="system", now=TUESDAY)
        ids = list(made.ids.values())
        people = [
            NewContact(key, "Cuentas por pagar", emails=(f"pagos{key}@comercio.example",)) for key in ids
        ]
        contact.upsert_many(creditor_id=creditor_id, contacts=people, now=TUESDAY)
        granted = [
            permission.Statement(key, Channel.EMAIL, Consent.GRANTED, "contract", "bench") for key in ids
        ]
        permission.state_many(creditor_id=creditor_id, statements=granted, by="system", now=TUESDAY)
        rows = [_invoice(n, ids[n % CUSTOMERS]) for n in range(CUSTOMERS * INVOICES_EACH)]
        invoice.open_many(creditor_id=creditor_id, invoices=rows, now=TUESDAY)
        review.wake_many(creditor_id=creditor_id, customer_ids=ids, now=TUESDAY, reason="bench")


def _invoice(n: int, customer_id: int) -> NewInvoice:
    due_on = TUESDAY.date() - timedelta(days=3 + n % 90)
    total = Money("COP", 100_000_00 + n)
    return NewInvoice(
        customer_id, f"FE-{n}", total, (Due(due_on, total),), issued_on=due_on - timedelta(days=30)
    )


def test_a_night_of_work(database: harness.Clone) -> None:
    times: dict[str, float] = {}
    with start() as world:
        creditor = build.creditor()
        book.set_up(creditor, world=world)
        fill(creditor.id)
        with (
            acting(creditor_id=creditor.id),
            connection.cursor() as cursor,
            timed(times, "one SQL statement"),
        ):
            cursor.execute(_ONE_STATEMENT, [creditor.id])
            cursor.fetchall()
        with CaptureQueriesContext(connection) as seen, timed(times, "sweep"):
            swept = sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
        with timed(times, "second sweep"):
            again = sweep.sweep(creditor_id=creditor.id, now=TUESDAY + timedelta(minutes=1))
        with timed(times, "send"):
            sent = send.send_due(creditor_id=creditor.id, clock=book.at(TUESDAY), limit=LETTERS)
        with acting(creditor_id=creditor.id):
            content = Message.objects.values_list("html", flat=True)[0].encode()
        with timed(times, "bare client"), smtplib.SMTP(world.host, world.smtp_port) as bare:
            for _ in range(LETTERS):
                bare.sendmail("a@bench.example", ["b@bench.example"], b"Subject: x\r\n\r\n" + content)
    chunks = -(-CUSTOMERS // sweep.CHUNK)
    say(
        f"\n{CUSTOMERS} customers, {CUSTOMERS * INVOICES_EACH} open invoices, all due:\n"
        f"  sweep {times['sweep']:.1f} s = {CUSTOMERS * INVOICES_EACH / times['sweep']:.0f} invoices/s, "
        f"{len(seen) / chunks:.0f} statements a chunk, "
        f"{times['sweep'] / times['one SQL statement']:.0f} x one SQL statement that only reads\n"
        f"  second sweep, nothing due: {times['second sweep']:.3f} s\n"
        f"  send {LETTERS / times['send']:.0f} messages/s with every fence committed, "
        f"{times['send'] / times['bare client']:.1f} x a bare client's time"
    )
    assert swept.touches == {"planned": CUSTOMERS}
    assert again.judged == 0
    assert sent.outcomes["accepted"] >= LETTERS
