# SPDX-License-Identifier: Apache-2.0
""" "I have already paid": taken at the customer's word until somebody has looked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from conserje.data.arrangements.models import PaymentClaim
from conserje.domain.kit.days import local_date
from conserje.services.arrangements import locked, owed, proof
from conserje.services.journal import entry as journal
from conserje.services.outreach import local_day, review, strategy
from conserje.services.tenancy.act import act, keyed, step


class Refused(ValueError):
    """The claim cannot be taken as given; its first argument is the code of the sentence to show."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the customer told: when they paid, how, anything in their own words, and the receipt if they sent it."""

    paid_on: date | None
    method: str = ""
    words: str = ""
    receipt: proof.File | None = None


@keyed
@act
def make(
    *,
    creditor_id: int,
    customer_id: int,
    invoice_ids: Sequence[int],
    said: Said,
    now: datetime,
) -> list[int]:
    """Keep what the customer says about a payment; contacts about these invoices (or all) pause.

    A receipt belongs to these claims and to those open before that have none. Raises `Refused`, and `proof.Refused` for
    a file that is no receipt.
    """
    locked.customer(creditor_id=creditor_id, customer_id=customer_id)
    today = local_day.today(creditor_id=creditor_id, customer_id=customer_id, now=now)
    if said.paid_on is not None and said.paid_on > today:
        raise Refused("claim_in_the_future")
    wanted: list[int | None] = list(dict.fromkeys(invoice_ids)) or [None]
    known = set(
        PaymentClaim.objects.filter(
            creditor_id=creditor_id, customer_id=customer_id, answered_at=None
        ).values_list("invoice_id", flat=True)
    )
    proof_id = None
    if said.receipt is not None:
        proof_id = proof.keep(creditor_id=creditor_id, customer_id=customer_id, file=said.receipt, now=now)
        proof.attach(creditor_id=creditor_id, customer_id=customer_id, proof_id=proof_id, now=now)
    made = PaymentClaim.objects.bulk_create(
        [
            PaymentClaim(
                creditor_id=creditor_id,
                customer_id=customer_id,
                invoice_id=invoice_id,
                proof_id=proof_id,
                paid_on=said.paid_on,
                method=said.method[:40],
                words=said.words[:4000],
                made_at=now,
            )
            for invoice_id in wanted
            if invoice_id not in known
        ]
    )
    _tell(creditor_id, customer_id, [item.id for item in made], "made", "customer", now)
    return [item.id for item in made]


@act
def answer(*, creditor_id: int, claim_id: int, found: bool, by: str, now: datetime) -> None:
    """A person looked: the payment was found, or it was not and contacts resume. `by` is "person:<id>".

    Raises `Refused` for a claim that is answered already, or none of this creditor's.
    """
    rows = PaymentClaim.objects.select_for_update(no_key=True)
    claim = rows.filter(creditor_id=creditor_id, id=claim_id, answered_at=None).first()
    if claim is None:
        raise Refused("claim_answered_already")
    claim.answered_at, claim.answer = now, "found" if found else "not_found"
    claim.save(update_fields=["answered_at", "answer"])
    _tell(creditor_id, claim.customer_id, [claim.id], claim.answer, by, now)


@step
def answer_paid(*, creditor_id: int, customer_ids: Sequence[int], now: datetime) -> None:
    """After money moved: claims were true when all that was due, or soon due, as they were made is paid."""
    rows = list(
        PaymentClaim.objects.filter(creditor_id=creditor_id, customer_id__in=customer_ids, answered_at=None)
    )
    if not rows:
        return
    zones = local_day.zones(creditor_id=creditor_id, customer_ids=[row.customer_id for row in rows])
    soon = timedelta(days=strategy.preventive_days(creditor_id=creditor_id))
    words = [
        owed.About(row.customer_id, row.invoice_id, local_date(row.made_at, zones[row.customer_id]) + soon)
        for row in rows
    ]
    settled = owed.settled(creditor_id=creditor_id, words=words)
    found = [row for row, paid in zip(rows, settled, strict=True) if paid]
    PaymentClaim.objects.filter(creditor_id=creditor_id, id__in=[row.id for row in found]).update(
        answered_at=now, answer="found"
    )
    for row in found:
        _tell(creditor_id, row.customer_id, [row.id], "found", "rule", now)


def _tell(
    creditor_id: int, customer_id: int, ids: Sequence[int], what: str, actor: str, now: datetime
) -> None:
    journal.write(
        creditor_id=creditor_id,
        entries=[
            journal.NewEntry(
                at=now,
                kind=f"arrangements.claim.{what}",
                actor=actor,
                customer_id=customer_id,
                subject_kind="claim",
                subject_id=claim_id,
                payload={},
            )
            for claim_id in ids
        ],
    )
    review.wake_many(creditor_id=creditor_id, customer_ids=[customer_id], now=now, reason=f"claim.{what}")
