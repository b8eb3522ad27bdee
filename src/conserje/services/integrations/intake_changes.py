# SPDX-License-Identifier: Apache-2.0
"""Which customers an import changed, told from the rows that came to be while it ran."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db import connection

from conserje.services.tenancy.act import step

# Every kind of row that an import may add about a customer, and the customer it is about.
_ABOUT: Final = {
    "receivables_customer": "SELECT r.id AS customer_id, r.id FROM receivables_customer r",
    "receivables_customerfact": "SELECT r.customer_id, r.id FROM receivables_customerfact r",
    "receivables_contact": "SELECT r.customer_id, r.id FROM receivables_contact r",
    "receivables_contactpoint": "SELECT k.customer_id, r.id FROM receivables_contactpoint r"
    " JOIN receivables_contact k ON k.creditor_id = r.creditor_id AND k.id = r.contact_id",
    "receivables_invoice": "SELECT r.customer_id, r.id FROM receivables_invoice r",
    "receivables_payment": "SELECT r.customer_id, r.id FROM receivables_payment r",
    "receivables_withholding": "SELECT i.customer_id, r.id FROM receivables_withholding r"
    " JOIN receivables_invoice i ON i.creditor_id = r.creditor_id AND i.id = r.invoice_id",
    "receivables_creditnote": "SELECT r.customer_id, r.id FROM receivables_creditnote r",
    "outreach_permission": "SELECT r.customer_id, r.id FROM outreach_permission r",
}
_LAST: Final = " UNION ALL ".join(
    f"SELECT '{table}', coalesce(max(id), 0) FROM {table} WHERE creditor_id = %(creditor)s"  # noqa: S608 - our own names
    for table in _ABOUT
)
_MOVED: Final = " UNION ALL ".join(
    f"{rows} WHERE r.creditor_id = %(creditor)s AND r.id > %({table})s" for table, rows in _ABOUT.items()
)
# Customers that were there before: those that are new are counted by themselves.
_CHANGED: Final = f"""
SELECT count(DISTINCT customer_id) FROM ({_MOVED}) AS moved
 WHERE customer_id <= %(receivables_customer)s"""  # noqa: S608 - our own names


@dataclass(frozen=True, slots=True)
class Marks:
    """The last row of each kind before an import, by table."""

    last: dict[str, int]


@step
def marks(*, creditor_id: int) -> Marks:
    """Where the books end now."""
    with connection.cursor() as cursor:
        cursor.execute(_LAST, {"creditor": creditor_id})
        return Marks(dict(cursor.fetchall()))


@step
def changed(*, creditor_id: int, since: Marks) -> int:
    """How many customers that were there at `since` have anything written about them after it."""
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED, {"creditor": creditor_id, **since.last})
        return int(cursor.fetchone()[0])
