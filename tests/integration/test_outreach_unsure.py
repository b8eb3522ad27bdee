# SPDX-License-Identifier: Apache-2.0
"""Nobody knows whether it arrived: a person says so, and what is sent again keeps its name and every cap."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from click.testing import CliRunner
from tests.integration import book
from tests.integration.book import TUESDAY

from conserje.cli.unsure import unsure as command
from conserje.data.journal.models import Entry
from conserje.data.outreach import hand_over
from conserje.data.outreach.models import ContactRecord, Review, Touch
from conserje.data.tenancy.models import Creditor
from conserje.domain.kit.money import Money
from conserje.domain.receivables.payment import Received, Road, RoadName
from conserje.services.outreach import record, send, sweep, unsure
from conserje.services.receivables import payment
from conserje.services.tenancy.act import acting
from conserje.testing.world import start
from conserje.testing.world.handle import World

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def shared_world() -> Iterator[World]:
    with start() as running:
        yield running


@pytest.fixture
def world(shared_world: World) -> World:
    shared_world.clear_messages()
    return shared_world


@pytest.fixture
def touch_id(creditor: Creditor, world: World) -> int:
    """A letter that the server took and did not answer for."""
    book.set_up(creditor, world=world)
    book.invoice(creditor, book.customer(creditor), "FE-1", due_on=book.days_late(5), minor=100)
    world.fault("drop", phase="end")
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    send.send_due(creditor_id=creditor.id, clock=book.at(TUESDAY))
    with acting(creditor_id=creditor.id):
        touch = Touch.objects.get()
    assert touch.state == "unsure"
    return touch.id


def run(creditor: Creditor, *, day: int) -> dict[str, int]:
    moment = TUESDAY + day * DAY
    sweep.sweep(creditor_id=creditor.id, now=moment)
    return send.send_due(creditor_id=creditor.id, clock=book.at(moment)).outcomes


def state(creditor: Creditor, touch_id: int) -> str:
    with acting(creditor_id=creditor.id):
        return Touch.objects.get(id=touch_id).state


def test_what_a_person_knows_to_have_arrived_is_not_sent_again(
    creditor: Creditor, world: World, touch_id: int
) -> None:
    done = unsure.treat_as_sent(creditor_id=creditor.id, touch_ids=[touch_id], by="person:1", now=TUESDAY)
    assert done == [touch_id]
    assert (
        unsure.treat_as_sent(creditor_id=creditor.id, touch_ids=[touch_id], by="person:1", now=TUESDAY) == []
    )

    for day in range(1, 5):
        assert run(creditor, day=day) == {}
    assert state(creditor, touch_id) == "accepted"
    with acting(creditor_id=creditor.id):
        entry = Entry.objects.get(kind="outreach.unsure.treated_as_sent")
        assert (entry.actor, entry.subject_id) == ("person:1", touch_id)


def test_what_is_sent_again_keeps_its_name_and_waits_for_the_next_lawful_day(
    creditor: Creditor, world: World, touch_id: int
) -> None:
    done = unsure.send_again(creditor_id=creditor.id, touch_ids=[touch_id], by="person:1", now=TUESDAY)

    assert done == [touch_id]
    assert run(creditor, day=0) == {"later": 1}
    assert run(creditor, day=1) == {"accepted": 1}
    assert run(creditor, day=2) == {}
    first, second = (world.message(item.number)["Message-ID"] for item in world.messages())
    assert first == second
    assert state(creditor, touch_id) == "accepted"
    with acting(creditor_id=creditor.id):
        assert ContactRecord.objects.count() == 1
        assert Entry.objects.filter(kind="outreach.unsure.sent_again", actor="person:1").count() == 1


def test_what_was_paid_meanwhile_is_not_sent_again(creditor: Creditor, world: World, touch_id: int) -> None:
    with acting(creditor_id=creditor.id):
        customer_id = Touch.objects.get().customer_id
    payment.record(
        creditor_id=creditor.id,
        received=Received(
            customer_id=customer_id,
            source="bank",
            external_id="1",
            amount=Money("COP", 100),
            value_on=TUESDAY.date(),
            roads=(Road(RoadName.BANK_LINE, "1"),),
        ),
        now=TUESDAY,
    )
    assert unsure.send_again(creditor_id=creditor.id, touch_ids=[touch_id], by="person:1", now=TUESDAY) == []


def test_what_was_overtaken_is_not_sent_again(creditor: Creditor, world: World, touch_id: int) -> None:
    outcomes = [run(creditor, day=day) for day in range(1, 9)]
    assert {"accepted": 1} in outcomes
    late = TUESDAY + 8 * DAY
    assert unsure.send_again(creditor_id=creditor.id, touch_ids=[touch_id], by="person:1", now=late) == []


def test_a_worker_lost_at_the_handover_used_the_cap_of_everybody_who_may_have_read_it(
    creditor: Creditor, world: World
) -> None:
    book.set_up(creditor, world=world)
    panaderia = book.customer(creditor)
    book.invoice(creditor, panaderia, "FE-1", due_on=book.days_late(5))
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    token = uuid4()
    with acting(creditor_id=creditor.id):
        ((lost, _),) = hand_over.claim(creditor_id=creditor.id, token=token, now=TUESDAY, limit=1)
        version = Review.objects.get().version
    fence = hand_over.Fence(lost, token, version, "", TUESDAY - 100 * DAY, ("of-the-reader", "of-a-copy"))
    assert hand_over.mark(creditor_id=creditor.id, fence=fence, now=TUESDAY) == "marked"
    with acting(creditor_id=creditor.id):
        Touch.objects.filter(id=lost).update(claim_until=TUESDAY - 1000 * DAY)

    assert record.reap(creditor_id=creditor.id, now=TUESDAY) == 1
    with acting(creditor_id=creditor.id):
        assert list(ContactRecord.objects.values_list("outcome", flat=True)) == ["attempted", "attempted"]
        (listed,) = unsure.waiting(creditor_id=creditor.id)
    assert (listed.touch_id, listed.reason) == (lost, "worker_lost")


def test_the_command_lists_and_resolves(creditor: Creditor, world: World, touch_id: int) -> None:
    listed = json.loads(CliRunner().invoke(command, ["--json"]).output)
    assert [row["number"] for row in listed["unsure"]] == [touch_id]

    again = CliRunner().invoke(command, ["send-again", str(touch_id), "999999", "--by", "1", "--json"])
    assert json.loads(again.output) == {
        "resolved": [touch_id],
        "left": [999999],
        "because": {"999999": "unknown"},
    }
    assert state(creditor, touch_id) == "planned"
    sent = CliRunner().invoke(command, ["treat-as-sent", str(touch_id)])
    assert f"{touch_id} was left: it is not unsure any more." in sent.output
    assert "known whether it arrived" in CliRunner().invoke(command, []).output
