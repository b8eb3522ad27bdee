# SPDX-License-Identifier: Apache-2.0
"""Everything a gateway may say of one payment, in any order and again: vouchers, refunds, chargebacks, no answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import harness
from tests.integration import build
from tests.integration import receivables_book as book
from tests.integration.test_receivables_checkout import gateway_id, started

from conserje.data.receivables.models import Checkout, PaymentReversal
from conserje.domain.kit.money import Money
from conserje.domain.outreach.case import BlockKind
from conserje.domain.ports.registry import gateways
from conserje.domain.receivables.payment import Road, RoadName
from conserje.gateways.demo.adapter import ADAPTER
from conserje.gateways.demo.settings import DemoSettings
from conserje.services.outreach import telling
from conserje.services.receivables import checkout, contested, doubted
from conserje.services.tenancy.act import reading
from conserje.services.tenancy.http import GuardedHttp
from conserje.testing import world
from conserje.testing.replay import RecordedHttp

SILENCE = {"silence": {"why": "timed_out", "reached": True}}
STAGES = ("open", "waiting", "paid", "part_back", "all_back", "contested", "won", "lost")


@pytest.fixture
def outside(database: harness.Clone) -> Iterator[tuple[world.World, checkout.Access]]:
    if not gateways.has(ADAPTER.name):
        gateways.add(ADAPTER.name, ADAPTER)
    with world.start() as running:
        http = GuardedHttp(allowed_hosts=["127.0.0.1"])
        known = DemoSettings(running.http_url, running.api_key, running.hook_secret)
        yield running, checkout.Access(ADAPTER.name, known, http)
        http.close()


class Story:
    """One checkout of COP 5.00 and what the gateway answered about it at each stage, recorded as it happened."""

    def __init__(self, outside: world.World, access: checkout.Access) -> None:
        self.world, self.access = outside, access
        self.creditor_id = build.creditor().pk
        (self.customer_id,) = book.customers(self.creditor_id, "Café Imaginario")
        self.bills = book.opened(self.creditor_id, book.new_invoice(self.customer_id, "FE-1", 500))
        buyer = (self.creditor_id, self.customer_id, [self.bills[0], self.bills[0]])
        self.page = started(buyer, access)
        self.external_id = gateway_id(outside, self.page.reference)
        self.told = 0

    def hear(self, http: Any = None) -> checkout.Standing:
        """Ask the gateway, or hear a recorded answer."""
        self.told += 1
        access = self.access if http is None else checkout.Access("demo", self.access.settings, http)
        return checkout.refresh(
            creditor_id=self.creditor_id,
            which=checkout.Which(external_id=self.external_id),
            road=Road(RoadName.HOOK, f"evt-{self.told}"),
            access=access,
            now=book.NOW,
        )

    def answer(self) -> dict[str, Any]:
        """The gateway's whole answer now, as an exchange to be heard at any later time."""
        headers = {"authorization": f"Bearer {self.world.api_key}"}
        url = f"{self.world.http_url}/v1/checkouts/{self.external_id}"
        got = self.access.http.send("GET", url, headers=headers)
        return {
            "request": {"method": "GET", "url": url, "headers": headers},
            "answer": {"status": got.status, "json": json.loads(got.body)},
        }

    def replayed(self, exchange: dict[str, Any]) -> checkout.Standing:
        return self.hear(RecordedHttp((exchange,)))

    def refund(self, minor: int, key: str) -> None:
        """Made at the gateway's own desk."""
        body, headers = (
            {"amount": minor},
            {
                "authorization": f"Bearer {self.world.api_key}",
                "idempotency-key": key,
            },
        )
        url = f"{self.world.http_url}/v1/checkouts/{self.external_id}/refunds"
        assert self.access.http.send("POST", url, headers=headers, json=body).status == 201

    def row(self) -> Checkout:
        with reading(creditor_id=self.creditor_id):
            return Checkout.objects.get()

    def decision(self) -> dict[str, Any]:
        """Who decides a doubt about it, and when."""
        return {
            "creditor_id": self.creditor_id,
            "checkout_id": self.row().id,
            "by": "person:1",
            "now": book.NOW,
        }

    def blocks(self) -> list[tuple[BlockKind, int | None]]:
        with reading(creditor_id=self.creditor_id):
            case = telling.case(creditor_id=self.creditor_id, customer_id=self.customer_id, now=book.NOW)
        return [(block.kind, block.amount_minor) for block in case.blocks]

    def state(self) -> dict[str, Any]:
        """All that must not depend on the order in which it was told."""
        row = self.row()
        with reading(creditor_id=self.creditor_id):
            went_back = sum(PaymentReversal.objects.values_list("amount_minor", flat=True))
        return {
            "state": row.state,
            "returned": row.returned_minor,
            "contested": row.contested,
            "went_back": went_back,
            "open": book.open_of(self.creditor_id, *self.bills),
            "accounts": book.accounts(self.creditor_id),
            "blocks": self.blocks(),
        }


def recorded(story: Story, ending: str) -> list[dict[str, Any]]:
    """The answers of a payment by voucher that is given back in part and then `ending`; nobody heard of any yet."""
    answers = [story.answer()]
    story.world.pay(story.external_id, method="efectivo")
    answers.append(story.answer())
    story.world.deposit(story.external_id)
    answers.append(story.answer())
    if ending in ("part_back", "all_back"):
        story.refund(200, "r1")
        answers.append(story.answer())
    if ending == "all_back":
        story.refund(300, "r2")
        answers.append(story.answer())
    if ending in ("contested", "won", "lost"):
        story.world.contest(story.external_id)
        answers.append(story.answer())
    if ending in ("won", "lost"):
        story.world.contest(story.external_id, outcome=ending)
        answers.append(story.answer())
    return [*answers, {"request": answers[0]["request"], **SILENCE}]


EXPECTED = {
    "paid": ("paid", 0, False, [0]),
    "part_back": ("paid", 200, True, [200]),
    "all_back": ("paid", 500, True, [500]),
    "contested": ("paid", 0, True, [0]),
    "won": ("paid", 0, True, [0]),
    "lost": ("paid", 500, True, [500]),
}
FEW = settings(
    max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@st.composite
def tellings(draw: st.DrawFn) -> tuple[str, list[int]]:
    """An ending, and every answer one to three times in any order."""
    ending = draw(st.sampled_from(sorted(EXPECTED)))
    count = {"paid": 4, "part_back": 5, "all_back": 6, "contested": 5, "won": 6, "lost": 6}[ending]
    told = [number for number in range(count) for _ in range(draw(st.integers(1, 3)))]
    return ending, draw(st.permutations(told))


def _check(outside: tuple[world.World, checkout.Access], told: tuple[str, list[int]]) -> None:
    ending, order = told
    story = Story(*outside)
    answers = recorded(story, ending)
    for number in order:
        story.replayed(answers[number])
    found = story.state()
    assert (found["state"], found["returned"], found["contested"], found["open"]) == EXPECTED[ending]
    assert found["went_back"] == found["returned"]
    assert found["accounts"].get(("cash", "COP"), 0) == 500 - found["returned"]
    wanted = [(BlockKind.CONTESTED, 500)] if found["contested"] else []
    assert found["blocks"] == wanted
    book.sound(story.creditor_id)


@FEW
@given(told=tellings())
def test_whatever_the_order_the_books_end_alike(outside, told) -> None:
    _check(outside, told)


@pytest.mark.long
@settings(FEW, max_examples=400)
@given(told=tellings())
def test_whatever_the_order_the_books_end_alike_however_drawn(outside, told) -> None:
    _check(outside, told)


def test_a_voucher_waits_like_a_promise_of_its_amount_and_is_let_go_when_it_expires(outside):
    story = Story(*outside)
    story.world.pay(story.external_id, method="efectivo")
    assert story.hear().state == "waiting"
    assert story.row().until_on is not None
    assert story.blocks() == [(BlockKind.PAYING, 500)]
    story.world.expire(story.external_id)
    assert story.hear().state == "expired"
    assert story.blocks() == []


def test_a_decline_keeps_what_to_do_next(outside):
    story = Story(*outside)
    story.world.decline(story.external_id)
    assert story.hear().state == "declined"
    assert (story.row().decline, story.row().decline_code) == ("generic", "declined_by_bank")


def test_a_chargeback_is_recorded_once_and_nobody_is_chased_until_a_person_decides(outside):
    story = Story(*outside)
    story.world.pay(story.external_id, method="tarjeta")
    story.hear()
    story.world.contest(story.external_id)
    story.hear()
    assert story.blocks() == [(BlockKind.CONTESTED, 500)]
    story.world.contest(story.external_id, outcome="lost")
    for _ in range(3):
        story.hear()
    assert book.open_of(story.creditor_id, *story.bills) == [500]
    with reading(creditor_id=story.creditor_id):
        only = PaymentReversal.objects.get()
    assert (only.kind, only.amount_minor) == ("chargeback", 500)
    assert story.blocks() == [(BlockKind.CONTESTED, 500)]
    contested.decide(creditor_id=story.creditor_id, checkout_id=story.row().id, by="person:1", now=book.NOW)
    assert story.blocks() == []
    story.hear()
    assert story.blocks() == []
    book.sound(story.creditor_id)


def test_more_back_than_was_paid_is_for_a_person(outside):
    story = Story(*outside)
    story.world.pay(story.external_id, method="tarjeta")
    told = story.answer()
    told["answer"]["json"]["returned"] = 501
    assert (story.replayed(told).state, story.row().detail) == ("quarantined", "returned_differs")
    assert book.open_of(story.creditor_id, *story.bills) == [0]
    book.sound(story.creditor_id)


def told_other_figures(outside, *, returned: int = 0) -> tuple[Story, dict[str, Any]]:
    """A payment that the gateway tells with another amount, and what it told: the payment is in doubt."""
    story = Story(*outside)
    story.world.pay(story.external_id, method="tarjeta")
    told = story.answer()
    told["answer"]["json"] |= {"amount": 400, "returned": returned}
    story.replayed(told)
    return story, told


def test_why_a_payment_is_in_doubt_stays_whatever_the_gateway_tells_again(outside):
    story, _ = told_other_figures(outside)
    for _ in range(2):
        story.hear()
    assert (story.row().state, story.row().detail) == ("quarantined", "amount_differs")
    assert story.blocks() == [(BlockKind.DOUBTED, 500)]


def test_what_goes_back_after_a_person_decided_is_shown_to_them_once_more(outside):
    story, told = told_other_figures(outside)
    decision = story.decision()
    doubted.record(came=doubted.Came("pay_1", Money("COP", 400), book.TODAY), **decision)
    story.replayed(told)
    assert story.blocks() == []
    told["answer"]["json"]["returned"] = 400
    for _ in range(2):
        story.replayed(told)
    assert (story.row().detail, story.row().returned_minor) == ("returned_differs", 400)
    assert story.blocks() == [(BlockKind.DOUBTED, 500)]
    assert book.open_of(story.creditor_id, *story.bills) == [100]
    doubted.dismiss(**decision)
    story.replayed(told)
    assert story.blocks() == []
    book.sound(story.creditor_id)


def test_what_had_gone_back_before_a_person_decided_is_not_shown_to_them_again(outside):
    story, told = told_other_figures(outside, returned=100)
    assert (story.row().detail, story.row().returned_minor) == ("amount_differs", 100)
    doubted.dismiss(**story.decision())
    story.replayed(told)
    assert story.blocks() == []
