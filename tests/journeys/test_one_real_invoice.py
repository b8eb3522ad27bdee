# SPDX-License-Identifier: Apache-2.0
"""The main job, whole: a spreadsheet, a decision, a letter, the portal, a payment, a thank-you, and then silence."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Page, expect
from tests.journeys.stage import EMAIL, PASSWORD, TUESDAY, Stage, sheet

from conserje.data.outreach.models import Episode, Touch
from conserje.data.receivables.models import Invoice
from conserje.services.tenancy.act import acting

PHONE = {"width": 360, "height": 740}
ROWS = [
    (
        "FE-1042",
        "Panadería El Ejemplo S.A.S.",
        "pagos@panaderia.example",
        "13/10/2026",
        "12/11/2026",
        "3.808.000,00",
    )
]


def bring_in(on: Stage, folder: Path) -> None:
    path = folder / "cartera.csv"
    path.write_bytes(sheet(ROWS).encode("cp1252"))
    answers = ["--country", "CO", "--role", "first_party", "--kind", "company", "--permission", "contract"]
    answers += ["--permission-channels", "email", "--permission-source", "Contrato marco"]
    answers += ["--payments-through", "2026-11-16", "--yes"]
    on.conserje("import", str(path), *answers)


def sign_in(on: Stage) -> Page:
    page = on.browser.new_page(viewport={"width": 1280, "height": 800}, locale="es-CO")
    page.goto(f"{on.url}/accounts/login/")
    page.fill("input[name=login]", EMAIL)
    page.fill("input[name=password]", PASSWORD)
    page.click("form button[type=submit], form button:not([type])")
    page.wait_for_url(f"{on.url}/**")
    return page


def approve_the_draft(on: Stage) -> None:
    page = sign_in(on)
    page.goto(f"{on.url}/w/{on.public_id}/drafts/")
    page.get_by_role("link", name="Panadería El Ejemplo").first.click()
    expect(page.get_by_text("FE-1042").first).to_be_visible()
    page.get_by_role("button", name="Aprobar").click()
    page.close()


def open_the_letter(on: Stage) -> Page:
    (letter,) = on.world.wait_for_messages(1)
    link = next(
        url for url in on.world.details(letter.number)["links"] if "/p/" in url and url.count("/") <= 6
    )
    page = on.browser.new_page(viewport=PHONE, locale="es-CO", java_script_enabled=False)
    page.goto(link)
    return page


def pay(page: Page, on: Stage) -> None:
    page.locator("form[action$='/pay/'] button[value=all]").click()
    page.wait_for_url(f"{on.world.http_url}/**")
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Pagar").click()
    page.wait_for_url(f"{on.url}/c/**")


def books(on: Stage) -> tuple[int, list[str], bool]:
    def look() -> tuple[int, list[str], bool]:
        with acting(creditor_id=on.creditor_id):
            touches = sorted(f"{row.letter} {row.state}" for row in Touch.objects.all())
            return Invoice.objects.get().open_minor, touches, Episode.objects.filter(closed_at=None).exists()

    return on.aside(look)


def customer_of(on: Stage) -> int:
    def look() -> int:
        with acting(creditor_id=on.creditor_id):
            return Invoice.objects.get().customer_id

    return on.aside(look)


def live_on(on: Stage, *, days: int) -> None:
    for day in range(1, days, 7):
        on.move_clock(TUESDAY + timedelta(days=day))
        on.conserje("run", "--json")


def test_from_a_spreadsheet_to_a_thank_you(on_stage: Stage, tmp_path: Path) -> None:
    bring_in(on_stage, tmp_path)
    decided = on_stage.conserje("run", "--json")
    assert (decided["touches"], decided["sent"]) == ({"proposed": 1}, {})

    approve_the_draft(on_stage)
    assert on_stage.conserje("run", "--json")["sent"] == {"accepted": 1}

    page = open_the_letter(on_stage)
    expect(page.get_by_text("FE-1042").first).to_be_visible()
    expect(page.get_by_text("3.808.000").first).to_be_visible()
    assert "onserje" not in page.content()
    pay(page, on_stage)
    expect(page.get_by_role("heading", level=1)).to_be_visible()

    on_stage.conserje("run", "--json")
    assert books(on_stage) == (0, ["friendly accepted", "thank_you accepted"], False)
    assert "Gracias" in on_stage.world.wait_for_messages(2)[1].subject
    assert on_stage.conserje("verify", "--json")["ok"] is True

    live_on(on_stage, days=40)
    assert len(on_stage.world.messages()) == 2


def test_paid_between_planning_and_sending_means_no_contact(on_stage: Stage, tmp_path: Path) -> None:
    bring_in(on_stage, tmp_path)
    on_stage.conserje("run", "--json")
    on_stage.conserje("drafts", "approve", "--all", "--json")

    page = on_stage.browser.new_page(viewport=PHONE, locale="es-CO")
    page.goto(on_stage.portal_link(customer_of(on_stage)))
    pay(page, on_stage)

    on_stage.conserje("run", "--json")
    live_on(on_stage, days=20)
    assert books(on_stage) == (0, ["friendly suppressed", "thank_you accepted"], False)
    assert [
        message.subject for message in on_stage.world.messages() if "Gracias" not in message.subject
    ] == []
