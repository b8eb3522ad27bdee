# SPDX-License-Identifier: Apache-2.0
"""Acts that need a notice first (a bureau report, a suit): whether the notices given are enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from conserje.domain.kit.money import Money
from conserje.domain.ports.channel import Channel
from conserje.domain.rules.duties import days_after, months_after
from conserje.domain.rules.facts import CreditorRole, DebtorType
from conserje.domain.rules.pack import Pack
from conserje.domain.rules.rule import Notice
from conserje.domain.rules.verdict import Hit, Ruling, Verdict
from conserje.domain.rules.vocabulary import EVERY_CHANNEL


@dataclass(frozen=True, slots=True)
class ActFacts:
    """What is known when an act is considered: local dates of the notices that reached the last known address.

    `noticed_by` are their channels in the same order; a notice without one counts only where any channel does.
    `small_debt` is whether the law calls the debt small; leave it true when that is not known. `proven` names the
    facts that are documented; `owed` is the amount, where known.
    """

    noticed_on: Sequence[date]
    defaulted_on: date
    small_debt: bool = True
    noticed_by: Sequence[Channel] = ()
    proven: frozenset[str] = frozenset()
    owed: Money | None = None
    debtor: DebtorType = DebtorType.UNKNOWN
    creditor: CreditorRole = CreditorRole.FIRST_PARTY


def judge_act(*, pack: Pack, act: str, facts: ActFacts, on: date) -> Verdict:
    """Whether `act` (a word of `Act`) may happen on the local date `on`; it is denied or needs a person's yes.

    It never rules `ALLOW` by itself for an act the pack does not name: that is `NEEDS_HUMAN`.
    """
    rules = [
        rule for rule in pack.notices if rule.act == act and rule.in_force(on) and _binds(rule, facts, pack)
    ]
    if not rules:
        hit = Hit(pack.id, Ruling.NEEDS_HUMAN, "no_pack", (("country", pack.country),))
        return Verdict(Ruling.NEEDS_HUMAN, (hit,), (pack.label,))
    found = (_missing(rule, facts, pack, on) for rule in rules if facts.small_debt or not rule.only_small)
    hits = tuple(hit for hit in found if hit is not None)
    return Verdict(Ruling.DENY if hits else Ruling.ALLOW, hits, (pack.label,))


def _binds(rule: Notice, facts: ActFacts, pack: Pack) -> bool:
    if rule.reading and pack.reading(rule.reading[0]) != rule.reading[1]:
        return False
    scope = rule.applies_to
    return scope is None or scope.binds(creditor=facts.creditor, debtor=facts.debtor)


def _missing(rule: Notice, facts: ActFacts, pack: Pack, on: date) -> Hit | None:
    return _not_proven(rule, facts) or _out_of_time(rule, facts, on) or _unnoticed(rule, facts, pack, on)


def _not_proven(rule: Notice, facts: ActFacts) -> Hit | None:
    for fact in rule.requires:
        if fact not in facts.proven:
            return Hit(rule.id, Ruling.DENY, "notice_fact_missing", (("fact", fact),))
    least, owed = rule.minimum, facts.owed
    if least is not None and (owed is None or owed.currency != least.currency or owed.minor < least.minor):
        told = (("minimum", f"{least.minor}"), ("currency", least.currency))
        return Hit(rule.id, Ruling.DENY, "notice_amount_small", told)
    return None


def _out_of_time(rule: Notice, facts: ActFacts, on: date) -> Hit | None:
    if not rule.deadline_months:
        return None
    last = months_after(facts.defaulted_on, months=rule.deadline_months)
    if on <= last:
        return None
    told = (("months", str(rule.deadline_months)), ("date", last.isoformat()))
    return Hit(rule.id, Ruling.DENY, "notice_deadline_passed", told)


def _unnoticed(rule: Notice, facts: ActFacts, pack: Pack, on: date) -> Hit | None:
    asks = rule.days or rule.within_days or rule.count > 1
    if not asks and (rule.deadline_months or rule.requires or rule.minimum):
        return None
    given = sorted(day for day in _counting(rule, facts) if day <= on)
    counted = sorted(set(given)) if rule.different_days else given
    if len(counted) < rule.count:
        told = (("count", str(rule.count)), ("made", str(len(counted))))
        return Hit(rule.id, Ruling.DENY, "notice_missing", told)
    if rule.within_days:
        latest = facts.defaulted_on + timedelta(days=rule.within_days)
        if counted[rule.count - 1] > latest:
            told = (("days", str(rule.within_days)), ("date", latest.isoformat()))
            return Hit(rule.id, Ruling.DENY, "notice_too_late", told)
    last = counted[rule.count - 1]
    if on < days_after(last, days=rule.days, count=rule.day_count, closed=pack.holidays.days):
        told = (("days", str(rule.days)), ("date", last.isoformat()))
        return Hit(rule.id, Ruling.DENY, "notice_too_recent", told)
    return None


def _counting(rule: Notice, facts: ActFacts) -> list[date]:
    if rule.channels >= EVERY_CHANNEL:
        return list(facts.noticed_on)
    by = zip(facts.noticed_on, facts.noticed_by, strict=False)
    return [day for day, channel in by if channel in rule.channels]
