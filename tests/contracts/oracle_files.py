# SPDX-License-Identifier: Apache-2.0
"""The files of every pack as the oracle reads them: plain YAML and the `holidays` library, nothing of ours."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import holidays
import yaml

COUNTRIES = Path(__file__).parents[2] / "src/conserje/countries"
SECTIONS = (
    *("windows", "caps", "cooldowns", "consents", "other_hours", "revocations", "recipients"),
    *("forbidden_channels", "conditions", "forbidden_content", "mandatory_texts", "exemptions"),
)


@dataclass
class Law:
    """One pack as its file has it, with its holidays; `reads` are the readings in use."""

    raw: dict[str, Any]
    country: str
    zones: list[str]
    days: dict[int, set[date]] = field(default_factory=dict)
    regional: dict[str, set[date]] = field(default_factory=dict)
    reads: dict[str, str] = field(default_factory=dict)
    folder: str = ""

    def rules(self, section: str) -> list[dict[str, Any]]:
        return self.raw.get(section) or []


@dataclass
class Past:
    """A contact that was made."""

    at: datetime
    channel: str
    purpose: str
    outcome: str
    debts: tuple[str, ...] = ()
    elsewhere_creditor: bool = False
    inbound: bool = False
    place: str = "personal"


@dataclass
class Question:
    """A customer and a contact, in the words of a case."""

    country: str
    subdivision: str
    zones: tuple[str, ...]
    debtor: str
    creditor: str
    channel: str
    purpose: str
    recipient: str
    opened: bool
    place: str
    consent: dict[str, str]
    states: frozenset[str]
    past: list[Past]
    debts: tuple[str, ...] = ()
    creditor_kind: str = "unknown"
    debt_kind: str = "unknown"
    debt_place: str = ""
    creditor_place: str = ""
    other_hours_until: datetime | None = None


def folders() -> dict[str, list[Law]]:
    """The packs of every folder, by the folder's name: what stands in once for each country."""
    found: dict[str, list[Law]] = {}
    for path in sorted(COUNTRIES.glob("*/pack.yaml")):
        folder = path.parent
        paths = [path, *sorted(folder.glob("subdivisions/*/pack.yaml"))]
        found[folder.name] = [law for one in paths for law in _laws(one, folder.name)]
    return found


def _laws(path: Path, folder: str) -> list[Law]:
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    made = []
    variants = [(raw.get("country") or "", raw.get("zones") or [], raw.get("holidays"))]
    if "fallback_for" in raw:
        variants = [
            (code, own["zones"], {**raw["holidays"], "country": code, **own})
            for code, own in raw["fallback_for"].items()
        ]
    for country, zones, calendar in variants:
        law = Law(raw, country, zones, folder=folder)
        law.reads = {name: str(item["default"]).lower() for name, item in (raw.get("readings") or {}).items()}
        _read_holidays(law, calendar or {})
        made.append(law)
    return made


def _read_holidays(law: Law, entry: dict[str, Any]) -> None:
    years = list(entry.get("expected_count") or {})

    def fetched(subdiv: str | None) -> set[date]:
        if entry.get("provider") != "holidays":
            return set()
        kinds = tuple(entry.get("categories") or ["public"])
        return {
            day
            for day in holidays.country_holidays(
                entry["country"], subdiv=subdiv, years=years, categories=kinds
            )
            if day.year in years
        }

    national = fetched(entry.get("subdiv"))
    law.regional = {str(code): fetched(str(code)) for code in entry.get("regions") or {}}
    for change in entry.get("overrides") or []:
        into = law.regional[change["region"]] if "region" in change else national
        if "add" in change:
            into.add(change["add"])
        else:
            into.discard(change["remove"])
    for year in years:
        law.days[year] = {day for day in national if day.year == year}


def listed(entry: dict[str, Any], key: str, value: str) -> bool:
    """Whether `value` is among the words of `key`, which are all of them when it is not there."""
    words = entry.get(key)
    if words is None:
        return True
    return value in words or "*" in words if isinstance(words, list) else value == words


def scope_fits(scope: dict[str, Any], asked: Question) -> bool:
    return (
        listed(scope, "creditors", asked.creditor)
        and (asked.debtor == "unknown" or listed(scope, "debtors", asked.debtor))
        and (asked.creditor_kind == "unknown" or listed(scope, "creditor_kinds", asked.creditor_kind))
        and (asked.debt_kind == "unknown" or listed(scope, "debts", asked.debt_kind))
        and listed(scope, "channels", asked.channel)
    )


def speaks(law: Law, asked: Question) -> bool:
    """Whether a pack has anything to say about the question."""
    raw = law.raw
    if law.country:
        part = str(raw.get("subdivision") or "")
        tests = raw.get("jurisdiction_test", "debtor_address")
        tests = tests if isinstance(tests, list) else [tests]
        code = f"{law.country}-{part}" if part else law.country
        here = False
        if "debtor_address" in tests and law.country == asked.country:
            wanted = part.split("-") if part else []
            known = asked.subdivision.split("-") if asked.subdivision else []
            here = known[: len(wanted)] == wanted
            unsure = len(known) < len(wanted) and wanted[: len(known)] == known
            here = here or (unsure and raw.get("if_place_unknown", "apply") == "apply")
        for test, place in (("debt_place", asked.debt_place), ("creditor_place", asked.creditor_place)):
            if test in tests and (place == code or place.startswith(code + "-")):
                here = True
        if not here:
            return False
    if asked.debtor == "company_trade" and law.reads.get("company_trade") == "exempt":
        return False
    scope = raw["applies_to"]
    freed = any(listed(rule, "purposes", asked.purpose) for rule in law.rules("exemptions"))
    return scope_fits(scope, asked) and (listed(scope, "purposes", asked.purpose) or freed)


def bind(law: Law, section: str, asked: Question) -> list[dict[str, Any]]:
    """The rules of a section that bind, whatever the date."""
    found = []
    for rule in law.rules(section):
        if "applies_to" not in rule and "reading" not in rule:
            found.append(rule)
            continue
        scope = rule.get("applies_to") or {}
        if not scope_fits(scope, asked) or not listed(scope, "purposes", asked.purpose):
            continue
        if any(
            law.reads.get(name) != str(value).lower() for name, value in (rule.get("reading") or {}).items()
        ):
            continue
        found.append(rule)
    return found


def holds(law: Law, rule: dict[str, Any], on: date) -> bool:
    start = rule.get("effective_from", law.raw["effective_from"])
    end = rule.get("effective_to")
    return start <= on and (end is None or on <= end)
