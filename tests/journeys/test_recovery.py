# SPDX-License-Identifier: Apache-2.0
"""A subscription's card: tried in silence, written about kindly, updated and charged once; or cancelled at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Page, expect
from tests.integration import recovery_book
from tests.journeys.code import give_the_code
from tests.journeys.papers import taken_away
from tests.journeys.stage import EMAIL, PASSWORD, TUESDAY, Stage

from conserje.data.outreach.models import Touch
from conserje.data.receivables.models import Checkout, Invoice, Mandate
from conserje.data.recovery.models import FailedPayment
from conserje.data.tenancy.models import Creditor
from conserje.services.tenancy.act import acting

PHONE = {"width": 360, "height": 740}
# Monday 30 November 2026, 10:30 in Bogota: the payday after the charge failed, past the hours in which it is tried.
PAYDAY = datetime(2026, 11, 30, 15, 30, tzinfo=UTC)
HEADS = "id,amount,currency,created,customer id,customer name,customer email,invoice,plan,card brand,card fingerprint"


def subscribe(on: Stage) -> tuple[Page, int]:
    """Sofía subscribes and leaves a card that will have ended when it is charged; her page, and her id."""

    def write() -> int:
        creditor = Creditor.objects.get(id=on.creditor_id)
        sofia = recovery_book.shopper(creditor, email="sofia@correo.example")
        recovery_book.invoiced(creditor, sofia, on=TUESDAY.date() - timedelta(days=1))
        return sofia.id

    customer_id = on.aside(write)
    page = on.browser.new_page(viewport=PHONE, locale="es-CO", java_script_enabled=False)
    page.goto(f"{on.portal_link(customer_id)}card/")
    leave_card(page, on, "vencida")
    return page, customer_id


def leave_card(page: Page, on: Stage, card: str) -> None:
    page.locator("button[name=act][value=give]").click()
    page.wait_for_url(f"{on.world.http_url}/**")
    page.locator(f"input[name=card][value={card}]").check()
    page.locator("button[name=act][value=give]").click()
    page.wait_for_url(f"{on.url}/c/**")


def the_charge_failed(on: Stage, folder: Path) -> None:
    """Yesterday's charge of the subscription was refused for lack of funds: the gateway's export says so."""

    def print_of() -> str:
        with acting(creditor_id=on.creditor_id):
            return Mandate.objects.get(state="active").fingerprint

    who = "Sofía Ejemplo,Sofía Ejemplo,sofia@correo.example"
    row = f"ch_1,49900.00,COP,2026-11-16T15:00:00Z,{who},SUS-1,Café del mes,visa,{on.aside(print_of)},51,0"
    path = folder / "fallidos.csv"
    path.write_text(f"{HEADS},response code,attempts before\n{row}\n", encoding="utf-8")
    for wanted in ({"new": 1, "known": 0}, {"new": 0, "known": 1}):
        told = on.conserje("recovery", "import", str(path), "--json")
        assert {key: told[key] for key in wanted} == wanted


def books(on: Stage) -> tuple[str, str, int, list[str], list[str]]:
    """State, reason, what is open, the letters and the charges by mandate."""

    def look() -> tuple[str, str, int, list[str], list[str]]:
        with acting(creditor_id=on.creditor_id):
            row = FailedPayment.objects.get()
            letters = [f"{one.letter} {one.state}" for one in Touch.objects.order_by("id")]
            charges = [one.state for one in Checkout.objects.filter(mandate__isnull=False).order_by("id")]
            return row.state, row.reason, Invoice.objects.get().open_minor, letters, charges

    return on.aside(look)


def live_on(on: Stage, *, since: datetime, days: int) -> None:
    for day in range(1, days, 9):
        on.move_clock(since + timedelta(days=day))
        on.conserje("run", "--json")


def test_a_card_that_ended_is_updated_and_charged_once(on_stage: Stage, tmp_path: Path) -> None:
    page, customer_id = subscribe(on_stage)
    the_charge_failed(on_stage, tmp_path)
    on_stage.conserje("run", "--json")
    assert books(on_stage)[0] == "retrying"
    assert on_stage.world.messages() == [], "nobody is written to while the card is tried in silence"

    on_stage.move_clock(PAYDAY)
    on_stage.conserje("run", "--json")
    assert books(on_stage) == ("contacting", "", 4_990_000, ["card_failed proposed"], ["declined"])
    on_stage.conserje("drafts", "approve", "--all", "--json")
    on_stage.conserje("run", "--json")
    (letter,) = on_stage.world.wait_for_messages(1)
    links = on_stage.world.details(letter.number)["links"]
    page.goto(next(url for url in links if url.endswith("/card/")))
    leave_card(page, on_stage, "buena")

    on_stage.conserje("run", "--json")
    on_stage.conserje("run", "--json")
    told = books(on_stage)
    assert told[:3] == ("recovered", "card_updated", 0)
    assert told[4] == ["declined", "paid"], "charged once"
    assert "Gracias" in on_stage.world.wait_for_messages(2)[1].subject
    assert on_stage.conserje("verify", "--json")["ok"] is True
    see_it_at_the_desk(on_stage)

    page.goto(on_stage.portal_link(customer_id))
    page.get_by_role("link", name="Documentos").click()
    give_the_code(page, on_stage)
    assert "$ 49.900 COP" in taken_away(page, "49.900")

    live_on(on_stage, since=PAYDAY, days=30)
    assert len(on_stage.world.messages()) == 3, "what failed, the thank-you and the code"
    assert books(on_stage)[4] == ["declined", "paid"]


def see_it_at_the_desk(on: Stage) -> None:
    desk = on.browser.new_page(viewport={"width": 1280, "height": 800}, locale="es-CO")
    desk.goto(f"{on.url}/accounts/login/")
    desk.fill("input[name=login]", EMAIL)
    desk.fill("input[name=password]", PASSWORD)
    desk.click("form button[type=submit], form button:not([type])")
    desk.wait_for_url(f"{on.url}/**")
    desk.goto(f"{on.url}/w/{on.public_id}/failed/")
    expect(desk.get_by_text("1 de 1 recuperados")).to_be_visible()
    desk.get_by_role("link", name="Se actualizó la tarjeta").click()
    desk.get_by_role("link", name="Sofía Ejemplo").click()
    expect(desk.get_by_text("Aprobado")).to_be_visible()
    desk.close()


def test_a_cancelled_subscription_is_neither_charged_nor_written_about(
    on_stage: Stage, tmp_path: Path
) -> None:
    page, customer_id = subscribe(on_stage)
    the_charge_failed(on_stage, tmp_path)
    on_stage.conserje("run", "--json")
    page.goto(f"{on_stage.portal_link(customer_id)}cancel/")
    expect(page.get_by_text("Café del mes")).to_be_visible()
    page.get_by_role("button", name="Cancelar ahora").click()
    expect(page.get_by_role("heading", name="Cancelada")).to_be_visible()
    page.reload()
    expect(page.get_by_text("quedó cancelada el")).to_be_visible()

    live_on(on_stage, since=TUESDAY, days=60)
    state, _, still_open, letters, charges = books(on_stage)
    assert (state, still_open, charges) == ("cancelled", 4_990_000, [])
    assert letters == ["subscription_cancelled accepted"]
    assert [one.subject for one in on_stage.world.messages()] == [
        "Su suscripción quedó cancelada · Taller Ejemplo"
    ]
    assert on_stage.conserje("verify", "--json")["ok"] is True

    def mandates() -> list[str]:
        with acting(creditor_id=on_stage.creditor_id):
            return [f"{one.state} {one.detail}".strip() for one in Mandate.objects.all()]

    assert on_stage.aside(mandates) == ["ended"], "and the gateway was told"
