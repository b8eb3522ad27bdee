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
    """A server of one's own, whose administrator is reached as the owner."""
    given = os.environ.get("TEST_DATABASE_ADMIN_URL")
    own = f"postgresql://postgres@/postgres?host={quote(str(embedded.socket_folder()))}&port={embedded.PORT}"
    addresses = {"DATABASE_URL": harness.address("app", "postgres"), "DATABASE_OWNER_URL": given or own}
    return os.environ | addresses


def left_behind(process: subprocess.Popen[str]) -> list[str]:
    """Databases of that process on the test server."""
    with harness.admin() as server:
        found = server.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE %s", [f"conserje_simulation_{process.pid}%"]
        )
        return [row[0] for row in found.fetchall()]


def begun(*more: str) -> subprocess.Popen[str]:
    """The command, running."""
    return subprocess.Popen(
        [*SIMULATE, *more],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=harness.interruptible,
    )


@pytest.mark.slow
def test_a_world_is_lived_and_nothing_is_left_behind(template: str) -> None:
    process = begun("--json")
    said, trouble = process.communicate()
    assert process.returncode == 0, said + trouble
    (world,) = json.loads(said)["worlds"]
    assert (world["seed"], world["days_lived"], world["findings"]) == (3, 2, [])
    assert left_behind(process) == []


@pytest.mark.slow
@pytest.mark.parametrize("word", [signal.SIGINT, signal.SIGTERM])
def test_after_an_interruption_nothing_is_left_behind(template: str, word: signal.Signals) -> None:
    process = begun()
    while not left_behind(process) and process.poll() is None:
        time.sleep(0.2)
    assert left_behind(process) != []
    process.send_signal(word)
    process.communicate()
    assert process.returncode != 0
    assert left_behind(process) == []


@pytest.mark.slow
def test_without_the_right_to_make_a_database_it_says_what_to_do(template: str) -> None:
    there = environment() | {"DATABASE_OWNER_URL": harness.address("owner", "postgres")}
    done = subprocess.run(SIMULATE, env=there, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "ALTER ROLE conserje_owner CREATEDB" in done.stderr
