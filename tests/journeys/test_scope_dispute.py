# SPDX-License-Identifier: Apache-2.0
"""The scope dispute, whole: 4,000 of 15,000 are not agreed; it ends with 13,000 paid and 2,000 for future work."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Page, expect
from tests.journeys.code import give_the_code
from tests.journeys.papers import taken_away
from tests.journeys.stage import EMAIL, PASSWORD, TUESDAY, Stage

from conserje.data.outreach.models import Touch
from conserje.data.receivables.models import CreditNote, Invoice, LedgerEntry
from conserje.services.tenancy.act import acting

PHONE = {"width": 360, "height": 740}
SHEET = (
    "Factura;Cliente;Correo;Fecha;Vence;Saldo;Moneda\r\n"
    "US-15;Invento Digital Inc.;pagos@invento.example;05/10/2026;05/11/2026;15.000,00;USD\r\n"
)


def bring_in(on: Stage, folder: Path) -> int:
    path = folder / "cartera.csv"
    path.write_bytes(SHEET.encode("cp1252"))
    answers = ["--country", "CO", "--role", "first_party", "--kind", "company", "--permission", "contract"]
    answers += ["--permission-channels", "email", "--permission-source", "Contrato marco"]
    answers += ["--payments-through", "2026-11-16", "--yes"]
    on.conserje("import", str(path), *answers)

    def customer() -> int:
        with acting(creditor_id=on.creditor_id):
            return Invoice.objects.get().customer_id

    return on.aside(customer)


def object_to_a_part(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_role("link", name="Algo no está bien").click()
    page.get_by_label("¿Cuánto de ella?").fill("4.000")
    page.get_by_label("lo acordado").check()
    page.get_by_label("En sus palabras").fill("La segunda fase no estaba en el alcance.")
    files = [{"name": "acta.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 acta de alcance"}]
    page.get_by_label("Archivos que lo muestren").set_input_files(files)
    page.get_by_role("button", name="Enviar").click()
    expect(page.get_by_text("Lo recibimos.")).to_be_visible()
    expect(page.get_by_text("US$ 4.000,00").first).to_be_visible()


def asked_for(on: Stage) -> list[int]:
    def look() -> list[int]:
        with acting(creditor_id=on.creditor_id):
            return [item["minor"] for item in Touch.objects.get().asked]

    return on.aside(look)


def sign_in(on: Stage) -> Page:
    page = on.browser.new_page(viewport={"width": 1280, "height": 800}, locale="es-CO")
    page.goto(f"{on.url}/accounts/login/")
    page.fill("input[name=login]", EMAIL)
    page.fill("input[name=password]", PASSWORD)
    page.click("form button[type=submit], form button:not([type])")
    page.wait_for_url(f"{on.url}/**")
    return page


def propose(desk: Page, on: Stage) -> None:
    desk.goto(f"{on.url}/w/{on.public_id}/")
    desk.get_by_role("link", name="objeción espera su respuesta").click()
    desk.get_by_role("link", name="US-15").click()
    expect(desk.get_by_role("link", name="acta.pdf")).to_be_visible()
    desk.get_by_label("Lo que lee el cliente").fill(
        "Gracias. Lo miramos con el equipo y le proponemos algo hoy."
    )
    desk.get_by_role("button", name="Responder").click()
    expect(desk.get_by_text("Su respuesta está en la página del cliente.")).to_be_visible()
    desk.get_by_label("El cliente paga").fill("13.000")
    desk.get_by_label("Crédito para trabajos futuros").fill("1.999,99")
    desk.get_by_label("Se paga a más tardar el").fill("2026-11-27")
    desk.get_by_role("button", name="Enviar la propuesta").click()
    expect(desk.get_by_text("exactamente lo que está abierto")).to_be_visible()
    expect(desk.get_by_text("US$ 14.999,99")).to_be_visible()
    desk.get_by_label("Crédito para trabajos futuros").fill("2.000,00")
    desk.get_by_role("button", name="Enviar la propuesta").click()
    expect(desk.get_by_text("Su propuesta está en la página del cliente.")).to_be_visible()


def answered(on: Stage) -> str:
    """The one letter that tells of the proposal; where its link leads."""
    on.conserje("run", "--json")
    (letter,) = [one for one in on.world.messages() if one.subject.startswith("Nuestra propuesta")]
    seen = on.world.details(letter.number)
    assert "no es un recordatorio" in seen["text"]
    return next(url for url in seen["links"] if url.endswith("/dispute/"))


def accept_and_pay(page: Page, on: Stage) -> str:
    page.goto(answered(on))
    page.get_by_role("link", name="US-15").first.click()
    expect(page.get_by_text("Lo miramos con el equipo")).to_be_visible()
    page.get_by_role("button", name="Acepto este acuerdo").click()
    give_the_code(page, on)
    expect(page.get_by_text("Queda acordado")).to_be_visible()
    agreement = page.url
    page.get_by_role("link", name="Ver y pagar").click()
    page.locator("form[action$='/pay/'] button[value=all]").click()
    page.wait_for_url(f"{on.world.http_url}/**")
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Pagar").click()
    page.wait_for_url(f"{on.url}/c/**")
    return agreement


def books(on: Stage) -> tuple[int, list[tuple[str, int, int]], dict[str, int]]:
    def look() -> tuple[int, list[tuple[str, int, int]], dict[str, int]]:
        with acting(creditor_id=on.creditor_id):
            sums: dict[str, int] = {}
            for account, minor in LedgerEntry.objects.values_list("account", "amount_minor"):
                sums[account] = sums.get(account, 0) + minor
            notes = CreditNote.objects.order_by("id").values_list("kind", "amount_minor", "unapplied_minor")
            return Invoice.objects.get().open_minor, list(notes), sums

    return on.aside(look)


def test_thirteen_thousand_now_and_two_thousand_for_future_work(on_stage: Stage, tmp_path: Path) -> None:
    customer = bring_in(on_stage, tmp_path)
    page = on_stage.browser.new_page(viewport=PHONE, locale="es-CO", java_script_enabled=False)
    object_to_a_part(page, on_stage.portal_link(customer))

    on_stage.conserje("run", "--json")
    on_stage.conserje("drafts", "approve", "--all", "--json")
    on_stage.conserje("run", "--json")
    (letter,) = on_stage.world.wait_for_messages(1)
    text = on_stage.world.details(letter.number)["text"]
    assert "11.000,00" in text
    assert asked_for(on_stage) == [1_100_000]

    desk = sign_in(on_stage)
    propose(desk, on_stage)
    agreement = accept_and_pay(page, on_stage)
    on_stage.conserje("run", "--json")

    assert books(on_stage) == (
        0,
        [("agreement", 400_000, 200_000)],
        {
            "receivable": 0,
            "sales": -1_500_000,
            "cash": 1_300_000,
            "unallocated": 0,
            "credits": 400_000,
            "credit_unapplied": -200_000,
        },
    )
    assert on_stage.conserje("verify", "--json")["ok"] is True
    page.goto(agreement)
    expect(page.get_by_text("Está cumplido")).to_be_visible()
    expect(page.get_by_text("Su crédito de US$ 2.000,00")).to_be_visible()
    paper = taken_away(page, "Descargarlo")
    for words in ("US-15", "US$ 13.000,00", "US$ 2.000,00", "trabajos futuros"):
        assert words in paper
    assert "onserje" not in page.content()

    desk.goto(f"{on_stage.url}/w/{on_stage.public_id}/")
    desk.get_by_role("link", name="documento fiscal por expedir").click()
    desk.get_by_label("Número").fill("NC-77")
    desk.get_by_role("button", name="Registrarlo").click()
    expect(desk.get_by_text("No falta ningún documento.")).to_be_visible()

    on_stage.move_clock(TUESDAY + timedelta(days=25))
    on_stage.conserje("run", "--json")
    subjects = [message.subject for message in on_stage.world.messages()]
    kinds = ("Gracias", "código", "Nuestra propuesta")
    chasing = [one for one in subjects if not any(kind in one for kind in kinds)]
    assert len(chasing) == 1
