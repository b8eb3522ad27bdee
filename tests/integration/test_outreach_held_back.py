# SPDX-License-Identifier: Apache-2.0
"""What nobody knows of is sent again by a person and does not leave after all: its step stays made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError
from tests import harness
from tests.integration import book
from tests.integration.book import TUESDAY

from conserje.data.outreach import hand_over, letters
from conserje.data.outreach.models import ContactRecord, Touch
from conserje.data.receivables.models import ContactPoint
from conserje.data.tenancy.models import Creditor
from conserje.domain.ports.channel import Refused
from conserje.services.outreach import hold, record, send, stop, sweep, unsure
from conserje.services.tenancy.act import acting
from conserje.testing.world import start
from conserje.testing.world.handle import World

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with start() as running:
        yield running


@pytest.fixture
def sent_again(creditor: Creditor, world: World) -> Touch:
    """A letter that the server took and did not answer for, and that a person had sent again."""
    world.clear_messages()
    book.set_up(creditor, world=world)
    book.invoice(creditor, book.customer(creditor), "FE-1", due_on=book.days_late(5), minor=100)
    world.fault("drop", phase="end")
    run(creditor, day=0)
    with acting(creditor_id=creditor.id):
        touch = Touch.objects.get()
    assert touch.state == "unsure"
    unsure.send_again(creditor_id=creditor.id, touch_ids=[touch.id], by="person:1", now=TUESDAY)
    return touch


def run(creditor: Creditor, *, day: int) -> dict[str, int]:
    moment = TUESDAY + day * DAY
    sweep.sweep(creditor_id=creditor.id, now=moment)
    return send.send_due(creditor_id=creditor.id, clock=book.at(moment)).outcomes


def in_its_state(creditor: Creditor, touch: Touch) -> Touch:
    with acting(creditor_id=creditor.id):
        return Touch.objects.get(id=touch.id)


def test_held_back_the_second_time_its_letter_is_not_written_anew(
    creditor: Creditor, world: World, sent_again: Touch
) -> None:
    pause = hold.Pause(None, "agreed", TUESDAY.date() + 2 * DAY)
    hold.place(
        creditor_id=creditor.id, customer_id=sent_again.customer_id, pause=pause, by="person:1", now=TUESDAY
    )
    for day in range(1, 14):
        run(creditor, day=day)

    held = in_its_state(creditor, sent_again)
    assert (held.state, held.perhaps_read) == ("suppressed", True)
    with acting(creditor_id=creditor.id):
        steps = list(Touch.objects.order_by("id").values_list("step", flat=True))
    assert len(steps) > 1
    assert len(steps) == len(set(steps))


def test_the_database_refuses_its_step_as_well(
    creditor: Creditor, world: World, sent_again: Touch, database: harness.Clone
) -> None:
    with acting(creditor_id=creditor.id):
        hand_over.suppress(creditor_id=creditor.id, reasons={sent_again.id: "hold"}, now=TUESDAY)
    again = in_its_state(creditor, sent_again)
    again.pk, again.key, again.state, again.perhaps_read = None, uuid4().hex, "planned", False
    with pytest.raises(IntegrityError, match="touch_step_once"), acting(creditor_id=creditor.id):
        again.save(force_insert=True)


def test_refused_the_second_time_the_first_still_counts(
    creditor: Creditor, world: World, sent_again: Touch
) -> None:
    world.fault("reject", phase="rcpt", code=550, text="5.1.1 no such mailbox")
    assert run(creditor, day=1) == {"refused": 1}

    failed = in_its_state(creditor, sent_again)
    assert (failed.state, failed.perhaps_read) == ("failed", True)
    with acting(creditor_id=creditor.id):
        assert ContactRecord.objects.get().outcome == "attempted"


def test_what_never_left_gives_its_step_back(creditor: Creditor, world: World) -> None:
    book.set_up(creditor, world=world)
    book.invoice(creditor, book.customer(creditor), "FE-1", due_on=book.days_late(5), minor=100)
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    with acting(creditor_id=creditor.id):
        touch = Touch.objects.get()
        hand_over.suppress(creditor_id=creditor.id, reasons={touch.id: "hold"}, now=TUESDAY)
    assert not in_its_state(creditor, touch).perhaps_read


def test_a_refusal_under_the_stop_button_is_recorded(creditor: Creditor, world: World) -> None:
    book.set_up(creditor, world=world)
    book.invoice(creditor, book.customer(creditor), "FE-1", due_on=book.days_late(5), minor=100)
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    token = uuid4()
    with acting(creditor_id=creditor.id):
        ((touch_id, _),) = hand_over.claim(creditor_id=creditor.id, token=token, now=TUESDAY, limit=1)
        (facts,) = letters.gather(creditor_id=creditor.id, touch_ids=[touch_id]).touches
    stop.place(creditor_id=creditor.id, channel="", reason="", by="person:1", now=TUESDAY)

    handed = record.Handed(facts, token, marked=False)
    refused = Refused("no_such_address", permanent=True)
    assert record.outcome(creditor_id=creditor.id, handed=handed, outcome=refused, now=TUESDAY)
    with acting(creditor_id=creditor.id):
        assert Touch.objects.get().state == "failed"
        assert ContactPoint.objects.get(id=facts.point_id).unusable_reason == "no_such_address"


def test_what_the_stop_button_held_back_last_is_nobodys(
    creditor: Creditor, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    book.set_up(creditor, world=world)
    book.invoice(creditor, book.customer(creditor), "FE-1", due_on=book.days_late(5), minor=100)
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    judge = send.still_right

    def pressed(**asked: object) -> bool:
        stop.place(creditor_id=creditor.id, channel="", reason="", by="person:1", now=TUESDAY)
        return judge(**asked)

    monkeypatch.setattr(send, "still_right", pressed)
    send.send_due(creditor_id=creditor.id, clock=book.at(TUESDAY))
    with acting(creditor_id=creditor.id):
        touch = Touch.objects.get()
    assert (touch.state, touch.claim, touch.strikes) == ("planned", None, 0)
