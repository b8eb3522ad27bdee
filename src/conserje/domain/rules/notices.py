# SPDX-License-Identifier: Apache-2.0
"""Acts that need a notice first (a bureau report, a suit): whether the notices given are enough."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from conserje.domain.rules.pack import Notice, Pack
from conserje.domain.rules.verdict import Hit, Ruling, Verdict


@dataclass(frozen=True, slots=True)
class ActFacts:
    """What is known when an act is considered: local dates of the notices that reached the last known address.

    `small_debt` is whether the law calls the debt small; leave it true when that is not known.
    """

    noticed_on: Sequence[date]
    defaulted_on: date
    small_debt: bool = True


def judge_act(*, pack: Pack, act: str, facts: ActFacts, on: date) -> Verdict:
    """Whether `act` (such as "bureau_report") may happen on the local date `on`; it is denied or needs a person's yes.

    It never rules `ALLOW` by itself for an act the pack does not name: that is `NEEDS_HUMAN`.
    """
    rules = [rule for rule in pack.notices if rule.act == act and rule.in_force(on)]
    if not rules:
        hit = Hit(pack.id, Ruling.NEEDS_HUMAN, "no_pack", (("country", pack.country),))
        return Verdict(Ruling.NEEDS_HUMAN, (hit,), (pack.label,))
    found = (_missing(rule, facts, on) for rule in rules if facts.small_debt or not rule.only_small)
    hits = tuple(hit for hit in found if hit is not None)
    return Verdict(Ruling.DENY if hits else Ruling.ALLOW, hits, (pack.label,))


def _missing(rule: Notice, facts: ActFacts, on: date) -> Hit | None:
    if rule.deadline_months:
        last = _months_after(facts.defaulted_on, rule.deadline_months)
        if on <= last:
            return None
        told = (("months", str(rule.deadline_months)), ("date", last.isoformat()))
        return Hit(rule.id, Ruling.DENY, "notice_deadline_passed", told)
    given = sorted(day for day in facts.noticed_on if day <= on)
    counted = sorted(set(given)) if rule.different_days else given
    if len(counted) < rule.count:
        told = (("count", str(rule.count)), ("made", str(len(counted))))
        return Hit(rule.id, Ruling.DENY, "notice_missing", told)
    last = counted[rule.count - 1]
    if on < last + timedelta(days=rule.days):
        told = (("days", str(rule.days)), ("date", last.isoformat()))
        return Hit(rule.id, Ruling.DENY, "notice_too_recent", told)
    return None


def _months_after(on: date, months: int) -> date:
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))
