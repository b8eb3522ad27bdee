# SPDX-License-Identifier: Apache-2.0
"""Whether this process may serve and work: one query, no creditor, no details."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from django.db import Error, ProgrammingError, connection
from django.db.migrations.loader import MigrationLoader

SILENT = timedelta(seconds=90)

_STATE = """
SELECT (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user),
       (SELECT array_agg(app || '.' || name) FROM django_migrations),
       to_regclass('procrastinate_jobs') IS NOT NULL AND has_table_privilege('procrastinate_jobs', 'INSERT'),
       (SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > %s)"""
_WORKERS = "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > %s"
_APPLIED = "SELECT app || '.' || name FROM django_migrations"


@dataclass(frozen=True, slots=True)
class Readiness:
    """`lacks` is "" when all is well, else "database", "role", "migrations" or "queue". `workers` gave sign of life."""

    lacks: str
    workers: int = 0


def look(*, now: datetime) -> Readiness:
    """Reachable as the powerless role, with the very tables this code knows, and the queue to write to."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(_STATE, [now - SILENT])
            powerful, applied, queue, workers = cursor.fetchone()
    except Error as error:
        # The tables this asks for are not there, or are closed: restored or migrated half-way.
        cause = error.__cause__
        return Readiness(
            "migrations" if getattr(cause, "sqlstate", None) in ("42P01", "42501") else "database"
        )
    if powerful:
        return Readiness("role")
    if apart(frozenset(applied or ())) != (0, 0):
        return Readiness("migrations")
    return Readiness("" if queue else "queue", workers)


def apart(applied: frozenset[str]) -> tuple[int, int]:
    """How many migrations the database lacks, and how many it has that this code does not know."""
    return len(_known() - applied), len(
        {name for name in applied if name.split(".")[0] in _apps()} - _known()
    )


def tables() -> tuple[int, int]:
    """The same, of the database that is in use. Raises Django's `Error`."""
    with connection.cursor() as cursor:
        cursor.execute(_APPLIED)
        return apart(frozenset(row[0] for row in cursor.fetchall()))


def workers(*, now: datetime) -> int:
    """How many workers gave a sign of life lately; none while there is no queue."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(_WORKERS, [now - SILENT])
            return int(cursor.fetchone()[0])
    except ProgrammingError:
        return 0


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    return frozenset(f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations)


def _apps() -> set[str]:
    return {name.split(".")[0] for name in _known()}
