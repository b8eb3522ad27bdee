# SPDX-License-Identifier: Apache-2.0
"""Paying in the portal at the world's checkout: everything or a choice, told by return, hook or both, counted once."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from tests.integration import book, served, visitor
from tests.integration.book import TUESDAY
from tests.integration.visitor import Visitor

from conserje.data.arrangements.models import PromiseToPay
from conserje.data.outreach.models import Episode, Touch
from conserje.data.receivables.models import Checkout, Invoice, Payment
from conserje.data.tenancy.models import Creditor
from conserje.domain.kit.money import Money
from conserje.domain.receivables.checkout import QUARANTINED, Doubt
from conserje.domain.receivables.payment import Received, Road, RoadName
from conserje.services.arrangements import dispute, promise
from conserje.services.integrations import hook
from conserje.services.outreach import send, sweep
from conserje.services.receivables import payment
from conserje.services.tenancy.act import acting, reading
from conserje.testing.world import start
from conserje.testing.world.handle import World

AFTER = TUESDAY + timedelta(hours=1)


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


def checkout_of(world: World) -> str:
    """The world's name for the latest checkout."""
    return str(world.checkouts()[-1]["id"])


def counts(creditor: Creditor) -> tuple[int, int]:
    """How many payments there are, and how many minor units are open."""
    with reading(creditor_id=creditor.id):
        open_minor = sum(Invoice.objects.values_list("open_minor", flat=True))
        return Payment.objects.count(), open_minor


def pressed(reader: Visitor, **form: Any) -> str:
    """The result page that the reader comes back to after pressing a button to pay."""
    answer = reader.pay(**form)
    assert answer.status_code == 303, answer.content.decode()
    with reading(creditor_id=reader.creditor.id):
        public_id = Checkout.objects.latest("id").public_id
    return f"result/{public_id}/"


def told_by_hook(reader: Visitor, world: World) -> None:
    """The world's own hook arrived at the entrance; now it is applied."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        rows = world.webhooks()
        if {row["id"] for row in rows} == {row["id"] for row in rows if row["done"]}:
            break
        time.sleep(0.05)
    hook.apply_waiting(creditor_id=reader.creditor.id, now=AFTER)


@pytest.mark.parametrize("order", [*itertools.permutations(["return", "hook"]), ("return",), ("hook",)])
def test_all_is_paid_once_by_whatever_road(creditor: Creditor, world: World, order: tuple[str, ...]) -> None:
    reader = visitor.open_account(creditor, world=world, invoices=3)
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    send.send_due(creditor_id=creditor.id, clock=book.at(TUESDAY))
    result = pressed(reader)
    world.pay(checkout_of(world))

    for road in order:
        if road == "return":
            assert "Gracias" in reader.get(result).content.decode()
        else:
            told_by_hook(reader, world)

    assert counts(creditor) == (1, 0)
    send.send_due(creditor_id=creditor.id, clock=book.at(AFTER))
    with acting(creditor_id=creditor.id):
        assert Episode.objects.get().closed_at is not None
        assert Touch.objects.filter(purpose="payment_confirmation").count() == 1
    subjects = [message.subject for message in world.messages()]
    assert len(subjects) == 2
    assert "Gracias" in subjects[1]
    home = reader.get().content.decode()
    assert "3 facturas pagadas" in home


def test_only_what_is_ticked_is_paid(creditor: Creditor, world: World) -> None:
    reader = visitor.open_account(creditor, world=world, invoices=3)
    with reading(creditor_id=creditor.id):
        ids = [str(key) for key in Invoice.objects.order_by("id").values_list("id", flat=True)]

    result = pressed(reader, scope="chosen", invoice=ids[1:])
    world.pay(checkout_of(world))
    page = reader.get(result).content.decode()

    assert counts(creditor) == (1, 380_800_000)
    assert "FE-2, FE-3" in page
    assert "$\xa07.616.000\xa0COP" in page
    with reading(creditor_id=creditor.id):
        assert list(Invoice.objects.filter(open_minor__gt=0).values_list("number", flat=True)) == ["FE-1"]


def test_a_double_press_of_one_page_is_one_attempt(creditor: Creditor, world: World) -> None:
    reader = visitor.open_account(creditor, world=world)
    form = {"scope": "all", **reader.hidden()}

    first, second = reader.post("pay/", **form), reader.post("pay/", **form)

    assert first.headers["Location"] == second.headers["Location"]
    with reading(creditor_id=creditor.id):
        assert Checkout.objects.count() == 1


def test_another_choice_on_the_same_page_is_another_attempt(creditor: Creditor, world: World) -> None:
    reader = visitor.open_account(creditor, world=world, invoices=2)
    hidden = reader.hidden()
    with reading(creditor_id=creditor.id):
        ids = [str(key) for key in Invoice.objects.order_by("id").values_list("id", flat=True)]

    places = {reader.post("pay/", scope="chosen", invoice=[key], **hidden).headers["Location"] for key in ids}

    assert len(places) == 2


def test_what_was_paid_meanwhile_is_said_and_not_charged(creditor: Creditor, world: World) -> None:
    reader = visitor.open_account(creditor, world=world, invoices=2)
    hidden = reader.hidden()
    with reading(creditor_id=creditor.id):
        ids = [str(key) for key in Invoice.objects.order_by("id").values_list("id", flat=True)]
    received = Received(
        customer_id=reader.customer.id,
        source="bank",
        external_id="1",
        amount=Money("COP", 380_800_000),
        value_on=TUESDAY.date(),
        roads=(Road(RoadName.PERSON, "1"),),
    )
    payment.record(creditor_id=creditor.id, received=received, now=TUESDAY)

    answer = reader.post("pay/", scope="chosen", invoice=ids, **hidden)

    assert answer.status_code == 409
    assert "cambió" in answer.content.decode()
    with reading(creditor_id=creditor.id):
        assert Checkout.objects.count() == 0


@pytest.mark.parametrize(
    "form",
    [
        {"scope": "chosen"},
        {"scope": "chosen", "invoice": ["999999999999999999999"]},
        {"scope": "chosen", "invoice": ["x"]},
        {"scope": "chosen", "invoice": [""], "attempt": ""},
        {"seen": "x"},
    ],
)
def test_a_form_that_cannot_be_taken_shows_the_account_again(
    creditor: Creditor, world: World, form: dict[str, Any]
) -> None:
    reader = visitor.open_account(creditor, world=world, invoices=2)

    answer = reader.pay(**form)

    assert answer.status_code == 409
    assert 'role="alert"' in answer.content.decode()
    assert counts(creditor) == (0, 761_600_000)


def test_a_currency_that_is_not_owed_is_not_paid(creditor: Creditor, world: World) -> None:
    reader = visitor.open_account(creditor, world=world)
    reader.get()

    for currency in ("USD", "", "\x00"):
        answer = reader.post("pay/", scope="all", currency=currency)
        assert answer.status_code == 409
    assert counts(creditor) == (0, 380_800_000)


def test_the_disputed_part_is_not_charged(creditor: Creditor, world: World) -> None:
    reader = visitor.open_account(creditor, world=world)
    with reading(creditor_id=creditor.id):
        invoice_id = Invoice.objects.get().id
    about = dispute.About(amount_minor=80_800_000, kind="scope")
    dispute.open_(creditor_id=creditor.id, invoice_id=invoice_id, about=about, by="customer", now=TUESDAY)

    result = pressed(reader)
    world.pay(checkout_of(world))
    page = reader.get(result).content.decode()

    assert counts(creditor) == (1, 80_800_000)
    assert "$\xa03.000.000\xa0COP" in page
    home = reader.get().content.decode()
    assert 'data-kind="quiet" name="scope" value="all"' in home
    assert "revisando" in home


def test_what_may_have_been_paid_is_not_offered_again_until_a_person_decides(
    creditor: Creditor, world: World
) -> None:
    reader = visitor.open_account(creditor, world=world, invoices=2)
    with reading(creditor_id=creditor.id):
        first = str(Invoice.objects.order_by("id").values_list("id", flat=True)[0])
    pressed(reader, scope="chosen", invoice=[first])
    with acting(creditor_id=creditor.id):
        Checkout.objects.update(state=QUARANTINED, detail=Doubt.AMOUNT_DIFFERS)
    promise.make(
        creditor_id=creditor.id,
        customer_id=reader.customer.id,
        invoice_ids=[int(first)],
        promised_on=TUESDAY.date() + timedelta(days=9),
        through="portal",
        now=TUESDAY,
    )

    page = reader.get().content.decode()
    assert "En pausa: estamos verificando un pago suyo" in page
    assert 'aria-label="Pagar FE-1" data-minor="380800000" disabled' in page
    result = pressed(reader)
    world.pay(checkout_of(world))
    reader.get(result)
    assert reader.pay(scope="chosen", invoice=[first]).status_code == 409
    assert counts(creditor) == (1, 380_800_000)
    assert 'name="scope" value="all"' not in reader.get().content.decode()


def test_what_rests_can_be_paid_all_the_same(creditor: Creditor, world: World) -> None:
    reader = visitor.open_account(creditor, world=world)
    promise.make(
        creditor_id=creditor.id,
        customer_id=reader.customer.id,
        invoice_ids=[],
        promised_on=TUESDAY.date() + timedelta(days=9),
        through="portal",
        now=TUESDAY,
    )

    assert 'data-kind="quiet" name="scope" value="all"' in reader.get().content.decode()
    result = pressed(reader)
    world.pay(checkout_of(world))

    assert "Gracias" in reader.get(result).content.decode()
    assert counts(creditor) == (1, 0)
    with reading(creditor_id=creditor.id):
        assert PromiseToPay.objects.get().state == "kept"


def test_declined_and_cancelled_leave_everything_open(creditor: Creditor, world: World) -> None:
    reader = visitor.open_account(creditor, world=world)
    declined = pressed(reader)
    world.decline(checkout_of(world))
    cancelled = pressed(reader)
    world.cancel(checkout_of(world))

    assert "El pago no pasó" in reader.get(declined).content.decode()
    assert "Usted salió antes de pagar" in reader.get(cancelled).content.decode()
    assert counts(creditor) == (0, 380_800_000)


def test_while_the_bank_confirms_nobody_is_asked_to_pay_again(creditor: Creditor, world: World) -> None:
    reader = visitor.open_account(creditor, world=world, invoices=2)
    with reading(creditor_id=creditor.id):
        first = str(Invoice.objects.earliest("id").id)
    result = pressed(reader, scope="chosen", invoice=[first])
    world.fault("settle_later", seconds=3600)
    world.pay(checkout_of(world))

    page = reader.get(result).content.decode()
    home = reader.get().content.decode()

    assert "no pague otra vez" in page
    assert counts(creditor) == (0, 761_600_000)
    assert "El banco está confirmando su pago" in home
    with reading(creditor_id=creditor.id):
        second = Invoice.objects.latest("id")
        assert Invoice.objects.filter(open_minor__gt=0).count() == 2
    assert pressed(reader)
    assert world.checkouts()[-1]["amount"] == second.open_minor


def test_the_gateway_that_does_not_answer_charges_nothing(creditor: Creditor, world: World) -> None:
    reader = visitor.open_account(creditor, world=world)
    world.fault("lost_answer", times=-1)

    answer = reader.pay()

    assert answer.status_code == 409
    assert "no se abrió" in answer.content.decode()


def test_the_browser_may_be_led_to_the_gateway_and_nowhere_else(creditor: Creditor, world: World) -> None:
    reader = visitor.open_account(creditor, world=world)

    policy = reader.get().headers["Content-Security-Policy"]
    other = reader.get("genuine/").headers["Content-Security-Policy"]

    assert f"form-action 'self' {world.http_url};" in policy + ";"
    assert world.http_url not in other


def test_a_result_of_somebody_else_opens_nothing(creditor: Creditor, world: World) -> None:
    reader = visitor.open_account(creditor, world=world)
    result = pressed(reader)
    other = visitor.visit(creditor, book.customer(creditor, "Otra S.A.S."))

    foreign, random = other.get(result), other.get("result/nothing/")

    assert foreign.status_code == random.status_code == 404
    assert foreign.content == random.content
