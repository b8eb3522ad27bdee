# SPDX-License-Identifier: Apache-2.0
"""Refused lines go out, are corrected in a spreadsheet and come back; nothing in the file can run."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from tests.unit.connectors.sheets import bad, contacts, csv_file, doubts, invoices, rows, understood, workbook

from conserje.connectors.tabular_files import corrections, reasons
from conserje.connectors.tabular_files.correction_marks import HELPERS
from conserje.connectors.tabular_files.reasons import REMEDIES, SENTENCES, Doubt, Reason, Refusal, Remedy, Why
from conserje.domain.ports.connector import BadRow, Row


def written(path: Path, found: list[Row], source: Path) -> list[list[str]]:
    plan = understood(source).sheets[0]
    refused = [row for row in found if isinstance(row, BadRow)]
    corrections.write_csv(path, refused, corrections.headers_of(plan), plan=plan)
    return list(csv.reader(path.read_text("utf-8-sig").splitlines(), delimiter=";"))


def test_bad_lines_are_corrected_and_imported_again(tmp_path: Path) -> None:
    source = csv_file(
        tmp_path,
        "factura;cliente;vence;saldo;correo\nF1;Uno;31/02/2026;1.234;a@b.co\nF2;Dos;25/02/2026;1_000;-\n"
        "F3;Tres;25/02/2026;3.808.000;nadie\nF4;Cuatro;25/02/2026;12,50;x@y.co\n",
    )
    found = rows(source)
    target = tmp_path / "correcciones.csv"
    lines = written(target, found, source)
    assert lines[0] == [*HELPERS, "factura", "cliente", "vence", "saldo", "correo"]
    assert [(line[1], line[2], line[3]) for line in lines[1:]] == [
        ("2", "vence", "31/02/2026"),
        ("3", "saldo", "'1_000") if lines[2][3].startswith("'") else ("3", "saldo", "1_000"),
        ("4", "correo", "nadie"),
    ]
    assert lines[1][4:7] == [
        "This is not a date.",
        "Write the date as year-month-day, such as 2026-11-12.",
        "comma dmy",
    ]
    text = target.read_text("utf-8-sig")
    target.write_text(
        text.replace(";31/02/2026;1.234", ";28/02/2026;1.234")
        .replace(";1_000;", ";1000;")
        .replace(";nadie\n", ";n@b.co\n"),
        "utf-8-sig",
    )
    again = rows(target)
    assert bad(again) == []
    assert [(r.number, r.open_amount and r.open_amount.minor, r.due_on) for r in invoices(again)] == [
        ("F1", 123400, date(2026, 2, 28)),
        ("F2", 100000, date(2026, 2, 25)),
        ("F3", 380800000, date(2026, 2, 25)),
    ]
    assert [row.emails for row in contacts(again)] == [("a@b.co",), ("n@b.co",)]
    assert "corrections_file" in doubts(understood(target).sheets[0])


def test_number_cells_of_a_workbook_come_back_as_they_were(tmp_path: Path) -> None:
    cells = [
        ["F1", "Uno", "no sé", 3.808],
        ["F2", None, date(2026, 2, 25), 1234.5],
        ["F3", "Tres", date(2026, 2, 26), 7],
    ]
    source = workbook(tmp_path, Cartera=[["factura", "cliente", "vence", "saldo"], *cells])
    target = tmp_path / "correcciones.csv"
    written(target, rows(source), source)
    text = target.read_text("utf-8-sig")
    target.write_text(
        text.replace(";Uno;no sé;", ";Uno;2026-02-24;").replace(";F2;;", ";F2;Dos;"), "utf-8-sig"
    )
    assert [(row.number, row.open_amount and row.open_amount.minor) for row in invoices(rows(target))] == [
        ("F1", 381),
        ("F2", 123450),
    ]


@pytest.mark.parametrize(
    "cell", ["=1+1", "+SUM(A1)", "@x", "\t=1", "\r=1", "-cmd|calc", "＝1", "-1+cmd", "－1"]
)
def test_text_that_would_run_is_neutralised(cell: str) -> None:
    assert corrections.neutral(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["-5", "-1.234,56", "-1 234.5", "5", "hola", "", "a=b"])
def test_negative_numbers_stay_numbers_and_harmless_text_stays_itself(cell: str) -> None:
    assert corrections.neutral(cell) == cell


def test_neutralised_cells_come_back_as_they_were(tmp_path: Path) -> None:
    source = csv_file(
        tmp_path, "factura;cliente;vence;saldo;tel\nF1;@Uno;31/02/2026;-$ 1.000,50;+57 300 123 4567\n"
    )
    target = tmp_path / "correcciones.csv"
    lines = written(target, rows(source), source)
    assert lines[1][7:] == ["F1", "'@Uno", "31/02/2026", "'-$ 1.000,50", "'+57 300 123 4567"]
    target.write_text(target.read_text("utf-8-sig").replace(";31/02/2026;'", ";28/02/2026;'"), "utf-8-sig")
    row = invoices(rows(target))[0]
    assert (row.customer_name, row.open_amount and row.open_amount.minor) == ("@Uno", -100050)
    assert contacts(rows(target))[0].phones == ("+57 300 123 4567",)


def test_every_code_has_a_sentence_and_every_reason_a_remedy() -> None:
    for codes in (Reason, Remedy, Doubt, Why, Refusal):
        assert all(SENTENCES[code].endswith((".", "{value}")) for code in codes)
    assert set(REMEDIES) == set(Reason)
    every = [str(code) for codes in (Reason, Remedy, Doubt, Why, Refusal) for code in codes]
    assert len(every) == len(set(every)), "one code, one sentence"


def test_statements_carry_their_values_through_any_text() -> None:
    statement = reasons.state(Doubt.STATUS_UNKNOWN, value="¿50 %? & = más", count=3)
    assert reasons.values(statement) == {"value": "¿50 %? & = más", "count": "3"}
    assert reasons.english(statement) == "The status ¿50 %? & = más is not known; 3 lines were kept as open."
    assert reasons.english("unknown_code") == "unknown_code"
