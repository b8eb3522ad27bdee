# SPDX-License-Identifier: Apache-2.0
"""Confirmed ways to read files: kept with the creditor, found again by the headers of a file of the same shape."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from conserje.data.integrations.models import ImportPlan
from conserje.domain.kit import canonical
from conserje.domain.kit.text import terms
from conserje.domain.ports.connector import ColumnGuess, Field, FilePlan, SheetPlan
from conserje.services.tenancy.act import step


def fingerprint(*, plan: FilePlan) -> str:
    """The same for every file with the same headers in the same columns, whatever its name, rows or conventions."""
    shape = [
        [(column.index, terms(column.header)) for column in sheet.columns]
        for sheet in plan.sheets
        if sheet.columns
    ]
    return canonical.digest(shape)


@step
def find(*, creditor_id: int, plan: FilePlan) -> FilePlan | None:
    """The plan confirmed before for a file shaped like `plan`, or None."""
    rows = ImportPlan.objects.filter(creditor_id=creditor_id, fingerprint=fingerprint(plan=plan))
    content = rows.values_list("plan", flat=True).first()
    return None if content is None else read(content)


@step
def save(*, creditor_id: int, plan: FilePlan, now: datetime) -> None:
    """Keep `plan` as confirmed, in the place of an earlier one for the same headers."""
    ImportPlan.objects.update_or_create(
        creditor_id=creditor_id,
        fingerprint=fingerprint(plan=plan),
        defaults={"plan": canonical.plain(without_samples(plan)), "saved_at": now},
    )


def without_samples(plan: FilePlan) -> FilePlan:
    """`plan` without cells of the file: what is kept names columns, never customers."""
    sheets = tuple(
        SheetPlan(
            sheet=sheet.sheet,
            header_row=sheet.header_row,
            columns=tuple(
                ColumnGuess(c.index, c.header, c.field, c.why, c.confidence) for c in sheet.columns
            ),
            decimal=sheet.decimal,
            date_order=sheet.date_order,
            rows=0,
        )
        for sheet in plan.sheets
    )
    return FilePlan(plan.kind, plan.encoding, plan.delimiter, sheets)


def read(content: Mapping[str, Any]) -> FilePlan:
    """A plan from its plain form. Raises `KeyError` or `ValueError` when the form is not one."""
    sheets = tuple(
        SheetPlan(
            sheet=sheet["sheet"],
            header_row=sheet["header_row"],
            columns=tuple(
                ColumnGuess(
                    **{**column, "field": Field(column["field"]), "samples": tuple(column.get("samples", ()))}
                )
                for column in sheet["columns"]
            ),
            decimal=sheet["decimal"],
            date_order=sheet["date_order"],
            rows=sheet["rows"],
            doubts=tuple(sheet.get("doubts", ())),
        )
        for sheet in content["sheets"]
    )
    return FilePlan(content["kind"], content["encoding"], content["delimiter"], sheets)
