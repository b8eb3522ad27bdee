# SPDX-License-Identifier: Apache-2.0
"""Charges by mandate are announced, left alone and tried again in as many queries for many as for one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from tests.integration import book as desk
from tests.integration import receivables_book as book
from tests.integration.recovery_book import MONDAY, failed, invoiced, mandate, orders, shopper

from conserje.data.journal.models import Entry
from conserje.data.receivables.models import ChargeNotice, Checkout, Mandate
from conserje.domain.recovery.failure import CardFacts
from conserje.services.outreach import hold
from conserje.services.receivables import autopay, charge_notice, checkout_look
from conserje.services.recovery.failure import Whose
from conserje.services.tenancy.act import acting, reading


def shoppers(creditor, count: int, first: int) -> list[tuple[int, int, int]]:
    """Customers with an open invoice each and a card by which it may be charged: customer, invoice, mandate."""
    people = book.customers(creditor.id, *(f"Café {number}" for number in range(first, first + count)))
    bills = [
        book.opened(creditor.id, book.new_invoice(customer_id, f"FE-{number}", 500, days=3))[0]
        for number, customer_id in enumerate(people, first)
    ]
    with acting(creditor_id=creditor.id):
        made = Mandate.objects.bulk_create(
            Mandate(
                creditor_id=creditor.id, customer_id=customer_id, public_id=f"m{customer_id}", gateway="demo",
                key="k", reference=f"M{customer_id}", currency="COP", state="active", covers_invoices=True,
                created_at=book.NOW, given_at=book.NOW,
            )
            for customer_id in people
        )  # fmt: skip
    return [(who, bill, row.id) for who, bill, row in zip(people, bills, made, strict=True)]


def test_announcing_many_charges_costs_as_many_queries_as_one(creditor):
    def announced() -> tuple[int, int]:
        with CaptureQueriesContext(database) as seen:
            count = charge_notice.announce_due(creditor_id=creditor.id, now=book.NOW)
        return count, len(seen)

    shoppers(creditor, 1, 0)
    one = announced()
    shoppers(creditor, 8, 1)
    assert (one[0], announced()) == (1, (8, one[1]))
    with reading(creditor_id=creditor.id):
        assert ChargeNotice.objects.count() == 9
        assert Entry.objects.filter(kind="receivables.charge.told").count() == 9


def test_leaving_many_charges_alone_costs_as_many_queries_as_one(creditor):
    def told(count: int, first: int) -> None:
        for customer_id, bill, mandate_id in shoppers(creditor, count, first):
            hold.place(
                creditor_id=creditor.id, customer_id=customer_id, pause=hold.Pause(None, "agreed", None),
                by="person:1", now=book.NOW,
            )  # fmt: skip
            with acting(creditor_id=creditor.id):
                ChargeNotice.objects.create(
                    creditor_id=creditor.id, mandate_id=mandate_id, cause="invoice", cause_ref=bill,
                    charge_on=book.TODAY, currency="COP", amount_minor=500, told_at=book.NOW,
                )  # fmt: skip

    def left_alone() -> tuple[autopay.Charged, int]:
        with CaptureQueriesContext(database) as seen:
            done = autopay.charge_due(creditor_id=creditor.id, now=book.NOW)
        return done, len(seen)

    told(1, 0)
    one = left_alone()
    told(8, 1)
    assert (one[0], left_alone()) == (autopay.Charged(0, 0, 0, 1), (autopay.Charged(0, 0, 0, 9), one[1]))


def test_trying_many_cards_again_costs_as_many_queries_as_one(creditor):
    desk.set_up(creditor, world=None, now=MONDAY)

    def failing(count: int, first: int) -> None:
        for number in range(first, first + count):
            who = shopper(creditor, f"Sofía {number}")
            card = mandate(creditor, who, f"fp_{number}")
            bill = invoiced(creditor, who, f"SUS-{number}")
            failed(
                creditor, Whose(who.id, bill, card.id), card=CardFacts(f"fp_{number}", "visa", "4242", None)
            )

    def tried() -> tuple[int, int]:
        with CaptureQueriesContext(database) as seen:
            found = orders(creditor, MONDAY + timedelta(days=7))
        return len(found), len(seen)

    failing(1, 0)
    one = tried()
    failing(8, 1)
    assert (one[0], tried()) == (1, (9, one[1]))


def explained(creditor, run: Callable[[], object]) -> str:
    """How the database would find the checkouts that `run` asks for, in a book in which reading all of them is dear."""
    with CaptureQueriesContext(database) as seen:
        run()
    asked = [
        one["sql"] for one in seen if one["sql"].startswith("SELECT") and "receivables_checkout" in one["sql"]
    ]
    assert asked
    plans = []
    with reading(creditor_id=creditor.id), database.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for sql in asked:
            cursor.execute(f"EXPLAIN {sql}")
            plans += [row[0] for row in cursor.fetchall()]
    return "\n".join(plans)


def test_what_has_no_end_and_refused_cards_are_found_without_reading_all_that_was_ever_paid(
    creditor,
):
    ((customer_id, _, mandate_id),) = shoppers(creditor, 1, 0)
    with acting(creditor_id=creditor.id):
        Checkout.objects.bulk_create(
            Checkout(
                creditor_id=creditor.id, customer_id=customer_id, public_id=f"p{number}", gateway="demo",
                key=f"k{number}", reference=f"R{number}", external_id=f"e{number}", currency="COP", amount_minor=500,
                state="paid", mandate_id=mandate_id, cause="invoice", cause_ref=1, created_at=book.NOW,
            )
            for number in range(600)
        )  # fmt: skip

    def orders_due() -> None:
        with reading(creditor_id=creditor.id):
            charge_notice.orders_due(creditor_id=creditor.id, now=book.NOW)

    unfinished = explained(creditor, lambda: checkout_look.look_due(creditor_id=creditor.id, now=book.NOW))
    assert "checkout_unfinished" in unfinished, unfinished
    assert "Seq Scan" not in unfinished, unfinished
    cards = explained(creditor, orders_due)
    assert "checkout_card_refused" in cards, cards
    assert "SubPlan" not in cards, cards
