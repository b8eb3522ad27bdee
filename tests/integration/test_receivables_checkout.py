# SPDX-License-Identifier: Apache-2.0
"""Paying at the real checkout of the world: portal, hook and bank line in any order and at once are one payment."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from tests.integration import receivables_book as book
from tests.integration.served import reaching

from conserje.data.receivables.models import Checkout, LedgerTransaction, Payment
from conserje.domain.kit.money import Money
from conserje.domain.ports.gateway import StartFailed
from conserje.domain.ports.registry import gateways
from conserje.domain.receivables.allocation import Share
from conserje.domain.receivables.checkout import LOOKS, Attempt
from conserje.domain.receivables.payment import BankLine, Recorded, Road, RoadName, Unmatched
from conserje.gateways.demo.adapter import ADAPTER
from conserje.gateways.demo.settings import DemoSettings
from conserje.services.receivables import bank_line, checkout, checkout_look, second
from conserje.services.receivables.refusals import AmountRefused, Refused, UnknownRow
from conserje.services.tenancy import connection
from conserje.services.tenancy.act import acting, reading
from conserje.services.tenancy.http import GuardedHttp
from conserje.testing import world

pytestmark = pytest.mark.usefixtures("database")

ORDERS = list(itertools.permutations(["portal", "hook", "bank"]))


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
    """Creditor id, customer id, and two invoices of COP 3.00 and 5.00, the first the older."""
    (customer_id,) = book.customers(creditor.id, "Café Imaginario")
    invoices = book.opened(
        creditor.id,
        book.new_invoice(customer_id, "FE-1", 300, days=-90),
        book.new_invoice(customer_id, "FE-2", 500),
    )
    return creditor.id, customer_id, invoices


def attempt(buyer, public_id="att-1", **minors):
    _, customer_id, invoices = buyer
    wanted = minors or {"second": 500}
    keys = {"first": invoices[0], "second": invoices[1]}
    shares = tuple(Share(keys[name], Money("COP", minor)) for name, minor in wanted.items())
    return Attempt(
        public_id, customer_id, shares, "Pago", "http://127.0.0.1:9/r", "http://127.0.0.1:9/h", "es_CO"
    )


def started(buyer, access, public_id="att-1", **minors):
    told = attempt(buyer, public_id, **minors)
    return checkout.start(creditor_id=buyer[0], attempt=told, access=access, now=book.NOW)


def gateway_id(outside, reference):
    return next(row["id"] for row in outside.checkouts() if row["reference"] == reference)


def roads(buyer, access, outside, page, n=1):
    """The three ways in which one payment is heard of, as calls that may be repeated."""
    creditor_id = buyer[0]
    external_id = gateway_id(outside, page.reference)

    def refresh(which, road):
        return checkout.refresh(creditor_id=creditor_id, which=which, road=road, access=access, now=book.NOW)

    def bank(minor=500):
        line = BankLine(f"line-{n}", f"TRANSF {page.reference.lower()} PSE", Money("COP", minor), book.TODAY)
        return bank_line.record(creditor_id=creditor_id, line=line, now=book.NOW)

    return {
        "portal": lambda: refresh(
            checkout.Which(public_id=page.public_id), Road(RoadName.PORTAL_RETURN, page.public_id)
        ),
        "hook": lambda: refresh(checkout.Which(external_id=external_id), Road(RoadName.HOOK, f"evt-{n}")),
        "bank": bank,
    }


def assert_paid_once(buyer, roads_heard=4):
    creditor_id, customer_id, invoices = buyer
    assert book.open_of(creditor_id, *invoices) == [300, 0]
    with reading(creditor_id=creditor_id):
        only = Payment.objects.get()
        assert (only.amount_minor, only.unallocated_minor, only.customer_id) == (500, 0, customer_id)
        assert LedgerTransaction.objects.filter(kind="payment_recorded").count() == 1
        row = Checkout.objects.get()
        assert (row.state, row.payment_id) == ("paid", only.id)
        assert only.roads.count() == roads_heard


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_in_any_order_a_payment_counts_once(buyer, access, outside, order):
    page = started(buyer, access)
    outside.pay(gateway_id(outside, page.reference))
    ways = roads(buyer, access, outside, page)
    for name in (*order, *order):
        ways[name]()
    assert_paid_once(buyer)


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_eight_at_once_count_once(buyer, access, outside, order):
    page = started(buyer, access)
    outside.pay(gateway_id(outside, page.reference))
    ways = roads(buyer, access, outside, page)
    answers = book.at_once(*(ways[order[n % 3]] for n in range(8)))
    assert book.failures(answers) == []
    assert_paid_once(buyer)


@pytest.mark.long
@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_a_hundred_payments_each_told_eight_times_at_once(creditor, access, outside, order):
    """The six orders of the three roads, 8 at once, 100 times: a hundred payments and not one more."""
    (customer_id,) = book.customers(creditor.id, "Café Imaginario")
    for n in range(100):
        (bill,) = book.opened(creditor.id, book.new_invoice(customer_id, f"FE-{n}", 500))
        buyer = (creditor.id, customer_id, [bill, bill])
        page = started(buyer, access, f"att-{n}")
        outside.pay(gateway_id(outside, page.reference))
        ways = roads(buyer, access, outside, page, n)
        answers = book.at_once(*(ways[order[m % 3]] for m in range(8)))
        assert book.failures(answers) == []
        assert book.open_of(creditor.id, bill) == [0]
    with reading(creditor_id=creditor.id):
        assert Payment.objects.count() == 100
        assert LedgerTransaction.objects.filter(kind="payment_recorded").count() == 100
    book.sound(creditor.id)


def test_a_double_tap_is_one_checkout(buyer, access, outside):
    answers = book.at_once(*(lambda: started(buyer, access) for _ in range(8)))
    assert book.failures(answers) == []
    assert len({(page.reference, page.url) for page in answers}) == 1
    with reading(creditor_id=buyer[0]):
        assert Checkout.objects.get().lines.count() == 1


def test_what_cannot_be_paid_is_not_started(buyer, access, creditor):
    for wrong in ({"second": 501}, {"second": 0}):
        with pytest.raises(AmountRefused):
            started(buyer, access, **wrong)
    (other,) = book.customers(buyer[0], "Otra Tienda")
    with pytest.raises(UnknownRow):
        started((buyer[0], other, buyer[2]), access)
    started(buyer, access)
    with pytest.raises(Refused, match="another payment"):
        started((buyer[0], other, buyer[2]), access)
    with pytest.raises(UnknownRow):
        checkout.refresh(
            creditor_id=buyer[0],
            which=checkout.Which(public_id="nobody"),
            road=Road(RoadName.PORTAL_RETURN, "nobody"),
            access=access,
            now=book.NOW,
        )


def test_another_amount_than_asked_for_moves_nothing(buyer, access, outside):
    page = started(buyer, access)
    outside.fault("amount_mismatch", target=page.reference, delta=-100)
    outside.pay(gateway_id(outside, page.reference))
    ways = roads(buyer, access, outside, page)
    seen = ways["hook"]()
    assert (seen.state, seen.detail, seen.payment_id) == ("quarantined", "amount_differs", None)
    assert ways["portal"]().state == "quarantined"
    assert ways["bank"]() is Unmatched.CHECKOUT_IN_DOUBT
    assert book.open_of(buyer[0], *buyer[2]) == [300, 500]


def test_a_bank_line_of_another_amount_is_for_a_person(buyer, access, outside):
    page = started(buyer, access)
    line = BankLine("line-9", page.reference, Money("COP", 499), book.TODAY)
    told = bank_line.record(creditor_id=buyer[0], line=line, now=book.NOW)
    assert told is Unmatched.AMOUNT_DIFFERS


@pytest.mark.parametrize("order", ORDERS[:3], ids="-".join)
def test_the_same_reference_paid_twice_waits_for_a_person_and_goes_back(buyer, access, outside, order):
    """By the page, then by a transfer: the first closes the invoice, the second touches no other and is listed."""
    creditor_id, customer_id, invoices = buyer
    page = started(buyer, access)
    outside.pay(gateway_id(outside, page.reference))
    ways = roads(buyer, access, outside, page)
    for name in order:
        ways[name]()
    line = BankLine("line-2", page.reference, Money("COP", 500), book.TODAY)
    double = bank_line.record(creditor_id=creditor_id, line=line, now=book.NOW)
    assert isinstance(double, Recorded)
    assert (double.is_new, double.applied, double.unallocated) == (True, (), Money("COP", 500))
    assert book.open_of(creditor_id, *invoices) == [300, 0]
    with reading(creditor_id=creditor_id):
        first = Payment.objects.order_by("id")[0]
        (listed,) = second.waiting(creditor_id=creditor_id)
    assert (listed.payment_id, listed.first_id) == (double.payment_id, first.id)
    assert (listed.customer_id, listed.left) == (customer_id, Money("COP", 500))
    book.sent_back(creditor_id, double.payment_id, 500, "refund-1")
    with reading(creditor_id=creditor_id):
        assert second.waiting(creditor_id=creditor_id) == ()
    assert book.accounts(creditor_id)["cash", "COP"] == 500
    book.sound(creditor_id)


@pytest.mark.parametrize("end", ["decline", "cancel"])
def test_without_payment_the_state_is_told_and_nothing_moves(buyer, access, outside, end):
    page = started(buyer, access)
    ways = roads(buyer, access, outside, page)
    assert ways["portal"]().state == "open"
    getattr(outside, end)(gateway_id(outside, page.reference))
    assert ways["hook"]().state == {"decline": "declined", "cancel": "expired"}[end]
    assert book.accounts(buyer[0]) == {("receivable", "COP"): 800, ("sales", "COP"): -800}


def test_a_lost_answer_at_the_start_is_asked_again_or_found_by_its_hook(buyer, access, outside):
    outside.fault("lost_answer", phase="create")
    lost = started(buyer, access)
    assert isinstance(lost, StartFailed)
    assert lost.retry
    with reading(creditor_id=buyer[0]):
        row = Checkout.objects.get()
        assert (row.state, row.external_id) == ("unknown", "")
    external_id = gateway_id(outside, row.reference)
    outside.pay(external_id)
    seen = checkout.refresh(
        creditor_id=buyer[0],
        which=checkout.Which(external_id=external_id),
        road=Road(RoadName.HOOK, "evt-1"),
        access=access,
        now=book.NOW,
    )
    assert (seen.state, seen.public_id) == ("paid", "att-1")
    page = started(buyer, access)
    assert gateway_id(outside, page.reference) == external_id
    assert_paid_once(buyer, roads_heard=2)


def test_a_lost_answer_at_the_look_is_unknown_until_the_next_one(buyer, access, outside):
    page = started(buyer, access)
    outside.pay(gateway_id(outside, page.reference))
    ways = roads(buyer, access, outside, page)
    outside.fault("server_error", phase="fetch")
    assert ways["portal"]().state == "unknown"
    assert ways["portal"]().state == "paid"


def test_a_gateway_that_was_silent_is_asked_again_until_the_end_is_known(buyer, access, outside, creditor):
    """No hook and no return of the customer: the time-out stays "unknown" and the next look finds the payment, once."""
    with acting(creditor_id=creditor.id):
        connection.set_up(
            creditor_id=creditor.id,
            kind="gateway",
            adapter="demo",
            values={
                "base_url": outside.http_url,
                "api_key": outside.api_key,
                "hook_secret": outside.hook_secret,
            },
            now=book.NOW,
        )
    page = started(buyer, access)
    outside.pay(gateway_id(outside, page.reference))

    def look(after):
        with reaching():
            return checkout_look.look_due(creditor_id=creditor.id, now=book.NOW + after)

    def state():
        with reading(creditor_id=creditor.id):
            return Checkout.objects.get().state

    assert look(LOOKS[0] / 2) == 0
    outside.fault("server_error", phase="fetch")
    assert (look(LOOKS[0]), state()) == (0, "unknown")
    assert (look(LOOKS[0] * 2), state()) == (0, "unknown")
    assert (look(LOOKS[1]), state()) == (1, "paid")
    assert look(LOOKS[2]) == 0
    assert_paid_once(buyer, roads_heard=2)
