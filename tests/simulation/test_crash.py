# SPDX-License-Identifier: Apache-2.0
"""A process can be ended on either side of every commit, also of the marks and records that are one round trip each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from django.db import OperationalError
from tests import harness

from conserje.cli.simulation import crash
from conserje.testing.simulation.faults import Crash, Fault

if TYPE_CHECKING:
    from conserje.data.tenancy.models import Creditor

NOW = datetime(2026, 11, 17, 15, tzinfo=UTC)
BOTH_WAYS = pytest.mark.parametrize("alone", [True, False], ids=["one round trip", "an act"])


@pytest.fixture
def creditor(database: harness.Clone) -> Creditor:
    """Whose journal is written to."""
    from tests.integration import build

    return build.creditor()


def write(creditor: Creditor, *, alone: bool) -> None:
    from conserje.data.tenancy import context
    from conserje.services.journal import entry as journal
    from conserje.services.tenancy.act import acting

    new = journal.NewEntry(
        at=NOW,
        kind="outreach.touch.planned",
        actor="rule",
        customer_id=1,
        subject_kind="touch",
        subject_id=1,
        payload={},
    )
    if alone:
        asked = {"journal": journal.as_json(creditor_id=creditor.id, entries=[new])}
        context.alone(
            creditor_id=creditor.id, call="journal_write(act.id, %(journal)s::jsonb)::text", asked=asked
        )
    else:
        with acting(creditor_id=creditor.id):
            journal.write(creditor_id=creditor.id, entries=[new])


def written(creditor: Creditor) -> int:
    from conserje.data.journal.models import Entry
    from conserje.services.tenancy.act import acting

    with acting(creditor_id=creditor.id):
        return Entry.objects.count()


@BOTH_WAYS
@pytest.mark.parametrize(
    ("kind", "ends", "left"),
    [
        (Crash.STATEMENT, crash.Killed, 0),
        (Crash.LINE_LOST, OperationalError, 0),
        (Crash.BEFORE_COMMIT, crash.Killed, 0),
        (Crash.AFTER_COMMIT, crash.Killed, 1),
        (Crash.ANSWER_LOST, OperationalError, 1),
    ],
)
def test_on_which_side_of_the_commit_it_ended_is_what_is_left(
    creditor: Creditor, alone: bool, kind: Crash, ends: type[BaseException], left: int
) -> None:
    with pytest.raises(ends), crash.armed(Fault(kind, 1)):
        write(creditor, alone=alone)
    assert written(creditor) == left


@BOTH_WAYS
def test_a_count_that_is_not_reached_and_another_process_are_left_alone(
    creditor: Creditor, alone: bool
) -> None:
    with crash.armed(Fault(Crash.BEFORE_COMMIT, 2)):
        write(creditor, alone=alone)
        with crash.elsewhere():
            write(creditor, alone=alone)
    write(creditor, alone=alone)
    assert written(creditor) == 3
