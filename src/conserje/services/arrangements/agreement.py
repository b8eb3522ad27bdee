# SPDX-License-Identifier: Apache-2.0
"""Agreements as they stand: made with their evidence, looked at, lapsed when they were not kept. Money is above."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from conserje.data.arrangements.models import Agreement, AgreementInvoice, Dispute, Proposal
from conserje.domain.arrangements import dispute as clocks
from conserje.domain.arrangements.settlement import due_by
from conserje.domain.kit.days import local_date
from conserje.domain.kit.money import Money
from conserje.services.arrangements import agreed_text
from conserje.services.arrangements.agreed_text import AgreementText, Signature, SignedText
from conserje.services.arrangements.speaker import Speaker
from conserje.services.journal import entry as journal
from conserje.services.outreach import local_day, review
from conserje.services.tenancy.act import act, step

# How long after its day money still counts as in time.
GRACE_DAYS = 2


@dataclass(frozen=True, slots=True)
class Sums:
    """The amounts of an agreement in minor units; `open_minor` is their sum."""

    pay_minor: int
    credit_minor: int
    discount_minor: int

    @property
    def open_minor(self) -> int:
        """All of it."""
        return self.pay_minor + self.credit_minor + self.discount_minor


@dataclass(frozen=True, slots=True)
class New:
    """An agreement to be. `opens` is what is open of each invoice; `proposal_id` None for a settlement."""

    customer_id: int
    currency: str
    sums: Sums
    opens: Mapping[int, int]
    pay_by: date
    text: AgreementText
    proposal_id: int | None = None
    parts: tuple[tuple[date, Money], ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """One agreement as both sides see it. `paid` of `pay` has come since; `state` is accepted, carried_out or lapsed.

    `signed` is None when its text was erased.
    """

    id: int
    customer_id: int
    kind: str
    proposal_id: int | None
    dispute_id: int | None
    open: Money
    pay: Money
    credit: Money
    discount: Money
    paid: Money
    pay_by: date
    accepted_at: datetime
    state: str
    ended_at: datetime | None
    text_hash: str
    signed: SignedText | None
    numbers: tuple[str, ...]


@step
def conclude(*, creditor_id: int, new: New, by: Speaker, now: datetime) -> int:
    """Write an agreement with its evidence; returns its id. The invoices' rows are locked."""
    row = Agreement.objects.create(
        creditor_id=creditor_id,
        customer_id=new.customer_id,
        kind="dispute" if new.proposal_id is not None else "settlement",
        proposal_id=new.proposal_id,
        currency=new.currency,
        open_minor=new.sums.open_minor,
        pay_minor=new.sums.pay_minor,
        credit_minor=new.sums.credit_minor,
        discount_minor=new.sums.discount_minor,
        pay_by=new.pay_by,
        parts=[[on.isoformat(), amount.minor] for on, amount in new.parts],
        grace_days=GRACE_DAYS,
        accepted_by=by.actor,
        accepted_from=by.source,
        accepted_at=now,
        text_hash=new.text.hash,
        text=agreed_text.kept(new.text),
    )
    AgreementInvoice.objects.bulk_create(
        [
            AgreementInvoice(
                creditor_id=creditor_id, agreement_id=row.id, invoice_id=invoice_id, open_minor=minor
            )
            for invoice_id, minor in new.opens.items()
        ]
    )
    tell(creditor_id=creditor_id, row=row, what="accepted", by=by.actor, now=now)
    return row.id


@act
def judge_due(*, creditor_id: int, now: datetime) -> int:
    """Agreements of which a day and its grace passed unpaid where the customer is lapse; answers how many.

    The dispute of one is open again, and a person owes a proposal.
    """
    rows = list(
        Agreement.objects.select_for_update(no_key=True, skip_locked=True).filter(
            creditor_id=creditor_id, state="accepted"
        )
    )
    zones = local_day.zones(creditor_id=creditor_id, customer_ids=sorted({row.customer_id for row in rows}))
    paid = paid_of(creditor_id=creditor_id, ids=[row.id for row in rows])
    late = [row for row in rows if _is_late(row, paid[row.id], local_date(now, zones[row.customer_id]))]
    for row in late:
        ended(creditor_id=creditor_id, row=row, state="lapsed", now=now)
        if row.proposal_id is not None:
            on = local_date(now, zones[row.customer_id])
            Dispute.objects.filter(
                creditor_id=creditor_id, closed_at=None, proposals__id=row.proposal_id
            ).update(propose_by=clocks.propose_by(on=on))
    return len(late)


@step
def ended(*, creditor_id: int, row: Agreement, state: str, now: datetime) -> None:
    """Close an agreement whose row is locked."""
    row.state, row.ended_at = state, now
    row.save(update_fields=["state", "ended_at"])
    tell(creditor_id=creditor_id, row=row, what=state, by="rule", now=now)


@step
def paid_of(*, creditor_id: int, ids: Sequence[int]) -> dict[int, int]:
    """By how much the invoices of each agreement are lower than when it was made, in minor units."""
    lines = AgreementInvoice.objects.filter(creditor_id=creditor_id, agreement_id__in=ids).values_list(
        "agreement_id", "open_minor", "invoice__open_minor"
    )
    paid = dict.fromkeys(ids, 0)
    for agreement_id, then, now in lines:
        paid[agreement_id] += max(0, then - now)
    return paid


@step
def to_pay(*, creditor_id: int, customer_id: int) -> dict[int, int]:
    """What is still to be paid by standing agreements, by invoice: minor units, the oldest invoices first."""
    left: dict[int, int] = {}
    rows = Agreement.objects.filter(creditor_id=creditor_id, customer_id=customer_id, state="accepted")
    for row in rows.prefetch_related("invoices__invoice"):
        lines = sorted(row.invoices.all(), key=lambda line: (line.invoice.first_due_on, line.invoice_id))
        wanted = row.pay_minor - sum(max(0, line.open_minor - line.invoice.open_minor) for line in lines)
        for line in lines:
            left[line.invoice_id] = part = max(0, min(wanted, line.invoice.open_minor))
            wanted -= part
    return left


@step
def of_customer(*, creditor_id: int, customer_id: int) -> tuple[Standing, ...]:
    """Every agreement of a customer, the newest first."""
    rows = Agreement.objects.filter(creditor_id=creditor_id, customer_id=customer_id)
    return _standings(creditor_id, list(rows.order_by("-id")))


@step
def many(*, creditor_id: int, ids: Collection[int]) -> tuple[Standing, ...]:
    """These agreements, by id."""
    rows = Agreement.objects.filter(creditor_id=creditor_id, id__in=ids)
    return _standings(creditor_id, list(rows.order_by("id")))


@step
def one(*, creditor_id: int, agreement_id: int, customer_id: int | None = None) -> Standing | None:
    """One agreement, with `customer_id` only of that customer; None when there is none."""
    rows = Agreement.objects.filter(creditor_id=creditor_id, id=agreement_id)
    if customer_id is not None:
        rows = rows.filter(customer_id=customer_id)
    return next(iter(_standings(creditor_id, list(rows))), None)


@step
def of_proposal(*, creditor_id: int, proposal_id: int) -> Standing | None:
    """The agreement that a proposal became."""
    rows = Agreement.objects.filter(creditor_id=creditor_id, proposal_id=proposal_id)
    return next(iter(_standings(creditor_id, list(rows))), None)


@step
def tell(*, creditor_id: int, row: Agreement, what: str, by: str, now: datetime) -> None:
    """Write what happened to an agreement into the journal, and have its customer looked at."""
    new = journal.NewEntry(
        at=now,
        kind=f"arrangements.agreement.{what}",
        actor=by,
        customer_id=row.customer_id,
        subject_kind="agreement",
        subject_id=row.id,
        payload={"text": row.text_hash, "currency": row.currency, "pay": row.pay_minor},
    )
    journal.write(creditor_id=creditor_id, entries=[new])
    review.wake_many(
        creditor_id=creditor_id, customer_ids=[row.customer_id], now=now, reason=f"agreement.{what}"
    )


def _is_late(row: Agreement, paid_minor: int, today: date) -> bool:
    parts = [(date.fromisoformat(on), Money(row.currency, minor)) for on, minor in row.parts]
    pay = Money(row.currency, row.pay_minor)
    due = due_by(parts=parts, pay=pay, pay_by=row.pay_by, today=today, grace_days=row.grace_days)
    return paid_minor < due.minor


def _standings(creditor_id: int, rows: list[Agreement]) -> tuple[Standing, ...]:
    ids = [row.id for row in rows]
    paid = paid_of(creditor_id=creditor_id, ids=ids)
    numbers: dict[int, list[str]] = {key: [] for key in ids}
    named = AgreementInvoice.objects.filter(creditor_id=creditor_id, agreement_id__in=ids)
    for agreement_id, number in named.order_by("id").values_list("agreement_id", "invoice__number"):
        numbers[agreement_id].append(number)
    proposals = Proposal.objects.filter(
        creditor_id=creditor_id, id__in=[row.proposal_id for row in rows if row.proposal_id]
    ).in_bulk()
    return tuple(
        _standing(row, paid[row.id], tuple(numbers[row.id]), proposals.get(row.proposal_id or 0))
        for row in rows
    )


def _standing(
    row: Agreement, paid_minor: int, numbers: tuple[str, ...], proposal: Proposal | None
) -> Standing:
    def money(minor: int) -> Money:
        return Money(row.currency, minor)

    text = agreed_text.read(row.text)
    signatures = [Signature(row.accepted_by, row.accepted_at, row.accepted_from)]
    if proposal is not None:
        signatures.insert(0, Signature(proposal.made_by, proposal.made_at, proposal.made_from))
    return Standing(
        id=row.id,
        customer_id=row.customer_id,
        kind=row.kind,
        proposal_id=row.proposal_id,
        dispute_id=proposal.dispute_id if proposal else None,
        open=money(row.open_minor),
        pay=money(row.pay_minor),
        credit=money(row.credit_minor),
        discount=money(row.discount_minor),
        paid=money(paid_minor),
        pay_by=row.pay_by,
        accepted_at=row.accepted_at,
        state=row.state,
        ended_at=row.ended_at,
        text_hash=row.text_hash,
        signed=SignedText(text, tuple(signatures)) if text else None,
        numbers=numbers,
    )
