# SPDX-License-Identifier: Apache-2.0
"""`conserje law text`: what stands against a text, where, by which rule, and what to say instead."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests import harness

harness.prepare_django()

from conserje.cli.law_text import text  # noqa: E402
from conserje.config.wiring import wire  # noqa: E402

BAD = "Buenos días.\n¿Por qué no ha pagado? Su liquidación está lista.\n"


@pytest.fixture(autouse=True)
def _wired() -> None:
    wire()


def test_each_finding_has_its_line_its_rule_and_its_alternative() -> None:
    result = CliRunner().invoke(text, ["--country", "CO", "-"], input=BAD)
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert lines[0].startswith("2:2 “Por qué no ha pagado”: ask_reason_for_default (CO.X1, CO-2)")
    assert lines[1] == "    instead: ¿Qué fecha o qué forma de pago le sirve más?"
    assert "HOUSE.forbidden_word" in lines[2]


def test_as_json_from_a_file_and_in_another_language(tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Why haven't you paid?", encoding="utf-8")
    result = CliRunner().invoke(text, ["--language", "en", "--json", str(file)])
    (finding,) = json.loads(result.output)["findings"]
    assert (result.exit_code, finding["line"], finding["column"], finding["basis"]) == (1, 1, 1, "law")
    assert finding["instead"] == "Which date or way of paying suits you best?"


def test_a_courteous_text_passes_and_an_unknown_country_is_told() -> None:
    runner = CliRunner()
    assert runner.invoke(text, ["-"], input="¿Qué fecha le sirve?").exit_code == 0
    assert runner.invoke(text, ["--place", "label", "-"], input="Motivo de no pago").exit_code == 1
    unknown = runner.invoke(text, ["--country", "ZZ", "-"], input="Hola")
    assert unknown.exit_code == 1
    assert "No law of ZZ is installed" in unknown.output
