# SPDX-License-Identifier: Apache-2.0
"""The invented book: the same bytes for the same seed, nobody real in it, and every kind of line."""

from __future__ import annotations

import re
import zipfile
from datetime import date
from pathlib import Path

import pytest
from lxml import etree
from stdnum.co import nit

from conserje.testing import book
from conserje.testing.book import BookFiles, pdf

TODAY = date(2026, 11, 24)
FILES = ("xlsx", "csv", "contacts", "documents", "bare")


@pytest.fixture
def files(tmp_path: Path) -> BookFiles:
    return book.write(tmp_path / "one", seed=7, today=TODAY)


def test_the_same_seed_gives_the_same_bytes(files: BookFiles, tmp_path: Path) -> None:
    again = book.write(tmp_path / "two", seed=7, today=TODAY)
    other = book.write(tmp_path / "three", seed=8, today=TODAY)
    for name in FILES:
        assert getattr(files, name).read_bytes() == getattr(again, name).read_bytes()
        assert getattr(files, name).read_bytes() != getattr(other, name).read_bytes()


def test_nobody_real_is_in_it(files: BookFiles) -> None:
    for customer in files.customers:
        # Companies carry a check digit that cannot be; persons a number of ten digits far above those ever issued.
        assert customer.tax_id.startswith("900.000." if customer.is_company else "9.000.000.")
        assert not (customer.is_company and nit.is_valid(customer.tax_id))
        for person in customer.contacts:
            assert person.email.endswith(".example")
            assert re.fullmatch(r"\+57 (300 000 \d{4}|601 000 0000)", person.phone)
    assert len({customer.name for customer in files.customers}) == len(files.customers) == 45


def test_every_kind_of_line_is_in_it(files: BookFiles) -> None:
    lines = files.lines
    numbers = [line.number for line in lines]
    late = [(TODAY - line.due_on).days for line in lines]
    assert len(set(numbers)) == 141
    assert len(numbers) > len(set(numbers))
    assert min(late) < 0
    assert 75 <= max(late) <= 80
    assert sum(line.currency == "USD" for line in lines) >= 6
    assert sum(bool(line.withheld_minor) for line in lines) >= 6
    assert sum(line.open_minor == 0 for line in lines) >= 3
    assert sum(line.paid_minor > 0 and line.open_minor > 0 for line in lines) >= 10
    assert sum(line.total_minor < 0 for line in lines) == 1
    assert all(line.open_minor >= 0 for line in lines if line.total_minor > 0)
    assert all(line.paid_on is None or line.issued_on <= line.paid_on <= TODAY for line in lines)


def test_the_papers_are_papers(files: BookFiles) -> None:
    with zipfile.ZipFile(files.documents) as packed:
        names = packed.namelist()
        assert sum(name.endswith(".pdf") for name in names) == 142
        for name in names:
            content = packed.read(name)
            if name.endswith(".xml"):
                assert etree.fromstring(content).findtext("{*}ID") in name
            else:
                start = int(re.findall(rb"startxref\n(\d+)\n%%EOF\n$", content)[0])
                assert content[start : start + 4] == b"xref"


def test_a_page_keeps_its_own_marks_apart_from_the_words() -> None:
    content = pdf.page([(12, r"Saldo (con \ barra) ñ")])
    assert rb"(Saldo \(con \\ barra\) " + "ñ".encode("cp1252") + b") Tj" in content
    length = int(re.findall(rb"/Length (\d+)", content)[0])
    assert content.index(b"\nendstream") - content.index(b"stream\n") - len(b"stream\n") == length
