# SPDX-License-Identifier: Apache-2.0
"""Settlements: the creditor's policy, what it offers a customer today, and its acceptance with evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from conserje.data.arrangements.models import Agreement, SettlementPolicy
from conserje.data.receivables.models import Invoice
from conserje.domain.arrangements import settlement as judged
from conserje.domain.arrangements.settlement import Offer, Owed, Policy
from conserje.domain.kit import canonical
from conserje.domain.kit.days import local_date
from conserje.domain.outreach import position
from conserje.domain.outreach.case import Case
from conserje.domain.outreach.strategy import Strategy
from conserje.services.arrangements import agreed_words, agreement, locked
from conserje.services.arrangements.agreed_text import AgreementText
from conserje.services.arrangements.agreement import New, Sums
from conserje.services.arrangements.speaker import Speaker
from conserje.services.journal import entry as journal
from conserje.services.outreach import strategy, telling
from conserje.services.tenancy.act import act, keyed, step


class Refused(ValueError):
    """It cannot be settled as asked; the first argument is the code of the sentence to show."""


@dataclass(frozen=True, slots=True)
class Offered:
    """One way to settle, with the numbers of its invoices and the exact text that is agreed to."""

    offer: Offer
    numbers: tuple[str, ...]
    text: AgreementText


@dataclass(frozen=True, slots=True)
class Wish:
    """What the customer presses: how many parts, and the hash of the text they read, in its `locale`."""

    parts: int
    seen_hash: str
    locale: str


@act
def adopt(*, creditor_id: int, policy: Policy | None, by: str, now: datetime) -> None:
    """Put a policy in force in place of the one before; None offers nothing any more. Raises `Refused`."""
    code = judged.wrong(policy) if policy is not None else ""
    if code:
        raise Refused(code)
    SettlementPolicy.objects.filter(creditor_id=creditor_id, ended_at=None).update(ended_at=now)
    made = None
    if policy is not None:
        content = canonical.plain(policy)
        made = SettlementPolicy.objects.create(
            creditor_id=creditor_id, content=content, adopted_by=by, adopted_at=now
        )
    new = journal.NewEntry(
        at=now,
        kind="arrangements.settlement_policy.adopted" if made else "arrangements.settlement_policy.ended",
        actor=by,
        subject_kind="settlement_policy",
        subject_id=made.id if made else None,
        payload={},
    )
    journal.write(creditor_id=creditor_id, entries=[new])


@step
def in_force(*, creditor_id: int) -> Policy | None:
    """The policy in force, None when nothing is settled without a person."""
    rows = SettlementPolicy.objects.filter(creditor_id=creditor_id, ended_at=None)
    content = rows.values_list("content", flat=True).first()
    return None if content is None else canonical.build(Policy, content)


@step
def offered(*, creditor_id: int, case: Case, locale: str, now: datetime) -> tuple[Offered, ...]:
    """What the customer of `case` may settle for at `now`: nothing while something is agreed with them already."""
    policy = in_force(creditor_id=creditor_id)
    if policy is None:
        return ()
    standing = Agreement.objects.filter(
        creditor_id=creditor_id, customer_id=case.customer_id, state="accepted"
    )
    if standing.exists():
        return ()
    rules = strategy.in_force(creditor_id=creditor_id)
    today = local_date(now, case.zone)
    free = position.asked(position.on_day(case, on=today, soon_days=0).overdue)
    rows = Invoice.objects.filter(creditor_id=creditor_id, id__in=[item.invoice_id for item in free])
    invoices = rows.in_bulk()
    owed = [
        Owed(item.invoice_id, item.minor, item.due_on)
        for item in free
        if item.currency == policy.currency and invoices[item.invoice_id].open_minor == item.minor
    ]
    stage = stage_of(case, rules=rules.serving(case.serves))
    found = judged.offer(owed, policy=policy, stage=stage, today=today)
    return tuple(_offered(creditor_id, case.customer_id, offer, invoices, locale) for offer in found)


@keyed
@act
def accept(*, creditor_id: int, customer_id: int, wish: Wish, by: Speaker, now: datetime) -> int:
    """Agree on one of the ways offered now; returns the agreement's id. Pressed again it is the same agreement.

    Raises `Refused` when it is not offered any more, or its text is another one than the reader saw.
    """
    locked.customer(creditor_id=creditor_id, customer_id=customer_id)
    known = Agreement.objects.filter(
        creditor_id=creditor_id, customer_id=customer_id, kind="settlement", state="accepted"
    ).first()
    if known is not None and known.text_hash == wish.seen_hash:
        return known.id
    case = telling.case(creditor_id=creditor_id, customer_id=customer_id, now=now)
    ways = offered(creditor_id=creditor_id, case=case, locale=wish.locale, now=now)
    chosen = next((way for way in ways if max(1, len(way.offer.parts)) == wish.parts), None)
    if chosen is None:
        raise Refused("settlement_not_offered")
    if chosen.text.hash != wish.seen_hash:
        raise Refused("settlement_text_changed")
    ids = list(chosen.offer.invoice_ids)
    rows = Invoice.objects.select_for_update(no_key=True).filter(creditor_id=creditor_id, id__in=ids)
    opens = dict(rows.order_by("id").values_list("id", "open_minor"))
    if sum(opens.values()) != chosen.offer.open.minor:
        raise Refused("settlement_text_changed")
    new = New(
        customer_id=customer_id,
        currency=chosen.offer.pay.currency,
        sums=Sums(chosen.offer.pay.minor, 0, chosen.offer.given.minor),
        opens=opens,
        pay_by=chosen.offer.pay_by,
        text=chosen.text,
        parts=chosen.offer.parts,
    )
    return agreement.conclude(creditor_id=creditor_id, new=new, by=by, now=now)


def stage_of(case: Case, *, rules: Strategy) -> str:
    """The furthest stage of which a contact was made in this episode; "" before the first."""
    steps = [rules.find(made.step) for made in case.made if made.counted]
    reached = [judged.STAGES.index(step.stage.value) for step in steps if step is not None]
    return judged.STAGES[max(reached)] if reached else ""


def _offered(
    creditor_id: int, customer_id: int, offer: Offer, invoices: dict[int, Invoice], locale: str
) -> Offered:
    numbers = tuple(invoices[key].number for key in offer.invoice_ids)
    text = agreed_words.of_settlement(
        creditor_id=creditor_id, customer_id=customer_id, offer=offer, numbers=numbers, locale=locale
    )
    return Offered(offer, numbers, text)
