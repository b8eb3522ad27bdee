# SPDX-License-Identifier: Apache-2.0
"""One line of a sheet of contacts -> a contact row, or what it lacks."""

from __future__ import annotations

from conserje.connectors.tabular_files.cells import Cell, raw
from conserje.connectors.tabular_files.layout import Layout
from conserje.connectors.tabular_files.people import People
from conserje.connectors.tabular_files.reasons import Reason
from conserje.connectors.tabular_files.wire import CONTACT, Packed, bad


class ContactReader:
    """Reads the lines of one sheet of contacts."""

    def __init__(self, layout: Layout, *, sheet: str) -> None:
        self._sheet = sheet
        self._people = People(layout, sheet=sheet)

    def read(self, line: int, cells: list[Cell]) -> list[Packed]:
        """The contact of one line and its bad cells. What it says about the customer is kept without an address."""
        reference, name, tax_id, _ = self._people.customer(cells, None)
        text = raw(cells)
        if not (reference or name or tax_id):
            return [bad(self._sheet, line, "", "", Reason.CUSTOMER_MISSING, text)]
        facts = self._people.facts(cells)
        contact, wrong = self._people.contact(line, cells, (reference, name, tax_id), facts)
        if contact:
            return [contact, *wrong]
        if self._people.named and not wrong:
            wrong = [bad(self._sheet, line, "", "", Reason.CONTACT_EMPTY, text)]
        if facts or not wrong:
            return [[CONTACT, self._sheet, line, reference, name, tax_id, "", "", [], [], facts], *wrong]
        return wrong
