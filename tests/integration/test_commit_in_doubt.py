# SPDX-License-Identifier: Apache-2.0
"""The answer to COMMIT is lost, or COMMIT itself: whoever does it again, it counts once and the books are sound."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from tests import harness
from tests.integration import receivables_book as book
from tests.integration.commit_proxy import Wire, wired

from conserje.data.arrangements.models import Dispute, PaymentClaim, PromiseToPay
from conserje.data.receivables.models import (
    Allocation,
    CreditNote,
    Payment,
    PaymentReversal,
    Withholding,
    WriteOff,
)
from conserje.domain.kit.money import Money
from conserje.domain.receivables.adjustment import Certificate, NewCreditNote, NewWithholding
from conserje.domain.receivables.allocation import Named, Share
from conserje.domain.receivables.payment import BankLine, Received, Road, RoadName
from conserje.domain.receivables.posting import Rows
from conserje.services.arrangements import claim, dispute, promise
from conserje.services.receivables import allocation, bank_line, credit_note, payment, withholding
from conserje.services.receivables.refusals import AlreadySettled
from conserje.services.tenancy.act import CommitUnknown, act, acting, keyed, reading


@pytest.fixture
def wire(database: harness.Clone) -> Iterator[Wire]:
    with wired(database) as running:
        yield running


@dataclass(frozen=True)
class Debt:
    """A customer with an invoice of 500 and one of 300 that a payment of 300 could pay: it waits, unallocated."""

    creditor_id: int
    customer_id: int
    invoice_id: int
    other_id: int
    payment_id: int
    withholding_id: int


@pytest.fixture
def debt(creditor) -> Debt:
    (customer_id,) = book.customers(creditor.id, "Café Imaginario")
    waiting = book.paid(creditor.id, customer_id, 300)
    first, second = book.opened(
        creditor.id, book.new_invoice(customer_id, "FE-1", 500), book.new_invoice(customer_id, "FE-2", 300)
    )
    told = NewWithholding(second, "reteiva", Money("COP", 10))
    row = withholding.recognise(creditor_id=creditor.id, withheld=told, actor="person:1", now=book.NOW)
    return Debt(creditor.id, customer_id, first, second, waiting.payment_id, row)


def cop(minor: int) -> Money:
    return Money("COP", minor)


def a_payment(debt: Debt) -> Any:
    return book.paid(debt.creditor_id, debt.customer_id, 200, debt.invoice_id, external_id="x")


def a_bank_line(debt: Debt) -> Any:
    line = BankLine("line-1", "ABONO FE-1", cop(500), book.TODAY)
    return bank_line.record(creditor_id=debt.creditor_id, line=line, now=book.NOW)


def an_allocation(debt: Debt) -> Any:
    source = Rows(debt.customer_id, payment_id=debt.payment_id)
    return book.allocated(debt.creditor_id, source, [Share(debt.invoice_id, cop(100))], key="form-1")


def a_write_off(debt: Debt) -> Any:
    return book.written_off(debt.creditor_id, debt.invoice_id, cop(100), key="form-1")


def a_refund(debt: Debt) -> Any:
    return book.sent_back(debt.creditor_id, debt.payment_id, 100, "refund-1")


def a_credit_note(debt: Debt) -> Any:
    note = NewCreditNote(debt.customer_id, "NC-1", book.TODAY, cop(50), (Named(debt.invoice_id),))
    return credit_note.issue(creditor_id=debt.creditor_id, note=note, actor="person:1", now=book.NOW)


def a_withholding(debt: Debt) -> Any:
    told = NewWithholding(debt.invoice_id, "retefuente", cop(20))
    return withholding.recognise(creditor_id=debt.creditor_id, withheld=told, actor="person:1", now=book.NOW)


def a_certificate(debt: Debt) -> Any:
    return withholding.certify(
        creditor_id=debt.creditor_id,
        withholding_id=debt.withholding_id,
        certificate=Certificate("C-1", book.TODAY),
        actor="person:1",
        now=book.NOW,
    )


def a_promise(debt: Debt) -> Any:
    return promise.make(
        creditor_id=debt.creditor_id,
        customer_id=debt.customer_id,
        invoice_ids=[debt.invoice_id],
        promised_on=book.TODAY + timedelta(days=5),
        through="portal",
        now=book.NOW,
    )


def a_claim(debt: Debt) -> Any:
    return claim.make(
        creditor_id=debt.creditor_id,
        customer_id=debt.customer_id,
        invoice_ids=[debt.invoice_id],
        said=claim.Said(book.TODAY),
        now=book.NOW,
    )


def a_dispute(debt: Debt) -> Any:
    about = dispute.About(None, "scope", "No era eso.")
    return dispute.open_(
        creditor_id=debt.creditor_id, invoice_id=debt.invoice_id, about=about, by="customer", now=book.NOW
    )


# What is done, and how many rows there are of it once it is done: the debt itself has some.
KEYED: list[tuple[Callable[[Debt], Any], Any, dict[str, Any], int]] = [
    (a_payment, Payment, {}, 2),
    (a_bank_line, Payment, {}, 2),
    (an_allocation, Allocation, {}, 1),
    (a_write_off, WriteOff, {}, 1),
    (a_refund, PaymentReversal, {}, 1),
    (a_credit_note, CreditNote, {}, 1),
    (a_withholding, Withholding, {}, 2),
    (a_certificate, Withholding, {"certified_on": book.TODAY}, 1),
    (a_promise, PromiseToPay, {}, 1),
    (a_claim, PaymentClaim, {}, 1),
    (a_dispute, Dispute, {}, 1),
]
BOTH = pytest.mark.parametrize("reached", [True, False], ids=["answer-lost", "commit-lost"])


def counted(debt: Debt, model: Any, found_by: dict[str, Any]) -> int:
    with reading(creditor_id=debt.creditor_id):
        return int(model.objects.filter(**found_by).count())


def journalled(debt: Debt) -> list[str]:
    with reading(creditor_id=debt.creditor_id), connection.cursor() as cursor:
        cursor.execute("SELECT kind, subject_id FROM journal_entry ORDER BY id")
        return [f"{kind} {subject}" for kind, subject in cursor.fetchall()]


@BOTH
@pytest.mark.parametrize(
    ("do", "model", "found_by", "wanted"), KEYED, ids=lambda item: getattr(item, "__name__", None)
)
def test_what_has_a_key_is_done_once_whatever_became_of_commit(
    wire, debt, reached, do, model, found_by, wanted
):
    before = journalled(debt)
    wire.left, wire.reaches_the_server = 1, reached
    do(debt)
    assert wire.lost == 1
    told = journalled(debt)
    assert len(told) > len(before)
    assert len(set(told)) == len(told)
    do(debt)
    assert counted(debt, model, found_by) == wanted
    assert journalled(debt) == told
    book.sound(debt.creditor_id)


@BOTH
@pytest.mark.parametrize(
    ("do", "model", "found_by", "wanted"), KEYED[:3], ids=lambda item: getattr(item, "__name__", None)
)
def test_a_database_that_stays_away_is_told_and_done_again_later(
    wire, debt, reached, do, model, found_by, wanted
):
    wire.left, wire.reaches_the_server = -1, reached
    with pytest.raises(CommitUnknown):
        do(debt)
    assert wire.lost > 1
    wire.left = 0
    do(debt)
    assert counted(debt, model, found_by) == wanted
    book.sound(debt.creditor_id)


@BOTH
def test_what_has_no_key_is_told_and_refuses_to_happen_twice(wire, debt, reached):
    (row,) = an_allocation(debt)

    def take_back():
        return allocation.reverse(
            creditor_id=debt.creditor_id, allocation_id=row, actor="person:1", now=book.NOW
        )

    wire.left, wire.reaches_the_server = 1, reached
    with pytest.raises(CommitUnknown):
        take_back()
    if reached:
        with pytest.raises(AlreadySettled):
            take_back()
    else:
        take_back()
    assert counted(debt, Allocation, {"reverses": row}) == 1
    assert book.open_of(debt.creditor_id, debt.invoice_id) == [500]
    book.sound(debt.creditor_id)


@BOTH
def test_a_transaction_of_several_steps_is_never_done_again_by_itself(wire, debt, reached):
    received = Received(
        customer_id=debt.customer_id,
        source="import",
        external_id="x",
        amount=cop(200),
        value_on=book.TODAY,
        roads=(Road(RoadName.IMPORT, "x"),),
    )

    def bring_in():
        with acting(creditor_id=debt.creditor_id):
            return payment.take_in(creditor_id=debt.creditor_id, received=received, now=book.NOW)

    wire.left, wire.reaches_the_server = 1, reached
    with pytest.raises(CommitUnknown):
        bring_in()
    assert bring_in().is_new is not reached
    assert counted(debt, Payment, {}) == 2
    book.sound(debt.creditor_id)


def test_a_connection_lost_before_commit_is_done_again(database, debt):
    tries = []

    @act
    def pays(*, creditor_id: int) -> Any:
        tries.append(creditor_id)
        received = Received(
            debt.customer_id, "cash", "x", cop(200), book.TODAY, (Road(RoadName.PERSON, "x"),)
        )
        recorded = payment.take_in(creditor_id=creditor_id, received=received, now=book.NOW)
        if len(tries) < 3:
            with connection.cursor() as cursor, database.connect("admin") as admin:
                cursor.execute("SELECT pg_backend_pid()")
                admin.execute("SELECT pg_terminate_backend(%s)", [cursor.fetchone()[0]])
                cursor.execute("SELECT 1")
        return recorded

    assert pays(creditor_id=debt.creditor_id).is_new
    assert len(tries) == 3
    assert counted(debt, Payment, {}) == 2
    book.sound(debt.creditor_id)


def test_an_act_that_keeps_failing_says_so_after_six_tries(debt):
    tries = []

    @keyed
    @act
    def loses(*, creditor_id: int) -> None:
        tries.append(creditor_id)
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40001'; END $$")

    with pytest.raises(OperationalError):
        loses(creditor_id=debt.creditor_id)
    assert len(tries) == 6


def test_an_act_takes_nothing_that_is_used_up_the_first_time(debt):
    @act
    def spends(*, creditor_id: int, amounts: Iterator[int]) -> int:
        return sum(amounts)

    with pytest.raises(TypeError, match="Give it a list"):
        spends(creditor_id=debt.creditor_id, amounts=iter([1]))
