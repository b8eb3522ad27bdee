# SPDX-License-Identifier: Apache-2.0
"""Migrations and what must follow them, in one call, so that neither is run without the other."""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import DeleteModel, RemoveField
from django.db.utils import OperationalError

from conserje.config import migration_state
from conserje.data.tenancy.privileges import grant_to_packages

OWNER = "owner"
# Workers queue up behind a change that waits for its lock: it gives up soon and tries again.
LOCK_SECONDS = 5
TRIES = 12
SECONDS_BETWEEN_TRIES = 5
_LOCK_NOT_AVAILABLE = "55P03"


class NoOwner(RuntimeError):
    """Nothing says how to connect as the role that owns the tables."""


class Busy(RuntimeError):
    """A table was in use at each try; nothing was left half done."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What migrating would do: `waiting` in order, those `for_good` (they cannot be taken back), those not ours."""

    waiting: tuple[str, ...]
    for_good: tuple[str, ...]
    unknown: tuple[str, ...]


def known() -> set[str]:
    """Every migration that this code knows, as "app.name"."""
    return {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}


def plan() -> Plan:
    """What `bring_up_to_date` would do now. Raises `NoOwner`."""
    _need_owner()
    executor = MigrationExecutor(connections[OWNER])
    steps = [step for step, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    ours = {app for app, _ in executor.loader.disk_migrations}
    unknown = [
        key for key in executor.loader.applied_migrations if key not in executor.loader.disk_migrations
    ]
    for_good = [
        step
        for step in steps
        if any(not one.reversible or isinstance(one, RemoveField | DeleteModel) for one in step.operations)
    ]
    connections[OWNER].close()
    return Plan(
        tuple(f"{step.app_label}.{step.name}" for step in steps),
        tuple(f"{step.app_label}.{step.name}" for step in for_good),
        tuple(sorted(f"{app}.{name}" for app, name in unknown if app in ours)),
    )


def bring_up_to_date(*, verbosity: int = 0) -> int:
    """Apply what is missing and give the app role its privileges; returns how many migrations ran.

    Safe while workers run: a change that does not get its lock soon gives up and is tried again. Raises `NoOwner` and
    `Busy`.
    """
    _need_owner()
    executor = MigrationExecutor(connections[OWNER])
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    for attempt in range(1, TRIES + 1):
        try:
            _apply(verbosity)
            return missing
        except OperationalError as error:
            connections[OWNER].close()
            if getattr(error.__cause__, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                raise
            if attempt < TRIES:
                time.sleep(SECONDS_BETWEEN_TRIES)
    raise Busy(
        f"A table stayed in use through {TRIES} tries of {LOCK_SECONDS} seconds. What was applied stays "
        f"applied. Stop the "
        "workers, or end the long transaction, and run `conserje migrate` again."
    )


def _need_owner() -> None:
    if OWNER not in connections.settings:
        raise NoOwner(
            "Migrating needs the role that owns the tables: set DATABASE_OWNER_URL beside DATABASE_URL."
        )


def _apply(verbosity: int) -> None:
    with connections[OWNER].cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'")
    with migration_state.lightly():
        call_command("migrate", database=OWNER, interactive=False, verbosity=verbosity)
    grant_to_packages(using=OWNER)
    connections[OWNER].close()
