# SPDX-License-Identifier: Apache-2.0
"""Every figure equals the rows it opens, and a page costs the same queries whatever the size of the book."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.integration import book, build
from tests.integration import workbench_book as wb
from tests.integration.book import TUESDAY

from conserje.data.outreach.models import Touch
from conserje.data.receivables.models import Customer, Freshness, Invoice, InvoiceDue
from conserje.data.tenancy.models import Creditor
from conserje.domain.kit.money import Money, total
from conserje.domain.outreach.case import BlockKind
from conserje.domain.receivables import ageing
from conserje.domain.receivables.customer import Fact, NewCustomer
from conserje.domain.receivables.invoice import Due
from conserje.domain.receivables.payment import Received, Road, RoadName
from conserje.services.arrangements import claim, dispute, promise
from conserje.services.insights import money_in, open_customers, portfolio
from conserje.services.insights.open_customers import Filter, Sort, Wanted
from conserje.services.outreach import hold, sweep
from conserje.services.receivables import customer as customers
from conserje.services.receivables import payment
from conserje.services.tenancy.act import acting, reading

TODAY = TUESDAY.date()


@pytest.fixture
def mixed(creditor: Creditor) -> Creditor:
    """Sixty customers in two currencies, one third of them with something paid, one owing nothing any more."""
    wb.in_mode(creditor, "draft")
    ids = wb.fill(creditor, 60, invoices_each=3)
    for at, customer_id in enumerate(ids[:20]):
        pay(creditor, customer_id, Money("COP", 7_000_00 + at * 1_234_56), f"p{at}")
    pay(creditor, ids[-1], Money("COP", 500_000_00), "all")
    pay(creditor, ids[-1], Money("USD", 500_000_00), "all-usd")
    return creditor


def pay(creditor: Creditor, customer_id: int, amount: Money, reference: str, on: date = TODAY) -> None:
    payment.record(
        creditor_id=creditor.id,
        received=Received(
            customer_id=customer_id,
            source="bank",
            external_id=reference,
            amount=amount,
            value_on=on,
            roads=(Road(RoadName.PERSON, reference),),
            method="transfer",
        ),
        now=TUESDAY,
    )


def open_dues(creditor: Creditor) -> list[Due]:
    """The open parts, computed apart: one invoice, one due date, what is open of it."""
    rows = Invoice.objects.filter(creditor=creditor, open_minor__gt=0)
    parts = dict(InvoiceDue.objects.filter(creditor=creditor).values_list("invoice_id", "due_on"))
    return [Due(parts[row.id], Money(row.currency, row.open_minor)) for row in rows]


def pages(creditor: Creditor, **given: Any) -> Iterator[open_customers.Listed]:
    """Every page of a list."""
    number = 1
    while True:
        found = open_customers.page(
            creditor_id=creditor.id, wanted=Wanted(page=number, **given), today=TODAY, now=TUESDAY
        )
        yield found
        if found.first + len(found.rows) >= found.total:
            return
        number += 1


def test_the_ageing_is_the_one_the_domain_computes(mixed: Creditor) -> None:
    with reading(creditor_id=mixed.id):
        told = portfolio.ageing(creditor_id=mixed.id, today=TODAY)
        pure = ageing.age(dues=open_dues(mixed), as_of=TODAY)
    assert [(one.currency, [band.amount for band in one.bands]) for one in told] == [
        (one.currency, list(one.amounts.values())) for one in pure
    ]
    assert [one.overdue for one in told] == [one.overdue for one in pure]


def test_each_figure_is_the_sum_of_the_rows_it_opens(mixed: Creditor) -> None:
    with reading(creditor_id=mixed.id):
        aged = portfolio.ageing(creditor_id=mixed.id, today=TODAY)
        for one in aged:
            for only, wanted in ((Filter.ALL, one.total), (Filter.OVERDUE, one.overdue)):
                rows = [row for found in pages(mixed, only=only) for row in found.rows]
                sums = [each for row in rows for each in row.sums if each.open.currency == one.currency]
                picked = (each.open if only is Filter.ALL else each.overdue for each in sums)
                assert total(picked, currency=one.currency) == wanted
            for band in one.bands:
                found = list(pages(mixed, band=band.band, currency=one.currency))
                rows = [row for each in found for row in each.rows]
                parts = (each.band for row in rows for each in row.sums if each.band.currency == one.currency)
                assert total(parts, currency=one.currency) == band.amount
                assert all(any(each.band for each in row.sums) for row in rows)
                together = {each.open.currency: each.band for each in found[0].sums}
                assert together.get(one.currency, Money(one.currency, 0)) == band.amount


def test_counts_of_filters_are_the_lengths_of_their_lists(mixed: Creditor) -> None:
    with reading(creditor_id=mixed.id):
        ids = list(Customer.objects.order_by("id").values_list("id", flat=True))
        invoice_id = Invoice.objects.filter(customer_id=ids[3], open_minor__gt=0).values_list(
            "id", flat=True
        )[0]
    hold.place(
        creditor_id=mixed.id,
        customer_id=ids[1],
        pause=hold.Pause(None, "vacaciones", TODAY + timedelta(days=5)),
        by="person:1",
        now=TUESDAY,
    )
    dispute.open_(
        creditor_id=mixed.id,
        invoice_id=invoice_id,
        about=dispute.About(amount_minor=100, kind="price", words=""),
        by="customer",
        now=TUESDAY,
    )
    silent = book.customer(mixed, "Sin permiso Ltda.", allowed=())
    book.invoice(mixed, silent, "FE-X", due_on=book.days_late(9))
    sweep.sweep(creditor_id=mixed.id, now=TUESDAY)

    with reading(creditor_id=mixed.id):
        counts = open_customers.counts(creditor_id=mixed.id, today=TODAY)
        for only in Filter:
            rows = [row for found in pages(mixed, only=only) for row in found.rows]
            assert len(rows) == counts[only], only
            assert len({row.id for row in rows}) == len(rows)
        paused = [row for found in pages(mixed, only=Filter.PAUSED) for row in found.rows]
        (unpermitted,) = [row for found in pages(mixed, only=Filter.UNPERMITTED) for row in found.rows]
    assert counts[Filter.ALL] == 60
    assert counts[Filter.DRAFTED] > 0
    assert {row.id for row in paused} == {ids[1], ids[3]}
    kinds = {block.kind for row in paused for block in row.judged.case.blocks}
    assert kinds == {BlockKind.HOLD, BlockKind.DISPUTE}
    assert unpermitted.id == silent.id


def test_lists_are_sorted_and_searched_as_people_mean_it(mixed: Creditor) -> None:
    with reading(creditor_id=mixed.id):
        days = [row.days or 0 for found in pages(mixed, sort=Sort.AGE) for row in found.rows]
        weights = [
            next((one.open.minor for one in row.sums if one.open.currency == "USD"), 0)
            for found in pages(mixed, sort=Sort.AMOUNT, weigh="USD")
            for row in found.rows
        ]
        names = [row.name for found in pages(mixed, sort=Sort.NAME) for row in found.rows]
        last = Customer.objects.order_by("-id").first()
        assert last is not None
        (gone,) = next(pages(mixed, query=f"FE {last.id} 1")).rows
    assert days == sorted(days, reverse=True)
    assert weights == sorted(weights, reverse=True)
    assert names == sorted(names)
    # Who owes nothing any more is still found by what they owed.
    assert (gone.id, gone.days, gone.sums) == (last.id, None, ())


def test_searching_takes_words_in_any_order_and_parts_of_them(creditor: Creditor) -> None:
    wb.in_mode(creditor, "draft")
    with acting(creditor_id=creditor.id):
        given = [
            NewCustomer("900.111-1", "Panadería Ñandú Ltda.", (Fact("tax_id", "900.111-1", ""),)),
            NewCustomer("900.222-2", "Ñandú Textiles", ()),
        ]
        customers.upsert_many(creditor_id=creditor.id, customers=given, stated_by="person:1", now=TUESDAY)
    for query, names in {
        "ñandu pan": ["Panadería Ñandú Ltda."],
        "NANDU": ["Panadería Ñandú Ltda.", "Ñandú Textiles"],
        "textiles nan": ["Ñandú Textiles"],
        "zapatos": [],
        "%": [],
        "' OR 1=1 --": [],
    }.items():
        with reading(creditor_id=creditor.id):
            found = next(pages(creditor, query=query, sort=Sort.NAME))
        assert sorted(row.name for row in found.rows) == sorted(names), query


def test_what_was_collected_is_its_payments_less_what_went_back(mixed: Creditor) -> None:
    first = TODAY.replace(day=1)
    with reading(creditor_id=mixed.id):
        someone = Customer.objects.order_by("id").values_list("id", flat=True)[0]
    pay(mixed, someone, Money("COP", 100_00), "before", on=first - timedelta(days=1))
    with reading(creditor_id=mixed.id):
        found = money_in.collected(creditor_id=mixed.id, since=first, until=TODAY)
    assert len(found.rows) == 22
    for one in found.sums:
        rows = (row.amount for row in found.rows if row.amount.currency == one.currency)
        assert total(rows, currency=one.currency) == one
    client = wb.desk(mixed)
    assert "22 pagos" in client.get(wb.at(mixed)).content.decode()
    assert client.get(wb.at(mixed, "payments/")).content.decode().count("<li>") >= 22
    before = client.get(wb.at(mixed, f"payments/?month={first - timedelta(days=1):%Y-%m}")).content.decode()
    assert "100 COP" in before.replace("\u00a0", " ")


@contextmanager
def counted() -> Iterator[CaptureQueriesContext]:
    with CaptureQueriesContext(connection) as queries:
        yield queries


def cost(client: Client, url: str) -> int:
    """How many queries a page takes, session and membership included."""
    with counted() as queries:
        answer = client.get(url)
    assert answer.status_code == 200
    return len(queries)


def test_a_list_of_five_hundred_costs_what_one_of_ten_does(creditor: Creditor) -> None:
    small = wb.in_mode(build.creditor(name="Diez", organisation=creditor.organisation), "draft")
    wb.in_mode(creditor, "draft")
    wb.fill(small, 10)
    wb.fill(creditor, 500)
    for one in (small, creditor):
        sweep.sweep(creditor_id=one.id, now=TUESDAY)
    client = wb.desk(creditor)
    for rest, most in (
        ("", 15),
        ("receivables/", 32),
        ("receivables/?q=cliente", 32),
        ("receivables/?only=drafted&sort=name&page=2", 32),
        ("drafts/", 16),
        ("contacts/", 16),
        ("payments/", 16),
    ):
        client.get(wb.at(small, rest))
        client.get(wb.at(creditor, rest))
        few, many = cost(client, wb.at(small, rest)), cost(client, wb.at(creditor, rest))
        assert few == many, rest
        assert many <= most, f"{rest}: {many}"


def test_a_customer_of_five_hundred_invoices_costs_what_one_of_ten_does(creditor: Creditor) -> None:
    wb.in_mode(creditor, "draft")
    (few,) = wb.fill(creditor, 1, invoices_each=10)
    with acting(creditor_id=creditor.id):
        Customer.objects.filter(id=few).update(reference="x", reference_key="x")
    (many,) = wb.fill(creditor, 1, invoices_each=500)
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    for customer_id in (few, many):
        with reading(creditor_id=creditor.id):
            rows = Invoice.objects.filter(customer_id=customer_id, open_minor__gt=0).order_by("id")
            first, second = rows.values_list("id", flat=True)[:2]
        promise.make(
            creditor_id=creditor.id,
            customer_id=customer_id,
            invoice_ids=[first],
            promised_on=TODAY + timedelta(days=3),
            through="portal",
            now=TUESDAY,
        )
        claim.make(
            creditor_id=creditor.id,
            customer_id=customer_id,
            invoice_ids=[second],
            said=claim.Said(TODAY, "transfer", "ya salió"),
            now=TUESDAY,
        )
    client = wb.desk(creditor)
    urls = [wb.at(creditor, f"customer/{one}/") for one in (few, many)]
    assert {client.get(one).status_code for one in urls} == {200}
    assert cost(client, urls[0]) == cost(client, urls[1]) <= 40
    page = client.get(urls[1]).content.decode()
    assert len(re.findall(r"<strong>FE-\d+-\d+</strong>", page)) >= 50
    assert "?invoices=all" in page
    whole = client.get(urls[1] + "?invoices=all").content.decode()
    assert len(set(re.findall(r"FE-\d+-\d+", whole))) == 500


def test_saying_that_payments_are_recorded_lets_contacts_leave_by_themselves_again(
    creditor: Creditor,
) -> None:
    wb.in_mode(creditor, "automatic")
    ids = wb.fill(creditor, 2)
    with acting(creditor_id=creditor.id):
        Freshness.objects.update(recorded_through_on=TODAY - timedelta(days=9))
    swept = sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    client = wb.desk(creditor)
    told = client.get(wb.at(creditor)).content.decode()
    assert swept.touches == {"proposed": 2}
    assert "días de pagos sin registrar" in told
    for wrong in ("", "mañana", (TODAY + timedelta(days=1)).isoformat()):
        answer = client.post(wb.at(creditor, "payments/recorded/"), {"through": wrong}, follow=True)
        assert "no sea posterior a hoy" in answer.content.decode()
    with acting(creditor_id=creditor.id):
        Touch.objects.update(state="suppressed", ended_at=TUESDAY)

    client.post(wb.at(creditor, "payments/recorded/"), {"through": TODAY.isoformat()})
    again = sweep.sweep(creditor_id=creditor.id, now=TUESDAY)

    assert again.touches == {"planned": len(ids)}
    assert "sin registrar" not in client.get(wb.at(creditor)).content.decode()
    # A later word is not taken back by an earlier one.
    client.post(wb.at(creditor, "payments/recorded/"), {"through": "2026-01-01"})
    with acting(creditor_id=creditor.id):
        assert Freshness.objects.get().recorded_through_on == TODAY
        Freshness.objects.all().delete()
    assert "nadie ha dicho" in client.get(wb.at(creditor)).content.decode()
    client.post(wb.at(creditor, "payments/recorded/"), {"through": TODAY.isoformat()})
    assert "nadie ha dicho" not in client.get(wb.at(creditor)).content.decode()


def test_odd_addresses_are_read_as_the_plain_one(mixed: Creditor) -> None:
    client = wb.desk(mixed)
    for odd in (
        "?page=-1",
        "?page=999999999999999999999",
        "?page=²",
        "?only=x&sort=y",
        "?band=9&currency=COP",
        "?band=1&currency=XXX",
        "?sort=amount&weigh=';--",
        "?q=%00%00",
        f"?q={'a ' * 400}",
    ):
        assert client.get(wb.at(mixed, f"receivables/{odd}")).status_code == 200, odd
    for odd in ("?month=x", "?month=9999-12", "?month=0001-01", "?month=2026-13"):
        assert client.get(wb.at(mixed, f"payments/{odd}")).status_code == 200, odd
    assert client.get(wb.at(mixed, "drafts/?page=x")).status_code == 200
