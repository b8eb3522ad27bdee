# SPDX-License-Identifier: Apache-2.0
"""Customers pay while their creditor's database is away, killed, answers nothing or is full: one ledger payment each.

Web and worker are real processes on a server of their own and are never restarted; the outside world re-delivers its
hooks, and its own log of what was paid is the oracle.
"""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from tests import harness

harness.prepare_django()

from tests.integration.commit_proxy import Wire  # noqa: E402 - Django is to be ready first
from tests.integration.standing import Server, Standing, calm, standing  # noqa: E402

pytestmark = [pytest.mark.official, pytest.mark.embedded]

PAYMENTS = 12
KILL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'conserje_app'"


def away(book: Standing, seconds: float, mode: str) -> None:
    book.server.stop(mode)
    time.sleep(seconds)
    book.server.start()


def killed(book: Standing, seconds: float, mode: str) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        book.server.admin(KILL)
        time.sleep(random.uniform(0.02, 0.2))


@pytest.mark.parametrize(
    ("fault", "seconds", "mode"),
    [(away, 0, "immediate"), (away, 20, "fast"), (killed, 10, "")],
    ids=["crash", "outage-20s", "sessions-killed"],
)
def test_what_was_paid_is_booked_once(fault, seconds, mode) -> None:
    with standing(customers=PAYMENTS + 2) as book:
        usual = calm(book)
        payer = book.pay_on(PAYMENTS, 0.5)
        time.sleep(1)
        fault(book, seconds, mode)
        book.recovers(usual)
        payer.join()
        book.judge()


@pytest.mark.parametrize("reached", [True, False], ids=["answer-lost", "commit-lost"])
def test_commits_whose_answer_is_lost_are_booked_once(reached: bool) -> None:
    """For some seconds, every second COMMIT of web and worker ends in a closed connection."""
    wires: list[Wire] = []

    def through(server: Server) -> str:
        wires.append(Wire(f"{server.socket}/.s.PGSQL.5432", reaches_the_server=reached))
        threading.Thread(target=wires[0].accept, daemon=True).start()
        port = wires[0].listener.getsockname()[1]
        return f"postgresql://conserje_app@127.0.0.1:{port}/conserje?sslmode=disable&gssencmode=disable"

    with standing(customers=PAYMENTS + 2, through=through) as book:
        usual = calm(book)
        (wire,) = wires
        payer = book.pay_on(PAYMENTS, 0.5)
        while payer.is_alive():
            wire.left = 1
            time.sleep(0.3)
        wire.left = 0
        assert wire.lost > 5
        book.recovers(usual)
        book.judge()
        wire.listener.close()


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="cj-", dir="/tmp"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
        folder.rmdir()


def fill(folder: Path) -> Path:
    """A file that takes all the room that is left."""
    ballast = folder / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as stream:
        while True:
            stream.write(b"\0" * 65536)
    return ballast


@pytest.mark.skipif(os.geteuid() != 0, reason="a small disk is mounted by root")
def test_a_full_disk_loses_no_payment_and_doubles_none() -> None:
    """The write-ahead log finds no room: the server panics and cannot start until there is room; clients start it."""
    with (
        small_disk(600) as folder,
        standing(customers=PAYMENTS + 2, folder=folder, through=lambda _: "") as book,
    ):
        usual = calm(book)
        payer = book.pay_on(PAYMENTS, 0.5)
        refused = 0
        ballast = fill(folder)
        for _ in range(40):
            try:
                book.server.admin("SELECT pg_switch_wal()")
                book.server.admin("CREATE TABLE filler AS SELECT generate_series(1, 20000)")
                book.server.admin("DROP TABLE filler")
            except psycopg.Error:
                refused += 1
            time.sleep(0.2)
        assert refused > 0
        payer.join()
        ballast.unlink()
        book.recovers(usual)
        book.judge()
