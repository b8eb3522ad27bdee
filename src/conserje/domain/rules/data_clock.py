# SPDX-License-Identifier: Apache-2.0
"""The clocks of a person's data: by when a request is answered, and how long what was written of them is kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from conserje.domain.rules.duties import (
    DataRight,
    DataTerm,
    KeepFrom,
    RecordKind,
    RecordTerm,
    answer_by,
    days_after,
    months_after,
)
from conserje.domain.rules.facts import CreditorRole, DebtKind, DebtorType
from conserje.domain.rules.house import HOUSE
from conserje.domain.rules.pack import Pack
from conserje.domain.rules.rule import Rule
from conserje.domain.rules.vocabulary import Basis, Confidence, DayCount

# What a pack calls the same wish, its own word first: Colombia knows two, "consulta" and "reclamo".
_NAMES: Final[Mapping[DataRight, tuple[DataRight, ...]]] = {
    DataRight.ACCESS: (DataRight.ACCESS, DataRight.QUERY),
    DataRight.PORTABILITY: (DataRight.PORTABILITY, DataRight.ACCESS, DataRight.QUERY),
    DataRight.RECTIFICATION: (DataRight.RECTIFICATION, DataRight.CLAIM),
    DataRight.ERASURE: (DataRight.ERASURE, DataRight.CLAIM),
    DataRight.OBJECTION: (DataRight.OBJECTION, DataRight.CLAIM),
    DataRight.BLOCKING: (DataRight.BLOCKING, DataRight.CLAIM),
}
ASKABLE: Final = tuple(_NAMES)
# Where no pack gives a term, this house gives itself the one of the strictest law it knows for a question.
HOUSE_DAYS: Final = 10
HOUSE_YEARS: Final = 5


@dataclass(frozen=True, slots=True)
class Parties:
    """In whose right and of whom; what is not known is bound."""

    creditor: CreditorRole
    debtor: DebtorType


@dataclass(frozen=True, slots=True)
class Term:
    """Local dates: a request is answered by `answer_by`, extended by `latest_by` (the same without an extension).

    `rule` is its id, `HOUSE` where no pack speaks; `authority` may be empty.
    """

    answer_by: date
    latest_by: date
    rule: str
    authority: str


def term(*, packs: Sequence[Pack], right: DataRight, asked_on: date, parties: Parties) -> Term:
    """By when a request for `right` of `asked_on` is answered.

    A pack's own term for it, else the shortest it has for any request (the GDPR has one for all), else this house's.
    The earliest of several packs. Raises `KeyError` for a right that nobody asks for, such as `BREACH`.
    """
    names = _NAMES[right]
    found = [(rule, pack) for pack in packs for rule in _of_pack(pack, names, asked_on, parties)]
    terms = [_counted(rule, asked_on, pack.holidays.days) for rule, pack in found]
    if not terms:
        closed = {day for pack in packs for day in pack.holidays.days}
        last = days_after(asked_on, days=HOUSE_DAYS, count=DayCount.BUSINESS, closed=closed)
        return Term(last, last, HOUSE, "")
    return min(terms, key=lambda item: (item.answer_by, item.latest_by, item.rule))


@dataclass(frozen=True, slots=True)
class Kept:
    """What was written of a person is kept through the local date `until`, by `rule` (`HOUSE` where no pack speaks)."""

    until: date
    rule: str


def kept(*, packs: Sequence[Pack], since: Mapping[KeepFrom, date], on: date, parties: Parties) -> Kept | None:
    """Until when contacts must be kept; None when nothing happened from which a term would run.

    `since` holds the last local date of each kind of event, none for what never happened.
    """
    rules = record_terms(packs=packs, on=on, parties=parties)
    ends = [
        Kept(months_after(since[rule.after], months=rule.years * 12), rule.id)
        for rule in rules
        if rule.after in since
    ]
    return max(ends, key=lambda item: (item.until, item.rule), default=None)


def record_terms(*, packs: Sequence[Pack], on: date, parties: Parties) -> tuple[RecordTerm, ...]:
    """The terms by which contacts must be kept at least; this house's own where no pack has one."""
    found = tuple(
        rule
        for pack in packs
        for rule in pack.records
        if rule.what is RecordKind.CONTACTS and not rule.at_most and _binds(rule, on, parties)
    )
    return found or (_HOUSE_RECORDS,)


_HOUSE_RECORDS: Final = RecordTerm(
    id=HOUSE,
    what=RecordKind.CONTACTS,
    years=HOUSE_YEARS,
    after=KeepFrom.LAST_ACTIVITY,
    basis=Basis.POLICY,
    confidence=Confidence.VERIFIED,
    effective_from=date.min,
)


def _of_pack(pack: Pack, names: Sequence[DataRight], on: date, parties: Parties) -> list[DataTerm]:
    bound = [rule for rule in pack.data_rights if _binds(rule, on, parties)]
    for name in names:
        own = [rule for rule in bound if rule.right is name]
        if own:
            return own
    return [rule for rule in bound if rule.right is not DataRight.BREACH]


def _binds(rule: Rule, on: date, parties: Parties) -> bool:
    if not rule.in_force(on):
        return False
    scope = rule.applies_to
    return scope is None or scope.binds(
        creditor=parties.creditor, debtor=parties.debtor, debt=DebtKind.UNKNOWN
    )


def _counted(rule: DataTerm, asked_on: date, closed: Collection[date]) -> Term:
    first = answer_by(rule=rule, asked_on=asked_on, closed=closed)
    last = days_after(first, days=rule.extension_days, count=rule.day_count, closed=closed)
    return Term(first, last if rule.extension_days else first, rule.id, rule.authority)
