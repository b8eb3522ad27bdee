# SPDX-License-Identifier: Apache-2.0
"""Imports that were done: which file, by whom, when, what it changed, and the lines it did not take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from conserje.data.integrations.models import ImportRun, ImportTrouble
from conserje.services.tenancy.act import step

TROUBLES_SHOWN: Final = 500


@dataclass(frozen=True, slots=True)
class Run:
    """One file brought in. `by` is "person:<id>", or what a command said; `counts` has the keys of `COUNTS`."""

    id: int
    file_name: str
    at: datetime
    by: str
    answers: Mapping[str, Any]
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Trouble:
    """A line that was not taken; `reason` and `remedy` are statements for `intake.say`."""

    sheet: str
    line: int
    column: str
    value: str
    reason: str
    remedy: str


@step
def count(*, creditor_id: int) -> int:
    """How many imports were done."""
    return ImportRun.objects.filter(creditor_id=creditor_id, finished_at__isnull=False).count()


@step
def page(*, creditor_id: int, limit: int, offset: int = 0) -> list[Run]:
    """Imports that were done, the latest first."""
    rows = ImportRun.objects.filter(creditor_id=creditor_id, finished_at__isnull=False)
    return [_run(row) for row in rows.order_by("-started_at", "-id")[offset : offset + limit]]


@step
def one(*, creditor_id: int, run_id: int) -> Run | None:
    """One import, None when there is none of that id."""
    row = ImportRun.objects.filter(creditor_id=creditor_id, id=run_id, finished_at__isnull=False).first()
    return None if row is None else _run(row)


@step
def troubles(*, creditor_id: int, run_id: int) -> list[Trouble]:
    """The first lines that an import did not take, in the order of the file."""
    rows = ImportTrouble.objects.filter(creditor_id=creditor_id, run_id=run_id).order_by("id")
    columns = ("sheet", "line", "column", "value", "reason", "remedy")
    return [Trouble(*row) for row in rows.values_list(*columns)[:TROUBLES_SHOWN]]


@step
def last_answers(*, creditor_id: int) -> Mapping[str, Any]:
    """What was answered at the latest import, empty before the first: most files of one book are alike."""
    rows = ImportRun.objects.filter(creditor_id=creditor_id, finished_at__isnull=False)
    found: Mapping[str, Any] | None = (
        rows.order_by("-started_at", "-id").values_list("answers", flat=True).first()
    )
    return found or {}


def _run(row: ImportRun) -> Run:
    return Run(
        row.pk, row.file_name, row.started_at, str(row.answers.get("stated_by", "")), row.answers, row.counts
    )
