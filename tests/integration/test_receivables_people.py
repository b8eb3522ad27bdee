# SPDX-License-Identifier: Apache-2.0
"""Customers, contacts and papers in bulk: the same file again changes nothing, later words are kept beside earlier."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from tests.integration import build
from tests.integration import receivables_book as book

from conserje.data.journal.models import Entry
from conserje.data.receivables.models import (
    Contact,
    ContactPoint,
    Customer,
    CustomerFact,
    Document,
    SearchTerm,
)
from conserje.domain.receivables.customer import Fact, NewContact, NewCustomer
from conserje.services.receivables import contact, customer, document
from conserje.services.tenancy.act import acting, reading

pytestmark = pytest.mark.usefixtures("database")

LATER = book.NOW + timedelta(days=1)


def tell(creditor_id, *told, now=book.NOW):
    with acting(creditor_id=creditor_id):
        return customer.upsert_many(creditor_id=creditor_id, customers=told, stated_by="person:1", now=now)


def facts(*pairs):
    return tuple(Fact(name, value, "file column") for name, value in pairs)


def test_facts_are_kept_with_their_day_and_the_latest_stands(creditor):
    creditor_id = creditor.pk
    first = NewCustomer(
        "C-1", "Café Ñandú S.A.S.", facts(("country", "CO"), ("kind", "company"), ("city", ""))
    )
    made = tell(creditor_id, first)
    assert (made.created, made.changed) == (1, 0)
    assert tell(creditor_id, first, now=LATER).changed == 0
    moved = NewCustomer("c1", "", facts(("country", "MX"), ("tax_id", "900.123.456-7")))
    again = tell(creditor_id, moved, now=LATER)
    assert (again.created, again.changed, again.ids) == (0, 1, made.ids)
    with reading(creditor_id=creditor_id):
        row = Customer.objects.get()
        assert (row.name, row.sort_key, row.country, row.kind) == (
            "Café Ñandú S.A.S.",
            "cafe nandu s.a.s.",
            "MX",
            "company",
        )
        stated = CustomerFact.objects.filter(name="country").order_by("stated_at")
        assert list(stated.values_list("value", "stated_at")) == [("CO", book.NOW), ("MX", LATER)]
        assert CustomerFact.objects.count() == 5
        terms = set(SearchTerm.objects.values_list("term", flat=True))
        assert {"cafenandusas", "nandu", "c1", "9001234567"} <= terms
        assert "cafe" not in terms
        assert Entry.objects.filter(kind="receivables.customer.stated").count() == 2


def test_the_last_word_of_a_file_counts_and_a_reference_is_needed(creditor):
    creditor_id = creditor.pk
    tell(
        creditor_id,
        NewCustomer("1", "Uno", facts(("city", "Cali"))),
        NewCustomer("1", "Uno Dos", facts(("city", "Bogotá"))),
    )
    with reading(creditor_id=creditor_id):
        assert list(Customer.objects.values_list("name", "city")) == [("Uno Dos", "Bogotá")]
    with pytest.raises(ValueError, match="code, tax id or name"):
        tell(creditor_id, NewCustomer(" - ", "Uno"))


def test_contacts_join_by_name_and_one_is_usual(creditor):
    creditor_id = creditor.pk
    (customer_id,) = book.customers(creditor_id, "Café Imaginario")

    def join(*told):
        with acting(creditor_id=creditor_id):
            return contact.upsert_many(creditor_id=creditor_id, contacts=told, now=book.NOW)

    ana = NewContact(
        customer_id, "Ana Inventada", "treasury", emails=("Ana@Example.test ",), phones=("+57 300 000 0000",)
    )
    both = join(ana, NewContact(customer_id, "Beto", emails=("beto@example.test",)))
    assert (both.created, both.addresses) == (2, 3)
    same = join(ana, NewContact(customer_id, "ANA INVENTADA", phones=("+573000000000",), locale="es_CO"))
    assert (same.created, same.addresses) == (0, 0)
    with reading(creditor_id=creditor_id):
        row = Contact.objects.get(name_key="ana inventada")
        assert (row.role, row.locale, row.is_usual) == ("treasury", "es_CO", True)
        assert Contact.objects.filter(is_usual=True).count() == 1
        point = ContactPoint.objects.get(kind="email", contact=row)
        assert (point.address, point.address_key) == ("Ana@Example.test", "ana@example.test")
        assert SearchTerm.objects.filter(customer_id=customer_id, term="573000000000").exists()


def test_an_address_has_one_hash_over_an_organisation_and_another_elsewhere(creditor):
    sister = build.creditor(organisation=creditor.organisation)
    stranger = build.creditor()
    hashes = []
    for one in (creditor, sister, stranger):
        (customer_id,) = book.customers(one.pk, "Café Imaginario")
        with acting(creditor_id=one.pk):
            told = [NewContact(customer_id, "Ana", emails=("ana@example.test",))]
            contact.upsert_many(creditor_id=one.pk, contacts=told, now=book.NOW)
            hashes.append(ContactPoint.objects.get().address_hash)
    assert hashes[0] == hashes[1] != hashes[2]


def test_a_paper_is_kept_once_for_each_invoice(creditor):
    creditor_id = creditor.pk
    (customer_id,) = book.customers(creditor_id, "Café Imaginario")
    first, second = book.opened(
        creditor_id, book.new_invoice(customer_id, "FE-1", 5), book.new_invoice(customer_id, "FE-2", 5)
    )
    papers = [
        document.NewDocument(key, "FE.pdf", "application/pdf", content)
        for key, content in ((first, b"%PDF-1"), (first, b"%PDF-1"), (first, b"%PDF-2"), (second, b"%PDF-1"))
    ]
    for expected in (3, 0):
        with acting(creditor_id=creditor_id):
            assert document.attach(creditor_id=creditor_id, documents=papers, now=book.NOW) == expected
    with reading(creditor_id=creditor_id):
        assert sorted(Document.objects.values_list("invoice_id", "size")) == [
            (first, 6),
            (first, 6),
            (second, 6),
        ]


def test_bulk_work_takes_the_same_number_of_statements_for_any_number_of_rows(creditor):
    creditor_id = creditor.pk
    counts = []
    for size in (3, 300):
        told = [NewCustomer(f"{size}-{n}", f"Cliente {n}", facts(("country", "CO"))) for n in range(size)]
        asked = []

        def count(execute, sql, params, many, context, asked=asked):
            asked.append(sql)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(count):
            ids = list(tell(creditor_id, *told).ids.values())
            book.opened(creditor_id, *(book.new_invoice(key, f"{size}", 5) for key in ids))
        counts.append(len(asked))
    assert counts[0] == counts[1] < 60
