# SPDX-License-Identifier: Apache-2.0
"""The first step of an import: what each column was taken for, and what a person says it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from conserje.domain.ports.connector import ColumnGuess, Field, FileRefused, SheetPlan
from conserje.services.integrations import upload_columns
from conserje.services.integrations.intake_words import FIELDS
from conserje.services.integrations.upload import Kept, KeptFile, NoUpload
from conserje.services.integrations.upload_columns import Choice, ColumnsRefused, Fault
from conserje.services.tenancy.act import reading
from conserje.ui.listing import Option
from conserje.workbench.access import Desk, acting, by_method, looking
from conserje.workbench.frame import frame
from conserje.workbench.import_pages import Column, ColumnsPage, FilePart, SheetPart
from conserje.workbench.import_way import kept_for_act, kept_of, stands_at, way
from conserje.workbench.import_words import said

_DOUBTFUL: Final = ("date_order", "dates_", "decimal", "saved_plan_contradicted")


@looking
def _show(request: HttpRequest, desk: Desk, upload: int) -> HttpResponse:
    kept = kept_of(desk, upload)
    if kept.taken_at is not None or kept.wanted:
        return redirect(stands_at(desk, kept))
    return _drawn(request, desk, kept)


@acting
def _choose(request: HttpRequest, desk: Desk, upload: int) -> HttpResponse:
    kept = kept_for_act(desk, upload)
    choices = {file.id: _choices(request, file) for file in kept.tables}
    try:
        if _differs(kept, choices):
            upload_columns.choose(creditor_id=desk.creditor_id, kept=kept, choices=choices, now=desk.now)
    except ColumnsRefused as refused:
        with reading(creditor_id=desk.creditor_id):
            return _drawn(request, desk, kept, choices=choices, faults=refused.faults)
    except FileRefused as refusal:
        messages.warning(request, said(refusal.statement or str(refusal)))
        return redirect(desk.url("import_columns", upload=upload))
    except NoUpload:
        messages.warning(request, _("Somebody changed it meanwhile. Look at it once more."))
        return redirect(desk.url("import", upload=upload))
    again = request.POST.get("go") == "again"
    return redirect(desk.url("import_columns" if again else "import_questions", upload=upload))


show = by_method(get=_show, post=_choose)


def _drawn(
    request: HttpRequest,
    desk: Desk,
    kept: Kept,
    *,
    choices: dict[int, list[Choice]] | None = None,
    faults: Sequence[Fault] = (),
) -> HttpResponse:
    page = ColumnsPage(
        frame=frame(request, desk, section="imports"),
        way=way(desk, kept, at=1),
        files=tuple(
            _file(desk, file, (choices or {}).get(file.id, []), faults)
            for file in kept.files
            if file.kind != "corrections"
        ),
        faults=tuple(_fault(fault) for fault in faults),
    )
    return render(request, "workbench/import/columns.html", {"page": page}, status=422 if faults else 200)


def _file(desk: Desk, file: KeptFile, choices: Sequence[Choice], faults: Sequence[Fault]) -> FilePart:
    found = file.reading
    chosen = {choice.sheet: choice for choice in choices}
    parts: Iterable[SheetPart] = ()
    if found is not None:
        sheets = found.plan.sheets
        several = sum(bool(sheet.columns) for sheet in sheets) > 1
        parts = (
            _sheet(
                f"f{file.id}s{number}",
                sheet,
                chosen.get(sheet.sheet) or Choice(sheet.sheet, sheet.sheet not in found.left_out),
                faults,
                several=several,
            )
            for number, sheet in enumerate(sheets)
        )
    return FilePart(
        file.name,
        file.kind,
        max(1, file.size // 1000),
        tuple(parts),
        desk.local(file.known_at).date() if file.known_at else None,
    )


def _sheet(
    prefix: str, sheet: SheetPlan, choice: Choice, faults: Sequence[Fault], *, several: bool
) -> SheetPart:
    twice = {fault.field for fault in faults if fault.code == "twice" and fault.sheet == sheet.sheet}
    return SheetPart(
        prefix=prefix,
        title=sheet.sheet,
        lines=sheet.rows,
        header_row=sheet.header_row,
        columns=tuple(_column(f"{prefix}c{column.index}", column, choice, twice) for column in sheet.columns),
        doubts=tuple(said(doubt) for doubt in sheet.doubts),
        orders=_options(
            {
                "dmy": _("day, month, year"),
                "mdy": _("month, day, year"),
                "ymd": _("year, month, day"),
            },
            choice.date_order or sheet.date_order,
        ),
        decimals=_options(
            {",": _("comma: 1.234,56"), ".": _("point: 1,234.56")}, choice.decimal or sheet.decimal
        ),
        is_taken=choice.is_taken,
        is_doubtful=any(doubt.startswith(_DOUBTFUL) for doubt in sheet.doubts),
        can_be_left=several and bool(sheet.columns),
    )


def _column(key: str, column: ColumnGuess, choice: Choice, twice: set[str]) -> Column:
    field = choice.fields.get(column.index, column.field)
    return Column(
        name=key,
        header=column.header,
        samples=column.samples,
        why="" if field is not column.field else said(column.why),
        options=tuple(Option(code, str(word), chosen=code == field.value) for code, word in FIELDS.items()),
        is_out=field is Field.IGNORE,
        is_wrong=field.value in twice,
    )


def _options(words: dict[str, str], chosen: str) -> tuple[Option, ...]:
    return tuple(Option(code, word, chosen=code == chosen) for code, word in words.items())


def _choices(request: HttpRequest, file: KeptFile) -> list[Choice]:
    """What was posted about the sheets of a file; a select that was not sent leaves its column as it is."""
    if file.reading is None:
        return []
    found = []
    several = sum(bool(sheet.columns) for sheet in file.reading.plan.sheets) > 1
    for number, sheet in enumerate(file.reading.plan.sheets):
        prefix = f"f{file.id}s{number}"
        fields = {}
        for column in sheet.columns:
            code = request.POST.get(f"{prefix}c{column.index}", "")
            if code in FIELDS:
                fields[column.index] = Field(code)
        found.append(
            Choice(
                sheet.sheet,
                not several or not sheet.columns or f"{prefix}taken" in request.POST,
                fields,
                request.POST.get(f"{prefix}decimal", ""),
                request.POST.get(f"{prefix}order", ""),
            )
        )
    return found


def _differs(kept: Kept, choices: dict[int, list[Choice]]) -> bool:
    """Whether anything was chosen otherwise: a page that is only confirmed forgets no preview."""
    for file in kept.tables:
        if file.reading is None:
            continue
        left = set(file.reading.left_out)
        for sheet, choice in zip(file.reading.plan.sheets, choices[file.id], strict=True):
            fields = {column.index: column.field for column in sheet.columns}
            if (
                choice.is_taken is (sheet.sheet in left)
                or {**fields, **choice.fields} != fields
                or (choice.decimal or sheet.decimal) != sheet.decimal
                or (choice.date_order or sheet.date_order) != sheet.date_order
            ):
                return True
    return False


def _fault(fault: Fault) -> str:
    if fault.code == "twice":
        text = _("“%(field)s” stands in two columns: keep it in one, and leave the other out.")
        return text % {"field": FIELDS[fault.field]}
    if fault.code == "no_table":
        where = f"{fault.sheet}: " if fault.sheet else ""
        return where + _(
            "An amount with a number, or with a customer and a date, makes a table of invoices; a customer with an"
            " address makes one of contacts. This is neither yet."
        )
    return _("Every sheet was left out. Keep at least one.")
