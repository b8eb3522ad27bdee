# SPDX-License-Identifier: Apache-2.0
"""`conserje bench run` on a small book: its figures are true, and its database is gone afterwards."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import Any

import pytest
from tests import harness

COMMAND = [sys.executable, "-m", "conserje.cli", "bench", "run"]
SMALL = ["--invoices=650", "--customers=200", "--due-share=0.5", "--letters=6", "--messages=50", "--lines=60"]
FIGURES = {
    "rows", "invoices", "seconds", "invoices_per_s", "cpu_s", "peak_rss_mb", "statements", "limit_seconds",
    "ratio_to_limit",
}  # fmt: skip

# While a database of its own is in use, every connection to the one beside it is cut.
CUT_OFF = """
import os
import psycopg
from conserje.cli.main import ready
ready()
from conserje.config.scratch import scratch
with scratch("conserje_bench_cut_off"):
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as server:
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    print("cut")
print("gone")
"""

pytestmark = pytest.mark.slow


@pytest.fixture
def environment(database: harness.Clone) -> dict[str, str]:
    """A child's environment on the tests' server, whose administrator may make databases."""
    given = {"CONSERJE_SECRET_KEY": "only-for-tests", "CONSERJE_HOME": str(harness.home())}
    owner = os.environ.get("TEST_DATABASE_ADMIN_URL") or harness.address("owner", database.name).replace(
        "conserje_owner", "postgres"
    )
    return {**database.environment(), **given, "DATABASE_OWNER_URL": owner}


@pytest.fixture(autouse=True)
def former(database: harness.Clone) -> None:
    """What a killed run of these tests left behind is not this run's."""
    _former.clear()
    _former.update(left_over())


_former: set[str] = set()


def left_over() -> list[str]:
    """Databases that a bench made during this test and did not drop."""
    with harness.admin() as server:
        rows = server.execute("SELECT datname FROM pg_database WHERE datname LIKE 'conserje_bench%'")
        return [row[0] for row in rows.fetchall() if row[0] not in _former]


def measured(environment: dict[str, str], *more: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """All that a small bench told, and its phases."""
    done = subprocess.run(
        [*COMMAND, *SMALL, *more], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    phases: dict[str, Any] = result["phases"]
    assert all(set(phase) >= FIGURES for phase in phases.values())
    assert all(phase["seconds"] > 0 and phase["limit_seconds"] > 0 for phase in phases.values())
    told = {"cores", "memory_mb", "python", "postgres", "fsync", "synchronous_commit"}
    assert set(result["machine"]) == told
    assert "sweep: 100 in" in done.stderr
    assert left_over() == []
    return result, phases


@pytest.mark.long
def test_every_figure_is_true(environment: dict[str, str]) -> None:
    result, phases = measured(environment, "--json")
    in_order = ["import_csv", "import_xlsx", "sweep", "second_sweep", "render", "mime", "send", "gate"]
    assert list(phases) == in_order
    judged = phases.pop("gate")
    assert judged["rows"] == 4_000 * len(judged["each"])
    assert {(item["place"], item["before"]) for item in judged["each"]} >= {("CO", 0), ("US", 30)}
    assert 0 < judged["microseconds"] <= judged["worst_microseconds"]
    rows = {name: phase["rows"] for name, phase in phases.items()}
    alone = phases["send"]["one_worker"]["rows"]
    # Sending claims batches, so a worker may take some more than it was asked for, and leave fewer to the next.
    assert 50 <= alone <= 100
    assert min(50, 100 - alone) <= rows.pop("send") <= 100 - alone
    assert rows == {
        "import_csv": 60, "import_xlsx": 60, "sweep": 100, "second_sweep": 0, "render": 6, "mime": 6,
    }  # fmt: skip
    assert result["asked"]["due_customers"] == phases["sweep"]["touches"] == 100
    assert phases["sweep"]["invoices"] == 325


def test_the_figures_of_a_sweep_are_true(environment: dict[str, str]) -> None:
    _, phases = measured(environment, "--json", "--phases=sweep,second_sweep")
    assert {name: phase["rows"] for name, phase in phases.items()} == {"sweep": 100, "second_sweep": 0}
    assert phases["sweep"]["invoices"] == 325


def test_a_role_that_may_not_make_databases_is_told_what_to_do(
    database: harness.Clone, environment: dict[str, str]
) -> None:
    powerless = environment | {"DATABASE_OWNER_URL": harness.address("owner", database.name)}
    done = subprocess.run([*COMMAND, *SMALL], env=powerless, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "ALTER ROLE conserje_owner CREATEDB" in done.stderr


def test_a_server_that_was_restarted_meanwhile_keeps_no_database(environment: dict[str, str]) -> None:
    """Hours may pass between making and dropping: the connection that made it need not live so long."""
    done = subprocess.run(
        [sys.executable, "-c", CUT_OFF], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.split()) == (0, ["cut", "gone"]), done.stderr
    assert left_over() == []


def test_stopped_in_the_middle_it_leaves_no_database(environment: dict[str, str]) -> None:
    large = ["--invoices=400000", "--customers=100000", "--phases=sweep"]
    with subprocess.Popen(
        [*COMMAND, *large],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=harness.interruptible,
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("Inventing"):
                break
        assert left_over()
        os.kill(process.pid, signal.SIGINT)
        said = process.stderr.read()
    assert process.returncode == 1
    assert "is gone" in said
    until = time.monotonic() + 10
    while left_over() and time.monotonic() < until:
        time.sleep(0.1)
    assert left_over() == []
