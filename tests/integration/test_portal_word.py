# SPDX-License-Identifier: Apache-2.0
"""What a reader tells in the portal: paid, scheduled, stop, resume. It is taken at their word and acted on at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from tests.integration import book, served, visitor
from tests.integration.book import TUESDAY
from tests.integration.visitor import Visitor

from conserje.data.arrangements.models import PaymentClaim, PromiseToPay
from conserje.data.outreach.models import Suppression
from conserje.data.receivables.models import Invoice
from conserje.data.tenancy.models import Creditor
from conserje.domain.kit.money import Money
from conserje.domain.receivables.payment import Received, Road, RoadName
from conserje.services.outreach import send, sweep
from conserje.services.receivables import payment
from conserje.services.tenancy.act import reading
from conserje.testing.world import start
from conserje.testing.world.handle import World

TODAY = TUESDAY.date()


@pytest.fixture(scope="module")
def shared_world() -> Iterator[World]:
    with start() as running:
        yield running


@pytest.fixture
def world(shared_world: World) -> Iterator[World]:
    shared_world.clear_messages()
    with served.reaching():
        yield shared_world


def ids(reader: Visitor) -> list[str]:
    """The ids of the invoices, in the order they were made."""
    with reading(creditor_id=reader.creditor.id):
        return [str(key) for key in Invoice.objects.order_by("id").values_list("id", flat=True)]


def tell(reader: Visitor, page: str, **form: Any) -> Any:
    """Open a form, send it, and follow it to the page that says what was noted."""
    assert reader.get(page).status_code == 200
    return reader.client.post(reader.path(page), form, follow=True)


@pytest.mark.parametrize(
    ("page", "field", "on", "said"),
    [
        ("paid/", "paid_on", TODAY - timedelta(days=1), "Pago hecho el lunes 16 de noviembre: FE-1, FE-2."),
        (
            "scheduled/",
            "pay_on",
            TODAY + timedelta(days=10),
            "Pago programado para el viernes 27 de noviembre: FE-1, FE-2.",
        ),
    ],
)
def test_what_is_told_pauses_at_once(
    creditor: Creditor, world: World, page: str, field: str, on: date, said: str
) -> None:
    reader = visitor.open_account(creditor, world=world, invoices=2)

    answer = tell(reader, page, invoice=ids(reader), **{field: on.isoformat()})

    assert answer.status_code == 200
    assert said in answer.content.decode()
    home = reader.get().content.decode()
    assert len(re.findall(r'data-tone="rest">\s*En pausa: usted nos dijo que', home)) == 2
    swept = sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    sent = send.send_due(creditor_id=creditor.id, clock=book.at(TUESDAY))
    assert (swept.touches, sent.total, world.messages()) == ({}, 0, [])


def test_a_pause_of_one_leaves_the_other(creditor: Creditor, world: World) -> None:
    reader = visitor.open_account(creditor, world=world, invoices=2)

    tell(reader, "scheduled/", invoice=ids(reader)[:1], pay_on=(TODAY + timedelta(days=5)).isoformat())

    home = reader.get().content.decode()
    assert len(re.findall(r'data-tone="rest">\s*En pausa', home)) == 1
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    send.send_due(creditor_id=creditor.id, clock=book.at(TUESDAY))
    (letter,) = world.messages()
    text = world.details(letter.number)["text"]
    assert "FE-2" in text
    assert "FE-1" not in text


def test_what_was_planned_before_the_word_does_not_leave(creditor: Creditor, world: World) -> None:
    reader = visitor.open_account(creditor, world=world)
    assert sweep.sweep(creditor_id=creditor.id, now=TUESDAY).touches == {"planned": 1}

    tell(reader, "paid/", invoice=ids(reader), paid_on=TODAY.isoformat())
    send.send_due(creditor_id=creditor.id, clock=book.at(TUESDAY))

    assert world.messages() == []


def test_an_evening_in_the_readers_zone_is_still_today(creditor: Creditor) -> None:
    evening = TUESDAY + timedelta(hours=10)
    reader = visitor.open_account(creditor, now=evening)
    assert evening.date() == TODAY + timedelta(days=1)

    answer = tell(reader, "scheduled/", invoice=ids(reader), pay_on=TODAY.isoformat())

    assert answer.status_code == 200
    with reading(creditor_id=creditor.id):
        assert PromiseToPay.objects.get().promised_on == TODAY


@pytest.mark.parametrize(
    ("page", "form", "wrong"),
    [
        ("paid/", {}, ["invoice", "paid_on"]),
        ("paid/", {"invoice": "all", "paid_on": "2026-11-18"}, ["paid_on"]),
        ("paid/", {"invoice": "all", "paid_on": "yesterday"}, ["paid_on"]),
        ("paid/", {"invoice": "x", "paid_on": "2026-11-16"}, ["invoice"]),
        ("scheduled/", {"invoice": "all", "pay_on": "2026-11-16"}, ["pay_on"]),
        ("scheduled/", {"invoice": "all", "pay_on": "2027-06-01"}, ["pay_on"]),
        ("scheduled/", {"invoice": "all", "pay_on": "0000-00-00"}, ["pay_on"]),
    ],
)
def test_bad_input_gives_the_form_again_and_loses_nothing(
    creditor: Creditor, page: str, form: dict[str, str], wrong: list[str]
) -> None:
    reader = visitor.open_account(creditor, invoices=2)
    given = {"note": "Comprobante <b>77</b>", **form}
    if form.get("invoice") == "all":
        given |= {"invoice": ids(reader)[:1]}

    answer = tell(reader, page, **given)

    text = answer.content.decode()
    assert answer.status_code == 400
    assert re.findall(r'id="(\w+)-wrong"', text) == wrong
    assert ("<b>77</b>" in text, "&lt;b&gt;77" in text) == (False, page == "paid/")
    if form.get("invoice") == "all":
        assert re.findall(r'value="(\d+)" checked', text) == ids(reader)[:1]
    with reading(creditor_id=creditor.id):
        assert (PaymentClaim.objects.count(), PromiseToPay.objects.count()) == (0, 0)


def test_an_invoice_paid_meanwhile_is_said_kindly(creditor: Creditor) -> None:
    reader = visitor.open_account(creditor, invoices=2)
    first = ids(reader)[:1]
    reader.get("paid/")
    received = Received(
        customer_id=reader.customer.id,
        source="bank",
        external_id="1",
        amount=Money("COP", 380_800_000),
        value_on=TODAY,
        roads=(Road(RoadName.PERSON, "1"),),
    )
    payment.record(creditor_id=creditor.id, received=received, now=TUESDAY)

    answer = reader.post("paid/", invoice=first, paid_on=TODAY.isoformat())

    assert answer.status_code == 400
    assert "ya no está abierto" in answer.content.decode()


def test_somebody_elses_invoice_is_not_spoken_for(creditor: Creditor) -> None:
    reader = visitor.open_account(creditor)
    other = book.customer(creditor, "Otra S.A.S.")
    foreign = book.invoice(creditor, other, "FE-77", due_on=book.days_late(3))

    answer = tell(reader, "paid/", invoice=[str(foreign)], paid_on=TODAY.isoformat())

    assert answer.status_code == 400
    with reading(creditor_id=creditor.id):
        assert PaymentClaim.objects.count() == 0


def test_a_word_of_another_reader_cannot_be_shown(creditor: Creditor) -> None:
    reader = visitor.open_account(creditor)
    answer = tell(reader, "paid/", invoice=ids(reader), paid_on=TODAY.isoformat())
    other = visitor.visit(creditor, book.customer(creditor, "Otra S.A.S."))
    address = answer.redirect_chain[-1][0].removeprefix(reader.path())

    assert other.get(address).status_code == 404
    assert reader.get(address + "x").status_code == 404


def one_click(reader: Visitor, **form: str) -> Any:
    """What a mail program sends: no cookie, no page before it."""
    stranger = Client(SERVER_NAME="127.0.0.1", enforce_csrf_checks=True)
    return stranger.post(reader.stop_link, form or {"List-Unsubscribe": "One-Click"})


def stopped(reader: Visitor) -> int:
    """How many addresses are stopped."""
    with reading(creditor_id=reader.creditor.id):
        return Suppression.objects.filter(lifted_at=None).count()


def test_one_click_stops_the_address_and_the_page_brings_it_back(creditor: Creditor, world: World) -> None:
    reader = visitor.open_account(creditor, world=world)

    asked = Client(SERVER_NAME="127.0.0.1").get(reader.stop_link)
    assert stopped(reader) == 0
    first, again = one_click(reader), one_click(reader)

    assert [answer.status_code for answer in (asked, first, again)] == [200, 200, 200]
    assert not first.cookies
    assert stopped(reader) == 1
    assert "p•••@panaderia.example" in first.content.decode().replace("\u200b", "")
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    send.send_due(creditor_id=creditor.id, clock=book.at(TUESDAY))
    assert world.messages() == []

    one_click(reader, act="resume")

    assert stopped(reader) == 0
    later = TUESDAY + timedelta(minutes=5)
    sweep.sweep(creditor_id=creditor.id, now=later)
    send.send_due(creditor_id=creditor.id, clock=book.at(later))
    assert len(world.messages()) == 1


def test_the_button_of_a_letter_stops_what_follows(creditor: Creditor, world: World) -> None:
    reader = visitor.open_account(creditor, world=world)
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    send.send_due(creditor_id=creditor.id, clock=book.at(TUESDAY))
    (letter,) = world.messages()
    header = str(world.message(letter.number)["List-Unsubscribe"])
    address = re.findall(r"<http://127\.0\.0\.1:8000(/u/[^>]+)>", header)[0]

    Client(SERVER_NAME="127.0.0.1", enforce_csrf_checks=True).post(
        address, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded"
    )

    for day in range(1, 40):
        moment = TUESDAY + timedelta(days=day)
        sweep.sweep(creditor_id=creditor.id, now=moment)
        send.send_due(creditor_id=creditor.id, clock=book.at(moment))
    assert len(world.messages()) == 1
    assert "stopped" not in reader.get("preferences/").content.decode()


def test_an_old_letter_can_still_be_answered_with_stop(creditor: Creditor) -> None:
    reader = visitor.open_account(creditor)
    visitor.set_clock(creditor, TUESDAY + timedelta(days=200))

    assert one_click(reader).status_code == 200
    assert stopped(reader) == 1
    assert reader.client.get(reader.link).status_code == 404


def test_preferences_show_masked_addresses_and_stop_and_resume_them(creditor: Creditor) -> None:
    reader = visitor.open_account(creditor)
    page = reader.get("preferences/").content.decode()
    assert "p•••@panaderia.example" in page
    assert "contrato" in page
    address = re.findall(r'name="address" value="(\d+)"', page)[0]

    for act, count in (("stop", 1), ("stop", 1), ("resume", 0)):
        answer = reader.client.post(
            reader.path("preferences/"), {"act": act, "address": address}, follow=True
        )
        assert answer.status_code == 200
        assert stopped(reader) == count
    for form in ({"act": "stop", "address": "77"}, {"act": "erase", "address": address}, {}):
        assert reader.post("preferences/", **form).status_code == 400
    assert stopped(reader) == 0


def test_forms_want_the_token_of_their_page(creditor: Creditor) -> None:
    reader = visitor.open_account(creditor)
    reader.get()
    strict = Client(SERVER_NAME="127.0.0.1", enforce_csrf_checks=True)
    strict.cookies = reader.client.cookies

    for page in ("pay/", "paid/", "scheduled/", "preferences/"):
        assert strict.post(reader.path(page), {"act": "stop"}).status_code == 403
