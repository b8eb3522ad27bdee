# SPDX-License-Identifier: Apache-2.0
"""What was said to a person counts for whoever writes next: for another creditor, and when it was made elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from tests.integration import book, build
from tests.integration.book import TUESDAY

from conserje.data.outreach import hand_over, past_contacts
from conserje.data.outreach.models import ContactElsewhere, ContactRecord, Review
from conserje.data.receivables.models import Customer
from conserje.data.tenancy.models import Creditor
from conserje.domain.outreach.case import Case
from conserje.domain.outreach.ladder import last_contact_on
from conserje.domain.ports.channel import Channel
from conserje.domain.rules.facts import Circumstances, ContactOutcome, Intent, Purpose, RecipientRole
from conserje.domain.rules.verdict import Verdict
from conserje.services.outreach import elsewhere, prepare, send, sweep, telling
from conserje.services.tenancy.act import acting, reading
from conserje.testing.world import start
from conserje.testing.world.handle import World

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MAIL = "cuentas@contador.example"


@pytest.fixture(scope="module")
def shared_world() -> Iterator[World]:
    with start() as running:
        yield running


@pytest.fixture
def world(shared_world: World) -> World:
    shared_world.clear_messages()
    return shared_world


def owing(creditor: Creditor, world: World | None, email: str = MAIL) -> tuple[Customer, int]:
    book.set_up(creditor, world=world)
    person = {"kind": "person", "debtor_type": "natural_consumer"}
    one = book.customer(creditor, email=email, allowed=(Channel.EMAIL, Channel.WHATSAPP), **person)
    return one, book.invoice(creditor, one, "FE-1", due_on=book.days_late(5))


def case_of(creditor: Creditor, customer: Customer, now: datetime) -> Case:
    with reading(creditor_id=creditor.id):
        return telling.case(creditor_id=creditor.id, customer_id=customer.id, now=now)


def judged(case: Case, channel: Channel, at: datetime) -> Verdict:
    intent = Intent(channel, Purpose.COLLECTION, RecipientRole.DEBTOR)
    return sweep.stack_of(case).judge(intent=intent, subject=case.subject, at=at)


def reasons(verdict: Verdict) -> set[str]:
    return {hit.reason for hit in verdict.hits}


def two_of_one_agency(world: World) -> list[tuple[Creditor, Customer, int]]:
    agency = build.organisation()
    creditors = [build.creditor(organisation=agency, role="agency") for _ in range(2)]
    return [(creditor, *owing(creditor, world)) for creditor in creditors]


@pytest.mark.usefixtures("database")
def test_an_agencys_contact_for_one_creditor_uses_the_caps_of_the_other(world: World) -> None:
    (first, own, invoice_id), (second, same, _) = two_of_one_agency(world)
    sweep.sweep(creditor_id=first.id, now=TUESDAY)
    assert send.send_due(creditor_id=first.id, clock=book.at(TUESDAY)).outcomes == {"accepted": 1}

    later = TUESDAY + HOUR
    (made,) = case_of(second, same, later).subject.past
    assert made.circumstances == Circumstances(elsewhere_creditor=True)
    (ours,) = case_of(first, own, later).subject.past
    assert ours.circumstances == Circumstances(debts=(str(invoice_id),))
    assert case_of(first, own, later).subject.particulars.debts == (str(invoice_id),)

    seen = case_of(second, same, later)
    assert "cap_day" in reasons(judged(seen, Channel.EMAIL, later))
    assert "one_channel_a_week" in reasons(judged(seen, Channel.WHATSAPP, later + DAY))
    assert judged(seen, Channel.EMAIL, later + DAY).allowed
    alone = case_of(*_stranger(world), later)
    assert judged(alone, Channel.EMAIL, later).allowed


def _stranger(world: World) -> tuple[Creditor, Customer]:
    """The same person at a creditor of somebody else."""
    creditor = build.creditor()
    return creditor, owing(creditor, world)[0]


@pytest.mark.usefixtures("database")
def test_at_the_mark_the_other_creditors_contact_is_seen_and_told_alike(world: World) -> None:
    (first, _, _), (second, same, _) = two_of_one_agency(world)
    for creditor in (first, second):
        sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    token = uuid4()
    with acting(creditor_id=second.id):
        claimed = hand_over.claim(creditor_id=second.id, token=token, now=TUESDAY, limit=9)
    with acting(creditor_id=second.id):
        (ready,) = prepare.prepare(
            creditor_id=second.id, token=token, touch_ids=[item[0] for item in claimed], now=TUESDAY
        ).ready
    send.send_due(creditor_id=first.id, clock=book.at(TUESDAY))

    def marked(past: str) -> str:
        touch = ready.touch
        fence = hand_over.Fence(touch.id, token, touch.version, past, ready.since, ready.hashes)
        return hand_over.mark(creditor_id=second.id, fence=fence, now=TUESDAY)

    assert marked(hand_over.told(ready.case.subject.past)) == "met"
    with acting(creditor_id=second.id):
        now_made = past_contacts.of_one(creditor_id=second.id, customer_id=same.id, now=TUESDAY)
    assert now_made[0].circumstances == Circumstances(elsewhere_creditor=True)
    assert marked(hand_over.told(now_made)) == "marked"
    with acting(creditor_id=second.id):
        both = past_contacts.of_one(creditor_id=second.id, customer_id=same.id, now=TUESDAY)
        assert len(both) == 2
        assert {len(item.circumstances.debts) for item in both} == {0, 1}


def call(**given: object) -> elsewhere.Contacted:
    usual = {"channel": Channel.CALL, "at": TUESDAY - HOUR, "outcome": ContactOutcome.ANSWERED}
    return elsewhere.Contacted(**(usual | given))


def log(creditor: Creditor, customer: Customer, contact: elsewhere.Contacted, now: datetime = TUESDAY) -> int:
    return elsewhere.log(
        creditor_id=creditor.id, customer_id=customer.id, contact=contact, by="person:7", now=now
    )


def test_a_call_from_a_mobile_phone_uses_the_day_and_the_strategys_gap(
    creditor: Creditor, world: World
) -> None:
    customer, _ = owing(creditor, world)
    with acting(creditor_id=creditor.id):
        before = Review.objects.get(customer=customer).version
    number = log(creditor, customer, call())
    assert log(creditor, customer, call()) == number
    with acting(creditor_id=creditor.id):
        assert ContactElsewhere.objects.count() == 1
        assert ContactRecord.objects.get().elsewhere_id == number
        assert Review.objects.get(customer=customer).version == before + 1
    found = case_of(creditor, customer, TUESDAY)
    assert "cap_day" in reasons(judged(found, Channel.EMAIL, TUESDAY))
    assert "one_channel_a_week" in reasons(judged(found, Channel.EMAIL, TUESDAY + DAY))
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    assert send.send_due(creditor_id=creditor.id, clock=book.at(TUESDAY)).outcomes == {}

    assert (
        elsewhere.undo(creditor_id=creditor.id, contact_id=number, by="person:7", now=TUESDAY) == customer.id
    )
    assert judged(case_of(creditor, customer, TUESDAY), Channel.EMAIL, TUESDAY).allowed
    with reading(creditor_id=creditor.id):
        assert elsewhere.told(creditor_id=creditor.id, customer_id=customer.id) == []
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    assert send.send_due(creditor_id=creditor.id, clock=book.at(TUESDAY)).outcomes == {"accepted": 1}
    assert log(creditor, customer, call()) != number


def test_what_the_customer_began_is_no_contact_of_ours(creditor: Creditor) -> None:
    customer, _ = owing(creditor, None)
    log(creditor, customer, call(inbound=True))
    found = case_of(creditor, customer, TUESDAY)
    assert found.subject.past[0].inbound
    assert judged(found, Channel.EMAIL, TUESDAY).allowed
    assert last_contact_on(found) is None


def test_a_contact_that_cannot_be_is_not_written_down(creditor: Creditor) -> None:
    customer, _ = owing(creditor, None)
    number = log(creditor, customer, call())
    for contact, why in (
        (call(at=TUESDAY + timedelta(seconds=1)), elsewhere.Why.AHEAD),
        (call(at=TUESDAY - timedelta(days=367)), elsewhere.Why.TOO_OLD),
        (call(outcome=ContactOutcome.ATTEMPTED), elsewhere.Why.TOLD_OTHERWISE),
    ):
        with pytest.raises(elsewhere.Refused) as refused:
            log(creditor, customer, contact)
        assert refused.value.why is why
    for late, why in ((TUESDAY + DAY + HOUR, elsewhere.Why.TOO_LATE), (TUESDAY, None)):
        asked = {"creditor_id": creditor.id, "contact_id": number, "by": "person:7", "now": late}
        if why is None:
            elsewhere.undo(**asked)
            why = elsewhere.Why.UNKNOWN
        with pytest.raises(elsewhere.Refused) as refused:
            elsewhere.undo(**asked)
        assert refused.value.why is why
