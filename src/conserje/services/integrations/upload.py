# SPDX-License-Identifier: Apache-2.0
"""Files kept on the desk until they are brought in or thrown away: a browser closed in between loses nothing.

Each change raises the upload's version, so that nobody takes in what they did not look at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from django.db.models import F

from conserje.data.integrations.models import ImportRun, Upload, UploadFile
from conserje.domain.kit import canonical
from conserje.domain.ports.connector import FilePlan, FileRefused
from conserje.services.integrations import intake
from conserje.services.integrations.intake_answers import Answers
from conserje.services.integrations.intake_sight import Sight
from conserje.services.tenancy.act import act, reading, step

KEPT_DAYS: Final = 14
FILES_MOST: Final = 12
_PAPERS: Final = (".zip", ".pdf", ".xml")


class NoUpload(LookupError):
    """There is no such upload, or it was removed or changed meanwhile."""


class FilesRefused(ValueError):
    """Files cannot be read as a whole; `faults` are (name, sentence in the active language). Nothing was kept."""

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        self.faults = tuple(faults)
        super().__init__(" ".join(sentence for _, sentence in faults))


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file as it came."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Reading:
    """How a table is read: its plan, and the names of the sheets that a person left out of it."""

    plan: FilePlan
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeptFile:
    """One file of an upload; `kind` is table, papers or corrections. `known_at`: the very same was brought in then."""

    id: int
    kind: str
    name: str
    size: int
    reading: Reading | None
    known_at: datetime | None


@dataclass(frozen=True, slots=True)
class Kept:
    """An upload. `seen` is there when it was looked at as it now stands, `taken` once it was brought in.

    `wanted` is "see" or "take" while the queue has it; `trouble` is a statement for `intake.say`.
    """

    id: int
    opened_by: str
    opened_at: datetime
    changed_at: datetime
    version: int
    files: tuple[KeptFile, ...]
    answers: Answers | None
    wanted: str
    wanted_at: datetime | None
    trouble: str
    seen: Sight | None
    taken: Sight | None
    taken_by: str
    taken_at: datetime | None

    @property
    def tables(self) -> tuple[KeptFile, ...]:
        """Files of invoices or contacts."""
        return tuple(file for file in self.files if file.kind == "table")

    @property
    def corrections(self) -> tuple[KeptFile, ...]:
        """Files of lines that could not be read."""
        return tuple(file for file in self.files if file.kind == "corrections")

    @property
    def lines(self) -> int:
        """How many lines its tables have."""
        plans = [file.reading.plan for file in self.tables if file.reading is not None]
        return sum(sheet.rows for plan in plans for sheet in plan.sheets)


@dataclass(frozen=True, slots=True)
class Waiting:
    """An upload in a list: the names of its files, when it was changed last, and whether it was brought in."""

    id: int
    names: tuple[str, ...]
    changed_at: datetime
    opened_by: str
    taken_at: datetime | None


def open_(*, creditor_id: int, files: Sequence[NewFile], by: str, now: datetime) -> int:
    """Understand and keep `files`; answers the upload's id. Raises `FilesRefused`."""
    with TemporaryDirectory(prefix="conserje-") as folder:
        readings, faults = [], []
        for number, new in enumerate(files):
            path = _laid(Path(folder).joinpath(str(number)), new.name, new.content)
            try:
                readings.append(_understood(creditor_id, path, now))
            except FileRefused as refusal:
                faults.append((path.name, intake.say(statement=refusal.statement or str(refusal))))
    if faults:
        raise FilesRefused(faults)
    return _keep(creditor_id=creditor_id, files=tuple(files), readings=tuple(readings), by=by, now=now)


def _understood(creditor_id: int, path: Path, now: datetime) -> Reading | None:
    """How the table at `path` is read, None for papers (which are opened once, so that a bad archive is told now)."""
    if path.suffix.lower() not in _PAPERS:
        return Reading(intake.understand(creditor_id=creditor_id, path=path, now=now))
    intake.count_papers(path=path)
    return None


@act
def _keep(
    *,
    creditor_id: int,
    files: Sequence[NewFile],
    readings: Sequence[Reading | None],
    by: str,
    now: datetime,
) -> int:
    row = Upload.objects.create(creditor_id=creditor_id, opened_by=by, opened_at=now, changed_at=now)
    for new, reading_of in zip(files, readings, strict=True):
        UploadFile.objects.create(
            creditor_id=creditor_id,
            upload=row,
            kind="papers" if reading_of is None else "table",
            name=clean_name(new.name),
            sha256=hashlib.sha256(new.content).hexdigest(),
            size=len(new.content),
            content=new.content,
            plan=b"" if reading_of is None else canonical.dump(reading_of),
        )
    return int(row.pk)


@step
def every(*, creditor_id: int) -> list[Waiting]:
    """The uploads on the desk, the latest first."""
    rows = Upload.objects.filter(creditor_id=creditor_id).order_by("-changed_at", "-id")
    kinds = ("table", "papers")
    files = UploadFile.objects.filter(creditor_id=creditor_id, kind__in=kinds).order_by("id")
    names: dict[int, list[str]] = {}
    for upload_id, name in files.values_list("upload_id", "name"):
        names.setdefault(upload_id, []).append(name)
    columns = ("id", "changed_at", "opened_by", "taken_at")
    return [
        Waiting(row_id, tuple(names.get(row_id, ())), changed_at, opened_by, taken_at)
        for row_id, changed_at, opened_by, taken_at in rows.values_list(*columns)
    ]


@step
def find(*, creditor_id: int, upload_id: int) -> Kept:
    """One upload without the bytes of its files. Raises `NoUpload`."""
    row = Upload.objects.filter(creditor_id=creditor_id, id=upload_id).first()
    if row is None:
        raise NoUpload(f"There is no upload {upload_id}.")
    files = list(
        UploadFile.objects.filter(creditor_id=creditor_id, upload_id=upload_id)
        .defer("content")
        .order_by("id")
    )
    runs = ImportRun.objects.filter(creditor_id=creditor_id, sha256__in=[file.sha256 for file in files])
    known = dict(runs.order_by("started_at").values_list("sha256", "started_at"))
    return Kept(
        id=row.pk,
        opened_by=row.opened_by,
        opened_at=row.opened_at,
        changed_at=row.changed_at,
        version=row.version,
        files=tuple(_file(file, known) for file in files),
        answers=canonical.load(Answers, bytes(row.answers)) if row.answers else None,
        wanted=row.wanted,
        wanted_at=row.wanted_at,
        trouble=row.trouble,
        seen=canonical.load(Sight, bytes(row.seen)) if row.seen and row.seen_version == row.version else None,
        taken=canonical.load(Sight, bytes(row.taken)) if row.taken else None,
        taken_by=row.taken_by,
        taken_at=row.taken_at,
    )


def _file(file: UploadFile, known: Mapping[str, datetime]) -> KeptFile:
    plan = canonical.load(Reading, bytes(file.plan)) if file.plan else None
    return KeptFile(file.pk, file.kind, file.name, file.size, plan, known.get(file.sha256))


@step
def content(*, creditor_id: int, upload_id: int, file_id: int) -> tuple[str, bytes]:
    """(name, bytes) of a file of an upload. Raises `NoUpload`."""
    rows = UploadFile.objects.filter(creditor_id=creditor_id, upload_id=upload_id, id=file_id)
    row = rows.values_list("name", "content").first()
    if row is None:
        raise NoUpload(f"There is no file {file_id} in upload {upload_id}.")
    return row[0], bytes(row[1])


def answer(*, creditor_id: int, upload_id: int, answers: Answers, now: datetime) -> None:
    """Keep what was answered for all lines, by `answers.stated_by`. Raises `NoUpload`."""
    changes = {
        "answers": canonical.dump(answers),
        "answered_by": answers.stated_by,
        "answered_at": now,
    }
    change(creditor_id=creditor_id, upload_id=upload_id, now=now, changes=changes)


def plans(*, creditor_id: int, kept: Kept, readings: Mapping[int, Reading], now: datetime) -> None:
    """Keep other readings of tables of `kept`, by file id. Raises `NoUpload`, also when it changed meanwhile."""
    change(
        creditor_id=creditor_id, upload_id=kept.id, now=now, changes={}, readings=readings, of=kept.version
    )


@act
def change(
    *,
    creditor_id: int,
    upload_id: int,
    now: datetime,
    changes: Mapping[str, object],
    readings: Mapping[int, Reading] | None = None,
    of: int | None = None,
) -> None:
    """Change what will be taken in; what was seen of it is forgotten. `of` is the version that may be changed."""
    rows = Upload.objects.filter(creditor_id=creditor_id, id=upload_id, taken_at=None)
    rows = rows if of is None else rows.filter(version=of)
    new = {
        **changes,
        "changed_at": now,
        "version": F("version") + 1,
        "wanted": "",
        "trouble": "",
        "seen": b"",
    }
    if not rows.update(**new):
        raise NoUpload(f"Upload {upload_id} is not there any more, or changed meanwhile.")
    files = UploadFile.objects.filter(creditor_id=creditor_id, upload_id=upload_id)
    files.filter(kind="corrections").delete()
    for file_id, reading_of in (readings or {}).items():
        files.filter(id=file_id).update(plan=canonical.dump(reading_of))


@act
def discard(*, creditor_id: int, upload_id: int) -> bool:
    """Remove an upload with everything in it; False when it was gone."""
    deleted, _ = Upload.objects.filter(creditor_id=creditor_id, id=upload_id).delete()
    return bool(deleted)


@act
def remove_old(*, creditor_id: int, now: datetime) -> int:
    """Remove uploads that nobody changed for `KEPT_DAYS`; answers how many."""
    old = Upload.objects.filter(creditor_id=creditor_id, changed_at__lt=now - timedelta(days=KEPT_DAYS))
    count = old.count()
    old.delete()
    return count


@contextmanager
def laid_out(*, creditor_id: int, kept: Kept) -> Iterator[dict[int, Path]]:
    """The tables and papers of an upload as files of a folder that goes away, by file id."""
    with TemporaryDirectory(prefix="conserje-") as folder:
        paths = {}
        for file in kept.files:
            if file.kind != "corrections":
                with reading(creditor_id=creditor_id):
                    name, data = content(creditor_id=creditor_id, upload_id=kept.id, file_id=file.id)
                paths[file.id] = _laid(Path(folder).joinpath(str(file.id)), name, data)
        yield paths


def clean_name(name: str) -> str:
    """The last part of a file's name, without what no file system likes."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(char for char in last if char.isprintable()).strip(" .")
    stem, dot, ending = kept.rpartition(".")
    return f"{stem[:120]}{dot}{ending[:8]}" if stem else (kept[:120] or "file")


def _laid(folder: Path, name: str, data: bytes) -> Path:
    folder.mkdir()
    path = folder.joinpath(clean_name(name))
    path.write_bytes(data)
    return path


def plan_of(file: KeptFile) -> FilePlan:
    """The plan by which a file is read, without the sheets left out; an empty one for papers."""
    if file.reading is None:
        return intake.NO_PLAN
    left = set(file.reading.left_out)
    plan = file.reading.plan
    sheets = tuple(sheet for sheet in plan.sheets if sheet.sheet not in left)
    return FilePlan(plan.kind, plan.encoding, plan.delimiter, sheets)
