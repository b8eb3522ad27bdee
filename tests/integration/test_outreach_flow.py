# SPDX-License-Identifier: Apache-2.0
"""From a due invoice to a delivered letter to a thank-you, over a real mail server; and never twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from tests.integration import book
from tests.integration.book import TUESDAY

from conserje.data.outreach.models import Episode, Touch
from conserje.data.tenancy.models import Creditor
from conserje.domain.kit.money import Money
from conserje.domain.receivables.payment import Received, Road, RoadName
from conserje.services.outreach import send, sweep
from conserje.services.receivables import payment
from conserje.services.tenancy.act import acting
from conserje.testing.world import start
from conserje.testing.world.handle import World


@pytest.fixture(scope="module")
def shared_world() -> Iterator[World]:
    with start() as running:
        yield running


@pytest.fixture
def world(shared_world: World) -> World:
    shared_world.clear_messages()
    return shared_world


def pay(creditor: Creditor, customer_id: int, minor: int, reference: str = "1") -> None:
    payment.record(
        creditor_id=creditor.id,
        received=Received(
            customer_id=customer_id,
            source="bank",
            external_id=reference,
            amount=Money("COP", minor),
            value_on=TUESDAY.date(),
            roads=(Road(RoadName.PERSON, reference),),
            method="pse",
        ),
        now=TUESDAY + timedelta(hours=1),
    )


def test_an_overdue_invoice_gets_one_letter_and_a_second_run_contacts_nobody(
    creditor: Creditor, world: World
) -> None:
    book.set_up(creditor, world=world)
    panaderia = book.customer(creditor, email="pagos@panaderia.example")
    for number in range(10):
        book.invoice(creditor, panaderia, f"FE-{number}", due_on=book.days_late(5))

    swept = sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    sent = send.send_due(creditor_id=creditor.id, clock=book.at(TUESDAY))
    again = sweep.sweep(creditor_id=creditor.id, now=TUESDAY + timedelta(minutes=5))
    sent_again = send.send_due(creditor_id=creditor.id, clock=book.at(TUESDAY + timedelta(minutes=5)))

    assert swept.touches == {"planned": 1}
    assert sent.outcomes == {"accepted": 1}
    assert (again.touches, sent_again.total) == ({}, 0)
    (letter,) = world.messages()
    details = world.details(letter.number)
    assert letter.recipients == ("pagos@panaderia.example",)
    assert "FE-0" in details["text"]
    assert "link.invalid" not in details["text"] + details["html"]


def test_a_payment_between_planning_and_sending_means_no_contact(creditor: Creditor, world: World) -> None:
    book.set_up(creditor, world=world)
    panaderia = book.customer(creditor)
    book.invoice(creditor, panaderia, "FE-1", due_on=book.days_late(5), minor=100)
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)

    pay(creditor, panaderia.id, 100)
    send.send_due(creditor_id=creditor.id, clock=book.at(TUESDAY + timedelta(hours=2)))

    assert [message.subject for message in world.messages() if "Recibimos" not in message.subject] == []


def test_paid_after_the_letter_closes_the_case_and_thanks_once(creditor: Creditor, world: World) -> None:
    book.set_up(creditor, world=world)
    panaderia = book.customer(creditor)
    book.invoice(creditor, panaderia, "FE-1", due_on=book.days_late(5), minor=100)
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    send.send_due(creditor_id=creditor.id, clock=book.at(TUESDAY))

    pay(creditor, panaderia.id, 100)
    for hour in range(2, 24 * 40, 11):
        moment = TUESDAY + timedelta(hours=hour)
        sweep.sweep(creditor_id=creditor.id, now=moment)
        send.send_due(creditor_id=creditor.id, clock=book.at(moment))

    subjects = [message.subject for message in world.messages()]
    assert len(subjects) == 2
    assert "Gracias" in subjects[1]
    with acting(creditor_id=creditor.id):
        assert Episode.objects.get().closed_at is not None
        assert sorted(book.states(Touch.objects.all())) == ["accepted", "accepted"]
