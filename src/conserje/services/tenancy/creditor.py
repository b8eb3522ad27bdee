# SPDX-License-Identifier: Apache-2.0
"""Creditors as doors see them: found by public id before any context is set, listed for the clock."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from conserje.data.tenancy import planned
from conserje.data.tenancy.models import Creditor

# What people call the number that a country's tax office gives.
_TAX_LABELS = {
    "AR": "CUIT",
    "BR": "CNPJ",
    "CL": "RUT",
    "CO": "NIT",
    "ES": "NIF",
    "MX": "RFC",
    "PE": "RUC",
}
# In the order of `Facts`, written out: every request of a door asks it.
_SELECT = """
SELECT id, organisation_id, public_id, name, legal_name, tax_id, country, time_zone, locale, currency, is_demo,
       clock_at, sending_paused_at IS NOT NULL, restored_from_at, restored_at, brand FROM tenancy_creditor"""


class UnknownCreditor(LookupError):
    """There is no such creditor."""


@dataclass(frozen=True, slots=True)
class Facts:
    """One creditor in plain values. `clock_at` is the own clock of a demo book.

    The moments of a backup and its restore stand until a person said what left between them.
    """

    id: int
    organisation_id: int
    public_id: str
    name: str
    legal_name: str
    tax_id: str
    country: str
    time_zone: str
    locale: str
    currency: str
    is_demo: bool
    clock_at: datetime | None
    paused: bool
    restored_from_at: datetime | None = None
    restored_at: datetime | None = None
    brand: Mapping[str, str] = field(default_factory=dict)


def tax_label(*, country: str) -> str:
    """What people of `country` (two letters) call a tax number: NIT, RFC; ID where we do not know."""
    return _TAX_LABELS.get(country, "ID")


def by_public_id(*, public_id: str) -> Facts:
    """The creditor with that public id; raises `UnknownCreditor`."""
    rows = _facts(planned.rows(f"{_SELECT} WHERE public_id = %s", [public_id]))
    if not rows:
        raise UnknownCreditor(f"There is no creditor '{public_id}' here. `conserje doctor` lists them.")
    return rows[0]


def by_id(*, creditor_id: int) -> Facts:
    """The creditor with that id; raises `UnknownCreditor`."""
    rows = _rows(f"{_SELECT} WHERE id = %s", [creditor_id])
    if not rows:
        raise UnknownCreditor(f"There is no creditor {creditor_id} here.")
    return rows[0]


def every() -> list[Facts]:
    """All creditors of this installation, in the order they were made."""
    return _rows(f"{_SELECT} ORDER BY id", [])


def any_at_all() -> bool:
    """Whether there is a creditor; asks for no column, so that it works on older tables."""
    return Creditor.objects.exists()


def set_clock(*, creditor_id: int, at: datetime) -> None:
    """Move the own clock of a demo book; the database refuses it for any other."""
    Creditor.objects.filter(id=creditor_id, is_demo=True).update(clock_at=at)


def _rows(sql: str, asked: list[int | str]) -> list[Facts]:
    return _facts(planned.anew(sql, asked))


def _facts(rows: list[tuple[Any, ...]]) -> list[Facts]:
    return [Facts(*(*row, json.loads(brand))) for *row, brand in rows]
