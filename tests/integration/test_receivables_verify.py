# SPDX-License-Identifier: Apache-2.0
"""`verify` finds nothing in books that the services wrote, whatever they did, and every planted corruption by row."""

from __future__ import annotations

import random

import psycopg
import pytest
from tests.integration import receivables_book as book

from conserje.data.receivables.models import Allocation, Checkout, Invoice, Payment, Withholding
from conserje.domain.kit.money import Money
from conserje.domain.receivables.adjustment import Certificate, NewCreditNote, NewWithholding
from conserje.domain.receivables.allocation import Named, Share
from conserje.domain.receivables.payment import Reversal, ReversalKind
from conserje.domain.receivables.posting import Rows
from conserje.services.receivables import allocation, credit_note, payment, withholding
from conserje.services.receivables.refusals import Refused
from conserje.services.receivables.verify import BROKEN, HOLDS, LISTED, NOT_APPLICABLE, verify
from conserje.services.tenancy.act import acting, reading

pytestmark = pytest.mark.usefixtures("database")

CURRENCIES = ["COP", "USD", "CLP", "KWD"]


class Clerk:
    """Does one random thing after another with three customers' money; refusals are part of the day."""

    def __init__(self, creditor_id: int, seed: int) -> None:
        self.creditor_id = creditor_id
        self.rng = random.Random(seed)
        self.customers = book.customers(creditor_id, "Uno", "Dos", "Tres")
        self.done = 0
        self.refused = 0

    def work(self, acts: int) -> None:
        for n in range(acts):
            choice = self.rng.choice(
                [
                    self.bill,
                    self.pay,
                    self.allocate,
                    self.undo,
                    self.send_back,
                    self.credit,
                    self.withhold,
                    self.settle,
                    self.give_up,
                ]
            )
            try:
                choice(n)
                self.done += 1
            except (Refused, IndexError):
                self.refused += 1

    def any_row(self, model):
        with reading(creditor_id=self.creditor_id):
            return self.rng.choice(list(model.objects.order_by("id")))

    def minor(self) -> int:
        return self.rng.randint(1, 900)

    def bill(self, n: int) -> None:
        customer_id, currency = self.rng.choice(self.customers), self.rng.choice(CURRENCIES)
        days = self.rng.randint(-90, 30)
        book.opened(self.creditor_id, book.new_invoice(customer_id, f"F{n}", self.minor(), currency, days))

    def pay(self, n: int) -> None:
        bill = self.any_row(Invoice)
        named = [bill.id] if self.rng.random() < 0.5 else []
        book.paid(self.creditor_id, bill.customer_id, self.minor(), *named, currency=bill.currency)

    def allocate(self, n: int) -> None:
        source, bill = self.any_row(Payment), self.any_row(Invoice)
        amount = Money(source.currency, self.minor() // 3 + 1)
        book.allocated(
            self.creditor_id, Rows(source.customer_id, payment_id=source.id), [Share(bill.id, amount)]
        )

    def undo(self, n: int) -> None:
        row = self.any_row(Allocation)
        allocation.reverse(creditor_id=self.creditor_id, allocation_id=row.id, actor="person:1", now=book.NOW)

    def send_back(self, n: int) -> None:
        row = self.any_row(Payment)
        told = Reversal(
            self.rng.choice(list(ReversalKind)), f"r{n}", Money(row.currency, self.minor()), book.TODAY
        )
        payment.reverse(
            creditor_id=self.creditor_id, payment_id=row.id, reversal=told, actor="person:1", now=book.NOW
        )

    def credit(self, n: int) -> None:
        bill = self.any_row(Invoice)
        amount = Money(bill.currency, self.minor())
        note = NewCreditNote(bill.customer_id, f"NC{n}", book.TODAY, amount, (Named(bill.id),))
        credit_note.issue(creditor_id=self.creditor_id, note=note, actor="person:1", now=book.NOW)

    def withhold(self, n: int) -> None:
        bill = self.any_row(Invoice)
        told = NewWithholding(bill.id, "retefuente", Money(bill.currency, self.minor() // 9 + 1))
        withholding.recognise(creditor_id=self.creditor_id, withheld=told, actor="person:1", now=book.NOW)

    def settle(self, n: int) -> None:
        row = self.any_row(Withholding)
        if self.rng.random() < 0.5:
            withholding.reject(
                creditor_id=self.creditor_id, withholding_id=row.id, actor="person:1", now=book.NOW
            )
        else:
            withholding.certify(
                creditor_id=self.creditor_id,
                withholding_id=row.id,
                certificate=Certificate(f"C{n}", book.TODAY),
                actor="person:1",
                now=book.NOW,
            )

    def give_up(self, n: int) -> None:
        bill = self.any_row(Invoice)
        book.written_off(self.creditor_id, bill.id, Money(bill.currency, self.minor() // 5 + 1))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_books_written_by_the_services_are_sound(creditor, seed):
    clerk = Clerk(creditor.pk, seed)
    clerk.work(150)
    assert clerk.done > 60
    assert clerk.refused > 5
    report = verify(creditor_id=creditor.pk)
    assert [item.findings for item in report.properties if item.state == BROKEN] == []
    assert report.ok
    states = {item.number: item.state for item in report.properties}
    assert states == {number: NOT_APPLICABLE if number == 11 else HOLDS for number in range(1, 15)}


@pytest.fixture
def busy(creditor):
    """A small sound book in which every kind of row has id 1."""
    creditor_id = creditor.pk
    (customer_id,) = book.customers(creditor_id, "Café Imaginario")
    first, second = book.opened(
        creditor_id, book.new_invoice(customer_id, "FE-1", 1000), book.new_invoice(customer_id, "FE-2", 500)
    )
    done = book.paid(creditor_id, customer_id, 700, first)
    with reading(creditor_id=creditor_id):
        row = Allocation.objects.get().id
    allocation.reverse(creditor_id=creditor_id, allocation_id=row, actor="person:1", now=book.NOW)
    told = Reversal(ReversalKind.REFUND, "r", Money("COP", 100), book.TODAY)
    payment.reverse(
        creditor_id=creditor_id, payment_id=done.payment_id, reversal=told, actor="person:1", now=book.NOW
    )
    note = NewCreditNote(customer_id, "NC-1", book.TODAY, Money("COP", 50), (Named(second),))
    credit_note.issue(creditor_id=creditor_id, note=note, actor="person:1", now=book.NOW)
    withheld = NewWithholding(first, "retefuente", Money("COP", 40))
    withholding.recognise(creditor_id=creditor_id, withheld=withheld, actor="person:1", now=book.NOW)
    with acting(creditor_id=creditor_id):
        Checkout.objects.create(
            creditor_id=creditor_id,
            customer_id=customer_id,
            public_id="a",
            gateway="demo",
            key="a",
            reference="CJA",
            currency="COP",
            amount_minor=700,
            state="paid",
            payment_id=done.payment_id,
            created_at=book.NOW,
        )
    assert verify(creditor_id=creditor_id).ok
    return creditor_id


# Property, what is done to the rows behind its back ("@" is the room), and what must be said.
PLANTS = [
    (
        1,
        "INSERT INTO @ledgerentry (creditor_id, transaction_id, account, customer_id, currency, amount_minor)"
        " VALUES (1, 1, 'cash', 1, 'COP', 7)",
        "ledger transaction 1: its entries sum to 7 COP",
    ),
    (
        2,
        "UPDATE @ledgerentry SET amount_minor = 2 * amount_minor WHERE transaction_id = 3",
        "ledger transaction 3",
    ),
    (2, "DELETE FROM @ledgerentry WHERE transaction_id = 3", "ledger transaction 3"),
    (2, 'UPDATE @ledgertransaction SET "on" = "on" + 1 WHERE id = 3', "ledger transaction 3"),
    (
        2,
        "DELETE FROM @ledgerentry WHERE transaction_id = 1; DELETE FROM @ledgertransaction WHERE id = 1",
        "invoice 1: the ledger has no transaction invoice_opened",
    ),
    (2, "UPDATE @ledgertransaction SET subject_id = 99 WHERE id = 1", "there is no invoice 99"),
    (3, "UPDATE @invoice SET open_minor = 1 WHERE id = 1", "invoice 1: 1 minor units are stored"),
    (3, "UPDATE @payment SET unallocated_minor = 1", "payment 1: 1 minor units are stored"),
    (3, "UPDATE @creditnote SET unapplied_minor = 1", "credit note 1: 1 minor units are stored"),
    (4, "UPDATE @allocation SET amount_minor = -amount_minor WHERE id = 1", "allocation 1"),
    (
        4,
        "UPDATE @allocation SET amount_minor = 5000 WHERE id = 1",
        "payment 1: 4300 minor units of it are allocated",
    ),
    (4, "UPDATE @allocation SET invoice_id = 2 WHERE id = 1", "allocation 1"),
    (5, "DELETE FROM @withholding", "invoice 1: 960 minor units are open"),
    (5, "DELETE FROM @invoicedue WHERE invoice_id = 2", "invoice 2: its due amounts give 0"),
    (
        6,
        "INSERT INTO @payment (creditor_id, customer_id, source, external_id, currency, amount_minor,"
        " unallocated_minor, value_on, received_at, method, reference) SELECT creditor_id, customer_id, source,"
        " external_id, currency, amount_minor, 0, value_on, received_at, '', '' FROM @payment",
        "they have the same source and external id",
    ),
    (6, "UPDATE @payment SET amount_minor = 701", "payment 1: 701 minor units, but the ledger took 700"),
    (7, "UPDATE @allocation SET amount_minor = -1 WHERE id = 2", "allocation 1: it was taken back by 1"),
    (7, "UPDATE @paymentreversal SET amount_minor = 701", "payment 1: 701 minor units went back"),
    (
        7,
        "UPDATE @withholding SET certified_on = '2026-03-02', rejected_at = now()",
        "withholding 1: it is certified and rejected",
    ),
    (
        7,
        "UPDATE @withholding SET rejected_at = now()",
        "invoice 1: 40 minor units are withheld in the ledger",
    ),
    (8, "UPDATE @ledgerentry SET currency = 'USD' WHERE id = 1", "ledger transaction 1: its entries are in"),
    (9, "UPDATE @ledgerentry SET account = 'slush' WHERE id = 1", "ledger entry 1: account slush"),
    (9, "UPDATE @ledgerentry SET currency = 'cop' WHERE id = 2", "ledger entry 2"),
    (9, "UPDATE @invoice SET currency = 'USD' WHERE id = 1", "it is in COP"),
    (10, "UPDATE @ledgertransaction SET \"on\" = '2020-01-01' WHERE kind = 'allocated'", "before payment 1"),
    (12, "UPDATE @checkout SET payment_id = NULL", "checkout 1: it is paid and has no payment"),
    (12, "UPDATE @checkout SET amount_minor = 699", "checkout 1: 699 COP at the gateway"),
    (
        13,
        "UPDATE journal_entry SET payload = '{}' WHERE id = 3",
        "entry 3: its content does not have its hash",
    ),
]

UNGUARD = """
DO $$ DECLARE r record; BEGIN
    FOR r IN SELECT oid::regclass AS t FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
                AND (relname LIKE 'receivables%' OR relname LIKE 'journal%') LOOP
        EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', r.t);
    END LOOP;
    FOR r IN SELECT conrelid::regclass AS t, conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace
                AND conrelid::regclass::text LIKE 'receivables%' AND contype IN ('c', 'f') LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', r.t, r.conname);
    END LOOP;
    ALTER TABLE receivables_payment DROP CONSTRAINT payment_identity;
END $$
"""


def spoil(database, plant):
    """Do what no service would: past triggers and foreign keys, and past constraints when one of them still refuses."""
    statements = plant.replace("@", "receivables_").split(";")
    with database.connect("admin") as link:
        link.execute("SET session_replication_role = replica")
        try:
            done(link, statements)
        except psycopg.errors.IntegrityError:
            link.execute(UNGUARD)
            done(link, statements)


def done(link, statements):
    with link.transaction():
        for statement in statements:
            assert link.execute(statement).rowcount > 0, statement


@pytest.mark.parametrize(("number", "plant", "said"), PLANTS)
def test_a_planted_corruption_is_found_and_named(database, busy, number, plant, said):
    spoil(database, plant)
    report = verify(creditor_id=busy)
    assert not report.ok
    broken = next(item for item in report.properties if item.number == number)
    assert broken.state == BROKEN
    assert any(said in finding for finding in broken.findings), broken.findings


def test_no_more_than_a_page_of_findings_is_listed(database, busy):
    customers = book.customers(busy, "Otra Tienda")
    book.opened(busy, *(book.new_invoice(customers[0], f"X{n}", 100) for n in range(LISTED + 10)))
    spoil(database, f"UPDATE @invoice SET open_minor = 99 WHERE customer_id = {customers[0]}")
    stored = next(item for item in verify(creditor_id=busy).properties if item.number == 3)
    assert len(stored.findings) == LISTED + 1
    assert stored.findings[-1] == "and 10 more"
