# SPDX-License-Identifier: Apache-2.0
"""From an own spreadsheet to a lawful, previewed first week, in a browser: nothing is written before it was seen."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.stage import Stage, sheet
from tests.journeys.test_one_real_invoice import PHONE, sign_in

from conserje.data.outreach.models import Permission, Touch
from conserje.data.receivables.models import Customer, Invoice
from conserje.services.tenancy.act import acting

pytestmark = pytest.mark.slow

ROWS = [
    (
        "FE-1042",
        "Panadería El Ejemplo S.A.S.",
        "pagos@panaderia.example",
        "13/10/2026",
        "12/11/2026",
        "1.234,56",
    ),
    ("FE-1043", "Cafetería Inventada Ltda.", "caja@cafe.example", "20/09/2026", "20/10/2026", "3.808.000,00"),
    ("FE-1044", "Librería de Mentira", "libros@mentira.example", "20/09/2026", "20/10/2026", "mucho"),
]
WITHOUT = "No hay nada planeado: nadie ha dicho cómo dieron estos clientes sus direcciones."


def books(on: Stage) -> tuple[int, int, list[str], list[tuple[str, str]]]:
    """(customers, invoices, touches, permissions) as they stand."""

    def look() -> tuple[int, int, list[str], list[tuple[str, str]]]:
        with acting(creditor_id=on.creditor_id):
            touches = sorted(f"{row.letter} {row.state}" for row in Touch.objects.all())
            permissions = sorted(Permission.objects.values_list("basis", "source").distinct())
            return Customer.objects.count(), Invoice.objects.count(), touches, permissions

    return on.aside(look)


def bring(page: Page, on: Stage, folder: Path) -> None:
    path = folder / "cartera.csv"
    path.write_bytes(sheet(ROWS).encode("cp1252"))
    page.goto(f"{on.url}/w/{on.public_id}/import/")
    page.get_by_label("Archivos").set_input_files(path)
    page.get_by_role("button", name="Leerlos").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Qué significan las columnas")


def answer(page: Page) -> None:
    page.get_by_label("En un contrato con nosotros").check()
    page.get_by_label("correo", exact=True).check()
    page.get_by_label("Qué contrato, orden, formulario o correo").fill("Contrato marco, cláusula 7")
    page.get_by_label("Los pagos están anotados en estos archivos hasta el").fill("2026-11-16")
    page.get_by_role("button", name="Ver qué pasaría").click()


def test_from_an_own_spreadsheet_to_drafts_without_scripts(on_stage: Stage, tmp_path: Path) -> None:
    context = on_stage.browser.new_context(viewport=PHONE, locale="es-CO", java_script_enabled=False)  # type: ignore[arg-type]
    context.add_cookies(sign_in(on_stage).context.cookies())  # type: ignore[arg-type]
    page = context.new_page()
    bring(page, on_stage, tmp_path)
    expect(page.get_by_label("Saldo", exact=True)).to_have_value("open_amount")
    expect(page.get_by_text("1.234,56", exact=True)).to_be_visible()
    page.get_by_role("button", name="Seguir").click()

    # Left unanswered, one sentence says why nothing is planned, and what to answer.
    page.get_by_role("button", name="Ver qué pasaría").click()
    expect(page.get_by_text(WITHOUT)).to_be_visible()
    assert books(on_stage) == (0, 0, [], [])

    # The browser was closed in between: the import waits on the desk.
    page.close()
    page = context.new_page()
    page.goto(f"{on_stage.url}/w/{on_stage.public_id}/import/")
    page.get_by_role("link", name="cartera.csv").click()
    page.get_by_role("link", name="Ir a las preguntas").click()
    answer(page)

    expect(page.get_by_role("heading", name="La primera semana permitida: 17 nov")).to_be_visible()
    expect(page.get_by_text("Saldrían 2 mensajes")).to_be_visible()
    expect(page.get_by_role("cell", name="mucho")).to_be_visible()
    assert books(on_stage) == (0, 0, [], [])
    page.get_by_role("link", name="Leer el de Panadería El Ejemplo").click()
    letter = page.frame_locator("iframe.mail")
    expect(letter.get_by_text("FE-1042").first).to_be_visible()
    expect(letter.get_by_text("1.234,56").first).to_be_visible()
    page.go_back()

    page.get_by_role("button", name="Importar", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Importado")
    assert books(on_stage) == (2, 2, [], [("contract", "Contrato marco, cláusula 7")])
    on_stage.conserje("run", "--json")
    assert books(on_stage)[2] == ["friendly proposed"] * 2
    page.get_by_role("link", name="Mensajes por aprobar").click()
    expect(page.get_by_text("Panadería El Ejemplo").first).to_be_visible()

    # The same file once more changes nothing, and says so.
    bring(page, on_stage, tmp_path)
    expect(page.get_by_text("Este mismo archivo se importó el")).to_be_visible()
    page.get_by_role("button", name="Seguir").click()
    answer(page)
    expect(page.get_by_text("Nada: todo está ya en los libros.")).to_be_visible()
    page.get_by_role("button", name="Importar", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nada cambió")
    page.get_by_role("link", name="Importaciones anteriores").click()
    expect(page.get_by_text("No cambió nada: todo estaba ya en los libros.")).to_be_visible()
    expect(page.get_by_text("2 clientes, 2 facturas nuevas")).to_be_visible()
    context.close()


def test_a_large_file_goes_through_the_queue(on_stage: Stage, tmp_path: Path) -> None:
    page = sign_in(on_stage)
    rows = [
        (
            f"FE-{number}",
            f"Cliente {number % 50} S.A.S.",
            f"c{number % 50}@pan.example",
            "01/10/2026",
            "31/10/2026",
            "1000,00",
        )
        for number in range(1600)
    ]
    path = tmp_path / "grande.csv"
    path.write_bytes(sheet(rows).encode("cp1252"))
    page.goto(f"{on_stage.url}/w/{on_stage.public_id}/import/")
    page.get_by_label("Archivos").set_input_files(path)
    page.get_by_role("button", name="Leerlos").click()
    page.get_by_role("button", name="Seguir").click()
    answer(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Se está preparando la vista previa")
    on_stage.conserje("worker", "--once")
    # The page looks by itself.
    expect(page.get_by_role("heading", level=1)).to_have_text("Qué pasaría", timeout=15_000)
    page.get_by_role("button", name="Importar", exact=True).click()
    on_stage.conserje("worker", "--once")
    expect(page.get_by_role("heading", level=1)).to_have_text("Importado", timeout=15_000)
    assert books(on_stage)[:2] == (50, 1600)
