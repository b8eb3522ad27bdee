# SPDX-License-Identifier: Apache-2.0
"""A pack as plain values for people and programs: every rule of every section."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conserje.domain.rules.pack import Pack
from conserje.domain.rules.rule import Rule

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
    "withholdings",
    "limitations",
    "data_rights",
    "records",
    "statements",
)


def told_of(pack: Pack, *, says: Callable[[Rule], str]) -> dict[str, Any]:
    """`sections` (name -> rules), `readings`, `pending` and `sources` of a pack, as plain values.

    `says` puts a rule into words.
    """
    return {
        "sections": {
            name: [_rule(rule, says(rule)) for rule in getattr(pack, name)]
            for name in SECTIONS
            if getattr(pack, name)
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
            {
                "what": item.what,
                "source": list(item.source),
                "note": item.note,
                "expected_on": None if item.expected_on is None else item.expected_on.isoformat(),
            }
            for item in pack.pending
        ],
        "sources": dict(pack.sources),
    }


def _rule(rule: Rule, says: str) -> dict[str, Any]:
    return {
        "id": rule.id,
        "basis": rule.basis.value,
        "confidence": rule.confidence.value,
        "effective_from": rule.effective_from.isoformat(),
        "effective_to": None if rule.effective_to is None else rule.effective_to.isoformat(),
        "source": list(rule.source),
        "note": rule.note,
        "says": says,
    }
