# SPDX-License-Identifier: Apache-2.0
"""A pack as plain values for people and programs: every rule of every section, in the words of packs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import MISSING, fields
from enum import Enum
from fractions import Fraction
from typing import Any

from conserje.domain.kit.money import Money
from conserje.domain.rules.case_terms import percent_text
from conserje.domain.rules.ceilings import Step
from conserje.domain.rules.hours import clock
from conserje.domain.rules.pack import Pack
from conserje.domain.rules.rule import AppliesTo, Rule

SECTIONS = (
    "windows",
    "caps",
    "cooldowns",
    "consents",
    "other_hours",
    "revocations",
    "recipients",
    "forbidden_channels",
    "conditions",
    "forbidden_content",
    "mandatory_texts",
    "exemptions",
    "notices",
    "fee_ceilings",
    "interest_ceilings",
    "limitations",
    "data_rights",
    "records",
    "statements",
)
_COMMON = frozenset(item.name for item in fields(Rule)) - {"applies_to", "reading"}
_MINUTES = frozenset({"opens_minute", "closes_minute"})


def told_of(pack: Pack) -> dict[str, Any]:
    """`sections` (name -> rules), `readings`, `pending` and `sources` of a pack, as plain values."""
    return {
        "sections": {
            name: [_rule(rule) for rule in getattr(pack, name)] for name in SECTIONS if getattr(pack, name)
        },
        "readings": [
            {
                "name": reading.name,
                "value": reading.value,
                "options": {option: list(source) for option, source in reading.sources},
                "relaxable": reading.relaxable,
                "note": reading.note,
            }
            for reading in pack.readings
        ],
        "pending": [
            {"what": item.what, "source": list(item.source), "note": item.note} for item in pack.pending
        ],
        "sources": dict(pack.sources),
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "basis": rule.basis.value,
        "confidence": rule.confidence.value,
        "effective_from": rule.effective_from.isoformat(),
        "effective_to": None if rule.effective_to is None else rule.effective_to.isoformat(),
        "source": list(rule.source),
        "note": rule.note,
        "says": "; ".join(_details(rule)),
    }


def _details(rule: Rule) -> Iterable[str]:
    """What the rule says besides, where it is not what every rule of its kind says unasked."""
    for item in fields(rule):
        value = getattr(rule, item.name)
        unsaid = item.default is not MISSING and value == item.default
        if item.name in _COMMON or unsaid or value is None:
            continue
        shown = clock(value) if item.name in _MINUTES else _shown(value)
        yield f"{item.name.removesuffix('_minute')} {shown}"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Enum):
        return value.name.lower() if isinstance(value.value, int) else str(value.value)
    if isinstance(value, frozenset):
        kind = type(next(iter(value)))
        whole = isinstance(kind, type) and issubclass(kind, Enum) and len(value) == len(kind)
        return "*" if whole else " ".join(sorted(_shown(one) for one in value))
    if isinstance(value, Fraction):
        return percent_text(value * Fraction(1, 100))
    if isinstance(value, Money):
        return f"{value.minor} {value.currency}"
    if isinstance(value, Step):
        limit = "above" if value.limit is None else f"to {value.limit}"
        return f"{limit}: {value.value}"
    if isinstance(value, AppliesTo):
        given = ((item.name, getattr(value, item.name), item.default) for item in fields(value))
        return ", ".join(f"{name} {_shown(said)}" for name, said, default in given if said != default)
    if isinstance(value, tuple):
        return ", ".join(_shown(one) for one in value)
    return str(value)
