# SPDX-License-Identifier: Apache-2.0
"""Which packs bind the customers of a creditor, and how many customers each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db import connection

from conserje.data.tenancy.models import Creditor
from conserje.domain.ports.registry import countries
from conserje.domain.rules.briefing import concerns
from conserje.domain.rules.facts import CreditorRole, DebtorType, Purpose, Subject
from conserje.domain.rules.pack import Pack
from conserje.services.outreach.law import stack_for
from conserje.services.tenancy.act import step

_KINDS = """
SELECT country, subdivision, debtor_type, count(*) FROM receivables_customer
 WHERE creditor_id = %s GROUP BY 1, 2, 3"""


@dataclass(frozen=True, slots=True)
class Shelf:
    """One pack with its folder: `folder` gives its worked cases and texts; `customers` of the creditor it binds."""

    pack: Pack
    folder: Any
    customers: int = 0


def every_pack() -> tuple[Shelf, ...]:
    """All packs there are, by id."""
    found = [Shelf(pack, folder) for folder in countries.all() for pack in folder.packs()]
    return tuple(sorted(found, key=lambda item: (item.pack.id, item.pack.country)))


@step
def shelves(*, creditor_id: int) -> tuple[tuple[Shelf, ...], int]:
    """All packs with the customers each binds, and how many customers no country's pack binds."""
    role = CreditorRole(Creditor.objects.values_list("role", flat=True).get(id=creditor_id))
    with connection.cursor() as cursor:
        cursor.execute(_KINDS, [creditor_id])
        kinds = cursor.fetchall()
    bound: Counter[tuple[str, str]] = Counter()
    unbound = 0
    for country, subdivision, debtor_type, count in kinds:
        subject = Subject(country, subdivision, (), DebtorType(debtor_type), role, (), ())
        binding = [pack for pack in stack_for(country=country).packs if _binds(pack, subject)]
        if not any(pack.country for pack in binding):
            unbound += count
        for pack in binding:
            bound[pack.id, pack.country] += count
    found = tuple(
        Shelf(item.pack, item.folder, bound[item.pack.id, item.pack.country]) for item in every_pack()
    )
    return found, unbound


def _binds(pack: Pack, subject: Subject) -> bool:
    return any(concerns(pack=pack, subject=subject, purpose=purpose) for purpose in Purpose)
