# SPDX-License-Identifier: Apache-2.0
"""A person's word on what the columns of an upload mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from conserje.domain.ports.connector import ColumnGuess, Field, FilePlan, SheetPlan
from conserje.services.integrations import intake, upload
from conserje.services.integrations.intake_words import CHOSEN
from conserje.services.integrations.upload import Kept, KeptFile, Reading

# What may stand in several columns: they are added up or joined.
SEVERAL: Final = frozenset(
    {Field.EMAIL, Field.PHONE, Field.NOTES, Field.WITHHOLDING, Field.TAX, Field.IGNORE}
)
_CUSTOMER: Final = frozenset({Field.CUSTOMER_NAME, Field.CUSTOMER_REFERENCE, Field.CUSTOMER_TAX_ID})
_AMOUNTS: Final = frozenset({Field.TOTAL, Field.OPEN_AMOUNT, Field.NET})
_DAYS: Final = frozenset({Field.DUE_ON, Field.ISSUED_ON, Field.TERM_DAYS, Field.DAYS_LATE})
_PEOPLE: Final = frozenset(
    {Field.EMAIL, Field.PHONE, Field.CONTACT_NAME, Field.COUNTRY, Field.CUSTOMER_KIND, Field.CITY}
)


@dataclass(frozen=True, slots=True)
class Choice:
    """What one sheet's columns mean, by their index, and its conventions; `is_taken` False leaves the sheet out."""

    sheet: str
    is_taken: bool
    fields: Mapping[int, Field] = field(default_factory=dict)
    decimal: str = ""
    date_order: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """What cannot be: `twice` (a `field` in two columns), `no_table` (a sheet that makes none) or `nothing_taken`."""

    code: str
    sheet: str = ""
    field: str = ""


class ColumnsRefused(ValueError):
    """The choices contradict themselves; nothing was changed."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(", ".join(fault.code for fault in faults))


def choose(*, creditor_id: int, kept: Kept, choices: Mapping[int, Sequence[Choice]], now: datetime) -> None:
    """Read the tables of `kept` as `choices` (by file id) say. Raises `ColumnsRefused`, `FileRefused`, `NoUpload`."""
    wanted = {file.id: _chosen(file, choices.get(file.id, ())) for file in kept.tables}
    faults = [fault for chosen in wanted.values() for fault in _faults(chosen)]
    taken = [sheet for one in wanted.values() for sheet in one.plan.sheets if sheet.sheet not in one.left_out]
    if kept.tables and not any(sheet.columns for sheet in taken):
        faults.append(Fault("nothing_taken"))
    if faults:
        raise ColumnsRefused(faults)
    readings = {}
    with upload.laid_out(creditor_id=creditor_id, kept=kept) as paths:
        for file in kept.tables:
            chosen = wanted[file.id]
            plan = intake.understand(creditor_id=creditor_id, path=paths[file.id], now=now, saved=chosen.plan)
            readings[file.id] = Reading(_with_reasons(plan, chosen.plan), chosen.left_out)
    upload.plans(creditor_id=creditor_id, kept=kept, readings=readings, now=now)


def is_table(columns: Sequence[ColumnGuess]) -> bool:
    """Whether these columns make a table of invoices or of contacts."""
    fields = {column.field for column in columns}
    named = bool(fields & _CUSTOMER)
    if fields & _AMOUNTS and (Field.INVOICE_NUMBER in fields or (named and fields & _DAYS)):
        return True
    return named and bool(fields & _PEOPLE)


def _chosen(file: KeptFile, choices: Sequence[Choice]) -> Reading:
    reading = file.reading
    if reading is None:
        raise ValueError("Only tables have columns.")
    by_sheet = {choice.sheet: choice for choice in choices}
    sheets = tuple(_sheet(sheet, by_sheet.get(sheet.sheet)) for sheet in reading.plan.sheets)
    left_out = tuple(choice.sheet for choice in choices if not choice.is_taken)
    return Reading(replace(reading.plan, sheets=sheets), left_out)


def _sheet(sheet: SheetPlan, choice: Choice | None) -> SheetPlan:
    if choice is None:
        return sheet
    columns = tuple(
        column
        if choice.fields.get(column.index, column.field) is column.field
        else replace(column, field=choice.fields[column.index], why=CHOSEN)
        for column in sheet.columns
    )
    decimal = choice.decimal if choice.decimal in (",", ".") else sheet.decimal
    order = choice.date_order if choice.date_order in ("dmy", "mdy", "ymd") else sheet.date_order
    return replace(sheet, columns=columns, decimal=decimal, date_order=order)


def _faults(chosen: Reading) -> list[Fault]:
    found = []
    for sheet in chosen.plan.sheets:
        if sheet.sheet in chosen.left_out or not sheet.columns:
            continue
        counts = Counter(column.field for column in sheet.columns)
        found += [
            Fault("twice", sheet.sheet, name.value)
            for name, count in counts.items()
            if count > 1 and name not in SEVERAL
        ]
        if not is_table(sheet.columns):
            found.append(Fault("no_table", sheet.sheet))
    return found


def _with_reasons(plan: FilePlan, before: FilePlan) -> FilePlan:
    """`plan` with the reasons that its columns had, so that a guess is not shown as a saved choice."""
    known = {(sheet.sheet, column.index): column.why for sheet in before.sheets for column in sheet.columns}
    sheets = tuple(
        replace(
            sheet,
            columns=tuple(
                replace(column, why=known.get((sheet.sheet, column.index), column.why))
                for column in sheet.columns
            ),
        )
        for sheet in plan.sheets
    )
    return replace(plan, sheets=sheets)
