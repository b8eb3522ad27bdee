# SPDX-License-Identifier: Apache-2.0
"""A hundred thousand lines, from the file to the ledger, as CSV and as XLSX: thirty seconds at most.

Run with `pytest -s tests/bench/bench_intake.py` on an idle machine.
"""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook
from tests import harness

harness.prepare_django()

from tests.integration import build  # noqa: E402

from conserje.data.receivables.models import Invoice  # noqa: E402
from conserje.domain.ports.channel import Channel  # noqa: E402
from conserje.services.integrations import intake  # noqa: E402
from conserje.services.integrations.intake_answers import Answers  # noqa: E402
from conserje.services.outreach.permission import Basis  # noqa: E402
from conserje.services.tenancy.act import reading  # noqa: E402

ROWS = 100_000
CUSTOMERS = 20_000
SECONDS = 30
TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
HEADERS = (
    "Factura", "Fecha", "Vence", "Cliente", "NIT", "Proyecto", "OC", "Subtotal", "IVA", "Total", "Abonos", "Saldo",
    "Correo", "Contacto", "Ciudad",
)  # fmt: skip


def rows() -> Iterator[tuple[str | int | date, ...]]:
    for n in range(ROWS):
        who = n * 7919 % CUSTOMERS
        issued = TODAY - timedelta(days=n % 120)
        net = (n % 900 + 100) * 1000
        tax = net * 19 // 100
        paid = net // 2 if n % 10 == 0 else 0
        yield (
            f"FE-{n + 1}", issued, issued + timedelta(days=30), f"Empresa De Ejemplo {who}", f"{900_000_000 + who}-1",
            "Mantenimiento", f"OC-{n}", net, tax, net + tax, paid, net + tax - paid, f"pagos@empresa{who}.example",
            f"Persona {who}", "Bogotá",
        )  # fmt: skip


def as_csv(path: Path) -> None:
    with path.open("w", encoding="cp1252", newline="") as stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow(HEADERS)
        for row in rows():
            writer.writerow([f"{cell:%d/%m/%Y}" if isinstance(cell, date) else cell for cell in row])


def as_xlsx(path: Path) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Cartera")
    sheet.append(list(HEADERS))
    for row in rows():
        sheet.append(list(row))
    book.save(path)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_hundred_thousand_lines(database: harness.Clone, tmp_path: Path, ending: str) -> None:
    creditor = build.creditor()
    path = tmp_path / f"cartera.{ending}"
    {"csv": as_csv, "xlsx": as_xlsx}[ending](path)
    answers = Answers(country="CO", kind="company", permission=Basis.CONTRACT, channels=(Channel.EMAIL,))

    started = time.perf_counter()
    plan = intake.understand(creditor_id=creditor.pk, path=path, now=NOW)
    understood = time.perf_counter()
    first = intake.bring_in(creditor_id=creditor.pk, path=path, plan=plan, answers=answers, now=NOW)
    taken = time.perf_counter()
    again = intake.bring_in(creditor_id=creditor.pk, path=path, plan=plan, answers=answers, now=NOW)
    ended = time.perf_counter()

    sys.stderr.write(
        f"\n{ending}: understood {understood - started:.1f} s, brought in {taken - understood:.1f} s,"
        f" the same again {ended - taken:.1f} s\n"
    )
    assert first.counts["invoices_new"] == ROWS
    assert first.counts["payments_new"] == ROWS // 10
    assert again.counts["invoices_unchanged"] == ROWS
    with reading(creditor_id=creditor.pk):
        assert Invoice.objects.filter(creditor_id=creditor.pk).count() == ROWS
    assert taken - started <= SECONDS
