# SPDX-License-Identifier: Apache-2.0
"""A row of every kind that an address of the desk can name, of one creditor: for whoever must not see them."""

from __future__ import annotations

from typing import Any

from tests.integration.book import TUESDAY

from conserje.data.arrangements.models import (
    Agreement,
    Dispute,
    Enquiry,
    PaymentClaim,
    PaymentPlan,
    ProofOfPayment,
)
from conserje.data.outreach.models import LawOverride
from conserje.data.receivables.models import BankLine, BankStatement, Checkout, FiscalTask, Invoice
from conserje.data.recovery.models import FailedPayment
from conserje.data.tenancy.models import Creditor
from conserje.domain.kit.money import Money
from conserje.domain.receivables.adjustment import NewWriteOff
from conserje.domain.receivables.payment import Received, Road, RoadName
from conserje.services.receivables import payment, write_off
from conserje.services.tenancy.act import acting

_DAY = TUESDAY.date()


def of(creditor: Creditor, customer_id: int) -> dict[str, int]:
    """The rows, by the names that addresses give them."""
    paid = Received(
        customer_id=customer_id,
        source="bank",
        external_id="theirs",
        amount=Money("COP", 100),
        value_on=_DAY,
        roads=(Road(RoadName.PERSON, "theirs"),),
    )
    rows = {"payment": payment.record(creditor_id=creditor.id, received=paid, now=TUESDAY).payment_id}
    with acting(creditor_id=creditor.id):
        invoice = Invoice.objects.filter(customer_id=customer_id).latest("id")
        mine: Any = {"creditor": creditor, "customer_id": customer_id}
        sums: Any = {"currency": "COP", "amount_minor": 100}
        rows |= _money(creditor, invoice, mine, sums)
        rows |= _arrangements(creditor, invoice, mine)
        rows["override_id"] = LawOverride.objects.create(
            creditor=creditor, gap_days=9, reason="x", since=_DAY, placed_by="person:1", placed_at=TUESDAY
        ).id
    return rows


def _money(creditor: Creditor, invoice: Invoice, mine: Any, sums: Any) -> dict[str, int]:
    statement = BankStatement.objects.create(
        creditor=creditor,
        reader="ofx",
        bank_account="1",
        currency="COP",
        content_hash="0",
        position=0,
        brought_by="person:1",
        brought_at=TUESDAY,
    )
    line = BankLine.objects.create(
        creditor=creditor, statement=statement, key="k", booked_on=_DAY, value_on=_DAY, **sums
    )
    checkout = Checkout.objects.create(
        **mine,
        **sums,
        public_id="p",
        gateway="demo",
        key="k",
        reference="R",
        contested=True,
        created_at=TUESDAY,
    )
    failed = FailedPayment.objects.create(
        **mine,
        **sums,
        invoice_id=invoice.id,
        kind="order",
        gateway="demo",
        external_id="c1",
        failed_at=TUESDAY,
        recorded_at=TUESDAY,
        state="contacting",
    )
    given_up = write_off.give_up(
        creditor_id=creditor.id,
        new=NewWriteOff(invoice.id, Money(invoice.currency, 1), "x", "k"),
        written_by="person:1",
        now=TUESDAY,
    )
    task = FiscalTask.objects.create(
        creditor=creditor, invoice=invoice, write_off_id=given_up, amount_minor=1, opened_at=TUESDAY
    )
    return {"line": line.id, "checkout": checkout.id, "failed": failed.id, "task": task.id}


def _arrangements(creditor: Creditor, invoice: Invoice, mine: Any) -> dict[str, int]:
    enquiry = Enquiry.objects.create(**mine, kind="message", words="x", asked_at=TUESDAY, answer_by=_DAY)
    proof = ProofOfPayment.objects.create(
        **mine,
        file_name="a.pdf",
        media_type="application/pdf",
        size=1,
        sha256="0",
        content=b"%",
        sent_at=TUESDAY,
    )
    claim = PaymentClaim.objects.create(**mine, invoice=invoice, made_at=TUESDAY)
    plan = PaymentPlan.objects.create(
        **mine,
        currency="COP",
        total_minor=100,
        number=2,
        spacing="monthly",
        first_on=_DAY,
        policy_version=1,
        move_after_days=5,
        date_changes_left=1,
        state="proposed",
        made_by="customer",
        made_at=TUESDAY,
    )
    dispute = Dispute.objects.create(
        creditor=creditor, invoice=invoice, kind="quality", opened_by="customer", opened_at=TUESDAY
    )
    agreement = Agreement.objects.create(
        **mine,
        kind="settlement",
        currency="COP",
        open_minor=100,
        pay_minor=90,
        credit_minor=0,
        discount_minor=10,
        pay_by=_DAY,
        accepted_by="customer",
        accepted_at=TUESDAY,
        text_hash="0" * 64,
    )
    return {
        "enquiry_id": enquiry.id,
        "proof_id": proof.id,
        "claim_id": claim.id,
        "plan_id": plan.id,
        "dispute": dispute.id,
        "number": agreement.id,
    }
