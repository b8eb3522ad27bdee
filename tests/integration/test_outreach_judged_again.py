# SPDX-License-Identifier: Apache-2.0
"""What is judged again when a letter is about to leave: amounts, copies, approval, freshness, and everybody's caps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from tests.integration import book
from tests.integration.book import TUESDAY

from conserje.data.outreach.models import ContactRecord, Touch
from conserje.data.receivables.models import Contact, ContactPoint, Customer, Freshness
from conserje.data.tenancy.models import Creditor
from conserje.domain.ports.channel import Channel
from conserje.services.outreach import draft, send, strategy, suppression, sweep
from conserje.services.tenancy.act import acting
from conserje.testing.world import start
from conserje.testing.world.handle import World

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def shared_world() -> Iterator[World]:
    with start() as running:
        yield running


@pytest.fixture
def world(shared_world: World) -> Iterator[World]:
    shared_world.clear_messages()
    yield shared_world
    shared_world.clear_faults()


def plan(creditor: Creditor) -> None:
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)


def leave(creditor: Creditor, *, after: timedelta = HOUR) -> dict[str, int]:
    return send.send_due(creditor_id=creditor.id, clock=book.at(TUESDAY + after)).outcomes


def touches(creditor: Creditor) -> list[tuple[str, str, str]]:
    with acting(creditor_id=creditor.id):
        return list(Touch.objects.order_by("id").values_list("step", "state", "reason"))


def live_through(creditor: Creditor, *, days: int) -> None:
    for day in range(days):
        moment = TUESDAY + timedelta(days=day)
        sweep.sweep(creditor_id=creditor.id, now=moment)
        send.send_due(creditor_id=creditor.id, clock=book.at(moment))


def test_an_invoice_that_came_between_planning_and_leaving_is_in_the_letter(
    creditor: Creditor, world: World
) -> None:
    book.set_up(creditor, world=world, mode="draft")
    panaderia = book.customer(creditor)
    book.invoice(creditor, panaderia, "FE-1", due_on=book.days_late(5))
    plan(creditor)
    book.invoice(creditor, panaderia, "FE-2", due_on=book.days_late(1))
    with acting(creditor_id=creditor.id):
        (waiting,) = draft.waiting(creditor_id=creditor.id)
        seen = draft.preview(creditor_id=creditor.id, touch_id=waiting.touch_id, now=TUESDAY)
    draft.approve(creditor_id=creditor.id, touch_ids=[waiting.touch_id], by="person:1", now=TUESDAY)

    assert leave(creditor) == {"accepted": 1}
    (letter,) = world.messages()
    text = world.details(letter.number)["text"]
    assert seen.written is not None
    assert seen.written is not None
    assert all("FE-1" in words and "FE-2" in words for words in (text, seen.written.letter.text))


def test_two_customers_behind_one_mailbox_do_not_get_two_letters_in_a_day(
    creditor: Creditor, world: World
) -> None:
    book.set_up(creditor, world=world)
    for name in ("Panadería Uno", "Panadería Dos"):
        one = book.customer(creditor, name, email="cuentas@contador.example")
        book.invoice(creditor, one, f"FE-{name}", due_on=book.days_late(5))
    plan(creditor)

    assert leave(creditor) == {"accepted": 1, "later": 2}
    assert len(world.messages()) == 1
    with acting(creditor_id=creditor.id):
        second = Touch.objects.get(state="planned")
    assert second.planned_on == date(2026, 11, 24)


def test_what_was_proven_not_to_arrive_uses_no_cap(creditor: Creditor, world: World) -> None:
    book.set_up(creditor, world=world)
    panaderia = book.customer(creditor)
    book.invoice(creditor, panaderia, "FE-1", due_on=book.days_late(5))
    world.fault("reject", phase="end", code=451, text="4.3.2 later", times=1)
    plan(creditor)

    assert leave(creditor) == {"refused": 1}
    with acting(creditor_id=creditor.id):
        assert ContactRecord.objects.get().outcome == "failed_before"
    assert leave(creditor, after=2 * HOUR) == {"accepted": 1}
    with acting(creditor_id=creditor.id):
        assert ContactRecord.objects.get().outcome == "attempted"


def test_a_copy_that_asked_to_be_left_alone_after_planning_gets_none(
    creditor: Creditor, world: World
) -> None:
    book.set_up(creditor, world=world)
    panaderia = book.customer(creditor, email="pagos@panaderia.example")
    book.decision_maker(creditor, panaderia, "gerencia@panaderia.example")
    book.invoice(creditor, panaderia, "FE-1", due_on=book.days_late(25))
    live_through(creditor, days=14)
    with acting(creditor_id=creditor.id):
        formal = Touch.objects.get(step="formal")
        point = ContactPoint.objects.get(address="gerencia@panaderia.example")
        suppression.stop(
            creditor_id=creditor.id,
            address_hash=point.address_hash,
            channel=Channel.EMAIL,
            how="one_click",
            now=formal.planned_at - HOUR,
        )
    assert formal.state == "planned"

    send.send_due(creditor_id=creditor.id, clock=book.at(formal.planned_at))

    assert [item.recipients for item in world.messages()][-1] == ("pagos@panaderia.example",)


def test_what_a_person_owes_is_copied_to_nobody_the_law_shuts_out(creditor: Creditor, world: World) -> None:
    book.set_up(creditor, world=world)
    somebody = book.customer(
        creditor,
        "Carla Ejemplo",
        kind="person",
        debtor_type="natural_consumer",
        email="carla@ejemplo.example",
    )
    book.decision_maker(creditor, somebody, "jefe@ejemplo.example")
    book.invoice(creditor, somebody, "FE-1", due_on=book.days_late(25))

    live_through(creditor, days=20)

    with acting(creditor_id=creditor.id):
        assert Touch.objects.filter(step="formal", state="accepted").exists()
    assert {item.recipients for item in world.messages()} == {("carla@ejemplo.example",)}


def test_nobody_above_is_written_to_instead_of_the_usual_contact(creditor: Creditor, world: World) -> None:
    book.set_up(creditor, world=world)
    panaderia = book.customer(creditor)
    book.decision_maker(creditor, panaderia, "gerencia@panaderia.example")
    book.invoice(creditor, panaderia, "FE-1", due_on=book.days_late(5))
    with acting(creditor_id=creditor.id):
        usual = ContactPoint.objects.get(contact__is_usual=True)
        suppression.stop(
            creditor_id=creditor.id,
            address_hash=usual.address_hash,
            channel=Channel.EMAIL,
            how="one_click",
            now=TUESDAY,
        )

    live_through(creditor, days=10)

    assert (world.messages(), touches(creditor)) == ([], [])


def test_payments_that_went_stale_after_planning_make_it_a_draft(creditor: Creditor, world: World) -> None:
    book.set_up(creditor, world=world)
    panaderia = book.customer(creditor)
    book.invoice(creditor, panaderia, "FE-1", due_on=book.days_late(5))
    plan(creditor)
    with acting(creditor_id=creditor.id):
        Freshness.objects.update(recorded_through_on=date(2026, 11, 1))

    assert leave(creditor) == {"suppressed": 1}
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY + HOUR)
    assert touches(creditor) == [
        ("friendly", "suppressed", "payments_not_recorded"),
        ("friendly", "proposed", ""),
    ]
    assert world.messages() == []


@pytest.mark.parametrize("change", ["modes", "steps"])
def test_a_strategy_changed_after_planning_lets_nothing_leave_that_it_would_not_plan(
    creditor: Creditor, world: World, change: str
) -> None:
    book.set_up(creditor, world=world)
    panaderia = book.customer(creditor)
    book.invoice(creditor, panaderia, "FE-1", due_on=book.days_late(5))
    plan(creditor)
    content = strategy.default()
    if change == "steps":
        content["modes"] = dict.fromkeys(content["modes"], "automatic")
        content["steps"] = [{**content["steps"][1], "key": "kind_word"}]
    with acting(creditor_id=creditor.id):
        strategy.adopt(creditor_id=creditor.id, content=content, by="person:1", now=TUESDAY)

    assert leave(creditor) == {"suppressed": 1}
    assert touches(creditor) == [("friendly", "suppressed", "changed_meanwhile")]


def test_a_debt_that_fell_below_the_minimum_is_not_asked_for(creditor: Creditor, world: World) -> None:
    book.set_up(creditor, world=world)
    panaderia = book.customer(creditor)
    book.invoice(creditor, panaderia, "FE-1", due_on=book.days_late(5), minor=40_000)
    plan(creditor)
    content = strategy.default()
    content["modes"] = dict.fromkeys(content["modes"], "automatic")
    content["minimum_open"] = {"COP": 50_000}
    with acting(creditor_id=creditor.id):
        strategy.adopt(creditor_id=creditor.id, content=content, by="person:1", now=TUESDAY)

    assert leave(creditor) == {"suppressed": 1}
    assert touches(creditor) == [("friendly", "suppressed", "below_minimum")]


def test_a_letter_that_cannot_be_written_is_parked_and_stops_nobody_else(
    creditor: Creditor, world: World
) -> None:
    book.set_up(creditor, world=world)
    for name in ("Panadería Uno", "Panadería Dos"):
        one = book.customer(creditor, name)
        book.invoice(creditor, one, f"FE-{name}", due_on=book.days_late(5))
    plan(creditor)
    with acting(creditor_id=creditor.id):
        first = Touch.objects.order_by("id").first()
        assert first is not None
        Touch.objects.filter(id=first.id).update(letter="unheard_of")

    assert leave(creditor) == {"refused": 1, "accepted": 1}
    with acting(creditor_id=creditor.id):
        parked = Touch.objects.get(id=first.id)
    assert (parked.state, parked.reason) == ("failed", "cannot_be_written")


def test_a_server_that_keeps_refusing_before_taking_anything_is_given_up(
    creditor: Creditor, world: World
) -> None:
    book.set_up(creditor, world=world)
    panaderia = book.customer(creditor)
    book.invoice(creditor, panaderia, "FE-1", due_on=book.days_late(5))
    world.fault("reject", phase="rcpt", code=450, text="4.2.2 full", times=-1)
    plan(creditor)

    tries = sum(
        send.send_due(creditor_id=creditor.id, clock=book.at(TUESDAY + timedelta(minutes=15 * quarter))).total
        for quarter in range(4 * 24 * 7)
    )

    assert tries <= 60
    with acting(creditor_id=creditor.id):
        assert Touch.objects.get().state == "failed"


def test_a_mailbox_that_is_closed_for_good_is_not_tried_again(creditor: Creditor, world: World) -> None:
    book.set_up(creditor, world=world)
    panaderia = book.customer(creditor)
    book.invoice(creditor, panaderia, "FE-1", due_on=book.days_late(5))
    world.fault("reject", phase="rcpt", code=550, text="5.2.1 disabled", times=-1)

    live_through(creditor, days=3)

    assert touches(creditor) == [("friendly", "failed", "address_disabled")]
    with acting(creditor_id=creditor.id):
        assert ContactPoint.objects.get().unusable_reason == "address_disabled"


def test_a_zone_nobody_knows_stops_only_its_own_customer(creditor: Creditor, world: World) -> None:
    book.set_up(creditor, world=world)
    book.invoice(creditor, book.customer(creditor, "Panadería Uno"), "FE-1", due_on=book.days_late(5))
    book.invoice(creditor, book.customer(creditor, "Panadería Dos"), "FE-2", due_on=book.days_late(5))
    with acting(creditor_id=creditor.id):
        Customer.objects.filter(name="Panadería Uno").update(time_zone="America/Macondo")

    swept = sweep.sweep(creditor_id=creditor.id, now=TUESDAY)

    assert swept.kinds == {"person": 1, "contact": 1}
    with acting(creditor_id=creditor.id):
        assert Contact.objects.count() == 2


@pytest.mark.parametrize(
    ("seconds_left", "outcome"), [(20, {"later": 1}), (60, {"accepted": 1})], ids=["too late", "in time"]
)
def test_nothing_leaves_that_may_arrive_after_the_laws_hours(
    creditor: Creditor, world: World, seconds_left: int, outcome: dict[str, int]
) -> None:
    book.set_up(creditor, world=world)
    book.invoice(creditor, book.customer(creditor), "FE-1", due_on=book.days_late(5))
    plan(creditor)
    # In Bogota letters leave until 19:00; the test's Tuesday begins at 10:00.
    assert leave(creditor, after=9 * HOUR - timedelta(seconds=seconds_left)) == outcome
    assert len(world.messages()) == outcome.get("accepted", 0)
