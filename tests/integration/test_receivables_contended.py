# SPDX-License-Identifier: Apache-2.0
"""Two acts that want the same money at the same moment: one gets it, the sums hold, and `verify` finds nothing."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from django.db import connection
from tests.integration import receivables_book as book

from conserje.data.receivables.models import Allocation, Invoice, Payment, PaymentReversal
from conserje.domain.kit.money import Money
from conserje.domain.receivables.adjustment import NewCreditNote, NewWithholding
from conserje.domain.receivables.allocation import Named, Share
from conserje.domain.receivables.payment import Received, ReversalKind, Road, RoadName
from conserje.domain.receivables.posting import Rows
from conserje.services.receivables import allocation, credit_note, payment, second, withholding
from conserje.services.receivables.refusals import AlreadySettled, AmountRefused, Refused
from conserje.services.tenancy.act import act, reading

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def customer_id(creditor):
    (made,) = book.customers(creditor.id, "Café Imaginario")
    return made


def invoices(creditor_id, customer_id, count, minor=500):
    return book.opened(creditor_id, *(book.new_invoice(customer_id, f"FE-{n}", minor) for n in range(count)))


def no_deadlock_was_needed():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()") if _can_flush() else None
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        assert cursor.fetchone() == (0,)


def _can_flush():
    return connection.pg_version >= 150000


@pytest.mark.parametrize("count", [60, pytest.param(500, marks=pytest.mark.long)])
def test_reversals_each_asked_for_twice_by_twenty_threads(creditor, customer_id, count):
    """As Formance tests its ledger: exactly `count` are made, as many are refused, and money is where it was."""
    creditor_id = creditor.id
    bills = invoices(creditor_id, customer_id, count, minor=10)
    done = book.paid(creditor_id, customer_id, 10 * count)
    with reading(creditor_id=creditor_id):
        rows = list(Allocation.objects.order_by("id").values_list("id", flat=True))
    assert len(rows) == count
    asked = rows * 2
    random.Random(7).shuffle(asked)

    def thread(part):
        def work():
            made = Counter()
            for row in part:
                try:
                    allocation.reverse(
                        creditor_id=creditor_id, allocation_id=row, actor="person:1", now=book.NOW
                    )
                    made["done"] += 1
                except AlreadySettled:
                    made["refused"] += 1
            return made

        return work

    answers = book.at_once(*(thread(asked[n::20]) for n in range(20)))
    assert book.failures(answers) == []
    assert sum(answers, Counter()) == {"done": count, "refused": count}
    assert book.open_of(creditor_id, *bills) == [10] * count
    assert book.unallocated_of(creditor_id, done.payment_id) == 10 * count
    assert book.accounts(creditor_id)["unallocated", "COP"] == -10 * count
    no_deadlock_was_needed()
    book.sound(creditor_id)


def test_refunds_at_once_give_back_no_more_than_came_in(creditor, customer_id):
    creditor_id = creditor.id
    invoices(creditor_id, customer_id, 2)
    done = book.paid(creditor_id, customer_id, 1_000)
    calls = [lambda n=n: book.sent_back(creditor_id, done.payment_id, 300, f"r{n}") for n in range(8)]
    refused = book.failures(book.at_once(*calls))
    assert [type(error) for error in refused] == [AmountRefused] * 5
    with reading(creditor_id=creditor_id):
        assert sum(PaymentReversal.objects.values_list("amount_minor", flat=True)) == 900
    book.sound(creditor_id)


def test_a_chargeback_after_a_refund_takes_what_is_left_and_no_more(creditor, customer_id):
    creditor_id = creditor.id
    bills = invoices(creditor_id, customer_id, 1)
    done = book.paid(creditor_id, customer_id, 500)
    book.sent_back(creditor_id, done.payment_id, 200, "refund")
    with pytest.raises(AmountRefused):
        book.sent_back(creditor_id, done.payment_id, 500, "chargeback", ReversalKind.CHARGEBACK)
    back = book.sent_back(creditor_id, done.payment_id, 300, "chargeback", ReversalKind.CHARGEBACK)
    assert back.reopened_invoice_ids == tuple(bills)
    assert book.open_of(creditor_id, *bills) == [500]
    assert book.accounts(creditor_id) == {("receivable", "COP"): 500, ("sales", "COP"): -500}
    book.sound(creditor_id)


def applies(creditor_id, bill, waiting):
    source = Rows(waiting.customer_id, payment_id=waiting.id)
    return book.allocated(creditor_id, source, [Share(bill, Money("COP", 400))])


def gives_up(creditor_id, bill, waiting):
    return book.written_off(creditor_id, bill, Money("COP", 400))


def withholds(creditor_id, bill, waiting):
    told = NewWithholding(bill, f"kind-{book.next_number()}", Money("COP", 400))
    return withholding.recognise(creditor_id=creditor_id, withheld=told, actor="person:1", now=book.NOW)


def credits_(creditor_id, bill, waiting):
    number = f"NC-{book.next_number()}"
    note = NewCreditNote(waiting.customer_id, number, book.TODAY, Money("COP", 400), (Named(bill),))
    return credit_note.issue(creditor_id=creditor_id, note=note, actor="person:1", now=book.NOW)


def pays(creditor_id, bill, waiting):
    return book.paid(creditor_id, waiting.customer_id, 450, bill)


WANTERS = [applies, gives_up, withholds, credits_, pays]
PAIRS = [(one, other) for n, one in enumerate(WANTERS) for other in WANTERS[n:]]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: "-".join(one.__name__ for one in pair))
def test_two_who_want_the_same_four_fifths_of_an_invoice(creditor, customer_id, pair):
    """Together they would take 800 of 500: who is late is refused or gets the rest; nothing goes below zero."""
    creditor_id = creditor.id
    # Money that waits is there before the invoice is: afterwards it would have been applied to it.
    book.paid(creditor_id, customer_id, 800)
    (bill,) = invoices(creditor_id, customer_id, 1)
    with reading(creditor_id=creditor_id):
        waiting = Payment.objects.get()
    answers = book.at_once(*(lambda act=act: act(creditor_id, bill, waiting) for act in pair * 2))
    assert all(isinstance(error, Refused) for error in book.failures(answers)), answers
    assert book.open_of(creditor_id, bill)[0] in (0, 50, 100)
    no_deadlock_was_needed()
    book.sound(creditor_id)


def test_a_payment_told_twice_at_once_by_two_roads_of_different_names_is_one_and_a_waiting_one(
    creditor, customer_id
):
    """The customer paid the same invoice by two banks: one payment closes it, the other waits whole, and is listed."""
    creditor_id = creditor.id
    bills = invoices(creditor_id, customer_id, 2)
    calls = [
        lambda n=n: book.paid(creditor_id, customer_id, 500, bills[0], source="bank", external_id=f"l{n}")
        for n in range(2)
    ]
    answers = book.at_once(*calls * 3)
    assert book.failures(answers) == []
    assert book.open_of(creditor_id, *bills) == [0, 500]
    with reading(creditor_id=creditor_id):
        first, other = Payment.objects.order_by("second_of_id")[::-1]
        assert (first.second_of_id, first.unallocated_minor) == (None, 0)
        assert (other.second_of_id, other.unallocated_minor) == (first.id, 500)
        assert [row.payment_id for row in second.waiting(creditor_id=creditor_id)] == [other.id]
    book.allocated(creditor_id, Rows(customer_id, payment_id=other.id), [Share(bills[1], Money("COP", 500))])
    with reading(creditor_id=creditor_id):
        assert second.waiting(creditor_id=creditor_id) == ()
    book.sound(creditor_id)


def test_acts_that_wait_in_a_circle_are_done_again_and_nobody_is_told(creditor, customer_id):
    """Locks taken in opposite orders on purpose: PostgreSQL gives one up, the act is done again, both happen."""
    creditor_id = creditor.id
    bills = invoices(creditor_id, customer_id, 2)
    tries = Counter()

    @act
    def takes(*, creditor_id: int, order: list[int], name: str) -> int:
        tries[name] += 1
        for bill in order:
            Invoice.objects.select_for_update().get(creditor_id=creditor_id, id=bill)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(0.3)")
        told = Received(
            customer_id, "cash", name, Money("COP", 100), book.TODAY, (Road(RoadName.PERSON, name),)
        )
        return payment.take_in(creditor_id=creditor_id, received=told, now=book.NOW).payment_id

    answers = book.at_once(
        lambda: takes(creditor_id=creditor_id, order=bills, name="a"),
        lambda: takes(creditor_id=creditor_id, order=bills[::-1], name="b"),
    )
    assert book.failures(answers) == []
    assert sum(tries.values()) > 2
    assert sum(book.open_of(creditor_id, *bills)) == 800
    with reading(creditor_id=creditor_id):
        assert Payment.objects.count() == 2
    book.sound(creditor_id)
