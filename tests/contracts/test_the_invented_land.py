# SPDX-License-Identifier: Apache-2.0
"""The invented land uses everything a rule can say, so that whoever copies it sees each key and each kind at work."""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from typing import Any

import pytest

from conserje.countries.sections import SECTIONS
from conserje.countries.strict_yaml import read
from conserje.countries.xx import ADAPTER
from conserje.domain.rules import ceilings, duties, vocabulary

WORDS: list[tuple[str, str, type[Enum]]] = [
    ("caps", "kind", vocabulary.CapKind),
    ("caps", "per", vocabulary.Period),
    ("caps", "week", vocabulary.WeekKind),
    ("mandatory_texts", "when", vocabulary.TextWhen),
    ("mandatory_texts", "place", vocabulary.TextPlace),
    ("exemptions", "lifts_when_opened", vocabulary.Lift),
    ("notices", "act", vocabulary.Act),
    ("notices", "day_count", vocabulary.DayCount),
    ("fee_ceilings", "kind", ceilings.FeeKind),
    ("interest_ceilings", "kind", ceilings.InterestKind),
    ("limitations", "effect", vocabulary.Effect),
    ("data_rights", "right", duties.DataRight),
    ("records", "what", duties.RecordKind),
    ("records", "after", duties.KeepFrom),
]
USUAL = {"contacts", "caps"}  # a cap counts contacts, and an exemption lifts caps, without saying so


@lru_cache(maxsize=1)
def rules() -> dict[str, list[dict[str, Any]]]:
    """Every rule of the folder, by section, as written."""
    folder = ADAPTER.folder
    files = [read(path) for path in (folder / "pack.yaml", *sorted(folder.glob("subdivisions/*/pack.yaml")))]
    return {section: [rule for file in files for rule in file.get(section) or []] for section in SECTIONS}


@pytest.mark.parametrize("section", SECTIONS)
def test_every_key_of_every_section_is_used(section: str) -> None:
    used = {key for rule in rules()[section] for key in rule}
    missing = set(SECTIONS[section][1]) - used
    assert not missing, f"xx/ has no example of {section}: {', '.join(sorted(missing))}"


@pytest.mark.parametrize(("section", "key", "words"), WORDS, ids=lambda item: getattr(item, "__name__", item))
def test_every_kind_is_used(section: str, key: str, words: type[Enum]) -> None:
    used: set[str] = set()
    for rule in rules()[section]:
        said = rule.get(key, [])
        used |= set(said if isinstance(said, list) else [said])
    missing = {str(word.value) for word in words} - used - USUAL
    assert not missing, f"xx/ has no example of {section}, {key}: {', '.join(sorted(missing))}"
