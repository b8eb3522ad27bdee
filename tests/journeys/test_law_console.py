# SPDX-License-Identifier: Apache-2.0
"""A person reads the law that binds, tries a contact with and without scripts, and approves the day from a phone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.stage import EMAIL, TUESDAY, Stage
from tests.journeys.test_one_real_invoice import PHONE, books, bring_in, sign_in

pytestmark = pytest.mark.slow


def plain_phone(on: Stage) -> Page:
    """A phone without scripts, nobody signed in."""
    context = on.browser.new_context(viewport=PHONE, locale="es-CO", java_script_enabled=False)  # type: ignore[arg-type]
    return context.new_page()


def digest(on: Stage) -> str:
    """Send what is due and answer the link in it."""
    from conserje.services.insights import digest as digests
    from conserje.services.tenancy import creditor as creditors

    facts = on.aside(lambda: creditors.by_id(creditor_id=on.creditor_id))
    assert dict(on.aside(lambda: digests.send_due(facts=facts, now=TUESDAY))) == {"sent": 1}
    (mail,) = on.world.messages(to=EMAIL)
    found = re.search(r"/w/\w+/today/[\w-]+/", on.world.details(mail.number)["text"])
    assert found
    return on.url + found[0]


def try_on_a_saturday_evening(page: Page) -> None:
    """Fill the box with a made-up consumer in Colombia and press."""
    page.get_by_label("Canal", exact=True).select_option("sms")
    page.get_by_label("Momento").fill("2026-11-21T16:00")
    page.get_by_role("button", name="Juzgar").click()


def test_the_law_is_read_and_tried(on_stage: Stage, tmp_path: Path) -> None:
    bring_in(on_stage, tmp_path)
    page = sign_in(on_stage)
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.get_by_role("link", name="Ley", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Las reglas que obligan")
    address = page.url
    try_on_a_saturday_evening(page)
    answer = page.locator("#answer")
    expect(answer).to_contain_text("Próximo momento permitido: 23 nov, 07:00")
    expect(answer).to_contain_text("CO.W2")
    expect(page.get_by_role("heading", level=1)).to_have_text("Las reglas que obligan")
    assert page.url != address
    assert wrong == []
    page.goto(address)
    page.get_by_role("link", name="Colombia").click()
    expect(page.get_by_text("Ningún abogado ha firmado este paquete.")).to_be_visible()
    expect(page.get_by_text("Se puede contactar de 07:00 a 19:00: de lunes a viernes.")).to_be_visible()
    page.goto(f"{on_stage.url}/w/{on_stage.public_id}/law/safety/")
    expect(page.get_by_text("Todo lo que debe estar en cero está en cero.")).to_be_visible()

    phone = plain_phone(on_stage)
    phone.context.add_cookies(page.context.cookies())  # type: ignore[arg-type]
    phone.goto(f"{on_stage.url}/w/{on_stage.public_id}/law/")
    try_on_a_saturday_evening(phone)
    expect(phone.get_by_role("heading", level=1)).to_have_text("Pruebe un contacto")
    expect(phone.get_by_text("Próximo momento permitido: 23 nov, 07:00")).to_be_visible()


def test_the_day_is_approved_from_the_link(on_stage: Stage, tmp_path: Path) -> None:
    bring_in(on_stage, tmp_path)
    on_stage.conserje("run", "--json")
    link = digest(on_stage)
    phone = plain_phone(on_stage)
    phone.goto(link)
    expect(phone.get_by_text("Panadería El Ejemplo")).to_be_visible()
    assert books(on_stage)[1] == ["friendly proposed"]
    phone.get_by_role("button", name="Aprobar 1 mensaje").click()
    expect(phone.get_by_role("status")).to_contain_text("1 mensaje aprobado")
    assert books(on_stage)[1] == ["friendly planned"]
    phone.goto(link)
    expect(phone.get_by_text("Este enlace ya aprobó.")).to_be_visible()
