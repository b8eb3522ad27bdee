# SPDX-License-Identifier: Apache-2.0
"""The case of who pays by card ends with what they pay: nobody is reminded of a charge before its day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.integration import receivables_book as book
from tests.integration.recovery_book import MONDAY, PRICE, automatic, invoiced, shopper

from conserje.data.outreach.models import Episode
from conserje.data.tenancy.models import Creditor
from conserje.services.outreach import strategy
from conserje.services.tenancy.act import acting


@pytest.mark.parametrize(("later", "ends"), [("subscription", True), ("invoice", False)])
def test_a_case_ends_with_the_payment_though_the_next_charge_is_near(
    creditor: Creditor, later: str, ends: bool
) -> None:
    """The next one that is refused begins with its own first letter. An invoice that is near keeps the case open."""
    automatic(creditor)
    with acting(creditor_id=creditor.id):
        strategy.adopt(creditor_id=creditor.id, content=strategy.default(), by="person:1", now=MONDAY)
    sofia = shopper(creditor)
    now = invoiced(creditor, sofia, "SUS-1", on=book.TODAY - timedelta(days=3))
    invoiced(creditor, sofia, "SUS-2", kind=later, on=book.TODAY + timedelta(days=1))
    with acting(creditor_id=creditor.id):
        Episode.objects.create(creditor_id=creditor.id, customer_id=sofia.id, opened_at=MONDAY)
    book.paid(creditor.id, sofia.id, PRICE.minor, now)
    with acting(creditor_id=creditor.id):
        assert (Episode.objects.get().closed_at is not None) is ends
