# SPDX-License-Identifier: Apache-2.0
"""Gateways set up and tried from the desk, payments given back and contested ones decided there."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from tests.integration import receivables_book as book
from tests.integration import served
from tests.integration import workbench_book as wb
from tests.integration.test_receivables_checkout import gateway_id, started

from conserje.data.integrations.models import Connection
from conserje.data.receivables.models import Checkout, Payment
from conserje.data.tenancy.models import Creditor
from conserje.domain.kit.money import Money
from conserje.domain.receivables.payment import Road, RoadName
from conserje.gateways.demo.settings import DemoSettings
from conserje.services.receivables import checkout, gateway
from conserje.services.tenancy import connection
from conserje.services.tenancy.act import reading
from conserje.testing import world

SECRET = "clave-de-prueba"


@pytest.fixture(scope="module")
def outside() -> Iterator[world.World]:
    with world.start() as running:
        yield running


@pytest.fixture
def desk(creditor: Creditor, outside: world.World) -> Iterator[object]:
    with served.reaching():
        yield wb.desk(wb.in_demo(creditor))


def set_up(desk, creditor: Creditor, outside: world.World, **other: str) -> str:
    form = {
        "gateway": "demo",
        "act": "settings",
        "set-base_url": outside.http_url,
        "set-api_key": outside.api_key,
        "set-hook_secret": outside.hook_secret,
    }
    answer = desk.post(wb.at(creditor, "ways/"), {**form, **other}, follow=True)
    return wb.told(answer)


def test_a_gateway_is_set_up_tried_and_its_secrets_are_never_shown_again(desk, creditor, outside):
    assert "La conexión funciona." in set_up(desk, creditor, outside)
    page = desk.get(wb.at(creditor, "ways/")).content.decode()
    assert outside.http_url in page
    assert SECRET not in page
    assert outside.hook_secret not in page
    assert "La conexión funciona." in set_up(
        desk, creditor, outside, **{"set-api_key": "", "set-hook_secret": ""}
    )
    assert "La conexión funciona." not in set_up(desk, creditor, outside, **{"set-api_key": "otra"})
    assert "must begin with http" in set_up(desk, creditor, outside, **{"set-base_url": "ftp://x"})
    with reading(creditor_id=creditor.id):
        assert Connection.objects.filter(kind="gateway", ended_at=None).count() == 1


def test_the_creditor_chooses_methods_and_turns_a_gateway_off(desk, creditor, outside):
    set_up(desk, creditor, outside)

    def offered():
        with reading(creditor_id=creditor.id):
            offers = gateway.offers(creditor_id=creditor.id)
        amount = Money("COP", 1_000_000)
        found = gateway.choices(offers=offers, amount=amount, country="CO", tax_id="", late_days=10)
        return [one.methods for one in found]

    assert offered() == [("pse", "nequi", "card", "transfer", "cash")]
    form = {"gateway": "demo", "act": "methods", "method": ["cash", "card"]}
    desk.post(wb.at(creditor, "ways/"), {**form, "offered": "yes"})
    assert offered() == [("card", "cash")]
    set_up(desk, creditor, outside)
    assert offered() == [("card", "cash")]
    desk.post(wb.at(creditor, "ways/"), {**form, "offered": "yes", "from_days": "11"})
    assert offered() == []
    desk.post(wb.at(creditor, "ways/"), {**form, "offered": "yes", "from_days": "10"})
    assert offered() == [("card", "cash")]
    desk.post(wb.at(creditor, "ways/"), form)
    assert offered() == []
    with reading(creditor_id=creditor.id):
        assert connection.settings_of(creditor_id=creditor.id, kind="gateway", adapter="demo")


def test_only_those_who_lead_set_up_gateways_or_give_money_back(creditor, outside):
    collector = wb.desk(creditor, "cobros@taller.example", "collector")
    assert collector.post(wb.at(creditor, "ways/"), {"gateway": "demo"}).status_code == 403
    assert collector.post(wb.at(creditor, "payments/1/refund/"), {}).status_code == 403
    assert collector.post(wb.at(creditor, "payments/contested/1/decision/"), {}).status_code == 403


@pytest.fixture
def paid(desk, creditor, outside):
    """A payment of COP 5.00 by the gateway, of one invoice; and its checkout's name there."""
    set_up(desk, creditor, outside)
    (customer_id,) = book.customers(creditor.id, "Café Imaginario")
    (bill,) = book.opened(creditor.id, book.new_invoice(customer_id, "FE-1", 500))
    settings = DemoSettings(outside.http_url, outside.api_key, outside.hook_secret)
    access = checkout.Access("demo", settings, connection.http())
    page = started((creditor.id, customer_id, [bill, bill]), access)
    external_id = gateway_id(outside, page.reference)
    outside.pay(external_id, method="tarjeta")

    def hear():
        which = checkout.Which(external_id=external_id)
        road = Road(RoadName.LOOK, "att-1")
        return checkout.refresh(creditor_id=creditor.id, which=which, road=road, access=access, now=book.NOW)

    hear()
    with reading(creditor_id=creditor.id):
        return Payment.objects.get().id, bill, external_id, hear


def test_a_payment_is_given_back_from_a_chosen_invoice_and_a_double_tap_is_one(desk, creditor, paid):
    payment_id, bill, _, _ = paid
    url = wb.at(creditor, f"payments/{payment_id}/refund/")
    page = desk.get(url).content.decode()
    key = re.search(r'name="key" value="([^"]+)"', page).group(1)
    assert "FE-1" in page
    refused = desk.post(url, {"amount": "2", "key": key})
    assert refused.status_code == 400
    for _ in range(2):
        answer = desk.post(url, {"amount": "2,00", "key": key, "invoice": [bill]}, follow=True)
        assert "Devuelto. Ya está en los libros." in wb.told(answer)
    assert book.open_of(creditor.id, bill) == [200]
    book.sound(creditor.id)


def test_a_contested_payment_is_listed_and_decided(desk, creditor, paid, outside):
    _, bill, external_id, hear = paid
    outside.contest(external_id, outcome="lost")
    hear()
    assert book.open_of(creditor.id, bill) == [500]
    listed = wb.told(desk.get(wb.at(creditor, "payments/in-doubt/")))
    assert "El banco de quien pagó lo pide de vuelta" in listed
    with reading(creditor_id=creditor.id):
        number = Checkout.objects.get().id
    answer = desk.post(wb.at(creditor, f"payments/contested/{number}/decision/"), follow=True)
    assert "El banco de quien pagó" not in wb.told(answer)
    with reading(creditor_id=creditor.id):
        row = Checkout.objects.get()
    assert (row.contested, row.contest_decided_by.startswith("person:")) == (False, True)
