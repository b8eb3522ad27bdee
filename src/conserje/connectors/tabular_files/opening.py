# SPDX-License-Identifier: Apache-2.0
"""Any supported file, opened by what it is and not by what it is called."""

from __future__ import annotations

from pathlib import Path

from conserje.connectors.tabular_files import text_file, workbook
from conserje.connectors.tabular_files.book import Book, kind_of


def open_book(path: Path, *, encoding: str = "", delimiter: str = "") -> Book:
    """The file at `path` as a book; `encoding` and `delimiter` are those of a confirmed plan. Raises `Refused`."""
    kind = kind_of(path)
    if kind.startswith("csv"):
        return text_file.open_text(path, zipped=kind == "csv.gz", encoding=encoding, delimiter=delimiter)
    return workbook.open_workbook(path, kind)
