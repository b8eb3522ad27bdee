# SPDX-License-Identifier: Apache-2.0
"""The weekly safety figures: the tables and the formulas say the same of one book, and each figure equals its rows."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta

import pytest
from click.testing import CliRunner
from tests.integration import workbench_book as wb
from tests.integration.book import TUESDAY

from conserje.cli.law import law
from conserje.data.outreach.models import Touch
from conserje.data.outreach.permission import Permission
from conserje.data.receivables.models import Contact, ContactPoint, Invoice, LedgerEntry
from conserje.data.tenancy.models import Creditor
from conserje.domain.insights import safety as formulas
from conserje.domain.insights.safety import Consent, Figure, Made, Posted
from conserje.domain.kit.money import Money
from conserje.domain.receivables.payment import Received, Road, RoadName
from conserje.services.insights import safety
from conserje.services.outreach import sweep
from conserje.services.receivables import payment
from conserje.services.tenancy.act import acting, reading

MONDAY = date(2026, 11, 16)


@pytest.fixture
def unsafe(creditor: Creditor) -> Creditor:
    """Twelve drafts made by the sweep, eight of them forced out with a fault each two: one book that did wrong."""
    wb.in_mode(creditor, "draft")
    ids = wb.fill(creditor, 12)
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    with acting(creditor_id=creditor.id):
        touches = list(Touch.objects.filter(creditor=creditor).order_by("customer_id")[:8])
        assert len(touches) == 8
        for touch in touches[:2]:
            withdraw(creditor, touch.customer_id)
        phone(creditor, touches[7].customer_id, "+34600000000")
        phone(creditor, touches[6].customer_id, "+573001234567")
        for touch in touches[4:6]:
            Touch.objects.filter(id=touch.id).update(decision_id=None)
        for state in ("planned", "claimed", "handing_over", "accepted"):
            force(creditor, [touch.id for touch in touches], state)
    for touch in touches[2:4]:
        pay_all(creditor, touch.customer_id)
    assert len(ids) == 12
    return creditor


def withdraw(creditor: Creditor, customer_id: int) -> None:
    Permission.objects.create(
        creditor=creditor,
        customer_id=customer_id,
        channel="email",
        consent="revoked",
        basis="customer",
        source="said so",
        stated_by="person:1",
        stated_at=TUESDAY + timedelta(minutes=1),
    )


def phone(creditor: Creditor, customer_id: int, number: str) -> None:
    person = Contact.objects.get(creditor=creditor, customer_id=customer_id)
    ContactPoint.objects.create(
        creditor=creditor,
        contact=person,
        kind="phone",
        address=number,
        address_key=number,
        address_hash=f"hash-of-{number}",
        created_at=TUESDAY,
    )


def pay_all(creditor: Creditor, customer_id: int) -> None:
    with reading(creditor_id=creditor.id):
        open_ = {row.currency: row.open_minor for row in Invoice.objects.filter(customer_id=customer_id)}
    for currency, minor in open_.items():
        payment.record(
            creditor_id=creditor.id,
            received=Received(
                customer_id=customer_id,
                source="bank",
                external_id=f"all-{customer_id}",
                amount=Money(currency, minor),
                value_on=TUESDAY.date(),
                roads=(Road(RoadName.PERSON, f"all-{customer_id}"),),
                method="transfer",
            ),
            now=TUESDAY + timedelta(minutes=1),
        )


def force(
    creditor: Creditor, ids: list[int], state: str, *, at: datetime = TUESDAY + timedelta(minutes=5)
) -> None:
    """Through the edges of the table, past every judgement of ours; handed over at `at`."""
    given = {"state": state, "handed_at": at}
    if state in ("claimed", "handing_over"):
        given |= {
            "claim": "00000000-0000-0000-0000-000000000001",
            "claim_until": TUESDAY + timedelta(hours=1),
        }
    rows = Touch.objects.filter(creditor=creditor, id__in=ids).exclude(state="suppressed")
    rows.update(**given)


def facts(creditor: Creditor) -> tuple[list[Made], list[Consent], list[Posted]]:
    """The same book as plain values, read row by row."""
    contacts = [
        Made(
            row.id,
            row.customer_id,
            row.handed_at,
            row.channel,
            row.episode_id is not None,
            row.decision_id is not None,
            tuple(int(item["invoice_id"]) for item in row.asked),
        )
        for row in Touch.objects.filter(creditor=creditor, state__in=formulas.MADE_STATES)
        if row.handed_at is not None
    ]
    consents = [
        Consent(row.id, row.customer_id, row.channel, row.stated_at, row.consent == "granted")
        for row in Permission.objects.filter(creditor=creditor)
    ]
    postings = [
        Posted(row.invoice_id or 0, row.transaction.at, row.amount_minor)
        for row in LedgerEntry.objects.filter(creditor=creditor, account="receivable").select_related(
            "transaction"
        )
    ]
    return contacts, consents, postings


def test_tables_and_formulas_say_the_same_of_one_book(unsafe: Creditor) -> None:
    with reading(creditor_id=unsafe.id):
        found = safety.week(creditor_id=unsafe.id, time_zone="America/Bogota", first=MONDAY)
        contacts, consents, postings = facts(unsafe)
    assert found.counts[Figure.MADE] == len(contacts) == 8
    wrong = {
        Figure.AFTER_CONSENT: formulas.after_consent(contacts, consents=consents),
        Figure.AFTER_PAYMENT: formulas.after_payment(contacts, postings=postings),
        Figure.WITHOUT_DECISION: formulas.without_decision(contacts),
    }
    assert {figure: found.counts[figure] for figure in wrong} == {
        one: len(rows) for one, rows in wrong.items()
    }
    assert [len(rows) for rows in wrong.values()] == [2, 2, 2]
    assert found.counts[Figure.ZONE_MISMATCH] == 1
    assert not found.safe


def test_each_figure_equals_the_rows_it_opens(unsafe: Creditor) -> None:
    with reading(creditor_id=unsafe.id):
        found = safety.week(creditor_id=unsafe.id, time_zone="America/Bogota", first=MONDAY)
        for figure, count in found.counts.items():
            rows = safety.rows(creditor_id=unsafe.id, time_zone="America/Bogota", first=MONDAY, figure=figure)
            assert len(rows) == count, figure
        for figure, counted in ((Figure.STOPPED, found.stopped), (Figure.DELAYED, found.delayed)):
            for rule, count in counted.items():
                rows = safety.rows(
                    creditor_id=unsafe.id, time_zone="America/Bogota", first=MONDAY, figure=figure, rule=rule
                )
                assert len(rows) == count
        before = safety.week(
            creditor_id=unsafe.id, time_zone="America/Bogota", first=MONDAY - timedelta(days=7)
        )
        assert set(before.counts.values()) == {0}


def test_rules_that_held_back_are_counted_by_customer(creditor: Creditor) -> None:
    wb.in_mode(creditor, "draft")
    ids = wb.fill(creditor, 3)
    with acting(creditor_id=creditor.id):
        withdraw(creditor, ids[0])
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    with reading(creditor_id=creditor.id):
        found = safety.week(creditor_id=creditor.id, time_zone="America/Bogota", first=MONDAY)
    assert found.stopped == {"CO.A3": 1}
    assert found.counts[Figure.STOPPED] == 1
    assert found.safe


def test_what_was_booked_at_the_very_instant_of_the_contact_was_owed_then(creditor: Creditor) -> None:
    wb.in_mode(creditor, "draft")
    wb.fill(creditor, 3)
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    with acting(creditor_id=creditor.id):
        ids = list(Touch.objects.filter(creditor=creditor).values_list("id", flat=True))
        for state in ("planned", "claimed", "handing_over", "accepted"):
            force(creditor, ids, state, at=TUESDAY)
        found = safety.week(creditor_id=creditor.id, time_zone="America/Bogota", first=MONDAY)
        contacts, _, postings = facts(creditor)
    assert found.counts[Figure.MADE] == len(contacts) == 3
    assert found.counts[Figure.AFTER_PAYMENT] == 0
    assert formulas.after_payment(contacts, postings=postings) == []


def test_the_page_opens_and_the_command_answers_with_its_status(unsafe: Creditor) -> None:
    client = wb.desk(unsafe)
    page = client.get(wb.at(unsafe, "law/safety/")).content.decode()
    assert "Algo que debe estar en cero no lo está" in page
    rows = client.get(wb.at(unsafe, "law/safety/without_decision/?week=2026-11-18")).content.decode()
    assert "Cliente 00" in rows
    assert client.get(wb.at(unsafe, "law/safety/nothing/")).status_code == 404
    done = CliRunner().invoke(
        law, ["safety", "--json", "--week", "2026-11-18", "--creditor", unsafe.public_id]
    )
    told = json.loads(done.output)
    assert (done.exit_code, told["safe"], told["week"]) == (1, False, "2026-11-16")
