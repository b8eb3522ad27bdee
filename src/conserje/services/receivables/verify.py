# SPDX-License-Identifier: Apache-2.0
"""Whether the books are sound: the money properties, each checked over every row of a creditor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from conserje.domain.receivables.posting import Account
from conserje.services.arrangements import agreed_text
from conserje.services.journal import seal
from conserje.services.receivables import verify_queries as queries
from conserje.services.tenancy import anchor
from conserje.services.tenancy import creditor as creditors
from conserje.services.tenancy.act import reading, step

HOLDS = "holds"
BROKEN = "broken"
NOT_APPLICABLE = "not_applicable"
LISTED = 50

# Number, name, and the queries that find what breaks it; none where its subject does not exist in the books yet.
_PROPERTIES: tuple[tuple[int, str, tuple[str, ...]], ...] = (
    (1, "every transaction sums to zero in each currency", (queries.BALANCED,)),
    (
        2,
        "no entry was changed or removed since its hash",
        (queries.HASHED, queries.MISSING, queries.ORPHANED),
    ),
    (3, "stored balances equal recomputed ones", (queries.STORED,)),
    (4, "allocations are positive and within payment and invoice", (queries.ALLOCATED,)),
    (5, "open amounts follow from credits, payments, withholdings and write-offs", (queries.OPEN,)),
    (6, "one ledger payment for each source and external id", (queries.ONCE,)),
    (7, "what is pending is settled at most once, and reversals stay within", (queries.RESOLVED,)),
    (8, "both sides of an entry are in one currency", (queries.ONE_CURRENCY,)),
    (9, "accounts and currencies are declared", (queries.DECLARED,)),
    (10, "no entry is dated before what it is about", (queries.DATED,)),
    (11, "statement opening and entries give its closing", ()),
    (12, "gateway and ledger agree", (queries.CHECKOUTS,)),
)


@dataclass(frozen=True, slots=True)
class Property:
    """One property. `state` is `HOLDS`, `BROKEN` or `NOT_APPLICABLE`; findings name rows, at most `LISTED` of
    them.
    """

    number: int
    name: str
    state: str
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """All properties of one creditor's books."""

    properties: tuple[Property, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is broken."""
        return all(item.state != BROKEN for item in self.properties)


def verify(*, creditor_id: int) -> Report:
    """Check the books of a creditor, the seals of its journal and its agreements, in one reading; changes nothing."""
    with reading(creditor_id=creditor_id):
        return Report((*money(creditor_id=creditor_id), _journal(creditor_id), _agreed(creditor_id)))


@step
def money(*, creditor_id: int) -> tuple[Property, ...]:
    """The twelve money properties."""
    return tuple(_judged(creditor_id, number, name, asked) for number, name, asked in _PROPERTIES)


def _judged(creditor_id: int, number: int, name: str, asked: tuple[str, ...]) -> Property:
    if not asked:
        return Property(number, name, NOT_APPLICABLE, ())
    values: dict[str, Any] = {"c": creditor_id, "accounts": [account.value for account in Account]}
    with connection.cursor() as cursor:
        found: list[str] = []
        for query in asked:
            cursor.execute(query, values)
            found += sorted(str(row[0]) for row in cursor.fetchall())
    return _property(number, name, found)


def _journal(creditor_id: int) -> Property:
    public_id = creditors.by_id(creditor_id=creditor_id).public_id
    wrong = seal.broken(creditor_id=creditor_id, known_head=anchor.last_heads().get(public_id, ""))
    return _property(13, "the journal is whole", [f"{item.where}: {item.what}" for item in wrong])


def _agreed(creditor_id: int) -> Property:
    wrong = sorted(agreed_text.altered(creditor_id=creditor_id))
    return _property(14, "every agreement has the text that was signed", wrong)


def _property(number: int, name: str, found: list[str]) -> Property:
    listed = found[:LISTED]
    if len(found) > LISTED:
        listed.append(f"and {len(found) - LISTED} more")
    return Property(number, name, BROKEN if found else HOLDS, tuple(listed))
