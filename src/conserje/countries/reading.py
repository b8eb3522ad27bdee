# SPDX-License-Identifier: Apache-2.0
"""Reads one country's folder: its packs, dated amounts, mandatory words and worked cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

from conserje.countries.calendars import read_calendar
from conserje.countries.sections import SECTIONS, read_section, truth, words
from conserje.countries.strict_yaml import PackError, read, refuse_unknown
from conserje.domain.kit.days import zone
from conserje.domain.kit.money import Money
from conserje.domain.rules.facts import CreditorRole, DebtorType, Purpose
from conserje.domain.rules.pack import AppliesTo, DatedAmount, Pack, Reading, Rule
from conserje.domain.rules.vocabulary import CONTACT_COUNTING, WEEK_DEFINITION, Confidence, Counts, WeekKind

_HEAD = frozenset(
    {
        "schema",
        "pack",
        "version",
        "country",
        "subdivision",
        "signed_off",
        "review_by",
        "jurisdiction_test",
        "effective_from",
        "applies_to",
        "zones",
        "holidays",
        "readings",
    }
)
_AMOUNT_KEYS = frozenset({"name", "currency", "values", "expected", "note"})
_VALUE_KEYS = frozenset({"from", "to", "minor", "source", "confidence"})


@dataclass(frozen=True, slots=True)
class Authority:
    """Where a customer may complain, named in mandatory texts."""

    name: str
    short_name: str
    site: str


@dataclass(frozen=True)
class Country:
    """One folder of `countries/`. `code` is ISO 3166-1; texts exist at least in `languages`."""

    code: str
    folder: Path
    authority: Authority
    languages: tuple[str, ...] = ("es", "en")

    def packs(self) -> tuple[Pack, ...]:
        """The country's pack, then those of its subdivisions; read once. Raises `PackError`."""
        return self._packs

    def mandatory_text(self, slot: str, language: str) -> str:
        """The Liquid text of `slot` in `language` ("es_CO" falls back to "es"). Raises `PackError` if there is none."""
        for name in (language, language.split("_")[0]):
            entry = self._wording.get(name, {}).get(slot)
            if entry is not None:
                return str(entry["text"]).strip()
        raise PackError(
            f"{self.code} has no mandatory text for '{slot}' in '{language}'. Add it to wording/."
        )

    def cases(self) -> tuple[dict[str, Any], ...]:
        """Every worked case of the folder and its subdivisions, with the key `file` added."""
        found = []
        for path in sorted(self.folder.rglob("cases/*.yaml")):
            for case in read(path)["cases"]:
                found.append({"file": path.name, **case})
        return tuple(found)

    @cached_property
    def _packs(self) -> tuple[Pack, ...]:
        nested = sorted(self.folder.glob("subdivisions/*/pack.yaml"))
        return tuple(read_pack(path) for path in (self.folder / "pack.yaml", *nested))

    @cached_property
    def _wording(self) -> dict[str, dict[str, Any]]:
        found = {}
        for path in sorted(self.folder.glob("wording/*.yaml")):
            slots = read(path)
            for slot, entry in slots.items():
                refuse_unknown(entry, known=frozenset({"text", "source"}), place=f"{path.name}, {slot}")
            found[path.stem] = slots
        return found


def read_pack(path: Path) -> Pack:
    """The pack in `path`, with the dated amounts of the `parameters/` folder beside it. Raises `PackError`."""
    entry = read(path)
    place = f"{path.parent.name}/{path.name}"
    refuse_unknown(entry, known=_HEAD | frozenset(SECTIONS), place=place)
    missing = _HEAD - {"subdivision", "jurisdiction_test", "readings"} - frozenset(entry)
    if missing:
        raise PackError(f"{place}: missing {', '.join(sorted(missing))}.")
    if entry["schema"] != "rulepack/v1":
        raise PackError(f"{place}: schema '{entry['schema']}' is unknown; this version reads rulepack/v1.")
    rules = {
        name: read_section(
            name, entry.get(name) or [], pack_id=entry["pack"], since=entry["effective_from"], place=place
        )
        for name in SECTIONS
    }
    _check_dates(rules, place)
    pack = Pack(
        id=entry["pack"],
        version=str(entry["version"]),
        country=entry["country"] or "",
        subdivision=entry.get("subdivision") or "",
        signed_off=truth(entry["signed_off"]),
        review_by=entry["review_by"],
        jurisdiction_test=entry.get("jurisdiction_test", "debtor_address"),
        applies_to=_applies_to(entry["applies_to"], place),
        zones=_zones(entry["zones"], place),
        holidays=read_calendar(entry["holidays"], place=f"{place}, holidays"),
        amounts=_amounts(path.parent / "parameters"),
        readings=_readings(entry.get("readings") or {}, place),
        **rules,
    )
    for cap in pack.caps:
        if cap.switch and not pack.reading(cap.switch):
            raise PackError(f"{place}, caps {cap.id}: there is no reading called '{cap.switch}'.")
    return pack


def _check_dates(rules: dict[str, tuple[Rule, ...]], place: str) -> None:
    """Versions of one rule follow each other without gap or overlap, in one section."""
    homes: dict[str, str] = {}
    for section, entries in rules.items():
        versions: dict[str, list[Rule]] = {}
        for rule in entries:
            if homes.setdefault(rule.id, section) != section:
                raise PackError(f"{place}: {rule.id} is in {homes[rule.id]} and in {section}.")
            versions.setdefault(rule.id, []).append(rule)
        for name, dated in versions.items():
            dated.sort(key=lambda rule: rule.effective_from)
            for before, after in pairwise(dated):
                _check_succession(before.effective_to, after.effective_from, f"{place}, {section} {name}")


def _check_succession(ended: date | None, begins: date, place: str) -> None:
    if ended is None or ended >= begins:
        raise PackError(f"{place}: its versions overlap at {begins}.")
    if ended + timedelta(days=1) != begins:
        raise PackError(f"{place}: nothing holds between {ended} and {begins}.")


def _applies_to(entry: dict[str, Any], place: str) -> AppliesTo:
    refuse_unknown(entry, known=frozenset({"creditors", "debtors", "purposes"}), place=f"{place}, applies_to")
    return AppliesTo(
        words(CreditorRole)(entry["creditors"]),
        words(DebtorType)(entry["debtors"]),
        words(Purpose)(entry["purposes"]),
    )


def _zones(names: list[str], place: str) -> tuple[str, ...]:
    for name in names:
        try:
            zone(name)
        except (KeyError, ValueError):
            raise PackError(f"{place}, zones: '{name}' is not an IANA time zone.") from None
    return tuple(names)


def _readings(entry: dict[str, Any], place: str) -> tuple[Reading, ...]:
    found = []
    options: dict[str, set[str]] = {
        CONTACT_COUNTING: {counts.name.lower() for counts in Counts},
        WEEK_DEFINITION: {week.value for week in WeekKind},
    }
    for name, item in entry.items():
        here = f"{place}, readings {name}"
        refuse_unknown(item, known=frozenset({"default", "options", "relaxable", "note"}), place=here)
        listed = tuple(str(option).lower() for option in item["options"])
        value = str(item["default"]).lower()
        if value not in listed:
            raise PackError(f"{here}: the default '{value}' is not among its options.")
        if not set(listed) <= options.get(name, set(listed)):
            raise PackError(f"{here}: options must be among {', '.join(sorted(options[name]))}.")
        found.append(Reading(name, value, listed, bool(item.get("relaxable")), str(item.get("note", ""))))
    return tuple(found)


def _amounts(folder: Path) -> tuple[DatedAmount, ...]:
    found: list[DatedAmount] = []
    for path in sorted(folder.glob("*.yaml")):
        entry = read(path)
        refuse_unknown(entry, known=_AMOUNT_KEYS, place=path.name)
        dated = [_amount(entry, value, path.name) for value in entry["values"]]
        for before, after in pairwise(dated):
            _check_succession(before.effective_to, after.effective_from, f"{path.name} {entry['name']}")
        found.extend(dated)
    return tuple(found)


def _amount(entry: dict[str, Any], value: dict[str, Any], place: str) -> DatedAmount:
    refuse_unknown(value, known=_VALUE_KEYS, place=f"{place}, values")
    return DatedAmount(
        name=entry["name"],
        amount=Money(currency=entry["currency"], minor=int(value["minor"])),
        effective_from=value["from"],
        effective_to=value["to"],
        source=tuple(value["source"]),
        confidence=Confidence(value["confidence"]),
    )
