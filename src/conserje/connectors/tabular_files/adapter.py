# SPDX-License-Identifier: Apache-2.0
"""The connector: what touches the bytes of a file, of invoices or of a bank, happens in a limited process."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path

from conserje.connectors.tabular_files import bank_wire, corrections, documents, limits, parent, wire
from conserje.connectors.tabular_files.frames import Letter
from conserje.connectors.tabular_files.reasons import Refusal, Refused, said
from conserje.domain.ports.connector import BadRow, FilePlan, FoundDocument, Row, SheetPlan
from conserje.domain.ports.statement import Assumed, Statement

# How files of other formats of statements begin; those are no tables.
_NO_TABLE = (b"<", b":20:", b"{1:", b"OFXHEADER")


class TabularFiles:
    """Tables of invoices, contacts and bank movements in CSV, XLSX, XLSB, XLS and ODS files."""

    name = "tabular_files"

    def understand(
        self, path: Path, *, currency: str, today: date, saved: FilePlan | None = None
    ) -> FilePlan:
        """The plan of the file. `currency` (ISO code) is used where the file names none; a `saved` plan is reused for
        every sheet whose headers it has. Raises `Refused`."""
        limits.check_size(path, most=limits.TABLE_BYTES)
        for letter, payload in parent.run(
            _request("understand", path, currency, today, saved), file=path.name
        ):
            if letter is Letter.PLAN:
                return wire.unpack_plan(json.loads(payload))
        raise Refused(Refusal.UNREADABLE, file=path.name)

    def read(self, path: Path, plan: FilePlan, *, currency: str, today: date) -> Iterator[Row]:
        """The rows of the file, in its order. Raises `Refused`, possibly after rows were given: a reader that stores
        them does so in one transaction."""
        limits.check_size(path, most=limits.TABLE_BYTES)
        with closing(parent.run(_request("read", path, currency, today, plan), file=path.name)) as frames:
            for letter, payload in frames:
                if letter is Letter.ROWS:
                    yield from map(wire.unpack, json.loads(payload))

    def documents(self, path: Path) -> Iterator[FoundDocument | BadRow]:
        """`documents.find`: the papers at `path`, a folder or an archive."""
        return documents.find(path)

    def write_corrections(
        self, path: Path, bad_rows: Sequence[BadRow], *, sheet: SheetPlan, say: Callable[[str], str]
    ) -> int:
        """`corrections.write_csv` for the refused lines of one sheet."""
        return corrections.write_csv(path, bad_rows, corrections.headers_of(sheet), plan=sheet, say=say)

    def recognises(self, head: bytes) -> bool:
        """Whether a statement that begins so may be a table."""
        return not head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(_NO_TABLE)

    def statements(self, path: Path, *, assumed: Assumed) -> tuple[Statement, ...]:
        """The movements of a bank account, a statement for each sheet. Raises `StatementRefused` and `Refused`."""
        limits.check_size(path, most=limits.TABLE_BYTES)
        request = {
            "task": "statements",
            "path": str(path.resolve()),
            "bank_account": assumed.bank_account,
            "currency": assumed.currency,
        }
        found = []
        with closing(parent.run(request, file=path.name)) as frames:
            for letter, payload in frames:
                if letter is Letter.UNFIT:
                    raise bank_wire.refusal(json.loads(payload))
                if letter is Letter.STATEMENT:
                    found.append(bank_wire.unpack(json.loads(payload)))
        return tuple(found)

    def say(self, statement: str, translate: Callable[[str], str] = str) -> str:
        """The sentence of a reason, remedy, doubt, why or refusal, in English unless `translate` is given."""
        return said(statement, translate)


def _request(task: str, path: Path, currency: str, today: date, plan: FilePlan | None) -> dict[str, object]:
    return {
        "task": task,
        "path": str(path.resolve()),
        "currency": currency,
        "today": today.isoformat(),
        "plan": wire.pack_plan(plan) if plan else None,
    }
