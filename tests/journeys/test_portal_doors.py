# SPDX-License-Identifier: Apache-2.0
"""Two minutes with a cheap phone and no scripts: "ya pagué" with its receipt, and "I am not this person"."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.code import give_the_code
from tests.journeys.papers import taken_away
from tests.journeys.stage import Stage
from tests.journeys.test_one_real_invoice import (
    approve_the_draft,
    bring_in,
    live_on,
    open_the_letter,
    pay,
    sign_in,
)

pytestmark = pytest.mark.slow
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


@pytest.fixture
def written_to(on_stage: Stage, tmp_path: Path) -> Stage:
    """One customer, one invoice, one letter that has left."""
    bring_in(on_stage, tmp_path)
    on_stage.conserje("run", "--json")
    approve_the_draft(on_stage)
    on_stage.conserje("run", "--json")
    return on_stage


def letterbox(on: Stage) -> Page:
    page = sign_in(on)
    page.goto(f"{on.url}/w/{on.public_id}/letterbox/")
    return page


def test_ya_pague_with_its_receipt_and_the_papers_at_the_end(written_to: Stage) -> None:
    on = written_to
    page = open_the_letter(on)
    page.get_by_role("link", name="Ya pagué").click()
    page.get_by_label("¿Qué día se pagó?").fill("2026-11-16")
    page.get_by_label("El soporte").set_input_files(
        {"name": "soporte.png", "mimeType": "image/png", "buffer": PNG}
    )
    page.get_by_role("button", name="Avisar que está pagada").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Anotado. Gracias.")
    live_on(on, days=30)
    assert len(on.world.messages()) == 1

    desk = letterbox(on)
    expect(desk.get_by_alt_text("soporte.png")).to_be_visible()
    desk.get_by_role("button", name="No encontrado").click()
    expect(desk.get_by_text("No hay pagos por buscar.")).to_be_visible()
    page.goto(f"{on.url}/c/{on.public_id}/")
    expect(page.get_by_text("Buscamos el pago del lunes 16 de noviembre")).to_be_visible()
    pay(page, on)
    on.conserje("run", "--json")
    assert on.conserje("verify", "--json")["ok"] is True

    page.goto(f"{on.url}/c/{on.public_id}/")
    page.get_by_role("link", name="Documentos").click()
    give_the_code(page, on)
    assert "está a paz y salvo por las facturas que se relacionan" in taken_away(page, "Paz y salvo")
    assert "$ 3.808.000 COP" in taken_away(page, "3.808.000")


def test_a_wrong_person_is_left_alone_for_good(written_to: Stage) -> None:
    on = written_to
    page = open_the_letter(on)
    page.get_by_role("link", name="No soy esta persona").click()
    page.get_by_label("Nombre").fill("Marta Gil")
    page.get_by_label("Correo").fill("marta@panaderia.example")
    page.get_by_role("button", name="Dejen de escribirme").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Gracias, y disculpe.")
    page.goto(f"{on.url}/c/{on.public_id}/")
    assert "3.808.000" not in page.content()

    live_on(on, days=40)
    assert len(on.world.messages()) == 1
    desk = letterbox(on)
    expect(desk.get_by_text("Marta Gil · marta@panaderia.example")).to_be_visible()
    desk.get_by_label("Qué se hizo").fill("Escribimos a Marta")
    desk.get_by_role("button", name="Listo").click()
    expect(desk.get_by_text("Todos tienen respuesta.")).to_be_visible()
    assert on.conserje("verify", "--json")["ok"] is True
