# SPDX-License-Identifier: Apache-2.0
"""What the screens of an import show, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from conserje.domain.kit.money import Money
from conserje.ui.listing import Option, Pager
from conserje.workbench.pages import Frame


@dataclass(frozen=True, slots=True)
class ImportStep:
    """One step of the way. `state`: done, now or next; `url` is empty where one cannot go yet."""

    number: int
    name: str
    state: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """Where one is in an import, and what it is about. `discard_url` takes a POST."""

    steps: tuple[ImportStep, ...]
    names: tuple[str, ...]
    discard_url: str = ""


@dataclass(frozen=True, slots=True)
class UploadRow:
    """An import that waits on the desk: what it is, when somebody last worked on it, who, and where it goes on."""

    names: str
    at: datetime
    by: str
    url: str
    is_taken: bool = False


@dataclass(frozen=True, slots=True)
class StartPage:
    """`workbench/import/start.html`, at `workbench:imports`; POST `files` (several). `faults` are (file, sentence).

    No `may_act`: nothing is offered but the history.
    """

    frame: Frame
    uploads: tuple[UploadRow, ...]
    history_url: str
    may_act: bool
    megabytes: int
    files_most: int
    kept_days: int
    faults: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its header, a few of its cells, the field it is read as, and why. `name` is of its select."""

    name: str
    header: str
    samples: tuple[str, ...]
    why: str
    options: tuple[Option, ...]
    is_out: bool = False
    is_wrong: bool = False


@dataclass(frozen=True, slots=True)
class SheetPart:
    """One sheet of a file. `doubts` are sentences; `orders` and `decimals` are choices, shown when doubtful.

    Without `columns` the sheet was left out by itself and `doubts` say why.
    """

    prefix: str
    title: str
    lines: int
    header_row: int
    columns: tuple[Column, ...]
    doubts: tuple[str, ...]
    orders: tuple[Option, ...] = ()
    decimals: tuple[Option, ...] = ()
    is_taken: bool = True
    is_doubtful: bool = False
    can_be_left: bool = False


@dataclass(frozen=True, slots=True)
class FilePart:
    """One file of an import. `known_on` is when the very same was brought in; papers have no `sheets`."""

    name: str
    kind: str
    kilobytes: int
    sheets: tuple[SheetPart, ...]
    known_on: date | None = None


@dataclass(frozen=True, slots=True)
class ColumnsPage:
    """`workbench/import/columns.html`, at `workbench:import_columns`; POST the selects of its columns."""

    frame: Frame
    way: Way
    files: tuple[FilePart, ...]
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """Something asked once for the whole file. `column` is the header of a column that says it line by line.

    `kind`: select, radio, ticks, text or date. `fault` says what is wrong with the answer.
    """

    name: str
    kind: str
    label: str
    hint: str = ""
    column: str = ""
    options: tuple[Option, ...] = ()
    value: str = ""
    latest: date | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class QuestionsPage:
    """`workbench/import/questions.html`, at `workbench:import_questions`; POST one field for each question."""

    frame: Frame
    way: Way
    customers: tuple[Question, ...]
    permission: tuple[Question, ...]
    payments: tuple[Question, ...]
    back_url: str
    is_large: bool = False
    has_faults: bool = False


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that cannot be taken: where, what stood there, why, and what to write instead."""

    place: str
    column: str
    value: str
    why: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Bad:
    """The lines of one file that cannot be taken; `rows` are the first of `total`. `downloads` are (name, url)."""

    file: str
    total: int
    rows: tuple[BadLine, ...]


@dataclass(frozen=True, slots=True)
class BooksTotal:
    """What is open in one currency before and after, with the numbers of invoices."""

    before: Money
    after: Money
    invoices_before: int
    invoices_after: int


@dataclass(frozen=True, slots=True)
class BatchRow:
    """Messages alike of one day. `note` says whether they wait for a person; `examples` are (customer, url)."""

    count: int
    what: str
    stage: str
    channel: str
    amounts: tuple[Money, ...]
    note: str
    examples: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day of the first week."""

    on: date
    count: int
    batches: tuple[BatchRow, ...]


@dataclass(frozen=True, slots=True)
class WeekPart:
    """The first lawful week. `empty` says in one sentence why there is none; `quiet` are (count, why nothing)."""

    days: tuple[DayRow, ...]
    total: int
    empty: str = ""
    first_on: date | None = None
    last_on: date | None = None
    quiet: tuple[tuple[int, str], ...] = ()
    later: int = 0
    later_on: date | None = None


@dataclass(frozen=True, slots=True)
class CountGroup:
    """Counts of one kind of thing: (count, words)."""

    title: str
    rows: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What an import comes to. `nothing_new`: the books know all of it. `remarks` are sentences."""

    groups: tuple[CountGroup, ...]
    totals: tuple[BooksTotal, ...]
    missing: tuple[str, ...]
    remarks: tuple[str, ...]
    bad: tuple[Bad, ...]
    downloads: tuple[tuple[str, str], ...]
    unmatched: tuple[str, ...]
    nothing_new: bool


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """`workbench/import/preview.html`, at `workbench:import_preview`; POST `version` to `apply_url`."""

    frame: Frame
    way: Way
    told: Told
    week: WeekPart
    version: int
    apply_url: str
    columns_url: str
    questions_url: str


@dataclass(frozen=True, slots=True)
class LetterPage:
    """`workbench/import/letter.html`: one example letter; nothing of it was sent or kept as a draft."""

    frame: Frame
    customer: str
    to: str
    channel: str
    what: str
    leaves_at: datetime
    subject: str
    body_url: str
    text_body: str
    back_url: str
    previous_url: str = ""
    next_url: str = ""


@dataclass(frozen=True, slots=True)
class ProgressPage:
    """`workbench/import/progress.html`, at `workbench:import_progress`: `what` is see or take."""

    frame: Frame
    way: Way
    what: str
    lines: int
    since: datetime
    url: str


@dataclass(frozen=True, slots=True)
class ResultPage:
    """`workbench/import/result.html`, at `workbench:import_result`: what was written."""

    frame: Frame
    way: Way
    told: Told
    by: str
    at: datetime
    receivables_url: str
    drafts_url: str
    history_url: str
    again_url: str


@dataclass(frozen=True, slots=True)
class RunRow:
    """One import that was done, in words."""

    file: str
    at: datetime
    by: str
    what: str
    bad: int
    url: str


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """`workbench/import/history.html`, at `workbench:import_history`."""

    frame: Frame
    rows: tuple[RunRow, ...]
    start_url: str
    pager: Pager | None = None


@dataclass(frozen=True, slots=True)
class RunPage:
    """`workbench/import/run.html`, at `workbench:import_run`. `answers` are (question, answer)."""

    frame: Frame
    file: str
    at: datetime
    by: str
    groups: tuple[CountGroup, ...]
    answers: tuple[tuple[str, str], ...]
    bad: Bad | None
    history_url: str
