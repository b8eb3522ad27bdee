# SPDX-License-Identifier: Apache-2.0
"""CSV in any encoding and with any delimiter, plain or gzipped, walked as a stream."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, cast

from charset_normalizer import from_bytes

from conserje.connectors.tabular_files.book import Book, Line, Sheet
from conserje.connectors.tabular_files.limits import BoundedReader
from conserje.connectors.tabular_files.reasons import Doubt, Refusal, Refused, state
from conserje.connectors.tabular_files.vocabulary import vocabulary, words

DELIMITERS: Final = (";", ",", "\t", "|")
_SAMPLE: Final = 262_144
_LATIN: Final = frozenset("áéíóúüñÁÉÍÓÚÜÑàâãêôõçÀÂÃÊÔÕÇ¿¡ºª°€–—’‘“”´«»")
_SINGLE_BYTE: Final = ("cp1252", "mac_roman", "cp850")
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def open_text(path: Path, *, zipped: bool, encoding: str = "", delimiter: str = "") -> Book:
    """The CSV at `path`; a confirmed `encoding` and `delimiter` are used as they are. Raises `Refused`."""
    doubts: tuple[str, ...] = ()
    if not encoding:
        encoding, sure = find_encoding(path, zipped=zipped)
        doubts = () if sure else (state(Doubt.ENCODING_ASSUMED, encoding=encoding),)
    head = _head(path, zipped=zipped, encoding=encoding)
    announced = _announced(head)
    delimiter = delimiter or announced or find_delimiter(head)

    def lines() -> Iterator[Line]:
        return _lines(path, zipped=zipped, encoding=encoding, delimiter=delimiter, skip=bool(announced))

    return Book("csv", encoding, delimiter, (Sheet("", lines),), doubts)


def _bytes(path: Path, *, zipped: bool) -> BinaryIO:
    if not zipped:
        return path.open("rb")
    bounded = BoundedReader(cast(BinaryIO, gzip.GzipFile(path)), name=path.name, packed=path.stat().st_size)
    return io.BufferedReader(bounded, 262_144)


def _text(path: Path, *, zipped: bool, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(_bytes(path, zipped=zipped), encoding=encoding, newline="")


def _head(path: Path, *, zipped: bool, encoding: str) -> str:
    with _text(path, zipped=zipped, encoding=encoding) as stream:
        try:
            return stream.read(_SAMPLE)
        except (UnicodeError, OSError, EOFError) as error:
            raise Refused(Refusal.UNREADABLE, file=path.name) from error


def find_encoding(path: Path, *, zipped: bool) -> tuple[str, bool]:
    """(codec name, whether it is certain). Marks first, then UTF-8 over the whole file, then single-byte families."""
    try:
        with _bytes(path, zipped=zipped) as stream:
            sample = stream.read(_SAMPLE)
            for mark, name in _BOMS:
                if sample.startswith(mark):
                    return name, True
            wide = _wide(sample)
            if wide:
                return wide, True
            if b"\0" in sample[:4096]:
                raise Refused(Refusal.NOT_A_TABLE, file=path.name)
            odd = _first_odd(stream, sample)
    except (OSError, EOFError) as error:
        raise Refused(Refusal.UNREADABLE, file=path.name) from error
    return ("utf-8", True) if odd is None else _single_byte(odd)


def _first_odd(stream: BinaryIO, sample: bytes) -> bytes | None:
    """None when the whole stream is UTF-8, otherwise a sample that has the characters in question."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    chunk = sample
    try:
        while chunk:
            decoder.decode(chunk)
            last, chunk = chunk, stream.read(_SAMPLE)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return chunk or last
    return None


def _wide(sample: bytes) -> str:
    """UTF-16 without a mark: every other byte of Western text is zero."""
    pairs = len(sample) // 2
    if pairs < 4:
        return ""
    if sample[1 : pairs * 2 : 2].count(0) > pairs * 0.6:
        return "utf-16-le"
    return "utf-16-be" if sample[0 : pairs * 2 : 2].count(0) > pairs * 0.6 else ""


def _single_byte(sample: bytes) -> tuple[str, bool]:
    """The single-byte codec that gives the most plausible Spanish or Portuguese letters; cp1252 wins ties."""
    scores: dict[str, int] = {}
    for name in _SINGLE_BYTE:
        try:
            text = sample.decode(name)
        except UnicodeDecodeError:
            text = sample.decode("latin-1") if name == "cp1252" else ""
        odd = [char for char in text if not char.isascii()]
        scores[name] = sum(1 if char in _LATIN else -3 for char in odd) if odd else -1_000_000
    best = max(_SINGLE_BYTE, key=lambda name: scores[name])
    if scores[best] > 0 and sorted(scores.values())[-2] < scores[best]:
        return _decodable(best, sample), True
    guess = from_bytes(sample[:32_768], cp_isolation=[*_SINGLE_BYTE, "latin-1", "cp1250", "cp1251"]).best()
    if scores[best] > 0 or guess is None:
        return _decodable("cp1252", sample), False
    return _decodable(guess.encoding, sample), False


def _decodable(name: str, sample: bytes) -> str:
    try:
        sample.decode(name)
    except UnicodeDecodeError:
        return "latin-1"
    return name


def _announced(head: str) -> str:
    """The delimiter of a first line `sep=;`, which spreadsheets do not show."""
    first = head.lstrip("\ufeff").partition("\n")[0].strip("\r").strip('"')
    return (
        first[4]
        if len(first) == 5 and first.lower().startswith("sep=")
        else "\t"
        if first.lower() == "sep=\t"
        else ""
    )


def find_delimiter(head: str) -> str:
    """The delimiter that divides most lines alike and shows the most known headers."""
    text = head.rpartition("\n")[0] or head
    return max(DELIMITERS, key=lambda mark: _fitness(text, mark))


def _fitness(text: str, mark: str) -> tuple[int, float]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark):
            rows.append(row)
            if len(rows) >= 300:
                break
    except csv.Error:
        return 0, 0.0
    widths = Counter(len(row) for row in rows if any(row))
    if not widths:
        return 0, 0.0
    width, times = max(widths.items(), key=lambda item: (item[0] > 1, item[1]))
    if width < 2:
        return 0, 0.0
    known = vocabulary()
    hits = max(sum(words(cell) in known.strong or words(cell) in known.weak for cell in row) for row in rows)
    return hits, times / sum(widths.values()) * min(width, 12)


def _lines(path: Path, *, zipped: bool, encoding: str, delimiter: str, skip: bool) -> Iterator[Line]:
    with _text(path, zipped=zipped, encoding=encoding) as stream:
        # A zero character is no text to any database.
        reader = csv.reader((part.replace("\0", "") for part in stream), delimiter=delimiter)
        physical = line = 0
        try:
            for cells in reader:
                if skip:
                    skip = False
                    physical = reader.line_num
                    continue
                line += 1
                if reader.line_num - physical > 1 and _swallowed(cells, delimiter):
                    raise Refused(Refusal.BROKEN_QUOTES, file=path.name, line=line)
                physical = reader.line_num
                yield line, cells  # type: ignore[misc]
        except csv.Error as error:
            raise Refused(Refusal.BROKEN_QUOTES, file=path.name, line=line + 1) from error
        except (UnicodeError, OSError, EOFError) as error:
            raise Refused(Refusal.UNREADABLE, file=path.name) from error


def _swallowed(cells: list[str], delimiter: str) -> bool:
    """Whether a cell holds whole lines of the table: its text breaks, and has the delimiters of another line."""
    return any("\n" in cell and cell.count(delimiter) >= max(3, len(cells) - 1) for cell in cells)
