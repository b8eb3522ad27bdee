# SPDX-License-Identifier: Apache-2.0
"""From a draft that waits to the carrier, by a person's hand; and what the customer's page then tells."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.integration import book
from tests.integration import workbench_book as wb
from tests.integration.book import TUESDAY

from conserje.data.outreach.models import Touch
from conserje.data.tenancy.models import Creditor
from conserje.domain.kit.money import Money
from conserje.domain.ports.channel import Channel
from conserje.domain.receivables.payment import Received, Road, RoadName
from conserje.services.arrangements import dispute
from conserje.services.integrations.turn import turn
from conserje.services.outreach import draft, hold, permission, sweep
from conserje.services.receivables import payment
from conserje.services.tenancy import creditor as creditors
from conserje.services.tenancy.act import acting, reading
from conserje.testing.world.handle import World


@pytest.fixture
def ready(creditor: Creditor, world: World) -> Creditor:
    """A demo book of three customers, a draft waiting for each."""
    wb.in_mode(creditor, "draft", port=world.smtp_port)
    wb.fill(creditor, 3)
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    return creditor


def touch_ids(creditor: Creditor) -> list[int]:
    """Touches in the order in which they are planned."""
    with acting(creditor_id=creditor.id):
        return list(Touch.objects.order_by("planned_at", "id").values_list("id", flat=True))


def test_what_a_person_approves_leaves_and_the_rest_does_not(ready: Creditor, world: World) -> None:
    client = wb.desk(ready)
    first, second, third = touch_ids(ready)
    listed = client.get(wb.at(ready, "drafts/")).content.decode()
    assert [int(one) for one in re.findall(r'name="draft" value="(\d+)"', listed)] == [first, second, third]

    seen = client.get(wb.at(ready, f"drafts/{first}/"))
    approved = client.post(wb.at(ready, f"drafts/{first}/approval/"), {"next": second})
    refused = client.post(wb.at(ready, f"drafts/{second}/refusal/"), {"next": third})
    turn(creditor_id=ready.id, clock=book.at(TUESDAY))

    assert "Rediseño del sitio" in wb.text_of(seen.content.decode())
    assert approved.headers["Location"] == wb.at(ready, f"drafts/{second}/")
    assert refused.headers["Location"] == wb.at(ready, f"drafts/{third}/")
    assert wb.states(ready)[:3] == ["accepted", "suppressed", "proposed"]
    (letter,) = world.messages()
    assert letter.subject in wb.text_of(seen.content.decode())
    with acting(creditor_id=ready.id):
        touch = Touch.objects.get(id=first)
    user_id = int(client.session["_auth_user_id"])
    assert touch.approved_by == f"person:{user_id}"
    told = wb.text_of(client.get(wb.at(ready, f"customer/{touch.customer_id}/")).content.decode())
    assert "· Ana enviado" in told
    assert "Leer el mensaje" in told


def test_all_that_was_shown_is_approved_at_once_and_nothing_that_came_after(
    ready: Creditor, world: World
) -> None:
    client = wb.desk(ready)
    shown = re.findall(r'name="draft" value="(\d+)"', client.get(wb.at(ready, "drafts/")).content.decode())
    late = book.customer(ready, "Llegó después S.A.S.", email="tarde@cliente.example")
    book.invoice(ready, late, "FE-T", due_on=book.days_late(5))
    sweep.sweep(creditor_id=ready.id, now=TUESDAY)

    answer = client.post(wb.at(ready, "drafts/approval/"), {"draft": [*shown, "x", "99999999"]}, follow=True)
    again = client.post(wb.at(ready, "drafts/approval/"), {"draft": shown}, follow=True)
    turn(creditor_id=ready.id, clock=book.at(TUESDAY))

    assert "3 mensajes aprobados" in wb.text_of(answer.content.decode())
    assert "Ya no había nada en espera" in wb.text_of(again.content.decode())
    assert wb.states(ready) == ["accepted", "accepted", "accepted", "proposed"]
    assert len(world.messages()) == 3


def test_approved_and_then_paid_is_not_sent(ready: Creditor, world: World) -> None:
    client = wb.desk(ready)
    first, *_ = touch_ids(ready)
    client.post(wb.at(ready, f"drafts/{first}/approval/"))
    with acting(creditor_id=ready.id):
        customer_id = Touch.objects.get(id=first).customer_id
    received = Received(
        customer_id=customer_id,
        source="bank",
        external_id="1",
        amount=Money("COP", 119_000_00),
        value_on=TUESDAY.date(),
        roads=(Road(RoadName.PERSON, "1"),),
        method="pse",
    )
    payment.record(creditor_id=ready.id, received=received, now=TUESDAY)
    turn(creditor_id=ready.id, clock=book.at(TUESDAY))

    (thanks,) = world.messages()
    assert "Recibimos" in thanks.subject
    told = wb.text_of(client.get(wb.at(ready, f"customer/{customer_id}/")).content.decode())
    assert "no salió" in told
    assert "Se pagó antes de que saliera" in told
    assert "Pago recibido" in told


def test_a_message_is_shown_alone_and_can_run_nothing(ready: Creditor) -> None:
    client = wb.desk(ready)
    first, *_ = touch_ids(ready)
    body = client.get(wb.at(ready, f"messages/{first}/body/"))
    page = client.get(wb.at(ready, f"drafts/{first}/"))
    home = client.get(wb.at(ready))

    policy = body.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "style-src 'unsafe-inline'" in policy
    assert body.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert 'style="' in body.content.decode()
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in page.headers["Content-Security-Policy"]
    assert "<iframe" in page.content.decode()
    assert "sandbox" in page.content.decode()
    assert "frame-src" not in home.headers["Content-Security-Policy"]


def test_a_hostile_name_stays_a_name(ready: Creditor, world: World) -> None:
    hostile = "<script>alert(1)</script> & Hijos"
    owed_by = book.customer(ready, hostile, email="h@cliente.example")
    book.invoice(ready, owed_by, "FE-<b>", due_on=book.days_late(5))
    sweep.sweep(creditor_id=ready.id, now=TUESDAY)
    client = wb.desk(ready)
    *_, last = touch_ids(ready)
    for rest in (
        "receivables/",
        "drafts/",
        f"drafts/{last}/",
        f"customer/{owed_by.id}/",
        f"messages/{last}/body/",
    ):
        page = client.get(wb.at(ready, rest)).content.decode()
        assert "<script>alert" not in page, rest
        assert "FE-<b>" not in page, rest


def test_the_page_of_a_customer_tells_refusals_with_their_rules(creditor: Creditor) -> None:
    wb.in_mode(creditor, "draft")
    silent = book.customer(creditor, "Sin permiso Ltda.", allowed=())
    book.invoice(creditor, silent, "FE-1", due_on=book.days_late(9))
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    page = wb.desk(creditor).get(wb.at(creditor, f"customer/{silent.id}/")).content.decode()
    told = wb.text_of(page)

    assert "sin permiso" in wb.text_of(
        wb.desk(creditor).get(wb.at(creditor, "receivables/")).content.decode()
    )
    assert "<code>CO.A1</code>" in page
    assert "Nadie ha dejado constancia de que a este cliente se le pueda escribir por correo" in told
    assert "Decide una persona" in told
    assert "CO-2" in told
    assert "ley" in told
    assert "Art. 2" in told
    assert re.search(r"conserje replay \d+", told)


def test_the_page_of_a_customer_tells_all_that_holds_it_back(ready: Creditor) -> None:
    with acting(creditor_id=ready.id):
        touch = Touch.objects.order_by("id")[0]
    invoice_id = touch.asked[0]["invoice_id"]
    pause = hold.Pause(None, "vacaciones", TUESDAY.date() + timedelta(days=9))
    hold.place(creditor_id=ready.id, customer_id=touch.customer_id, pause=pause, by="person:1", now=TUESDAY)
    about = dispute.About(amount_minor=40_000_00, kind="scope", words="No era así.")
    dispute.open_(creditor_id=ready.id, invoice_id=invoice_id, about=about, by="customer", now=TUESDAY)
    with acting(creditor_id=ready.id):
        permission.revoke(
            creditor_id=ready.id,
            customer_id=touch.customer_id,
            channels=[Channel.WHATSAPP],
            by="customer",
            how="portal",
            now=TUESDAY,
        )
    client = wb.desk(ready)
    draft = wb.text_of(client.get(wb.at(ready, f"drafts/{touch.id}/")).content.decode())
    told = wb.text_of(client.get(wb.at(ready, f"customer/{touch.customer_id}/")).content.decode())
    row = wb.text_of(client.get(wb.at(ready, "receivables/?only=paused")).content.decode())

    assert "En pausa" in draft
    for said in ("En pausa · hasta el jueves 26 de noviembre", "vacaciones", "“No era así.”", "lo acordado"):
        assert said in told, said
    assert "Permiso para WhatsApp: retirado" in told
    assert "Hold" not in told
    assert "en pausa hasta el 26 nov" in row
    assert "en desacuerdo: $ 40.000 COP" in row


def test_the_clock_runs_each_day_and_never_back(ready: Creditor, world: World) -> None:
    client = wb.desk(ready)
    url = wb.at(ready, "clock/")
    client.post(wb.at(ready, "drafts/approval/"), {"draft": touch_ids(ready)})
    assert "martes 17 de noviembre de 2026" in wb.text_of(client.get(url).content.decode())
    # The law closes nothing on Wednesday; a weekend and a bridge are stepped over.
    assert 'value="2026-11-18"' in client.get(url).content.decode()

    gone = client.post(url, {"to": "2026-11-26"}, follow=True)

    assert gone.redirect_chain == [(url, 302)]
    told = wb.text_of(gone.content.decode())
    assert "miércoles 18 de noviembre: 3 mensajes enviados" in told
    assert "3 borradores por aprobar" in told
    assert "jueves 26 de noviembre de 2026" in told
    assert "Qué pasó en el camino" not in wb.text_of(client.get(url).content.decode())
    assert len(world.messages()) == 3
    assert creditors.by_id(creditor_id=ready.id).clock_at == TUESDAY + timedelta(days=9)
    for wrong in ("2026-11-26", "2026-11-01", "2027-11-01", "", "mañana"):
        answer = client.post(url, {"to": wrong})
        assert answer.status_code == 422
        assert "Elija un día posterior a hoy" in wb.text_of(answer.content.decode())
    assert creditors.by_id(creditor_id=ready.id).clock_at == TUESDAY + timedelta(days=9)


def test_only_a_demo_book_has_a_clock_and_shows_the_customers_page(ready: Creditor) -> None:
    client = wb.desk(ready)
    with acting(creditor_id=ready.id):
        customer_id = Touch.objects.order_by("id")[0].customer_id
    portal = wb.at(ready, f"customer/{customer_id}/portal/")
    opened = client.post(portal)
    assert opened.headers["Location"].startswith(f"/p/{ready.public_id}/")
    seen = client.get(opened.headers["Location"], follow=True)
    assert seen.status_code == 200
    assert "Cliente" in seen.content.decode()
    assert client.get(portal).status_code == 405

    ready.is_demo, ready.clock_at = False, None
    ready.save(update_fields=["is_demo", "clock_at"])
    assert client.get(wb.at(ready, "clock/")).status_code == 404
    assert client.post(wb.at(ready, "clock/"), {"to": "2030-01-01"}).status_code == 404
    assert client.post(portal).status_code == 404
    page = client.get(wb.at(ready, f"customer/{customer_id}/")).content.decode()
    assert portal not in page


def test_older_events_follow_and_none_is_lost_or_told_twice(creditor: Creditor) -> None:
    wb.in_mode(creditor, "draft")
    (customer_id,) = wb.fill(creditor, 1)
    for day in range(70):
        moment = TUESDAY + timedelta(minutes=day)
        hold_id = hold.place(
            creditor_id=creditor.id,
            customer_id=customer_id,
            pause=hold.Pause(None, f"razón-{day:03d}", None),
            by="person:1",
            now=moment,
        )
        hold.release(creditor_id=creditor.id, hold_id=hold_id, by="person:1", now=moment)
    client = wb.desk(creditor)
    url, seen = wb.at(creditor, f"customer/{customer_id}/"), []
    for _ in range(9):
        page = client.get(url).content.decode()
        seen += re.findall(r"razón-\d{3}", page)
        older = re.search(r'href="([^"]*before=[^"]*)"', page)
        if older is None:
            break
        url = older.group(1).replace("&amp;", "&")
    assert sorted(seen) == [f"razón-{day:03d}" for day in range(70)]
    assert seen == sorted(seen, reverse=True)
    assert client.get(wb.at(creditor, f"customer/{customer_id}/?before=x~y~z")).status_code == 200


def test_the_previews_of_many_drafts_cost_as_many_queries_as_one(ready: Creditor) -> None:
    ids = touch_ids(ready)
    assert len(ids) == 3

    def asked(some: list[int]) -> int:
        with reading(creditor_id=ready.id), CaptureQueriesContext(connection) as seen:
            found = draft.previews(creditor_id=ready.id, touch_ids=some, now=TUESDAY)
        assert set(found) == set(some)
        assert all(one.written is not None for one in found.values())
        return len(seen)

    asked(ids[:1])
    assert asked(ids) == asked(ids[:1])
