# SPDX-License-Identifier: Apache-2.0
"""Customers and contacts of a line: who owes, whom to write to, and the facts kept about them."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from babel import Locale

from conserje.connectors.tabular_files import addresses
from conserje.connectors.tabular_files.cells import Cell, blank, identifier, plain_text, raw
from conserje.connectors.tabular_files.columns import remembering
from conserje.connectors.tabular_files.layout import Heading, Layout
from conserje.connectors.tabular_files.reasons import Reason
from conserje.connectors.tabular_files.vocabulary import role_of, vocabulary, words
from conserje.connectors.tabular_files.wire import CONTACT, Packed, bad
from conserje.domain.kit.text import fold
from conserje.domain.ports.connector import Field

_FACTS: Final = (
    Field.COUNTRY,
    Field.SUBDIVISION,
    Field.CITY,
    Field.TIME_ZONE,
    Field.LANGUAGE,
    Field.CUSTOMER_KIND,
    Field.PERMISSION,
    Field.CREDITOR_ROLE,
    Field.NOTES,
)


class People:
    """Reads the customer, the contact and the facts of the lines of one sheet."""

    def __init__(self, layout: Layout, *, sheet: str) -> None:
        self._layout = layout
        self._sheet = sheet
        self._name = layout.place(Field.CUSTOMER_NAME)
        self._reference = layout.place(Field.CUSTOMER_REFERENCE)
        self._tax_id = layout.place(Field.CUSTOMER_TAX_ID)
        self._person = layout.place(Field.CONTACT_NAME)
        self._role = layout.place(Field.CONTACT_ROLE)
        self._emails = layout.places.get(Field.EMAIL, ())
        self._phones = layout.places.get(Field.PHONE, ())
        self._facts: tuple[tuple[Field, int, Callable[[str], str]], ...] = tuple(
            (field, index, remembering(_NORMAL.get(field, plain_text)))
            for field in _FACTS
            for index in layout.places.get(field, ())
        )
        self._text = remembering(plain_text)
        self._code = remembering(identifier)
        self._addresses = {
            Reason.EMAIL_UNREADABLE: remembering(addresses.emails),
            Reason.PHONE_UNREADABLE: remembering(addresses.phones),
        }
        self.named = bool(self._emails or self._phones or self._person >= 0)

    def customer(self, cells: list[Cell], heading: Heading | None) -> tuple[str, str, str, bool]:
        """(reference, name, tax id, whether they come from the heading of the block); all "" when nobody is named."""
        reference = self._code(_text(cells[self._reference])) if self._reference >= 0 else ""
        name = self._text(_text(cells[self._name])) if self._name >= 0 else ""
        tax_id = self._code(_text(cells[self._tax_id])) if self._tax_id >= 0 else ""
        if heading is not None and not (reference or name or tax_id):
            return "", heading.name, heading.tax_id, True
        return reference, name, tax_id, False

    def facts(self, cells: list[Cell]) -> dict[str, str]:
        """What the line says about the customer and the contact, in our words where we have them."""
        found: dict[str, str] = {}
        for field, index, normal in self._facts:
            text = normal(_text(cells[index]))
            if text:
                found[field] = f"{found[field]} · {text}" if field in found else text
        return found

    def contact(
        self, line: int, cells: list[Cell], customer: tuple[str, str, str], facts: dict[str, str]
    ) -> tuple[Packed | None, list[Packed]]:
        """(the contact of the line, None when it names no address; the bad cells among its addresses)."""
        emails, worse = self._collect(line, cells, self._emails, Reason.EMAIL_UNREADABLE)
        phones, worst = self._collect(line, cells, self._phones, Reason.PHONE_UNREADABLE)
        person = plain_text(cells[self._person]) if self._person >= 0 else ""
        if not person and emails:
            person = next((name for i in self._emails if (name := addresses.named(cells[i]))), "")
        role = role_of(plain_text(cells[self._role])) if self._role >= 0 else ""
        if not (emails or phones):
            return None, worse + worst
        packed = [CONTACT, self._sheet, line, *customer, person, role, emails, phones, facts]
        return packed, worse + worst

    def _collect(
        self,
        line: int,
        cells: list[Cell],
        columns: tuple[int, ...],
        reason: Reason,
    ) -> tuple[list[str], list[Packed]]:
        read = self._addresses[reason]
        found: dict[str, None] = {}
        wrong: list[Packed] = []
        for index in columns:
            if blank(cells[index]):
                continue
            good, odd = read(_text(cells[index]))
            found.update(dict.fromkeys(good))
            if odd:
                wrong.append(
                    bad(self._sheet, line, self._layout.columns[index].header, odd, reason, raw(cells))
                )
        return list(found), wrong


def _text(cell: Cell) -> str:
    return cell if isinstance(cell, str) else identifier(cell)


def _kind(text: str) -> str:
    key = words(text)
    book = vocabulary()
    if key in book.yes:
        return "person"
    return "company" if key in book.no else book.kinds.get(key, "")


def _permission(text: str) -> str:
    key = words(text)
    book = vocabulary()
    return "yes" if key in book.yes else "no" if key in book.no else plain_text(text)


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    names: dict[str, str] = {
        "uk": "GB",
        "eeuu": "US",
        "usa": "US",
        "ee uu": "US",
        "estados unidos de america": "US",
    }
    for language in ("en", "es", "pt"):
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha():
                names.setdefault(fold(name), code)
                names.setdefault(code.lower(), code)
    return names


def _country(text: str) -> str:
    """The ISO 3166 code of a country's name in Spanish, English or Portuguese; "" for what is not one."""
    return _countries().get(fold(plain_text(text)).replace(".", ""), "")


_NORMAL: Final[dict[Field, Callable[[str], str]]] = {
    Field.CUSTOMER_KIND: _kind,
    Field.PERMISSION: _permission,
    Field.COUNTRY: _country,
    Field.LANGUAGE: lambda text: vocabulary().languages.get(words(text), ""),
}
