# SPDX-License-Identifier: Apache-2.0
"""A person writes a draft anew in a real browser: told while typing, corrected with one tap, approved, sent."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.journeys.stage import Stage
from tests.journeys.test_one_real_invoice import bring_in, sign_in

pytestmark = pytest.mark.slow
WHY = "¿Por qué no ha pagado?"


def test_own_words_are_told_corrected_and_sent(on_stage: Stage, tmp_path: Path) -> None:
    bring_in(on_stage, tmp_path)
    on_stage.conserje("run", "--json")
    page = sign_in(on_stage)
    page.goto(f"{on_stage.url}/w/{on_stage.public_id}/drafts/")
    page.locator("ul.lines a").first.click()
    page.get_by_role("link", name="Cambiar las palabras").click()
    expect(page.get_by_text("Nada se opone a estas palabras.")).to_be_visible()

    text = page.get_by_label("Texto", exact=True)
    text.fill(text.input_value().replace("::: pay", f"{WHY}\n\n::: pay"))
    expect(page.locator("mark")).to_have_text("Por qué no ha pagado")
    expect(page.get_by_text("CO.X1")).to_be_visible()
    expect(page.get_by_role("button", name="Guardar y aprobar")).to_be_disabled()

    page.get_by_role("button", name="Diga: “¿Qué fecha").click()
    expect(page.get_by_text("Nada se opone a estas palabras.")).to_be_visible()
    assert WHY not in text.input_value()
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Ver cómo se verá").click()
    seen = opened.value
    expect(seen.get_by_text("¿Qué fecha o qué forma de pago le sirve más?")).to_be_visible()
    page.get_by_role("button", name="Guardar y aprobar").click()
    expect(page.get_by_text("1 mensaje aprobado")).to_be_visible()

    assert on_stage.conserje("run", "--json")["sent"] == {"accepted": 1}
    assert len(on_stage.world.messages()) == 1
