# SPDX-License-Identifier: Apache-2.0
"""How a plain value of a pack's file becomes a value of the domain. Each raises `ValueError` with what is allowed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from enum import Enum
from fractions import Fraction
from typing import Any, TypeVar

from conserje.countries.strict_yaml import refuse_unknown
from conserje.domain.kit.money import Money
from conserje.domain.ports.channel import Channel
from conserje.domain.rules.ceilings import Step
from conserje.domain.rules.facts import CreditorKind, CreditorRole, DebtKind, DebtorType, Purpose
from conserje.domain.rules.phrases import CATEGORIES, SYNONYMS
from conserje.domain.rules.rule import AppliesTo
from conserje.domain.rules.verdict import Ruling
from conserje.domain.rules.vocabulary import Counts

E = TypeVar("E", bound=Enum)
_TIME = re.compile(r"^([01]\d|2[0-4]):([0-5]\d)$")
_NUMBER = re.compile(r"^\d{1,9}(?:\.\d{1,9})?$")
_SLUG = re.compile(r"^[a-z][a-z0-9_]*$")
_SCOPE: dict[str, type[Enum]] = {
    "creditors": CreditorRole,
    "debtors": DebtorType,
    "purposes": Purpose,
    "channels": Channel,
    "creditor_kinds": CreditorKind,
    "debts": DebtKind,
}


def word(kind: type[E]) -> Callable[[Any], E]:
    """A converter of one word to a member of `kind`."""

    def convert(value: Any) -> E:
        try:
            return kind(value)
        except ValueError:
            allowed = ", ".join(str(item.value) for item in kind)
            raise ValueError(f"'{value}' is not one of {allowed}") from None

    return convert


def words(kind: type[E]) -> Callable[[Any], frozenset[E]]:
    """A converter of a list of words to a set of `kind`; ["*"] is all of them."""
    one = word(kind)

    def convert(value: Any) -> frozenset[E]:
        listed = value if isinstance(value, list) else [value]
        if listed == ["*"]:
            return frozenset(kind)
        if not listed:
            raise ValueError("the list is empty")
        if len({str(item) for item in listed}) < len(listed):
            raise ValueError("a word is written twice")
        return frozenset(one(item) for item in listed)

    return convert


def scope(value: Any) -> AppliesTo:
    """Whom a pack or rule binds; what is not said is everything."""
    refuse_unknown(value, known=frozenset(_SCOPE), place="applies_to")
    if not value:
        raise ValueError("it says nothing; leave it out")
    found: dict[str, Any] = {key: words(_SCOPE[key])(value[key]) for key in value}
    return AppliesTo(**found)


def minute(value: Any) -> int:
    """ "07:30" as minutes after midnight, up to "24:00"."""
    match = _TIME.match(value) if isinstance(value, str) else None
    found = int(match[1]) * 60 + int(match[2]) if match else 1441
    if found > 1440:
        raise ValueError(f"'{value}' is not a time such as \"07:30\" (keep the quotation marks)")
    return found


def positive(value: Any) -> int:
    """A whole number above zero."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"'{value}' is not a whole number above 0")
    return value


def truth(value: Any) -> bool:
    """`true` or `false`."""
    if not isinstance(value, bool):
        raise ValueError(f"'{value}' is not true or false")
    return value


def local_date(value: Any) -> date:
    """A plain date."""
    if type(value) is not date:
        raise ValueError(f"'{value}' is not a date such as 2026-11-30")
    return value


def text(value: Any) -> str:
    """Words on one line, or a folded block."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"'{value}' is not text (keep the quotation marks)")
    return value.strip()


def slug(value: Any) -> str:
    """A name in small letters with underscores."""
    if not isinstance(value, str) or not _SLUG.match(value):
        raise ValueError(f"'{value}' is not a name such as creditor_identity")
    return value


def texts(value: Any) -> tuple[str, ...]:
    """A list of texts."""
    if not isinstance(value, list):
        raise ValueError(f"'{value}' is not a list")
    return tuple(text(item) for item in value)


def slugs(value: Any) -> tuple[str, ...]:
    """A list of names."""
    return tuple(slug(item) for item in texts(value))


def pairs(value: Any) -> tuple[tuple[str, str], ...]:
    """A mapping as sorted pairs of text."""
    return tuple(sorted((str(key), str(item)) for key, item in value.items()))


def reading(value: Any) -> tuple[str, str]:
    """`{name: value}`: the reading under which a rule holds."""
    if not isinstance(value, dict) or len(value) != 1:
        raise ValueError(f"'{value}' is not one reading such as {{week_definition: iso_week}}")
    ((name, option),) = value.items()
    return str(name), str(option).lower()


def counts(value: Any) -> Counts:
    """How far a contact must have got, by name."""
    if str(value).upper() not in Counts.__members__:
        raise ValueError(f"'{value}' is not one of {', '.join(item.name.lower() for item in Counts)}")
    return Counts[str(value).upper()]


def ruling(value: Any) -> Ruling:
    """`needs_human` or `deny`."""
    allowed = {"needs_human": Ruling.NEEDS_HUMAN, "deny": Ruling.DENY}
    if value not in allowed:
        raise ValueError(f"'{value}' is not one of needs_human, deny")
    return allowed[value]


def category(value: Any) -> str:
    """A category of content that the check of texts knows."""
    known = CATEGORIES | SYNONYMS.keys()
    if value not in known:
        raise ValueError(f"'{value}' is not one of {', '.join(sorted(known))}")
    return str(value)


def number(value: Any) -> Fraction:
    """A number without rounding: 9, or "1.75" in quotation marks."""
    shown = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(shown, str) or not _NUMBER.match(shown):
        raise ValueError(f"'{value}' is not a number such as 9 or \"1.75\" (keep the quotation marks)")
    return Fraction(shown)


def percent(value: Any) -> Fraction:
    """A percentage as a fraction of one."""
    return number(value) / 100


def percents(value: Any) -> tuple[Fraction, ...]:
    """Percentages as fractions of one, rising, each above zero and at most the whole."""
    if not isinstance(value, list):
        raise ValueError(f"'{value}' is not a list")
    found = tuple(percent(item) for item in value)
    if not found or found[0] <= 0 or found[-1] > 1 or list(found) != sorted(set(found)):
        raise ValueError("percentages must rise, be above 0 and at most 100")
    return found


def money(value: Any) -> Money:
    """`{minor, currency}`."""
    refuse_unknown(value, known=frozenset({"minor", "currency"}), place="an amount")
    return Money(currency=str(value["currency"]), minor=int(value["minor"]))


def whole_percent(value: Any) -> tuple[Step, ...]:
    """One share of everything."""
    return (Step(None, percent(value)),)


def whole_amount(value: Any) -> tuple[Step, ...]:
    """One amount whatever the debt."""
    return (Step(None, Fraction(positive(value))),)


def steps(value: Any) -> tuple[Step, ...]:
    """`[{upto, percent}]` (units) or `[{below_minor, amount_minor}]`, rising, the last without a limit."""
    found = []
    for item in value:
        refuse_unknown(
            item, known=frozenset({"upto", "percent", "below_minor", "amount_minor"}), place="steps"
        )
        limit = item.get("upto", item.get("below_minor"))
        worth = percent(item["percent"]) if "percent" in item else Fraction(positive(item["amount_minor"]))
        found.append(Step(None if limit is None else positive(limit), worth))
    limits = [step.limit for step in found[:-1]]
    if not found or found[-1].limit is not None or None in limits:
        raise ValueError("every step but the last has a limit, and the last has none")
    rising = [limit for limit in limits if limit is not None]
    if rising != sorted(set(rising)):
        raise ValueError("the limits must rise")
    return tuple(found)
