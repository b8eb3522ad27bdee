# SPDX-License-Identifier: Apache-2.0
"""The customer's pages in a real browser, with and without scripts: from a letter's link to a payment that counts."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from tests import harness

harness.prepare_django()

from tests.integration import book, build, served, visitor  # noqa: E402
from tests.integration.book import TUESDAY  # noqa: E402
from tests.integration.test_portal_pages import rows_of  # noqa: E402
from tests.integration.visitor import Visitor  # noqa: E402

from conserje.services.outreach import send, sweep  # noqa: E402
from conserje.testing.world import start  # noqa: E402
from conserje.testing.world.handle import World  # noqa: E402

pytestmark = pytest.mark.slow
PAGES = ["", "paid/", "scheduled/", "preferences/", "genuine/"]


@pytest.fixture(scope="module", autouse=True)
def beside_the_browser() -> Iterator[None]:
    """Playwright keeps an event loop in this thread; the books are read between its steps, never inside one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with start() as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        found = play.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
        )
        yield found
        found.close()


@pytest.fixture
def reader(database: harness.Clone, world: World) -> Iterator[tuple[Visitor, str]]:
    """A reader with three invoices and one letter received, and the address of the running site."""
    world.clear_messages()
    with served.serving() as url:
        found = visitor.open_account(build.creditor(), world=world, invoices=3)
        sweep.sweep(creditor_id=found.creditor.id, now=TUESDAY)
        send.send_due(creditor_id=found.creditor.id, clock=book.at(TUESDAY))
        yield found, url


def link_in_the_letter(world: World, kind: str) -> str:
    """The first address of a kind ("/p/", "/u/") in the letter."""
    (letter,) = world.messages()
    return next(link for link in world.details(letter.number)["links"] if kind in link).rstrip(",.")


def complaints(page: Page) -> list[str]:
    """What the browser's console says, filled while the page lives."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


def test_a_browser_that_runs_everything_changes_nothing(
    reader: tuple[Visitor, str], world: World, browser: Browser, database: harness.Clone
) -> None:
    found, url = reader
    before = rows_of(database)
    context = browser.new_context()
    page = context.new_page()
    said = complaints(page)

    for address in (link_in_the_letter(world, "/p/"), link_in_the_letter(world, "/u/")):
        page.goto(address, wait_until="networkidle")
    for path in PAGES:
        page.goto(url + found.path(path), wait_until="networkidle")

    assert rows_of(database) == before
    assert said == []
    context.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_from_the_letter_to_paid(
    reader: tuple[Visitor, str], world: World, browser: Browser, scripts: bool
) -> None:
    found, url = reader
    context = browser.new_context(
        java_script_enabled=scripts, viewport={"width": 360, "height": 740}, locale="es-CO"
    )
    page = context.new_page()
    page.goto(link_in_the_letter(world, "/p/"))
    assert page.url == url + found.path()

    page.get_by_role("checkbox").first.uncheck()
    chosen = page.get_by_role("button", name=re.compile("^Pagar" if scripts else "Pagar solo lo marcado"))
    chosen.first.click()
    page.wait_for_url(f"{world.http_url}/**")
    assert "7.616.000" in page.content()
    page.get_by_label("PSE").check()
    page.get_by_role("button", name=re.compile("^Pagar")).click()
    page.wait_for_url(f"{url}/**")

    assert "Gracias. Recibimos su pago." in page.content()
    page.get_by_role("link", name="Ver mi cuenta").click()
    assert "1 factura abierta" in page.content()
    assert "2 facturas pagadas" in page.content()
    context.close()


def test_a_word_given_without_scripts_is_shown(
    reader: tuple[Visitor, str], world: World, browser: Browser
) -> None:
    context: BrowserContext = browser.new_context(java_script_enabled=False, locale="es-CO")
    page = context.new_page()
    page.goto(link_in_the_letter(world, "/p/"))

    page.get_by_role("link", name="Elegir una fecha").click()
    page.get_by_role("button").click()
    assert "Todavía no se ha guardado nada" in page.content()
    page.get_by_label("Fecha del pago").fill("2026-11-27")
    page.get_by_role("button").click()

    assert "Pago programado para el viernes 27 de noviembre" in page.content()
    page.get_by_role("link", name="Ver mi cuenta").click()
    assert page.content().count("En pausa: usted nos dijo que se pagará") == 3
    context.close()
