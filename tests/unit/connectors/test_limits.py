# SPDX-License-Identifier: Apache-2.0
"""Hostile files: refused early, or read in a process that dies in our place."""

from __future__ import annotations

import gzip
import io
import os
import time
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from tests.unit.connectors.sheets import TODAY, csv_file, workbook

from conserje.connectors.tabular_files import ADAPTER, limits
from conserje.connectors.tabular_files.reasons import Refused, code_of
from conserje.domain.ports.connector import FilePlan

# Waits and bombs: left to the whole run.
pytestmark = pytest.mark.slow

TABLE = "factura;cliente;vence;saldo\nFE-1;Uno;25/01/2026;1.234,56\n"


def understood(path: Path) -> FilePlan:
    return ADAPTER.understand(path, currency="COP", today=TODAY)


def refusal(path: Path) -> str:
    with pytest.raises(Refused) as caught:
        understood(path)
    assert str(caught.value).startswith(path.name) or path.name in str(caught.value)
    return code_of(caught.value.statement)


def zeros(path: Path, member: str, megabytes: int) -> Path:
    """A workbook whose `member` inflates to `megabytes`."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open(member, "w", force_zip64=True) as stream:
            for _ in range(megabytes):
                stream.write(bytes(limits.MIB))
    return path


def test_a_workbook_that_inflates_to_500_mib_is_refused_in_under_a_second(tmp_path: Path) -> None:
    path = zeros(tmp_path / "bomb.xlsx", "xl/worksheets/sheet1.xml", 500)
    assert path.stat().st_size < 2 * limits.MIB
    started = time.process_time()
    wall = time.monotonic()
    assert refusal(path) == "bomb"
    assert time.process_time() - started < 1
    assert time.monotonic() - wall < 10, "generous for a busy machine; alone it takes 0.3 s"


def test_a_gzipped_table_that_inflates_beyond_its_ratio_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cartera.csv.gz"
    with gzip.open(path, "wb", compresslevel=9) as stream:
        stream.write(TABLE.encode())
        for _ in range(60):
            stream.write(b"\n" * limits.MIB)
    assert refusal(path) == "bomb"


def test_a_gzipped_table_is_read(tmp_path: Path) -> None:
    path = tmp_path / "cartera.csv.gz"
    path.write_bytes(gzip.compress(TABLE.encode("cp1252")))
    plan = understood(path)
    assert len(list(ADAPTER.read(path, plan, currency="COP", today=TODAY))) == 1


def test_a_cell_in_the_last_corner_costs_the_child_its_life_and_nobody_elses(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "factura"
    book.active["XFD1048576"] = 1
    path = tmp_path / "corner.xlsx"
    book.save(path)
    assert refusal(path) == "too_costly"


def test_files_that_are_no_tables_say_what_they_are(tmp_path: Path) -> None:
    cases = {
        "not_a_table": b"%PDF-1.7 ...",
        "web_page": b"<html><body><table><tr><td>factura</td></tr></table></body></html>",
        "empty": b"",
        "unreadable": b"PK\x03\x04 and nothing more",
        "no_table": b"hola\nadios\n",
    }
    for code, content in cases.items():
        path = tmp_path / f"{code}.xls"
        path.write_bytes(content)
        assert refusal(path) == code
    (tmp_path / "noise.csv").write_bytes(bytes(range(256)) * 64)
    assert refusal(tmp_path / "noise.csv") == "not_a_table"
    assert refusal(tmp_path) == "not_a_file"


def test_a_table_larger_than_its_limit_is_refused_unopened(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as stream:
        stream.truncate(limits.TABLE_BYTES + 1)
    assert refusal(path) == "too_large"


def test_too_many_members_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "many.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for index in range(limits.MEMBERS + 1):
            archive.writestr(f"xl/{index}.xml", "")
    assert refusal(path) == "too_many_members"


def test_a_protected_workbook_is_named_as_such(tmp_path: Path) -> None:
    # The first sector of an encrypted OOXML package is an OLE compound file; calamine tells it from an old XLS.
    path = tmp_path / "locked.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1024))
    assert refusal(path) in ("unreadable", "locked")


def children() -> set[str]:
    """Process ids of this process's children, the dead ones that nobody has waited for included."""
    return {
        one for task in Path("/proc/self/task").iterdir() for one in (task / "children").read_text().split()
    }


def test_the_child_inherits_no_secret_and_leaves_no_zombie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from conserje.connectors.tabular_files import parent

    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    assert "DATABASE_URL" not in {name: os.environ[name] for name in parent.KEPT if name in os.environ}
    path = csv_file(tmp_path, TABLE + TABLE.partition("\n")[2] * 5000)
    stream = ADAPTER.read(path, understood(path), currency="COP", today=TODAY)
    before = children()
    next(stream)
    assert len(children() - before) == 1
    stream.close()
    assert children() <= before


def test_plan_and_file_that_no_longer_match_are_refused(tmp_path: Path) -> None:
    lines = [["factura", "cliente", "vence", "saldo"], ["FE-1", "Uno", date(2026, 1, 25), 5]]
    plan = understood(workbook(tmp_path, Cartera=lines))
    other = workbook(tmp_path, Otra=lines)
    with pytest.raises(Refused, match="Cartera"):
        list(ADAPTER.read(other, plan, currency="COP", today=TODAY))


def test_a_bounded_reader_counts_what_it_gives(tmp_path: Path) -> None:
    reader = io.BufferedReader(limits.BoundedReader(io.BytesIO(b"x" * 5 * limits.MIB), name="x", packed=1))
    with pytest.raises(Refused):
        reader.read()
