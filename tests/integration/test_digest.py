# SPDX-License-Identifier: Apache-2.0
"""The daily digest: at most one a day to each person, with what waits, and a link that approves only when pressed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from tests.integration import workbench_book as wb
from tests.integration.book import TUESDAY

from conserje.data.journal.models import Entry
from conserje.data.outreach.models import Digest, Touch
from conserje.data.tenancy.models import Creditor, Membership
from conserje.services.insights import digest
from conserje.services.outreach import sweep
from conserje.services.outreach.digest import Wish, choose
from conserje.services.tenancy import connection
from conserje.services.tenancy import creditor as creditors
from conserje.services.tenancy.act import acting, reading
from conserje.testing.world import start
from conserje.testing.world.handle import World

MORNING = TUESDAY - timedelta(hours=2, minutes=1)  # 07:59 in Bogota


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with start() as running:
        yield running


@pytest.fixture
def waiting(creditor: Creditor, world: World) -> Creditor:
    """Three drafts wait, and two people work here: the owner, and a viewer who may not act."""
    world.clear_messages()
    world.clear_faults()
    set_up(creditor, world)
    creditor.brand = {"sender_address": "cuentas@taller.example"}
    creditor.save(update_fields=["brand"])
    wb.fill(creditor, 3)
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    wb.person(creditor)
    wb.person(creditor, "mira@taller.example", "viewer")
    return creditor


def set_up(creditor: Creditor, world: World) -> None:
    wb.in_mode(creditor, "draft")
    values = {"host": world.host, "port": world.smtp_port, "security": "none"}
    with acting(creditor_id=creditor.id):
        connection.set_up(
            creditor_id=creditor.id, kind="channel", adapter="email_smtp", values=values, now=TUESDAY
        )


def due(creditor: Creditor, at: object = TUESDAY) -> dict[str, int]:
    facts = creditors.by_id(creditor_id=creditor.id)
    return dict(digest.send_due(facts=facts, now=at))  # type: ignore[arg-type]


def link_in(world: World) -> str:
    (mail,) = world.messages()
    found = re.search(r"/w/\w+/today/[\w-]+/", world.details(mail.number)["text"])
    assert found
    return found[0]


def states(creditor: Creditor) -> list[str]:
    with reading(creditor_id=creditor.id):
        return sorted(Touch.objects.filter(creditor=creditor).values_list("state", flat=True))


def told(creditor: Creditor, kind: str) -> int:
    with reading(creditor_id=creditor.id):
        return Entry.objects.filter(creditor=creditor, kind=kind).count()


def test_once_a_day_to_each_who_may_act_from_their_hour_on(waiting: Creditor, world: World) -> None:
    assert due(waiting, MORNING) == {}
    assert due(waiting) == {"sent": 1}
    assert due(waiting, TUESDAY + timedelta(hours=9)) == {}
    (mail,) = world.messages()
    text = world.details(mail.number)["text"]
    assert mail.recipients == (wb.ANA,)
    assert mail.subject.startswith("Estudio de prueba: 3 mensajes por aprobar")
    assert "Cliente 0001 S.A.S." in text
    assert "cliente.example" not in text
    assert told(waiting, "outreach.digest.sent") == 1
    assert due(waiting, TUESDAY + timedelta(days=1)) == {"sent": 1}


def test_a_worker_that_dies_while_sending_never_makes_a_second(waiting: Creditor, world: World) -> None:
    facts = creditors.by_id(creditor_id=waiting.id)
    (worker,) = [one for one in digest.people.workers(creditor_id=waiting.id) if one.email == wb.ANA]
    local = TUESDAY.astimezone(digest.zone(facts.time_zone))
    assert digest._claimed(facts, worker, local, TUESDAY) is not None
    assert due(waiting, TUESDAY + timedelta(hours=3)) == {}
    assert world.messages() == []


def test_what_was_proven_not_sent_is_tried_again_and_then_given_up(waiting: Creditor, world: World) -> None:
    for attempt in range(3):
        world.fault("reject", phase="end", code=451)
        assert due(waiting, TUESDAY + timedelta(minutes=10 * attempt)) == {"refused": 1}
    assert due(waiting, TUESDAY + timedelta(hours=1)) == {}


def test_opening_the_link_changes_nothing_and_the_button_approves_once(
    waiting: Creditor, world: World
) -> None:
    assert due(waiting) == {"sent": 1}
    url = link_in(world)
    scanner = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    shown = scanner.get(url)
    assert shown.status_code == 200
    assert "Aprobar 3 mensajes" in shown.content.decode()
    ids = re.findall(r'name="draft" value="(\d+)"', shown.content.decode())
    assert len(ids) == 3
    assert (
        Client(SERVER_NAME="localhost", enforce_csrf_checks=True).post(url, {"draft": ids}).status_code == 403
    )
    assert states(waiting) == ["proposed"] * 3
    person = wb.browser()
    answer = person.post(url, {"draft": ids[:2]}).content.decode()
    assert "2 mensajes aprobados" in answer
    assert states(waiting) == ["planned", "planned", "proposed"]
    assert told(waiting, "outreach.draft.approved") == 2
    assert "Este enlace ya aprobó." in person.post(url, {"draft": ids}).content.decode()
    assert states(waiting) == ["planned", "planned", "proposed"]


def test_the_link_is_of_its_person_and_ends(waiting: Creditor, world: World) -> None:
    assert due(waiting) == {"sent": 1}
    url = link_in(world)
    assert wb.browser().get(url).status_code == 200
    assert wb.browser().get(url.replace("/today/", "/today/x")).status_code == 404
    Membership.objects.filter(user__email=wb.ANA).update(role="viewer")
    assert wb.browser().get(url).status_code == 404
    Membership.objects.filter(user__email=wb.ANA).update(role="owner")
    waiting.clock_at = TUESDAY + timedelta(hours=37)
    waiting.save(update_fields=["clock_at"])
    assert wb.browser().get(url).status_code == 404


def test_a_person_chooses_the_hour_or_none(waiting: Creditor, world: World) -> None:
    client = wb.desk(waiting, "otra@taller.example", "collector")
    page = client.post(wb.at(waiting, "today/wish/"), {"hour": "14"}, follow=True).content.decode()
    assert "llega desde las 14:00" in page
    assert due(waiting) == {"sent": 1}
    assert due(waiting, TUESDAY + timedelta(hours=4)) == {"sent": 1}
    with reading(creditor_id=waiting.id):
        ana = Digest.objects.filter(creditor=waiting).order_by("id").values_list("person", flat=True)[0]
    choose(creditor_id=waiting.id, person=ana, wish=Wish(8, stopped=True), now=TUESDAY)
    assert due(waiting, TUESDAY + timedelta(days=1)) == {}
    assert client.post(wb.at(waiting, "today/wish/"), {"hour": "24"}, follow=True).status_code == 200


def test_nothing_to_say_is_not_said(creditor: Creditor, world: World) -> None:
    world.clear_messages()
    world.clear_faults()
    set_up(creditor, world)
    wb.person(creditor)
    assert due(creditor) == {}
    assert world.messages() == []
