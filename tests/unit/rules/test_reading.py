# SPDX-License-Identifier: Apache-2.0
"""A country's files are read strictly: what cannot be law is refused with its place, never skipped."""

from __future__ import annotations

import shutil
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import conserje.countries.co
import conserje.countries.xx
from conserje.countries.reading import Country, read_pack
from conserje.countries.strict_yaml import PackError
from conserje.domain.kit.money import Money
from conserje.domain.ports.channel import Channel
from conserje.domain.rules.facts import (
    Consent,
    CreditorRole,
    DebtorType,
    Intent,
    Permission,
    Purpose,
    RecipientRole,
    Subject,
)
from conserje.domain.rules.gate import RuleStack
from conserje.domain.rules.pack import Pack
from conserje.domain.rules.verdict import Ruling

CO = conserje.countries.co.ADAPTER
XX = conserje.countries.xx.ADAPTER


def planted(tmp_path: Path, country: Country, was: str, now: str) -> Pack:
    """Read a copy of a country's pack in which `was` was replaced by `now`."""
    folder = tmp_path / country.folder.name
    shutil.copytree(country.folder, folder)
    path = folder / "pack.yaml"
    text = path.read_text(encoding="utf-8")
    assert was in text, "the plant must touch something"
    path.write_text(text.replace(was, now, 1), encoding="utf-8")
    return read_pack(path)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ("country: XX\n", "country: XX\ncountry: YY\n", "line {line}: 'country' is written twice"),
        ("max: 2, per: day", "max: 2, max: 3, per: day", "'max' is written twice"),
        ("caps:\n", "cops:\n", "unknown key 'cops'"),
        ("max: 2, per: day", "maximum: 2, per: day", "caps XX.C1, line {line}: unknown key 'maximum'"),
        ("effective_to: 2026-06-30", "effective_to: 2026-07-02", "XX.W1: its versions overlap at 2026-07-01"),
        (
            "effective_to: 2026-06-30",
            "effective_to: 2026-06-28",
            "nothing holds between 2026-06-28 and 2026-07-01",
        ),
        ("effective_to: 2026-06-30", "effective_to: 2024-06-30", "it ends on 2024-06-30, before it begins"),
        ('from: "09:30", to: "17:30"', 'from: "17:30", to: "09:30"', "'from' must be before 'to'"),
        ('from: "09:30"', "from: 10:30", "'from' is wrong: '630' is not a time"),
        ('from: "09:30"', 'from: "25:00"', "'from' is wrong"),
        (
            "days: [fri]",
            "days: [friday]",
            "XX.W2, line {line}: 'days' is wrong: 'friday' is not one of mon, tue",
        ),
        ("{id: XX.C1, max: 2", "{id: XX.C1, max: 0", "'0' is not a whole number above 0"),
        ("id: XX.V1", "id: CO.V1", "a rule id begins with 'XX.'"),
        ("id: XX.K1", "id: XX.C1", "XX.C1 is in caps and in cooldowns"),
        ("confidence: V, source: [XX-1]}", "confidence: V}", "a rule of law needs its source"),
        ("confidence: V, source: [XX-1]}", "source: [XX-1]}", "is incomplete"),
        ("America/Punta_Arenas]", "America/Macondo]", "'America/Macondo' is not an IANA time zone"),
        ("max: 2, per: day", "max: 2, per: day, reading: {courtesy: true}", "there is no reading 'courtesy'"),
        ("signed_off: false", "signed_off: almost", "'almost' is not true or false"),
        ("review_by: 2027-12-31\n", "", "missing review_by"),
        ("rulepack/v1", "rulepack/v9", "rulepack/v9"),
        ("reason: Decreto inventado 7 de 2026", "reason: ''", "give the decree or other reason"),
        ("expected_count: {2025: 2, 2026: 3, 2027: 2}", "expected_count: {}", "no year could be certified"),
        ("effective_to: 2026-06-30", "effective_to: 2026-06-31", "line {line}: 'effective_to' is wrong"),
        ("max: 2, per: day", "max: 2, per: rolling", "'rolling_days' goes with 'per: rolling'"),
        ("source: [XX-1]", "source: [XX-9]", "the source XX-9 is not among the sources"),
        ("days: [fri]", "days: [fri, fri]", "a word is written twice"),
        ("days: [fri]", "days: []", "the list is empty"),
        ("category: threat", "category: thread", "'thread' is not one of acknowledge_debt"),
        ("act: legal_action", "act: lawsuit", "'lawsuit' is not one of bureau_report"),
        ("ruling: deny", "ruling: perhaps", "'perhaps' is not one of needs_human, deny"),
        ("closed: true", 'closed: true, from: "08:00"', "has no 'from' and 'to'"),
        ("{creditors: [agency, assignee]}", "{creditor: [agency]}", "unknown key 'creditor'"),
        ("zones: [America/Santiago, America/Punta_Arenas]\n", "", "missing zones"),
    ],
)
def test_a_planted_violation_is_refused(tmp_path: Path, was: str, now: str, told: str) -> None:
    with pytest.raises((PackError, ValueError)) as refusal:
        planted(tmp_path, XX, was, now)
    text = (tmp_path / "xx" / "pack.yaml").read_text(encoding="utf-8")
    line = text[: text.find(now) + now.find("\n", 0, -1) + 1].count("\n") + 1
    assert told.replace("{line}", str(line)) in str(refusal.value)


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ("2026: 19", "2026: 18", "2026: 19 holidays where 18 were expected."),
        (
            "2026-07-13, 2026-11-16",
            "2026-07-09, 2026-11-16",
            "2026: 2026-07-09 is missing from the holidays.",
        ),
        ('min_version: "0.109"', 'min_version: "9.9"', "2026: the holidays library is"),
    ],
)
def test_stale_holidays_are_not_certified_and_need_a_person(
    tmp_path: Path, was: str, now: str, told: str
) -> None:
    pack = planted(tmp_path, CO, was, now)
    assert any(doubt.startswith(told) for doubt in pack.holidays.doubts), pack.holidays.doubts
    subject = Subject(
        country="CO",
        subdivision="",
        zones=("America/Bogota",),
        debtor_type=DebtorType.SOLE_TRADER,
        creditor_role=CreditorRole.FIRST_PARTY,
        permissions=(Permission(Channel.EMAIL, Consent.GRANTED),),
        past=(),
    )
    verdict = RuleStack((pack,)).judge(
        intent=Intent(Channel.EMAIL, Purpose.COLLECTION, RecipientRole.DEBTOR),
        subject=subject,
        at=datetime(2026, 11, 20, 10, tzinfo=ZoneInfo("America/Bogota")),
    )
    assert verdict.ruling is Ruling.NEEDS_HUMAN
    assert [hit.reason for hit in verdict.hits] == ["year_not_certified"]


def test_an_override_adds_and_removes_days(tmp_path: Path) -> None:
    added = "\n    - {add: 2026-06-19, name: Elecciones, reason: Decreto}"
    extra = f"overrides:{added}\n    - {{remove: 2026-06-15, reason: Fallo}}"
    pack = planted(tmp_path, CO, "overrides: []", extra)
    assert date(2026, 6, 19) in pack.holidays.days
    assert date(2026, 6, 15) not in pack.holidays.days
    assert not pack.holidays.doubts
    wrong = extra.replace("2026-06-15", "2026-06-16")
    with pytest.raises(PackError, match="2026-06-16 is not a holiday"):
        planted(tmp_path / "again", CO, "overrides: []", wrong)


def test_amounts_are_dated() -> None:
    pack = CO.packs()[0]
    assert pack.amount(name="smlmv", on=date(2025, 12, 31)) == Money("COP", 142_350_000)
    assert pack.amount(name="smlmv", on=date(2026, 1, 1)) is None


def test_amounts_may_not_overlap(tmp_path: Path) -> None:
    folder = tmp_path / "co"
    shutil.copytree(CO.folder, folder)
    path = folder / "parameters" / "smlmv.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("to: 2023-12-31", "to: 2024-01-31"), encoding="utf-8")
    with pytest.raises(PackError, match="overlap at 2024-01-01"):
        read_pack(folder / "pack.yaml")


def test_mandatory_text_falls_back_to_the_language_and_no_further() -> None:
    assert CO.mandatory_text("complaint_body", "es_CO") == CO.mandatory_text("complaint_body", "es")
    assert "Superintendencia" in CO.mandatory_text("complaint_body", "en")
    with pytest.raises(PackError, match="no mandatory text for 'complaint_body' in 'de'"):
        CO.mandatory_text("complaint_body", "de")


def test_readings_show_in_the_label() -> None:
    pack = CO.packs()[0]
    assert pack.label == "CO 2026.11.0"
    milder = pack.read_as(name="week_definition", value="iso_week")
    assert milder.label == "CO 2026.11.0 +week_definition=iso_week"
    assert pack.read_as(name="week_definition", value="both_strict") is pack
    with pytest.raises(ValueError, match="no reading 'fortnight'"):
        pack.read_as(name="week_definition", value="fortnight")
