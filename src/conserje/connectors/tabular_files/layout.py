# SPDX-License-Identifier: Apache-2.0
"""Which cell of a line is which, and what kind of line it is: data, blank, repeated header, total, heading, remark."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from conserje.connectors.tabular_files.book import Line, Merge
from conserje.connectors.tabular_files.cells import Cell, blank, identifier, plain_text, shown
from conserje.connectors.tabular_files.fitness import AMOUNTS
from conserje.connectors.tabular_files.vocabulary import vocabulary, words
from conserje.domain.ports.connector import ColumnGuess, Field

CUSTOMER: Final = (Field.CUSTOMER_NAME, Field.CUSTOMER_REFERENCE, Field.CUSTOMER_TAX_ID)
_SUMMING: Final = re.compile(r"\s*(?:sub ?)?(?:total|suma|saldo)", re.IGNORECASE)
_DIGIT: Final = re.compile(r"[0-9]")
_LIKE_NUMBER: Final = re.compile(r"(?=.*[0-9])\S+(?: \S+)?")
_TOTAL_START: Final = re.compile(r"(?:sub ?total|gran total|total|suma|totales)(?: .*)?")
_TAX_ID: Final = re.compile(
    r"\b(?:nit|rfc|rut|cuit|ruc|cnpj|cpf|cif|nif|cc)\b[\s.:#-]*([0-9A-Z&.\-/]{5,20})", re.IGNORECASE
)
_HEADING: Final = re.compile(r"\s*(?P<word>[^\W\d][^:\d]{2,24}?)\s*:\s*(?P<rest>\S.*)")


class Kind(Enum):
    """What a line below the header is."""

    DATA = "data"
    BLANK = "blank"
    HEADER = "header"
    SUMMARY = "summary"
    BALANCE = "balance"
    HEADING = "heading"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Heading:
    """The customer named by a line that heads a block."""

    name: str
    tax_id: str


class Layout:
    """The columns of one sheet by field, and the sorting of its lines."""

    def __init__(self, columns: Sequence[ColumnGuess], *, invoices: bool) -> None:
        self.columns = columns
        self.invoices = invoices
        self.places: dict[Field, tuple[int, ...]] = {}
        for guess in columns:
            if guess.field is not Field.IGNORE:
                self.places[guess.field] = (*self.places.get(guess.field, ()), guess.index)
        self.amounts = tuple(i for guess in columns if guess.field in AMOUNTS for i in (guess.index,))
        self.dates = tuple(i for f in (Field.ISSUED_ON, Field.DUE_ON) for i in self.places.get(f, ()))
        self.customers = tuple(i for f in CUSTOMER for i in self.places.get(f, ()))
        self.number = self.place(Field.INVOICE_NUMBER)
        self._names = [words(guess.header) for guess in columns]

    def place(self, field: Field) -> int:
        """The column that holds `field`, -1 when none does."""
        return self.places.get(field, (-1,))[0]

    def sort(self, cells: Sequence[Cell]) -> Kind:
        """What kind of line `cells` is."""
        if self.invoices and self.number >= 0:
            number = cells[self.number]
            if not isinstance(number, str) or (_DIGIT.search(number) and not _SUMMING.match(number)):
                for index in self.amounts:
                    if not blank(cells[index]):
                        return Kind.DATA
        return self._sort_slowly(cells)

    def _sort_slowly(self, cells: Sequence[Cell]) -> Kind:
        filled = [i for i, cell in enumerate(cells) if not blank(cell)]
        if not filled:
            return Kind.BLANK
        texts = [words(cell) for i in filled if isinstance(cell := cells[i], str)]
        same = sum(i < len(self._names) and words(shown(cells[i])) == self._names[i] for i in filled)
        if same * 10 >= len(filled) * 6 and same >= 2:
            return Kind.HEADER
        summed = self._summed(cells, texts)
        if summed is not None:
            return summed
        if not self.invoices:
            return Kind.DATA
        if any(not blank(cells[i]) for i in self.dates):
            return Kind.DATA
        return self._undated(cells, filled)

    def _summed(self, cells: Sequence[Cell], texts: Sequence[str]) -> Kind | None:
        book = vocabulary()
        number = words(plain_text(cells[self.number])) if self.number >= 0 else ""
        if number and number not in texts[:1] and any(char.isdigit() for char in number):
            return None
        if any(text in book.balances for text in texts):
            return Kind.BALANCE
        total = any(text in book.summaries for text in texts) or bool(
            texts and _TOTAL_START.fullmatch(texts[0])
        )
        if total and not any(
            not blank(cells[i]) and words(shown(cells[i])) not in book.summaries for i in self.dates
        ):
            return Kind.SUMMARY
        return None

    def _undated(self, cells: Sequence[Cell], filled: Sequence[int]) -> Kind:
        """A line without dates: the heading of a block, a remark, or data with something missing."""
        if self.heading(cells) is not None:
            return Kind.HEADING
        has_number = self.number >= 0 and bool(_LIKE_NUMBER.fullmatch(identifier(cells[self.number])))
        has_amount = any(not blank(cells[i]) for i in self.amounts)
        return Kind.NOTE if not has_number and not has_amount and len(filled) <= 2 else Kind.DATA

    def heading(self, cells: Sequence[Cell]) -> Heading | None:
        """The customer of a heading line: "Cliente: ...", or a lone name in its place. None for others."""
        filled = [i for i, cell in enumerate(cells) if not blank(cell)]
        first = cells[filled[0]] if filled else ""
        if not isinstance(first, str) or any(not blank(cells[i]) for i in self.dates):
            return None
        text = plain_text(first)
        match = _HEADING.fullmatch(text)
        if match and words(match["word"]) in vocabulary().headings:
            return _named(match["rest"], cells, filled[1:])
        lone = [i for i in filled if i not in self.amounts]
        if self.number in lone and (self.customers or any(char.isdigit() for char in _TAX_ID.sub("", text))):
            return None
        if self.customers:
            inside = all(i in self.customers for i in filled)
            return self._lone_customer(cells) if inside else None
        if words(text) in vocabulary().headings and len(lone) == 2:
            return _named(plain_text(cells[lone[1]]), cells, ())
        if len(lone) <= 3 and sum(char.isalpha() for char in text) >= 3:
            return _named(text, cells, lone[1:])
        return None

    def _lone_customer(self, cells: Sequence[Cell]) -> Heading | None:
        name = self.place(Field.CUSTOMER_NAME)
        tax = self.place(Field.CUSTOMER_TAX_ID)
        if name < 0 or blank(cells[name]):
            return None
        found = _named(plain_text(cells[name]), cells, ())
        return Heading(
            found.name, identifier(cells[tax]) if tax >= 0 and not blank(cells[tax]) else found.tax_id
        )


def _named(text: str, cells: Sequence[Cell], others: Iterable[int]) -> Heading:
    whole = " ".join([text, *(identifier(cells[i]) for i in others if isinstance(cells[i], str))])
    match = _TAX_ID.search(whole)
    tax_id = match[1].strip(".-") if match else ""
    return Heading(_TAX_ID.sub("", text).strip(" -–,;()|"), tax_id)


def fill_merged(
    lines: Iterable[Line], merges: Sequence[Merge], layout: Layout, *, header: int
) -> Iterator[tuple[int, list[Cell], bool]]:
    """(line, cells at full width, whether a merged value was filled in) for the lines below the header.

    A value is filled down only inside its merged range, and never an amount: one amount merged over three invoices
    belongs to no one of them.
    """
    width = max((guess.index for guess in layout.columns), default=-1) + 1
    down = [
        m
        for m in merges
        if m.last_line > m.first_line > header
        and m.first_column not in layout.amounts
        and m.first_column < width
    ]
    starts: dict[int, list[Merge]] = {}
    for merge in down:
        starts.setdefault(merge.first_line, []).append(merge)
    active: list[tuple[Merge, Cell]] = []
    for line, cells in lines:
        if line <= header:
            continue
        if len(cells) < width:
            cells = [*cells, *[""] * (width - len(cells))]
        filled = False
        if active:
            active = [(m, value) for m, value in active if m.last_line >= line]
            for merge, value in active:
                if blank(cells[merge.first_column]) and not blank(value):
                    cells[merge.first_column] = value
                    filled = True
        for merge in starts.get(line, ()):
            active.append((merge, cells[merge.first_column]))
        yield line, cells, filled
