# SPDX-License-Identifier: Apache-2.0
"""What the app role may do with the tables of other people's packages, and whether it may do too much anywhere.

Our own tables carry their privileges in their migrations. Queue, sessions, sign-in and Django's own tables get theirs
after each migration, because a new version of a package may bring a table that no migration of ours could name.
"""

from __future__ import annotations

from django.apps import apps
from django.conf import settings
from django.db import connections
from django.db.backends.utils import CursorWrapper

from conserje.data.tenancy.security import EVERYTHING, grants

CHANGED_BY_US = ("procrastinate", "sessions", "account", "mfa")
ONLY_READ = ("contenttypes", "auth")


def grant_to_packages(*, using: str) -> list[str]:
    """Give the app role what it needs on packages' tables, as the owner role, at alias `using`; returns the tables."""
    app, backup = settings.DATABASE_ROLES["app"], settings.DATABASE_ROLES["backup"]
    granted = []
    with connections[using].cursor() as cursor:
        for labels, privileges in ((CHANGED_BY_US, EVERYTHING), (ONLY_READ, "SELECT")):
            for label in labels:
                for table in _tables(label):
                    for statement in grants(table, privileges):
                        cursor.execute(statement)
                    for sequence in _sequences(cursor, table):
                        cursor.execute(f'GRANT USAGE, SELECT ON SEQUENCE {sequence} TO "{app}"')
                    granted.append(table)
        for statement in grants("django_migrations", "SELECT"):
            cursor.execute(statement)
        # A dump needs every table and every sequence, also those no model names.
        cursor.execute(f'GRANT SELECT ON ALL TABLES IN SCHEMA public TO "{backup}"')
        cursor.execute(f'GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO "{backup}"')
    return [*granted, "django_migrations"]


def excess(*, using: str = "default") -> list[str]:
    """What the connected role may do and should not, in sentences; empty when it is as powerless as it ought to be."""
    with connections[using].cursor() as cursor:
        cursor.execute(_POWERS)
        rows: list[tuple[str, bool]] = cursor.fetchall()
        cursor.execute(_OWNED)
        owned = [str(row[0]) for row in cursor.fetchall()]
    found = [f"The database role {power}." for power, holds in rows if holds]
    return found + [f"The database role owns or may truncate {table}." for table in owned]


def _tables(label: str) -> list[str]:
    models = apps.get_app_config(label).get_models(include_auto_created=True)
    return sorted({model._meta.db_table for model in models})


def _sequences(cursor: CursorWrapper, table: str) -> list[str]:
    cursor.execute(
        "SELECT DISTINCT d.objid::regclass::text FROM pg_depend d"
        " JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S' WHERE d.refobjid = %s::regclass",
        [table],
    )
    return [row[0] for row in cursor.fetchall()]


_POWERS = """
SELECT 'is a superuser', rolsuper FROM pg_roles WHERE rolname = current_user
UNION ALL SELECT 'bypasses row-level security', rolbypassrls FROM pg_roles WHERE rolname = current_user
UNION ALL SELECT 'may create databases', rolcreatedb FROM pg_roles WHERE rolname = current_user
UNION ALL SELECT 'may create roles', rolcreaterole FROM pg_roles WHERE rolname = current_user
UNION ALL SELECT 'may create tables', has_schema_privilege('public', 'CREATE')
UNION ALL SELECT 'may create schemas', has_database_privilege(current_database(), 'CREATE')
"""
_OWNED = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
 WHERE c.relkind IN ('r', 'p')
   AND (has_table_privilege(c.oid, 'TRUNCATE') OR pg_has_role(c.relowner, 'MEMBER')) ORDER BY 1
"""
