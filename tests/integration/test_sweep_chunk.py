# SPDX-License-Identifier: Apache-2.0
"""A chunk of the sweep costs a fixed number of statements, whatever is in it, and writes what its journal names."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from conserje.config.wiring import wire
from conserje.data.journal.models import Entry
from conserje.data.outreach import page
from conserje.data.outreach.models import Decision, Episode, Review, Touch
from conserje.domain.kit.canonical import load
from conserje.domain.outreach.case import Case
from conserje.domain.outreach.decision import Decision as Made
from conserje.domain.outreach.decision import Kind
from conserje.services.insights.bench import book
from conserje.services.journal import seal
from conserje.services.outreach import replay, sweep
from conserje.services.tenancy.act import acting, reading

NOW = datetime(2026, 11, 17, 15, tzinfo=UTC)
# Those of the transaction (BEGIN, COMMIT) are not counted; its tenant, the staging table and COPY are.
STATEMENTS_MAX = 12
_SENT = re.compile(r'\tF\t\d+\t(?:Query|Parse)\t ?"\s*(\w*)')

pytestmark = pytest.mark.usefixtures("database")


def invented(customers: int) -> int:
    """A creditor with a book whose every customer is due."""
    wire()
    shape = book.Shape(invoices=2 * customers, customers=customers, due=customers, now=NOW)
    creditor_id = book.creditor(shape=shape)
    book.carry(creditor_id=creditor_id, host="127.0.0.1", port=2525, now=NOW)
    assert list(book.fill(creditor_id=creditor_id, shape=shape))[-1] == customers
    return creditor_id


def sent(creditor_id: int, limit: int) -> tuple[int, list[str]]:
    """How many customers one chunk judged, and the first words of all that was sent to the server meanwhile."""
    connection.ensure_connection()
    with tempfile.TemporaryFile("w+") as trace:
        connection.connection.pgconn.trace(trace.fileno())
        try:
            done = sweep.sweep_chunk(creditor_id=creditor_id, now=NOW, limit=limit)
        finally:
            connection.connection.pgconn.untrace()
        trace.seek(0)
        words = _SENT.findall(trace.read())
    return done.judged, [word for word in words if word not in ("BEGIN", "COMMIT")]


def test_a_chunk_costs_the_same_statements_whatever_its_size() -> None:
    creditor_id = invented(2030)
    few, first = sent(creditor_id, 30)
    many, second = sent(creditor_id, sweep.CHUNK)
    assert (few, many) == (30, 2000)
    assert 0 < len(second) <= STATEMENTS_MAX
    assert Counter(first) == Counter(second)
    with reading(creditor_id=creditor_id):
        planned = Touch.objects.filter(creditor_id=creditor_id, state="planned")
        assert planned.count() == 2030
        assert Episode.objects.filter(creditor_id=creditor_id, closed_at=None).count() == 2030
        assert planned.filter(decision__customer_id=0).count() == 0
        later = Review.objects.filter(creditor_id=creditor_id, next_review_at__gt=NOW, version=1)
        assert later.count() == 2030
        decisions = Decision.objects.filter(creditor_id=creditor_id).values_list("id", "customer_id")
        named = Entry.objects.filter(creditor_id=creditor_id, subject_kind="decision")
        assert set(named.values_list("subject_id", "customer_id")) == set(decisions)
        of = dict(decisions)
        pages = page.stored(creditor_id=creditor_id, ids=list(of))
        assert {number: load(Case, item.case).customer_id for number, item in pages.items()} == of
        assert {load(Made, item.result).kind for item in pages.values()} == {Kind.CONTACT}
        assert page.DecisionPage.objects.count() == -(-30 // page.SIZE) + -(-2000 // page.SIZE)
    assert sweep.sweep_chunk(creditor_id=creditor_id, now=NOW).judged == 0


def test_a_decision_written_before_there_were_pages_is_read_as_it_was() -> None:
    creditor_id = invented(1)
    assert sweep.sweep(creditor_id=creditor_id, now=NOW).judged == 1
    with reading(creditor_id=creditor_id):
        (number,) = Decision.objects.values_list("id", flat=True)
        (known,) = page.stored(creditor_id=creditor_id, ids=[number]).values()
        assert replay.replay(creditor_id=creditor_id, decision_id=number).same
    with acting(creditor_id=creditor_id):
        former = Decision.objects.get()
        former.id = former.page = number + 1
        former.save(force_insert=True)
        page.DecisionPage.objects.create(
            creditor_id=creditor_id, first=former, content=known.case + b"\n" + known.result
        )
    with reading(creditor_id=creditor_id):
        both = page.stored(creditor_id=creditor_id, ids=[number, number + 1, number + 2])
        assert both == {number: known, number + 1: known}
        assert replay.replay(creditor_id=creditor_id, decision_id=number + 1).same


def test_what_a_chunk_writes_into_the_journal_has_its_hash() -> None:
    creditor_id = invented(40)
    assert sweep.sweep(creditor_id=creditor_id, now=NOW).touches == {"planned": 40}
    assert seal.close(creditor_id=creditor_id, now=NOW) >= 40
    with acting(creditor_id=creditor_id):
        assert seal.broken(creditor_id=creditor_id) == []


@pytest.mark.parametrize("state", ["claimed", "accepted", "suppressed"])
def test_a_touch_begins_as_proposed_or_planned(state: str) -> None:
    creditor_id = invented(1)
    assert sweep.sweep(creditor_id=creditor_id, now=NOW).judged == 1
    with acting(creditor_id=creditor_id):
        touch = Touch.objects.get()
        touch.id, touch.key, touch.step, touch.state = touch.id + 1, "x", "other", state
        with pytest.raises(IntegrityError, match="begins as proposed or planned"):
            touch.save(force_insert=True)
        transaction.set_rollback(True)
