# SPDX-License-Identifier: Apache-2.0
"""What the cells of a column look like, told from a sample and without its header."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from stdnum.ar import cuit
from stdnum.br import cnpj, cpf
from stdnum.cl import rut
from stdnum.co import nit
from stdnum.ec import ruc as ec_ruc
from stdnum.es import nif
from stdnum.mx import rfc
from stdnum.pe import ruc as pe_ruc

from conserje.connectors.tabular_files import addresses, amounts, dates
from conserje.connectors.tabular_files.cells import Cell, identifier, shown
from conserje.connectors.tabular_files.terms import day_count, term_days
from conserje.connectors.tabular_files.vocabulary import currency_of, vocabulary, words

SAMPLE: Final = 400
_TAX_IDS: Final = (nit, rfc, rut, cuit, pe_ruc, ec_ruc, cnpj, cpf, nif)
_TAX_SHAPE: Final = re.compile(r"(?=.*[0-9]{3})[A-Za-z0-9&Ññ][A-Za-z0-9&Ññ./ -]{5,22}")
_ID_SHAPE: Final = re.compile(r"(?=.*[0-9])[A-Za-z0-9][A-Za-z0-9 ./_#-]{0,39}")
_DECIMALS: Final = re.compile(r"[0-9][.,][0-9]{1,2}$|[0-9][.,][0-9]{3}(?:[^0-9]|$)")


@dataclass(frozen=True, slots=True)
class Profile:
    """Shares are percentages of the filled cells; `fill` is the percentage of all cells that are filled."""

    filled: int
    fill: int
    unique: int
    amount: int
    decimals: int
    day: int
    serial: int
    whole: int
    email: int
    phone: int
    dialled: int
    tax_shape: int
    tax_valid: int
    letters: int
    id_shape: int
    currency: int
    term: int
    term_words: int
    days: int
    flag: int
    status: int
    distinct: int
    samples: tuple[str, ...]


def profile(cells: Sequence[Cell]) -> Profile:
    """The profile of one column from its first data cells."""
    kept = [cell for cell in cells if not _nothing(cell)][:SAMPLE]
    texts = [shown(cell) for cell in kept]
    filled = len(kept)
    distinct = len(set(texts))
    book = vocabulary()

    def share(count: int) -> int:
        return round(100 * count / filled) if filled else 0

    return Profile(
        filled=filled,
        fill=round(100 * filled / max(1, min(len(cells), SAMPLE))),
        unique=share(distinct),
        amount=share(sum(_is_amount(cell) for cell in kept)),
        decimals=share(sum(_has_decimals(cell) for cell in kept)),
        day=share(sum(_is_date(cell) for cell in kept)),
        serial=share(sum(is_serial(cell) for cell in kept)),
        whole=share(sum(identifier(cell).lstrip("-").isdigit() for cell in kept)),
        email=share(sum("@" in text and bool(addresses.emails(text)[0]) for text in texts)),
        phone=share(sum(_is_phone(cell) for cell in kept)),
        dialled=share(sum(text.startswith("+") or " " in text for text in texts)),
        tax_shape=share(sum(bool(_TAX_SHAPE.fullmatch(identifier(cell))) for cell in kept)),
        tax_valid=share(sum(_is_tax_id(identifier(cell)) for cell in kept)),
        letters=share(sum(sum(char.isalpha() for char in text) >= 3 and "@" not in text for text in texts)),
        id_shape=share(sum(bool(_ID_SHAPE.fullmatch(identifier(cell))) for cell in kept)),
        currency=share(sum(currency_of(text) is not None for text in texts)),
        term=share(sum(term_days(cell) is not None for cell in kept)),
        term_words=share(
            sum(term_days(cell) is not None and not identifier(cell).isdigit() for cell in kept)
        ),
        days=share(sum(day_count(cell) is not None for cell in kept)),
        flag=share(sum(words(text) in book.yes or words(text) in book.no for text in texts)),
        status=share(sum(words(text) in book.statuses for text in texts)),
        distinct=distinct,
        samples=_first_texts(texts),
    )


def shown_samples(cells: Sequence[Cell]) -> tuple[str, ...]:
    """A few different texts of a column, as its `Profile` shows them."""
    return _first_texts([shown(cell) for cell in cells if not _nothing(cell)])


def _first_texts(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text[:60] for text in texts[:20]))[:3]


def _nothing(cell: Cell) -> bool:
    return isinstance(cell, str) and (not cell.strip() or cell.strip().lower() in vocabulary().blanks)


def _is_amount(cell: Cell) -> bool:
    if isinstance(cell, str):
        return any(isinstance(amounts.parse(cell.strip(), mark), amounts.Parsed) for mark in ",.")
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _has_decimals(cell: Cell) -> bool:
    if isinstance(cell, str):
        text = cell.strip()
        return not text.endswith(".0") and bool(_DECIMALS.search(text)) and _is_amount(cell)
    return isinstance(cell, float) and not cell.is_integer()


def _is_date(cell: Cell) -> bool:
    if isinstance(cell, str):
        return dates.evidence(cell) not in ("", "serial")
    return isinstance(cell, date)


def is_serial(cell: Cell) -> bool:
    """Whether the cell may be a spreadsheet's day count of this century."""
    if isinstance(cell, str):
        return dates.evidence(cell) == "serial"
    return isinstance(cell, int | float) and dates.FIRST_SERIAL <= cell <= dates.LAST_SERIAL


def _is_phone(cell: Cell) -> bool:
    if isinstance(cell, date) or (isinstance(cell, str) and dates.evidence(cell)):
        return False
    found, bad = addresses.phones(cell)
    return bool(found) and not bad


def _is_tax_id(text: str) -> bool:
    if not _TAX_SHAPE.fullmatch(text):
        return False
    return any(kind.is_valid(text) for kind in _TAX_IDS)
