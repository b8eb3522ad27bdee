# SPDX-License-Identifier: Apache-2.0
"""The sections of `pack.yaml`: which keys each kind of rule has, and how their values become domain values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from enum import Enum
from typing import Any, TypeVar

from conserje.countries.strict_yaml import PackError, refuse_unknown
from conserje.domain.ports.channel import Channel
from conserje.domain.rules import pack as model
from conserje.domain.rules import vocabulary as terms
from conserje.domain.rules.facts import CreditorRole, Purpose, RecipientRole
from conserje.domain.rules.verdict import Ruling

Convert = Callable[[Any], Any]
E = TypeVar("E", bound=Enum)
_TIME = re.compile(r"^([01]\d|2[0-4]):([0-5]\d)$")
_COMMON = frozenset({"id", "basis", "confidence", "effective_from", "effective_to", "source", "note"})


def words(kind: type[E]) -> Callable[[Any], frozenset[E]]:
    """A converter of a list of words to a set of `kind`; ["*"] is all of them."""

    def convert(value: Any) -> frozenset[E]:
        listed = value if isinstance(value, list) else [value]
        return frozenset(kind) if listed == ["*"] else frozenset(kind(item) for item in listed)

    return convert


def minute(value: Any) -> int:
    """ "07:30" as minutes after midnight, up to "24:00". Raises `ValueError`."""
    match = _TIME.match(value) if isinstance(value, str) else None
    found = int(match[1]) * 60 + int(match[2]) if match else 1441
    if found > 1440:
        raise ValueError(f"'{value}' is not a time such as \"07:30\" (keep the quotation marks)")
    return found


def positive(value: Any) -> int:
    """A whole number above zero. Raises `ValueError`."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"'{value}' is not a whole number above 0")
    return value


def truth(value: Any) -> bool:
    """`true` or `false`. Raises `ValueError`."""
    if not isinstance(value, bool):
        raise ValueError(f"'{value}' is not true or false")
    return value


def local_date(value: Any) -> date:
    """A plain date. Raises `ValueError`."""
    if type(value) is not date:
        raise ValueError(f"'{value}' is not a date such as 2026-11-30")
    return value


def pairs(value: Any) -> tuple[tuple[str, str], ...]:
    """A mapping as sorted pairs of text."""
    return tuple(sorted((str(key), str(item)) for key, item in value.items()))


def _counts(value: Any) -> terms.Counts:
    return terms.Counts[str(value).upper()]


def _ruling(value: Any) -> Ruling:
    return {"needs_human": Ruling.NEEDS_HUMAN, "deny": Ruling.DENY}[str(value)]


_channels = ("channels", words(Channel))
_purposes = ("purposes", words(Purpose))
_counted = ("counts", _counts)

# section -> (rule class, YAML key -> (field, converter)); a key that is the field's own name needs no other.
SECTIONS: dict[str, tuple[type[model.Rule], dict[str, tuple[str, Convert]]]] = {
    "windows": (
        model.ContactWindow,
        {
            "channels": _channels,
            "days": ("days", words(terms.DayKind)),
            "from": ("opens_minute", minute),
            "to": ("closes_minute", minute),
            "closed": ("closed", truth),
        },
    ),
    "caps": (
        model.Cap,
        {
            "channels": _channels,
            "kind": ("kind", terms.CapKind),
            "max": ("maximum", positive),
            "per": ("per", terms.Period),
            "week": ("week", terms.WeekKind),
            "counts": _counted,
            "switch": ("switch", str),
        },
    ),
    "cooldowns": (
        model.Cooldown,
        {
            "after": ("after", words(Channel)),
            "channels": _channels,
            "gap_days": ("gap_days", positive),
            "counts": _counted,
        },
    ),
    "consents": (model.ConsentRule, {"channels": _channels}),
    "other_hours": (model.OtherHoursRule, {}),
    "revocations": (model.RevocationRule, {}),
    "recipients": (
        model.RecipientRule,
        {"roles": ("roles", words(RecipientRole)), "allowed": ("allowed", truth)},
    ),
    "forbidden_channels": (
        model.ForbiddenChannel,
        {"channels": _channels, "creditors": ("creditors", words(CreditorRole))},
    ),
    "conditions": (
        model.ConditionRule,
        {
            "condition": ("condition", terms.Condition),
            "ruling": ("ruling", _ruling),
            "purposes": _purposes,
        },
    ),
    "forbidden_content": (model.ForbiddenContent, {"category": ("category", str)}),
    "mandatory_texts": (
        model.MandatoryText,
        {"slot": ("slot", str), "when": ("when", terms.TextWhen), "purposes": _purposes},
    ),
    "exemptions": (
        model.Exemption,
        {
            "purposes": _purposes,
            "lifts": ("lifts", words(terms.Lift)),
            "lifts_when_opened": ("lifts_when_opened", words(terms.Lift)),
        },
    ),
    "notices": (
        model.Notice,
        {
            "act": ("act", str),
            "days": ("days", positive),
            "count": ("count", positive),
            "different_days": ("different_days", truth),
            "only_small": ("only_small", truth),
            "deadline_months": ("deadline_months", positive),
        },
    ),
    "statements": (model.Statement, {"kind": ("kind", str), "details": ("details", pairs)}),
}


def read_section(
    section: str, entries: Iterable[Mapping[str, Any]], *, pack_id: str, since: date, place: str
) -> tuple[Any, ...]:
    """The rules of one section. `since` is the pack's date for rules that give none. Raises `PackError`."""
    return tuple(_read_rule(section, entry, pack_id, since, place) for entry in entries)


def _read_rule(section: str, entry: Mapping[str, Any], pack_id: str, since: date, place: str) -> model.Rule:
    kind, keys = SECTIONS[section]
    place = f"{place}, {section} {entry.get('id', '(without id)')}"
    refuse_unknown(entry, known=_COMMON | frozenset(keys), place=place)
    if not str(entry.get("id", "")).startswith(f"{pack_id}."):
        raise PackError(f"{place}: a rule id begins with '{pack_id}.'.")
    values: dict[str, Any] = {"id": entry["id"], "effective_from": since}
    common: dict[str, tuple[str, Convert]] = {
        "basis": ("basis", terms.Basis),
        "confidence": ("confidence", terms.Confidence),
        "effective_from": ("effective_from", local_date),
        "effective_to": ("effective_to", local_date),
        "source": ("source", lambda value: tuple(str(item) for item in value)),
        "note": ("note", str),
    }
    for key, (name, convert) in {**common, **keys}.items():
        if key in entry:
            try:
                values[name] = convert(entry[key])
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise PackError(f"{place}: '{key}' is wrong: {error}.") from None
    try:
        rule = kind(**values)
    except TypeError as error:
        raise PackError(f"{place} is incomplete: {error}.") from None
    _check(rule, place)
    return rule


def _check(rule: model.Rule, place: str) -> None:
    if rule.basis is terms.Basis.LAW and not rule.source:
        raise PackError(f"{place}: a rule of law needs its source.")
    if rule.effective_to is not None and rule.effective_to < rule.effective_from:
        raise PackError(f"{place}: it ends on {rule.effective_to}, before it begins.")
    if isinstance(rule, model.ContactWindow) and rule.opens_minute >= rule.closes_minute:
        raise PackError(f"{place}: 'from' must be before 'to'.")
