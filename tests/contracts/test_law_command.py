# SPDX-License-Identifier: Apache-2.0
"""`conserje law` lists, shows, checks and explains the rules, and runs cases from anywhere on disk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from conserje.cli.law import law

CASE = """\
country: CO
cases:
  - name: Friday evening
    at: 2026-11-20 19:00:00
    expect: {ruling: defer_until, rules: [CO.W1], next: 2026-11-21 08:00:00}
"""


def asked(*words: str) -> Result:
    return CliRunner().invoke(law, words)


def written(tmp_path: Path, text: str) -> str:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_every_pack_is_listed() -> None:
    packs = {item["pack"]: item for item in json.loads(asked("list", "--json").output)}
    assert {"CO", "XX", "XX-NO"} <= set(packs)
    assert packs["CO"]["rules"] > 40
    assert not packs["CO"]["signed_off"]
    assert "sin revisión de abogado" in asked("list").output
    assert "read by no lawyer yet" in asked("list", "--language", "en").output


def test_every_rule_is_shown_with_its_source() -> None:
    (pack,) = json.loads(asked("show", "co", "--json").output)
    rules = {rule["id"]: rule for section in pack["sections"].values() for rule in section}
    assert rules["CO.W1"]["says"] == "Se puede contactar de 07:00 a 19:00: de lunes a viernes."
    assert rules["CO.W1"]["source"] == ["CO-2"]
    assert pack["sources"]["CO-2"].startswith("Ley 2300/2023")
    assert "CO.F1" in asked("show", "CO").output
    shown = asked("show", "XX", "--language", "en").output
    assert (
        "each part at its own share: 9\N{NO-BREAK SPACE}% up to 10 UF, 6\N{NO-BREAK SPACE}% up to 50 UF"
        in shown
    )
    assert "To watch: Proyecto inventado 9" in shown
    assert asked("show", "QQ").exit_code == 1
    assert "no rules for 'QQ'" in asked("show", "QQ").output


def test_all_folders_pass_their_own_check() -> None:
    result = asked("check", "--json")
    assert result.exit_code == 0, result.output
    assert all(item["cases"] > 0 and not item["wrong"] for item in json.loads(result.output))


def test_cases_from_anywhere_are_judged(tmp_path: Path) -> None:
    result = asked("cases", written(tmp_path, CASE), "--json")
    assert result.exit_code == 0
    (case,) = json.loads(result.output)
    assert (case["file"], case["line"], case["expected"], case["got"]) == (
        "mine.yaml",
        3,
        "defer_until",
        "defer_until",
    )
    assert case["rules"] == ["CO.W1"]


def test_a_difference_is_status_1(tmp_path: Path) -> None:
    result = asked("cases", written(tmp_path, CASE.replace("08:00:00", "07:00:00")), "--language", "en")
    assert result.exit_code == 1
    assert "NOT mine.yaml:3  Friday evening" in result.output
    assert "next instant: expected 2026-11-21T07:00:00-05:00, got 2026-11-21T08:00:00-05:00" in result.output
    assert "1 cases, 1 with differences" in result.output


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ("rules: [CO.W1]", "rulez: [CO.W1]", "line 3: Case 'Friday evening': unknown key 'rulez'"),
        ("    expect:", "    at: 2026-11-21\n    expect:", "line 5: 'at' is written twice"),
        ("2026-11-20 19:00:00", "2026-11-31 19:00:00", "line 4: 'at' is wrong: day is out of range"),
        ("cases:", "caes:", "line 2: unknown key 'caes'"),
        ("name: Friday evening", "nom: Friday evening", "line 3: a case has at least 'name'"),
        ("defer_until", "[defer_until", "is not YAML"),
        ("country: CO", "country: QQ", "There are no rules for 'QQ'"),
        ("country: CO\n", "", "Say whose rules judge"),
    ],
)
def test_what_cannot_be_read_is_status_2_with_its_line(tmp_path: Path, was: str, now: str, told: str) -> None:
    assert was in CASE
    result = asked("cases", written(tmp_path, CASE.replace(was, now)))
    assert result.exit_code == 2, result.output
    assert told in result.output


def test_a_missing_file_is_status_2() -> None:
    assert asked("cases", "/nowhere/at/all.yaml").exit_code == 2


def test_why_says_the_verdict_the_reasons_and_the_next_moment() -> None:
    result = asked(
        "why",
        "CO",
        "--at",
        "2026-11-18 10:00",
        "--channel",
        "sms",
        "--past",
        "2026-11-17T10:00 email",
        "--json",
    )
    told = json.loads(result.output)
    assert told["ruling"] == "defer_until"
    assert [(item["rule"], item["reason"]) for item in told["reasons"]] == [("CO.C2", "one_channel_a_week")]
    assert told["next"] == "2026-11-24T07:00:00-05:00"
    words = asked(
        "why",
        "CO",
        "--at",
        "2026-11-22 10:00",
        "--fact",
        "zones=America/Lima",
        "--fact",
        "debtor_type=sole_trader",
    )
    assert "Ahora no: tiene que esperar." in words.output
    assert "Próximo momento permitido: 2026-11-23T07:00:00-05:00" in words.output
    assert asked("why", "CO", "--fact", "zones", "--at", "2026-11-18 10:00").exit_code == 1
    assert "is not a valid" in asked("why", "CO", "--channel", "pigeon", "--at", "2026-11-18 10:00").output


def test_why_without_rules_is_for_a_person() -> None:
    told = json.loads(asked("why", "CO", "--fact", "country=ZZ", "--at", "2026-11-18 10:00", "--json").output)
    assert told["ruling"] == "needs_human"
