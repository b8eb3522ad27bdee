# SPDX-License-Identifier: Apache-2.0
"""The amounts of a letter: of each invoice that is asked for, and their sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any, Final

from conserje.data.outreach.letters import Dossier
from conserje.domain.kit.money import Money
from conserje.domain.outreach.decision import Asked

_SUMMED: Final = ("open", "total", "net", "tax", "paid", "credited", "interest", "fees")


def invoice(*, dossier: Dossier, asked: Asked, today: date) -> dict[str, Any]:
    """One invoice as `InvoiceValues` of the wording: what is asked for of it on `today`, and of what that is a part."""
    facts = dossier.invoices[asked.invoice_id]
    currency = facts.currency
    zero = Money(currency, 0)
    instalment = dossier.instalments.get((asked.invoice_id, asked.due_on))
    if instalment is not None:
        # Of an invoice in a plan the instalment is asked for, and its amount is all that is spoken of.
        facts = replace(
            facts, total_minor=asked.minor, net_minor=None, tax_minor=None, paid_minor=0, credited_minor=0
        )
    both = facts.net_minor is not None and facts.tax_minor is not None
    return {
        "number": facts.number,
        "subject": facts.subject,
        "purchase_order": facts.purchase_order,
        "issued_on": facts.issued_on,
        "due_on": asked.due_on,
        "open": Money(currency, asked.minor),
        "total": Money(currency, facts.total_minor),
        "net": Money(currency, facts.net_minor or 0) if both else None,
        "tax": Money(currency, facts.tax_minor or 0) if both else None,
        "paid": Money(currency, facts.paid_minor) if facts.paid_minor else zero,
        "credited": Money(currency, facts.credited_minor) if facts.credited_minor else zero,
        "interest": zero,
        "fees": zero,
        "days_late": (today - asked.due_on).days,
        "documents": [item.file_name for item in dossier.documents.get(facts.id, [])],
        "part": None if instalment is None else asdict(instalment),
    }


def balances(*, invoices: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The sums of these invoices as `BalanceValues`, one for each currency."""
    result: dict[str, list[dict[str, Any]]] = {}
    for item in invoices:
        result.setdefault(item["open"].currency, []).append(item)
    return [
        {"currency": currency, **{key: _sum(currency, key, same) for key in _SUMMED}}
        for currency, same in result.items()
    ]


def _sum(currency: str, key: str, invoices: Sequence[dict[str, Any]]) -> Money | None:
    """The sum of an amount over invoices of one currency; None as soon as one is unknown."""
    minor = 0
    for item in invoices:
        amount = item[key]
        if amount is None:
            return None
        minor += amount.minor
    return Money(currency, minor)
