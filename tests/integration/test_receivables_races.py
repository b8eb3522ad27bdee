# SPDX-License-Identifier: Apache-2.0
"""Many hands on the same money: nothing is counted twice, nothing goes over, nobody is shown a deadlock."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from django.db import connection
from tests.integration import receivables_book as book

from conserje.data.receivables.models import Allocation, LedgerTransaction, Payment, PaymentReversal
from conserje.domain.kit.money import Money
from conserje.domain.receivables.allocation import Share
from conserje.domain.receivables.payment import Reversal, ReversalKind, Road, RoadName
from conserje.domain.receivables.posting import Rows
from conserje.services.receivables import allocation, payment
from conserje.services.receivables.refusals import AlreadySettled, AmountRefused
from conserje.services.tenancy.act import reading

pytestmark = pytest.mark.usefixtures("database")

THREADS = 8


def test_eight_clients_allocate_three_hundred_times_each_and_nothing_goes_over(creditor):
    """Each call applies a random amount to one to three of twenty invoices; most are refused: there is too little."""
    creditor_id = creditor.id
    (customer_id,) = book.customers(creditor_id, "Café Imaginario")
    invoices = book.opened(
        creditor_id, *(book.new_invoice(customer_id, f"FE-{n}", 40_000) for n in range(20))
    )
    payments = []
    for n in range(10):
        with_cash = book.paid(creditor_id, customer_id, 100_000, currency="USD" if n == 9 else "COP")
        payments.append(with_cash.payment_id)
        for row in standing(creditor_id, with_cash.payment_id):
            allocation.reverse(creditor_id=creditor_id, allocation_id=row, actor="person:1", now=book.NOW)

    def client(seed):
        def work():
            rng, made = random.Random(seed), Counter()
            for _ in range(300):
                source = Rows(customer_id, payment_id=rng.choice(payments))
                chosen = rng.sample(invoices, rng.randint(1, 3))
                shares = [Share(key, Money("COP", rng.randint(1, 4_000))) for key in chosen]
                try:
                    book.allocated(creditor_id, source, shares)
                    made["done"] += 1
                except AmountRefused:
                    made["refused"] += 1
            return made

        return work

    answers = book.at_once(*(client(seed) for seed in range(THREADS)))
    assert book.failures(answers) == []
    sums = sum(answers, Counter())
    assert sums["done"] + sums["refused"] == THREADS * 300
    assert sums["done"] > 100
    assert sums["refused"] > 100
    with reading(creditor_id=creditor_id), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM receivables_invoice i WHERE i.open_minor < 0 OR i.open_minor <> i.total_minor -"
            " (SELECT coalesce(sum(a.amount_minor), 0) FROM receivables_allocation a WHERE a.invoice_id = i.id)"
        )
        assert cursor.fetchone() == (0,)
        cursor.execute(
            "SELECT count(*) FROM receivables_payment p WHERE p.unallocated_minor <> p.amount_minor -"
            " (SELECT coalesce(sum(a.amount_minor), 0) FROM receivables_allocation a WHERE a.payment_id = p.id)"
        )
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        assert cursor.fetchone() == (0,)


def standing(creditor_id, payment_id):
    with reading(creditor_id=creditor_id):
        return list(Allocation.objects.filter(payment_id=payment_id).values_list("id", flat=True))


def test_payments_of_one_customer_at_once_close_each_invoice_once(creditor):
    creditor_id = creditor.id
    (customer_id,) = book.customers(creditor_id, "Café Imaginario")
    invoices = book.opened(creditor_id, *(book.new_invoice(customer_id, f"FE-{n}", 500) for n in range(20)))
    calls = [lambda: [book.paid(creditor_id, customer_id, 300) for _ in range(10)] for _ in range(THREADS)]
    answers = book.at_once(*calls)
    assert book.failures(answers) == []
    closed = [key for answer in answers for done in answer for key in done.closed_invoice_ids]
    assert sorted(closed) == sorted(invoices)
    assert book.accounts(creditor_id) == {
        ("cash", "COP"): 24_000,
        ("unallocated", "COP"): -14_000,
        ("sales", "COP"): -10_000,
    }


def test_the_same_payment_told_at_once_is_one(creditor):
    creditor_id = creditor.id
    (customer_id,) = book.customers(creditor_id, "Café Imaginario")
    book.opened(creditor_id, book.new_invoice(customer_id, "FE-1", 500))
    roads = [(Road(name, f"{name} 1"),) for name in (RoadName.PORTAL_RETURN, RoadName.HOOK)]
    answers = book.at_once(
        *(
            lambda road=roads[n % 2]: book.paid(creditor_id, customer_id, 300, external_id="x", roads=road)
            for n in range(THREADS)
        )
    )
    assert book.failures(answers) == []
    assert sum(done.is_new for done in answers) == 1
    with reading(creditor_id=creditor_id):
        assert Payment.objects.count() == 1
        assert LedgerTransaction.objects.filter(kind="payment_recorded").count() == 1
        assert Payment.objects.get().roads.count() == 2


@pytest.mark.parametrize("names", [["same"] * 4, ["a", "b", "c", "d"]])
def test_a_payment_goes_back_once(creditor, names):
    creditor_id = creditor.id
    (customer_id,) = book.customers(creditor_id, "Café Imaginario")
    (invoice_id,) = book.opened(creditor_id, book.new_invoice(customer_id, "FE-1", 500))
    done = book.paid(creditor_id, customer_id, 500)

    def back(name):
        told = Reversal(ReversalKind.REFUND, name, Money("COP", 500), book.TODAY)
        return lambda: payment.reverse(
            creditor_id=creditor_id, payment_id=done.payment_id, reversal=told, actor="system", now=book.NOW
        )

    answers = book.at_once(*(back(name) for name in names))
    refused = book.failures(answers)
    assert all(isinstance(error, AmountRefused) for error in refused)
    assert [answer.is_new for answer in answers if answer not in refused].count(True) == 1
    assert len(refused) == (0 if names[0] == "same" else 3)
    assert book.open_of(creditor_id, invoice_id) == [500]
    with reading(creditor_id=creditor_id):
        assert PaymentReversal.objects.count() == 1


def test_an_allocation_is_taken_back_once(creditor):
    creditor_id = creditor.id
    (customer_id,) = book.customers(creditor_id, "Café Imaginario")
    (invoice_id,) = book.opened(creditor_id, book.new_invoice(customer_id, "FE-1", 500))
    done = book.paid(creditor_id, customer_id, 500)
    (row,) = standing(creditor_id, done.payment_id)
    answers = book.at_once(
        *(
            lambda: allocation.reverse(
                creditor_id=creditor_id, allocation_id=row, actor="person:1", now=book.NOW
            )
            for _ in range(4)
        )
    )
    refused = book.failures(answers)
    assert [type(error) for error in refused] == [AlreadySettled] * 3
    assert book.open_of(creditor_id, invoice_id) == [500]
    assert book.unallocated_of(creditor_id, done.payment_id) == 500
