# SPDX-License-Identifier: Apache-2.0
"""Books of record and file formats: what comes in, in our words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Protocol, runtime_checkable

from conserje.domain.kit.money import Money


class Field(StrEnum):
    """What a column of a file of invoices or contacts may mean."""

    IGNORE = "ignore"
    INVOICE_NUMBER = "invoice_number"
    PURCHASE_ORDER = "purchase_order"
    SUBJECT = "subject"
    ISSUED_ON = "issued_on"
    DUE_ON = "due_on"
    TERM_DAYS = "term_days"
    DAYS_LATE = "days_late"
    TOTAL = "total"
    NET = "net"
    TAX = "tax"
    WITHHOLDING = "withholding"
    OPEN_AMOUNT = "open_amount"
    PAID_AMOUNT = "paid_amount"
    PAID_ON = "paid_on"
    CURRENCY = "currency"
    CUSTOMER_REFERENCE = "customer_reference"
    CUSTOMER_NAME = "customer_name"
    CUSTOMER_TAX_ID = "customer_tax_id"
    CUSTOMER_KIND = "customer_kind"
    CONTACT_NAME = "contact_name"
    CONTACT_ROLE = "contact_role"
    EMAIL = "email"
    PHONE = "phone"
    LANGUAGE = "language"
    COUNTRY = "country"
    SUBDIVISION = "subdivision"
    CITY = "city"
    TIME_ZONE = "time_zone"
    PERMISSION = "permission"
    CREDITOR_ROLE = "creditor_role"
    STATUS = "status"
    DOCUMENT_TYPE = "document_type"
    NOTES = "notes"


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """What one column was taken for, and why: a header synonym, its content, or a saved mapping."""

    index: int
    header: str
    field: Field
    why: str
    confidence: int
    samples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """How one sheet will be read: where the header row is, what each column means, which conventions rule.

    `decimal` is "," or "."; `date_order` is "dmy", "mdy" or "ymd"; rows are counted from 1 as the user sees them.
    """

    sheet: str
    header_row: int
    columns: tuple[ColumnGuess, ...]
    decimal: str
    date_order: str
    rows: int
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FilePlan:
    """A whole file, understood but not yet read: shown for confirmation, saved with the creditor."""

    kind: str
    encoding: str
    delimiter: str
    sheets: tuple[SheetPlan, ...]


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One invoice line of a file. Amounts are signed money; what the file does not say is None, never guessed."""

    sheet: str
    line: int
    number: str
    customer_reference: str
    customer_name: str
    customer_tax_id: str
    currency: str
    total: Money | None
    open_amount: Money | None
    issued_on: date | None
    due_on: date | None
    net: Money | None = None
    tax: Money | None = None
    withholding: Money | None = None
    paid_amount: Money | None = None
    paid_on: date | None = None
    purchase_order: str = ""
    subject: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One person of a contacts file, or of an invoice line that names its contact."""

    sheet: str
    line: int
    customer_reference: str
    customer_name: str
    customer_tax_id: str
    name: str
    role: str
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A cell that could not be read: where, what stood there, why it was refused and what to write instead."""

    sheet: str
    line: int
    column: str
    value: str
    reason: str
    remedy: str
    raw: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundDocument:
    """A PDF or XML found beside the sheet; `key` is the folded invoice number taken from its name or content."""

    file_name: str
    media_type: str
    key: str
    content: bytes


Row = InvoiceRow | ContactRow | BadRow


class FileRefused(ValueError):
    """The file as a whole cannot be read: too large, a bomb, no table in it. Says what to do next.

    `statement` is the same for `Connector.say`, empty where the text is all there is.
    """

    statement = ""


@runtime_checkable
class Connector(Protocol):
    """A file connector: first understands, then reads with the (possibly corrected) plan. Reading twice is the same.

    `documents` finds the papers at a folder or archive. `write_corrections` writes the refused lines of one sheet to a
    file that can be corrected and read again, with `say` turning reasons into sentences. `say` does that for every
    statement of the connector's own, in English unless `translate` (a sentence, or the name of a `Field` in one, to
    the reader's words) is given; one it does not know comes back as it is.
    """

    name: str

    def understand(
        self, path: Path, *, currency: str, today: date, saved: FilePlan | None = None
    ) -> FilePlan: ...
    def read(self, path: Path, plan: FilePlan, *, currency: str, today: date) -> Iterator[Row]: ...
    def documents(self, path: Path) -> Iterator[FoundDocument | BadRow]: ...
    def write_corrections(
        self, path: Path, bad_rows: Sequence[BadRow], *, sheet: SheetPlan, say: Callable[[str], str]
    ) -> int: ...
    def say(self, statement: str, translate: Callable[[str], str] = str) -> str: ...
