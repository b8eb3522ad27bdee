# SPDX-License-Identifier: Apache-2.0
"""Mandates at the real test gateway: given on its page, charged once however often it is tried, ended at once."""

from __future__ import annotations

import itertools
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.integration import receivables_book as book
from tests.integration.served import reaching

from conserje.data.receivables.models import ChargeNotice, Checkout, Customer, Mandate, Payment, Refund
from conserje.domain.arrangements.plan import Spacing
from conserje.domain.kit.days import business_days_after
from conserje.domain.kit.money import Money
from conserje.domain.ports.http import RawRequest
from conserje.domain.ports.registry import gateways
from conserje.domain.receivables.allocation import Share
from conserje.domain.receivables.charge import ChargeCause, ChargeOrder
from conserje.domain.receivables.mandate import Back, MandateAsked
from conserje.domain.receivables.payment import Road, RoadName
from conserje.gateways.demo.adapter import ADAPTER
from conserje.gateways.demo.settings import DemoSettings
from conserje.services.arrangements import plan, plan_terms, promise
from conserje.services.arrangements.plan_terms import Wish
from conserje.services.integrations import hook
from conserje.services.receivables import autopay, charge, charge_notice, checkout, mandate, refund
from conserje.services.receivables.refusals import AmountRefused, Refused
from conserje.services.tenancy import connection
from conserje.services.tenancy.act import acting, reading
from conserje.services.tenancy.http import GuardedHttp
from conserje.testing import world
from conserje.testing.world.webhooks import sign

pytestmark = pytest.mark.usefixtures("database")
HOOK = "http://127.0.0.1:9/h"


@pytest.fixture(scope="module")
def outside() -> Iterator[world.World]:
    with world.start() as running:
        yield running


@pytest.fixture
def access(outside) -> Iterator[checkout.Access]:
    outside.clear_faults()
    if not gateways.has(ADAPTER.name):
        gateways.add(ADAPTER.name, ADAPTER)
    settings = DemoSettings(outside.http_url, outside.api_key, outside.hook_secret)
    client = GuardedHttp(allowed_hosts=["127.0.0.1"], total_seconds=5.0)
    yield checkout.Access(ADAPTER.name, settings, client)
    client.close()


@pytest.fixture
def buyer(creditor):
    (customer_id,) = book.customers(creditor.id, "Café Imaginario")
    (bill,) = book.opened(creditor.id, book.new_invoice(customer_id, "FE-1", 500, days=20))
    return creditor.id, customer_id, bill


_names = itertools.count()


def asked(buyer, access, *, covers=False):
    told = MandateAsked(f"man-{next(_names)}", buyer[1], "COP", covers, "Autorizo...", "Laura", "203.0.113.7")
    back = Back("http://127.0.0.1:9/r", HOOK, "es_CO", "Pago automático")
    return mandate.ask(creditor_id=buyer[0], asked=told, back=back, access=access, now=book.NOW)


def left_at(url: str, card: str) -> None:
    """A person leaves a card on the gateway's page."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *given: Any, **named: Any) -> None:
            return None

    form = urllib.parse.urlencode({"act": "give", "card": card}).encode()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), Stay())
    with pytest.raises(urllib.error.HTTPError, match="303"):
        opener.open(urllib.request.Request(url, data=form))


def given(buyer, access, *, card="buena", covers=False):
    page = asked(buyer, access, covers=covers)
    left_at(page.url, card)
    which = checkout.Which(public_id=page.public_id)
    return mandate.refresh(creditor_id=buyer[0], which=which, access=access, now=book.NOW)


def order(buyer, held, minor=500, key="order-1"):
    shares = (Share(buyer[2], Money("COP", minor)),)
    return ChargeOrder(held.id, buyer[1], key, ChargeCause.INSTALMENT, 7, shares, "Cuota 1")


def charged(buyer, access, told, now=book.NOW):
    return charge.charge(creditor_id=buyer[0], order=told, access=access, hook_url=HOOK, now=now)


def test_a_mandate_is_in_force_once_the_gateway_says_so_and_its_token_is_sealed(buyer, access, outside):
    page = asked(buyer, access)
    which = checkout.Which(public_id=page.public_id)
    seen = mandate.refresh(creditor_id=buyer[0], which=which, access=access, now=book.NOW)
    assert seen.state == "open"
    with reading(creditor_id=buyer[0]):
        assert mandate.in_force(creditor_id=buyer[0], customer_id=buyer[1]) == ()
    left_at(page.url, "buena")
    seen = mandate.refresh(creditor_id=buyer[0], which=which, access=access, now=book.NOW)
    assert (seen.state, seen.last4, seen.brand) == ("active", "4242", "visa")
    with reading(creditor_id=buyer[0]):
        row = Mandate.objects.get()
        token = mandate.token_of(creditor_id=buyer[0], mandate_id=row.id)
    assert token.startswith("tok_")
    assert token.encode() not in bytes(row.sealed)
    assert "tok_" not in repr(seen)


def test_a_hook_about_a_mandate_is_looked_at_like_any_other(buyer, access, outside, creditor):
    connected(buyer, outside)
    page = asked(buyer, access)
    left_at(page.url, "buena")
    with reading(creditor_id=buyer[0]):
        row = Mandate.objects.get()
    body = json.dumps({"type": "mandate.active", "data": {"mandate_id": row.external_id}}).encode()
    at = str(int(book.NOW.timestamp()))
    headers = {
        "webhook-id": "evt_1",
        "webhook-timestamp": at,
        "webhook-signature": sign(outside.hook_secret, "evt_1", at, body),
    }
    raw = RawRequest("POST", "", headers, "", body)
    for _ in range(2):
        hook.receive(creditor_id=buyer[0], adapter="demo", raw=raw, now=book.NOW)
    with reaching():
        assert hook.apply_waiting(creditor_id=buyer[0], now=book.NOW) == 1
    with reading(creditor_id=buyer[0]):
        assert len(mandate.in_force(creditor_id=buyer[0], customer_id=buyer[1])) == 1


def test_the_same_order_is_one_charge_at_once_and_after_a_lost_answer(buyer, access, outside):
    held = given(buyer, access)
    outside.fault("lost_answer", phase="charge")
    assert charged(buyer, access, order(buyer, held)).state == "unknown"
    answers = book.at_once(*(lambda: charged(buyer, access, order(buyer, held)) for _ in range(8)))
    assert book.failures(answers) == []
    assert {answer.state for answer in answers} == {"paid"}
    taken = [row for row in outside.checkouts() if row["token"] and row["payment_id"]]
    with reading(creditor_id=buyer[0]):
        assert Payment.objects.count() == 1
        row = Checkout.objects.get()
    assert [one["id"] for one in taken if one["reference"] == row.reference] == [row.external_id]
    assert book.open_of(buyer[0], buyer[2]) == [0]
    book.sound(buyer[0])


@pytest.mark.parametrize(
    ("card", "decline"),
    [
        ("sin_fondos", "retry_timed"),
        ("vencida", "update_card"),
        ("robada", "stop"),
        ("mas_tarde", "retry_at"),
    ],
)
def test_a_refused_charge_says_what_to_do_next(buyer, access, outside, card, decline):
    held = given(buyer, access, card=card)
    assert charged(buyer, access, order(buyer, held)).state == "declined"
    with reading(creditor_id=buyer[0]):
        row = Checkout.objects.get()
    assert row.decline == decline
    assert (row.retry_not_before is not None) == (decline == "retry_at")
    assert book.open_of(buyer[0], buyer[2]) == [500]


def test_a_card_that_was_refused_for_good_is_charged_for_nothing_else(buyer, access, outside):
    held = given(buyer, access, card="robada", covers=True)
    assert charged(buyer, access, order(buyer, held)).state == "declined"
    with pytest.raises(Refused, match="for good"):
        charged(buyer, access, order(buyer, held, key="order-2"))
    connected(buyer, outside)
    assert due(buyer, book.NOW + timedelta(days=14)).announced == 0
    another = given(buyer, access, covers=True)
    assert due(buyer, book.NOW + timedelta(days=14)).announced == 1
    assert charged(buyer, access, order(buyer, another, key="order-3")).state == "paid"


def in_parts(buyer, number):
    """A plan of so many monthly instalments, the first in two days."""
    wish = Wish("COP", number, Spacing.MONTHLY, book.TODAY + timedelta(days=2))
    with reading(creditor_id=buyer[0]):
        room = plan_terms.room(creditor_id=buyer[0], customer_id=buyer[1], now=book.NOW)
        draft = plan_terms.draft(of=room, wish=wish)
        words = plan.text(creditor_id=buyer[0], of=room, draft=draft, locale="es_CO")
    signing = plan.Signing("Laura", words.hash, "es_CO")
    plan.propose(creditor_id=buyer[0], customer_id=buyer[1], wish=wish, signing=signing, now=book.NOW)


def test_what_is_in_a_plan_is_taken_by_its_instalments_only(buyer, access):
    held = given(buyer, access)
    with acting(creditor_id=buyer[0]):
        Customer.objects.filter(id=buyer[1]).update(kind="company")
    in_parts(buyer, 2)
    whole = replace(order(buyer, held), cause=ChargeCause.RETRY)
    with pytest.raises(Refused, match="arranged"):
        charged(buyer, access, whole)
    part = order(buyer, held, minor=250, key="part")
    with pytest.raises(Refused):
        charged(buyer, access, part)
    assert charged(buyer, access, part, now=book.NOW + timedelta(days=2)).state == "paid"


def test_no_instalment_is_charged_for_while_as_much_of_its_invoice_rests(buyer, access, outside):
    """What was charged before went back: its card is not charged again before somebody has looked at it."""
    held = given(buyer, access)
    with acting(creditor_id=buyer[0]):
        Customer.objects.filter(id=buyer[1]).update(kind="company")
    in_parts(buyer, 2)
    first, again = (order(buyer, held, minor=250, key=f"part-{number}") for number in (1, 2))
    on_the_day = book.NOW + timedelta(days=2)
    assert charged(buyer, access, first, now=on_the_day).state == "paid"
    page = outside.checkouts()[-1]
    outside.contest(page["id"], outcome="lost")
    checkout.refresh(
        creditor_id=buyer[0],
        which=checkout.Which(external_id=page["id"]),
        road=Road(RoadName.HOOK, "back"),
        access=access,
        now=on_the_day,
    )
    with pytest.raises(Refused, match="disputed"):
        charged(buyer, access, again, now=on_the_day)


def test_what_is_promised_or_more_than_is_open_is_not_charged(buyer, access):
    held = given(buyer, access)
    with pytest.raises(AmountRefused):
        charged(buyer, access, order(buyer, held, minor=501))
    promise.make(
        creditor_id=buyer[0],
        customer_id=buyer[1],
        invoice_ids=[buyer[2]],
        promised_on=book.TODAY + timedelta(days=3),
        through="portal",
        now=book.NOW,
    )
    with pytest.raises(Refused, match="promised"):
        charged(buyer, access, order(buyer, held))


def test_an_ended_mandate_charges_nothing_and_its_gateway_forgets_the_card(buyer, access, outside):
    held = given(buyer, access)
    outside.fault("server_error", phase="end", times=1)
    mandate.end(creditor_id=buyer[0], mandate_id=held.id, by="customer", access=None, now=book.NOW)
    with pytest.raises(Refused, match="not in force"):
        charged(buyer, access, order(buyer, held))
    mandate.look_due(creditor_id=buyer[0], access=access, now=book.NOW)
    with reading(creditor_id=buyer[0]):
        row = Mandate.objects.get()
    assert (row.state, row.ended_by, bytes(row.sealed)) == ("ended", "customer", b"")
    which = checkout.Which(public_id=row.public_id)
    assert mandate.refresh(creditor_id=buyer[0], which=which, access=access, now=book.NOW).state == "ended"


def test_a_new_card_takes_the_place_of_the_former_one(buyer, access, outside):
    first = given(buyer, access, covers=True)
    second = given(buyer, access, card="vencida")
    with reading(creditor_id=buyer[0]):
        (only,) = mandate.in_force(creditor_id=buyer[0], customer_id=buyer[1])
    assert (only.id, only.covers_invoices) == (second.id, True)
    assert first.id != second.id


def connected(buyer, outside):
    values = {
        "base_url": outside.http_url,
        "api_key": outside.api_key,
        "hook_secret": outside.hook_secret,
    }
    with acting(creditor_id=buyer[0]):
        connection.set_up(creditor_id=buyer[0], kind="gateway", adapter="demo", values=values, now=book.NOW)


def due(buyer, now):
    with reaching():
        return autopay.charge_due(creditor_id=buyer[0], now=now)


def test_an_invoice_is_announced_five_working_days_before_and_charged_on_its_date(buyer, access, outside):
    connected(buyer, outside)
    given(buyer, access, covers=True)
    due_on = book.TODAY + timedelta(days=20)
    assert due(buyer, book.NOW).announced == 0
    near = book.NOW + timedelta(days=14)
    assert due(buyer, near).announced == 1
    assert due(buyer, near) == autopay.Charged(0, 0, 0, 0)
    with reading(creditor_id=buyer[0]):
        (told,) = charge_notice.announced(creditor_id=buyer[0], customer_id=buyer[1])
    assert (told.number, told.amount) == ("FE-1", Money("COP", 500))
    assert told.charge_on >= due_on
    assert told.charge_on >= business_days_after(near.date(), 5)
    early = near + timedelta(days=(told.charge_on - near.date()).days - 1)
    assert due(buyer, early).asked == 0
    assert due(buyer, early + timedelta(days=1)).paid == 1
    assert due(buyer, early + timedelta(days=2)).asked == 0
    assert book.open_of(buyer[0], buyer[2]) == [0]
    book.sound(buyer[0])


@pytest.mark.parametrize("how", ["stop", "end", "paid", "promised"])
def test_what_was_announced_is_not_charged_when_it_was_stopped_paid_or_promised(buyer, access, outside, how):
    connected(buyer, outside)
    held = given(buyer, access, covers=True)
    near = book.NOW + timedelta(days=14)
    due(buyer, near)
    with reading(creditor_id=buyer[0]):
        notice = ChargeNotice.objects.get()
    who = {"creditor_id": buyer[0], "now": near}
    if how == "stop":
        charge_notice.stop(customer_id=buyer[1], notice_id=notice.id, **who)
    elif how == "end":
        mandate.end(mandate_id=held.id, by="customer", access=None, **who)
    elif how == "paid":
        book.paid(buyer[0], buyer[1], 500, buyer[2])
    else:
        on = notice.charge_on + timedelta(days=2)
        promise.make(customer_id=buyer[1], invoice_ids=[buyer[2]], promised_on=on, through="portal", **who)
    day = near + timedelta(days=(notice.charge_on - near.date()).days)
    for later in range(4):
        assert due(buyer, day + timedelta(days=later)).asked == 0
    with reading(creditor_id=buyer[0]):
        assert not Checkout.objects.filter(mandate__isnull=False).exists()


def refunded(buyer, access, minor, key="r-1", *invoice_ids):
    with reading(creditor_id=buyer[0]):
        payment_id = Payment.objects.get().id
    told = refund.RefundAsked(payment_id, key, Money("COP", minor), invoice_ids)
    return refund.give_back(creditor_id=buyer[0], asked=told, access=access, by="person:1", now=book.NOW)


def test_a_refund_is_made_once_and_only_of_what_is_unallocated_or_chosen(buyer, access, outside):
    charged(buyer, access, order(buyer, given(buyer, access)))
    with pytest.raises(AmountRefused):
        refunded(buyer, access, 100)
    outside.fault("lost_answer", phase="refund")
    assert refunded(buyer, access, 200, "r-1", buyer[2]).state == "unknown"
    assert refunded(buyer, access, 200, "r-1", buyer[2]).state == "done"
    assert refunded(buyer, access, 200, "r-1", buyer[2]).state == "done"
    with pytest.raises(AmountRefused):
        refunded(buyer, access, 301, "r-2", buyer[2])
    assert book.open_of(buyer[0], buyer[2]) == [200]
    assert book.accounts(buyer[0])["cash", "COP"] == 300
    with reading(creditor_id=buyer[0]):
        row = Checkout.objects.get()
    assert (row.returned_minor, row.contested) == (200, False)
    assert next(one for one in outside.checkouts() if one["id"] == row.external_id)["returned"] == 200
    book.sound(buyer[0])


def test_a_pending_refund_moves_the_books_when_it_ends(buyer, access, outside):
    connected(buyer, outside)
    charged(buyer, access, order(buyer, given(buyer, access)))
    outside.fault("refund_pending")
    assert refunded(buyer, access, 500, "r-1", buyer[2]).state == "pending"
    assert book.open_of(buyer[0], buyer[2]) == [0]
    with reaching():
        assert refund.look_due(creditor_id=buyer[0], now=book.NOW) == 0
        assert refund.look_due(creditor_id=buyer[0], now=book.NOW + refund.ASKED_AGAIN) == 1
        assert refund.look_due(creditor_id=buyer[0], now=book.NOW + 2 * refund.ASKED_AGAIN) == 0
    assert book.open_of(buyer[0], buyer[2]) == [500]
    book.sound(buyer[0])


def test_a_refund_nobody_answered_for_a_day_is_not_sent_again(buyer, access, outside):
    connected(buyer, outside)
    charged(buyer, access, order(buyer, given(buyer, access)))
    outside.fault("server_error", phase="refund")
    assert refunded(buyer, access, 200, "r-1", buyer[2]).state == "unknown"
    outside.clear_faults()
    with reaching():
        assert refund.look_due(creditor_id=buyer[0], now=book.NOW + timedelta(hours=21)) == 0
    with reading(creditor_id=buyer[0]):
        assert Refund.objects.get().detail == "never_answered"
        returned = next(one for one in outside.checkouts() if one["id"] == Checkout.objects.get().external_id)
    assert not returned["returned"], "a key is forgotten after a day: sent again it would be another refund"
