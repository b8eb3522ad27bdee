# SPDX-License-Identifier: Apache-2.0
"""Pages of decisions: cases and results of some customers packed together, because they are so much alike.

Alone, what is stored of a decision is some 2,700 bytes; on a page, some 150.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, models

from conserje.data.outreach.strategy import Decision
from conserje.data.tenancy.keys import TenantForeignKey, TenantModel, tenant_unique

SIZE = 32
_FASTEST = 1
_PLAIN = b"{"
_STORED = """
SELECT d.id, d.place, d.page, p.content
  FROM outreach_decision d JOIN outreach_decisionpage p ON p.creditor_id = d.creditor_id AND p.first_id = d.page
 WHERE d.creditor_id = %s AND d.id = ANY(%s) ORDER BY d.page"""


class DecisionPage(TenantModel):
    """The cases and results of up to `SIZE` decisions of one chunk, as `pack` packs them; `first` is one of them."""

    first = models.ForeignKey(
        Decision, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    content = models.BinaryField()

    class Meta:
        constraints = [
            tenant_unique("decision_page"),
            models.UniqueConstraint(fields=["creditor", "first"], name="decision_page_first"),
            TenantForeignKey(fields=["first"], to="outreach.Decision", name="decision_page_first_decision"),
        ]


@dataclass(frozen=True, slots=True)
class Stored:
    """What one decision was made from and came to, as canonical bytes."""

    case: bytes
    result: bytes


def pack(texts: Sequence[str]) -> bytes:
    """The content of a page: case, result, case, result ..., each as canonical JSON, which breaks no line."""
    return zlib.compress("\n".join(texts).encode(), _FASTEST)


def stored(*, creditor_id: int, ids: Sequence[int]) -> dict[int, Stored]:
    """The stored bytes of these decisions, by id; ids that are not the creditor's are left out. One query.

    Raises `zlib.error` for a page that is not whole any more.
    """
    found: dict[int, Stored] = {}
    known, lines = None, []
    with connection.cursor() as cursor:
        cursor.execute(_STORED, [creditor_id, list(ids)])
        for decision_id, place, page, content in cursor.fetchall():
            if page != known:
                known, lines = page, _unpack(bytes(content))
            found[decision_id] = Stored(lines[2 * place], lines[2 * place + 1])
    return found


def _unpack(content: bytes) -> list[bytes]:
    """The lines of a page; those of the first days were not packed."""
    return (content if content.startswith(_PLAIN) else zlib.decompress(content)).split(b"\n")
