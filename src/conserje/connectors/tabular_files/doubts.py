# SPDX-License-Identifier: Apache-2.0
"""What a sheet of invoices leaves open, said before it is confirmed."""

from __future__ import annotations

from datetime import date

from conserje.connectors.tabular_files.layout import Kind, Layout
from conserje.connectors.tabular_files.reasons import Doubt, state
from conserje.connectors.tabular_files.status import CANCELLED
from conserje.connectors.tabular_files.survey import Survey
from conserje.domain.ports.connector import Field


def invoice_doubts(found: Survey, layout: Layout, *, today: date) -> list[str]:
    """Doubts about numbers, customers, due dates, amounts and statuses of a sheet of invoices."""
    fields = layout.places
    said: list[str] = []
    if Field.INVOICE_NUMBER not in fields:
        said.append(str(Doubt.NO_NUMBER))
    if not layout.customers and not found.under_heading:
        said.append(str(Doubt.NO_CUSTOMER))
    said.extend(_due(layout, today))
    if Field.OPEN_AMOUNT not in fields:
        said.append(str(Doubt.NO_OPEN_AMOUNT if Field.TOTAL in fields else Doubt.NO_AMOUNT))
    if found.under_heading:
        said.append(
            state(
                Doubt.CUSTOMERS_FROM_HEADINGS,
                count=found.under_heading,
                value=found.samples.get("heading", ""),
            )
        )
    if found.merged:
        said.append(state(Doubt.CUSTOMERS_FROM_MERGED, count=found.merged))
    if found.repeated:
        said.append(state(Doubt.NUMBERS_REPEATED, count=found.repeated, value=found.samples["repeated"]))
    if found.credit_notes:
        said.append(state(Doubt.CREDIT_NOTES, count=found.credit_notes, value=found.samples["credit_note"]))
    if found.statuses[CANCELLED]:
        said.append(
            state(Doubt.CANCELLED_AMBIGUOUS, count=found.statuses[CANCELLED], value=found.samples[CANCELLED])
        )
    for text, count in sorted(found.unknown_statuses.items(), key=lambda item: (-item[1], item[0]))[:5]:
        said.append(state(Doubt.STATUS_UNKNOWN, value=text, count=count))
    return said


def _due(layout: Layout, today: date) -> list[str]:
    fields = layout.places
    if Field.DUE_ON in fields:
        return []
    if Field.TERM_DAYS in fields and Field.ISSUED_ON in fields:
        return [state(Doubt.DUE_FROM_TERM, column=layout.columns[layout.place(Field.TERM_DAYS)].header)]
    if Field.DAYS_LATE in fields:
        column = layout.columns[layout.place(Field.DAYS_LATE)].header
        return [state(Doubt.DUE_FROM_DAYS_LATE, today=today, column=column)]
    return [str(Doubt.NO_DUE_DATE)]


def skipped_lines(found: Survey) -> list[str]:
    """The lines left out: totals, balances, remarks."""
    said: list[str] = []
    for kind, doubt in ((Kind.SUMMARY, Doubt.SUMMARIES_SKIPPED), (Kind.BALANCE, Doubt.BALANCES_SKIPPED)):
        if found.kinds[kind]:
            said.append(state(doubt, count=found.kinds[kind], line=found.first[kind]))
    if found.kinds[Kind.NOTE]:
        value = found.samples.get("note", "")
        said.append(
            state(Doubt.NOTES_SKIPPED, count=found.kinds[Kind.NOTE], line=found.first[Kind.NOTE], value=value)
        )
    return said
