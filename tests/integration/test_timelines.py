# SPDX-License-Identifier: Apache-2.0
"""What was arranged, said and charged stands in both sides' histories: each kind in a sentence, in fixed queries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from tests.integration import book, plans, visitor, workbench_book
from tests.integration.book import TUESDAY
from tests.integration.dispute_book import ANA, PAY_BY, STORY, Case, disputed
from tests.integration.workbench_book import at, desk

from conserje.data.arrangements.models import ProofOfPayment
from conserje.data.receivables.models import Checkout, Mandate, Refund
from conserje.data.tenancy.models import Creditor
from conserje.domain.arrangements.proposal import Terms
from conserje.portal import history
from conserje.services.arrangements import dispute, enquiry, plan, proposal
from conserje.services.arrangements.dispute import Said
from conserje.services.insights import arranged
from conserje.services.tenancy.act import acting, reading
from conserje.workbench import arranged_events

LATER = TUESDAY + timedelta(minutes=5)


@pytest.fixture
def case(creditor: Creditor) -> Case:
    workbench_book.in_demo(creditor)
    visitor.set_clock(creditor, TUESDAY)
    return disputed(creditor)


def everything(case: Case) -> None:
    """Every kind of thing that a history tells, once."""
    creditor, customer = case.creditor, case.customer
    who = {"creditor_id": case.id, "customer_id": customer.id}
    said = {"creditor_id": case.id, "dispute_id": case.dispute_id}
    dispute.write(**said, said=Said("Gracias.", "k"), by=ANA, now=TUESDAY)
    gone = case.propose(Terms(1_400_000, 100_000, 0, PAY_BY), ANA)
    proposal.withdraw(creditor_id=case.id, proposal_id=gone, by=ANA, now=LATER)
    case.accept(case.propose(STORY, ANA), case.them)
    case.pays(1_300_000)
    book.invoice(creditor, customer, "FE-2", due_on=book.days_late(20), minor=850_000, currency="USD")
    wish = plans.wish()
    offered = plan.offer(**who, wish=wish, until=TUESDAY.date(), by="person:7", now=TUESDAY)
    plan.refuse(creditor_id=case.id, plan_id=offered.plan_id, by="customer", now=LATER)
    taken = plans.take(creditor, customer, wish)
    day = wish.first_on + timedelta(days=1)
    plan.change_day(**who, plan_id=taken.plan_id, position=1, on=day, now=LATER)
    plan.end(creditor_id=case.id, plan_id=taken.plan_id, by="person:7", now=LATER)
    written = enquiry.Written(customer.id, None, "message", "¿Me envían la orden?")
    number = enquiry.write(creditor_id=case.id, written=written, now=TUESDAY)
    enquiry.answer(creditor_id=case.id, enquiry_id=number, words="Sí.", by="person:7", now=LATER)
    money(case)


def money(case: Case) -> None:
    """A proof, a card that was left and taken back, a charge by it, and money given back."""
    mine: Any = {"creditor": case.creditor, "customer": case.customer}
    with acting(creditor_id=case.id):
        ProofOfPayment.objects.create(
            **mine, file_name="recibo.pdf", media_type="application/pdf", size=4, sha256="0" * 64,
            content=b"%PDF", sent_at=TUESDAY,
        )  # fmt: skip
        card = Mandate.objects.create(
            **mine, public_id="m", gateway="demo", key="m", reference="M", currency="USD", state="ended",
            brand="Visa", last4="4242", created_at=TUESDAY, given_at=TUESDAY, ended_at=LATER, ended_by="customer",
        )  # fmt: skip
        charge = Checkout.objects.create(
            **mine, public_id="c", gateway="demo", key="c", reference="C", currency="USD", amount_minor=28_333,
            state="declined", mandate=card, cause="instalment", cause_ref=1, created_at=TUESDAY,
        )  # fmt: skip
        Refund.objects.create(
            creditor=case.creditor, checkout=charge, key="r", amount_minor=100, state="pending",
            asked_by="person:7", asked_at=TUESDAY,
        )  # fmt: skip


TOLD_TO_US = (
    "Propuso cómo resolverlo",
    "Retiró la propuesta",
    "Acordó cómo resolver la objeción",
    "El acuerdo está cumplido",
    "Ofreció pagar en cuotas",
    "Propuso pagar en cuotas",
    "Plan de cuotas acordado",
    "Una cuota pasó del 1 dic 2026 al 2 dic 2026",
    "Plan de cuotas: terminado",
    "Envió un comprobante de pago",
    "Dejó una tarjeta para los cargos",
    "Ya no se hacen cargos a la tarjeta",
    "El cargo no pasó",
    "Dinero en camino de vuelta",
    "Nos escribió",
    "Mensaje sobre la objeción",
    "Visa •••• 4242",
)
TOLD_TO_THEM = (
    "Nos contó que algo de US-15 no está bien.",
    "Le respondimos sobre US-15.",
    "Le propusimos pagar US$ 13.000,00 de US-15 hasta el 27 nov 2026.",
    "Lo que acordamos está cumplido.",
    "Acordamos un plan de cuotas por US$ 8.500,00.",
    "Corrió una cuota del 1 dic 2026 al 2 dic 2026.",
    "Nos autorizó a hacer cargos a Visa •••• 4242.",
    "Intentamos cargar US$ 283,33 a Visa •••• 4242 y no pasó.",
    "US$ 1,00 van de regreso a usted.",
    "Nos envió un comprobante de pago.",
)


def test_both_sides_read_what_was_arranged(case: Case) -> None:
    everything(case)
    with reading(creditor_id=case.id):
        rows = arranged.latest(creditor_id=case.id, customer_id=case.customer.id, limit=99)
    assert {row.kind for row in rows} == set(arranged_events.TOLD)
    assert [row.at for row in rows] == sorted((row.at for row in rows), reverse=True)

    ours = desk(case.creditor).get(at(case.creditor, f"customer/{case.customer.id}/")).content.decode()
    page = visitor.visit(case.creditor, case.customer).get("history/").content.decode().replace("\u00a0", " ")

    assert [said for said in TOLD_TO_US if said not in ours] == []
    assert [said for said in TOLD_TO_THEM if said not in page] == []


@pytest.mark.parametrize("language", ["es", "en", "pt-br"])
def test_every_kind_has_its_sentence_in_every_language(case: Case, language: str) -> None:
    everything(case)
    with reading(creditor_id=case.id):
        rows = arranged.latest(creditor_id=case.id, customer_id=case.customer.id, limit=99)
    with translation.override(language):
        ours = [arranged_events.TOLD[row.kind](row.told)[0] for row in rows]
        theirs = [history.sentence(row) for row in rows]
    assert all(text and "%(" not in text for text in (*ours, *theirs))
    if language != "en":
        with translation.override("en"):
            assert not set(theirs) & {history.sentence(row) for row in rows}


def test_a_long_history_asks_no_more(creditor: Creditor, case: Case) -> None:
    sitting = desk(creditor)
    reader = visitor.visit(creditor, case.customer)

    def asked() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as ours:
            assert sitting.get(at(creditor, f"customer/{case.customer.id}/")).status_code == 200
        with CaptureQueriesContext(connection) as theirs:
            assert reader.get("history/").status_code == 200
        return len(ours), len(theirs)

    money(case)
    asked()
    few = asked()
    for number in range(9):
        dispute.write(
            creditor_id=case.id,
            dispute_id=case.dispute_id,
            said=Said(f"Línea {number}", str(number)),
            by=case.them,
            now=TUESDAY + timedelta(minutes=number),
        )
    assert asked() == few
