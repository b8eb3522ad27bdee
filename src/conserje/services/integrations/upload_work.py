# SPDX-License-Identifier: Apache-2.0
"""Looking at an upload before it is taken in, and taking it in: at once when it is small, else by the queue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from conserje.data.integrations.models import Upload, UploadFile
from conserje.domain.kit import canonical
from conserje.domain.ports.connector import Field, FileRefused
from conserje.services.integrations import intake, intake_sight, mapping, upload
from conserje.services.integrations.intake import Given
from conserje.services.integrations.intake_apply import Delivery
from conserje.services.integrations.intake_outcome import Outcome
from conserje.services.integrations.intake_sight import Sight
from conserje.services.integrations.intake_words import FAILED
from conserje.services.integrations.upload import Kept, KeptFile, NoUpload, plan_of
from conserje.services.tenancy.act import act, reading
from conserje.services.tenancy.memory import uncollected
from conserje.services.tenancy.queue import enqueue

# So many lines are read, judged and written while a person waits for the page.
LINES_AT_ONCE: Final = 1500
BYTES_AT_ONCE: Final = 12_000_000
LEFT_SECONDS: Final = 120
_AMOUNTS: Final = frozenset({Field.TOTAL, Field.OPEN_AMOUNT, Field.NET})


class NotSeen(ValueError):
    """An upload changed after it was looked at: look again before it is taken in."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of an upload: `what` is "see" or "take", by whom, and of which version of it."""

    what: str
    by: str
    version: int


def is_small(kept: Kept) -> bool:
    """Whether an upload can be done while a person waits."""
    return kept.lines <= LINES_AT_ONCE and sum(file.size for file in kept.files) <= BYTES_AT_ONCE


@act
def ask(*, creditor_id: int, upload_id: int, asked: Asked, queued: bool, now: datetime) -> None:
    """Write down what is wanted; `queued` leaves it to the queue. Raises `NoUpload`, and `NotSeen` for a "take"."""
    rows = Upload.objects.select_for_update().filter(creditor_id=creditor_id, id=upload_id, taken_at=None)
    row = rows.defer("answers", "seen", "taken").first()
    if row is None:
        raise NoUpload(f"There is no upload {upload_id} to do anything with.")
    if row.version != asked.version or (asked.what == "take" and row.seen_version != asked.version):
        raise NotSeen(f"Upload {upload_id} changed meanwhile.")
    row.wanted, row.wanted_by, row.wanted_at, row.trouble = asked.what, asked.by, now, ""
    row.save(update_fields=["wanted", "wanted_by", "wanted_at", "trouble"])
    # What the page does itself the queue does too, a little later, should the page's process die on the way.
    once, in_seconds = ("uploads", 0) if queued else ("uploads-left", LEFT_SECONDS)
    enqueue(
        job="integrations.uploads",
        once=f"{once}:{creditor_id}",
        creditor_id=creditor_id,
        in_seconds=in_seconds,
    )


def waiting(*, creditor_id: int) -> list[int]:
    """Uploads of which something is wanted, in the order in which it was asked."""
    with reading(creditor_id=creditor_id):
        rows = Upload.objects.filter(creditor_id=creditor_id).exclude(wanted="")
        return list(rows.order_by("wanted_at", "id").values_list("id", flat=True))


def work(*, creditor_id: int, upload_id: int, now: datetime) -> None:
    """Do what is wanted of an upload; doing it twice is doing it once.

    What cannot be read is noted as its trouble. So is a mistake of ours, which is raised all the same: nothing is
    written then, and a person may ask again.
    """
    with reading(creditor_id=creditor_id):
        kept = upload.find(creditor_id=creditor_id, upload_id=upload_id)
    if not kept.wanted or kept.answers is None:
        return
    try:
        with upload.laid_out(creditor_id=creditor_id, kept=kept) as paths, uncollected():
            givens = _givens(kept, paths)
            deliveries = tuple(
                intake.read(creditor_id=creditor_id, given=given, answers=kept.answers, now=now)
                for given in givens
            )
            if kept.wanted == "take":
                _take(creditor_id=creditor_id, kept=kept, givens=givens, deliveries=deliveries, now=now)
                return
            sight, outcomes = intake_sight.see(
                creditor_id=creditor_id, deliveries=deliveries, answers=kept.answers, now=now
            )
            corrections = _corrections(givens, outcomes)
        _seen(creditor_id=creditor_id, kept=kept, sight=sight, corrections=corrections)
    except FileRefused as refusal:
        trouble = refusal.statement or str(refusal)
        _trouble(creditor_id=creditor_id, kept=kept, trouble=trouble)
    except Exception:
        _trouble(creditor_id=creditor_id, kept=kept, trouble=FAILED)
        raise


@act
def _take(
    *, creditor_id: int, kept: Kept, givens: Sequence[Given], deliveries: Sequence[Delivery], now: datetime
) -> None:
    row = Upload.objects.select_for_update().filter(creditor_id=creditor_id, id=kept.id).first()
    if row is None or row.wanted != "take" or row.version != kept.version or kept.answers is None:
        return
    sight, outcomes = intake_sight.take(
        creditor_id=creditor_id, deliveries=deliveries, answers=kept.answers, now=now
    )
    for file in kept.tables:
        if file.reading is not None:
            mapping.save(creditor_id=creditor_id, plan=file.reading.plan, now=now)
    row.taken, row.taken_by, row.taken_at = canonical.dump(sight), row.wanted_by, now
    row.wanted, row.seen, row.changed_at = "", b"", now
    row.save(update_fields=["taken", "taken_by", "taken_at", "wanted", "seen", "changed_at"])
    files = UploadFile.objects.filter(creditor_id=creditor_id, upload_id=kept.id)
    files.exclude(kind="corrections").update(content=b"")
    _replace_corrections(creditor_id, kept.id, _corrections(givens, outcomes))
    enqueue(job="outreach.turn", once=f"turn:{creditor_id}", creditor_id=creditor_id)


@act
def _seen(*, creditor_id: int, kept: Kept, sight: Sight, corrections: Mapping[str, bytes]) -> None:
    rows = Upload.objects.filter(creditor_id=creditor_id, id=kept.id, version=kept.version, wanted="see")
    if rows.update(wanted="", seen=canonical.dump(sight), seen_version=kept.version):
        _replace_corrections(creditor_id, kept.id, corrections)


@act
def _trouble(*, creditor_id: int, kept: Kept, trouble: str) -> None:
    rows = Upload.objects.filter(creditor_id=creditor_id, id=kept.id, version=kept.version)
    rows.update(wanted="", trouble=trouble[:600])


def _replace_corrections(creditor_id: int, upload_id: int, corrections: Mapping[str, bytes]) -> None:
    UploadFile.objects.filter(creditor_id=creditor_id, upload_id=upload_id, kind="corrections").delete()
    for name, data in corrections.items():
        UploadFile.objects.create(
            creditor_id=creditor_id,
            upload_id=upload_id,
            kind="corrections",
            name=name[:200],
            sha256="",
            size=len(data),
            content=data,
        )


def _givens(kept: Kept, paths: Mapping[int, Path]) -> tuple[Given, ...]:
    """What is taken in, in order: who the customers are, their invoices, and the papers with the last of these."""
    tables = sorted(kept.tables, key=_has_invoices)
    papers = tuple(paths[file.id] for file in kept.files if file.kind == "papers")
    givens = [Given(paths[file.id], plan_of(file)) for file in tables]
    if not givens:
        return (Given(None, intake.NO_PLAN, papers),)
    last = givens.pop()
    return (*givens, Given(last.path, last.plan, papers))


def _has_invoices(file: KeptFile) -> bool:
    return any(column.field in _AMOUNTS for sheet in plan_of(file).sheets for column in sheet.columns)


def _corrections(givens: Sequence[Given], outcomes: Sequence[Outcome]) -> dict[str, bytes]:
    """The lines that could not be taken, as files to be corrected, by name."""
    found = {}
    for given, outcome in zip(givens, outcomes, strict=True):
        if given.path is not None:
            for path in intake.write_corrections(path=given.path, plan=given.plan, outcome=outcome):
                found[path.name] = path.read_bytes()
                path.unlink()
    return found
