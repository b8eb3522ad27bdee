# SPDX-License-Identifier: Apache-2.0
"""Papers that a customer takes away: what they say is what the books say, and the same facts give the same bytes."""

from __future__ import annotations

import io
import re

import pypdf
import pytest
from openpyxl import load_workbook
from tests.integration import visitor
from tests.integration.book import TUESDAY
from tests.integration.test_portal_acts import TODAY, give_code
from tests.integration.visitor import Visitor

from conserje.data.receivables.models import Invoice, Payment
from conserje.data.tenancy.models import Creditor
from conserje.domain.kit.money import Money
from conserje.domain.receivables.payment import Received, Road, RoadName
from conserje.services.receivables import payment
from conserje.services.tenancy.act import acting, reading
from conserje.testing.world.handle import World


@pytest.fixture
def here(creditor: Creditor, world: World) -> Visitor:
    return visitor.open_account(creditor, world=world, invoices=2)


def pay_all(reader: Visitor) -> None:
    """Both invoices, by transfer."""
    with acting(creditor_id=reader.creditor.id):
        rows = list(Invoice.objects.filter(open_minor__gt=0))
    total = Money(rows[0].currency, sum(row.open_minor for row in rows))
    received = Received(
        customer_id=reader.customer.id,
        amount=total,
        value_on=TODAY,
        method="bank_transfer",
        reference="TR-1",
        source="person",
        external_id="TR-1",
        roads=(Road(RoadName.PERSON, "TR-1"),),
    )
    payment.record(creditor_id=reader.creditor.id, received=received, now=TUESDAY)


def test_papers_say_what_the_books_say(here: Visitor, world: World) -> None:
    give_code(here, world, here.get("papers/"))
    statement = here.get("papers/statement.pdf")
    text = words_of(statement.content)
    assert statement.headers["Content-Disposition"] == 'attachment; filename="estado-de-cuenta.pdf"'
    assert "Estado de cuenta" in text
    assert "FE-1" in text
    assert "$ 7.616.000 COP" in text
    assert here.get("papers/statement.pdf").content == statement.content
    sheet = here.get("papers/statement.xlsx").content
    assert here.get("papers/statement.xlsx").content == sheet
    rows = [[cell.value for cell in row] for row in load_workbook(io.BytesIO(sheet)).worksheets[0]]
    assert rows[1][0] == "FE-1 · Rediseño del sitio (fase 2)"
    assert rows[1][6:] == [3808000, "COP"]

    refused = here.get("papers/paz-y-salvo.pdf")
    assert refused.status_code == 409
    assert "Sigue abierto: FE-1, FE-2" in refused.content.decode()
    pay_all(here)
    with reading(creditor_id=here.creditor.id):
        (paid,) = Payment.objects.values_list("id", flat=True)
    receipt = words_of(here.get(f"papers/receipt/{paid}.pdf").content)
    assert "$ 7.616.000 COP" in receipt
    assert "por transferencia" in receipt
    cleared = words_of(here.get("papers/paz-y-salvo.pdf").content)
    assert "Paz y salvo" in cleared
    assert "está a paz y salvo por las facturas que se relacionan" in cleared
    assert "al 17 de noviembre de 2026 no tiene en nuestros registros ninguna factura con saldo" in cleared
    assert here.get(f"papers/receipt/{paid + 1}.pdf").status_code == 404


def words_of(content: bytes) -> str:
    """The text of a PDF on one line."""
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))
