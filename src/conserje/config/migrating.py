# SPDX-License-Identifier: Apache-2.0
"""Migrations and what must follow them, in one call, so that neither is run without the other."""

from __future__ import annotations

from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql

from conserje.config.database import provision
from conserje.data.tenancy.privileges import grant_to_packages

OWNER = "owner"


class NoOwner(RuntimeError):
    """Nothing says how to connect as the role that owns the tables."""


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


def make_database(server: psycopg.Connection[Any], name: str, *, source: str) -> None:
    """A database of the owner role's, copied from `source`; `server` is an administrator's autocommit connection.

    Raises psycopg's `InsufficientPrivilege` when that role may not create one.
    """
    owner = sql.Identifier(settings.DATABASE_ROLES["owner"])
    template = sql.Identifier(source)
    server.execute(
        sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE {}").format(
            sql.Identifier(name), owner, template
        )
    )


def open_to_roles(inside: psycopg.Connection[Any], name: str) -> None:
    """Give the roles of this installation what they may do in a new database; `inside` is connected to it."""
    provision.privileges(inside, name, settings.DATABASE_ROLES)
