# SPDX-License-Identifier: Apache-2.0
"""A file opened as sheets of lines, whatever its format. Lines may be walked any number of times."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from conserje.connectors.tabular_files import limits
from conserje.connectors.tabular_files.cells import Cell
from conserje.connectors.tabular_files.reasons import Refusal, Refused

Line = tuple[int, list[Cell]]


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range, both ends included; lines count from 1, columns from 0 as `Sheet.lines` gives them."""

    first_line: int
    first_column: int
    last_line: int
    last_column: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. `lines()` gives (line as the user sees it, cells); `first_column` is where its cells begin."""

    name: str
    lines: Callable[[], Iterator[Line]]
    merges: tuple[Merge, ...] = ()
    hidden: bool = False
    first_column: int = 0


@dataclass(frozen=True, slots=True)
class Book:
    """A whole file: its kind ("csv", "xlsx", "xls", "ods", "xlsb"), how its text is encoded and divided, its sheets."""

    kind: str
    encoding: str
    delimiter: str
    sheets: tuple[Sheet, ...]
    doubts: tuple[str, ...] = ()


def kind_of(path: Path) -> str:
    """The format of a file from its first bytes, never from its name. Raises `Refused` for what is no table."""
    with path.open("rb") as stream:
        head = stream.read(2048)
    if head.startswith(b"PK\x03\x04"):
        return _zipped(path)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "xls"
    if head.startswith(b"\x1f\x8b"):
        return "csv.gz"
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if (
        start.startswith((b"<html", b"<!doctype html", b"<table", b"<head", b"<meta"))
        or b"<html" in start[:600]
    ):
        raise Refused(Refusal.WEB_PAGE, file=path.name)
    if start.startswith((b"%pdf", b"<?xml", b"{\\rtf", b"\x89png", b"rar!", b"7z\xbc\xaf")):
        raise Refused(Refusal.NOT_A_TABLE, file=path.name)
    return "csv"


def _zipped(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            limits.check_directory(archive, name=path.name, packed=path.stat().st_size)
            names = set(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        if isinstance(error, Refused):
            raise
        raise Refused(Refusal.UNREADABLE, file=path.name) from error
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "content.xml" in names:
        return "ods"
    raise Refused(Refusal.NOT_A_TABLE, file=path.name)
