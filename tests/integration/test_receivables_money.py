# SPDX-License-Identifier: Apache-2.0
"""Acts of money through the services: what moves, what is refused, and what a second telling does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.integration import receivables_book as book

from conserje.data.journal.models import Entry
from conserje.data.receivables.models import Allocation, Invoice, PaymentRoad, Withholding
from conserje.domain.kit.money import Money
from conserje.domain.receivables.adjustment import Certificate, NewCreditNote, NewWithholding
from conserje.domain.receivables.allocation import Named, Share
from conserje.domain.receivables.invoice import Due, NewInvoice
from conserje.domain.receivables.payment import (
    BankLine,
    Received,
    Reversal,
    ReversalKind,
    Road,
    RoadName,
    Unmatched,
)
from conserje.domain.receivables.posting import Rows
from conserje.services.receivables import (
    allocation,
    bank_line,
    credit_note,
    invoice,
    payment,
    withholding,
)
from conserje.services.receivables.refusals import AlreadySettled, AmountRefused, PaymentConflict, UnknownRow
from conserje.services.tenancy.act import acting, reading

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def buyer(creditor):
    (customer_id,) = book.customers(creditor.id, "Café Imaginario")
    return creditor.id, customer_id


def cop(minor):
    return Money("COP", minor)


def test_opening_again_changes_nothing_and_tells_what_differs(buyer):
    creditor_id, customer_id = buyer
    first = book.new_invoice(customer_id, "FE-1", 500)
    book.opened(creditor_id, first, book.new_invoice(customer_id, "FE-2", 700, "USD"))
    other = book.new_invoice(customer_id, "fe 1", 501)
    later = replace(first, number="FE2", total=Money("USD", 700), dues=(Due(book.TODAY, Money("USD", 700)),))
    with acting(creditor_id=creditor_id):
        again = invoice.open_many(creditor_id=creditor_id, invoices=[first], now=book.NOW)
        told = invoice.open_many(creditor_id=creditor_id, invoices=[other, later, first], now=book.NOW)
    assert (again.opened_ids, again.differing) == ((), ())
    assert told.opened_ids == ()
    assert told.differing == ((customer_id, "fe1"), (customer_id, "fe2"))
    assert book.accounts(creditor_id) == {
        ("receivable", "COP"): 500,
        ("sales", "COP"): -500,
        ("receivable", "USD"): 700,
        ("sales", "USD"): -700,
    }


def test_several_due_dates_are_kept_in_order(buyer):
    creditor_id, customer_id = buyer
    dues = tuple(
        Due(book.TODAY + timedelta(days=day), cop(minor)) for day, minor in ((60, 334), (0, 333), (30, 333))
    )
    (invoice_id,) = book.opened(creditor_id, NewInvoice(customer_id, "FE-1", cop(1000), dues))
    with reading(creditor_id=creditor_id):
        row = Invoice.objects.get(id=invoice_id)
        assert list(row.dues.order_by("position").values_list("amount_minor", flat=True)) == [333, 333, 334]
        assert row.first_due_on == book.TODAY


def test_a_payment_goes_to_what_it_names_then_to_the_oldest_and_the_rest_waits(buyer):
    creditor_id, customer_id = buyer
    old, named, dollars = book.opened(
        creditor_id,
        book.new_invoice(customer_id, "FE-1", 500, days=-90),
        book.new_invoice(customer_id, "FE-2", 300),
        book.new_invoice(customer_id, "FE-3", 300, "USD"),
    )
    done = book.paid(creditor_id, customer_id, 900, named)
    assert done.applied == (Share(named, cop(300)), Share(old, cop(500)))
    assert (done.unallocated, done.closed_invoice_ids, done.is_new) == (cop(100), (old, named), True)
    assert book.open_of(creditor_id, old, named, dollars) == [0, 0, 300]
    assert book.unallocated_of(creditor_id, done.payment_id) == 100
    with reading(creditor_id=creditor_id):
        row = Entry.objects.get(kind="receivables.payment.recorded")
        assert (row.customer_id, row.subject_id, row.payload["unallocated_minor"]) == (
            customer_id,
            done.payment_id,
            100,
        )


def test_a_payment_told_again_is_known_and_one_that_contradicts_is_refused(buyer):
    creditor_id, customer_id = buyer
    (other,) = book.customers(creditor_id, "Otra Tienda")
    book.opened(creditor_id, book.new_invoice(customer_id, "FE-1", 500))
    done = book.paid(creditor_id, customer_id, 200, external_id="a")
    hook = (Road(RoadName.HOOK, "evt_1"),)
    again = book.paid(creditor_id, customer_id, 200, external_id="a", roads=hook)
    assert (again.payment_id, again.is_new, again.applied) == (done.payment_id, False, ())
    for who, minor in ((customer_id, 201), (other, 200)):
        with pytest.raises(PaymentConflict):
            book.paid(creditor_id, who, minor, external_id="a", roads=hook)
    with pytest.raises(PaymentConflict, match="told of payment"):
        book.paid(creditor_id, customer_id, 1, external_id="b", roads=hook)
    with reading(creditor_id=creditor_id):
        assert set(PaymentRoad.objects.values_list("road", flat=True)) == {"person", "hook"}
    assert book.accounts(creditor_id)["cash", "COP"] == 200


def test_unallocated_money_is_applied_by_hand_and_taken_back(buyer):
    creditor_id, customer_id = buyer
    done = book.paid(creditor_id, customer_id, 400)
    first, second = book.opened(
        creditor_id, book.new_invoice(customer_id, "FE-1", 300), book.new_invoice(customer_id, "FE-2", 300)
    )
    source = Rows(customer_id, payment_id=done.payment_id)

    def apply(*shares):
        return book.allocated(creditor_id, source, [Share(key, money) for key, money in shares])

    for wrong in (
        [],
        [(first, cop(301))],
        [(first, cop(0))],
        [(first, Money("USD", 1))],
        [(first, cop(300)), (second, cop(101))],
        [(first, cop(1)), (first, cop(1))],
    ):
        with pytest.raises(AmountRefused):
            apply(*wrong)
    ids = apply((first, cop(300)), (second, cop(100)))
    assert book.open_of(creditor_id, first, second) == [0, 200]
    allocation.reverse(creditor_id=creditor_id, allocation_id=ids[0], actor="person:1", now=book.NOW)
    assert book.open_of(creditor_id, first, second) == [300, 200]
    assert book.unallocated_of(creditor_id, done.payment_id) == 300
    with reading(creditor_id=creditor_id):
        back = Allocation.objects.get(reverses_id=ids[0])
    for twice in (ids[0], back.id):
        with pytest.raises(AlreadySettled):
            allocation.reverse(creditor_id=creditor_id, allocation_id=twice, actor="person:1", now=book.NOW)
    with pytest.raises(UnknownRow):
        allocation.reverse(creditor_id=creditor_id, allocation_id=10**9, actor="person:1", now=book.NOW)


def reversal(minor, name="r", currency="COP"):
    return Reversal(ReversalKind.CHARGEBACK, name, Money(currency, minor), book.TODAY)


def test_money_going_back_opens_the_newest_allocations_and_no_more_than_needed(buyer):
    creditor_id, customer_id = buyer
    first, second = book.opened(
        creditor_id,
        book.new_invoice(customer_id, "FE-1", 300, days=-90),
        book.new_invoice(customer_id, "FE-2", 300),
    )
    done = book.paid(creditor_id, customer_id, 650)

    def back(told):
        return payment.reverse(
            creditor_id=creditor_id, payment_id=done.payment_id, reversal=told, actor="system", now=book.NOW
        )

    assert back(reversal(50)).reopened_invoice_ids == ()
    assert back(reversal(100, "s")).reopened_invoice_ids == (second,)
    assert book.open_of(creditor_id, first, second) == [0, 100]
    assert back(reversal(100, "s")).is_new is False
    with pytest.raises(PaymentConflict):
        back(reversal(101, "s"))
    for wrong in (reversal(501, "t"), reversal(1, "t", "USD"), reversal(0, "t"), reversal(-1, "t")):
        with pytest.raises(AmountRefused):
            back(wrong)
    assert back(reversal(500, "t")).reopened_invoice_ids == (first, second)
    assert book.open_of(creditor_id, first, second) == [300, 300]
    assert book.accounts(creditor_id) == {("receivable", "COP"): 600, ("sales", "COP"): -600}


def test_a_credit_note_is_for_what_it_names_and_nothing_else(buyer):
    creditor_id, customer_id = buyer
    old, named = book.opened(
        creditor_id,
        book.new_invoice(customer_id, "FE-1", 500, days=-90),
        book.new_invoice(customer_id, "FE-2", 300),
    )
    note = NewCreditNote(customer_id, "NC-1", book.TODAY, cop(400), (Named(named),))
    note_id = credit_note.issue(creditor_id=creditor_id, note=note, actor="person:1", now=book.NOW)
    assert credit_note.issue(creditor_id=creditor_id, note=note, actor="person:1", now=book.NOW) == note_id
    assert book.open_of(creditor_id, old, named) == [500, 0]
    with pytest.raises(PaymentConflict):
        credit_note.issue(
            creditor_id=creditor_id, note=replace(note, amount=cop(401)), actor="person:1", now=book.NOW
        )
    source = Rows(customer_id, credit_note_id=note_id)
    with pytest.raises(AmountRefused):
        book.allocated(creditor_id, source, [Share(old, cop(101))])
    book.allocated(creditor_id, source, [Share(old, cop(100))])
    assert book.accounts(creditor_id) == {
        ("receivable", "COP"): 400,
        ("sales", "COP"): -800,
        ("credits", "COP"): 400,
    }


def test_withheld_tax_is_set_aside_certified_or_open_again(buyer):
    creditor_id, customer_id = buyer
    (invoice_id,) = book.opened(creditor_id, book.new_invoice(customer_id, "FE-1", 1000))

    def recognise(kind, minor, currency="COP"):
        told = NewWithholding(invoice_id, kind, Money(currency, minor))
        return withholding.recognise(creditor_id=creditor_id, withheld=told, actor="system", now=book.NOW)

    fuente = recognise("retefuente", 40)
    ica = recognise("reteica", 10)
    assert recognise("retefuente", 40) == fuente
    for wrong in (("retefuente", 41), ("reteiva", 951), ("reteiva", 0), ("reteiva", 1, "USD")):
        with pytest.raises(AmountRefused):
            recognise(*wrong)
    assert book.open_of(creditor_id, invoice_id) == [950]
    paper = Certificate("C-77", book.TODAY)
    withholding.certify(
        creditor_id=creditor_id, withholding_id=fuente, certificate=paper, actor="person:1", now=book.NOW
    )
    withholding.reject(creditor_id=creditor_id, withholding_id=ica, actor="person:1", now=book.NOW)
    for row in (fuente, ica):
        with pytest.raises(AlreadySettled):
            withholding.reject(creditor_id=creditor_id, withholding_id=row, actor="person:1", now=book.NOW)
    assert book.open_of(creditor_id, invoice_id) == [960]
    assert recognise("reteica", 5) not in (fuente, ica)
    with reading(creditor_id=creditor_id):
        assert Withholding.objects.get(id=fuente).certificate_number == "C-77"
    assert book.accounts(creditor_id) == {
        ("receivable", "COP"): 955,
        ("sales", "COP"): -1000,
        ("withheld", "COP"): 5,
        ("credits", "COP"): 40,
    }


def test_a_write_off_takes_no_more_than_is_open(buyer):
    creditor_id, customer_id = buyer
    (invoice_id,) = book.opened(creditor_id, book.new_invoice(customer_id, "FE-1", 1000))
    for wrong in (cop(1001), cop(0), Money("USD", 1)):
        with pytest.raises(AmountRefused):
            book.written_off(creditor_id, invoice_id, wrong)
    book.written_off(creditor_id, invoice_id, cop(1000))
    assert book.open_of(creditor_id, invoice_id) == [0]


def test_imported_payments_pay_their_own_invoice_once(buyer):
    creditor_id, customer_id = buyer
    first, second = book.opened(
        creditor_id, book.new_invoice(customer_id, "FE-1", 300), book.new_invoice(customer_id, "FE-2", 300)
    )

    def row(name, minor, *named, currency="COP"):
        road = Road(RoadName.IMPORT, name)
        names = tuple(Named(key) for key in named)
        return Received(customer_id, "file", name, Money(currency, minor), book.TODAY, (road,), names)

    rows = [
        row("a", 200, first),
        row("b", 200, first),
        row("c", 300, second, currency="USD"),
        row("d", 9),
        row("a", 1),
    ]
    with acting(creditor_id=creditor_id):
        done = payment.record_many(creditor_id=creditor_id, received=rows, now=book.NOW)
    assert (done.new, done.known, done.conflicts, done.closed_invoice_ids) == (4, 0, (), (first,))
    assert book.open_of(creditor_id, first, second) == [0, 300]
    with acting(creditor_id=creditor_id):
        again = payment.record_many(creditor_id=creditor_id, received=[*rows[:3], row("d", 10)], now=book.NOW)
    assert (again.new, again.known, again.conflicts, again.closed_invoice_ids) == (0, 3, ("d",), ())
    assert book.accounts(creditor_id) == {
        ("receivable", "COP"): 300,
        ("sales", "COP"): -600,
        ("cash", "COP"): 409,
        ("unallocated", "COP"): -109,
        ("cash", "USD"): 300,
        ("unallocated", "USD"): -300,
    }


def test_a_bank_line_finds_its_customer_by_number_or_moves_nothing(buyer):
    creditor_id, customer_id = buyer
    (other,) = book.customers(creditor_id, "Otra Tienda")
    first, inside, twin, theirs = book.opened(
        creditor_id,
        book.new_invoice(customer_id, "FE-1042", 300),
        book.new_invoice(other, "1042", 300),
        book.new_invoice(customer_id, "A-77", 100),
        book.new_invoice(other, "A-77", 250),
    )

    def told(name, text, minor):
        line = BankLine(name, text, cop(minor), book.TODAY)
        return bank_line.record(creditor_id=creditor_id, line=line, now=book.NOW)

    assert told("1", "ABONO SIN NOMBRE", 300) is Unmatched.NOBODY_KNOWN
    assert told("2", "PAGO FACT FE 1042", 300).applied == (Share(first, cop(300)),)
    assert told("2", "PAGO FACT FE 1042", 300).is_new is False
    assert told("3", "pago a77", 240) is Unmatched.SEVERAL_CUSTOMERS
    assert told("4", "pago a77", 250).applied == (Share(theirs, cop(250)),)
    assert book.open_of(creditor_id, first, inside, twin, theirs) == [0, 300, 100, 0]


def test_books_are_apart(buyer, database):
    from tests.integration import build

    creditor_id, customer_id = buyer
    (invoice_id,) = book.opened(creditor_id, book.new_invoice(customer_id, "FE-1", 1000))
    stranger = build.creditor()
    with pytest.raises(UnknownRow):
        book.written_off(stranger.id, invoice_id, cop(1))
    assert book.accounts(stranger.id) == {}
