# SPDX-License-Identifier: Apache-2.0
"""Sending that stops when it is told to, gives way, takes over from the dead, and gives up what cannot leave."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection
from procrastinate.contrib.django.models import ProcrastinateJob
from tests import harness
from tests.integration import book
from tests.integration.book import TUESDAY

from conserje.data.outreach import hand_over
from conserje.data.outreach.models import Attempt, ContactRecord, Review, SenderStop, Touch
from conserje.data.tenancy.models import Creditor
from conserje.domain.ports.channel import Accepted, Channel
from conserje.jobs import outreach as jobs
from conserje.services.outreach import fuse, letter, parked, record, send, stop, suppression, sweep
from conserje.services.tenancy.act import acting
from conserje.testing.world import start
from conserje.testing.world.handle import World

MINUTE = timedelta(minutes=1)
# Whether the transaction of each change of state that sending makes will be forced to the disk.
_WATCH = """
CREATE TABLE watched (state text, forced text);
GRANT SELECT, INSERT ON watched TO PUBLIC;
CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO watched VALUES (NEW.state, current_setting('synchronous_commit'));
    RETURN NULL;
END $$;
CREATE TRIGGER watch AFTER UPDATE ON outreach_touch FOR EACH ROW
       WHEN (OLD.state IN ('claimed', 'handing_over')) EXECUTE FUNCTION watch();"""


@pytest.fixture(scope="module")
def shared_world() -> Iterator[World]:
    with start() as running:
        yield running


@pytest.fixture
def world(shared_world: World) -> Iterator[World]:
    shared_world.clear_messages()
    yield shared_world
    shared_world.clear_faults()


def due(creditor: Creditor, world: World, count: int) -> list[int]:
    """So many customers with one contact due at `TUESDAY`."""
    book.set_up(creditor, world=world)
    owing = [book.customer(creditor, f"Tienda {n}", email=f"pagos{n}@tienda.example") for n in range(count)]
    for one in owing:
        book.invoice(creditor, one, f"FE-{one.id}", due_on=book.days_late(5))
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    return [one.id for one in owing]


def run(creditor: Creditor, at: datetime = TUESDAY, **bounds: Any) -> dict[str, int]:
    return send.send_due(creditor_id=creditor.id, clock=book.at(at), **bounds).outcomes


def states(creditor: Creditor) -> dict[str, int]:
    with acting(creditor_id=creditor.id):
        rows = list(Touch.objects.values_list("state", flat=True))
    return {state: rows.count(state) for state in sorted(set(rows))}


def claimed(creditor: Creditor) -> tuple[hand_over.Fence, Touch]:
    """One touch in the hands of a worker, and the fence its mark would need."""
    token = uuid4()
    with acting(creditor_id=creditor.id):
        ((touch_id, _),) = hand_over.claim(creditor_id=creditor.id, token=token, now=TUESDAY, limit=1)
        touch = Touch.objects.select_related("point").get(id=touch_id)
        version = Review.objects.get(customer_id=touch.customer_id).version
    since = TUESDAY - timedelta(days=100)
    return hand_over.Fence(touch_id, token, version, "", since, (touch.point.address_hash,)), touch


def lapse(creditor: Creditor) -> None:
    with acting(creditor_id=creditor.id):
        Touch.objects.filter(state__in=["claimed", "handing_over"]).update(
            claim_until=TUESDAY - 1000 * MINUTE
        )


def test_a_mark_is_committed_alone_or_refused_and_leaves_no_context_behind(
    creditor: Creditor, world: World
) -> None:
    due(creditor, world, 1)
    fence, _ = claimed(creditor)
    with pytest.raises(RuntimeError, match="inside a transaction"), acting(creditor_id=creditor.id):
        hand_over.mark(creditor_id=creditor.id, fence=fence, now=TUESDAY)
    assert hand_over.mark(creditor_id=creditor.id, fence=fence, now=TUESDAY) == "marked"
    assert Touch.objects.count() == 0
    assert hand_over.mark(creditor_id=creditor.id, fence=fence, now=TUESDAY) != "marked"


def test_each_mark_is_forced_to_the_disk_and_only_an_acceptance_need_not_be(
    creditor: Creditor, world: World, database: harness.Clone
) -> None:
    due(creditor, world, 2)
    with database.connect("owner") as owner:
        owner.execute(_WATCH)
    world.fault("reject", target="pagos1@tienda.example", phase="end", code=451)
    run(creditor)
    with connection.cursor() as cursor:
        cursor.execute("SELECT state, forced FROM watched ORDER BY state, forced")
        found = cursor.fetchall()
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("on",)
    assert found == [("accepted", "off"), ("handing_over", "on"), ("handing_over", "on"), ("planned", "on")]


@pytest.mark.parametrize("lost", ["claim", "lease", "facts", "past"])
def test_a_mark_needs_its_claim_its_lease_its_facts_and_its_past(
    creditor: Creditor, world: World, lost: str
) -> None:
    due(creditor, world, 1)
    fence, touch = claimed(creditor)
    with acting(creditor_id=creditor.id):
        if lost == "claim":
            Touch.objects.update(claim=uuid4())
        elif lost == "lease":
            Touch.objects.update(claim_until=TUESDAY - 1000 * MINUTE)
        elif lost == "facts":
            Review.objects.update(version=fence.version + 1)
        else:
            ContactRecord.objects.create(
                organisation_id=creditor.organisation_id,
                creditor=creditor,
                person_hash=touch.point.address_hash,
                customer_id=touch.customer_id,
                touch_id=0,
                channel="email",
                purpose="collection",
                outcome="attempted",
                at=TUESDAY,
            )
    said = hand_over.mark(creditor_id=creditor.id, fence=fence, now=TUESDAY)
    assert said == ("met" if lost == "past" else "not_any_more")
    with acting(creditor_id=creditor.id):
        assert Attempt.objects.count() == 0


@pytest.mark.parametrize(("channel", "said"), [("", "stopped"), ("email", "stopped"), ("letter", "marked")])
def test_the_mark_itself_looks_at_the_stop_button(
    creditor: Creditor, world: World, channel: str, said: str
) -> None:
    """The bare row, without the new look at every customer that pressing it brings."""
    due(creditor, world, 1)
    fence, _ = claimed(creditor)
    with acting(creditor_id=creditor.id):
        SenderStop.objects.create(
            creditor=creditor, channel=channel, reason="alto", placed_by="person:1", placed_at=TUESDAY
        )
    assert hand_over.mark(creditor_id=creditor.id, fence=fence, now=TUESDAY) == said


def test_who_lost_the_claim_records_nothing(creditor: Creditor, world: World) -> None:
    due(creditor, world, 1)
    fence, touch = claimed(creditor)
    hand_over.mark(creditor_id=creditor.id, fence=fence, now=TUESDAY)
    lapse(creditor)
    record.reap(creditor_id=creditor.id, now=TUESDAY)
    with acting(creditor_id=creditor.id):
        facts = send.prepare.letters.gather(creditor_id=creditor.id, touch_ids=[touch.id]).touches[0]
    handed = record.Handed(facts, fence.token, marked=True)
    assert not record.outcome(creditor_id=creditor.id, handed=handed, outcome=Accepted("250"), now=TUESDAY)
    assert states(creditor) == {"unsure": 1}


@pytest.mark.parametrize("pressed", ["", "email", "opt_out"])
def test_from_the_button_on_nothing_is_handed_over_in_the_middle_of_a_batch(
    creditor: Creditor, world: World, pressed: str
) -> None:
    due(creditor, world, 10)
    world.fault("slow", phase="data", seconds=0.3, times=-1)
    worker = threading.Thread(target=run, args=[creditor])
    worker.start()
    world.wait_for_messages(2, seconds=60)
    if pressed == "opt_out":
        with acting(creditor_id=creditor.id):
            hashes = list(Touch.objects.values_list("point__address_hash", flat=True))
            for address_hash in hashes:
                suppression.stop(
                    creditor_id=creditor.id,
                    address_hash=address_hash,
                    channel=Channel.EMAIL,
                    how="reply",
                    now=TUESDAY,
                )
    else:
        stop.place(creditor_id=creditor.id, channel=pressed, reason="alto", by="person:1", now=TUESDAY)
    with acting(creditor_id=creditor.id):
        marked = Attempt.objects.count()
    worker.join(60)

    with acting(creditor_id=creditor.id):
        assert Attempt.objects.count() == marked
    assert len(world.messages()) == marked < 10
    assert "claimed" not in states(creditor)


def test_the_fuse_ends_a_chain_of_crashes_even_where_no_fence_of_ours_holds(
    creditor: Creditor, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that dies between acceptance and record, tried again each minute by somebody who takes it for unsent."""
    due(creditor, world, 1)

    def crash(**_: Any) -> None:
        raise SystemError("after acceptance, before the record")

    with monkeypatch.context() as planted:
        planted.setattr(record, "outcome", crash)
        for minute in range(30):
            with suppress(SystemError):
                run(creditor, TUESDAY + minute * MINUTE)
            with acting(creditor_id=creditor.id):
                Touch.objects.filter(state="handing_over").update(state="planned", claim=None)
                ContactRecord.objects.update(outcome="failed_before")

    assert len(world.messages()) == hand_over.MESSAGES_AN_HOUR
    with acting(creditor_id=creditor.id):
        (placed,) = SenderStop.objects.all()
    assert (placed.reason, placed.placed_by, placed.channel) == (fuse.TOO_MANY, "system", "email")


def test_too_many_failures_stop_the_channel_until_a_person_lifts_it(creditor: Creditor, world: World) -> None:
    due(creditor, world, fuse.LEAST + 4)
    world.fault("reject", phase="end", code=554, text="5.7.1 no", times=-1)
    run(creditor)
    with acting(creditor_id=creditor.id):
        assert Attempt.objects.count() == fuse.LEAST
        assert [row.reason for row in SenderStop.objects.all()] == [fuse.TOO_MANY_FAILED]
    assert run(creditor, TUESDAY + MINUTE) == {}

    world.clear_faults()
    stop.lift(creditor_id=creditor.id, channel="email", by="person:1", now=TUESDAY + 2 * MINUTE)
    sent = run(creditor, TUESDAY + 2 * MINUTE)
    assert sent["accepted"] == 4


def test_what_cannot_leave_stops_nobody_and_is_parked_until_a_person_tries_again(
    creditor: Creditor, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    *_, poisoned = due(creditor, world, 5)
    write = letter.write

    def poison(*, writing: letter.Writing, **given: Any) -> letter.Written:
        if writing.touch.customer_id == poisoned:
            raise RuntimeError("nobody foresaw this")
        return write(writing=writing, **given)

    with monkeypatch.context() as planted:
        planted.setattr(letter, "write", poison)
        for minute in range(12):
            run(creditor, TUESDAY + minute * MINUTE)
    assert len(world.messages()) == 4
    with acting(creditor_id=creditor.id):
        (given_up,) = parked.waiting(creditor_id=creditor.id)
        touch = Touch.objects.get(id=given_up.touch_id)
    assert (touch.state, touch.strikes, given_up.cause) == ("failed", hand_over.STRIKES_MAX, "RuntimeError")

    late = TUESDAY + 13 * MINUTE
    made = parked.again(creditor_id=creditor.id, touch_ids=[touch.id], by="person:1", now=late)
    assert (list(made.made), made.left) == ([touch.id], {})
    assert run(creditor, late) == {"accepted": 1}
    assert len(world.messages()) == 5


def test_what_kills_one_worker_after_another_is_parked(creditor: Creditor, world: World) -> None:
    due(creditor, world, 3)
    for strike in range(hand_over.STRIKES_MAX):
        with acting(creditor_id=creditor.id):
            moment = TUESDAY + strike * 10 * MINUTE
            taken = hand_over.claim(creditor_id=creditor.id, token=uuid4(), now=moment, limit=10)
        assert len(taken) == (3 if strike == 0 else 1)
        lapse(creditor)
        record.reap(creditor_id=creditor.id, now=moment)
        if strike == 0:
            # The two others leave as soon as each is alone; what is left kills on.
            with acting(creditor_id=creditor.id):
                spared = [touch_id for touch_id, _ in taken[1:]]
                Touch.objects.filter(id__in=spared).update(state="suppressed")
    assert states(creditor) == {"failed": 1, "suppressed": 2}
    with acting(creditor_id=creditor.id):
        (given_up,) = parked.waiting(creditor_id=creditor.id)
    assert (given_up.reason, given_up.cause) == ("poisoned", "worker_lost")


def test_a_run_that_has_enough_gives_back_what_it_claimed(creditor: Creditor, world: World) -> None:
    due(creditor, world, 8)
    asked = iter([False] * 4 + [True] * 100)
    first = run(creditor, enough=lambda: next(asked))
    assert states(creditor) == {"accepted": first["accepted"], "planned": 8 - first["accepted"]}
    assert 0 < first["accepted"] < 8
    run(creditor)
    assert sorted(message.recipients for message in world.messages()) == sorted(
        {message.recipients for message in world.messages()}
    )
    assert len(world.messages()) == 8


def test_a_turn_makes_way_after_its_time_and_goes_on_behind_the_others(
    creditor: Creditor, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    due(creditor, world, 8)
    Creditor.objects.filter(id=creditor.id).update(is_demo=True, clock_at=TUESDAY)
    asked = iter([False] * 4 + [True] * 100)

    def after(seconds: int) -> Callable[[], bool]:
        return (lambda: next(asked)) if seconds == jobs.TURN_SECONDS else sweep.never

    monkeypatch.setattr(jobs.clock, "after", after)
    jobs.turn(creditor_id=creditor.id)
    assert 0 < len(world.messages()) < 8
    waiting = ProcrastinateJob.objects.filter(status="todo").values_list("queueing_lock", flat=True)
    assert list(waiting) == [f"turn:{creditor.id}"]


def test_a_turn_looks_again_when_the_claim_of_another_runs_out(creditor: Creditor, world: World) -> None:
    due(creditor, world, 1)
    Creditor.objects.filter(id=creditor.id).update(is_demo=True, clock_at=TUESDAY)
    claimed(creditor)
    jobs.turn(creditor_id=creditor.id)
    (waiting,) = ProcrastinateJob.objects.filter(status="todo")
    assert waiting.queueing_lock == f"lapse:{creditor.id}"
    seconds = (waiting.scheduled_at - datetime.now(waiting.scheduled_at.tzinfo)).total_seconds()
    assert hand_over.LEASE_SECONDS - 60 < seconds <= hand_over.LEASE_SECONDS + 2


def test_one_step_of_one_case_is_one_contact(creditor: Creditor, world: World) -> None:
    due(creditor, world, 1)
    with acting(creditor_id=creditor.id):
        touch = Touch.objects.get()
    touch.pk, touch.key = None, uuid4().hex
    with acting(creditor_id=creditor.id), pytest.raises(IntegrityError, match="touch_step_once"):
        touch.save(force_insert=True)
