# SPDX-License-Identifier: Apache-2.0
"""A part paid at a counter with a reference that waits, and a card left for later and taken back, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page
from tests import harness
from tests.integration import receivables_book
from tests.integration.book import TUESDAY
from tests.integration.visitor import Visitor
from tests.journeys.test_portal import (  # noqa: F401 - the same stage
    beside_the_browser,
    browser,
    link_in_the_letter,
    reader,
    world,
)

from conserje.data.receivables.models import Checkout, Mandate, Payment
from conserje.domain.outreach.case import BlockKind
from conserje.services.integrations import hook
from conserje.services.outreach import telling
from conserje.services.tenancy.act import reading
from conserje.testing.world.handle import World

pytestmark = pytest.mark.slow


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:  # noqa: F811
    """A small telephone without scripts."""
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 360, "height": 740}, locale="es-CO"
    )
    yield context.new_page()
    context.close()


def blocks(found: Visitor) -> set[tuple[BlockKind, int | None]]:
    with reading(creditor_id=found.creditor.id):
        customer_id = Checkout.objects.latest("id").customer_id
        case = telling.case(creditor_id=found.creditor.id, customer_id=customer_id, now=TUESDAY)
    return {(block.kind, block.amount_minor) for block in case.blocks}


def test_a_part_is_paid_at_a_counter_and_nothing_is_asked_meanwhile(
    reader: tuple[Visitor, str],  # noqa: F811
    world: World,  # noqa: F811
    page: Page,
    database: harness.Clone,
) -> None:
    found, url = reader
    page.goto(link_in_the_letter(world, "/p/"))
    page.get_by_text("Pagar una parte ahora").click()
    page.get_by_label("¿Cuánto quiere pagar ahora").fill("99.000.000")
    page.get_by_role("button", name="Pagar este valor").click()
    assert "Escriba un valor que no sea mayor" in page.content()
    page.get_by_text("Pagar una parte ahora").click()
    page.get_by_label("¿Cuánto quiere pagar ahora").fill("1.000.000")
    page.get_by_role("button", name="Pagar este valor").click()
    page.wait_for_url(f"{world.http_url}/**")
    assert "1.000.000" in page.content()
    page.get_by_label("Efectivo").check()
    page.get_by_role("button", name="Pagar $").click()
    page.wait_for_url(f"{url}/**")
    assert "Su referencia de pago está lista" in page.content()
    result = page.url
    assert blocks(found) == {(BlockKind.PAYING, 100_000_000)}
    page.get_by_role("link", name="Ver mi cuenta").click()
    assert "para los que tiene una referencia de pago" in page.content()

    (checkout,) = [row for row in world.checkouts() if row["status"] == "waiting"]
    world.deposit(checkout["id"])
    page.goto(result)
    assert "Gracias. Recibimos su pago." in page.content()
    hook.apply_waiting(creditor_id=found.creditor.id, now=TUESDAY)
    assert blocks(found) == set()
    with reading(creditor_id=found.creditor.id):
        assert [row.amount_minor for row in Payment.objects.all()] == [100_000_000]
    receivables_book.sound(found.creditor.id)


def test_a_card_is_left_for_automatic_payment_and_taken_back(
    reader: tuple[Visitor, str],  # noqa: F811
    world: World,  # noqa: F811
    page: Page,
    database: harness.Clone,
) -> None:
    found, url = reader
    page.goto(link_in_the_letter(world, "/p/"))
    page.get_by_role("link", name="Pagar automáticamente").click()
    assert "al menos cinco días hábiles" in page.content()
    page.get_by_role("button", name="Acepto: dejar mi tarjeta").click()
    page.wait_for_url(f"{world.http_url}/**")
    page.get_by_label("Tarjeta terminada en 4242").check()
    page.get_by_role("button", name="Dejar esta tarjeta").click()
    page.wait_for_url(f"{url}/**")
    assert "Su tarjeta quedó registrada" in page.content()
    assert "Visa 4242" in page.content()
    with reading(creditor_id=found.creditor.id):
        row = Mandate.objects.get()
    assert (row.state, row.covers_invoices, len(row.text_hash)) == ("active", True, 64)
    page.get_by_role("button", name="Terminar el pago automático").click()
    assert "Ya no se cobra nada automáticamente" in page.content()
    assert "Visa 4242" not in page.content()
    with reading(creditor_id=found.creditor.id):
        row = Mandate.objects.get()
    assert (row.state, row.ended_by, bytes(row.sealed)) == ("ended", "customer", b"")
