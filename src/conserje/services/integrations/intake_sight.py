# SPDX-License-Identifier: Apache-2.0
"""What an import comes to, for a person: before it is done, from a transaction taken back; and once it is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.db import connection, transaction

from conserje.domain.kit.money import Money
from conserje.domain.ports.connector import BadRow
from conserje.services.integrations import first_week, intake, intake_changes, intake_missing
from conserje.services.integrations.first_week import Week
from conserje.services.integrations.intake_answers import Answers
from conserje.services.integrations.intake_apply import Delivery
from conserje.services.integrations.intake_outcome import Missing, Outcome
from conserje.services.receivables.staging import learn_sizes
from conserje.services.tenancy.act import act, step

ROWS_SHOWN: Final = 200
NAMES_SHOWN: Final = 100
_OPEN: Final = """
SELECT currency, sum(open_minor)::bigint, count(*) FROM receivables_invoice
 WHERE creditor_id = %s AND open_minor > 0 GROUP BY currency"""


@dataclass(frozen=True, slots=True)
class SeenFile:
    """What one file comes to. `bad_rows` and `unmatched` are the first ones; `counts` has how many there are.

    `counts` are (one of `COUNTS`, number), `warnings` (one of `WARNINGS`, number), each told when it is not zero.
    """

    name: str
    counts: tuple[tuple[str, int], ...]
    bad_rows: tuple[BadRow, ...]
    warnings: tuple[tuple[str, int], ...]
    unmatched: tuple[str, ...]

    def count(self, key: str) -> int:
        """How many of `key` there are."""
        return dict(self.counts).get(key, 0)


@dataclass(frozen=True, slots=True)
class OpenTotal:
    """What is open in the creditor's books in one currency, before and after; amounts in minor units."""

    currency: str
    before: int
    after: int
    invoices_before: int
    invoices_after: int

    @property
    def moved(self) -> Money:
        """By how much it changes."""
        return Money(self.currency, self.after - self.before)


@dataclass(frozen=True, slots=True)
class Sight:
    """An import as a whole. `likely_companies` are customers of unknown kind whose names look like companies.

    `customers` are all those of the files, `changed` those that were known and of whom anything is new. Once it is done
    there is no `week`: drafts and receivables tell it.
    """

    files: tuple[SeenFile, ...]
    customers: int
    changed: int
    missing: tuple[Missing, ...]
    likely_companies: int
    totals: tuple[OpenTotal, ...]
    week: Week | None

    @property
    def counts(self) -> dict[str, int]:
        """The counts of all files together. A customer whom several files tell of is one."""
        sums: Counter[str] = Counter()
        for seen in self.files:
            sums.update(dict(seen.counts))
        sums["customers_known"] = self.customers - sums["customers_new"]
        sums["customers_changed"] = self.changed
        return {key: count for key, count in sums.items() if count}


@act
def see(
    *, creditor_id: int, deliveries: Sequence[Delivery], answers: Answers, now: datetime
) -> tuple[Sight, tuple[Outcome, ...]]:
    """What taking `deliveries` in would come to, and the first week that would follow. Nothing of it stays."""
    sight, outcomes = take(creditor_id=creditor_id, deliveries=deliveries, answers=answers, now=now)
    ids = sorted({customer_id for outcome in outcomes for customer_id in outcome.customer_ids})
    week = first_week.tell(creditor_id=creditor_id, customer_ids=ids, now=now)
    # The sizes of tables outlive a rollback. Learned while the rows stand, they serve the import that follows; learned
    # then, among rows taken back, they would be zero, and the planner would choose among indexes blindly.
    learn_sizes()
    transaction.set_rollback(True)
    return replace(sight, week=week), outcomes


@step
def take(
    *, creditor_id: int, deliveries: Sequence[Delivery], answers: Answers, now: datetime
) -> tuple[Sight, tuple[Outcome, ...]]:
    """Take all `deliveries` in, in their order, and tell what it came to."""
    before, marks = _open(creditor_id), intake_changes.marks(creditor_id=creditor_id)
    outcomes = tuple(
        intake.take(creditor_id=creditor_id, delivery=delivery, answers=answers, now=now)
        for delivery in deliveries
    )
    after = _open(creditor_id)
    ids = {customer_id for outcome in outcomes for customer_id in outcome.customer_ids}
    suggested = {item.customer_id for outcome in outcomes for item in outcome.suggestions}
    files = tuple(
        _seen(delivery.file_name, outcome) for delivery, outcome in zip(deliveries, outcomes, strict=True)
    )
    missing = intake_missing.missing(creditor_id=creditor_id, customer_ids=sorted(ids))
    totals = tuple(_total(currency, before, after) for currency in sorted({*before, *after}))
    changed = intake_changes.changed(creditor_id=creditor_id, since=marks)
    return Sight(files, len(ids), changed, missing, len(suggested), totals, None), outcomes


def _total(currency: str, before: dict[str, tuple[int, int]], after: dict[str, tuple[int, int]]) -> OpenTotal:
    (was, invoices_before), (now_is, invoices_after) = (
        before.get(currency, (0, 0)),
        after.get(currency, (0, 0)),
    )
    return OpenTotal(currency, was, now_is, invoices_before, invoices_after)


def _open(creditor_id: int) -> dict[str, tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, [creditor_id])
        return {currency: (minor, count) for currency, minor, count in cursor.fetchall()}


def _seen(name: str, outcome: Outcome) -> SeenFile:
    return SeenFile(
        name,
        tuple((key, count) for key, count in outcome.counts.items() if count),
        outcome.bad_rows[:ROWS_SHOWN],
        tuple(outcome.warnings.items()),
        outcome.unmatched[:NAMES_SHOWN],
    )
