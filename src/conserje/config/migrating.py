# SPDX-License-Identifier: Apache-2.0
"""Migrations and what must follow them, in one call, so that neither is run without the other."""

from __future__ import annotations

from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from conserje.data.tenancy.privileges import grant_to_packages

OWNER = "owner"


class NoOwner(RuntimeError):
    """Nothing says how to connect as the role that owns the tables."""


def known() -> set[str]:
    """Every migration that this code knows, as "app.name"."""
    return {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}


def bring_up_to_date(*, verbosity: int = 0) -> int:
    """Apply what is missing and give the app role its privileges; returns how many migrations ran. Raises `NoOwner`."""
    if OWNER not in connections.settings:
        raise NoOwner(
            "Migrating needs the role that owns the tables: set DATABASE_OWNER_URL beside DATABASE_URL."
        )
    executor = MigrationExecutor(connections[OWNER])
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    call_command("migrate", database=OWNER, interactive=False, verbosity=verbosity)
    grant_to_packages(using=OWNER)
    connections[OWNER].close()
    return missing
