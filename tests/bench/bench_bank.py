# SPDX-License-Identifier: Apache-2.0
"""How many lines of a bank file are read and matched in a second. Run with `pytest -s tests/bench/bench_bank.py`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest
from tests import harness

harness.prepare_django()

from tests.integration import build  # noqa: E402
from tests.integration import receivables_book as book  # noqa: E402

from conserje.domain.ports.statement import Assumed  # noqa: E402
from conserje.services.receivables import bank_statement  # noqa: E402

pytestmark = pytest.mark.usefixtures("database")

LINES = 10_000
CUSTOMERS = 2_000


def test_a_large_file(tmp_path: Path) -> None:
    """Half of the lines name an invoice, half nobody."""
    creditor = build.creditor()
    customers = book.customers(creditor.pk, *(f"Comercial Imaginaria {n} SAS" for n in range(CUSTOMERS)))
    new = [book.new_invoice(customers[n % CUSTOMERS], f"FE-{10_000 + n}", 1_000_00 + n) for n in range(LINES)]
    book.opened(creditor.pk, *new)
    rows = [
        f"02/03/2026;PAGO FE-{10_000 + n};{n + 1};1.000,{n % 100:02d}"
        if n % 2
        else f"02/03/2026;ABONO VARIOS;{n + 1};7,{n % 100:02d}"
        for n in range(LINES)
    ]
    path = tmp_path / "movimientos.csv"
    path.write_text("Cuenta;031-1;;\nFecha;Concepto;Documento;Abono\n" + "\n".join(rows) + "\n")
    began = time.process_time(), time.monotonic()
    file = bank_statement.read(path=path, assumed=Assumed("", "COP"))
    read = time.process_time(), time.monotonic()
    brought = bank_statement.bring(creditor_id=creditor.pk, file=file, by="system", now=book.NOW)
    done = time.process_time(), time.monotonic()
    assert brought.new == LINES
    sys.stdout.write(
        f"read {LINES} lines: {read[1] - began[1]:.1f} s (own CPU {read[0] - began[0]:.1f}); brought: "
        f"{done[1] - read[1]:.1f} s (own CPU {done[0] - read[0]:.1f}); {brought.states}\n"
    )
