# SPDX-License-Identifier: Apache-2.0
"""Creditors as doors see them: found by public id before any context is set, listed for the clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

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
    row = Creditor.objects.filter(public_id=public_id).first()
    if row is None:
        raise UnknownCreditor(f"There is no creditor '{public_id}' here. `conserje doctor` lists them.")
    return _facts(row)


def by_id(*, creditor_id: int) -> Facts:
    """The creditor with that id; raises `UnknownCreditor`."""
    row = Creditor.objects.filter(id=creditor_id).first()
    if row is None:
        raise UnknownCreditor(f"There is no creditor {creditor_id} here.")
    return _facts(row)


def every() -> list[Facts]:
    """All creditors of this installation, in the order they were made."""
    return [_facts(row) for row in Creditor.objects.order_by("id")]


def any_at_all() -> bool:
    """Whether there is a creditor; asks for no column, so that it works on older tables."""
    return Creditor.objects.exists()


def set_clock(*, creditor_id: int, at: datetime) -> None:
    """Move the own clock of a demo book; the database refuses it for any other."""
    Creditor.objects.filter(id=creditor_id, is_demo=True).update(clock_at=at)


def _facts(row: Creditor) -> Facts:
    return Facts(
        id=row.id,
        organisation_id=row.organisation_id,
        public_id=row.public_id,
        name=row.name,
        legal_name=row.legal_name,
        tax_id=row.tax_id,
        country=row.country,
        time_zone=row.time_zone,
        locale=row.locale,
        currency=row.currency,
        is_demo=row.is_demo,
        clock_at=row.clock_at,
        paused=row.sending_paused_at is not None,
        restored_from_at=row.restored_from_at,
        restored_at=row.restored_at,
        brand=row.brand,
    )
