# SPDX-License-Identifier: Apache-2.0
"""What the screens of the law console show: packs, their rules in words, a contact tried out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from conserje.ui.listing import Option
from conserje.workbench.own_rule_pages import OwnRow
from conserje.workbench.pages import Frame, Rule


@dataclass(frozen=True, slots=True)
class PackRow:
    """One pack. `place` is the country or platform in words; `customers` of this creditor that it binds.

    `late`: the day by which it was to be reviewed has passed.
    """

    id: str
    version: str
    place: str
    url: str
    rules: int
    review_by: date
    signed_off: bool
    customers: int = 0
    stands_in: bool = False
    late: bool = False


@dataclass(frozen=True, slots=True)
class LawPage:
    """`workbench/law/list.html`, at `workbench:law`. `unbound` customers have no country's pack; `trial` is the box.

    `own` are the rules of the creditor's own that hold or will.
    """

    frame: Frame
    bound: tuple[PackRow, ...]
    others: tuple[PackRow, ...]
    trial: Trial
    safety_url: str
    unbound: int = 0
    customers_url: str = ""
    own: tuple[OwnRow, ...] = ()
    own_url: str = ""


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule: `says` in the reader's language, `basis` law, policy or platform, `known` how well it is known.

    `sources` are texts of norms; `tone` of the basis. `until` is None while nothing ends it.
    """

    id: str
    says: str
    basis: str
    known: str
    sources: tuple[str, ...]
    since: date
    until: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Rules of one kind."""

    name: str
    title: str
    rules: tuple[RuleRow, ...]


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """An open question: `options` are (words, where it is read, in use)."""

    title: str
    options: tuple[tuple[str, str, bool], ...]
    note: str = ""
    relaxable: bool = False


@dataclass(frozen=True, slots=True)
class PendingRow:
    """What is to be watched."""

    what: str
    sources: tuple[str, ...] = ()
    note: str = ""
    expected_on: date | None = None


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A worked case: `facts` and `expected` in words, `right` whether the gate says so today."""

    name: str
    facts: tuple[str, ...]
    expected: tuple[str, ...]
    rules: tuple[str, ...]
    right: bool = True


@dataclass(frozen=True, slots=True)
class PackPage:
    """`workbench/law/pack.html`, at `workbench:law_pack`. `scope` are sentences on whom the pack binds."""

    frame: Frame
    row: PackRow
    scope: tuple[str, ...]
    sections: tuple[Section, ...]
    readings: tuple[ReadingRow, ...]
    pending: tuple[PendingRow, ...]
    sources: tuple[tuple[str, str], ...]
    cases: tuple[CaseRow, ...]
    zones: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    doubts: tuple[str, ...] = ()
    authority: str = ""
    authority_url: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A select of the box."""

    name: str
    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """The box in which a contact is tried: GET fields `customer`, `at`, `part`, `opened` and those of the choices.

    `about` are the choices of the contact, `facts` those of made-up facts.
    """

    url: str
    about: tuple[Choice, ...]
    facts: tuple[Choice, ...]
    customer: str = ""
    part: str = ""
    at: str = ""
    opened: bool = False


@dataclass(frozen=True, slots=True)
class Tried:
    """The answer. `at` and `next_at` stand in `zone`; `texts` are what the message must say.

    `customer_url` opens the customer it was tried on.
    """

    ruling: str
    says: str
    at: datetime
    zone: str
    why: tuple[Rule, ...]
    texts: tuple[str, ...]
    packs: tuple[str, ...]
    next_at: datetime | None = None
    customer: str = ""
    customer_url: str = ""


@dataclass(frozen=True, slots=True)
class TryPage:
    """`workbench/law/try.html`, at `workbench:law_try`. `error` says why nothing could be judged."""

    frame: Frame
    trial: Trial
    tried: Tried | None = None
    error: str = ""
