# SPDX-License-Identifier: Apache-2.0
"""Paid by transfer: the account and the reference on a small screen without scripts, the bank's line, the thank-you."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.journeys.stage import TUESDAY, Stage, sheet

from conserje.data.integrations.models import Connection
from conserje.data.receivables.models import Checkout, Invoice
from conserje.domain.kit.money import Money
from conserje.domain.receivables.payment import BankLine, Recorded, Unmatched
from conserje.services.receivables import bank_line
from conserje.services.tenancy import connection
from conserje.services.tenancy.act import acting

pytestmark = pytest.mark.slow
PHONE = {"width": 360, "height": 740}
ROWS = [
    ("FE-1042", "Ficticia S.A.S.", "pagos@ficticia.example", "13/10/2026", "12/11/2026", "3.808.000,00"),
]
ACCOUNTS = "COP; CO; Bancolombia; ahorros; 123-456789-01; Taller Ejemplo S.A.S.; NIT 900.000.000-0"


def owing(on: Stage, folder: Path) -> int:
    """A customer with one invoice, of a creditor who is paid by transfer only."""
    path = folder / "cartera.csv"
    path.write_bytes(sheet(ROWS).encode("cp1252"))
    answers = ["--country", "CO", "--role", "first_party", "--kind", "company", "--permission", "contract"]
    answers += ["--permission-channels", "email", "--permission-source", "Contrato marco"]
    on.conserje("import", str(path), *answers, "--payments-through", "2026-11-16", "--yes")

    def set_up() -> int:
        with acting(creditor_id=on.creditor_id):
            Connection.objects.filter(kind="gateway", adapter="demo").update(ended_at=TUESDAY)
            connection.set_up(
                creditor_id=on.creditor_id,
                kind="gateway",
                adapter="bank_transfer",
                values={"accounts": ACCOUNTS},
                now=TUESDAY,
            )
            return Invoice.objects.get().customer_id

    return on.aside(set_up)


def told_by_the_bank(on: Stage, *, less: int = 0) -> Recorded | Unmatched:
    def record() -> Recorded | Unmatched:
        with acting(creditor_id=on.creditor_id):
            made = Checkout.objects.get()
        line = BankLine(
            line_id=f"linea-{less}",
            text=f"ABONO TRANSF {made.reference[:5]} {made.reference[5:]} FICTICIA",
            amount=Money(made.currency, made.amount_minor - less),
            value_on=(TUESDAY + timedelta(days=1)).date(),
        )
        return bank_line.record(creditor_id=on.creditor_id, line=line, now=TUESDAY + timedelta(days=1))

    return on.aside(record)


def test_from_the_account_number_to_the_thank_you(on_stage: Stage, tmp_path: Path) -> None:
    customer_id = owing(on_stage, tmp_path)
    page = on_stage.browser.new_page(viewport=PHONE, locale="es-CO", java_script_enabled=False)
    page.goto(on_stage.portal_link(customer_id))

    page.locator("form[action$='/pay/'] button[value=all]").click()

    page.wait_for_url(f"{on_stage.url}/c/*/how/*/")
    expect(page.get_by_role("heading", level=1, name="Cómo pagar")).to_be_visible()
    reference = page.locator("#reference").inner_text()
    assert reference.startswith("CJ")
    for text in ("Bancolombia", "Cuenta de ahorros", "123-456789-01", "NIT 900.000.000-0", "3.808.000"):
        expect(page.get_by_text(text).first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    assert "onserje" not in page.content()

    assert told_by_the_bank(on_stage, less=100) is Unmatched.AMOUNT_DIFFERS
    page.reload()
    expect(page.get_by_text(reference)).to_be_visible()

    assert isinstance(told_by_the_bank(on_stage), Recorded)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Gracias. Recibimos su pago.")
    on_stage.move_clock(TUESDAY + timedelta(days=1))
    on_stage.conserje("run", "--json")
    assert ["Gracias" in message.subject for message in on_stage.world.wait_for_messages(1)] == [True]
    assert on_stage.conserje("verify", "--json")["ok"] is True
