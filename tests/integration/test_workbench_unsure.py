# SPDX-License-Identifier: Apache-2.0
"""The work list of what nobody knows: shown at once, resolved together, and each end told; and the book of a day."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests.integration import book
from tests.integration import workbench_book as wb
from tests.integration.book import TUESDAY

from conserje.data.journal.models import Entry
from conserje.data.outreach.models import ContactRecord, Touch
from conserje.data.tenancy.models import Creditor
from conserje.services.outreach import alert, evidence, review, send, sweep
from conserje.services.tenancy import creditor as creditors
from conserje.services.tenancy.act import acting
from conserje.testing.world.handle import World
from conserje.workbench import listing

DAY = timedelta(days=1)


@pytest.fixture
def lost(creditor: Creditor, world: World) -> Creditor:
    """A demo book of three customers; of none is it known whether their letter arrived."""
    wb.in_mode(creditor, "automatic", port=world.smtp_port)
    wb.fill(creditor, 3)
    world.fault("drop", phase="end", times=3)
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    send.send_due(creditor_id=creditor.id, clock=book.at(TUESDAY))
    assert wb.states(creditor) == ["unsure"] * 3
    return creditor


def ids(creditor: Creditor) -> list[int]:
    with acting(creditor_id=creditor.id):
        return list(Touch.objects.order_by("id").values_list("id", flat=True))


def resolve(client: Client, creditor: Creditor, way: str, *touches: int) -> str:
    form = {"as": way, "touch": list(touches)}
    return wb.told(client.post(wb.at(creditor, "unsure/resolution/"), form, follow=True))


def test_the_list_tells_what_was_said_and_sought_from_the_first_moment(lost: Creditor) -> None:
    client = wb.desk(lost)
    home = client.get(wb.at(lost))
    assert f'href="{wb.at(lost, "unsure/")}"' in home.content.decode()
    assert "3 mensajes quizá no llegaron: revíselos" in wb.told(home)

    page = client.get(wb.at(lost, "unsure/"))
    shown = wb.told(page)
    for said in (
        "No sabemos si llegaron",
        "Cliente 0001 S.A.S.",
        "Recordatorio amable · c",
        "Rediseño del sitio",
        "La conexión se cortó antes de que el servidor del cliente respondiera.",
        "Vamos a buscar una promesa",
        "Se vuelve a mirar: 17 nov, 10:05.",
        "Darlo por enviado",
        "Enviarlo otra vez",
        "Message-ID",
    ):
        assert said in shown, said
    assert "csrfmiddlewaretoken" in page.content.decode()
    assert [int(one) for one in re.findall(r'name="touch" value="(\d+)"', page.content.decode())] == ids(lost)

    evidence.look_due(creditor_id=lost.id, clock=book.at(TUESDAY + timedelta(minutes=6)))
    assert "la última vez, el 17 nov, 10:06: todavía nada. Se vuelve a mirar: 17 nov, 11:00." in wb.told(
        client.get(wb.at(lost, "unsure/"))
    )


def test_several_are_resolved_together_and_each_end_is_told(lost: Creditor, world: World) -> None:
    client = wb.desk(lost)
    first, second, third = ids(lost)
    with acting(creditor_id=lost.id):
        closed = Touch.objects.get(id=third)
        assert closed.episode is not None
        closed.episode.closed_at = TUESDAY
        closed.episode.save(update_fields=["closed_at"])

    assert "1 mensaje se da por enviado" in resolve(client, lost, "sent", first)
    answer = resolve(client, lost, "again", first, second, third, 99999999)
    assert "1 mensaje saldrá otra vez" in answer
    assert "1 se dejó como estaba: su caso está cerrado" in answer
    assert "2 se dejaron como estaban: entretanto ya se habían resuelto" in answer
    assert wb.states(lost) == ["accepted", "planned", "unsure"]

    creditors.set_clock(creditor_id=lost.id, at=TUESDAY + DAY)
    send.send_due(creditor_id=lost.id, clock=book.at(TUESDAY + DAY))
    assert wb.states(lost) == ["accepted", "accepted", "unsure"]
    identities = [world.message(item.number)["Message-ID"] for item in world.messages()]
    assert (len(identities), len(set(identities))) == (4, 3)
    user = int(client.session["_auth_user_id"])
    with acting(creditor_id=lost.id):
        journal = Entry.objects.filter(kind__startswith="outreach.unsure.").order_by("id")
        assert list(journal.values_list("kind", "actor", "subject_id")) == [
            ("outreach.unsure.treated_as_sent", f"person:{user}", first),
            ("outreach.unsure.sent_again", f"person:{user}", second),
        ]
        assert ContactRecord.objects.count() == 3


def test_what_was_overtaken_says_so(lost: Creditor) -> None:
    first, *_ = ids(lost)
    with acting(creditor_id=lost.id):
        touch = Touch.objects.get(id=first)
        Touch.objects.create(
            creditor=lost,
            customer_id=touch.customer_id,
            episode_id=touch.episode_id,
            contact_id=touch.contact_id,
            point_id=touch.point_id,
            key="newer",
            step="follow_up",
            stage="follow_up",
            letter="follow_up",
            purpose=touch.purpose,
            channel="email",
            carrier="email_smtp",
            state="planned",
            planned_at=TUESDAY + 9 * DAY,
            planned_on=(TUESDAY + 9 * DAY).date(),
            created_at=TUESDAY,
        )
    answer = resolve(wb.desk(lost), lost, "again", first)
    assert "a ese cliente ya se le envió algo más reciente, o está por salir" in answer
    assert wb.states(lost)[0] == "unsure"


@pytest.mark.parametrize(
    "form", [{}, {"as": "sent"}, {"as": "never", "touch": ["1"]}, {"as": "again", "touch": ["x"]}]
)
def test_a_form_without_a_choice_does_nothing(lost: Creditor, form: dict[str, Any]) -> None:
    answer = wb.desk(lost).post(wb.at(lost, "unsure/resolution/"), form, follow=True)
    assert "marque primero al menos un mensaje" in wb.told(answer)
    assert set(wb.states(lost)) == {"unsure"}


def test_a_forged_form_is_refused(lost: Creditor) -> None:
    wb.person(lost)
    client = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    client.login(username=wb.ANA, password=wb.PASSWORD)
    answer = client.post(wb.at(lost, "unsure/resolution/"), {"as": "sent", "touch": ids(lost)})
    assert answer.status_code == 403
    assert set(wb.states(lost)) == {"unsure"}


def test_a_long_list_has_pages(lost: Creditor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "PAGE", 2)
    client = wb.desk(lost)
    first, second = (
        re.findall(r'name="touch" value="(\d+)"', client.get(wb.at(lost, f"unsure/{rest}")).content.decode())
        for rest in ("", "?page=2")
    )
    assert [int(one) for one in first + second] == ids(lost)
    for odd in ("?page=99", "?page=x", "?page=-1", "?page=0"):
        assert client.get(wb.at(lost, f"unsure/{odd}")).status_code == 200


def test_nothing_unsure_is_said_kindly(creditor: Creditor) -> None:
    wb.in_mode(creditor, "automatic")
    assert "De todos los mensajes se sabe si llegaron" in wb.told(
        wb.desk(creditor).get(wb.at(creditor, "unsure/"))
    )


def test_what_was_given_up_is_told_until_it_is_made_up_for(lost: Creditor) -> None:
    first, second, _ = ids(lost)
    with acting(creditor_id=lost.id):
        Touch.objects.filter(id=first).update(state="failed", reason="cannot_be_written")
        Touch.objects.filter(id=second).update(state="failed", reason="address_unknown")
    client = wb.desk(lost)
    shown = wb.told(client.get(wb.at(lost, "unsure/")))
    assert shown.count("No se pudieron enviar") == 1
    assert "Se escribe una vez más por sí solo" in shown
    with acting(creditor_id=lost.id):
        review.wake_all(creditor_id=lost.id, now=TUESDAY, reason="touch.failed")
    for day in range(1, 9):
        sweep.sweep(creditor_id=lost.id, now=TUESDAY + day * DAY)
    assert "No se pudieron enviar" not in wb.told(client.get(wb.at(lost, "unsure/")))


def give_up(creditor: Creditor, *touches: int) -> None:
    with acting(creditor_id=creditor.id):
        Touch.objects.filter(id__in=touches).update(state="failed", reason="poisoned")


def test_what_was_given_up_is_tried_again_and_each_end_is_told(lost: Creditor, world: World) -> None:
    first, second, third = ids(lost)
    give_up(lost, first, second)
    with acting(creditor_id=lost.id):
        closed = Touch.objects.get(id=second)
        assert closed.episode is not None
        closed.episode.closed_at = TUESDAY
        closed.episode.save(update_fields=["closed_at"])
    client = wb.desk(lost)
    assert "Intentarlo otra vez" in wb.told(client.get(wb.at(lost, "unsure/")))

    def press(*touches: Any) -> str:
        return wb.told(client.post(wb.at(lost, "unsure/retry/"), {"touch": list(touches)}, follow=True))

    assert "marque primero al menos un mensaje" in press()
    answer = press(first, second, third, "x")
    assert "1 mensaje se intenta otra vez" in answer
    assert "1 se dejó como estaba: su caso está cerrado" in answer
    assert "1 se dejó como estaba: entretanto ya se había resuelto" in answer
    assert "se dejó como estaba: a ese cliente ya se le envió algo más reciente" in press(first)
    user = int(client.session["_auth_user_id"])
    with acting(creditor_id=lost.id):
        (entry,) = Entry.objects.filter(kind="outreach.parked.tried_again")
        assert (entry.actor, entry.subject_id) == (f"person:{user}", Touch.objects.latest("id").id)
    assert wb.states(lost) == ["failed", "failed", "unsure", "planned"]


def test_who_only_looks_tries_nothing_again_and_neither_does_a_forged_form(lost: Creditor) -> None:
    first, *_ = ids(lost)
    give_up(lost, first)
    viewer = wb.desk(lost, "luz@taller.example", "viewer")
    assert "Intentarlo otra vez" not in wb.told(viewer.get(wb.at(lost, "unsure/")))
    assert viewer.post(wb.at(lost, "unsure/retry/"), {"touch": [first]}).status_code == 403
    wb.person(lost)
    forged = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    forged.login(username=wb.ANA, password=wb.PASSWORD)
    assert forged.post(wb.at(lost, "unsure/retry/"), {"touch": [first]}).status_code == 403
    assert wb.states(lost) == ["failed", "unsure", "unsure"]


def test_the_book_of_the_day_adds_up_and_says_what_is_missing(lost: Creditor) -> None:
    client = wb.desk(lost)
    assert "contacts/book/" in client.get(wb.at(lost, "contacts/")).content.decode()
    shown = wb.told(client.get(wb.at(lost, "contacts/book/")))
    assert "Los contactos cuadran" in shown
    assert "No sabemos si llegó 3" in shown
    assert "Debían salir 3" in shown

    with acting(creditor_id=lost.id):
        ContactRecord.objects.filter(touch_id=ids_in()[0]).update(outcome="failed_before")
    sweep.sweep(creditor_id=lost.id, now=TUESDAY)
    alert.check(creditor_id=lost.id, zone="America/Bogota", now=TUESDAY)
    shown = wb.told(client.get(wb.at(lost, "contacts/book/?on=2026-11-17")))
    assert "1 contacto no concuerda con el registro de contactos de la organización" in shown
    assert "debe mirarlo una persona" in shown
    assert "Cliente 000" in shown
    assert "no concuerda con el registro" in wb.told(client.get(wb.at(lost)))
    assert "Debían salir 0" in wb.told(client.get(wb.at(lost, "contacts/book/?on=2026-11-16")))


def ids_in() -> list[int]:
    return list(Touch.objects.order_by("id").values_list("id", flat=True))
