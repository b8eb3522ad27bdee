# SPDX-License-Identifier: Apache-2.0
"""A believable, obviously invented Colombian book of receivables, as the files somebody would hand over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

from conserje.testing.book import lines as book_lines
from conserje.testing.book import names, papers, sheets
from conserje.testing.book.lines import FORGOTTEN, SCOPE, STARTUP, BookLine

__all__ = ["FORGOTTEN", "SCOPE", "STARTUP", "BookFiles", "BookLine", "write", "write_bare"]


@dataclass(frozen=True, slots=True)
class BookFiles:
    """Where the files are, and what was put in them. `csv` and `xlsx` hold the same lines."""

    xlsx: Path
    csv: Path
    contacts: Path
    documents: Path
    bare: Path
    customers: tuple[names.BookCustomer, ...]
    lines: tuple[BookLine, ...]


def write(folder: Path, *, seed: int, today: date) -> BookFiles:
    """Write the whole book into `folder`; the same `seed` and `today` give the same bytes."""
    rng = Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    customers = names.customers(rng, leading=book_lines.STORY_CUSTOMERS)
    rows = book_lines.lines(rng, customers=customers, today=today)
    files = BookFiles(
        xlsx=folder / "cartera.xlsx",
        csv=folder / "cartera.csv",
        contacts=folder / "contactos.csv",
        documents=folder / "facturas.zip",
        bare=write_bare(folder, seed=seed, today=today),
        customers=customers,
        lines=rows,
    )
    files.xlsx.write_bytes(sheets.invoices_xlsx(rows, today=today))
    files.csv.write_bytes(sheets.invoices_csv(rows, today=today))
    files.contacts.write_bytes(sheets.contacts_csv(customers))
    files.documents.write_bytes(papers.archive(rows))
    return files


def write_bare(folder: Path, *, seed: int, today: date) -> Path:
    """Write the bare sheet of 140 rows in pesos (factura, cliente, correo, fecha, vence, saldo); its path."""
    rng = Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    rows = book_lines.plain_lines(rng, customers=names.customers(rng), today=today)
    path = folder / "cartera-sencilla.csv"
    path.write_bytes(sheets.bare_csv(rows))
    return path
