# SPDX-License-Identifier: Apache-2.0
"""The events of one payment commute: in any order, each up to five times, paid before, between or after them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import harness
from tests.integration import build
from tests.integration import receivables_book as book
from tests.integration.test_receivables_checkout import gateway_id, started
from tests.integration.test_receivables_checkout import roads as three_roads

from conserje.data.receivables.models import Checkout, LedgerTransaction
from conserje.domain.ports.registry import gateways
from conserje.domain.receivables.payment import Road, RoadName
from conserje.gateways.demo.adapter import ADAPTER
from conserje.gateways.demo.settings import DemoSettings
from conserje.services.receivables import checkout
from conserje.services.tenancy.act import reading
from conserje.services.tenancy.http import GuardedHttp
from conserje.testing import world

KINDS = ("portal", "hook", "hook_before", "look", "bank")


@pytest.fixture
def access(database: harness.Clone) -> Iterator[tuple[world.World, checkout.Access]]:
    with world.start() as outside:
        if not gateways.has(ADAPTER.name):
            gateways.add(ADAPTER.name, ADAPTER)
        http = GuardedHttp(allowed_hosts=["127.0.0.1"])
        known = DemoSettings(outside.http_url, outside.api_key, outside.hook_secret)
        yield outside, checkout.Access(ADAPTER.name, known, http)
        http.close()


@st.composite
def events(draw: st.DrawFn) -> list[str]:
    """Each kind one to five times, shuffled; "pays" somewhere, and at least one event after it."""
    told = [kind for kind in KINDS for _ in range(draw(st.integers(1, 5)))]
    mixed = draw(st.permutations(told))
    place = draw(st.integers(0, len(mixed) - 1))
    return [*mixed[:place], "pays", *mixed[place:]]


def _check(outside: world.World, access: checkout.Access, order: list[str]) -> None:
    creditor_id = build.creditor().pk
    (customer_id,) = book.customers(creditor_id, "Café Imaginario")
    bills = book.opened(
        creditor_id,
        book.new_invoice(customer_id, "FE-1", 300, days=-90),
        book.new_invoice(customer_id, "FE-2", 500),
    )
    buyer = (creditor_id, customer_id, bills)
    page = started(buyer, access)
    external_id = gateway_id(outside, page.reference)
    ways = three_roads(buyer, access, outside, page)
    for name, road in (("hook_before", Road(RoadName.HOOK, "evt-0")), ("look", Road(RoadName.LOOK, "att-1"))):
        ways[name] = lambda road=road: checkout.refresh(
            creditor_id=creditor_id,
            which=checkout.Which(external_id=external_id),
            road=road,
            access=access,
            now=book.NOW,
        )
    ways["pays"] = lambda: outside.pay(external_id)
    for name in order:
        ways[name]()
    assert book.open_of(creditor_id, *bills) == [300, 0]
    with reading(creditor_id=creditor_id):
        assert Checkout.objects.get().state == "paid"
        kinds = LedgerTransaction.objects.order_by("kind").values_list("kind", flat=True)
        assert list(kinds) == ["allocated", "invoice_opened", "invoice_opened", "payment_recorded"]
    assert book.accounts(creditor_id) == {
        ("cash", "COP"): 500,
        ("receivable", "COP"): 300,
        ("sales", "COP"): -800,
    }
    book.sound(creditor_id)


FEW = settings(
    max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@FEW
@given(order=events())
def test_the_events_of_a_payment_commute(access, order: list[str]) -> None:
    _check(*access, order)


@pytest.mark.long
@settings(FEW, max_examples=300)
@given(order=events())
def test_the_events_of_a_payment_commute_however_drawn(access, order: list[str]) -> None:
    _check(*access, order)
