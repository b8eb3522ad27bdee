# SPDX-License-Identifier: Apache-2.0
"""Reads one country's folder: its packs, dated amounts, mandatory words and worked cases."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

from conserje.countries.calendars import NO_DAYS, read_calendar
from conserje.countries.parameters import check_succession, named_parameters, read_parameters
from conserje.countries.sections import SECTIONS, read_section
from conserje.countries.strict_yaml import Located, PackError, line_of, mapping, read, refuse_unknown
from conserje.countries.values import local_date, scope, text, texts, truth, words
from conserje.domain.kit.days import zone
from conserje.domain.rules.pack import Pack, Pending, Reading
from conserje.domain.rules.rule import AppliesTo, Rule
from conserje.domain.rules.vocabulary import CONTACT_COUNTING, WEEK_DEFINITION, Counts, PlaceTest, WeekKind

_NEEDED = frozenset(
    {"schema", "pack", "version", "signed_off", "review_by", "effective_from", "applies_to", "sources"}
)
_PLACED = frozenset({"zones", "holidays"})
_HEAD = (
    _NEEDED
    | _PLACED
    | {"country", "subdivision", "platform", "fallback_for", "jurisdiction_test", "readings", "pending"}
    | {"if_place_unknown", "other_channels"}
)
_FALLBACK_KEYS = frozenset({"zones", "expected_count", "must_include", "overrides", "categories"})
_KEYED = re.compile(r"^[A-Z]{2,}(?:-[A-Z]+)*-\d+$")


@dataclass(frozen=True, slots=True)
class Authority:
    """Where a customer may complain, named in mandatory texts."""

    name: str
    short_name: str
    site: str


@dataclass(frozen=True)
class Country:
    """One folder of `countries/`, called as its `code`. Texts exist at least in `languages`.

    A folder may also hold a platform, which joins every country, or what holds where a country has no folder.
    """

    code: str
    folder: Path
    authority: Authority | None
    languages: tuple[str, ...] = ("es", "en")

    def packs(self) -> tuple[Pack, ...]:
        """The country's pack, then those of its subdivisions; read once. Raises `PackError`."""
        return self._packs

    @property
    def stands_in(self) -> bool:
        """Whether it holds what stands in for countries that have no folder."""
        return any(pack.stands_in for pack in self.packs())

    def has_text(self, slot: str, language: str) -> bool:
        """Whether there are words for `slot` in `language` or the language it belongs to."""
        return any(slot in self._wording.get(name, {}) for name in (language, language.split("_")[0]))

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
        """Every worked case of the folder and its subdivisions, with the keys `file` and `line` added."""
        return tuple(
            case for path in sorted(self.folder.rglob("cases/*.yaml")) for case in self.cases_in(path)
        )

    @staticmethod
    def cases_in(path: Path) -> tuple[dict[str, Any], ...]:
        """The worked cases of one file, wherever it is, with `file` and `line` added. Raises `PackError`."""
        found = read(path)
        refuse_unknown(found, known=frozenset({"cases", "country"}), place=path.name)
        listed = found.get("cases")
        if not isinstance(listed, list):
            raise PackError(f"{path.name}: 'cases' must be a list.")
        for case in listed:
            if not isinstance(case, Located) or not {"name", "at", "expect"} <= case.keys():
                raise PackError(f"{path.name}{line_of(case)}: a case has at least 'name', 'at' and 'expect'.")
        named = {"country": found["country"]} if "country" in found else {}
        return tuple({"file": path.name, "line": case.line, **named, **case} for case in listed)

    @cached_property
    def _packs(self) -> tuple[Pack, ...]:
        nested = sorted(self.folder.glob("subdivisions/*/pack.yaml"))
        return tuple(pack for path in (self.folder / "pack.yaml", *nested) for pack in read_packs(path))

    @cached_property
    def _wording(self) -> dict[str, dict[str, Any]]:
        found = {}
        for path in sorted(self.folder.glob("wording/*.yaml")):
            slots = read(path)
            for slot, entry in slots.items():
                refuse_unknown(entry, known=frozenset({"text", "source"}), place=f"{path.name}, {slot}")
            found[path.stem] = slots
        return found


def read_packs(path: Path) -> tuple[Pack, ...]:
    """The pack in `path`; one for each country where it is what holds without a pack of their own."""
    entry = read(path)
    if "fallback_for" not in entry:
        return (read_pack(path),)
    place = f"{path.parent.name}/{path.name}"
    found = []
    for country, own in mapping(entry["fallback_for"], place=f"{place}, fallback_for").items():
        refuse_unknown(own, known=_FALLBACK_KEYS, place=f"{place}, fallback_for {country}")
        days = {key: value for key, value in own.items() if key != "zones"}
        whole = {key: value for key, value in entry.items() if key != "fallback_for"}
        calendar = {**entry.get("holidays", {}), "country": country, **days}
        place_of = {"country": country, "zones": own["zones"], "holidays": calendar}
        found.append(replace(_pack({**whole, **place_of}, path), stands_in=True))
    return tuple(found)


def read_pack(path: Path) -> Pack:
    """The pack in `path`, with the amounts and rates of the `parameters/` folder beside it. Raises `PackError`."""
    return _pack(read(path), path)


def _pack(entry: dict[str, Any], path: Path) -> Pack:
    place = f"{path.parent.name}/{path.name}"
    refuse_unknown(entry, known=_HEAD | frozenset(SECTIONS), place=place)
    _check_head(entry, place)
    rules: dict[str, Any] = {
        name: read_section(
            name, entry.get(name) or [], pack_id=entry["pack"], since=entry["effective_from"], place=place
        )
        for name in SECTIONS
    }
    _check_dates(rules, place)
    amounts, rates = read_parameters(path.parent / "parameters")
    country, subdivision = str(entry.get("country") or ""), str(entry.get("subdivision") or "")
    pack = Pack(
        id=entry["pack"],
        version=str(entry["version"]),
        country=country,
        subdivision=subdivision,
        signed_off=truth(entry["signed_off"]),
        review_by=entry["review_by"],
        jurisdiction_test=_told(words(PlaceTest), entry.get("jurisdiction_test", "debtor_address"), place),
        skip_if_place_unknown=_one_of(entry, "if_place_unknown", ("apply", "skip"), place) == "skip",
        other_channels_open=_one_of(
            entry,
            "other_channels",
            ("open", "shut") if subdivision or not country else ("shut", "open"),
            place,
        )
        == "open",
        applies_to=_applies_to(entry, place),
        zones=_zones(entry.get("zones") or [], place),
        holidays=read_calendar(entry["holidays"], place=f"{place}, holidays")
        if "holidays" in entry
        else NO_DAYS,
        amounts=amounts,
        rates=rates,
        readings=_readings(entry.get("readings") or {}, place),
        pending=_pending(entry.get("pending") or [], place),
        sources=tuple(sorted((str(key), str(told)) for key, told in entry["sources"].items())),
        **rules,
    )
    _check_references(pack, named_parameters(path.parent / "parameters"), place)
    return pack


def _check_head(entry: dict[str, Any], place: str) -> None:
    needed = _NEEDED if "platform" in entry else _NEEDED | _PLACED | {"country"}
    missing = needed - frozenset(entry)
    if missing:
        raise PackError(f"{place}: missing {', '.join(sorted(missing))}.")
    if "platform" in entry and "country" in entry:
        raise PackError(f"{place}: a platform joins every country; leave 'country' out.")
    if entry["schema"] != "rulepack/v1":
        raise PackError(f"{place}: schema '{entry['schema']}' is unknown; this version reads rulepack/v1.")
    for key in ("review_by", "effective_from"):
        _told(local_date, entry[key], f"{place}{line_of(entry, key)}, {key}")


def _told(convert: Any, value: Any, place: str) -> Any:
    try:
        return convert(value)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PackError(f"{place}: {error}.") from None


def _one_of(entry: Mapping[str, Any], key: str, allowed: tuple[str, ...], place: str) -> str:
    """The word of `key`; the first of `allowed` when it is not given."""
    value = entry.get(key, allowed[0])
    if value not in allowed:
        raise PackError(f"{place}{line_of(entry, key)}: '{key}' must be {' or '.join(sorted(allowed))}.")
    return str(value)


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
                check_succession(before.effective_to, after.effective_from, f"{place}, {section} {name}")


def _check_references(pack: Pack, parameters: frozenset[str], place: str) -> None:
    """What a rule names exists: its reading, its sources, the amount or rate it refers to."""
    known = {key for key, _ in pack.sources}
    questions = {reading.name: reading.options for reading in pack.readings}
    for rule in pack.rules():
        if rule.reading is not None and rule.reading[1] not in questions.get(rule.reading[0], ()):
            name, option = rule.reading
            raise PackError(f"{place}, {rule.id}: there is no reading '{name}' with an option '{option}'.")
        for key in rule.source:
            if _KEYED.match(key) and key not in known:
                raise PackError(f"{place}, {rule.id}: the source {key} is not among the sources.")
        for name in (getattr(rule, "unit", ""), getattr(rule, "reference", "")):
            if name and name not in parameters:
                raise PackError(f"{place}, {rule.id}: there is no file in parameters/ called '{name}'.")


def _applies_to(entry: dict[str, Any], place: str) -> AppliesTo:
    here = f"{place}{line_of(entry, 'applies_to')}, applies_to"
    for key in ("creditors", "debtors", "purposes"):
        if key not in mapping(entry["applies_to"], place=here):
            raise PackError(f"{here}: '{key}' is missing.")
    found: AppliesTo = _told(scope, entry["applies_to"], here)
    return found


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
        listed = mapping(item.get("options"), place=f"{here}: 'options' maps each option to its sources and")
        sources = tuple((str(option).lower(), _told(texts, named, here)) for option, named in listed.items())
        known = tuple(option for option, _ in sources)
        value = str(item.get("default")).lower()
        if value not in known:
            raise PackError(f"{here}: the default '{value}' is not among its options.")
        if not set(known) <= options.get(name, set(known)):
            raise PackError(f"{here}: options must be among {', '.join(sorted(options[name]))}.")
        if not all(named for _, named in sources):
            raise PackError(f"{here}: each option names where it is read ('policy' if it is our own).")
        relaxable = _told(truth, item.get("relaxable", False), here)
        found.append(Reading(name, value, known, relaxable, str(item.get("note", "")), sources))
    return tuple(found)


def _pending(entries: list[dict[str, Any]], place: str) -> tuple[Pending, ...]:
    found = []
    for item in entries:
        here = f"{place}, pending"
        refuse_unknown(item, known=frozenset({"what", "source", "note", "expected_on"}), place=here)
        expected = item.get("expected_on")
        found.append(
            Pending(
                _told(text, item.get("what"), here),
                _told(texts, item.get("source", []), here),
                str(item.get("note", "")),
                None if expected is None else _told(local_date, expected, here),
            )
        )
    return tuple(found)
