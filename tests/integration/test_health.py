# SPDX-License-Identifier: Apache-2.0
"""What probes are told: cheap, without a session, and in one word."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from tests import harness
from tests.integration import book, restoring
from tests.integration.book import TUESDAY

from conserje.config import migrating, migration_state
from conserje.data.tenancy.models import Creditor
from conserje.services.outreach import sweep

# The highest room: no other is taken back with it.
HIGHEST, ITS_LAST = "recovery", "recovery.0001"
A_WRITER = "UPDATE receivables_customer SET creditor_id = creditor_id WHERE false"
# The grammar of the text format 0.0.4, for gauges with at most one label.
_LINE = re.compile(
    r"# HELP conserje_[a-z_]+ [^\n]+|# TYPE conserje_[a-z_]+ gauge"
    r'|conserje_[a-z_]+(\{creditor="[a-z0-9]{16}"\})? -?\d+'
)


def ask(path: str, **headers: Any) -> tuple[int, str]:
    """A probe as a balancer sends it: by a name that is not ours."""
    answer = Client().get(path, **{"HTTP_HOST": "10.0.0.7:8000", **headers})
    assert not answer.cookies
    return answer.status_code, answer.content.decode().strip()


@contextmanager
def migrated_back() -> Iterator[None]:
    """The tables as they were before the highest room was built."""
    with migration_state.lightly():
        call_command("migrate", HIGHEST, "zero", database="owner", verbosity=0)
    connections["owner"].close()
    yield
    migrating.bring_up_to_date()


def test_a_probe_is_told_a_word_and_costs_one_query(database: harness.Clone) -> None:
    assert ask("/health/live") == (200, "live")
    connection.ensure_connection()
    with CaptureQueriesContext(connection) as seen:
        assert ask("/health/ready") == (200, "ready")
    assert len(seen) == 1
    assert ask("/health/workers") == (503, "none")
    with database.connect("admin") as admin:
        admin.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    assert ask("/health/workers") == (200, "alive")


def test_what_is_lacking_is_one_word(database: harness.Clone) -> None:
    with database.connect("admin") as admin:
        admin.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('tenancy', '9999_later', now())"
        )
        assert ask("/health/ready") == (503, "migrations")
        admin.execute("DELETE FROM django_migrations WHERE name = '9999_later'")
        admin.execute("DELETE FROM django_migrations WHERE app = 'outreach'")
        assert ask("/health/ready") == (503, "migrations")
        admin.execute("ALTER TABLE procrastinate_workers RENAME TO away")
        assert ask("/health/ready") == (503, "migrations")
    connections.close_all()
    connections.settings["default"]["NAME"] = "there_is_no_such_database"
    assert ask("/health/ready") == (503, "database")
    assert ask("/health/live") == (200, "live")
    assert ask("/metrics", HTTP_HOST="127.0.0.1:8000") == (503, "database")


def test_figures_are_told_to_this_machine_or_for_the_token(creditor: Creditor) -> None:
    book.set_up(creditor, world=None)
    book.invoice(creditor, book.customer(creditor), "FE-1", due_on=book.days_late(5))
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    here = {"HTTP_HOST": "127.0.0.1:8000"}
    status, text = ask("/metrics", **here)

    assert status == 200
    lines = text.split("\n")
    assert [line for line in lines if not _LINE.fullmatch(line)] == []
    names = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(names) == len(set(names))
    assert f'conserje_sending_paused{{creditor="{creditor.public_id}"}} 0' in lines
    assert ask("/metrics")[0] == 403
    for forwarded in ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_FORWARDED"):
        assert ask("/metrics", **here, **{forwarded: "198.51.100.7"})[0] == 403
    assert ask("/metrics", **here, REMOTE_ADDR="198.51.100.7")[0] == 403
    with override_settings(METRICS_TOKEN="un-token-largo"):
        assert ask("/metrics", **here)[0] == 403
        assert (
            ask("/metrics", HTTP_AUTHORIZATION="Bearer un-token-largo", REMOTE_ADDR="198.51.100.7")[0] == 200
        )
        assert ask("/metrics", HTTP_AUTHORIZATION="Bearer otro")[0] == 403


@pytest.mark.slow
def test_web_and_workers_refuse_tables_of_another_version(database: harness.Clone) -> None:
    with migrated_back():
        assert ask("/health/ready") == (503, "migrations")
        for command in (("serve", "--port", "1"), ("worker", "--once")):
            done = restoring.conserje(database, *command)
            assert (done.returncode, "Run `conserje migrate`" in done.stderr) == (1, True), done.stderr
        check = restoring.conserje(database, "migrate", "--check")
        assert (check.returncode, f"waiting: {ITS_LAST}" in check.stdout) == (3, True), check.stderr
    assert ask("/health/ready") == (200, "ready")
    with database.connect("admin") as admin:
        admin.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('tenancy', '9999_later', now())"
        )
    for command in (("worker", "--once"), ("migrate",)):
        done = restoring.conserje(database, *command)
        assert (done.returncode, "newer than this Conserje" in done.stderr) == (1, True), done.stderr


@pytest.mark.slow
def test_a_change_that_waits_for_a_worker_gives_up_soon_and_is_tried_again(
    database: harness.Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrating, "LOCK_SECONDS", 1)
    monkeypatch.setattr(migrating, "SECONDS_BETWEEN_TRIES", 1)
    monkeypatch.setattr(migrating, "TRIES", 60)
    with migrated_back():
        worker = database.connect("app")
        worker.execute("BEGIN")
        worker.execute(A_WRITER)
        migrating_now = threading.Thread(target=_migrate)
        migrating_now.start()
        with database.connect("admin") as admin:
            _until_somebody_waits(admin)
        # Behind a change that waits, other workers wait too: no longer than it tries.
        with database.connect("app") as another:
            another.execute("SET statement_timeout = '20s'")
            another.execute(A_WRITER)
        worker.execute("COMMIT")
        worker.close()
        migrating_now.join()
        assert migrating.plan().waiting == ()


def _migrate() -> None:
    migrating.bring_up_to_date()
    connections.close_all()


def _until_somebody_waits(admin: Any) -> None:
    for _ in range(600):
        if admin.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()[0]:
            return
        time.sleep(0.1)
    raise AssertionError("nobody waited for a lock")
