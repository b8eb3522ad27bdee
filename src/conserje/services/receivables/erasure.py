# SPDX-License-Identifier: Apache-2.0
"""Erasing a person: not while the debt lives or the law keeps what was written; then whole, and the books stay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import connection

from conserje.data.outreach import personal
from conserje.data.outreach.models import Hold
from conserje.domain.kit.days import local_date
from conserje.domain.rules import data_clock
from conserje.domain.rules.data_clock import Parties
from conserje.domain.rules.duties import KeepFrom
from conserje.domain.rules.facts import CreditorRole, DebtorType
from conserje.services.journal import entry as journal
from conserje.services.outreach import hold, law, local_day
from conserje.services.tenancy.act import step

# The reason of the hold that stands where a person may not be erased yet: kept, and not used.
RESTRICTED: Final = "data_restricted"
DEBT_ALIVE: Final = "debt_alive"
KEPT_BY_LAW: Final = "kept_by_law"

_ALIVE: Final = """
SELECT EXISTS (SELECT 1 FROM receivables_invoice WHERE creditor_id = %(creditor)s AND customer_id = %(customer)s
                  AND open_minor > 0)
    OR EXISTS (SELECT 1 FROM receivables_payment WHERE creditor_id = %(creditor)s AND customer_id = %(customer)s
                  AND unallocated_minor > 0)
    OR EXISTS (SELECT 1 FROM receivables_creditnote WHERE creditor_id = %(creditor)s AND customer_id = %(customer)s
                  AND unapplied_minor > 0)
    OR EXISTS (SELECT 1 FROM receivables_withholding w
                 JOIN receivables_invoice i ON i.creditor_id = w.creditor_id AND i.id = w.invoice_id
                WHERE w.creditor_id = %(creditor)s AND i.customer_id = %(customer)s AND w.certified_on IS NULL
                  AND w.rejected_at IS NULL)
    OR EXISTS (SELECT 1 FROM receivables_checkout WHERE creditor_id = %(creditor)s AND customer_id = %(customer)s
                  AND (state IN ('open', 'processing', 'waiting', 'unknown') OR contested))
    OR EXISTS (SELECT 1 FROM receivables_mandate WHERE creditor_id = %(creditor)s AND customer_id = %(customer)s
                  AND state = 'active')
    OR EXISTS (SELECT 1 FROM outreach_touch WHERE creditor_id = %(creditor)s AND customer_id = %(customer)s
                  AND state IN ('claimed', 'handing_over', 'unsure'))"""

_SINCE: Final = """
SELECT u.country, u.debtor_type, r.country, r.role,
       (SELECT max(coalesce(handed_at, ended_at)) FROM outreach_touch
         WHERE creditor_id = u.creditor_id AND customer_id = u.id
           AND state IN ('accepted', 'delivered', 'failed', 'unsure')),
       (SELECT max(received_at) FROM receivables_payment WHERE creditor_id = u.creditor_id AND customer_id = u.id),
       (SELECT max(created_at) FROM receivables_invoice WHERE creditor_id = u.creditor_id AND customer_id = u.id),
       (SELECT max(value_on) FROM receivables_payment WHERE creditor_id = u.creditor_id AND customer_id = u.id),
       (SELECT max(d.due_on) FROM receivables_invoicedue d
          JOIN receivables_invoice i ON i.creditor_id = d.creditor_id AND i.id = d.invoice_id
         WHERE i.creditor_id = u.creditor_id AND i.customer_id = u.id)
  FROM receivables_customer u JOIN tenancy_creditor r ON r.id = u.creditor_id
 WHERE u.creditor_id = %(creditor)s AND u.id = %(customer)s"""


@dataclass(frozen=True, slots=True)
class Judged:
    """Why a person may not be erased (`DEBT_ALIVE`, `KEPT_BY_LAW`), none when they may.

    `until` is the last local date of the retention term, by `rule`; None when nothing is kept.
    """

    codes: tuple[str, ...]
    until: date | None
    rule: str

    @property
    def allowed(self) -> bool:
        """Whether nothing stands against it."""
        return not self.codes


@step
def judge(*, creditor_id: int, customer_id: int, now: datetime) -> Judged:
    """Whether one customer may be erased at `now`. Raises `LookupError` when there is no such customer."""
    asked = {"creditor": creditor_id, "customer": customer_id}
    zone = local_day.zones(creditor_id=creditor_id, customer_ids=[customer_id]).get(customer_id, "UTC")
    today = local_date(now, zone)
    facts = _row(_SINCE, asked)
    if facts is None:
        raise LookupError(f"There is no customer {customer_id} in this creditor's books.")
    country, debtor_type, own_country, role, *_moments = facts
    kept = data_clock.kept(
        packs=law.stack_for(country=country or own_country).packs,
        since=_since(facts[4:], zone),
        on=today,
        parties=Parties(CreditorRole(role), DebtorType(debtor_type)),
    )
    codes = []
    if _row(_ALIVE, asked)[0]:
        codes.append(DEBT_ALIVE)
    if kept is not None and kept.until >= today:
        codes.append(KEPT_BY_LAW)
    return Judged(tuple(codes), kept.until if kept else None, kept.rule if kept else "")


@step
def erase(*, creditor_id: int, customer_id: int, by: str, now: datetime) -> int:
    """Blank everything personal of one customer; answers how many rows that touched.

    Ledger, amounts, numbers of invoices, the journal and every suppression stay. Raises `PermissionError` while
    `judge` says no: what may not be erased cannot be, whoever asks.
    """
    found = judge(creditor_id=creditor_id, customer_id=customer_id, now=now)
    if not found.allowed:
        raise PermissionError(f"Customer {customer_id} may not be erased: {', '.join(found.codes)}.")
    touched = personal.blank(creditor_id=creditor_id, customer_id=customer_id, now=now)
    pause = hold.Pause(None, RESTRICTED, None)
    known = {"creditor_id": creditor_id, "customer_id": customer_id, "released_at": None}
    if not Hold.objects.filter(**known, reason=RESTRICTED).exists():
        hold.put(creditor_id=creditor_id, customer_id=customer_id, pause=pause, by=by, now=now)
    new = journal.NewEntry(
        at=now,
        kind="receivables.customer.erased",
        actor=by,
        customer_id=customer_id,
        subject_kind="customer",
        subject_id=customer_id,
        payload={"rows": touched, "rule": found.rule},
    )
    journal.write(creditor_id=creditor_id, entries=[new])
    return touched


def _since(moments: Any, zone: str) -> dict[KeepFrom, date]:
    contact, received, opened, value_on, due_on = moments
    contact_on = local_date(contact, zone) if contact else None
    acts = [contact_on, *(local_date(at, zone) for at in (received, opened) if at), value_on]
    found = {
        KeepFrom.CONTACT: contact_on,
        KeepFrom.LAST_ACTIVITY: max((on for on in acts if on), default=None),
        KeepFrom.DUE: due_on,
        KeepFrom.PAYMENT: value_on,
    }
    return {key: on for key, on in found.items() if on is not None}


def _row(sql: str, asked: dict[str, int]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return cursor.fetchone()
