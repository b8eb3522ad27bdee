# SPDX-License-Identifier: Apache-2.0
"""What every folder of `connectors/` that reads statements of a bank promises. Folders are found, not listed.

Each file in `samples/` has a `<file>.statement.json` beside it: what is `assumed`, and the statements without keys
and empty values.
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pytest

import conserje.connectors
from conserje.domain.kit.canonical import plain
from conserje.domain.ports.connector import FileRefused
from conserje.domain.ports.statement import Assumed, StatementReader, Unfit

ROOT = Path(conserje.connectors.__file__).parent
ADAPTERS = {
    path.name: importlib.import_module(f"conserje.connectors.{path.name}").ADAPTER
    for path in sorted(ROOT.iterdir())
    if (path / "__init__.py").exists()
}
READERS = {name: adapter for name, adapter in ADAPTERS.items() if isinstance(adapter, StatementReader)}
SAMPLES = sorted(ROOT.glob("*/samples/*.statement.json"))
ENDING = ".statement.json"


def told(statement: Any) -> dict[str, Any]:
    """A statement as samples write it."""
    values = plain(statement)
    lines = [
        {name: value for name, value in line.items() if value not in ("", None, False) and name != "key"}
        for line in values.pop("lines")
    ]
    return {**{name: value for name, value in values.items() if value not in ("", None)}, "lines": lines}


def sample(expected: Path) -> tuple[StatementReader, Path, dict[str, Any]]:
    return (
        READERS[expected.parents[1].name],
        expected.with_name(expected.name.removesuffix(ENDING)),
        json.loads(expected.read_text("utf-8")),
    )


@pytest.mark.parametrize("name", READERS)
def test_the_folder_is_its_name_and_has_samples(name: str) -> None:
    assert READERS[name].name == name
    assert (ROOT / name / "README.md").read_text("utf-8").startswith("# ")
    assert [path for path in SAMPLES if path.parents[1].name == name]


@pytest.mark.parametrize("expected", SAMPLES, ids=lambda path: path.name.removesuffix(ENDING))
def test_samples_are_read_as_recorded_by_one_reader(expected: Path) -> None:
    reader, path, said = sample(expected)
    head = path.read_bytes()[:4096]
    assert [name for name, one in READERS.items() if one.recognises(head)] == [reader.name]
    statements = reader.statements(path, assumed=Assumed(**said["assumed"]))
    assert [told(one) for one in statements] == said["statements"]
    assert [one.adds_up for one in statements] == said["adds_up"]


@pytest.mark.parametrize("expected", SAMPLES, ids=lambda path: path.name.removesuffix(ENDING))
def test_keys_are_stable_and_tell_lines_apart(expected: Path) -> None:
    reader, path, said = sample(expected)
    assumed = Assumed(**said["assumed"])
    keys = [line.key for one in reader.statements(path, assumed=assumed) for line in one.lines]
    assert keys == [line.key for one in reader.statements(path, assumed=assumed) for line in one.lines]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("name", READERS)
def test_what_is_no_statement_is_refused_with_what_to_do(name: str, tmp_path: Path) -> None:
    for place, content in enumerate((b"\x00\x01\x02\x03" * 64, b"", b"<OFX></OFX>", b"hola, mundo\n")):
        path = tmp_path / str(place)
        path.write_bytes(content)
        with pytest.raises(FileRefused) as caught:
            READERS[name].statements(path, assumed=Assumed("1", "COP"))
        assert len(str(caught.value)) > 40


@pytest.mark.parametrize("expected", SAMPLES, ids=lambda path: path.name.removesuffix(ENDING))
def test_a_file_cut_short_never_passes_for_whole(expected: Path, tmp_path: Path) -> None:
    """Cut in the middle it is refused, or is read as what it then is, and never by a mistake of ours."""
    reader, path, said = sample(expected)
    content = path.read_bytes()
    assumed = Assumed(**said["assumed"])
    whole = sum(len(one.lines) for one in reader.statements(path, assumed=assumed))
    for part in (3, 5, 7):
        cut = tmp_path / f"{part}"
        cut.write_bytes(content[: len(content) * part // 8])
        try:
            found = reader.statements(cut, assumed=assumed)
        except FileRefused:
            continue
        assert sum(len(one.lines) for one in found) <= whole


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c SYSTEM "file:///etc/passwd">]>'
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt><Acct><Id><IBAN>&c;</IBAN>'
    "</Id></Acct></Stmt></BkToCstmrStmt></Document>"
)
DEEP = (
    '<Document xmlns="camt.053"><BkToCstmrStmt>'
    + "<a>" * 5000
    + "</a>" * 5000
    + "</BkToCstmrStmt></Document>"
)


@pytest.mark.parametrize(("content", "why"), [(BOMB, Unfit.UNSAFE), (DEEP, Unfit.UNREADABLE)])
def test_entities_and_depths_are_refused(content: str, why: Unfit, tmp_path: Path) -> None:
    path = tmp_path / "attack.xml"
    path.write_text(content)
    with pytest.raises(FileRefused) as caught:
        READERS["camt053"].statements(path, assumed=Assumed("1", "EUR"))
    assert getattr(caught.value, "why", None) is why


def test_ofx_entities_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "attack.ofx"
    path.write_text('<!DOCTYPE x [<!ENTITY a "b">]><OFX><STMTRS><CURDEF>EUR<ACCTID>&a;</STMTRS></OFX>')
    with pytest.raises(FileRefused) as caught:
        READERS["ofx"].statements(path, assumed=Assumed("1", "EUR"))
    assert getattr(caught.value, "why", None) is Unfit.UNSAFE


def test_a_row_with_money_and_no_date_is_never_left_out_silently(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("Fecha;Concepto;Abono\n17/11/2026;UNO;10,00\n17/99/2026;DOS;20,00\n")
    with pytest.raises(FileRefused) as caught:
        READERS["tabular_files"].statements(path, assumed=Assumed("1", "COP"))
    assert (getattr(caught.value, "why", None), getattr(caught.value, "line", 0)) == (Unfit.DATE, 3)
    path.write_text("Fecha;Concepto;Abono\n17/11/2026;UNO;10,0x\n")
    with pytest.raises(FileRefused) as caught:
        READERS["tabular_files"].statements(path, assumed=Assumed("1", "COP"))
    assert (getattr(caught.value, "why", None), getattr(caught.value, "line", 0)) == (Unfit.AMOUNT, 2)
