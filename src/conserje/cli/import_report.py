# SPDX-License-Identifier: Apache-2.0
"""How an import is shown: the columns as understood, then what came of it and what it blocks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from conserje.domain.ports.connector import FilePlan
from conserje.services.integrations import intake, intake_outcome
from conserje.services.integrations.intake_outcome import Outcome

SHOWN = 10
_WORDS = {
    "customers_new": "customers new",
    "customers_known": "customers known",
    "customers_changed": "of them with something new",
    "contacts_new": "contacts new",
    "contacts_known": "contacts known",
    "invoices_new": "invoices new",
    "invoices_unchanged": "invoices unchanged",
    "invoices_paid_down": "invoices with less open than before",
    "credit_notes_new": "credit notes new",
    "credit_notes_known": "credit notes known",
    "payments_new": "payments recorded",
    "withholdings_new": "withholdings recognised",
    "disputes_new": "invoices in dispute, left alone",
    "permissions_new": "permissions to write stated",
    "documents_attached": "documents attached",
    "documents_known": "documents known",
    "documents_unmatched": "documents that belong to no invoice",
}


def columns(path: Path, plan: FilePlan) -> None:
    """Print how each column of the file was understood, and what is doubtful."""
    console = Console()
    for sheet in plan.sheets:
        place = f"{path.name} · {sheet.sheet}" if sheet.sheet else path.name
        if sheet.columns:
            table = Table(
                title=Text(f"{place}: {sheet.rows} lines below line {sheet.header_row}"), title_justify="left"
            )
            for header in ("Column", "is read as", "for example", "because"):
                table.add_column(header)
            for column in sheet.columns:
                why = intake.say(statement=column.why)
                samples = " · ".join(column.samples[:2])
                table.add_row(*map(Text, (column.header, column.field.value.replace("_", " "), samples, why)))
            console.print(table)
        for doubt in sheet.doubts:
            console.print(Text(f"  {place}: {intake.say(statement=doubt)}"))


def plain(path: Path, outcome: Outcome, corrections: tuple[Path, ...]) -> dict[str, Any]:
    """One import as stable JSON types; docs/cli.md lists the keys."""
    return {
        "file": path.name,
        "run": outcome.run_id,
        "counts": dict(outcome.counts),
        "missing": [
            {
                "fact": item.fact,
                "count": item.count,
                "blocks": item.blocks,
                "sentence": intake_outcome.sentence(item),
            }
            for item in outcome.missing
        ],
        "warnings": [
            {"code": code, "count": count, "sentence": intake_outcome.warning(code, count=count)}
            for code, count in outcome.warnings.items()
        ],
        "bad_rows": [
            {
                "sheet": bad.sheet,
                "line": bad.line,
                "column": bad.column,
                "value": bad.value,
                "reason": bad.reason.partition("?")[0],
                "why": intake.say(statement=bad.reason),
                "remedy": intake.say(statement=bad.remedy),
            }
            for bad in outcome.bad_rows
        ],
        "unmatched_documents": list(outcome.unmatched),
        "suggested_kinds": [{"customer": s.customer_id, "kind": s.kind} for s in outcome.suggestions],
        "corrections": [str(target) for target in corrections],
    }


def sentences(item: dict[str, Any]) -> list[str]:
    """What came of it, for people."""
    counts = item["counts"]
    lines = [f"{item['file']}:"]
    lines += [f"  {counts[key]} {words}" for key, words in _WORDS.items() if counts.get(key)]
    lines += [f"  {remark['sentence']}" for remark in item["warnings"]]
    bad = item["bad_rows"]
    if bad:
        lines.append(f"  {len(bad)} cells or lines were not taken:")
        lines += [f"    {_place(row)}: {row['value']} - {row['why']} {row['remedy']}" for row in bad[:SHOWN]]
        if len(bad) > SHOWN:
            lines.append(f"    and {len(bad) - SHOWN} more")
        lines += [f"  Correct them in {target} and import that file." for target in item["corrections"]]
    if item["unmatched_documents"]:
        lines.append(f"  Belong to no invoice: {', '.join(item['unmatched_documents'][:SHOWN])}")
    return lines


def blocked(item: dict[str, Any]) -> list[str]:
    """What nobody stated about the customers of a file, and what that blocks."""
    lines = []
    if item["missing"]:
        lines.append("What is missing, and what that blocks:")
        lines += [f"  {missing['sentence']}" for missing in item["missing"]]
    if item["suggested_kinds"]:
        count = len(item["suggested_kinds"])
        lines.append(
            f"  By their names {count} of them look like companies. If so, import again with --kind company."
        )
    return lines


def _place(row: dict[str, Any]) -> str:
    return f"line {row['line']}, {row['column']}" if row["column"] else f"line {row['line']}"
