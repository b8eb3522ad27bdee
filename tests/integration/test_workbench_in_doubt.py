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
from tests.integration.recovery_book import mandate as card_of

from conserje.data.journal.models import Entry
from conserje.data.outreach.models import Review
from conserje.data.receivables.checkout import Checkout, CheckoutLine
from conserje.data.receivables.models import Customer, Invoice, Mandate, Payment
from conserje.data.tenancy.models import Creditor
from conserje.domain.kit.money import Money
from conserje.domain.outreach.case import BlockKind
from conserje.domain.receivables.checkout import Doubt
from conserje.services.outreach import telling
from conserje.services.receivables import doubted as doubt
from conserje.services.receivables import refused_card
from conserje.services.receivables.refusals import AlreadySettled
from conserje.services.receivables.verify import verify
from conserje.services.tenancy.act import acting, reading
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


def resting(creditor: Creditor) -> dict[str, list[BlockKind]]:
    """Why the customers' invoices are left alone, by the customer's name."""
    with reading(creditor_id=creditor.id):
        names = dict(Customer.objects.values_list("id", "name"))
        cases = telling.cases(creditor_id=creditor.id, customer_ids=list(names), now=book.NOW)
    return {names[number]: [block.kind for block in case.blocks] for number, case in cases.items()}


def page_of(creditor: Creditor) -> str:
    with reading(creditor_id=creditor.id):
        return wb.at(creditor, f"payments/in-doubt/{Checkout.objects.get().id}/")


def payments(creditor: Creditor) -> list[tuple[str, str, int, int]]:
    with reading(creditor_id=creditor.id):
        rows = Payment.objects.filter(source="demo").order_by("id")
        return list(rows.values_list("source", "external_id", "amount_minor", "unallocated_minor"))


def test_nobody_is_asked_for_what_a_gateway_says_is_paid_until_a_person_decides(doubted: Creditor) -> None:
    assert resting(doubted)["Panadería de Mentira"] == [BlockKind.DOUBTED]
    client = wb.desk(doubted)
    assert page_of(doubted).encode() in client.get(wb.at(doubted, "payments/in-doubt/")).content
    shown = told(client.get(page_of(doubted)).content)
    for words in ("Panadería de Mentira", "FE-1", "R-1", "La pasarela confirmó un valor distinto"):
        assert words in shown
    answer = client.post(page_of(doubted), {"as": "nothing"})
    assert (answer.status_code, answer["Location"]) == (302, wb.at(doubted, "payments/in-doubt/"))
    assert resting(doubted)["Panadería de Mentira"] == []
    assert payments(doubted) == []
    assert "Panadería de Mentira" not in told(client.get(wb.at(doubted, "payments/in-doubt/")).content)
    assert "1 pago espera a una persona" in told(client.get(wb.at(doubted)).content)
    with reading(creditor_id=doubted.id):
        row = Checkout.objects.get()
        entry = Entry.objects.get(kind="receivables.checkout.doubt_decided")
        review = Review.objects.get(customer_id=row.customer_id)
    assert row.doubt_decided_by == entry.actor
    assert (entry.payload["why"], entry.payload["outcome"]) == ("amount_differs", "dismissed")
    assert review.reason == "checkout.doubt_decided"


def test_money_that_came_is_recorded_once_under_the_gateways_number(doubted: Creditor) -> None:
    client = wb.desk(doubted)
    form = {"as": "came", "number": "pay_77", "amount": "3,00", "on": book.TODAY.isoformat()}
    path = page_of(doubted)
    assert client.post(path, form).status_code == 302
    assert payments(doubted) == [("demo", "pay_77", 300, 0)]
    with reading(creditor_id=doubted.id):
        assert Invoice.objects.get(number="FE-1").open_minor == 200
    # A double tap, and the gateway's own late word.
    assert client.post(path, form).status_code == 404
    with pytest.raises(AlreadySettled):
        doubt.record(
            creditor_id=doubted.id,
            checkout_id=int(path.split("/")[-2]),
            came=doubt.Came("pay_78", Money("COP", 300), book.TODAY),
            by="person:1",
            now=book.NOW,
        )
    assert payments(doubted) == [("demo", "pay_77", 300, 0)]
    assert verify(creditor_id=doubted.id).ok


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("number", " ", "Escriba el número que la pasarela le dio al pago"),
        ("amount", "mucho", "Escriba un valor"),
        ("on", "2999-01-01", "Escriba el día en que llegó el dinero"),
    ],
)
def test_what_does_not_fit_is_told_and_nothing_typed_is_lost(
    doubted: Creditor, field: str, typed: str, said: str
) -> None:
    form = {"as": "came", "number": "pay_77", "amount": "3,00", "on": "2026-03-01"} | {field: typed}
    answer = wb.desk(doubted).post(page_of(doubted), form)
    assert answer.status_code == 400
    assert said in told(answer.content)
    kept = {name: value for name, value in form.items() if name not in ("as", field)}
    assert all(f'value="{value}"' in answer.content.decode() for value in kept.values())
    assert payments(doubted) == []
    assert resting(doubted)["Panadería de Mentira"] == [BlockKind.DOUBTED]


def test_only_who_leads_decides(doubted: Creditor) -> None:
    collector = wb.desk(doubted, "cobra@taller.example", role="collector")
    assert collector.post(page_of(doubted), {"as": "nothing"}).status_code == 403
    assert page_of(doubted) not in collector.get(wb.at(doubted, "payments/in-doubt/")).content.decode()
    assert b"<form" not in collector.get(page_of(doubted)).content.partition(b"<main")[2]
    assert resting(doubted)["Panadería de Mentira"] == [BlockKind.DOUBTED]


def test_money_of_a_doubt_that_is_in_the_books_is_not_recorded_again(doubted: Creditor) -> None:
    with acting(creditor_id=doubted.id):
        Checkout.objects.update(detail=Doubt.RETURNED_DIFFERS.value)
    client = wb.desk(doubted)
    assert b'value="came"' not in client.get(page_of(doubted)).content
    form = {"as": "came", "number": "pay_77", "amount": "3,00", "on": book.TODAY.isoformat()}
    assert client.post(page_of(doubted), form).status_code == 400
    assert payments(doubted) == []
    assert resting(doubted)["Panadería de Mentira"] == [BlockKind.DOUBTED]
    assert client.post(page_of(doubted), {"as": "nothing"}).status_code == 302
    assert resting(doubted)["Panadería de Mentira"] == []


def test_a_charge_that_never_answered_is_decided_in_the_same_place(doubted: Creditor) -> None:
    with acting(creditor_id=doubted.id):
        Checkout.objects.update(detail="never_answered")
    assert resting(doubted)["Panadería de Mentira"] == [BlockKind.DOUBTED]
    client = wb.desk(doubted)
    assert "Se pidió un cobro y nadie respondió" in told(client.get(page_of(doubted)).content)
    assert client.post(page_of(doubted), {"as": "nothing"}).status_code == 302
    assert client.get(page_of(doubted)).status_code == 404


def test_of_a_charge_by_a_card_a_person_may_say_that_the_card_is_dead(doubted: Creditor) -> None:
    client = wb.desk(doubted)
    assert b'name="refused"' not in client.get(page_of(doubted)).content, "this one was paid on a page"
    with reading(creditor_id=doubted.id):
        payer = Customer.objects.get(name="Panadería de Mentira")
    held = card_of(doubted, payer)
    with acting(creditor_id=doubted.id):
        Checkout.objects.update(detail="never_answered", mandate_id=held.id, cause="instalment", cause_ref=7)
    shown = client.get(page_of(doubted)).content
    assert b'name="refused"' in shown
    assert "el banco rechazó la tarjeta para siempre" in told(shown)
    assert client.post(page_of(doubted), {"as": "nothing", "refused": "yes"}).status_code == 302
    with acting(creditor_id=doubted.id):
        assert Checkout.objects.get().decline == "stop"
        assert not refused_card.without(creditor_id=doubted.id, rows=Mandate.objects.all()).exists()


def test_every_doubt_has_its_sentence() -> None:
    assert set(screen.WHY) == {"second", "contested", "never_answered", *(doubt.value for doubt in Doubt)}
