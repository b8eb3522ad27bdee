# SPDX-License-Identifier: Apache-2.0
"""What every folder of `connectors/` promises. Folders are found, not listed: a new one is tested by being there.

Those that read statements of a bank promise more in `test_every_statement_reader.py`.

Each file in `samples/` has a `<file>.expected.json` beside it: the `currency` and `today` it is read with, the field of
each column by sheet, the doubts by sheet and the rows without their empty values.
"""

from __future__ import annotations

import ast
import gettext
import importlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import conserje.connectors
from conserje.domain.kit.canonical import plain
from conserje.domain.ports.connector import (
    BadRow,
    Connector,
    ContactRow,
    Field,
    FilePlan,
    FileRefused,
    InvoiceRow,
    Row,
)

ROOT = Path(conserje.connectors.__file__).parent
FOLDERS = sorted(path for path in ROOT.iterdir() if (path / "__init__.py").exists())
EXPECTED = sorted(ROOT.glob("*/samples/*.expected.json"))
BOOKS = [
    path
    for path in FOLDERS
    if isinstance(importlib.import_module(f"conserje.connectors.{path.name}").ADAPTER, Connector)
]
MANY = {Field.IGNORE, Field.EMAIL, Field.PHONE, Field.NOTES, Field.WITHHOLDING, Field.TAX}


def adapter_of(folder: Path) -> Any:
    return importlib.import_module(f"conserje.connectors.{folder.name}").ADAPTER


def sample(expected: Path) -> tuple[Any, Path, dict[str, Any], FilePlan, list[Row]]:
    """The adapter, the sample file, what is expected of it, its plan and its rows."""
    adapter = adapter_of(expected.parents[1])
    path = expected.with_name(expected.name.removesuffix(".expected.json"))
    said = json.loads(expected.read_text("utf-8"))
    terms = {"currency": said["currency"], "today": date.fromisoformat(said["today"])}
    plan = adapter.understand(path, **terms)
    return adapter, path, said, plan, list(adapter.read(path, plan, **terms))


def filled(row: Row) -> dict[str, Any]:
    values = {"row": type(row).__name__, **plain(row)}
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_the_folder_is_its_name_and_says_what_it_is(folder: Path) -> None:
    adapter = adapter_of(folder)
    assert adapter.name == folder.name
    assert (folder / "README.md").read_text("utf-8").startswith("# ")
    recorded = list((folder / "samples").glob("*.expected.json" if folder in BOOKS else "*.statement.json"))
    assert recorded, "recorded samples prove what an adapter reads"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_a_connector_stands_on_the_ground_only(folder: Path) -> None:
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            ours = [name for name in names if name.startswith("conserje.")]
            assert all(
                name.startswith((f"conserje.connectors.{folder.name}", "conserje.domain")) for name in ours
            ), file
            assert not any(name.startswith(("django", "socket", "urllib.request")) for name in names), file


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda path: path.name.removesuffix(".expected.json"))
def test_samples_are_understood_and_read_as_recorded(expected: Path) -> None:
    _, _, said, plan, rows = sample(expected)
    assert {sheet.sheet: {c.header: c.field.value for c in sheet.columns} for sheet in plan.sheets} == said[
        "columns"
    ]
    assert {sheet.sheet: list(sheet.doubts) for sheet in plan.sheets} == said["doubts"]
    assert [filled(row) for row in rows] == said["rows"]


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda path: path.name.removesuffix(".expected.json"))
def test_a_plan_is_reused_when_the_headers_match_and_reading_twice_is_the_same(expected: Path) -> None:
    adapter, path, said, plan, rows = sample(expected)
    terms = {"currency": said["currency"], "today": date.fromisoformat(said["today"])}
    again = adapter.understand(path, **terms, saved=plan)
    for first, second in zip(plan.sheets, again.sheets, strict=True):
        assert [guess.field for guess in first.columns] == [guess.field for guess in second.columns]
        assert (first.decimal, first.date_order, first.header_row) == (
            second.decimal,
            second.date_order,
            second.header_row,
        )
    assert list(adapter.read(path, again, **terms)) == list(adapter.read(path, plan, **terms)) == rows


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda path: path.name.removesuffix(".expected.json"))
def test_plans_and_rows_keep_the_promises_of_the_port(expected: Path) -> None:
    adapter, _, _, plan, rows = sample(expected)
    for sheet in plan.sheets:
        assert sheet.decimal in (",", ".")
        assert sheet.date_order in ("dmy", "mdy", "ymd")
        single = [guess.field for guess in sheet.columns if guess.field not in MANY]
        assert len(single) == len(set(single)), "two columns never take one field"
        assert all(
            0 <= guess.confidence <= 100 and adapter.say(guess.why) != guess.why for guess in sheet.columns
        )
        assert all(adapter.say(doubt) != doubt for doubt in sheet.doubts)
    sheets = {sheet.sheet for sheet in plan.sheets}
    for row in rows:
        assert row.sheet in sheets
        assert row.line >= 1
        if isinstance(row, InvoiceRow):
            assert row.number
            assert row.customer_reference or row.customer_name or row.customer_tax_id
            assert all(
                money.currency == row.currency for money in (row.total, row.open_amount, row.tax) if money
            )
        elif isinstance(row, ContactRow):
            assert row.emails or row.phones or row.facts or row.customer_reference
        else:
            assert adapter.say(row.reason) != row.reason
            assert adapter.say(row.remedy) != row.remedy


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda path: path.name.removesuffix(".expected.json"))
def test_refused_lines_are_written_and_understood_again(expected: Path, tmp_path: Path) -> None:
    adapter, _, said, plan, rows = sample(expected)
    for number, sheet in enumerate(plan.sheets):
        refused = [row for row in rows if isinstance(row, BadRow) and row.sheet == sheet.sheet]
        if not refused:
            continue
        target = tmp_path / f"{number}.csv"
        count = adapter.write_corrections(target, refused, sheet=sheet, say=gettext.gettext)
        assert count == len({row.line for row in refused})
        again = adapter.understand(target, currency=said["currency"], today=date.fromisoformat(said["today"]))
        kept = {guess.header: guess.field for guess in again.sheets[0].columns}
        needed = {
            g.header: g.field for g in sheet.columns if g.field in (Field.INVOICE_NUMBER, Field.CUSTOMER_NAME)
        }
        assert needed.items() <= kept.items()


@pytest.mark.parametrize("folder", BOOKS, ids=lambda path: path.name)
def test_what_is_no_file_of_its_kind_is_refused_with_what_to_do(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "nothing").write_bytes(b"\x00\x01\x02\x03" * 64)
    (tmp_path / "empty").write_bytes(b"")
    for name in ("nothing", "empty", "absent"):
        with pytest.raises(FileRefused) as caught:
            adapter_of(folder).understand(tmp_path / name, currency="COP", today=date(2026, 11, 21))
        assert len(str(caught.value)) > 40
