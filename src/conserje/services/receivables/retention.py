# SPDX-License-Identifier: Apache-2.0
"""Retention: bodies that the law no longer asks to keep are blanked, by the pack of each customer's country."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Final

from conserje.data.outreach import expired
from conserje.data.outreach.expired import Cutoff
from conserje.data.tenancy.models import Creditor
from conserje.domain.rules import data_clock
from conserje.domain.rules.data_clock import Parties
from conserje.domain.rules.duties import KeepFrom, months_after
from conserje.domain.rules.facts import CreditorRole, DebtorType
from conserje.services.journal import entry as journal
from conserje.services.outreach import law
from conserje.services.tenancy.act import act

AT_ONCE: Final = 2000


@act
def apply(*, creditor_id: int, now: datetime, limit: int = AT_ONCE) -> dict[str, int]:
    """Blank at most `limit` bodies of each kind whose term has ended; how many of each: messages, documents, hooks,
    import_rows. What a customer who still owes was told stays. Call it again while a count reaches `limit`.
    """
    creditor = Creditor.objects.values("country", "role").get(id=creditor_id)
    role = CreditorRole(creditor["role"])
    known = expired.countries(creditor_id=creditor_id)
    done = expired.blank(
        creditor_id=creditor_id,
        cutoffs=[_cutoff(code, creditor["country"], role, now.date()) for code in known],
        own_before=_cutoff("", creditor["country"], role, now.date()).before,
        limit=limit,
        now=now,
    )
    if any(done.values()):
        new = journal.NewEntry(at=now, kind="receivables.bodies.expired", actor="rule", payload=done)
        journal.write(creditor_id=creditor_id, entries=[new])
    return done


def _cutoff(country: str, otherwise: str, role: CreditorRole, on: date) -> Cutoff:
    """By the longest term that binds anybody there: who somebody is may be known too late."""
    packs = law.stack_for(country=country or otherwise).packs
    terms = data_clock.record_terms(packs=packs, on=on, parties=Parties(role, DebtorType.UNKNOWN))
    years = max(rule.years for rule in terms)
    before = datetime.combine(months_after(on, months=-12 * years), time.min, UTC)
    return Cutoff(country, before, any(rule.after is not KeepFrom.CONTACT for rule in terms))
