# SPDX-License-Identifier: Apache-2.0
"""What was signed, as a PDF for both sides: word for word, with its hash and its signatures, and for nobody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.integration import book, build, plans, visitor, workbench_book
from tests.integration.book import TUESDAY
from tests.integration.dispute_book import ANA, STORY, disputed
from tests.integration.test_portal_papers import words_of
from tests.integration.visitor import Visitor
from tests.integration.workbench_book import at, desk

from conserje.data.arrangements.models import Agreement, PlanAgreement
from conserje.data.receivables.models import Customer
from conserje.data.tenancy.models import Creditor
from conserje.services.receivables import verify
from conserje.services.tenancy.act import acting, reading

LATER = TUESDAY + timedelta(hours=2)


@pytest.fixture
def owing(creditor: Creditor) -> Customer:
    workbench_book.in_demo(creditor)
    visitor.set_clock(creditor, TUESDAY)
    book.set_up(creditor, world=None)
    customer = book.customer(creditor)
    book.invoice(creditor, customer, "FE-1", due_on=book.days_late(20), minor=850_000, currency="USD")
    return customer


def pdf(answer: Any, name: str = "acuerdo.pdf") -> str:
    assert answer.status_code == 200, answer.status_code
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    return words_of(answer.content)


def stranger(creditor: Creditor) -> Visitor:
    """Another customer of the same creditor, with a code of their own."""
    return visitor.visit(creditor, book.customer(creditor, "Otra Ficticia S.A.S.")).with_code()


def test_the_agreement_of_a_plan_is_the_same_paper_for_both_sides(
    creditor: Creditor, owing: Customer
) -> None:
    made = plans.take(creditor, owing, plans.wish())
    reader = visitor.visit(creditor, owing)
    assert "código" in reader.get("plan/agreement.pdf").content.decode()

    theirs = pdf(reader.with_code().get("plan/agreement.pdf"))
    ours = pdf(desk(creditor).get(at(creditor, f"plans/{made.plan_id}/agreement.pdf")))

    with reading(creditor_id=creditor.id):
        row = PlanAgreement.objects.get()
    assert theirs == ours
    for said in (
        "Acuerdo de pago en cuotas",
        "por US$ 8.500,00 en total",
        "no hay recargo, interés ni gasto alguno",
        "Cuota 1 1 de diciembre de 2026 US$ 2.833,33",
        "Cuota 3 1 de febrero de 2027 US$ 2.833,34",
        "Laura Pérez",
        "17 de noviembre de 2026, 10:00",
        f"Huella de este documento: {row.sha256}",
    ):
        assert said in theirs, said
    assert theirs.index("no hay recargo") < theirs.index("Cuota 1 ") < theirs.index("Puede pagarse antes")


def test_the_agreement_on_a_dispute_is_the_same_paper_for_both_sides(creditor: Creditor) -> None:
    visitor.set_clock(creditor, TUESDAY)
    case = disputed(creditor)
    made = case.accept(case.propose(STORY, ANA), case.them, now=LATER)
    page = f"agreement/{made}/agreement.pdf"

    theirs = pdf(visitor.visit(creditor, case.customer).with_code().get(page))
    ours = pdf(desk(creditor).get(at(creditor, f"agreements/{made}/agreement.pdf")))

    with reading(creditor_id=creditor.id):
        row = Agreement.objects.get()
    assert theirs == ours
    for said in (
        "Acuerdo sobre la factura US-15",
        "paga US$ 13.000,00 a más tardar el 27 de noviembre de 2026",
        "crédito de US$ 2.000,00 para trabajos futuros",
        "Abierto hoy US$ 15.000,00",
        "17 de noviembre de 2026, 10:00",
        "Invento Digital Inc. 17 de noviembre de 2026, 12:00",
        f"Huella de este documento: {row.text_hash}",
    ):
        assert said in theirs, said


def test_an_agreement_whose_words_were_changed_is_found(creditor: Creditor, owing: Customer) -> None:
    made = plans.take(creditor, owing, plans.wish())
    assert verify.verify(creditor_id=creditor.id).ok

    with acting(creditor_id=creditor.id):
        row = PlanAgreement.objects.get(plan_id=made.plan_id)
        row.text["amounts"][0]["amount"]["minor"] -= 1
        row.save(update_fields=["text"])
    (broken,) = [
        one for one in verify.verify(creditor_id=creditor.id).properties if one.state == verify.BROKEN
    ]
    assert broken.findings == (f"agreement of plan {made.plan_id}: its text is not the one that was signed",)


def test_nobody_else_gets_them(creditor: Creditor) -> None:
    visitor.set_clock(creditor, TUESDAY)
    case = disputed(creditor)
    made = case.accept(case.propose(STORY, ANA), case.them, now=LATER)
    book.invoice(creditor, case.customer, "FE-2", due_on=book.days_late(20), minor=850_000, currency="USD")
    plan_id = plans.take(creditor, case.customer, plans.wish()).plan_id
    other = build.creditor()
    visitor.set_clock(other, TUESDAY)
    book.set_up(other, world=None)
    papers = (f"agreement/{made}/agreement.pdf", "plan/agreement.pdf")

    for somebody in (stranger(creditor), stranger(other)):
        assert {somebody.get(page).status_code for page in papers} == {404}
    wrong = visitor.visit(creditor, case.customer)
    wrong.token = wrong.token[::-1]
    assert {wrong.get(page).status_code for page in papers} == {404}
    theirs = desk(other, "leo@otra.example")
    for page in (f"agreements/{made}/agreement.pdf", f"plans/{plan_id}/agreement.pdf"):
        assert theirs.get(at(other, page)).status_code == 404
        assert theirs.get(at(creditor, page)).status_code == 404
    with acting(creditor_id=creditor.id):
        Agreement.objects.update(text={})
        PlanAgreement.objects.update(text={})
    reader = visitor.visit(creditor, case.customer).with_code()
    assert {reader.get(page).status_code for page in papers} == {404}
