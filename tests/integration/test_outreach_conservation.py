# SPDX-License-Identifier: Apache-2.0
"""Every contact that was due is accounted for; what is missing is reported and healed without making a contact."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.integration import book, build, visitor
from tests.integration import workbench_book as wb
from tests.integration.book import TUESDAY

from conserje.cli.contacts import contacts as contacts_command
from conserje.cli.doctor import doctor
from conserje.data.journal.models import Entry
from conserje.data.outreach import hand_over
from conserje.data.outreach.models import Alert, ContactRecord, Review, Touch
from conserje.data.tenancy.models import Creditor
from conserje.domain.outreach.conservation import Alarm, Fate
from conserje.services.outreach import alert, conservation, draft, hold, review, send, stop, sweep, unsure
from conserje.services.outreach.conservation import Examined
from conserje.services.tenancy.act import acting, reading
from conserje.services.tenancy.queue import enqueue
from conserje.testing.world.handle import World

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
ZONE = "America/Bogota"


@pytest.fixture
def planned(creditor: Creditor, world: World) -> Creditor:
    """Three customers, a letter planned for each at this very moment."""
    book.set_up(creditor, world=world)
    wb.fill(creditor, 3)
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    return creditor


def examine(creditor: Creditor, at: datetime, **given: Any) -> Examined:
    with reading(creditor_id=creditor.id):
        return conservation.examine(creditor_id=creditor.id, zone=ZONE, now=at, **given)


def check(creditor: Creditor, at: datetime) -> Examined:
    return alert.check(creditor_id=creditor.id, zone=ZONE, now=at)


def alarms(examined: Examined) -> dict[Alarm, int]:
    return {finding.alarm: finding.count for finding in examined.findings}


def fates(examined: Examined) -> dict[str, int]:
    return {fate.value: count for fate, count in examined.book.fates.items() if count}


def in_force(creditor: Creditor) -> list[tuple[str, bool]]:
    with acting(creditor_id=creditor.id):
        found = alert.in_force(creditor_id=creditor.id)
    return [(item.alarm.value, item.healed_at is not None) for item in found]


def queued(creditor: Creditor) -> int:
    return len(execute("SELECT 1 FROM procrastinate_jobs WHERE queueing_lock = %s", f"turn:{creditor.id}"))


def execute(sql: str, *asked: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return cursor.fetchall() if cursor.description else []


def send_all(creditor: Creditor, at: datetime = TUESDAY) -> None:
    send.send_due(creditor_id=creditor.id, clock=book.at(at))


def test_a_day_adds_up_to_the_ends_of_all_that_was_due(planned: Creditor, world: World) -> None:
    with acting(creditor_id=planned.id):
        gone, refused, _ = Touch.objects.order_by("id")
        assert hand_over.suppress(creditor_id=planned.id, reasons={gone.id: "paid"}, now=TUESDAY)
        address = refused.point.address
    world.fault("reject", target=address, phase="rcpt", code=550, text="5.1.1 no such user")
    send_all(planned)
    extra = book.customer(planned, "Otra S.A.S.")
    book.invoice(planned, extra, "FE-9", due_on=book.days_late(9))
    world.fault("drop", phase="end")
    sweep.sweep(creditor_id=planned.id, now=TUESDAY)
    send_all(planned)

    found = examine(planned, TUESDAY + 20 * MINUTE)
    assert fates(found) == {"accepted": 1, "failed": 1, "suppressed": 1, "unsure": 1}
    assert found.book.due == 4
    assert Alarm.NOT_SENT not in alarms(found)
    assert Alarm.LEDGER_DISAGREES not in alarms(found)


def test_what_waits_lawfully_is_named_and_no_alarm(planned: Creditor, world: World) -> None:
    assert fates(examine(planned, TUESDAY + 14 * MINUTE)) == {"leaving": 3}
    with acting(creditor_id=planned.id):
        first, *_ = Touch.objects.order_by("id").values_list("id", flat=True)
        Touch.objects.filter(id=first).update(retry_at=TUESDAY + timedelta(hours=4))
    stop.place(creditor_id=planned.id, channel="email", reason="prueba", by="person:1", now=TUESDAY)
    late = TUESDAY + timedelta(hours=1)
    assert fates(examine(planned, late)) == {"later": 1, "stopped": 2}
    Creditor.objects.filter(id=planned.id).update(sending_paused_at=TUESDAY, sending_paused_reason="restored")
    assert fates(examine(planned, late)) == {"later": 1, "paused": 2}
    assert Alarm.NOT_SENT not in alarms(examine(planned, late))


def test_at_an_hour_that_is_not_lawful_nothing_is_missing(planned: Creditor, world: World) -> None:
    night = TUESDAY + timedelta(hours=13)
    found = examine(planned, night)
    assert fates(found) == {"not_now": 3}
    assert Alarm.NOT_SENT not in alarms(found)
    assert alarms(examine(planned, TUESDAY + 16 * MINUTE))[Alarm.NOT_SENT] == 3


def test_drafts_wait_for_a_person_however_long(creditor: Creditor, world: World) -> None:
    book.set_up(creditor, world=world, mode="draft")
    wb.fill(creditor, 2)
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    assert fates(examine(creditor, TUESDAY + 3 * DAY)) == {"draft": 2}
    with acting(creditor_id=creditor.id):
        ids = [item.touch_id for item in draft.waiting(creditor_id=creditor.id)]
    later = TUESDAY + 2 * DAY
    draft.approve(creditor_id=creditor.id, touch_ids=ids, by="person:1", now=later)
    assert alarms(examine(creditor, later + 14 * MINUTE)).get(Alarm.NOT_SENT) is None
    assert alarms(examine(creditor, later + 16 * MINUTE))[Alarm.NOT_SENT] == 2


def test_a_queue_row_deleted_by_hand_is_reported_and_put_back(planned: Creditor, world: World) -> None:
    enqueue(job="outreach.turn", once=f"turn:{planned.id}", creditor_id=planned.id)
    assert check(planned, TUESDAY + 3 * MINUTE).ok
    execute("DELETE FROM procrastinate_jobs WHERE queueing_lock = %s", f"turn:{planned.id}")
    assert queued(planned) == 0

    assert alarms(check(planned, TUESDAY + 5 * MINUTE)) == {Alarm.TURN_MISSING: 1}
    assert queued(planned) == 1
    assert in_force(planned) == [("turn_missing", True)]
    assert check(planned, TUESDAY + 7 * MINUTE).ok
    assert in_force(planned) == []
    send_all(planned, TUESDAY + 7 * MINUTE)
    assert len(world.messages()) == 3


def test_what_nobody_sends_is_an_alert_until_it_was_sent(planned: Creditor, world: World) -> None:
    enqueue(job="outreach.turn", once=f"turn:{planned.id}", creditor_id=planned.id)
    assert alarms(check(planned, TUESDAY + 16 * MINUTE)) == {Alarm.NOT_SENT: 3}
    with acting(creditor_id=planned.id):
        row = Alert.objects.get()
        assert sorted(row.about) == sorted(Touch.objects.values_list("id", flat=True))
        before = Touch.objects.count()
    check(planned, TUESDAY + 18 * MINUTE)
    send_all(planned, TUESDAY + 19 * MINUTE)
    assert check(planned, TUESDAY + 20 * MINUTE).ok

    with acting(creditor_id=planned.id):
        row = Alert.objects.get()
        assert (row.raised_at, row.cleared_at) == (TUESDAY + 16 * MINUTE, TUESDAY + 20 * MINUTE)
        assert Touch.objects.count() == before
        kinds = Counter(
            Entry.objects.filter(kind__startswith="outreach.alert").values_list("kind", flat=True)
        )
    assert kinds == {"outreach.alert.raised": 1, "outreach.alert.cleared": 1}
    assert len(world.messages()) == 3


def test_a_claim_that_nobody_frees_is_freed_and_its_letter_leaves_once(
    planned: Creditor, world: World
) -> None:
    with acting(creditor_id=planned.id):
        hand_over.claim(creditor_id=planned.id, token=uuid4(), now=TUESDAY, limit=3)
        execute("UPDATE outreach_touch SET claim_until = clock_timestamp() - interval '1 minute'")
    assert alarms(check(planned, TUESDAY + MINUTE)) == {}
    with acting(creditor_id=planned.id):
        execute("UPDATE outreach_touch SET claim_until = clock_timestamp() - interval '3 minutes'")

    assert alarms(check(planned, TUESDAY + MINUTE)) == {Alarm.CLAIM_ABANDONED: 3}
    with acting(creditor_id=planned.id):
        assert set(Touch.objects.values_list("state", flat=True)) == {"planned"}
    send_all(planned, TUESDAY + MINUTE)
    assert check(planned, TUESDAY + 2 * MINUTE).ok
    assert len(world.messages()) == 3


@pytest.mark.parametrize(
    "harm", ["DELETE FROM outreach_review", "UPDATE outreach_review SET next_review_at = NULL"]
)
def test_customers_whom_no_date_brings_back_are_woken(creditor: Creditor, world: World, harm: str) -> None:
    book.set_up(creditor, world=world)
    wb.fill(creditor, 3)
    with acting(creditor_id=creditor.id):
        execute(harm)
    assert alarms(check(creditor, TUESDAY)) == {Alarm.NOT_WATCHED: 3}
    assert queued(creditor) == 1
    with acting(creditor_id=creditor.id):
        assert set(Review.objects.values_list("next_review_at", flat=True)) == {TUESDAY}
        assert Entry.objects.filter(kind="outreach.review.restored").count() == 3
        assert Touch.objects.count() == 0

    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    send_all(creditor)
    assert check(creditor, TUESDAY + MINUTE).ok
    assert len(world.messages()) == 3
    with acting(creditor_id=creditor.id):
        assert Touch.objects.count() == 3


def test_customers_who_rightly_wait_for_an_event_are_left_in_peace(creditor: Creditor, world: World) -> None:
    book.set_up(creditor, world=world)
    (customer_id,) = wb.fill(creditor, 1)
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    for day in range(0, 140, 4):
        at = TUESDAY + day * DAY
        sweep.sweep(creditor_id=creditor.id, now=at)
        send_all(creditor, at)
    with acting(creditor_id=creditor.id):
        row = Review.objects.get(customer_id=customer_id)
        version = row.version
    assert (row.next_review_at, row.reason) == (None, "ended")
    assert check(creditor, TUESDAY + 140 * DAY).ok
    with acting(creditor_id=creditor.id):
        assert Review.objects.get().version == version


def test_customers_under_an_open_hold_are_left_in_peace(creditor: Creditor, world: World) -> None:
    book.set_up(creditor, world=world)
    (customer_id,) = wb.fill(creditor, 1)
    pause = hold.Pause(None, "vacaciones", None)
    hold.place(creditor_id=creditor.id, customer_id=customer_id, pause=pause, by="person:1", now=TUESDAY)
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    with acting(creditor_id=creditor.id):
        row = Review.objects.get()
    assert (row.next_review_at, row.reason) == (None, "wait")
    assert check(creditor, TUESDAY + MINUTE).ok
    with acting(creditor_id=creditor.id):
        assert Review.objects.get().version == row.version


def test_reviews_that_nobody_takes_are_an_alert(creditor: Creditor, world: World) -> None:
    book.set_up(creditor, world=world)
    wb.fill(creditor, 2)
    enqueue(job="outreach.turn", once=f"turn:{creditor.id}", creditor_id=creditor.id)
    assert alarms(check(creditor, TUESDAY)) == {Alarm.REVIEW_LATE: 2}
    with acting(creditor_id=creditor.id):
        review.wake_all(creditor_id=creditor.id, now=TUESDAY - 14 * MINUTE, reason="test.done")
    assert check(creditor, TUESDAY).ok


def test_a_ledger_of_contacts_that_disagrees_is_told_and_never_repaired(
    planned: Creditor, world: World
) -> None:
    send_all(planned)
    sweep.sweep(creditor_id=planned.id, now=TUESDAY)
    with acting(creditor_id=planned.id):
        first, second, third = Touch.objects.order_by("id")
        ContactRecord.objects.filter(touch_id=first.id).update(outcome="failed_before")
        ContactRecord.objects.filter(touch_id=second.id).update(customer_id=third.customer_id)
    found = check(planned, TUESDAY + MINUTE)
    assert alarms(found) == {Alarm.LEDGER_DISAGREES: 2}
    assert found.findings[0].about == (first.id, second.id)
    assert not found.ok
    check(planned, TUESDAY + 3 * MINUTE)
    assert in_force(planned) == [("ledger_disagrees", False)]
    assert queued(planned) == 0
    with acting(creditor_id=planned.id):
        assert ContactRecord.objects.get(touch_id=first.id).outcome == "failed_before"


def test_unsure_contacts_are_compared_however_old(planned: Creditor, world: World) -> None:
    world.fault("drop", phase="end")
    send_all(planned)
    with acting(creditor_id=planned.id):
        lost = Touch.objects.get(state="unsure")
        assert alarms(examine_in(planned, TUESDAY + 60 * DAY)).get(Alarm.LEDGER_DISAGREES) is None
        ContactRecord.objects.filter(touch_id=lost.id).update(outcome="failed_before")
        assert alarms(examine_in(planned, TUESDAY + 60 * DAY))[Alarm.LEDGER_DISAGREES] == 1


def examine_in(creditor: Creditor, at: datetime) -> Examined:
    return conservation.examine(creditor_id=creditor.id, zone=ZONE, now=at)


def test_what_was_sent_again_and_suppressed_stays_in_the_ledger(planned: Creditor, world: World) -> None:
    world.fault("drop", phase="end")
    send_all(planned)
    with acting(creditor_id=planned.id):
        lost = Touch.objects.get(state="unsure").id
    unsure.send_again(creditor_id=planned.id, touch_ids=[lost], by="person:1", now=TUESDAY)
    with acting(creditor_id=planned.id):
        hand_over.suppress(creditor_id=planned.id, reasons={lost: "paid"}, now=TUESDAY)
    assert alarms(examine(planned, TUESDAY + MINUTE)) == {}


def test_a_day_of_the_past_has_its_book(planned: Creditor, world: World) -> None:
    send_all(planned)
    later = TUESDAY + 5 * DAY
    assert fates(examine(planned, later, on=TUESDAY.date())) == {"accepted": 3}
    assert examine(planned, later, on=(TUESDAY + DAY).date()).book.due == 0


def test_the_commands_name_the_rows_and_end_with_1(planned: Creditor, world: World) -> None:
    visitor.set_clock(planned, TUESDAY)
    send_all(planned)
    sweep.sweep(creditor_id=planned.id, now=TUESDAY)
    whole = CliRunner().invoke(contacts_command, [])
    assert whole.exit_code == 0, whole.output
    assert "3 contacts were due: 3 accepted." in whole.output

    with acting(creditor_id=planned.id):
        first = Touch.objects.order_by("id")[0].id
        ContactRecord.objects.filter(touch_id=first).update(outcome="failed_before")
    wrong = CliRunner().invoke(contacts_command, ["--on", TUESDAY.date().isoformat(), "--json"])
    assert wrong.exit_code == 1
    assert json.loads(wrong.output)["findings"] == [
        {"alarm": "ledger_disagrees", "count": 1, "about": [first]}
    ]
    assert f"touches {first}." in CliRunner().invoke(contacts_command, []).output
    check(planned, TUESDAY)
    seen = json.loads(CliRunner().invoke(doctor, ["--json"]).output)["findings"]
    (about,) = [item for item in seen if item["about"].endswith(": contacts")]
    assert not about["ok"]
    assert f"touches {first}." in about["says"]


def test_the_check_takes_the_same_statements_for_few_and_for_many(creditor: Creditor, world: World) -> None:
    assert _statements(creditor, world, 2) == _statements(build.creditor(), world, 60)


def _statements(creditor: Creditor, world: World, customers: int) -> int:
    book.set_up(creditor, world=world)
    wb.fill(creditor, customers)
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    with reading(creditor_id=creditor.id), CaptureQueriesContext(connection) as made:
        found = conservation.examine(creditor_id=creditor.id, zone=ZONE, now=TUESDAY + 20 * MINUTE)
    assert found.book.fates[Fate.MISSING] == found.book.due == customers
    return len(made)
