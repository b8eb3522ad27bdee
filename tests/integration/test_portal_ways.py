# SPDX-License-Identifier: Apache-2.0
"""Several gateways side by side, a part of what is open, and amounts that nobody asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.integration import served, visitor
from tests.integration.book import TUESDAY

from conserje.data.receivables.models import Checkout, CheckoutLine
from conserje.data.tenancy.models import Creditor
from conserje.domain.ports.registry import gateways
from conserje.gateways.demo.adapter import ADAPTER
from conserje.services.tenancy import connection
from conserje.services.tenancy.act import acting, reading
from conserje.testing.world import start
from conserje.testing.world.handle import World

SECOND = "demo_two"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with start() as running, served.serving():
        yield running


def another_gateway(creditor: Creditor, world: World) -> None:
    """The same house under a second name, for cards only."""
    if not gateways.has(SECOND):
        gateways.add(SECOND, replace(ADAPTER, name=SECOND))
    values = {"base_url": world.http_url, "api_key": world.api_key, "hook_secret": world.hook_secret}
    choice = connection.Choice(methods=("card",), position=1)
    with acting(creditor_id=creditor.id):
        connection.set_up(creditor_id=creditor.id, kind="gateway", adapter=SECOND, values=values, now=TUESDAY)
        connection.choose(creditor_id=creditor.id, adapter=SECOND, choice=choice)


def latest(creditor: Creditor) -> tuple[str, int, list[int]]:
    with reading(creditor_id=creditor.id):
        row = Checkout.objects.latest("id")
        lines = CheckoutLine.objects.filter(checkout=row).order_by("id")
        return row.gateway, row.amount_minor, list(lines.values_list("amount_minor", flat=True))


def test_two_gateways_are_offered_side_by_side_and_the_chosen_one_is_used(creditor, world):
    reader = visitor.open_account(creditor, world=world)
    assert 'name="way"' not in reader.get().content.decode()
    another_gateway(creditor, world)
    page = reader.get().content.decode()
    assert page.index('value="demo"') < page.index(f'value="{SECOND}"')
    assert reader.pay(way=SECOND).status_code == 303
    assert latest(creditor)[0] == SECOND
    assert world.checkouts()[-1]["methods"] == ["tarjeta"]
    assert reader.pay().status_code == 303
    assert latest(creditor)[0] == "demo"
    assert reader.pay(way="nobody").status_code == 409


def test_a_part_is_paid_oldest_first_and_never_more_than_is_open(creditor, world):
    reader = visitor.open_account(creditor, world=world, invoices=2)
    page = reader.get().content.decode()
    assert 'name="amount"' in page
    ids = [part.split('"')[0] for part in page.split('name="invoice" value="')[1:]]
    assert len(ids) == 2
    before = len(world.checkouts())
    for typed in ("", "0", "abc", "99.999.999", "1,0001"):
        assert reader.pay(scope="part", amount=typed, invoice=ids).status_code == 409, typed
    assert reader.pay(scope="all", amount="1.000").status_code == 409
    assert len(world.checkouts()) == before
    assert reader.pay(scope="part", amount="5.000.000", invoice=ids).status_code == 303
    assert latest(creditor) == ("demo", 500_000_000, [380_800_000, 119_200_000])


def test_cash_is_not_offered_above_what_counters_take(creditor, world):
    reader = visitor.open_account(creditor, world=world, invoices=3)
    assert reader.pay().status_code == 303
    assert "efectivo" not in world.checkouts()[-1]["methods"]
    assert "pse" in world.checkouts()[-1]["methods"]
