# SPDX-License-Identifier: Apache-2.0
"""From a due invoice to a delivered letter to a thank-you, over a real mail server; and never twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError
from tests.integration import book
from tests.integration.book import TUESDAY

from conserje.data.outreach import hand_over
from conserje.data.outreach.models import Decision, Episode, Touch
from conserje.data.tenancy.models import Creditor
from conserje.domain.kit.money import Money
from conserje.domain.receivables.payment import Received, Road, RoadName
from conserje.services.outreach import draft, record, replay, send, stop, sweep, telling
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


def live_through(creditor: Creditor, *, days: int) -> None:
    """A run each day at ten."""
    for day in range(days):
        moment = TUESDAY + timedelta(days=day)
        sweep.sweep(creditor_id=creditor.id, now=moment)
        send.send_due(creditor_id=creditor.id, clock=book.at(moment))


@pytest.mark.parametrize("refused", [False, True])
def test_who_decides_reads_the_formal_letter_along_and_a_refused_copy_stops_nothing(
    creditor: Creditor, world: World, refused: bool
) -> None:
    book.set_up(creditor, world=world)
    panaderia = book.customer(creditor, email="pagos@panaderia.example")
    book.decision_maker(creditor, panaderia, "gerencia@panaderia.example")
    book.invoice(creditor, panaderia, "FE-1", due_on=book.days_late(25))
    if refused:
        world.fault(
            "reject",
            target="gerencia@panaderia.example",
            phase="rcpt",
            code=550,
            text="5.1.1 nobody",
            times=-1,
        )

    live_through(creditor, days=30)
    world.clear_faults()

    with acting(creditor_id=creditor.id):
        letters = [row.letter for row in Touch.objects.filter(state="accepted").order_by("planned_at")]
    usual, both = ("pagos@panaderia.example",), ("pagos@panaderia.example", "gerencia@panaderia.example")
    assert letters == ["friendly", "follow_up", "formal", "final"]
    assert [message.recipients for message in world.messages()] == [
        usual,
        usual,
        usual if refused else both,
        usual if refused else both,
    ]


def test_the_hour_that_passes_between_planning_and_leaving_is_judged_again(
    creditor: Creditor, world: World
) -> None:
    book.set_up(creditor, world=world)
    panaderia = book.customer(creditor)
    book.invoice(creditor, panaderia, "FE-1", due_on=book.days_late(5))
    evening = TUESDAY.replace(hour=23, minute=59, second=58)
    sweep.sweep(creditor_id=creditor.id, now=evening)
    moments = iter([evening, *[evening + timedelta(seconds=5)] * 50])

    send.send_due(creditor_id=creditor.id, clock=lambda: next(moments))

    with acting(creditor_id=creditor.id):
        touch = Touch.objects.get()
    assert world.messages() == []
    assert (touch.state, touch.planned_at.isoformat()) == ("planned", "2026-11-18T12:00:00+00:00")


def test_the_stop_button_holds_everything_until_it_is_lifted(creditor: Creditor, world: World) -> None:
    book.set_up(creditor, world=world)
    panaderia = book.customer(creditor)
    book.invoice(creditor, panaderia, "FE-1", due_on=book.days_late(5))
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    stop.place(creditor_id=creditor.id, channel="", reason="vacaciones", by="person:1", now=TUESDAY)

    assert send.send_due(creditor_id=creditor.id, clock=book.at(TUESDAY)).total == 0
    stop.lift(creditor_id=creditor.id, channel="", by="person:1", now=TUESDAY)
    assert send.send_due(creditor_id=creditor.id, clock=book.at(TUESDAY)).outcomes == {"accepted": 1}


def test_a_server_that_takes_the_letter_and_falls_silent_leaves_it_unsure_and_alone(
    creditor: Creditor, world: World
) -> None:
    book.set_up(creditor, world=world)
    panaderia = book.customer(creditor)
    book.invoice(creditor, panaderia, "FE-1", due_on=book.days_late(5))
    world.fault("drop", phase="end")
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)

    first = send.send_due(creditor_id=creditor.id, clock=book.at(TUESDAY))
    live_through(creditor, days=3)

    with acting(creditor_id=creditor.id):
        assert book.states(Touch.objects.all()) == ["unsure"]
    assert first.outcomes == {"unsure": 1}
    assert len(world.messages()) == 1


def test_drafts_wait_for_a_person(creditor: Creditor, world: World) -> None:
    book.set_up(creditor, world=world, mode="draft")
    panaderia = book.customer(creditor)
    book.invoice(creditor, panaderia, "FE-1", due_on=book.days_late(5))
    swept = sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    assert swept.touches == {"proposed": 1}
    assert send.send_due(creditor_id=creditor.id, clock=book.at(TUESDAY)).total == 0
    with acting(creditor_id=creditor.id):
        (waiting,) = draft.waiting(creditor_id=creditor.id)
        shown = draft.preview(creditor_id=creditor.id, touch_id=waiting.touch_id, now=TUESDAY)
    assert shown.written is not None
    assert "FE-1" in shown.written.letter.text

    draft.approve(creditor_id=creditor.id, touch_ids=[waiting.touch_id], by="person:1", now=TUESDAY)
    assert send.send_due(creditor_id=creditor.id, clock=book.at(TUESDAY)).outcomes == {"accepted": 1}


def test_every_stored_decision_replays_byte_for_byte(creditor: Creditor, world: World) -> None:
    book.set_up(creditor, world=world)
    panaderia = book.customer(creditor)
    book.invoice(creditor, panaderia, "FE-1", due_on=book.days_late(5))
    live_through(creditor, days=50)
    with acting(creditor_id=creditor.id):
        ids = list(Decision.objects.values_list("id", flat=True))
        assert len(ids) > 5
        assert all(replay.replay(creditor_id=creditor.id, decision_id=number).same for number in ids)


def test_what_was_told_on_the_first_day_is_what_the_rows_say_was_done(
    creditor: Creditor, world: World
) -> None:
    book.set_up(creditor, world=world)
    panaderia = book.customer(creditor)
    book.invoice(creditor, panaderia, "FE-1", due_on=book.days_late(5))
    book.invoice(creditor, panaderia, "FE-2", due_on=book.days_late(-20))
    with acting(creditor_id=creditor.id):
        told = telling.tell(
            creditor_id=creditor.id,
            customer_id=panaderia.id,
            now=TUESDAY,
            until=(TUESDAY + timedelta(days=90)).date(),
        )
    live_through(creditor, days=91)
    with acting(creditor_id=creditor.id):
        done = [
            (row.step, row.planned_on)
            for row in Touch.objects.filter(state="accepted").order_by("planned_at")
        ]
    assert done == [(item.contact.step, item.contact.on) for item in told.coming if item.contact is not None]


def test_lost_workers_leave_nothing_locked_and_nothing_sent_twice(creditor: Creditor, world: World) -> None:
    book.set_up(creditor, world=world)
    panaderia = book.customer(creditor)
    book.invoice(creditor, panaderia, "FE-1", due_on=book.days_late(5))
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    with acting(creditor_id=creditor.id):
        ((touch_id, _),) = hand_over.claim(creditor_id=creditor.id, token=uuid4(), now=TUESDAY, limit=10)
        Touch.objects.filter(id=touch_id).update(claim_until=TUESDAY - timedelta(days=1000))
    assert record.reap(creditor_id=creditor.id, now=TUESDAY) == 1
    assert send.send_due(creditor_id=creditor.id, clock=book.at(TUESDAY)).outcomes == {"accepted": 1}

    with acting(creditor_id=creditor.id), pytest.raises(DatabaseError):
        Touch.objects.filter(id=touch_id).update(state="planned")
