# SPDX-License-Identifier: Apache-2.0
"""Bringing a file in: understood first, confirmed by a person, then taken whole or not at all.

The same file again, renamed or saved anew, changes nothing. Everything is written in one transaction, after the file
was read: an import that is killed leaves nothing behind, and nothing is ever planned from half of one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import connection

from conserje.data.integrations.models import ImportRun
from conserje.data.tenancy.models import Creditor
from conserje.domain.kit import canonical
from conserje.domain.kit.days import local_date
from conserje.domain.ports.connector import Connector, FilePlan, FoundDocument, Row
from conserje.domain.ports.registry import connectors
from conserje.services.integrations import intake_apply, intake_outcome, intake_words, mapping
from conserje.services.integrations.intake_answers import Answers
from conserje.services.integrations.intake_apply import Delivery
from conserje.services.integrations.intake_outcome import Outcome
from conserje.services.tenancy.act import act, reading, step
from conserje.services.tenancy.memory import uncollected

CONNECTOR = "tabular_files"
NO_PLAN = FilePlan("", "", "", ())

_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('conserje.import', %s))"


@dataclass(frozen=True, slots=True)
class Given:
    """A file to take in: where it is, the plan by which it is read, and the papers that belong to its invoices.

    `documents` are folders or archives of PDFs and XMLs named by invoice number. A `path` of None brings papers alone,
    for invoices of the books.
    """

    path: Path | None
    plan: FilePlan
    documents: tuple[Path, ...] = ()


def understand(*, creditor_id: int, path: Path, now: datetime, saved: FilePlan | None = None) -> FilePlan:
    """How the file at `path` would be read, for confirmation; a plan confirmed for the same headers is used again.

    With `saved`, that plan is used and none is looked for. Raises `FileRefused` when the file as a whole cannot be
    read, `Creditor.DoesNotExist`.
    """
    creditor = Creditor.objects.get(pk=creditor_id)
    today = local_date(now, creditor.time_zone)
    if saved is not None:
        return _connector().understand(path, currency=creditor.currency, today=today, saved=saved)
    plan = _connector().understand(path, currency=creditor.currency, today=today)
    with reading(creditor_id=creditor_id):
        saved = mapping.find(creditor_id=creditor_id, plan=plan)
    if saved is None:
        return plan
    return _connector().understand(path, currency=creditor.currency, today=today, saved=saved)


def bring_in(
    *,
    creditor_id: int,
    path: Path,
    plan: FilePlan,
    answers: Answers,
    now: datetime,
    documents: Path | None = None,
) -> Outcome:
    """Take in the file at `path`, read by `plan` (confirmed and so saved), with `answers` for what no column says.

    `documents` is a folder or archive of PDFs and XMLs named by invoice number. Raises `FileRefused`, and then nothing
    was written. Imports of one creditor wait for each other.
    """
    given = Given(path, plan, (documents,) if documents else ())
    with uncollected():
        delivery = read(creditor_id=creditor_id, given=given, answers=answers, now=now)
        return _write(creditor_id=creditor_id, delivery=delivery, answers=answers, now=now)


def read(*, creditor_id: int, given: Given, answers: Answers, now: datetime) -> Delivery:
    """What a file says, read whole, for `take`. Raises `FileRefused`, `Creditor.DoesNotExist`."""
    creditor = Creditor.objects.get(pk=creditor_id)
    today = local_date(now, creditor.time_zone)
    connector = _connector()
    rows: Sequence[Row] = ()
    if given.path is not None:
        currency = answers.currency or creditor.currency
        rows = list(connector.read(given.path, given.plan, currency=currency, today=today))
    papers = [paper for place in given.documents for paper in connector.documents(place)]
    named = given.path or given.documents[0]
    return Delivery(named.name, _sha256(named), given.plan, rows, papers, today)


def count_papers(*, path: Path) -> int:
    """How many documents can be read at `path`, an archive, a PDF or an XML. Raises `FileRefused`."""
    return sum(isinstance(paper, FoundDocument) for paper in _connector().documents(path))


@step
def take(*, creditor_id: int, delivery: Delivery, answers: Answers, now: datetime) -> Outcome:
    """Write what `delivery` brings, as a run of its own. Imports of one creditor wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute(_ONE_AT_A_TIME, [creditor_id])
    run = ImportRun.objects.create(
        creditor_id=creditor_id,
        file_name=delivery.file_name[:200],
        sha256=delivery.sha256,
        answers=canonical.plain(answers),
        started_at=now,
    )
    if delivery.plan.sheets:
        mapping.save(creditor_id=creditor_id, plan=delivery.plan, now=now)
    outcome = intake_apply.apply(
        creditor_id=creditor_id, run_id=run.pk, delivery=delivery, answers=answers, now=now
    )
    run.finished_at, run.counts = now, dict(outcome.counts)
    run.save(update_fields=["finished_at", "counts"])
    return outcome


def write_corrections(*, path: Path, plan: FilePlan, outcome: Outcome) -> tuple[Path, ...]:
    """Write the lines that were not taken beside `path`, one file a sheet, to be corrected there and brought in.

    The files are named `<name>.corrections.csv` (with the sheet's number when there are several); none when all went
    in.
    """
    written = []
    sheets = [sheet for sheet in plan.sheets if any(bad.sheet == sheet.sheet for bad in outcome.bad_rows)]
    for number, sheet in enumerate(sheets, start=1):
        ending = ".corrections.csv" if len(sheets) == 1 else f".corrections-{number}.csv"
        target = path.with_name(path.stem.partition(".corrections")[0] + ending)
        if target == path:
            target = path.with_name(path.stem + "-again.csv")
        rows = [bad for bad in outcome.bad_rows if bad.sheet == sheet.sheet]
        _connector().write_corrections(target, rows, sheet=sheet, say=lambda code: say(statement=code))
        written.append(target)
    return tuple(written)


def say(*, statement: str) -> str:
    """A reason, remedy, doubt, why or refusal, of the file or of the books, as a sentence in the active language."""
    return intake_outcome.reason(statement) or _connector().say(statement, intake_words.translated)


@act
def _write(*, creditor_id: int, delivery: Delivery, answers: Answers, now: datetime) -> Outcome:
    return take(creditor_id=creditor_id, delivery=delivery, answers=answers, now=now)


def _connector() -> Connector:
    return connectors.get(CONNECTOR)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
