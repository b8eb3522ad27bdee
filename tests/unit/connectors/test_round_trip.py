# SPDX-License-Identifier: Apache-2.0
"""Random tables written in every convention are read back equal, as text and as workbooks."""

from __future__ import annotations

import csv
import io
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.connectors.sheets import bad, invoices, rows, understood, workbook

from conserje.domain.ports.connector import BadRow, Row

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252", "mac_roman", "cp850")
AMOUNTS = ((".", ","), ("", ","), (" ", ","), ("'", ","), (",", "."), ("", "."), (" ", "."))
DATES = ("%d/%m/%Y", "%d-%m-%y", "%d.%m.%Y", "%m/%d/%Y", "%Y-%m-%d", "%Y%m%d", "%Y/%m/%d %H:%M:%S")
PREFIXES = ("", "$ ", "$", "COP ", "COP $")


@dataclass(frozen=True)
class Style:
    """One way of keeping a table."""

    encoding: str
    delimiter: str
    group: str
    decimal: str
    dates: str
    prefix: str
    titles: int
    totals: bool


names = st.text(alphabet="abcdeñáéíóúü ;,|\"'.&-", max_size=24).map(
    lambda text: " ".join(f"Cliente {text}".split())
)
lines = st.tuples(names, st.dates(date(2015, 1, 1), date(2035, 12, 31)), st.integers(-(10**11), 10**13))
tables = st.lists(lines, min_size=1, max_size=12)
styles = st.builds(
    lambda encoding, delimiter, amount, day, prefix, titles, totals: Style(
        encoding, delimiter, *amount, day, prefix, titles, totals
    ),
    st.sampled_from(ENCODINGS),
    st.sampled_from(";,\t|"),
    st.sampled_from(AMOUNTS),
    st.sampled_from(DATES),
    st.sampled_from(PREFIXES),
    st.integers(0, 3),
    st.booleans(),
)
# One line that leaves no doubt about the conventions, as any book of more than a few invoices has.
ANCHOR = ("Panadería Ñandú y Acción", date(2026, 1, 25), 123_456_789)


def amount(minor: int, style: Style) -> str:
    whole, cents = divmod(abs(minor), 100)
    digits = f"{whole:,}".replace(",", style.group)
    return f"{'-' if minor < 0 else ''}{style.prefix}{digits}{style.decimal}{cents:02d}"


def text_of(table: list[tuple[str, date, int]], style: Style) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=style.delimiter)
    for title in ("Taller Ejemplo", "Cartera por cliente", "")[: style.titles]:
        writer.writerow([title, "", "", ""])
    writer.writerow(["No. Factura", "Cliente", "Vence", "Saldo"])
    for index, (name, day, minor) in enumerate(table, 1):
        writer.writerow([f"FE-{index}", name, day.strftime(style.dates), amount(minor, style)])
    if style.totals:
        writer.writerow(["TOTAL", "", "", amount(sum(minor for *_, minor in table), style)])
    return stream.getvalue()


def told(found: list[Row]) -> list[tuple[str, date | None, int | None]]:
    return [
        (row.customer_name, row.due_on, row.open_amount.minor if row.open_amount is not None else None)
        for row in invoices(found)
    ]


@pytest.mark.slow
@settings(max_examples=60)
@given(table=tables, style=styles)
def test_any_table_in_any_convention_is_read_back_equal(
    table: list[tuple[str, date, int]], style: Style
) -> None:
    table = [ANCHOR, *table]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cartera.csv"
        path.write_bytes(text_of(table, style).encode(style.encoding))
        plan = understood(path)
        found = rows(path, plan=plan)
        assert found == rows(path, plan=plan), "reading twice is the same"
    assert bad(found) == []
    assert told(found) == table
    assert [row.number for row in invoices(found)] == [f"FE-{index}" for index in range(1, len(table) + 1)]


@pytest.mark.slow
@settings(max_examples=25)
@given(table=st.lists(lines.filter(lambda line: abs(line[2]) < 10**13), min_size=2, max_size=8))
def test_any_workbook_is_read_back_equal(table: list[tuple[str, date, int]]) -> None:
    header = ["No. Factura", "Cliente", "Vence", "Saldo"]
    cells = [[f"FE-{i}", name, day, minor / 100] for i, (name, day, minor) in enumerate(table, 1)]
    with tempfile.TemporaryDirectory() as folder:
        found = rows(workbook(Path(folder), Cartera=[["Cartera"], [], header, *cells]))
    assert told(found) == table


@pytest.mark.slow
@settings(max_examples=60)
@given(cells=st.lists(st.lists(st.text(max_size=12), min_size=4, max_size=4), min_size=1, max_size=6))
def test_no_content_breaks_the_reading_and_nothing_is_lost_in_silence(cells: list[list[str]]) -> None:
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";")
    writer.writerow(["factura", "cliente", "vence", "saldo"])
    writer.writerows([f"FE-{index}", "Uno", f"{13 + index}/01/2026", "1.234,56"] for index in range(12))
    writer.writerows(cells)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cartera.csv"
        path.write_bytes(stream.getvalue().encode("utf-8-sig", "replace"))
        found = rows(path)
    assert [row.number for row in invoices(found)][:12] == [f"FE-{index}" for index in range(12)]
    assert all(row.reason and row.remedy and row.line > 1 for row in found if isinstance(row, BadRow))
