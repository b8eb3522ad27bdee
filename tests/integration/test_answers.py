# SPDX-License-Identifier: Apache-2.0
"""What a person answers leaves as a letter: once, as what was asked for, with the link to where it stands."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from tests.integration import book, plans, visitor
from tests.integration.book import TUESDAY
from tests.integration.dispute_book import ANA, PAY_BY, STORY, Case, disputed
from tests.integration.test_workbench_plans import proposed

from conserje.data.arrangements.models import Dispute
from conserje.data.journal.models import Entry
from conserje.data.outreach.models import ContactRecord, Touch
from conserje.data.tenancy.models import Creditor
from conserje.domain.arrangements.proposal import Terms
from conserje.services.arrangements import dispute, enquiry, plan, proposal
from conserje.services.arrangements.dispute import Said
from conserje.services.outreach import send, sweep
from conserje.services.tenancy.act import acting, reading
from conserje.testing.world.handle import World

NIGHT = TUESDAY.replace(hour=3) + timedelta(days=1)


@pytest.fixture
def case(creditor: Creditor, world: World) -> Case:
    """The whole invoice is disputed: nothing is chased."""
    visitor.set_clock(creditor, TUESDAY)
    book.set_up(creditor, world=world)
    return disputed(creditor, amount_minor=None, set_up=False)


def answers(creditor: Creditor) -> list[tuple[str, str, str]]:
    with reading(creditor_id=creditor.id):
        rows = Touch.objects.filter(letter="answer").order_by("id")
        return [(row.step.rpartition(":")[0], row.purpose, row.state) for row in rows]


def letters(creditor: Creditor) -> list[tuple[date, str]]:
    with reading(creditor_id=creditor.id):
        return [(row.planned_at.date(), row.letter) for row in Touch.objects.order_by("planned_at", "id")]


def leave(creditor: Creditor, now: datetime = TUESDAY) -> None:
    sweep.sweep(creditor_id=creditor.id, now=now)
    send.send_due(creditor_id=creditor.id, clock=book.at(now))


def say(case: Case, words: str, now: datetime = TUESDAY) -> None:
    said = Said(words, words)
    dispute.write(creditor_id=case.id, dispute_id=case.dispute_id, said=said, by=ANA, now=now)


def test_a_proposal_leaves_once_as_what_was_asked_for(case: Case, world: World) -> None:
    say(case, "Lo miramos con el equipo.")
    case.propose(STORY, ANA)
    leave(case.creditor)
    leave(case.creditor, TUESDAY + timedelta(days=1))

    (letter,) = world.messages()
    seen = world.details(letter.number)
    assert letter.subject.startswith("Nuestra propuesta sobre la factura US-15")
    assert "no es un recordatorio y no pide ningún pago" in seen["text"]
    assert "13.000" not in seen["text"]
    assert answers(case.creditor) == [
        ("answer:dispute_message", "requested_info", "suppressed"),
        ("answer:dispute_proposal", "requested_info", "accepted"),
    ]
    with reading(creditor_id=case.id):
        assert list(ContactRecord.objects.values_list("purpose", flat=True)) == ["requested_info"]
        told = Entry.objects.filter(kind="outreach.answer.planned", customer_id=case.customer.id)
        assert [row.payload["about"] for row in told.order_by("id")] == [
            "dispute_message",
            "dispute_proposal",
        ]
    link = next(url for url in seen["links"] if url.endswith("/dispute/"))
    reader = visitor.visit(case.creditor, case.customer)
    opened = reader.client.get(re.sub(r"^https?://[^/]+", "", link))
    assert opened.status_code == 303
    assert opened["Location"].endswith("/dispute/")
    assert "le respondimos" in reader.client.get(reader.path()).content.decode()


def test_several_messages_in_a_row_are_one_letter(case: Case, world: World) -> None:
    for words in ("Uno.", "Dos.", "Tres."):
        say(case, words)
    leave(case.creditor)

    assert [item.subject.partition(" ·")[0] for item in world.messages()] == [
        "Respondimos sobre la factura US-15"
    ]


def test_an_answer_waits_for_the_morning(case: Case, world: World) -> None:
    case.propose(STORY, ANA, now=NIGHT)
    leave(case.creditor, NIGHT)
    assert world.messages() == []
    leave(case.creditor, NIGHT.replace(hour=15))
    assert len(world.messages()) == 1


@pytest.mark.parametrize("ends", ["withdrawn", "countered", "accepted"])
def test_a_proposal_that_stands_no_more_does_not_leave(case: Case, world: World, ends: str) -> None:
    made = case.propose(STORY, ANA)
    if ends == "withdrawn":
        proposal.withdraw(creditor_id=case.id, proposal_id=made, by=ANA, now=TUESDAY)
    elif ends == "countered":
        case.propose(Terms(1_100_000, 0, 400_000, PAY_BY), case.them, seen=made)
    else:
        case.accept(made, case.them)
    leave(case.creditor)

    assert world.messages() == []
    assert answers(case.creditor) == [("answer:dispute_proposal", "requested_info", "suppressed")]


def test_what_the_customer_does_is_not_told_to_the_customer(case: Case, world: World) -> None:
    theirs = case.propose(Terms(1_100_000, 0, 400_000, PAY_BY), case.them)
    assert answers(case.creditor) == []

    case.accept(theirs, ANA)
    leave(case.creditor)
    assert [item.subject.partition(" ·")[0] for item in world.messages()] == [
        "Aceptamos su propuesta sobre la factura US-15"
    ]


def test_a_dispute_that_a_file_brought_is_answered_once_the_customer_took_it_up(
    case: Case, world: World
) -> None:
    with acting(creditor_id=case.id):
        Dispute.objects.update(kind="import", opened_by="person:7")
    say(case, "¿Qué no le parece?")
    assert answers(case.creditor) == []

    said = Said("El alcance.", "k")
    dispute.write(creditor_id=case.id, dispute_id=case.dispute_id, said=said, by=case.them, now=TUESDAY)
    dispute.close(
        creditor_id=case.id, dispute_id=case.dispute_id, outcome="rejected", by="person:7", now=TUESDAY
    )
    send.send_due(creditor_id=case.id, clock=book.at(TUESDAY))
    assert [item.subject.partition(" ·")[0] for item in world.messages()] == [
        "Terminamos de revisar la factura US-15"
    ]


def test_no_reminder_follows_on_the_heels_of_an_answer(case: Case, world: World) -> None:
    dispute.close(
        creditor_id=case.id, dispute_id=case.dispute_id, outcome="rejected", by="person:7", now=TUESDAY
    )
    leave(case.creditor)
    assert [letter for _day, letter in letters(case.creditor)] == ["answer"]

    leave(case.creditor, TUESDAY + timedelta(days=1))
    assert [letter for _day, letter in letters(case.creditor)] == ["answer", "friendly"]


def test_a_plan_is_told_to_who_had_asked_for_one(creditor: Creditor, world: World) -> None:
    book.set_up(creditor, world=world)
    customer = book.customer(creditor)
    book.invoice(creditor, customer, "FE-1", due_on=book.days_late(20), minor=850_000, currency="USD")
    asked = {
        "creditor_id": creditor.id,
        "customer_id": customer.id,
        "until": TUESDAY.date(),
        "by": "person:7",
    }
    wish = plans.wish()

    assert not plan.offer(**asked, wish=wish, now=TUESDAY).told
    assert answers(creditor) == []

    first = proposed(creditor, customer)
    assert plan.offer(**asked, wish=replace(wish, number=4), now=TUESDAY).told
    second = plans.take(creditor, customer, plans.wish(5)).plan_id
    assert plan.accept(creditor_id=creditor.id, plan_id=second, by="person:7", now=TUESDAY).told
    assert plans.row(creditor, first).state == "refused"
    leave(creditor)
    assert [item.subject.partition(" ·")[0] for item in world.messages()] == ["Aceptamos su plan de cuotas"]


def test_an_enquiry_is_answered_to_the_one_who_wrote(creditor: Creditor, world: World) -> None:
    book.set_up(creditor, world=world)
    customer = book.customer(creditor)
    book.invoice(creditor, customer, "FE-1", due_on=book.days_late(5))
    marcos = book.decision_maker(creditor, customer, "marcos@panaderia.example")
    written = enquiry.Written(customer.id, marcos.id, "complaint", "La factura no llegó.")
    number = enquiry.write(creditor_id=creditor.id, written=written, now=TUESDAY)
    enquiry.answer(
        creditor_id=creditor.id, enquiry_id=number, words="La enviamos.", by="person:7", now=TUESDAY
    )
    send.send_due(creditor_id=creditor.id, clock=book.at(TUESDAY))

    (letter,) = world.messages()
    assert letter.recipients == ("marcos@panaderia.example",)
    assert answers(creditor) == [("answer:complaint", "complaint_reply", "accepted")]
