# SPDX-License-Identifier: Apache-2.0
"""Credit kept for future work: taken off the customer's later invoices by itself, before anybody asks for them.

It is what an agreement's credit note has left; that note has its fiscal paper, so using it up needs none.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from conserje.data.receivables.models import CreditNote
from conserje.domain.kit.money import Money
from conserje.domain.receivables.allocation import Named, Share, share
from conserje.domain.receivables.posting import Rows
from conserje.services.journal import entry
from conserje.services.receivables import allocation, locked
from conserje.services.tenancy.act import act, step

# An invoice being paid at this moment is left until that has ended.
_LATER = """
SELECT n.id, array_agg(i.id ORDER BY i.first_due_on, i.id)
  FROM receivables_creditnote n
  JOIN receivables_invoice i ON i.creditor_id = n.creditor_id AND i.customer_id = n.customer_id
   AND i.currency = n.currency AND i.open_minor > 0 AND i.created_at > n.created_at
   AND coalesce(i.issued_on, i.first_due_on) >= n.issued_on
 WHERE n.creditor_id = %(creditor)s AND n.kind = 'agreement' AND n.unapplied_minor > 0
   AND NOT EXISTS (SELECT 1 FROM receivables_checkoutline l
                     JOIN receivables_checkout k ON k.creditor_id = l.creditor_id AND k.id = l.checkout_id
                    WHERE l.creditor_id = i.creditor_id AND l.invoice_id = i.id
                      AND k.state IN ('processing', 'waiting'))
 GROUP BY n.id ORDER BY n.id"""


@act
def apply_due(*, creditor_id: int, now: datetime) -> int:
    """Apply every credit kept for later to the invoices opened since, the oldest due first; answers to how many."""
    with connection.cursor() as cursor:
        cursor.execute(_LATER, {"creditor": creditor_id})
        found = cursor.fetchall()
    return sum(_apply(creditor_id, note_id, invoice_ids, now) for note_id, invoice_ids in found)


@step
def kept(*, creditor_id: int, customer_id: int) -> tuple[Money, ...]:
    """What a customer has in credit for later invoices, by currency."""
    rows = CreditNote.objects.filter(creditor_id=creditor_id, customer_id=customer_id, unapplied_minor__gt=0)
    sums: dict[str, int] = {}
    for currency, minor in rows.filter(kind="agreement").values_list("currency", "unapplied_minor"):
        sums[currency] = sums.get(currency, 0) + minor
    return tuple(Money(currency, minor) for currency, minor in sorted(sums.items()))


def _apply(creditor_id: int, note_id: int, invoice_ids: list[int], now: datetime) -> int:
    note = locked.row(creditor_id=creditor_id, model=CreditNote, row_id=note_id)
    invoices = locked.invoices(creditor_id=creditor_id, ids=invoice_ids)
    shares = share(
        amount=Money(note.currency, note.unapplied_minor),
        invoices=[locked.as_open(invoice=invoice) for invoice in invoices.values()],
        named=[Named(invoice_id) for invoice_id in invoice_ids],
        only_named=True,
    )
    if not shares:
        return 0
    rows = Rows(note.customer_id, credit_note_id=note.id)
    allocation.apply(
        creditor_id=creditor_id, source=rows, invoices=invoices, shares=shares, on=note.issued_on, now=now
    )
    _tell(creditor_id, note, shares, now)
    closed = allocation.closed(creditor_id=creditor_id, ids=[part.invoice_id for part in shares])
    allocation.tell(creditor_id=creditor_id, customer_id=note.customer_id, closed_ids=closed, now=now)
    return len(shares)


def _tell(creditor_id: int, note: CreditNote, shares: tuple[Share, ...], now: datetime) -> None:
    new = entry.NewEntry(
        at=now,
        kind="receivables.credit_note.applied",
        actor="rule",
        customer_id=note.customer_id,
        subject_kind="credit_note",
        subject_id=note.id,
        payload={
            "currency": note.currency,
            "applied": [{"invoice": part.invoice_id, "minor": part.amount.minor} for part in shares],
        },
    )
    entry.write(creditor_id=creditor_id, entries=[new])
