# SPDX-License-Identifier: Apache-2.0
"""Charges that a gateway did not answer: perhaps taken, so neither asked for again nor forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.integration import receivables_book as book
from tests.integration.test_mandates import (  # noqa: F401 - the same stage
    access,
    buyer,
    charged,
    connected,
    given,
    order,
    outside,
)

from conserje.data.outreach.models import Review
from conserje.data.receivables.models import Checkout
from conserje.domain.outreach.case import BlockKind
from conserje.services.outreach import telling
from conserje.services.receivables import autopay, charge
from conserje.services.receivables.refusals import Refused
from conserje.services.tenancy.act import reading

pytestmark = pytest.mark.usefixtures("database")


def test_a_charge_that_nobody_answered_is_not_asked_again_once_its_key_may_be_forgotten(
    buyer,  # noqa: F811
    access,  # noqa: F811
    outside,  # noqa: F811
):
    held = given(buyer, access)
    outside.fault("server_error", phase="charge", times=-1)
    assert charged(buyer, access, order(buyer, held)).state == "unknown"
    outside.clear_faults()
    late = book.NOW + timedelta(hours=charge.RESEND_HOURS, minutes=1)
    before = len(outside.checkouts())
    told = charged(buyer, access, order(buyer, held), now=late)
    assert (told.state, told.detail) == ("quarantined", "never_answered")
    assert len(outside.checkouts()) == before
    assert charged(buyer, access, order(buyer, held), now=late).state == "quarantined"


def test_a_charge_that_nobody_answered_and_nobody_orders_any_more_is_left_to_a_person(buyer, access, outside):  # noqa: F811
    connected(buyer, outside)
    held = given(buyer, access)
    outside.fault("server_error", phase="charge", times=-1)
    assert charged(buyer, access, order(buyer, held)).state == "unknown"
    outside.clear_faults()

    def found(hours: int) -> list[str]:
        autopay.charge_due(creditor_id=buyer[0], now=book.NOW + timedelta(hours=hours))
        with reading(creditor_id=buyer[0]):
            return list(Checkout.objects.values_list("state", flat=True))

    assert found(charge.RESEND_HOURS) == ["unknown"]
    assert found(charge.RESEND_HOURS + 1) == ["quarantined"]


def test_another_order_for_an_invoice_whose_charge_has_no_end_is_refused(buyer, access, outside):  # noqa: F811
    held = given(buyer, access)
    outside.fault("lost_answer", phase="charge")
    charged(buyer, access, order(buyer, held))
    with pytest.raises(Refused, match="has no answer yet"):
        charged(buyer, access, order(buyer, held, key="order-2"))


def test_a_card_whose_charge_nobody_answered_is_charged_for_nothing_else_meanwhile(buyer, access, outside):  # noqa: F811
    held = given(buyer, access)
    (other,) = book.opened(buyer[0], book.new_invoice(buyer[1], "FE-2", 300, days=20))
    outside.fault("lost_answer", phase="charge")
    charged(buyer, access, order(buyer, held))
    second = order((buyer[0], buyer[1], other), held, minor=300, key="order-2")
    with pytest.raises(Refused, match="has no answer yet"):
        charged(buyer, access, second)
    assert charged(buyer, access, order(buyer, held)).state == "paid"
    assert charged(buyer, access, second).state == "paid"


def test_nobody_is_asked_for_what_a_charge_without_an_answer_may_have_taken(buyer, access, outside):  # noqa: F811
    held = given(buyer, access)

    def seen():
        with reading(creditor_id=buyer[0]):
            review = (
                Review.objects.filter(customer_id=buyer[1]).values_list("version", flat=True).first() or 0
            )
            case = telling.case(creditor_id=buyer[0], customer_id=buyer[1], now=book.NOW)
        return review, [(one.kind, one.invoice_id, one.amount_minor) for one in case.blocks]

    before, blocks = seen()
    assert blocks == []
    outside.fault("lost_answer", phase="charge")
    charged(buyer, access, order(buyer, held))
    during, blocks = seen()
    assert blocks == [(BlockKind.PAYING, buyer[2], 500)]
    assert during > before, "what was about to leave is judged again"
    assert charged(buyer, access, order(buyer, held)).state == "paid"
    after, blocks = seen()
    assert blocks == []
    assert after > during
