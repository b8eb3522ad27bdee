# SPDX-License-Identifier: Apache-2.0
"""The future of a case as both sides are told it: `decide`, asked again after each contact it foretells."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from conserje.domain.kit.days import local_date
from conserje.domain.outreach.case import Case
from conserje.domain.outreach.decide import decide
from conserje.domain.outreach.decision import Decision
from conserje.domain.outreach.recheck import outdated
from conserje.domain.outreach.strategy import Strategy, purpose_of
from conserje.domain.rules.gate import RuleStack

_CONTACTS_MAX = 60


def project(case: Case, *, strategy: Strategy, law: RuleStack, now: datetime, until: date) -> list[Decision]:
    """Every contact from `now` through the local date `until`, in order, if nothing happens; last, how it ends.

    The last decision has no contact (or one after `until`, left out): its kind and reasons say why nothing follows.
    Payments are taken to be recorded in time.
    """
    told: list[Decision] = []
    case, at = _after_what_is_in_hand(case, strategy, law, now)
    case = replace(case, freshness_days=-1) if at > now else case
    for _ in range(_CONTACTS_MAX):
        decision = decide(case, strategy=strategy, law=law, now=at)
        if decision.contact is None:
            told.append(decision)
            return told
        contact = decision.contact
        if local_date(contact.at, case.zone) > until:
            return told
        told.append(decision)
        case = case.after(
            step=contact.step, channel=contact.channel, at=contact.at, on=contact.on, purpose=contact.purpose
        )
        case = replace(case, freshness_days=-1)
        at = contact.at + timedelta(seconds=1)
    return told


def _after_what_is_in_hand(
    case: Case, strategy: Strategy, law: RuleStack, now: datetime
) -> tuple[Case, datetime]:
    """The case once the contact on its way is made; without it, when it will not leave any more."""
    held = case.in_hand
    step = None if held is None else strategy.find(held.step)
    if held is None or step is None or outdated(case, strategy=strategy, law=law, now=now) is not None:
        return replace(case, in_hand=None), now
    at = max(held.at, now)
    purpose = purpose_of(step)
    after = case.after(
        step=held.step, channel=held.channel, at=at, on=local_date(at, case.zone), purpose=purpose
    )
    return after, at + timedelta(seconds=1)
