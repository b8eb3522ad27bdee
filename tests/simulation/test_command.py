# SPDX-License-Identifier: Apache-2.0
"""`conserje simulate` makes a database of its own, leaves none behind, and says so where it may not make one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from urllib.parse import quote

import pytest
from tests import harness

from conserje.config import embedded

SIMULATE = [
    sys.executable,
    "-m",
    "conserje.cli",
    "simulate",
    "--seed",
    "3",
    "--customers",
    "4",
    "--days",
    "2",
]


def environment() -> dict[str, str]:
    """Where the test server's administrator is reached."""
    given = os.environ.get("TEST_DATABASE_ADMIN_URL")
    own = f"postgresql://postgres@/postgres?host={quote(str(embedded.socket_folder()))}&port={embedded.PORT}"
    addresses = {
        "DATABASE_URL": harness.address("app", harness.NOBODY_ASKED),
        "DATABASE_OWNER_URL": harness.address("owner", harness.NOBODY_ASKED),
        "CONSERJE_DATABASE_ADMIN_URL": given or own,
    }
    return os.environ | addresses


def left_behind() -> list[str]:
    """Databases of simulations on the test server."""
    with harness.admin() as server:
        found = server.execute("SELECT datname FROM pg_database WHERE datname LIKE 'conserje_simulation%'")
        return [row[0] for row in found.fetchall()]


@pytest.mark.slow
def test_a_world_is_lived_and_nothing_is_left_behind(template: str) -> None:
    command = [*SIMULATE, "--json"]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (world,) = json.loads(done.stdout)["worlds"]
    assert (world["seed"], world["days_lived"], world["findings"]) == (3, 2, [])
    assert left_behind() == []


@pytest.mark.slow
def test_after_an_interruption_nothing_is_left_behind(template: str) -> None:
    process = subprocess.Popen(
        SIMULATE, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    until = time.monotonic() + 120
    while not left_behind() and process.poll() is None and time.monotonic() < until:
        time.sleep(0.2)
    assert left_behind() != []
    process.send_signal(signal.SIGINT)
    assert process.wait(120) != 0
    assert left_behind() == []


@pytest.mark.slow
def test_without_the_right_to_make_a_database_it_says_what_to_do(template: str) -> None:
    there = environment()
    del there["CONSERJE_DATABASE_ADMIN_URL"]
    done = subprocess.run(SIMULATE, env=there, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "CONSERJE_DATABASE_ADMIN_URL" in done.stderr
