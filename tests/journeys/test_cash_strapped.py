# SPDX-License-Identifier: Apache-2.0
"""The startup short of cash: USD 8,500 in three parts, signed on a phone, never chased.

The first part is paid by hand, the others are charged to a card on their days; then the case is closed and thanked.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.integration import book
from tests.journeys.code import give_the_code
from tests.journeys.papers import taken_away
from tests.journeys.stage import EMAIL, PASSWORD, TUESDAY, Stage

from conserje.data.arrangements.models import PaymentPlan
from conserje.data.outreach.models import Episode, Touch
from conserje.data.receivables.models import Checkout, Freshness, Invoice
from conserje.data.tenancy.models import Creditor
from conserje.services.outreach import strategy
from conserje.services.tenancy.act import acting

PHONE = {"width": 360, "height": 740}
# The day of each part, and the one on which its reminder leaves: five days before it, or the next day we write.
PARTS = [("2026-11-26", "2026-12-01"), ("2026-12-30", "2027-01-04"), ("2027-01-27", "2027-02-01")]


def owing(on: Stage) -> int:
    """The startup in the books, twenty days late; every stage writes by itself."""

    def write() -> int:
        creditor = Creditor.objects.get(id=on.creditor_id)
        content = strategy.default()
        content["modes"] = dict.fromkeys(content["modes"], "automatic")
        with acting(creditor_id=creditor.id):
            strategy.adopt(creditor_id=creditor.id, content=content, by="person:1", now=TUESDAY)
            Freshness.objects.create(
                creditor=creditor, source="import", recorded_through_on=date(2027, 12, 31), stated_at=TUESDAY
            )
        startup = book.customer(creditor, "Startup Ejemplo S.A.S.", email="finanzas@startup.example")
        due_on = book.days_late(20)
        book.invoice(creditor, startup, "FE-8500", due_on=due_on, minor=850_000, currency="USD")
        return startup.id

    return on.aside(write)


def at(day: str) -> datetime:
    """Ten in the morning of a day in Bogota."""
    return datetime.combine(date.fromisoformat(day), TUESDAY.time(), UTC)


def live(on: Stage, day: str) -> None:
    on.move_clock(at(day))
    on.conserje("run", "--json")


def open_page(on: Stage, address: str) -> Page:
    page = on.browser.new_page(viewport=PHONE, locale="es-CO", java_script_enabled=False)
    page.goto(address)
    return page


def sign_in_parts(page: Page, on: Stage) -> None:
    page.goto(f"{on.url}/c/{on.public_id}/plan/")
    page.get_by_label("3 cuotas").check()
    page.get_by_label("Cada mes").check()
    page.get_by_label("La primera, el").fill("2026-12-01")
    page.get_by_role("button", name="Ver fechas y valores").click()
    for part in (
        "2.833,33",
        "2.833,34",
        "1 dic 2026",
        "4 ene 2027",
        "1 feb 2027",
    ):
        expect(page.get_by_role("cell", name=part).first).to_be_visible()
    expect(page.get_by_text("no hay recargo").first).to_be_visible()
    page.get_by_role("button", name="Firmar y aceptar").click()
    give_the_code(page, on)
    expect(page.get_by_text("Escriba su nombre para aceptar.")).to_be_visible()
    page.get_by_label("Su nombre, para firmar").fill("Laura Pérez")
    page.get_by_role("button", name="Firmar y aceptar").click()
    expect(page.get_by_role("heading", name="Su plan de pago")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def pay_next(on: Stage, address: str) -> None:
    page = open_page(on, address)
    page.goto(f"{on.url}/c/{on.public_id}/plan/")
    page.get_by_role("button", name="Pagar la próxima cuota").click()
    page.wait_for_url(f"{on.world.http_url}/**")
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Pagar").click()
    page.wait_for_url(f"{on.url}/c/**")
    page.close()


def leave_a_card(on: Stage, address: str) -> None:
    """From the plan to the gateway's page and back; each part is charged on its day from then on."""
    page = open_page(on, address)
    page.goto(f"{on.url}/c/{on.public_id}/plan/")
    page.get_by_text("Que cada cuota se cobre sola").click()
    page.get_by_role("link", name="Dejar una tarjeta").click()
    page.get_by_role("button", name="Acepto: dejar mi tarjeta").click()
    page.wait_for_url(f"{on.world.http_url}/**")
    page.get_by_label("Tarjeta terminada en 4242").check()
    page.get_by_role("button", name="Dejar esta tarjeta").click()
    page.wait_for_url(f"{on.url}/**")
    page.goto(f"{on.url}/c/{on.public_id}/plan/")
    page.get_by_text("Que cada cuota se cobre sola").click()
    page.get_by_role("button", name="Cobrar cada cuota en su día").click()
    give_the_code(page, on)
    expect(page.get_by_text("Cada cuota se cobra sola en su fecha")).to_be_visible()
    page.close()


def what_was_signed(on: Stage, address: str) -> str:
    """The text of the plan's paper, taken from the plan's page."""
    page = open_page(on, address)
    page.goto(f"{on.url}/c/{on.public_id}/plan/")
    page.get_by_text("Lo que se acordó").click()
    page.get_by_role("link", name="Descargarlo (PDF)").click()
    give_the_code(page, on)
    page.goto(f"{on.url}/c/{on.public_id}/plan/")
    page.get_by_text("Lo que se acordó").click()
    text = taken_away(page, "Descargarlo")
    page.close()
    return text


def charges(on: Stage) -> list[tuple[int, str, bool]]:
    def look() -> list[tuple[int, str, bool]]:
        with acting(creditor_id=on.creditor_id):
            rows = Checkout.objects.order_by("id")
            return [(row.amount_minor, row.state, row.mandate_id is not None) for row in rows]

    return on.aside(look)


def books(on: Stage) -> tuple[int, str, bool, list[str]]:
    def look() -> tuple[int, str, bool, list[str]]:
        with acting(creditor_id=on.creditor_id):
            rows = Touch.objects.exclude(letter="code").order_by("id")
            letters = [f"{row.letter} {row.state}" for row in rows]
            running = Episode.objects.filter(closed_at=None).exists()
            return Invoice.objects.get().open_minor, PaymentPlan.objects.get().state, running, letters

    return on.aside(look)


def letters(on: Stage, *, about: str) -> list[Any]:
    found = [on.world.details(item.number) for item in on.world.messages()]
    return [item for item in found if about in item["text"]]


def desk(on: Stage, customer: int) -> None:
    """The collector sees the plan and what is paid of it."""
    page = on.browser.new_page(viewport={"width": 1280, "height": 800}, locale="es-CO")
    page.goto(f"{on.url}/accounts/login/")
    page.fill("input[name=login]", EMAIL)
    page.fill("input[name=password]", PASSWORD)
    page.click("form button[type=submit], form button:not([type])")
    page.wait_for_url(f"{on.url}/**")
    page.goto(f"{on.url}/w/{on.public_id}/customer/{customer}/")
    page.get_by_role("link", name="Planes de pago").click()
    expect(page.get_by_text("en vigor")).to_be_visible()
    expect(page.get_by_text("faltan US$ 5.666,67")).to_be_visible()
    page.close()


@pytest.mark.slow
def test_three_parts_signed_on_a_phone_paid_by_hand_and_then_by_themselves(on_stage: Stage) -> None:
    customer = owing(on_stage)
    on_stage.conserje("run", "--json")
    (letter,) = on_stage.world.wait_for_messages(1)
    links = on_stage.world.details(letter.number)["links"]
    page = open_page(on_stage, next(url for url in links if "/p/" in url and url.count("/") <= 6))
    sign_in_parts(page, on_stage)
    page.close()

    for number, (reminder, due) in enumerate(PARTS, start=1):
        live(on_stage, reminder)
        on_stage.move_clock(at(due))
        about = letters(on_stage, about=f"cuota {number} de 3")
        assert len(about) == 1, number
        link = next(url for url in about[0]["links"] if "/p/" in url and url.count("/") <= 6)
        if number == 1:
            pay_next(on_stage, link)
            desk(on_stage, customer)
            leave_a_card(on_stage, link)
            paper = what_was_signed(on_stage, link)
            for words in ("Laura Pérez", "Startup Ejemplo S.A.S.", "2.833,33", "2.833,34", "2027"):
                assert words in paper
        else:
            live(on_stage, due)
    live(on_stage, "2027-02-02")

    open_minor, state, running, told = books(on_stage)
    assert (open_minor, state, running) == (0, "kept", False)
    assert charges(on_stage) == [(283_333, "paid", False), (283_333, "paid", True), (283_334, "paid", True)]
    assert told == ["friendly accepted", *["preventive accepted"] * 3, "thank_you accepted"]
    assert on_stage.conserje("verify", "--json")["ok"] is True
    live(on_stage, "2027-03-09")
    assert books(on_stage)[3] == told
