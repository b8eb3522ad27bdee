# SPDX-License-Identifier: Apache-2.0
"""Payment plans in the books: agreed with evidence, paid in order by the Ledger's facts, missed kindly, told so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from tests.integration import book, plans
from tests.integration.book import TUESDAY

from conserje.data.arrangements.models import Instalment, PlanAgreement, PromiseToPay
from conserje.data.outreach.models import Touch
from conserje.data.receivables.models import Customer, Mandate
from conserje.data.tenancy.models import Creditor
from conserje.domain.arrangements import policy as rules
from conserje.domain.arrangements.plan import Spacing
from conserje.domain.kit.money import Money
from conserje.domain.receivables.payment import Reversal, ReversalKind
from conserje.services.arrangements import dispute, plan, plan_book, plan_read, plan_terms, policy, promise
from conserje.services.arrangements.plan import Refused
from conserje.services.outreach import send, sweep, telling
from conserje.services.receivables import payment
from conserje.services.tenancy.act import acting, reading
from conserje.testing.world.handle import World

TODAY = TUESDAY.date()
FIRST, SECOND, THIRD = "2026-12-01", "2027-01-04", "2027-02-01"


def owing(
    creditor: Creditor, *, world: World | None = None, minor: int = 850_000, late: int = 20
) -> Customer:
    book.set_up(creditor, world=world)
    customer = book.customer(creditor)
    book.invoice(creditor, customer, "FE-1", due_on=book.days_late(late), minor=minor, currency="USD")
    return customer


def adopt(creditor: Creditor, **changed: object) -> None:
    content = {**rules.DEFAULT, "plans": {**rules.DEFAULT["plans"], **changed}}
    policy.adopt(creditor_id=creditor.id, content=content, by="person:1", now=TUESDAY)


def test_a_plan_within_policy_is_agreed_at_once_and_its_days_are_what_is_due(creditor: Creditor) -> None:
    customer = owing(creditor)
    assert plans.due(creditor, customer) == [("2026-10-28", 1, 850_000)]

    made = plans.take(creditor, customer, plans.wish())

    assert made.state == "active"
    assert plans.due(creditor, customer) == [(FIRST, 1, 283_333), (SECOND, 2, 283_333), (THIRD, 3, 283_334)]


def test_who_agreed_to_which_words_is_kept(creditor: Creditor) -> None:
    customer = owing(creditor)
    made = plans.take(creditor, customer, plans.wish())

    with reading(creditor_id=creditor.id):
        row = PlanAgreement.objects.get(plan_id=made.plan_id)
        signed = plan_read.signed(creditor_id=creditor.id, plan_id=made.plan_id)
    assert (row.signed_by, row.signed_from, row.signed_at) == ("Laura Pérez", "203.0.113.7", TUESDAY)
    assert signed is not None
    assert signed.text.hash == row.sha256 != replace(signed.text, title=f"{signed.text.title}.").hash
    assert [(one.by, one.name) for one in signed.signatures] == [("customer", "Laura Pérez"), ("rule", "")]
    assert [line.amount.minor for line in signed.text.amounts] == [283_333, 283_333, 283_334]
    assert "no hay recargo" in " ".join(signed.text.before)


def test_the_same_press_again_is_the_same_plan(creditor: Creditor) -> None:
    customer = owing(creditor)
    signing = plans.sign(creditor, customer, plans.wish())
    asked = {"creditor_id": creditor.id, "customer_id": customer.id, "wish": plans.wish(), "signing": signing}

    assert plan.propose(**asked, now=TUESDAY) == plan.propose(**asked, now=TUESDAY)


def test_words_that_were_not_seen_bind_nobody(creditor: Creditor) -> None:
    customer = owing(creditor)
    signing = replace(plans.sign(creditor, customer, plans.wish()), sha256="0" * 64)

    with pytest.raises(Refused, match="text_changed"):
        plan.propose(
            creditor_id=creditor.id, customer_id=customer.id, wish=plans.wish(), signing=signing, now=TUESDAY
        )
    assert plans.due(creditor, customer) == [("2026-10-28", 1, 850_000)]


def test_beyond_policy_a_person_answers_and_meanwhile_nothing_leaves(
    creditor: Creditor, world: World
) -> None:
    customer = owing(creditor, world=world)
    adopt(creditor, number_max=2)

    made = plans.take(creditor, customer, plans.wish())

    assert (made.state, plans.row(creditor, made.plan_id).why) == ("proposed", "too_many")
    assert sweep.sweep(creditor_id=creditor.id, now=TUESDAY).touches == {}
    assert (
        plan.accept(creditor_id=creditor.id, plan_id=made.plan_id, by="person:1", now=TUESDAY).state
        == "active"
    )
    assert plans.due(creditor, customer)[0] == (FIRST, 1, 283_333)


def test_a_refused_proposal_lets_contacts_go_on(creditor: Creditor, world: World) -> None:
    customer = owing(creditor, world=world)
    adopt(creditor, number_max=2)
    made = plans.take(creditor, customer, plans.wish())

    plan.refuse(creditor_id=creditor.id, plan_id=made.plan_id, by="person:1", now=TUESDAY)

    assert sweep.sweep(creditor_id=creditor.id, now=TUESDAY).touches == {"planned": 1}


def test_an_offer_is_taken_up_with_evidence_or_ends(creditor: Creditor, world: World) -> None:
    customer = owing(creditor, world=world)
    until = TODAY + timedelta(days=7)
    offered = plan.offer(
        creditor_id=creditor.id,
        customer_id=customer.id,
        wish=plans.wish(12),
        until=until,
        by="person:1",
        now=TUESDAY,
    )
    assert offered.state == "offered"
    assert sweep.sweep(creditor_id=creditor.id, now=TUESDAY).touches == {}
    signing = plans.sign(creditor, customer, plans.wish(12))

    taken = plan.take_up(
        creditor_id=creditor.id,
        customer_id=customer.id,
        plan_id=offered.plan_id,
        signing=signing,
        now=TUESDAY,
    )

    assert taken.state == "active"
    assert len(plans.due(creditor, customer)) == 12


def test_an_offer_that_nobody_takes_up_ends_with_its_day(creditor: Creditor) -> None:
    customer = owing(creditor)
    offered = plan.offer(
        creditor_id=creditor.id,
        customer_id=customer.id,
        wish=plans.wish(),
        until=TODAY,
        by="person:1",
        now=TUESDAY,
    )
    later = TUESDAY + timedelta(days=1)

    assert plan.judge_due(creditor_id=creditor.id, now=TUESDAY) == 0
    assert plan.judge_due(creditor_id=creditor.id, now=later) == 1
    assert plans.row(creditor, offered.plan_id).why == "offer_over"
    with pytest.raises(Refused, match="offer_over"):
        plan.take_up(
            creditor_id=creditor.id,
            customer_id=customer.id,
            plan_id=offered.plan_id,
            signing=plans.sign(creditor, customer, plans.wish()),
            now=later,
        )


def test_money_pays_instalments_in_order_over_all_invoices_of_the_plan(creditor: Creditor) -> None:
    customer = owing(creditor, minor=500_000)
    book.invoice(creditor, customer, "FE-2", due_on=book.days_late(10), minor=350_000, currency="USD")
    made = plans.take(creditor, customer, plans.wish())
    assert plans.due(creditor, customer) == [
        (FIRST, 1, 283_333), (SECOND, 2, 216_667), (SECOND, 2, 66_666), (THIRD, 3, 283_334),
    ]  # fmt: skip

    plans.pay(creditor, customer, 300_000, now=TUESDAY)

    assert plans.due(creditor, customer) == [(SECOND, 2, 200_000), (SECOND, 2, 66_666), (THIRD, 3, 283_334)]
    row = plans.row(creditor, made.plan_id)
    with reading(creditor_id=creditor.id):
        standing = plan_book.standing_of(creditor_id=creditor.id, plan=row)
    assert [item.open.minor for item in standing] == [0, 266_666, 283_334]

    plans.pay(creditor, customer, 550_000, now=TUESDAY + timedelta(days=1))
    assert (plans.row(creditor, made.plan_id).state, plans.due(creditor, customer)) == ("kept", [])


def test_money_that_goes_back_opens_its_instalment_again(creditor: Creditor) -> None:
    customer = owing(creditor)
    made = plans.take(creditor, customer, plans.wish())
    paid = plans.pay(creditor, customer, 850_000, now=TUESDAY)
    assert plans.row(creditor, made.plan_id).state == "kept"

    back = Reversal(ReversalKind.BOUNCE, "b-1", Money("USD", 850_000), TODAY)
    payment.reverse(creditor_id=creditor.id, payment_id=paid, reversal=back, actor="person:1", now=TUESDAY)

    assert plans.row(creditor, made.plan_id).state == "active"
    assert plans.due(creditor, customer)[0] == (FIRST, 1, 283_333)


def test_an_invoice_in_a_plan_is_not_chased_and_its_instalment_is_reminded(
    creditor: Creditor, world: World
) -> None:
    customer = owing(creditor, world=world)
    plans.take(creditor, customer, plans.wish())

    with reading(creditor_id=creditor.id):
        told = telling.tell(
            creditor_id=creditor.id, customer_id=customer.id, now=TUESDAY, until=TODAY + timedelta(days=30)
        )
    contacts = [(item.contact.letter, item.contact.on.isoformat()) for item in told.coming if item.contact]
    # Grace of two business days, then the friendly step three days after the day of the instalment.
    assert contacts[:2] == [("preventive", "2026-11-26"), ("friendly", "2026-12-04")]
    assert told.coming[0].contact is not None
    assert [item.minor for item in told.coming[0].contact.asked] == [283_333]


def test_a_missed_instalment_moves_to_the_end_once_and_then_a_person_decides(creditor: Creditor) -> None:
    customer = owing(creditor)
    made = plans.take(creditor, customer, plans.wish())

    assert plan.judge_due(creditor_id=creditor.id, now=at("2026-12-08")) == 0
    assert plan.judge_due(creditor_id=creditor.id, now=at("2026-12-09")) == 1
    assert plans.due(creditor, customer) == [
        (SECOND, 2, 283_333),
        (THIRD, 3, 283_334),
        ("2027-03-01", 1, 283_333),
    ]

    assert plan.judge_due(creditor_id=creditor.id, now=at("2027-01-12")) == 1
    row = plans.row(creditor, made.plan_id)
    assert (row.state, row.referred_at) == ("active", at("2027-01-12"))
    with reading(creditor_id=creditor.id):
        found = telling.case(creditor_id=creditor.id, customer_id=customer.id, now=at("2027-01-12"))
    assert [(item.kind.value, item.until) for item in found.blocks] == [("plan", date(2027, 1, 26))]

    plan.give_time(creditor_id=creditor.id, plan_id=made.plan_id, by="person:1", now=at("2027-01-13"))
    assert [item[1] for item in plans.due(creditor, customer)] == [3, 1, 2]


def test_a_broken_plan_resumes_kindly(creditor: Creditor, world: World) -> None:
    customer = owing(creditor, world=world)
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    made = plans.take(creditor, customer, plans.wish())

    plan.end(creditor_id=creditor.id, plan_id=made.plan_id, by="person:1", now=at("2027-01-13"))

    assert plans.due(creditor, customer) == [("2026-10-28", 1, 850_000)]
    sweep.sweep(creditor_id=creditor.id, now=at("2027-01-13"))
    with reading(creditor_id=creditor.id):
        latest = Touch.objects.latest("id")
    assert (latest.letter, latest.state) == ("friendly", "planned")


def test_the_customer_moves_a_day_within_what_was_agreed(creditor: Creditor) -> None:
    customer = owing(creditor)
    made = plans.take(creditor, customer, plans.wish())

    def move(position: int, on: str) -> None:
        plan.change_day(
            creditor_id=creditor.id,
            customer_id=customer.id,
            plan_id=made.plan_id,
            position=position,
            on=date.fromisoformat(on),
            now=TUESDAY,
        )

    move(1, "2026-12-05")
    assert plans.due(creditor, customer)[0] == ("2026-12-07", 1, 283_333)
    for position, on, code in [
        (1, "2026-12-25", "day_out_of_bounds"),
        (1, "2027-01-20", "day_out_of_bounds"),
        (9, "2026-12-05", "nothing_to_move"),
    ]:
        with pytest.raises(Refused, match=code):
            move(position, on)
    move(2, "2027-01-08")
    with reading(creditor_id=creditor.id):
        friday = Instalment.objects.get(creditor=creditor, plan_id=made.plan_id, position=2)
    assert friday.late_after == date(2027, 1, 13), "two business days of grace: Monday 11 is a holiday"
    with pytest.raises(Refused, match="no_change_left"):
        move(3, "2027-02-03")


def test_what_is_disputed_is_in_no_plan_and_a_promise_gives_way(creditor: Creditor) -> None:
    customer = owing(creditor)
    second = book.invoice(creditor, customer, "FE-2", due_on=book.days_late(3), minor=100, currency="USD")
    about = dispute.About(None, "scope")
    dispute.open_(creditor_id=creditor.id, invoice_id=second, about=about, by="customer", now=TUESDAY)
    (promised,) = promise.make(
        creditor_id=creditor.id,
        customer_id=customer.id,
        invoice_ids=[],
        promised_on=TODAY,
        through="portal",
        now=TUESDAY,
    )

    made = plans.take(creditor, customer, plans.wish())

    assert plans.row(creditor, made.plan_id).total_minor == 850_000
    with reading(creditor_id=creditor.id):
        assert PromiseToPay.objects.get(id=promised).state == "withdrawn"


def test_charges_are_ordered_when_their_day_comes_and_named_once(creditor: Creditor) -> None:
    customer = owing(creditor)
    made = plans.take(creditor, customer, plans.wish())
    with acting(creditor_id=creditor.id):
        mandate = Mandate.objects.create(
            creditor=creditor, customer=customer, public_id="m", gateway="demo", key="k", reference="R",
            currency="USD", state="active", created_at=TUESDAY, given_at=TUESDAY,
        )  # fmt: skip
    plan.use_mandate(
        creditor_id=creditor.id,
        customer_id=customer.id,
        plan_id=made.plan_id,
        mandate_id=mandate.id,
        now=TUESDAY,
    )

    def orders(on: str) -> list[tuple[str, int]]:
        with reading(creditor_id=creditor.id):
            found = plan.orders_due(creditor_id=creditor.id, now=at(on))
        return [(item.key, sum(part.amount.minor for part in item.shares)) for item in found]

    with reading(creditor_id=creditor.id):
        first = Instalment.objects.get(plan_id=made.plan_id, position=1).id
    assert orders("2026-11-30") == []
    assert orders(FIRST) == orders("2026-12-03") == [(f"instalment:{first}:{FIRST}", 283_333)]
    plans.pay(creditor, customer, 283_333, now=at(FIRST))
    assert orders(FIRST) == []


@pytest.mark.parametrize("offered", [True, False])
def test_a_letter_names_the_plan_that_the_page_would_offer(
    creditor: Creditor, world: World, offered: bool
) -> None:
    customer = owing(creditor, world=world)
    if not offered:
        content = {**rules.DEFAULT, "plans": {**rules.DEFAULT["plans"], "least": {"USD": 900_000}}}
        policy.adopt(creditor_id=creditor.id, content=content, by="person:1", now=TUESDAY)
    with reading(creditor_id=creditor.id):
        room = plan_terms.room(creditor_id=creditor.id, customer_id=customer.id, now=TUESDAY)
    assert bool(room.offered()) is offered

    turn(creditor, "2026-11-17")

    (letter,) = world.messages()
    assert ("dividir el pago" in world.details(letter.number)["text"].lower()) is offered


def test_each_instalment_has_its_own_case_and_its_letters_speak_of_it(
    creditor: Creditor, world: World
) -> None:
    customer = owing(creditor, world=world)
    plans.take(creditor, customer, plans.wish(spacing=Spacing.WEEKLY, first_on=date(2026, 12, 1)))

    for day in ("2026-11-26", "2026-12-01"):
        turn(creditor, day)
    plans.pay(creditor, customer, 283_333, now=at("2026-12-01"))
    for day in ("2026-12-02", "2026-12-03", "2026-12-04", "2026-12-07", "2026-12-10"):
        turn(creditor, day)

    letters = [world.details(item.number)["text"] for item in world.messages()]
    kinds = [(item.letter, item.state) for item in touches(creditor)]
    assert (
        kinds
        == [("preventive", "accepted"), ("preventive", "accepted"), ("friendly", "accepted")][: len(kinds)]
    )
    assert "cuota 1 de 3" in letters[0]
    assert "2.833,33" in letters[0]
    assert "8.500" not in letters[0]
    assert "cuota 2 de 3" in letters[1]


def touches(creditor: Creditor) -> list[Touch]:
    with reading(creditor_id=creditor.id):
        return list(Touch.objects.exclude(letter="thank_you").order_by("id"))


def turn(creditor: Creditor, day: str) -> None:
    plan.judge_due(creditor_id=creditor.id, now=at(day))
    sweep.sweep(creditor_id=creditor.id, now=at(day))
    send.send_due(creditor_id=creditor.id, clock=book.at(at(day)))


def at(day: str) -> datetime:
    """Ten in the morning of a day in Bogota."""
    return datetime.combine(date.fromisoformat(day), TUESDAY.timetz())
