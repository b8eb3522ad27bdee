# SPDX-License-Identifier: Apache-2.0
"""Payment plans: proposed or offered, agreed with evidence, changed, ended. Their days are then what is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from conserje.data.arrangements.models import Instalment, PaymentPlan, PlanAgreement, PlanInvoice
from conserje.data.receivables.models import Mandate
from conserje.domain.arrangements.plan import business_day
from conserje.services.arrangements import agreed_text, agreed_words, locked, plan_book, plan_terms, policy
from conserje.services.arrangements.agreed_text import AgreementText
from conserje.services.arrangements.plan_book import End
from conserje.services.arrangements.plan_due import judge_due, judge_paid, orders_due
from conserje.services.arrangements.plan_terms import Draft, Refused, Room, Wish
from conserje.services.arrangements.speaker import CUSTOMER
from conserje.services.outreach import agreed, answer, local_day
from conserje.services.outreach.answer import Given, Matter
from conserje.services.tenancy.act import act, keyed, step

__all__ = [
    "Made",
    "Refused",
    "Signing",
    "accept",
    "change_day",
    "end",
    "give_time",
    "judge_due",
    "judge_paid",
    "offer",
    "offered_text",
    "orders_due",
    "propose",
    "refuse",
    "take_up",
    "text",
    "use_mandate",
]

OFFER_DAYS_MAX = 30


@dataclass(frozen=True, slots=True)
class Signing:
    """How somebody agreed: the name they typed, the hash of the words they saw, from where, by which link and code."""

    name: str
    sha256: str
    locale: str
    address: str = ""
    link_id: int | None = None
    confirmed_by: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """A plan and its state: "active" when policy agreed to it at once, "proposed" when a person will.

    `told`: a letter tells the customer of it, for they had asked.
    """

    plan_id: int
    state: str
    told: bool = False


@step
def text(*, creditor_id: int, of: Room, draft: Draft, locale: str) -> AgreementText:
    """The words that a customer agrees to by accepting `draft`."""
    return agreed_words.of_plan(
        creditor_id=creditor_id,
        customer_id=of.customer_id,
        numbers=[item.number for item in draft.invoices],
        parts=draft.parts,
        policy=of.policy,
        locale=locale,
    )


@keyed
@act
def propose(*, creditor_id: int, customer_id: int, wish: Wish, signing: Signing, now: datetime) -> Made:
    """The customer accepts a plan they chose: agreed at once within policy, else a person answers. Raises `Refused`.

    The same again is the same plan. While a person looks at it, its invoices are left alone.
    """
    locked.customer(creditor_id=creditor_id, customer_id=customer_id)
    known = _same(creditor_id, customer_id, wish, signing)
    if known is not None:
        return Made(known.id, known.state)
    room, draft = _drafted(creditor_id, customer_id, wish, now)
    if not draft.answer.possible:
        raise Refused(draft.answer.code)
    words = text(creditor_id=creditor_id, of=room, draft=draft, locale=signing.locale)
    row = _write(creditor_id, customer_id, (room, draft), "proposed", "customer", now)
    _sign(row, words, signing, now)
    plan_book.withdraw_open(creditor_id=creditor_id, customer_id=customer_id, but=row.id, now=now)
    plan_book.tell(creditor_id=creditor_id, plan=row, what="proposed", actor="customer", now=now)
    if draft.answer.agreed:
        plan_book.activate(creditor_id=creditor_id, plan=row, by="rule", now=now)
    return Made(row.id, row.state)


@act
def offer(*, creditor_id: int, customer_id: int, wish: Wish, until: date, by: str, now: datetime) -> Made:
    """A collector offers a plan, within policy or beyond it, until a day; its invoices are left alone until then.

    It takes the place of whatever was proposed or offered before. Who had asked for something is told by letter; nobody
    else is, for that would be one more contact. Raises `Refused`.
    """
    locked.customer(creditor_id=creditor_id, customer_id=customer_id)
    room, draft = _drafted(creditor_id, customer_id, wish, now)
    if not room.today <= until <= room.today + timedelta(days=OFFER_DAYS_MAX):
        raise Refused("offer_out_of_bounds")
    row = _write(creditor_id, customer_id, (room, draft), "proposed", by, now)
    row.state, row.offered_until = "offered", until
    row.save(update_fields=["state", "offered_until"])
    asked = plan_book.asked(creditor_id=creditor_id, customer_id=customer_id, now=now)
    plan_book.withdraw_open(creditor_id=creditor_id, customer_id=customer_id, but=row.id, now=now)
    plan_book.tell(creditor_id=creditor_id, plan=row, what="offered", actor=by, now=now)
    return Made(row.id, row.state, asked and _answered(row, Matter.PLAN_OFFERED, now))


@keyed
@act
def take_up(*, creditor_id: int, customer_id: int, plan_id: int, signing: Signing, now: datetime) -> Made:
    """The customer accepts what was offered. Raises `Refused` when it is over, or its words are not those they saw."""
    locked.customer(creditor_id=creditor_id, customer_id=customer_id)
    row = _locked(creditor_id, plan_id, customer_id=customer_id)
    if row.state == "active":
        return Made(row.id, row.state)
    today = local_day.today(creditor_id=creditor_id, customer_id=customer_id, now=now)
    if row.state != "offered" or row.offered_until is None or today > row.offered_until:
        raise Refused("offer_over")
    words = offered_text(creditor_id=creditor_id, plan_id=row.id, locale=signing.locale, now=now)
    _sign(row, words, signing, now)
    plan_book.activate(creditor_id=creditor_id, plan=row, by="customer", now=now)
    return Made(row.id, row.state)


@step
def offered_text(*, creditor_id: int, plan_id: int, locale: str, now: datetime) -> AgreementText:
    """The words that a customer agrees to by taking up an offer."""
    row = PaymentPlan.objects.get(creditor_id=creditor_id, id=plan_id)
    bound = PlanInvoice.objects.filter(creditor_id=creditor_id, plan_id=plan_id).select_related("invoice")
    return agreed_words.of_plan(
        creditor_id=creditor_id,
        customer_id=row.customer_id,
        numbers=[item.invoice.number for item in bound.order_by("invoice__first_due_on", "invoice_id")],
        parts=plan_book.parts_of(creditor_id=creditor_id, plan_id=plan_id),
        policy=policy.in_force(creditor_id=creditor_id),
        locale=locale,
    )


@act
def accept(*, creditor_id: int, plan_id: int, by: str, now: datetime) -> Made:
    """A person agrees to what the customer proposed and signed. Raises `Refused` when its first day has passed."""
    row = _locked(creditor_id, plan_id)
    if row.state == "active":
        return Made(row.id, row.state)
    if row.state != "proposed":
        raise Refused("proposal_over")
    today = local_day.today(creditor_id=creditor_id, customer_id=row.customer_id, now=now)
    if plan_book.parts_of(creditor_id=creditor_id, plan_id=plan_id)[0].due_on < today:
        raise Refused("first_in_the_past")
    plan_book.activate(creditor_id=creditor_id, plan=row, by=by, now=now)
    return Made(row.id, row.state, _answered(row, Matter.PLAN_AGREED, now))


@act
def refuse(*, creditor_id: int, plan_id: int, by: str, now: datetime) -> None:
    """A person refuses a proposal, or the customer (`by` "customer") an offer; contacts resume kindly."""
    row = _locked(creditor_id, plan_id)
    if row.state not in ("proposed", "offered"):
        return
    was_asked = row.state == "proposed" and by != CUSTOMER
    plan_book.close(creditor_id=creditor_id, plan=row, end=End("refused", "refused", by), now=now)
    if was_asked:
        _answered(row, Matter.PLAN_REFUSED, now)


@act
def end(*, creditor_id: int, plan_id: int, by: str, now: datetime) -> None:
    """A person ends an active plan: what is open is due as its invoices say, and the case begins anew, kindly."""
    row = _locked(creditor_id, plan_id)
    if row.state == "active":
        why = "broken" if row.referred_at is not None else "by_person"
        plan_book.close(creditor_id=creditor_id, plan=row, end=End("ended", why, by), now=now)
        agreed.begin_anew(creditor_id=creditor_id, customer_id=row.customer_id, why="plan_ended", now=now)


@act
def give_time(*, creditor_id: int, plan_id: int, by: str, now: datetime) -> None:
    """A person's answer to a second missed instalment: it moves to the end once more. Raises `Refused`."""
    row = _locked(creditor_id, plan_id)
    today = local_day.today(creditor_id=creditor_id, customer_id=row.customer_id, now=now)
    late = plan_book.late(creditor_id=creditor_id, plan=row, today=today)
    if row.state != "active" or row.referred_at is None:
        raise Refused("nothing_late")
    row.referred_at = None
    row.save(update_fields=["referred_at"])
    for position in late:
        plan_book.move_to_end(creditor_id=creditor_id, plan=row, position=position, actor=by, now=now)


@act
def change_day(
    *, creditor_id: int, customer_id: int, plan_id: int, position: int, on: date, now: datetime
) -> None:
    """The customer moves an instalment that is not late, within what was agreed. Raises `Refused`."""
    locked.customer(creditor_id=creditor_id, customer_id=customer_id)
    row = _locked(creditor_id, plan_id, customer_id=customer_id)
    rules = policy.in_force(creditor_id=creditor_id)
    today = local_day.today(creditor_id=creditor_id, customer_id=customer_id, now=now)
    items = {
        item.position: item for item in Instalment.objects.filter(creditor_id=creditor_id, plan_id=row.id)
    }
    standing = plan_book.standing_of(creditor_id=creditor_id, plan=row)
    left = {item.position for item in standing if item.open.minor}
    mine = items.get(position)
    if row.state != "active" or mine is None or position not in left:
        raise Refused("nothing_to_move")
    if mine.due_on == on:
        return
    if row.date_changes_left < 1:
        raise Refused("no_change_left")
    others = [item.due_on for item in items.values() if item.position != position]
    closed = plan_terms.closed_in(place=plan_book.place(creditor_id=creditor_id, customer_id=customer_id))
    day = business_day(on=on, closed=closed)
    between = [other for other in others if min(mine.due_on, day) < other <= max(mine.due_on, day)]
    too_far = (day - mine.due_on).days > rules.plans.date_change_days
    if on < today or mine.due_on < today or too_far or between:
        raise Refused("day_out_of_bounds")
    plan_book.move(creditor_id=creditor_id, item=mine, on=day, closed=closed, because="asked", now=now)
    row.date_changes_left -= 1
    row.save(update_fields=["date_changes_left"])
    facts = {"position": position, "on": day.isoformat()}
    plan_book.tell(
        creditor_id=creditor_id, plan=row, what="day_changed", actor="customer", now=now, facts=facts
    )


@act
def use_mandate(
    *, creditor_id: int, customer_id: int, plan_id: int, mandate_id: int | None, now: datetime
) -> None:
    """Charge the instalments of an active plan by this mandate, or (None) no longer. Raises `Refused`."""
    row = _locked(creditor_id, plan_id, customer_id=customer_id)
    own = Mandate.objects.filter(creditor_id=creditor_id, customer_id=customer_id, currency=row.currency)
    if row.state != "active" or (
        mandate_id is not None and not own.filter(id=mandate_id, state="active").exists()
    ):
        raise Refused("mandate_not_usable")
    row.mandate_id = mandate_id
    row.save(update_fields=["mandate"])
    what = "paid_by_itself" if mandate_id is not None else "paid_by_hand"
    plan_book.tell(creditor_id=creditor_id, plan=row, what=what, actor="customer", now=now)


def _answered(row: PaymentPlan, matter: Matter, now: datetime) -> bool:
    """Have the customer told by letter what a person here answered."""
    return answer.tell(creditor_id=row.creditor_id, given=Given(row.customer_id, matter, row.id), now=now)


def _drafted(creditor_id: int, customer_id: int, wish: Wish, now: datetime) -> tuple[Room, Draft]:
    room = plan_terms.room(creditor_id=creditor_id, customer_id=customer_id, now=now)
    return room, plan_terms.draft(of=room, wish=wish)


def _same(creditor_id: int, customer_id: int, wish: Wish, signing: Signing) -> PaymentPlan | None:
    """The plan that the same press of the same page made before."""
    signed = PlanAgreement.objects.filter(
        creditor_id=creditor_id, plan__customer_id=customer_id, sha256=signing.sha256, signed_by=signing.name
    )
    return (
        PaymentPlan.objects.filter(
            creditor_id=creditor_id,
            id__in=signed.values("plan_id"),
            state__in=["proposed", "active"],
            number=wish.number,
            spacing=wish.spacing.value,
        )
        .order_by("-id")
        .first()
    )


def _locked(creditor_id: int, plan_id: int, *, customer_id: int | None = None) -> PaymentPlan:
    rows = PaymentPlan.objects.select_for_update(no_key=True).filter(creditor_id=creditor_id, id=plan_id)
    if customer_id is not None:
        rows = rows.filter(customer_id=customer_id)
    found = rows.first()
    if found is None:
        raise LookupError(f"There is no payment plan {plan_id}.")
    return found


def _write(
    creditor_id: int, customer_id: int, made: tuple[Room, Draft], state: str, by: str, now: datetime
) -> PaymentPlan:
    room, draft = made
    rules = room.policy.plans
    row = PaymentPlan.objects.create(
        creditor_id=creditor_id,
        customer_id=customer_id,
        currency=draft.amount.currency,
        total_minor=draft.amount.minor,
        down_minor=draft.terms.down.minor if draft.terms.down is not None else 0,
        number=draft.terms.number,
        spacing=draft.terms.spacing.value,
        first_on=draft.terms.first_on,
        policy_version=room.policy.version,
        move_after_days=rules.move_after_days,
        date_changes_left=rules.date_changes,
        state=state,
        why="" if draft.answer.agreed else draft.answer.code,
        made_by=by,
        made_at=now,
    )
    plan_book.write_parts(creditor_id=creditor_id, plan_id=row.id, room=room, draft=draft)
    return row


def _sign(row: PaymentPlan, words: AgreementText, signing: Signing, now: datetime) -> None:
    if words.hash != signing.sha256:
        raise Refused("text_changed")
    if not signing.name.strip():
        raise Refused("name_missing")
    PlanAgreement.objects.create(
        creditor_id=row.creditor_id,
        plan_id=row.id,
        signed_by=signing.name.strip()[:120],
        signed_at=now,
        signed_from=signing.address[:64],
        link=signing.link_id,
        confirmed_by=signing.confirmed_by[:80],
        locale=signing.locale[:12],
        text=agreed_text.kept(words),
        sha256=words.hash,
    )
