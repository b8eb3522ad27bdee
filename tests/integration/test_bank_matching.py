# SPDX-License-Identifier: Apache-2.0
"""A file of the bank into the books: once, never twice, never on a doubt; and what people decide of the rest."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.integration import receivables_book as book

from conserje.cli.bank import bank
from conserje.data.journal.models import Entry
from conserje.data.receivables.models import (
    BankDecision,
    BankLine,
    Freshness,
    Invoice,
    PayerName,
    Payment,
    Withholding,
)
from conserje.data.tenancy.models import Creditor
from conserje.domain.kit.money import Money
from conserje.domain.ports.statement import Assumed, Movement, Statement, StatementRefused, keyed
from conserje.domain.receivables.allocation import Share
from conserje.domain.receivables.invoice import Due, NewInvoice
from conserje.services.receivables import bank_lines, bank_statement, invoice, matching
from conserje.services.receivables.bank_statement import BankFile, Brought
from conserje.services.receivables.matching import Choice
from conserje.services.receivables.refusals import AlreadySettled, AmountRefused, UnknownRow
from conserje.services.tenancy.act import acting, reading

BY = "person:7"


def moved(minor: int, text: str = "", **told: str) -> Movement:
    return Movement(book.TODAY, book.TODAY, minor, text, **told)


def a_file(*movements: Movement, name: str = "one", closed_on: date | None = None) -> BankFile:
    lines = keyed(movements, bank_account="031-1", currency="COP")
    return BankFile("camt053", name, (Statement("031-1", "COP", lines, closed_on=closed_on),))


def bring(creditor: Creditor, *movements: Movement, name: str = "one") -> Brought:
    file = a_file(*movements, name=name)
    return bank_statement.bring(creditor_id=creditor.id, file=file, by=BY, now=book.NOW)


def lines(creditor: Creditor, state: str) -> list[bank_lines.Line]:
    with reading(creditor_id=creditor.id):
        return bank_lines.page(creditor_id=creditor.id, state=state, limit=50, offset=0)


def confirm(creditor: Creditor, line: bank_lines.Line) -> int | None:
    return matching.confirm(
        creditor_id=creditor.id,
        line_id=line.id,
        decision_id=line.decision_id or 0,
        by=BY,
        now=book.NOW,
    )


def payments(creditor: Creditor) -> int:
    with reading(creditor_id=creditor.id):
        return Payment.objects.filter(creditor_id=creditor.id).count()


def asked(creditor: Creditor, *words: str) -> Any:
    """What a command of `conserje bank` answers."""
    result = CliRunner().invoke(bank, [*words, "--creditor", creditor.public_id, "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


@pytest.fixture
def ana(creditor: Creditor) -> int:
    """A customer of the creditor."""
    return book.customers(creditor.id, "Panadería El Ejemplo S.A.S.")[0]


def with_net(creditor: Creditor, customer_id: int, number: str, net: int, tax: int) -> int:
    total = Money("COP", net + tax)
    due = Due(book.TODAY - timedelta(days=10), total)
    new = NewInvoice(
        customer_id,
        number,
        total,
        (due,),
        issued_on=book.TODAY - timedelta(days=40),
        net=Money("COP", net),
        tax=Money("COP", tax),
    )
    with acting(creditor_id=creditor.id):
        return next(
            iter(invoice.open_many(creditor_id=creditor.id, invoices=[new], now=book.NOW).ids.values())
        )


def test_certain_lines_are_applied_once_whatever_files_tell_of_them(creditor: Creditor, ana: int) -> None:
    first, second, third = book.opened(
        creditor.id,
        book.new_invoice(ana, "FE-1042", 500_00),
        book.new_invoice(ana, "FE-1043", 250_00),
        book.new_invoice(ana, "FE-1044", 90_00),
    )
    one = moved(500_00, "PAGO FE 1042", bank_reference="B1")
    two = moved(340_00, "FE-1043 y FE-0001044", bank_reference="B2")
    out = moved(-7_00, "COMISION", bank_reference="B3")
    brought = bring(creditor, one, out)
    assert (brought.new, brought.states) == (2, {"matched": 1, "ignored": 1})
    assert brought.applied == (Money("COP", 500_00),)
    assert bring(creditor, one, out) == Brought(2, 0, {}, (), None)
    overlapping = bring(creditor, one, out, two, name="two")
    assert (overlapping.lines, overlapping.new, overlapping.states) == (3, 1, {"matched": 1})
    assert book.open_of(creditor.id, first, second, third) == [0, 0, 0]
    assert payments(creditor) == 2
    assert book.accounts(creditor.id)["cash", "COP"] == 840_00
    with reading(creditor_id=creditor.id):
        held = BankDecision.objects.filter(state="matched").order_by("id")
        assert [(row.decided_by, row.score, row.reasons) for row in held] == [
            ("rule", 100, ["number", "exact_sum"])
        ] * 2
        kinds = Entry.objects.filter(kind__startswith="receivables.bank_line.").values_list("kind", flat=True)
        assert sorted(kinds) == [
            "receivables.bank_line.ignored",
            "receivables.bank_line.matched",
            "receivables.bank_line.matched",
        ]
    book.sound(creditor.id)


def test_equal_lines_of_one_day_are_as_many_as_the_bank_says(creditor: Creditor, ana: int) -> None:
    same = [moved(100_00, "ABONO EFECTIVO")] * 2
    assert bring(creditor, *same).new == 2
    assert bring(creditor, *same, *same[:1], name="later").new == 1


def test_the_net_of_withholding_closes_the_invoice_but_for_its_certificate(
    creditor: Creditor, ana: int
) -> None:
    invoice_id = with_net(creditor, ana, "FE-1042", 1_000_000_00, 190_000_00)
    assert bring(creditor, moved(1_150_000_00, "PAGO FE-1042")).states == {"matched": 1}
    assert book.open_of(creditor.id, invoice_id) == [0]
    with reading(creditor_id=creditor.id):
        kept = Withholding.objects.get()
        assert (kept.kind, kept.amount_minor, kept.certified_on) == ("retefuente", 40_000_00, None)
    (line,) = lines(creditor, "matched")
    assert line.shares[0].withheld == Money("COP", 40_000_00)
    book.sound(creditor.id)
    matching.undo(creditor_id=creditor.id, line_id=line.id, by=BY, now=book.NOW)
    assert book.open_of(creditor.id, invoice_id) == [1_190_000_00]
    book.sound(creditor.id)


def test_rates_that_the_creditor_states_count_instead_of_the_packs(creditor: Creditor, ana: int) -> None:
    with_net(creditor, ana, "FE-1042", 1_000_000_00, 190_000_00)
    said = ("CO", "retefuente", "--base", "net", "--percent", "2.75", "--reason", "Resolución 7", "--by", "7")
    assert asked(creditor, "state-tax", *said, "--from", book.TODAY.isoformat())["stated"]
    told = asked(creditor, "taxes")
    rates = {item["tax"]: item["percents"] for item in told["taxes"]}
    assert (rates["retefuente"], rates["reteiva"]) == (["2.75"], ["15"])
    four = bring(creditor, moved(1_150_000_00, "PAGO FE-1042"))
    assert four.states == {"proposed": 1}, "four per cent is no rate of this creditor: a part is proposed"
    assert bring(creditor, moved(1_162_500_00, "PAGO FE-1042"), name="two").states == {"matched": 1}
    with reading(creditor_id=creditor.id):
        assert Withholding.objects.get().amount_minor == 27_500_00
        kinds = Entry.objects.filter(kind="receivables.withheld_rate.stated")
        assert [entry.payload["percents"] for entry in kinds] == [["2.75"]]
    number = told["stated"][0]["number"]
    ended = asked(creditor, "taxes", "--end", str(number), "--by", "7")
    rates = {item["tax"]: item["percents"] for item in ended["taxes"]}
    assert rates["retefuente"][0] == "1"
    for wrong in (("--percent", "0"), ("--percent", "101"), ("--percent", "x"), ("--until", "2026-01-01")):
        refused = CliRunner().invoke(bank, ["state-tax", *said, *wrong, "--creditor", creditor.public_id])
        assert refused.exit_code == 1, wrong


def test_a_proposal_moves_nothing_until_a_person_confirms_it_and_can_be_undone(
    creditor: Creditor, ana: int
) -> None:
    (invoice_id,) = book.opened(creditor.id, book.new_invoice(ana, "FE-1042", 500_00))
    told = moved(500_00, "TRANSFERENCIA", payer_name="PANADERIA EL EJEMPLO SAS", bank_reference="B1")
    assert bring(creditor, told).states == {"proposed": 1}
    assert (payments(creditor), book.open_of(creditor.id, invoice_id)) == (0, [500_00])
    (line,) = lines(creditor, "proposed")
    made = confirm(creditor, line)
    assert made is not None
    assert book.open_of(creditor.id, invoice_id) == [0]
    with pytest.raises(AlreadySettled):
        confirm(creditor, line)
    with reading(creditor_id=creditor.id):
        assert PayerName.objects.get(unlearned_at=None).customer_id == ana
    (again,) = book.opened(creditor.id, book.new_invoice(ana, "FE-1050", 300_00))
    known = moved(300_00, "OTRA", payer_name="Panaderia el Ejemplo, S.A.S.", bank_reference="B2")
    assert bring(creditor, known, name="two").states == {"matched": 1}
    assert book.open_of(creditor.id, again) == [0]

    matching.undo(creditor_id=creditor.id, line_id=line.id, by=BY, now=book.NOW)
    assert book.open_of(creditor.id, invoice_id) == [500_00]
    with reading(creditor_id=creditor.id):
        assert not PayerName.objects.filter(unlearned_at=None).exists()
    assert [one.id for one in lines(creditor, "queued")] == [line.id]
    third = matching.apply_to(
        creditor_id=creditor.id,
        line_id=line.id,
        choice=Choice(ana, (Share(invoice_id, Money("COP", 200_00)),)),
        by=BY,
        now=book.NOW,
    )
    assert third not in (None, made)
    assert book.open_of(creditor.id, invoice_id) == [300_00]
    assert book.unallocated_of(creditor.id, third or 0) == 300_00
    book.sound(creditor.id)


def test_a_doubt_moves_no_money_and_a_choice_is_held_to_what_is_open(creditor: Creditor, ana: int) -> None:
    (luz,) = book.customers(creditor.id, "Invento Digital Ltda")
    mine, theirs = book.opened(
        creditor.id, book.new_invoice(ana, "A-77", 500_00), book.new_invoice(luz, "A-77", 500_00)
    )
    assert bring(creditor, moved(500_00, "pago a77")).states == {"queued": 1}
    (line,) = lines(creditor, "queued")
    wrong: Sequence[tuple[int, int, int]] = [(ana, theirs, 100_00), (ana, mine, 500_01), (ana, mine, 0)]
    for customer_id, invoice_id, minor in wrong:
        choice = Choice(customer_id, (Share(invoice_id, Money("COP", minor)),))
        with pytest.raises(AmountRefused):
            matching.apply_to(creditor_id=creditor.id, line_id=line.id, choice=choice, by=BY, now=book.NOW)
    with pytest.raises(UnknownRow):
        matching.apply_to(
            creditor_id=creditor.id, line_id=line.id, choice=Choice(10**9, ()), by=BY, now=book.NOW
        )
    assert payments(creditor) == 0
    matching.ignore(creditor_id=creditor.id, line_id=line.id, note="aporte de socios", by=BY, now=book.NOW)
    assert [one.note for one in lines(creditor, "ignored")] == ["aporte de socios"]
    matching.undo(creditor_id=creditor.id, line_id=line.id, by=BY, now=book.NOW)
    assert [one.id for one in lines(creditor, "queued")] == [line.id]


def test_a_proposal_whose_invoice_was_paid_meanwhile_is_refused(creditor: Creditor, ana: int) -> None:
    (invoice_id,) = book.opened(creditor.id, book.new_invoice(ana, "FE-1042", 500_00))
    bring(creditor, moved(500_00, "X", payer_name="Panadería El Ejemplo"))
    (line,) = lines(creditor, "proposed")
    book.paid(creditor.id, ana, 100_00, invoice_id)
    with pytest.raises(AmountRefused):
        confirm(creditor, line)
    assert payments(creditor) == 1
    book.sound(creditor.id)


def test_money_written_down_by_hand_is_not_recorded_again(creditor: Creditor, ana: int) -> None:
    (invoice_id,) = book.opened(creditor.id, book.new_invoice(ana, "FE-1042", 500_00))
    book.paid(creditor.id, ana, 500_00, invoice_id)
    assert bring(creditor, moved(500_00, "PAGO FE-1042")).states == {"proposed": 1}
    (line,) = lines(creditor, "proposed")
    assert line.kind.value == "known"
    confirm(creditor, line)
    assert payments(creditor) == 1
    assert bring(creditor, moved(500_00, "PAGO FE-1042", bank_reference="B9"), name="two").states == {
        "queued": 1
    }
    book.sound(creditor.id)


def test_freshness_follows_the_closing_date_of_the_account(creditor: Creditor) -> None:
    closed_on = book.TODAY - timedelta(days=3)
    for on in (closed_on, closed_on - timedelta(days=5)):
        file = a_file(moved(1_00, "X"), closed_on=on)
        bank_statement.bring(creditor_id=creditor.id, file=file, by=BY, now=book.NOW)
    today = a_file(closed_on=book.TODAY, name="two")
    with reading(creditor_id=creditor.id):
        row = Freshness.objects.get(source__startswith="bank:")
        assert row.recorded_through_on == closed_on
    bank_statement.bring(creditor_id=creditor.id, file=today, by=BY, now=book.NOW)
    with reading(creditor_id=creditor.id):
        row.refresh_from_db()
        assert row.recorded_through_on == book.TODAY - timedelta(days=1)


def test_queries_are_as_many_for_ten_lines_as_for_many(creditor: Creditor, ana: int) -> None:
    counts = []
    for name, size in (("ten", 10), ("many", 300)):
        numbers = [f"{name.upper()}-{place:05d}" for place in range(size)]
        book.opened(
            creditor.id, *(book.new_invoice(ana, number, 100_00 + n) for n, number in enumerate(numbers))
        )
        told = [
            moved(100_00 + place, f"PAGO {number}", bank_reference=number)
            for place, number in enumerate(numbers)
        ]
        with CaptureQueriesContext(
            connection,
        ) as seen:
            brought = bring(creditor, *told, name=name)
        assert brought.states == {"matched": size}
        counts.append(len(seen))
    assert counts[0] == counts[1], counts
    assert counts[0] <= 90
    with reading(creditor_id=creditor.id):
        assert Invoice.objects.filter(open_minor__gt=0).count() == 0
        assert BankLine.objects.filter(state="matched").count() == 310
    book.sound(creditor.id)


def test_the_same_file_at_once_is_one(creditor: Creditor, ana: int) -> None:
    book.opened(creditor.id, book.new_invoice(ana, "FE-1042", 500_00))
    told = moved(500_00, "PAGO FE-1042", bank_reference="B1")
    answers = book.at_once(*(lambda: bring(creditor, told) for _ in range(4)))
    assert book.failures(answers) == []
    assert sorted(answer.new for answer in answers) == [0, 0, 0, 1]
    assert payments(creditor) == 1
    book.sound(creditor.id)


def test_a_statement_that_does_not_add_up_is_refused_whole(creditor: Creditor, tmp_path: Path) -> None:
    path = tmp_path / "statement.sta"
    path.write_text(
        ":20:X\n:25:031-1\n:28C:1\n:60F:C260301COP100,00\n:61:2603010301C50,00NTRFX//B1\n:86:FE-1\n:62F:C260301COP151,00\n"
    )
    with pytest.raises(StatementRefused):
        bank_statement.read(path=path, assumed=Assumed("", "COP"))
