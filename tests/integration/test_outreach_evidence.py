# SPDX-License-Identifier: Apache-2.0
"""Nobody knows whether it arrived: what is found by itself, by the schedule, and what never counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from tests.integration import book, served, visitor
from tests.integration.book import TUESDAY
from tests.integration.visitor import Visitor

from conserje.channels.email_smtp.adapter import SmtpCarrier
from conserje.data.journal.models import Entry
from conserje.data.outreach.models import ContactRecord, Evidence, Inquiry, Review, Touch
from conserje.data.receivables.models import ContactPoint, Customer
from conserje.data.tenancy.models import Creditor
from conserje.domain.ports.channel import Accepted, Outcome, Refused, Traceable
from conserje.domain.ports.http import Http
from conserje.domain.ports.registry import carriers
from conserje.services.integrations import turn as turns
from conserje.services.outreach import evidence, send, sweep, unsure
from conserje.services.outreach.evidence import Looked
from conserje.services.tenancy.act import acting, reading
from conserje.testing.world import start
from conserje.testing.world.handle import World

DAY = timedelta(days=1)
AFTER = TUESDAY + timedelta(hours=1)


class AskableMail:
    """Mail through a service of the outside world that keeps what it took and can be asked for it by key."""

    name = "askable_mail"

    def __init__(self, world: World) -> None:
        mail = SmtpCarrier(name=self.name)
        self.channel, self.settings_type = mail.channel, mail.settings_type
        self.open, self.check = mail.open, mail.check
        self.world = world
        self.asked: list[str] = []
        self.knows: Outcome | Exception | None = None

    def look_up(self, key: str, settings: Any, http: Http) -> Outcome | None:
        """What became of the parcel of that key."""
        self.asked.append(key)
        if isinstance(self.knows, Exception):
            raise self.knows
        if self.knows is not None:
            return self.knows
        taken = [item for item in self.world.messages() if key in item.message_id]
        return Accepted(str(taken[0].number)) if taken else None


@pytest.fixture(scope="module")
def shared_world() -> Iterator[World]:
    with start() as running:
        running.set_now(AFTER.isoformat())
        yield running


@pytest.fixture
def world(shared_world: World) -> Iterator[World]:
    shared_world.clear_messages()
    shared_world.clear_faults()
    with served.serving():
        yield shared_world


@pytest.fixture
def owed_by(creditor: Creditor, world: World) -> Customer:
    """Whose letter the server took and did not answer for."""
    visitor.set_clock(creditor, TUESDAY)
    book.set_up(creditor, world=world)
    visitor.pay_through(creditor, world)
    owed_by = book.customer(creditor)
    book.invoice(creditor, owed_by, "FE-1", due_on=book.days_late(5))
    lose_the_answer(creditor, world)
    return owed_by


@pytest.fixture
def askable(creditor: Creditor, world: World) -> Iterator[AskableMail]:
    """The same, through a carrier that can be asked."""
    carrier = AskableMail(world)
    carriers.add(carrier.name, carrier)
    book.set_up(creditor, world=world)
    with acting(creditor_id=creditor.id), connection.cursor() as cursor:
        cursor.execute("UPDATE integrations_connection SET adapter = 'askable_mail' WHERE kind = 'channel'")
    book.invoice(creditor, book.customer(creditor), "FE-1", due_on=book.days_late(5))
    lose_the_answer(creditor, world)
    yield carrier
    del carriers._adapters[carrier.name]


def lose_the_answer(creditor: Creditor, world: World) -> None:
    world.fault("drop", phase="end")
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    send.send_due(creditor_id=creditor.id, clock=book.at(TUESDAY))
    assert touch(creditor).state == "unsure"


def touch(creditor: Creditor) -> Touch:
    with acting(creditor_id=creditor.id):
        return Touch.objects.order_by("id")[0]


def look(creditor: Creditor, at: datetime) -> Looked:
    return evidence.look_due(creditor_id=creditor.id, clock=book.at(at))


def reader_of_the_letter(creditor: Creditor, owed_by: Customer, world: World) -> Visitor:
    """Somebody with the letter itself in hand, and a browser that has opened nothing."""
    (letter,) = world.messages()
    link = next(url for url in world.details(letter.number)["links"] if "/p/" in url and url.count("/") <= 6)
    return Visitor(creditor, owed_by, link.rstrip("/").rsplit("/", 1)[1], Client(SERVER_NAME="127.0.0.1"))


def entries(creditor: Creditor, kind: str) -> list[Any]:
    with acting(creditor_id=creditor.id):
        return list(Entry.objects.filter(kind=kind).values_list("actor", "subject_id", "payload"))


def test_it_is_looked_at_by_the_schedule_and_then_waits_for_a_person(
    creditor: Creditor, owed_by: Customer
) -> None:
    assert look(creditor, TUESDAY + timedelta(minutes=4)).looks == 0
    planned = [timedelta(minutes=5), timedelta(hours=1), *(n * DAY for n in (1, 2, 3, 4, 5, 6, 7, 14, 30))]
    for number, wait in enumerate(planned, 1):
        assert look(creditor, TUESDAY + wait - timedelta(seconds=1)).looks == 0
        assert look(creditor, TUESDAY + wait) == Looked(1, 0, 0)
        assert look(creditor, TUESDAY + wait).looks == 0
        with acting(creditor_id=creditor.id):
            inquiry = Inquiry.objects.get()
        assert (inquiry.looks, inquiry.looked_at) == (number, TUESDAY + wait)

    assert inquiry.next_look_at is None
    assert look(creditor, TUESDAY + 400 * DAY).looks == 0
    assert touch(creditor).state == "unsure"


def test_a_turn_takes_the_looks_that_are_due_and_a_late_one_takes_one(
    creditor: Creditor, owed_by: Customer
) -> None:
    late = TUESDAY + 3 * DAY + timedelta(hours=2)
    turns.turn(creditor_id=creditor.id, clock=book.at(late))
    with acting(creditor_id=creditor.id):
        inquiry = Inquiry.objects.get()
        (listed,) = unsure.waiting(creditor_id=creditor.id)
    assert (inquiry.looks, inquiry.next_look_at) == (1, TUESDAY + 4 * DAY)
    assert (listed.looks, listed.looked_at, listed.next_look_at) == (1, late, TUESDAY + 4 * DAY)


def test_a_person_sees_it_from_the_first_moment(creditor: Creditor, owed_by: Customer) -> None:
    with acting(creditor_id=creditor.id):
        (listed,) = unsure.waiting(creditor_id=creditor.id)
    assert (listed.looks, listed.looked_at) == (0, None)
    assert listed.next_look_at == TUESDAY + timedelta(minutes=5)
    assert listed.subject
    assert listed.reason == "connection_lost"


@pytest.mark.parametrize(
    ("page", "form", "kind"),
    [
        ("scheduled/", {"pay_on": "2026-11-20"}, "promise"),
        ("paid/", {"paid_on": "2026-11-16"}, "payment_claim"),
    ],
)
def test_what_a_person_tells_through_the_letters_link_proves_that_it_arrived(
    creditor: Creditor, world: World, owed_by: Customer, page: str, form: dict[str, str], kind: str
) -> None:
    reader = reader_of_the_letter(creditor, owed_by, world)
    invoice = reader.get(page).content.decode().partition('name="invoice" value="')[2].partition('"')[0]
    assert reader.post(page, invoice=invoice, **form).status_code == 303

    assert look(creditor, TUESDAY + timedelta(minutes=5)) == Looked(1, 1, 0)
    assert touch(creditor).state == "accepted"
    ((actor, subject, payload),) = entries(creditor, "outreach.unsure.arrived")
    assert (actor, subject, payload["evidence"]) == ("rule", touch(creditor).id, kind)
    assert look(creditor, TUESDAY + DAY).looks == 0
    with acting(creditor_id=creditor.id):
        assert ContactRecord.objects.get().outcome == "attempted"
        assert Inquiry.objects.get().found == kind
        assert unsure.waiting(creditor_id=creditor.id) == []


def test_money_that_came_through_the_letters_link_proves_it_and_a_pressed_button_does_not(
    creditor: Creditor, world: World, owed_by: Customer
) -> None:
    reader = reader_of_the_letter(creditor, owed_by, world)
    started = reader.pay()
    assert started.status_code == 303
    assert look(creditor, TUESDAY + timedelta(minutes=5)) == Looked(1, 0, 0)

    checkout = world.checkouts()[-1]
    world.pay(checkout["id"])
    with reading(creditor_id=creditor.id):
        (left,) = Evidence.objects.values_list("reference", flat=True)
    reader.get(f"result/{left}/")

    assert look(creditor, TUESDAY + timedelta(hours=1)) == Looked(1, 1, 0)
    assert touch(creditor).state == "accepted"
    assert entries(creditor, "outreach.unsure.arrived")[0][2]["evidence"] == "payment"


def test_a_link_that_was_opened_proves_nothing(creditor: Creditor, world: World, owed_by: Customer) -> None:
    reader = reader_of_the_letter(creditor, owed_by, world)
    for page in ("", "scheduled/", "paid/", "preferences/"):
        assert reader.get(page).status_code == 200
    reader.client.head(reader.link)
    reader.post("scheduled/", pay_on="")
    reader.client.post(reader.stop_link)

    for wait in (timedelta(minutes=5), timedelta(hours=1), DAY):
        assert look(creditor, TUESDAY + wait) == Looked(1, 0, 0)
    assert touch(creditor).state == "unsure"


def test_what_was_done_through_another_link_proves_nothing(
    creditor: Creditor, world: World, owed_by: Customer
) -> None:
    reader = visitor.visit(creditor, owed_by)
    invoice = (
        reader.get("scheduled/").content.decode().partition('name="invoice" value="')[2].partition('"')[0]
    )
    assert reader.post("scheduled/", invoice=invoice, pay_on="2026-11-20").status_code == 303
    assert look(creditor, TUESDAY + timedelta(minutes=5)) == Looked(1, 0, 0)
    assert touch(creditor).state == "unsure"


def test_a_carrier_that_took_it_says_so_when_it_is_asked(creditor: Creditor, askable: AskableMail) -> None:
    assert isinstance(askable, Traceable)
    assert look(creditor, TUESDAY + timedelta(minutes=5)) == Looked(1, 1, 0)
    assert askable.asked == [touch(creditor).key]
    assert touch(creditor).state == "accepted"
    assert entries(creditor, "outreach.unsure.arrived")[0][2]["evidence"] == "carrier_took_it"


def test_a_carrier_that_proves_a_refusal_frees_the_caps_and_the_step(
    creditor: Creditor, askable: AskableMail
) -> None:
    askable.knows = Refused("address_unknown", permanent=True)
    assert look(creditor, TUESDAY + timedelta(minutes=5)) == Looked(1, 0, 1)
    failed = touch(creditor)
    assert (failed.state, failed.reason) == ("failed", "address_unknown")
    assert entries(creditor, "outreach.unsure.refused")[0][2]["reason"] == "address_unknown"
    with acting(creditor_id=creditor.id):
        assert ContactRecord.objects.get().outcome == "failed_before"
        assert ContactPoint.objects.get(id=failed.point_id).unusable_reason == "address_unknown"
        assert Review.objects.get().next_review_at == TUESDAY + timedelta(minutes=5)


@pytest.mark.parametrize("knows", [RuntimeError("down"), Exception("odd")])
def test_a_carrier_that_cannot_answer_stops_nothing(
    creditor: Creditor, askable: AskableMail, knows: Exception
) -> None:
    askable.knows = knows
    assert look(creditor, TUESDAY + timedelta(minutes=5)) == Looked(1, 0, 0)
    askable.knows = None
    assert look(creditor, TUESDAY + timedelta(hours=1)) == Looked(1, 1, 0)


def test_what_was_sent_again_and_lost_again_begins_the_schedule_anew(
    creditor: Creditor, world: World, owed_by: Customer
) -> None:
    look(creditor, TUESDAY + timedelta(minutes=5))
    unsure.send_again(creditor_id=creditor.id, touch_ids=[touch(creditor).id], by="person:1", now=TUESDAY)
    world.fault("drop", phase="end")
    again = TUESDAY + DAY
    send.send_due(creditor_id=creditor.id, clock=book.at(again))
    assert touch(creditor).state == "unsure"

    assert look(creditor, again + timedelta(minutes=4)).looks == 0
    assert look(creditor, again + timedelta(minutes=5)).looks == 1
    with acting(creditor_id=creditor.id):
        assert list(Inquiry.objects.order_by("since").values_list("since", "looks")) == [
            (TUESDAY, 1),
            (again, 1),
        ]
