# SPDX-License-Identifier: Apache-2.0
"""Saying through which day payments are recorded: the book is looked at again only when that changes something."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.integration import book

from conserje.data.outreach.models import Review
from conserje.data.receivables.models import Customer, Freshness
from conserje.data.tenancy.models import Creditor
from conserje.services.receivables import freshness
from conserje.services.tenancy.act import acting, reading

TUESDAY = book.TUESDAY


@pytest.fixture
def silent(creditor: Creditor) -> Creditor:
    """A book with one customer of which nobody has said anything yet."""
    book.set_up(creditor, world=None)
    customer = book.customer(creditor)
    with acting(creditor_id=creditor.id):
        Freshness.objects.all().delete()
        Review.objects.update_or_create(
            creditor_id=creditor.id,
            customer=customer,
            defaults={"version": 1, "reason": "new", "next_review_at": None},
        )
    return creditor


def woken(creditor: Creditor) -> int:
    with reading(creditor_id=creditor.id):
        return Review.objects.get().version


def said(creditor: Creditor, through: date, days: int = 0) -> int:
    """The customer's event count once somebody has said it so many days after the first Tuesday."""
    freshness.state(
        creditor_id=creditor.id, through=through, by="person:1", now=TUESDAY + timedelta(days=days)
    )
    return woken(creditor)


def test_the_book_is_looked_at_again_when_payments_were_too_old(silent: Creditor) -> None:
    monday = TUESDAY.date() - timedelta(days=1)
    first = said(silent, monday)
    assert first > 1, "nobody had said anything"
    assert said(silent, monday + timedelta(days=1), days=1) == first, "it was fresh, and is"
    assert said(silent, monday, days=2) == first
    late = said(silent, monday + timedelta(days=10), days=10)
    assert late > first, "what waited for a person may leave by itself again"


def test_it_is_looked_at_again_when_they_are_too_old_still(silent: Creditor) -> None:
    long_ago = TUESDAY.date() - timedelta(days=30)
    assert said(silent, long_ago) < said(silent, long_ago + timedelta(days=1), days=1)


def test_another_bank_whose_day_is_older_makes_the_book_old(silent: Creditor) -> None:
    first = said(silent, TUESDAY.date())
    with acting(creditor_id=silent.id):
        freshness.advance(
            creditor_id=silent.id,
            source="bank:1",
            through=TUESDAY.date() - timedelta(days=20),
            now=TUESDAY + timedelta(hours=1),
        )
    assert woken(silent) > first


def test_the_latest_day_among_the_customers_counts(silent: Creditor) -> None:
    """On Wednesday evening in Bogota it is Thursday in Auckland: there, Monday is too long ago."""
    monday = TUESDAY.date() - timedelta(days=1)
    first = said(silent, monday)
    wednesday = TUESDAY.replace(hour=23) + timedelta(days=1)
    again = {"creditor_id": silent.id, "through": monday + timedelta(days=1), "by": "person:1"}
    freshness.state(**again, now=wednesday)
    assert woken(silent) == first
    with acting(creditor_id=silent.id):
        Customer.objects.update(time_zone="Pacific/Auckland")
        Freshness.objects.update(recorded_through_on=monday)
    freshness.state(**again, now=wednesday)
    assert woken(silent) > first
