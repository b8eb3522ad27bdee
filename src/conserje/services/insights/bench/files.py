# SPDX-License-Identifier: Apache-2.0
"""Files of invented invoices as an accounting program would export them, for measuring an import."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from openpyxl import Workbook

HEADERS = (
    "Factura", "Fecha", "Vence", "Cliente", "NIT", "Proyecto", "OC", "Subtotal", "IVA", "Total", "Abonos", "Saldo",
    "Correo", "Contacto", "Ciudad",
)  # fmt: skip


def rows(*, count: int, today: date) -> Iterator[tuple[str | int | date, ...]]:
    """`count` invoices of a fifth as many customers; one in ten is paid by half."""
    customers = max(1, count // 5)
    for n in range(count):
        who = n * 7919 % customers
        issued = today - timedelta(days=n % 120)
        net = (n % 900 + 100) * 1000
        tax = net * 19 // 100
        paid = net // 2 if n % 10 == 0 else 0
        yield (
            f"FE-{n + 1}", issued, issued + timedelta(days=30), f"Empresa Imaginaria {who}", f"{900_000_000 + who}-1",
            "Mantenimiento", f"OC-{n}", net, tax, net + tax, paid, net + tax - paid, f"pagos{who}@imaginaria.example",
            f"Persona {who}", "Bogotá",
        )  # fmt: skip


def as_texts(*, count: int, today: date) -> Iterator[list[str]]:
    """The cells as a CSV file shows them."""
    for row in rows(count=count, today=today):
        yield [f"{cell:%d/%m/%Y}" if isinstance(cell, date) else str(cell) for cell in row]


def write_csv(path: Path, *, count: int, today: date) -> None:
    """Semicolons and the code page of a Spanish office."""
    with path.open("w", encoding="cp1252", newline="") as stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow(HEADERS)
        writer.writerows(as_texts(count=count, today=today))


def write_xlsx(path: Path, *, count: int, today: date) -> None:
    """One sheet with real dates and numbers."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("Cartera")
    sheet.append(list(HEADERS))
    for row in rows(count=count, today=today):
        sheet.append(list(row))
    workbook.save(path)
