# SPDX-License-Identifier: Apache-2.0
"""Messages of a gateway that cannot be applied at once: tried again, patiently, and in nobody's way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from tests.integration import book, served, visitor
from tests.integration.book import TUESDAY
from tests.integration.test_portal_pay import checkout_of, pressed, told_by_hook

from conserje.data.integrations.models import Connection, HookReceipt
from conserje.data.outreach.models import Touch
from conserje.data.receivables.models import Checkout, Payment
from conserje.data.tenancy.models import Creditor
from conserje.services.integrations import hook, turn
from conserje.services.tenancy import connection as connections
from conserje.services.tenancy.act import acting, reading
from conserje.services.tenancy.http import GuardedHttp
from conserje.testing.world import start
from conserje.testing.world.handle import World

AFTER = TUESDAY + timedelta(hours=1)
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def shared_world() -> Iterator[World]:
    with start() as running:
        running.set_now(AFTER.isoformat())
        yield running


@pytest.fixture
def world(shared_world: World) -> Iterator[World]:
    shared_world.clear_messages()
    shared_world.clear_faults()
    with served.serving():
        yield shared_world


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Half a second for an answer from outside."""
    connections.http.cache_clear()
    monkeypatch.setitem(GuardedHttp.__init__.__kwdefaults__, "total_seconds", 0.5)
    yield
    connections.http.cache_clear()


def paid_and_told(creditor: Creditor, world: World, *, silent: bool) -> None:
    """A payment whose hook arrived; when `silent` the gateway does not answer while it is applied."""
    reader = visitor.open_account(creditor, world=world)
    pressed(reader)
    checkout_id = checkout_of(world)
    world.pay(checkout_id)
    if silent:
        world.fault("lost_answer", phase="fetch", target=checkout_id, times=-1, seconds=30)
    told_by_hook(reader, world)
    world.clear_faults()


def payments(creditor: Creditor) -> int:
    with reading(creditor_id=creditor.id):
        return Payment.objects.count()


def test_a_gateway_that_did_not_answer_is_asked_again_until_it_does(
    creditor: Creditor, world: World, impatient: None
) -> None:
    paid_and_told(creditor, world, silent=True)
    assert payments(creditor) == 0

    with acting(creditor_id=creditor.id):
        HookReceipt.objects.update(received_at=AFTER)
    hook.apply_waiting(creditor_id=creditor.id, now=AFTER + 24 * HOUR)

    assert payments(creditor) == 1
    with reading(creditor_id=creditor.id):
        assert not HookReceipt.objects.filter(applied_at=None).exists()


def test_tries_are_spread_over_a_day(creditor: Creditor, world: World) -> None:
    paid_and_told(creditor, world, silent=False)
    with acting(creditor_id=creditor.id):
        HookReceipt.objects.update(received_at=AFTER, applied_at=None, tries=0)
        Connection.objects.filter(kind="gateway").update(ended_at=AFTER)

    for minute in range(10):
        hook.apply_waiting(creditor_id=creditor.id, now=AFTER + timedelta(minutes=minute))
    with reading(creditor_id=creditor.id):
        assert max(HookReceipt.objects.values_list("tries", flat=True)) == 3
    with acting(creditor_id=creditor.id):
        Connection.objects.filter(kind="gateway").update(ended_at=None)
    hook.apply_waiting(creditor_id=creditor.id, now=AFTER + 12 * HOUR)
    with reading(creditor_id=creditor.id):
        assert not HookReceipt.objects.filter(applied_at=None).exists()


def test_a_message_about_money_of_somebody_else_is_looked_at_once(creditor: Creditor, world: World) -> None:
    """The gateway's account is used for other things too: what it tells of them is none of ours, for good."""
    paid_and_told(creditor, world, silent=False)
    with acting(creditor_id=creditor.id):
        Checkout.objects.update(external_id="another", reference="another")
        HookReceipt.objects.update(received_at=AFTER, applied_at=None, tries=0)
    for hour in range(3):
        hook.apply_waiting(creditor_id=creditor.id, now=AFTER + hour * HOUR)

    with reading(creditor_id=creditor.id):
        rows = HookReceipt.objects.values_list("tries", "trouble", "applied_at")
        assert set(rows) == {(1, "", AFTER)}


def test_who_cannot_be_asked_whose_money_it_is_is_asked_again(
    creditor: Creditor, world: World, impatient: None
) -> None:
    paid_and_told(creditor, world, silent=False)
    world.fault("lost_answer", phase="fetch", target=checkout_of(world), times=-1, seconds=30)
    with acting(creditor_id=creditor.id):
        Checkout.objects.update(external_id="another", reference="another")
        HookReceipt.objects.update(received_at=AFTER, applied_at=None, tries=0)
    hook.apply_waiting(creditor_id=creditor.id, now=AFTER)

    with reading(creditor_id=creditor.id):
        assert set(HookReceipt.objects.values_list("trouble", "applied_at")) == {("NotAnswered", None)}


def test_a_message_of_a_gateway_that_was_taken_away_stops_no_turn(creditor: Creditor, world: World) -> None:
    paid_and_told(creditor, world, silent=False)
    somebody = book.customer(creditor, "Panadería Dos")
    book.invoice(creditor, somebody, "FE-9", due_on=book.days_late(5))
    with acting(creditor_id=creditor.id):
        HookReceipt.objects.update(received_at=AFTER, applied_at=None, tries=0)
        Connection.objects.filter(kind="gateway").update(ended_at=AFTER)

    turn.turn(creditor_id=creditor.id, clock=book.at(AFTER))

    with reading(creditor_id=creditor.id):
        assert set(HookReceipt.objects.values_list("trouble", flat=True)) == {"NotConnected"}
        assert Touch.objects.filter(customer_id=somebody.id, state="accepted").exists()
