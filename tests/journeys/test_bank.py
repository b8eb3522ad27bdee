# SPDX-License-Identifier: Apache-2.0
"""The bank's file on the desk: an invoice paid less its tax is closed; a likely line is confirmed and undone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.code import give_the_code
from tests.journeys.papers import taken_away
from tests.journeys.stage import TUESDAY, Stage
from tests.journeys.test_one_real_invoice import PHONE, books, live_on, sign_in

from conserje.data.receivables.models import Invoice, PayerName, Payment, Withholding
from conserje.services.tenancy.act import acting

pytestmark = pytest.mark.slow

INVOICES = (
    "Factura;Cliente;Correo;Fecha;Vence;Subtotal;IVA;Total\r\n"
    "FE-1042;Panadería El Ejemplo S.A.S.;pagos@panaderia.example;13/10/2026;12/11/2026;"
    "3.200.000,00;608.000,00;3.808.000,00\r\n"
)
HEAD = (
    "BANCO EJEMPLO S.A.;;;;;\r\nCuenta de ahorros No.;031-123456-78;;;;\r\n;;;;;\r\n"
    "FECHA;DESCRIPCIÓN;ORDENANTE;DCTO.;VALOR;SALDO\r\n"
)


def bring_in(on: Stage, folder: Path) -> None:
    path = folder / "cartera.csv"
    path.write_bytes(INVOICES.encode("cp1252"))
    answers = ["--country", "CO", "--role", "first_party", "--kind", "company", "--permission", "contract"]
    answers += ["--permission-channels", "email", "--permission-source", "Contrato marco"]
    answers += ["--payments-through", "2026-11-16", "--yes"]
    on.conserje("import", str(path), *answers)


def at_the_bank(on: Stage, folder: Path, row: str) -> Page:
    """A phone without scripts, after the statement with `row` was brought in."""
    path = folder / "movimientos.csv"
    path.write_bytes(f"{HEAD}{row}\r\nTOTALES;;;;3.680.000,00;\r\n".encode("cp1252"))
    desk = sign_in(on)
    context = on.browser.new_context(viewport=PHONE, locale="es-CO", java_script_enabled=False)  # type: ignore[arg-type]
    context.add_cookies(desk.context.cookies())  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{on.url}/w/{on.public_id}/")
    page.get_by_role("link", name="Banco").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Banco")
    page.get_by_label("Archivo del banco").set_input_files(str(path))
    page.get_by_role("button", name="Leerlo").click()
    expect(page.get_by_role("status")).to_contain_text("1 línea nueva.")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    return page


def test_paid_net_of_withholding_closes_the_invoice_and_nobody_is_chased(
    on_stage: Stage, tmp_path: Path
) -> None:
    bring_in(on_stage, tmp_path)
    on_stage.conserje("run", "--json")
    page = at_the_bank(
        on_stage, tmp_path, "17/11/2026;PAGO FE-1042;PANADERIA EL EJEMPLO;0;3.680.000,00;4.000.000,00"
    )
    expect(page.get_by_role("status")).to_contain_text("Aplicadas: 1.")
    expect(page.get_by_text("retención en la fuente")).to_be_visible()
    expect(page.get_by_text("lo que falta es un impuesto que retienen quienes pagan")).to_be_visible()

    def kept() -> list[tuple[str, int, bool]]:
        with acting(creditor_id=on_stage.creditor_id):
            rows = Withholding.objects.all()
            return [(row.kind, row.amount_minor, row.certified_on is None) for row in rows]

    def owing() -> int:
        with acting(creditor_id=on_stage.creditor_id):
            return Invoice.objects.get(number="FE-1042").customer_id

    assert on_stage.aside(kept) == [("retefuente", 128_000_00, True)]
    on_stage.conserje("run", "--json")
    assert books(on_stage) == (0, ["friendly suppressed", "thank_you accepted"], False)
    theirs = on_stage.browser.new_page(viewport=PHONE, locale="es-CO", java_script_enabled=False)
    theirs.goto(on_stage.portal_link(on_stage.aside(owing)))
    theirs.get_by_role("link", name="Documentos").click()
    give_the_code(theirs, on_stage)
    assert "FE-1042" in taken_away(theirs, "Paz y salvo"), "what is withheld for the tax office is not owed"
    live_on(on_stage, days=16)
    assert len(on_stage.world.messages()) == 2, "a thank-you and the code"
    assert on_stage.conserje("verify", "--json")["ok"] is True


def test_a_likely_line_is_confirmed_and_then_undone(on_stage: Stage, tmp_path: Path) -> None:
    bring_in(on_stage, tmp_path)
    row = "17/11/2026;TRANSFERENCIA;PANADERIA EL EJEMPLO SAS;0;3.808.000,00;4.000.000,00"
    page = at_the_bank(on_stage, tmp_path, row)
    expect(page.get_by_role("status")).to_contain_text("Propuestas: 1.")
    expect(page.get_by_text("el pagador se llama como el cliente")).to_be_visible()
    page.get_by_role("button", name="Confirmar").click()
    expect(page.get_by_role("status")).to_contain_text("La próxima vez se reconocerá a este pagador")
    assert books(on_stage)[0] == 0

    page.get_by_role("link", name="Aplicadas").click()
    page.get_by_role("link", name=re.compile("^Ver .*3.808.000")).first.click()
    page.get_by_role("button", name="Deshacer").click()
    expect(page.get_by_role("status")).to_contain_text("las facturas vuelven a estar pendientes")

    def left() -> tuple[int, bool]:
        with acting(creditor_id=on_stage.creditor_id):
            paid = Payment.objects.get()
            known = PayerName.objects.filter(unlearned_at=None).exists()
            return paid.reversals.get(kind="mistake").amount_minor, known

    assert on_stage.aside(left) == (3_808_000_00, False)
    assert books(on_stage)[0] == 3_808_000_00
    page.get_by_label("Cliente o factura").fill("FE-1042")
    page.get_by_role("button", name="Buscar").click()
    page.get_by_role("link", name="Panadería El Ejemplo").last.click()
    page.get_by_label("FE-1042").check()
    page.get_by_role("button", name="Aplicar").click()
    assert books(on_stage)[0] == 0
    on_stage.move_clock(TUESDAY)
    assert on_stage.conserje("verify", "--json")["ok"] is True
