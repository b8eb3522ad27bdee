# SPDX-License-Identifier: Apache-2.0
"""Workers at once: one reader behind many debts gets one letter a day, and nothing leaves after a payment."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.integration import book, build
from tests.integration.book import TUESDAY
from tests.integration.receivables_book import at_once, failures

from conserje.data.outreach.models import Attempt
from conserje.data.receivables.models import Payment
from conserje.data.tenancy.models import Creditor
from conserje.domain.kit.money import Money
from conserje.domain.receivables.payment import Received, Road, RoadName
from conserje.services.outreach import send, sweep
from conserje.services.receivables import payment
from conserje.services.tenancy.act import acting
from conserje.testing.world import start


@pytest.mark.usefixtures("database")
def test_an_accountant_of_many_debtors_of_many_creditors_gets_one_letter_a_day() -> None:
    firm = build.organisation()
    with start() as world:
        creditors = [build.creditor(organisation=firm) for _ in range(4)]
        for creditor in creditors:
            book.set_up(creditor, world=world)
            one = book.customer(creditor, email="cuentas@contador.example")
            book.invoice(creditor, one, "FE-1", due_on=book.days_late(5))
            sweep.sweep(creditor_id=creditor.id, now=TUESDAY)

        at_once(
            *[
                lambda key=creditor.id: send.send_due(creditor_id=key, clock=book.at(TUESDAY))
                for creditor in creditors
            ]
        )

        assert len(world.messages()) == 1


def test_no_hand_over_begins_after_the_payment_was_committed(creditor: Creditor) -> None:
    count = 40
    began = datetime.now(UTC)

    def clock() -> datetime:
        return TUESDAY + (datetime.now(UTC) - began)

    with start() as world:
        book.set_up(creditor, world=world)
        owing = [
            book.customer(creditor, f"Tienda {number}", email=f"pagos{number}@tienda.example")
            for number in range(count)
        ]
        for one in owing:
            book.invoice(creditor, one, f"FE-{one.id}", due_on=book.days_late(5), minor=100)
        sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
        committed: dict[int, datetime] = {}

        def pay_all() -> None:
            for one in reversed(owing):
                payment.record(
                    creditor_id=creditor.id,
                    received=Received(
                        customer_id=one.id,
                        source="bank",
                        external_id=str(one.id),
                        amount=Money("COP", 100),
                        value_on=TUESDAY.date(),
                        roads=(Road(RoadName.PERSON, str(one.id)),),
                    ),
                    now=clock(),
                )
                committed[one.id] = clock()

        def work() -> None:
            send.send_due(creditor_id=creditor.id, clock=clock)

        assert failures(at_once(work, pay_all, work)) == []

    with acting(creditor_id=creditor.id):
        made = list(
            Attempt.objects.filter(touch__episode__isnull=False).values_list(
                "touch__customer_id", "started_at"
            )
        )
        assert Payment.objects.count() == count
    assert [customer for customer, at in made if at > committed[customer]] == []
    assert len(made) < count
    assert len({customer for customer, _ in made}) == len(made)
