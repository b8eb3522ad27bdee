# SPDX-License-Identifier: Apache-2.0
"""Hours and days without workers: when they come back, each customer hears at most once, at a lawful hour.

The oracle is the outside world's mailbox. The workers come back through `conserje run`, by the clock of a demo book.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests import harness
from tests.integration import book, build, restoring

from conserje.data.outreach.models import Decision, Touch
from conserje.data.tenancy.models import Creditor
from conserje.services.integrations import turn
from conserje.services.tenancy.act import reading
from conserje.testing.world import start
from conserje.testing.world.handle import World

pytestmark = pytest.mark.slow

BOGOTA = ZoneInfo("America/Bogota")
# Friday 13 November 2026, 11:00. Monday the 16th is a holiday in Colombia (Independencia de Cartagena).
LAST = datetime(2026, 11, 13, 11, 0, tzinfo=BOGOTA)
HOLIDAY = datetime(2026, 11, 16, tzinfo=BOGOTA).date()
OPENS, CLOSES = time(7), time(19)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with start() as running:
        yield running


def lived(creditor: Creditor, world: World) -> None:
    """Customers at every stage: a run each day at ten until the last one before the outage."""
    book.set_up(creditor, world=world, now=LAST - timedelta(days=60))
    for place, days in enumerate((-4, -3, -1, 0, 3, 7, 11, 14, 20, 29, 44)):
        late = book.customer(creditor, f"Cliente {place}", email=f"c{place}@clientes.example")
        book.invoice(creditor, late, f"FE-{place}", due_on=(LAST - timedelta(days=days)).date())
    for day in range(24, 0, -1):
        turn.turn(creditor_id=creditor.id, clock=book.at(LAST - timedelta(days=day, hours=1)))
    turn.turn(creditor_id=creditor.id, clock=book.at(LAST))


def heard(world: World) -> Counter[str]:
    return Counter(letter.recipients[0] for letter in world.messages())


@pytest.mark.parametrize(
    "hours", [pytest.param(1, marks=pytest.mark.long), pytest.param(26, marks=pytest.mark.long), 72]
)
def test_after_an_outage_each_customer_hears_at_most_once_and_lawfully(
    database: harness.Clone, world: World, hours: int
) -> None:
    world.clear_messages()
    creditor = build.creditor(is_demo=True, clock_at=LAST)
    lived(creditor, world)
    world.clear_messages()
    back = LAST + timedelta(hours=hours)

    # One turn through the door, then a day of them.
    done = restoring.conserje(
        database, "run", "--json", "--now", back.isoformat(), "--creditor", creditor.public_id
    )
    assert done.returncode == 0, done.stderr
    at_the_door = heard(world)
    if not lawful(back):
        assert at_the_door == {}, f"{back} is no hour to write"
    assert json.loads(done.stdout)["sent"].get("accepted", 0) == sum(at_the_door.values())
    until = back + timedelta(days=1)
    while not lawful(until):
        until += timedelta(days=1)
    moment = back
    while moment < until:
        moment += timedelta(hours=2)
        known = heard(world)
        turn.turn(creditor_id=creditor.id, clock=book.at(moment.astimezone(UTC)))
        if not lawful(moment):
            assert heard(world) == known, f"{moment} is no hour to write"

    assert all(count == 1 for count in heard(world).values()), heard(world)
    assert heard(world), "somebody was due"
    _only_current_steps(creditor, back)


def lawful(moment: datetime) -> bool:
    """Working days from seven to seven (Ley 2300 de 2023), said here without the pack that is under test."""
    local = moment.astimezone(BOGOTA)
    return local.weekday() < 5 and local.date() != HOLIDAY and OPENS <= local.time() < CLOSES


def _only_current_steps(creditor: Creditor, back: datetime) -> None:
    """Whoever was written to heard the step of their day, and what that step overtook is named with it."""
    with reading(creditor_id=creditor.id):
        made = list(Touch.objects.filter(handed_at__gte=back).select_related("decision"))
        for touch in made:
            assert touch.decision is not None
            reasons = json.loads(touch.decision.reasons)
            overtaken = [reason for reason in reasons if reason["code"] == "steps_overtaken"]
            former = set(
                Touch.objects.filter(customer_id=touch.customer_id, handed_at__lt=back).values_list(
                    "step", flat=True
                )
            )
            assert touch.step not in former
            assert all(touch.step not in str(reason) for reason in overtaken)
        assert Decision.objects.filter(decided_at__gte=back).exists()
