# SPDX-License-Identifier: Apache-2.0
"""Backup, send, restore: the mailbox of the outside world never sees a second one unless a person wants it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from pathlib import Path
from time import process_time

import pytest
from django.test import override_settings
from tests import harness
from tests.integration import book, restoring
from tests.integration.book import TUESDAY

from conserje.data.outreach.letters import TouchFacts
from conserje.data.outreach.models import Touch
from conserje.data.receivables.models import Customer
from conserje.data.tenancy.models import Creditor
from conserje.domain.kit.money import Money
from conserje.domain.receivables.payment import Received, Road, RoadName
from conserje.services.integrations import turn
from conserje.services.outreach import draft, mail_log, outside, restored, sweep, unsure
from conserje.services.receivables import payment, verify
from conserje.services.tenancy.act import acting, reading
from conserje.testing.world import start
from conserje.testing.world.handle import World

pytestmark = pytest.mark.slow

# Restored the next morning, an hour after a backup of the evening before could have been followed by letters.
RESTORED = TUESDAY + timedelta(days=1)


@pytest.fixture(scope="module")
def shared_world() -> Iterator[World]:
    with start() as running:
        yield running


@pytest.fixture
def world(shared_world: World) -> World:
    shared_world.clear_messages()
    return shared_world


@dataclass
class Story:
    """A book that was backed up before its letters left."""

    creditor: Creditor
    world: World
    database: harness.Clone
    backup: Path

    def live(self, moment: datetime) -> None:
        turn.turn(creditor_id=self.creditor.id, clock=book.at(moment))

    def subjects(self) -> list[str]:
        return sorted(f"{letter.recipients[0]} {letter.subject}" for letter in self.world.messages())

    def restore(self) -> None:
        restoring.put_back(self.database, self.backup, now=RESTORED)
        self.creditor.refresh_from_db()
        assert self.creditor.sending_paused_at == RESTORED, "with the rows, not after them"
        restored.begin(creditor_id=self.creditor.id, taken_at=TUESDAY, now=RESTORED)

    def doubts(self) -> list[restored.Doubt]:
        with reading(creditor_id=self.creditor.id):
            return restored.doubts(creditor_id=self.creditor.id)


@pytest.fixture
def story(creditor: Creditor, database: harness.Clone, world: World, tmp_path: Path) -> Iterator[Story]:
    """One whose letter was planned at the backup, one whose letter was only due, and one who pays meanwhile."""
    with override_settings(OUTSIDE_FOLDER=tmp_path / "outside"):
        book.set_up(creditor, world=world)
        for name, email in (("Panadería", "planned@a.example"), ("Ferretería", "due@b.example")):
            book.invoice(creditor, book.customer(creditor, name, email=email), name, due_on=book.days_late(5))
            if name == "Panadería":
                sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
        payer = book.customer(creditor, "Cafetería", email="pays@c.example")
        book.invoice(creditor, payer, "FE-3", due_on=book.days_late(-20), minor=100)
        made = Story(creditor, world, database, tmp_path / "yesterday.conserje")
        restoring.back_up(database, made.backup, now=TUESDAY)
        pay(creditor, payer)
        made.live(TUESDAY)
        made.live(TUESDAY + timedelta(minutes=1))
        assert len(made.subjects()) == 3, "two reminders and one thank-you left after the backup"
        yield made


def pay(creditor: Creditor, payer: Customer) -> None:
    payment.record(
        creditor_id=creditor.id,
        received=Received(
            customer_id=payer.id,
            source="bank",
            external_id="1",
            amount=Money("COP", 100),
            value_on=TUESDAY.date(),
            roads=(Road(RoadName.PERSON, "1"),),
            method="pse",
        ),
        now=TUESDAY,
    )


def test_after_a_restore_nothing_leaves_until_a_person_says_so(story: Story) -> None:
    before = story.subjects()
    story.restore()
    assert {(item.customer, item.planned) for item in story.doubts()} == {
        ("Panadería", True),
        ("Ferretería", False),
    }
    for hours in range(0, 72, 12):
        story.live(RESTORED + timedelta(hours=hours))
    with acting(creditor_id=story.creditor.id):
        ids = [item.touch_id for item in draft.waiting(creditor_id=story.creditor.id)]
    assert len(draft.approve(creditor_id=story.creditor.id, touch_ids=ids, by="person:1", now=RESTORED)) > 0
    story.live(RESTORED + timedelta(hours=73))

    assert story.subjects() == before, "nor what a person approved while it is paused"
    assert {item.customer for item in story.doubts()} == {"Panadería", "Ferretería"}


def test_resumed_as_drafts_nothing_leaves_without_a_person(story: Story) -> None:
    before = story.subjects()
    story.restore()
    restored.resume_checked(creditor_id=story.creditor.id, by="person:1", now=RESTORED)
    with acting(creditor_id=story.creditor.id):
        payer = Customer.objects.get(name="Cafetería")
    pay(story.creditor, payer)
    for hours in range(0, 24 * 20, 6):
        story.live(RESTORED + timedelta(hours=hours))

    assert story.subjects() == before, "nor the thank-you for the payment that is recorded a second time"
    with acting(creditor_id=story.creditor.id):
        waiting = draft.waiting(creditor_id=story.creditor.id)
    assert sorted(item.customer for item in waiting) == ["Cafetería", "Ferretería", "Panadería"]
    with pytest.raises(restored.NotYet, match="drafts wait"):
        restored.all_seen(creditor_id=story.creditor.id, by="person:1", now=RESTORED)


def test_once_each_draft_was_seen_stages_act_by_themselves_again(story: Story) -> None:
    story.restore()
    restored.resume_checked(creditor_id=story.creditor.id, by="person:1", now=RESTORED)
    story.live(RESTORED)
    with pytest.raises(restored.NotYet, match="2 drafts wait"):
        restored.all_seen(creditor_id=story.creditor.id, by="person:1", now=RESTORED)
    with acting(creditor_id=story.creditor.id):
        ids = {item.customer: item.touch_id for item in draft.waiting(creditor_id=story.creditor.id)}
    draft.refuse(creditor_id=story.creditor.id, touch_ids=[ids["Panadería"]], by="person:1", now=RESTORED)
    draft.approve(creditor_id=story.creditor.id, touch_ids=[ids["Ferretería"]], by="person:1", now=RESTORED)
    story.live(RESTORED + timedelta(minutes=1))

    assert len(story.subjects()) == 4, "the one that a person approved"
    story.live(RESTORED + timedelta(minutes=2))
    restored.all_seen(creditor_id=story.creditor.id, by="person:1", now=RESTORED + timedelta(minutes=3))
    story.creditor.refresh_from_db()
    assert (story.creditor.restored_at, story.creditor.sending_paused_at) == (None, None)


def test_what_our_own_record_says_left_is_not_sent_again(story: Story) -> None:
    before = story.subjects()
    story.restore()
    lines = list(outside.read(outside.files()))
    found = mail_log.take_in(creditor_id=story.creditor.id, lines=lines, taken=(), now=RESTORED)
    again = mail_log.take_in(creditor_id=story.creditor.id, lines=lines, taken=(), now=RESTORED)

    assert (found, again) == ({"unsure": 3}, {"known": 3})
    assert story.doubts() == []
    restored.resume_as_is(creditor_id=story.creditor.id, by="person:1", now=RESTORED)
    for hours in range(0, 48, 6):
        story.live(RESTORED + timedelta(hours=hours))
    assert story.subjects() == before
    with acting(creditor_id=story.creditor.id):
        assert len(unsure.waiting(creditor_id=story.creditor.id)) == 3
    assert verify.verify(creditor_id=story.creditor.id).ok


def test_a_mail_servers_log_says_what_was_taken(story: Story) -> None:
    before = story.subjects()
    log = [
        f"postfix/cleanup: 4F: message-id={story.world.message(n.number)['Message-ID']}"
        for n in story.world.messages()
    ]
    story.restore()
    keys = mail_log.keys_in(log)
    assert len(keys) == 3
    lines = list(outside.read(outside.files()))
    assert mail_log.take_in(creditor_id=story.creditor.id, lines=lines, taken=keys, now=RESTORED) == {
        "accepted": 3
    }
    restored.resume_as_is(creditor_id=story.creditor.id, by="person:1", now=RESTORED)
    story.live(RESTORED)
    assert story.subjects() == before
    with acting(creditor_id=story.creditor.id):
        assert set(book.states(Touch.objects.all())) == {"accepted"}


def test_a_log_alone_marks_what_the_backup_had_planned(story: Story) -> None:
    log = [str(story.world.message(letter.number)["Message-ID"]) for letter in story.world.messages()]
    story.restore()
    found = mail_log.take_in(
        creditor_id=story.creditor.id, lines=(), taken=mail_log.keys_in(log), now=RESTORED
    )

    assert found == {"accepted": 1, "unmatched": 2}
    assert [item.customer for item in story.doubts()] == ["Ferretería"]


def test_said_that_nothing_left_everything_goes_on(story: Story) -> None:
    story.restore()
    story.world.clear_messages()
    restored.resume_as_is(creditor_id=story.creditor.id, by="person:1", now=RESTORED)
    story.live(RESTORED)
    assert len(story.subjects()) == 2, "the person said so"


def test_a_record_that_cannot_be_written_keeps_the_letter_here(story: Story, tmp_path: Path) -> None:
    book.invoice(
        story.creditor,
        book.customer(story.creditor, "Nueva", email="n@d.example"),
        "N",
        due_on=book.days_late(5),
    )
    (tmp_path / "closed").write_text("a file where a folder should be")
    before = story.subjects()
    with override_settings(OUTSIDE_FOLDER=tmp_path / "closed" / "outside"):
        story.live(TUESDAY + timedelta(minutes=5))
    assert story.subjects() == before
    with acting(creditor_id=story.creditor.id):
        held = Touch.objects.get(customer__name="Nueva")
        assert (held.state, held.reason) == ("planned", "outside_record_unwritable")

    story.live(TUESDAY + timedelta(minutes=40))
    assert len(story.subjects()) == len(before) + 1


def test_a_line_outside_costs_less_than_a_tenth_of_a_millisecond(creditor: Creditor, tmp_path: Path) -> None:
    touch = TouchFacts(
        **dict.fromkeys((item.name for item in fields(TouchFacts)), "0123456789abcdef"),  # type: ignore[arg-type]
    )
    with override_settings(OUTSIDE_FOLDER=tmp_path):
        outside.note(creditor_id=creditor.id, touch=touch, now=TUESDAY)
        began = process_time()
        for _ in range(5000):
            outside.note(creditor_id=creditor.id, touch=touch, now=TUESDAY)
        spent = (process_time() - began) / 5000
        assert len(list(outside.read(outside.files()))) == 5001
    assert spent < 100e-6, f"{spent * 1e6:.0f} microseconds of CPU"
