# SPDX-License-Identifier: Apache-2.0
"""A customer's whole record as one page of HTML that opens anywhere: no script, no address of ours, no product name."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from conserje.domain.kit.money import Money
from conserje.ui.codes import Words, name
from conserje.ui.figures import show_money

_STYLE: Final = Path(__file__).parent / "static" / "ui" / "record.css"
SECTIONS: Final[Words] = {
    "customer": _("Who it is"),
    "facts": _("What was stated, by whom and when"),
    "contacts": _("People"),
    "addresses": _("Addresses"),
    "permissions": _("Permissions, with their evidence"),
    "left_alone": _("Wishes to be left alone"),
    "contacts_made": _("Contacts made, held back and planned, with their reasons"),
    "attempts": _("Attempts to deliver"),
    "decisions": _("Decisions, refusals included, with the rules that made them"),
    "invoices": _("Invoices"),
    "due_dates": _("Due dates"),
    "documents": _("Files"),
    "credit_notes": _("Credit notes"),
    "payments": _("Payments"),
    "reversals": _("Payments that went back"),
    "allocations": _("Which payment closed which invoice"),
    "withholdings": _("Withholdings"),
    "write_offs": _("Write-offs"),
    "promises": _("Promises to pay"),
    "plans": _("Payment plans"),
    "instalments": _("Instalments"),
    "plan_invoices": _("Invoices in payment plans"),
    "plan_agreements": _("Agreements, with who signed them"),
    "claims": _("Notices of payment"),
    "disputes": _("Amounts not agreed"),
    "dispute_messages": _("What was written about them"),
    "dispute_files": _("Files about them"),
    "proposals": _("Proposals about them"),
    "agreements": _("Agreements"),
    "holds": _("Pauses"),
    "links": _("Links sent"),
    "data_requests": _("Requests about data"),
    "journal": _("What happened, entry by entry"),
    "rules": _("The rules named above"),
}


@dataclass(frozen=True, slots=True)
class Table:
    """One section: `key` as in the JSON, its title, its columns as they are called there, and its cells as text."""

    key: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def as_html(record: Mapping[str, Any], *, creditor: str, language: str) -> str:
    """The record, section by section; amounts with their currency in the manner of `language`."""
    customer = record["customer"]
    page = render_to_string(
        "ui/record.html",
        {
            "creditor": creditor,
            "customer": customer["name"],
            "made_at": record["made_at"],
            "tables": list(_tables(record, language)),
        },
    )
    return page.replace("</head>", f"  <style>\n{_STYLE.read_text(encoding='utf-8')}</style>\n  </head>", 1)


def _tables(record: Mapping[str, Any], language: str) -> Iterator[Table]:
    currencies = {row["id"]: row["currency"] for row in (*record["invoices"], *record["payments"])}
    for key in SECTIONS:
        rows: Sequence[Mapping[str, Any]] = [record[key]] if key == "customer" else record[key]
        columns = tuple(rows[0]) if rows else ()
        cells = tuple(tuple(_cell(row, column, currencies, language) for column in columns) for row in rows)
        yield Table(key, name(SECTIONS, key), columns, cells)


def _cell(row: Mapping[str, Any], column: str, currencies: Mapping[int, str], language: str) -> str:
    value = row[column]
    if value is None or value == "":
        return ""
    if column.endswith("_minor") and isinstance(value, int):
        currency = row.get("currency") or currencies.get(row.get("invoice_id") or row.get("payment_id") or 0)
        return show_money(Money(currency, value), language=language) if currency else str(value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, indent=1)
    return str(value)
