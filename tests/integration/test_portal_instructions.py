# SPDX-License-Identifier: Apache-2.0
"""Paying where the gateway has no page: told once, seen by its customer alone, waiting until the bank tells."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from tests.integration import book, plans, visitor
from tests.integration.book import TUESDAY
from tests.integration.visitor import Visitor

from conserje.data.receivables.models import Checkout, Invoice, Payment
from conserje.data.tenancy.models import Creditor
from conserje.domain.kit.money import Money
from conserje.domain.receivables.payment import BankLine, Recorded, Unmatched
from conserje.services.receivables import bank_line, checkout_look, gateway, verify
from conserje.services.tenancy import connection
from conserje.services.tenancy.act import acting, reading

ACCOUNTS = (
    "COP; CO; Bancolombia; ahorros; 123-456789-01; Taller Ejemplo S.A.S.; NIT 900.000.000-0\n"
    "MXN; MX; BBVA; CLABE; 012180001234567899; Taller Ejemplo S.A. de C.V.; TEJ900101AB1"
)
MOST_QUERIES = 15
HEAVIEST = 60 * 1024


@pytest.fixture
def reader(creditor: Creditor) -> Visitor:
    """A reader with two invoices of a creditor who is paid by transfer only."""
    found = visitor.open_account(creditor, invoices=2)
    with acting(creditor_id=creditor.id):
        connection.set_up(
            creditor_id=creditor.id,
            kind="gateway",
            adapter="bank_transfer",
            values={"accounts": ACCOUNTS},
            now=TUESDAY,
        )
    return found


def row(reader: Visitor) -> Checkout:
    with reading(creditor_id=reader.creditor.id):
        return Checkout.objects.get()


def told(reader: Visitor) -> str:
    """The page that the button to pay leads to."""
    answer = reader.pay()
    assert answer.status_code == 303
    path = answer.headers["Location"]
    assert path == f"/c/{reader.creditor.public_id}/how/{row(reader).public_id}/"
    return path.removeprefix(f"/c/{reader.creditor.public_id}/")


def transferred(reader: Visitor, *, text: str = "", minor: int | None = None, line: str = "l1") -> Any:
    """A line of the bank's file."""
    found = row(reader)
    new = BankLine(
        line_id=line,
        text=text or f"TRANSF DE FICTICIA {found.reference.lower()}",
        amount=Money("COP", found.amount_minor if minor is None else minor),
        value_on=TUESDAY.date() + timedelta(days=1),
    )
    return bank_line.record(creditor_id=reader.creditor.id, line=new, now=TUESDAY + timedelta(days=1))


def clean(reader: Visitor) -> bool:
    return verify.verify(creditor_id=reader.creditor.id).ok


def test_the_result_of_what_waits_with_instructions_is_the_instructions(reader: Visitor) -> None:
    page = told(reader)
    back = reader.get(f"result/{row(reader).public_id}/")
    assert (back.status_code, back.headers["Location"]) == (302, reader.path(page))


def test_a_part_of_a_plan_is_paid_by_transfer_too(reader: Visitor) -> None:
    made = plans.take(reader.creditor, reader.customer, plans.wish(currency="COP"))
    assert made.state == "active"
    reader.get(reader.link)
    answer = reader.post("plan/pay/", attempt="a", what="next")
    assert (answer.status_code, answer.headers["Location"]) == (
        303,
        reader.path(f"how/{row(reader).public_id}/"),
    )


def test_the_button_leads_to_the_account_and_the_reference(reader: Visitor) -> None:
    page = told(reader)

    answer = reader.get(page)

    shown, found = answer.content.decode(), row(reader)
    assert answer.status_code == 200
    for text in (
        found.reference,
        "Bancolombia",
        "123-456789-01",
        "NIT 900.000.000-0",
        "$\xa07.616.000\xa0COP",
    ):
        assert text in shown
    assert "BBVA" not in shown, "the account is in another currency"
    assert "Puede pagar así hasta el domingo 22 de noviembre de 2026." in shown
    assert len(answer.content) <= HEAVIEST
    assert (found.state, found.until_on) == ("waiting", date(2026, 11, 22))
    assert found.external_id == f"{found.reference}.20261122"


def test_looking_changes_nothing_and_costs_little(reader: Visitor) -> None:
    page = told(reader)
    reader.get(page)
    before = row(reader).__dict__ | {"_state": None}

    with CaptureQueriesContext(database) as asked:
        reader.get(page)

    assert len(asked) <= MOST_QUERIES
    assert row(reader).__dict__ | {"_state": None} == before


def test_a_double_tap_is_one_attempt_with_one_reference(reader: Visitor) -> None:
    form = {"scope": "all", **reader.hidden()}

    first, second = (reader.post("pay/", **form).headers["Location"] for _ in range(2))

    assert first == second
    assert row(reader).state == "waiting"


def test_nobody_else_sees_it(reader: Visitor, creditor: Creditor) -> None:
    page = told(reader)
    other = visitor.visit(creditor, book.customer(creditor, "Otra S.A.S."))

    assert other.get(page).status_code == 404
    assert other.get("how/" + "0" * 32 + "/").status_code == 404


def test_a_line_with_the_reference_pays_and_the_page_says_thank_you(reader: Visitor) -> None:
    page = told(reader)

    recorded = transferred(reader)

    assert isinstance(recorded, Recorded)
    answer = reader.get(page)
    assert answer.status_code == 302
    assert "Gracias. Recibimos su pago." in reader.client.get(answer.headers["Location"]).content.decode()
    assert transferred(reader) == Recorded(recorded.payment_id, False, (), Money("COP", 0), ())
    with reading(creditor_id=reader.creditor.id):
        assert [invoice.open_minor for invoice in Invoice.objects.all()] == [0, 0]
        assert (Payment.objects.count(), Payment.objects.get().method) == (1, "transfer")
    assert row(reader).state == "paid"
    assert clean(reader)


def test_another_amount_moves_nothing_and_still_waits(reader: Visitor) -> None:
    page = told(reader)

    assert transferred(reader, minor=761600001) is Unmatched.AMOUNT_DIFFERS

    assert reader.get(page).status_code == 200
    with reading(creditor_id=reader.creditor.id):
        assert Payment.objects.count() == 0
    assert row(reader).state == "waiting"
    assert clean(reader)


def test_it_is_never_paid_by_being_looked_at(reader: Visitor) -> None:
    told(reader)

    for days in range(1, 10):
        checkout_look.look_due(creditor_id=reader.creditor.id, now=TUESDAY + timedelta(days=days))

    assert row(reader).state in ("waiting", "expired")
    with reading(creditor_id=reader.creditor.id):
        assert Payment.objects.count() == 0


def test_after_its_day_nothing_is_shown_that_could_be_paid_and_late_money_is_still_found(
    reader: Visitor, creditor: Creditor
) -> None:
    page = told(reader)
    late = TUESDAY + timedelta(days=6)
    visitor.set_clock(creditor, late)
    later = visitor.visit(creditor, reader.customer, now=late)

    shown = later.get(page).content.decode()

    assert "Estas instrucciones ya terminaron" in shown
    assert row(reader).reference not in shown
    assert "123-456789-01" not in shown
    assert isinstance(transferred(reader), Recorded)
    assert clean(reader)


def test_only_currencies_with_an_account_are_offered(reader: Visitor) -> None:
    with reading(creditor_id=reader.creditor.id):
        (offer,) = gateway.offers(creditor_id=reader.creditor.id)
    assert offer.currencies == {"COP", "MXN"}
    assert offer.origins == ()
