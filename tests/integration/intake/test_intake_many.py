# SPDX-License-Identifier: Apache-2.0
"""An import that is killed leaves nothing; the same file by eight at once is one file; the command, end to end."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from tests import harness
from tests.integration.intake.conftest import rows

from conserje.data.tenancy.models import Creditor
from conserje.testing import book

TODAY = date(2026, 11, 24)
COMMAND = [sys.executable, "-m", "conserje.cli", "import"]
USUAL = [
    "--yes",
    "--json",
    "--country",
    "CO",
    "--permission",
    "contract",
    "--permission-source",
    "Contrato marco",
]


def importing(database: harness.Clone, *given: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, *map(str, given)],
        env=database.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def counts(database: harness.Clone) -> list[tuple[int, ...]]:
    return rows(
        database,
        "SELECT (SELECT count(*) FROM receivables_customer), (SELECT count(*) FROM receivables_invoice),"
        " (SELECT count(*) FROM receivables_payment), (SELECT count(*) FROM receivables_ledgerentry),"
        " (SELECT count(*) FROM integrations_importrun), (SELECT count(*) FROM outreach_review)",
    )


def test_a_killed_import_leaves_nothing_and_can_be_done_again(
    creditor: Creditor, database: harness.Clone, sheet: Callable[..., Path]
) -> None:
    lines = [f"FE-{n}|Empresa De Ejemplo {n % 500}|13/10/2026|12/11/2026|{n}000,00" for n in range(1, 20_001)]
    path = sheet("Factura|Cliente|Fecha|Vence|Saldo", *lines)
    with importing(database, path, *USUAL) as process, database.connect("admin") as link:
        # The one transaction of the import is under way when it holds its lock and rows of a first table.
        query = (
            "SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation"
            " WHERE c.relname = 'receivables_customer' AND l.mode = 'RowExclusiveLock'"
            " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        until = time.monotonic() + 240
        while not link.execute(query).fetchone()[0]:  # type: ignore[index]
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < until
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert counts(database) == [(0, 0, 0, 0, 0, 0)]

    with importing(database, path, *USUAL) as again:
        said, trouble = again.communicate()
    assert again.returncode == 0, trouble
    assert json.loads(said)["files"][0]["counts"]["invoices_new"] == 20_000
    assert counts(database)[0][:2] == (500, 20_000)


def test_the_same_file_by_four_at_once_is_one_file(
    creditor: Creditor, database: harness.Clone, tmp_path: Path
) -> None:
    files = book.write(tmp_path, seed=7, today=TODAY)
    processes = [importing(database, files.xlsx, *USUAL) for _ in range(4)]
    told = []
    for process in processes:
        said, trouble = process.communicate(timeout=300)
        assert process.returncode == 0, trouble
        told.append(json.loads(said)["files"][0]["counts"]["invoices_new"])
    assert sorted(told) == [0] * 3 + [140]
    (found,) = counts(database)
    assert found[:2] == (45, 140)
    assert found[4] == 4


def test_the_command_says_what_came_and_what_is_blocked(
    creditor: Creditor, database: harness.Clone, tmp_path: Path
) -> None:
    files = book.write(tmp_path, seed=7, today=TODAY)
    given = [
        files.csv,
        "--contacts",
        files.contacts,
        "--documents",
        files.documents,
        "--yes",
        "--country",
        "CO",
    ]
    with importing(database, *given) as process:
        said, trouble = process.communicate()
    assert process.returncode == 0, trouble
    assert "140 invoices new" in said
    assert "customer tax id" in said
    told = [line for line in said.splitlines() if "nothing says how their addresses were given" in line]
    assert [line.split()[0] for line in told] == ["45"]


@pytest.mark.parametrize(
    ("given", "word"),
    [
        (["--country", "Colombia"], "two capital letters"),
        (["--permission", "contract", "--permission-channels", "paloma"], "not a channel"),
        (["--creditor", "nobody"], "nobody"),
    ],
)
def test_the_command_refuses_in_one_sentence(
    creditor: Creditor, database: harness.Clone, sheet: Callable[..., Path], given: list[str], word: str
) -> None:
    path = sheet(
        "Factura|Cliente|Fecha|Vence|Saldo", "FE-1|Panadería El Ejemplo|13/10/2026|12/11/2026|1.000,00"
    )
    with importing(database, path, "--yes", *given) as process:
        _, trouble = process.communicate()
    assert process.returncode == 1
    assert word in trouble
    assert "Traceback" not in trouble
