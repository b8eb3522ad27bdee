# SPDX-License-Identifier: Apache-2.0
"""A server falls silent while it takes the letter: a person sees it, decides, and the customer gets no second one."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.stage import Stage
from tests.journeys.test_one_real_invoice import PHONE, approve_the_draft, books, bring_in, sign_in

pytestmark = pytest.mark.slow


def on_a_phone_without_scripts(on: Stage) -> Page:
    """The same person on a phone, with the session of the desk."""
    desk = sign_in(on)
    context = on.browser.new_context(viewport=PHONE, locale="es-CO", java_script_enabled=False)  # type: ignore[arg-type]
    context.add_cookies(desk.context.cookies())  # type: ignore[arg-type]
    return context.new_page()


def test_a_person_resolves_what_nobody_knows(on_stage: Stage, tmp_path: Path) -> None:
    bring_in(on_stage, tmp_path)
    on_stage.conserje("run", "--json")
    approve_the_draft(on_stage)
    on_stage.world.fault("drop", phase="end")
    assert on_stage.conserje("run", "--json")["sent"] == {"unsure": 1}

    page = on_a_phone_without_scripts(on_stage)
    page.goto(f"{on_stage.url}/w/{on_stage.public_id}/")
    page.get_by_role("link", name="quizá no llegó").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("No sabemos si llegaron")
    page.get_by_label("Panadería El Ejemplo").check()
    page.get_by_role("button", name="Darlo por enviado").click()
    expect(page.get_by_role("status")).to_contain_text("1 mensaje se da por enviado")
    expect(page.get_by_text("De todos los mensajes se sabe si llegaron")).to_be_visible()

    assert on_stage.conserje("run", "--json")["sent"] == {}
    assert books(on_stage)[1] == ["friendly accepted"]
    assert len(on_stage.world.messages()) == 1
    assert on_stage.conserje("contacts", "--json")["ok"] is True
