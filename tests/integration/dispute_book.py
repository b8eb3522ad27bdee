# SPDX-License-Identifier: Apache-2.0
"""The scope dispute: a customer in dollars, an invoice of 15,000 of which 4,000 are not agreed, and what follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from tests.integration import book
from tests.integration.book import TUESDAY

from conserje.data.arrangements.models import Proposal
from conserje.data.receivables.models import Customer
from conserje.data.tenancy.models import Creditor
from conserje.domain.arrangements.proposal import Terms
from conserje.domain.kit.money import Money
from conserje.domain.receivables.allocation import Named
from conserje.domain.receivables.payment import Received, Recorded, Road, RoadName
from conserje.services.arrangements import dispute, proposal
from conserje.services.arrangements.proposal import NewProposal
from conserje.services.arrangements.speaker import Speaker
from conserje.services.receivables import agreement, payment
from conserje.services.tenancy.act import reading

ANA = Speaker("person:7", "192.0.2.7")
PAY_BY = date(2026, 11, 27)
STORY = Terms(1_300_000, 200_000, 0, PAY_BY)


@dataclass(slots=True)
class Case:
    """One disputed invoice. `them` is the customer as it speaks."""

    creditor: Creditor
    customer: Customer
    invoice_id: int
    dispute_id: int

    @property
    def id(self) -> int:
        return int(self.creditor.id)

    @property
    def them(self) -> Speaker:
        return Speaker("customer", "198.51.100.4", self.customer.id)

    def propose(self, terms: Terms, by: Speaker, *, seen: int | None = None, now: datetime = TUESDAY) -> int:
        new = NewProposal(terms, seen, "es_CO")
        return proposal.make(creditor_id=self.id, dispute_id=self.dispute_id, new=new, by=by, now=now)

    def accept(self, proposal_id: int, by: Speaker, *, hash_: str = "", now: datetime = TUESDAY) -> int:
        seen = hash_ or self.text_hash(proposal_id)
        return agreement.accept(creditor_id=self.id, proposal_id=proposal_id, seen_hash=seen, by=by, now=now)

    def text_hash(self, proposal_id: int) -> str:
        with reading(creditor_id=self.id):
            return Proposal.objects.get(id=proposal_id).text_hash

    def pays(self, minor: int, name: str = "w1", now: datetime = TUESDAY) -> Recorded:
        return pays(self.creditor, self.customer, minor, name, now, self.invoice_id)


def pays(
    creditor: Creditor, owed_by: Customer, minor: int, name: str, now: datetime, *invoice_ids: int
) -> Recorded:
    """A wire from the customer, for these invoices."""
    received = Received(
        customer_id=owed_by.id,
        source="wire",
        external_id=name,
        amount=Money("USD", minor),
        value_on=now.date(),
        roads=(Road(RoadName.PERSON, name),),
        named=tuple(Named(key) for key in invoice_ids),
    )
    return payment.record(creditor_id=creditor.id, received=received, now=now)


def disputed(creditor: Creditor, *, amount_minor: int | None = 400_000, **given: Any) -> Case:
    """The story's invoice, 23 days late, with its open dispute."""
    if given.pop("set_up", True):
        book.set_up(creditor, world=None)
    owed_by = book.customer(creditor, given.pop("name", "Invento Digital Inc."))
    due_on = TUESDAY.date() - timedelta(days=23)
    invoice_id = book.invoice(
        creditor, owed_by, given.pop("number", "US-15"), due_on=due_on, minor=1_500_000, currency="USD"
    )
    about = dispute.About(amount_minor=amount_minor, kind="scope", words="El alcance no era ese.", **given)
    dispute_id = dispute.open_(
        creditor_id=creditor.id, invoice_id=invoice_id, about=about, by="customer", now=TUESDAY
    )
    return Case(creditor, owed_by, invoice_id, dispute_id)
