# SPDX-License-Identifier: Apache-2.0
"""Payments that wait for a person: counted on the first screen, listed with the reason, and told by a command."""

from __future__ import annotations

import json
import re

import pytest
from tests import harness
from tests.integration import receivables_book as book
from tests.integration import restoring
from tests.integration import workbench_book as wb

from conserje.data.receivables.checkout import Checkout, CheckoutLine
from conserje.data.tenancy.models import Creditor
from conserje.domain.receivables.checkout import Doubt
from conserje.services.tenancy.act import acting
from conserje.workbench import in_doubt as screen


@pytest.fixture
def doubted(creditor: Creditor) -> Creditor:
    """One invoice paid twice, and one whose gateway confirmed another amount; a third is paid and clear."""
    ids = book.customers(creditor.id, "Ficticia S.A.S.", "Panadería de Mentira", "Clara")
    twice, other, clear = book.opened(
        creditor.id, *(book.new_invoice(who, f"FE-{n}", 500) for n, who in enumerate(ids))
    )
    for _ in range(2):
        book.paid(creditor.id, ids[0], 500, twice)
    book.paid(creditor.id, ids[2], 500, clear)
    with acting(creditor_id=creditor.id):
        row = Checkout.objects.create(
            creditor_id=creditor.id,
            customer_id=ids[1],
            public_id="co",
            gateway="demo",
            key="k",
            reference="R-1",
            external_id="x",
            currency="COP",
            amount_minor=500,
            state="quarantined",
            detail="amount_differs",
            created_at=book.NOW,
        )
        CheckoutLine.objects.create(creditor_id=creditor.id, checkout=row, invoice_id=other, amount_minor=500)
    return creditor


def told(page: bytes) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.decode())).replace("\u00a0", " ")


def test_what_waits_is_counted_and_listed_with_its_reason(doubted: Creditor) -> None:
    client = wb.desk(doubted)
    home = client.get(wb.at(doubted)).content
    assert "2 pagos esperan a una persona: revíselos" in told(home)
    assert wb.at(doubted, "payments/in-doubt/").encode() in home
    page = told(client.get(wb.at(doubted, "payments/in-doubt/")).content)
    for words in (
        "Ficticia S.A.S.",
        "FE-0 · cash",
        "Esas facturas ya estaban pagadas",
        "Panadería de Mentira",
        "FE-1 · demo",
        "La pasarela confirmó un valor distinto",
    ):
        assert words in page
    assert "Clara" not in page


def test_nothing_waits_and_nothing_is_counted(creditor: Creditor) -> None:
    client = wb.desk(creditor)
    assert "esperan a una persona" not in told(client.get(wb.at(creditor)).content)
    assert "Ningún pago espera" in told(client.get(wb.at(creditor, "payments/in-doubt/")).content)


def test_the_command_tells_the_same(database: harness.Clone, doubted: Creditor) -> None:
    args = ("payments", "waiting", "--json", "--creditor", doubted.public_id)
    rows = json.loads(restoring.conserje(database, *args).stdout)["waiting"]
    assert sorted((row["why"], row["customer"], row["amount_minor"], row["invoices"]) for row in rows) == [
        ("amount_differs", "Panadería de Mentira", 500, ["FE-1"]),
        ("second", "Ficticia S.A.S.", 500, ["FE-0"]),
    ]


def test_every_doubt_has_its_sentence() -> None:
    assert set(screen._WHY) == {"second", "contested", "never_answered", *(doubt.value for doubt in Doubt)}
