# SPDX-License-Identifier: Apache-2.0
"""Is what we stand on sound? The database and our role in it, and the carriers and gateways of a creditor."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError
from django.db import connection as database_connection
from django.db.migrations.executor import MigrationExecutor

from conserje.domain.ports import registry
from conserje.services.tenancy import connection
from conserje.services.tenancy.act import reading

_ROLE = """
SELECT current_user, rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole,
       pg_catalog.has_schema_privilege(current_user, 'public', 'CREATE'), current_setting('server_version'),
       current_setting('fsync') = 'on' AND current_setting('synchronous_commit') <> 'off'
  FROM pg_roles WHERE rolname = current_user"""


@dataclass(frozen=True, slots=True)
class Looked:
    """One thing that was looked at and what was seen."""

    about: str
    ok: bool
    says: str


def database() -> list[Looked]:
    """Reachable, in a powerless role, durable, migrated."""
    try:
        with database_connection.cursor() as cursor:
            cursor.execute(_ROLE)
            name, powerful, may_create, version, durable = cursor.fetchone()
    except DatabaseError as error:
        return [Looked("database", False, f"No connection: {str(error).strip()}. See docs/operations.md.")]
    found = [Looked("database", True, f"PostgreSQL {version}, as {name}.")]
    if powerful or may_create:
        says = (
            f"{name} may do more than the application needs. Use the role {settings.DATABASE_ROLES['app']}."
        )
        found.append(Looked("role", False, says))
    if not durable:
        found.append(
            Looked(
                "durability", False, "fsync or synchronous_commit is off: a crash could lose what was sent."
            )
        )
    waiting = MigrationExecutor(database_connection).migration_plan(
        MigrationExecutor(database_connection).loader.graph.leaf_nodes()
    )
    if waiting:
        found.append(
            Looked("tables", False, f"{len(waiting)} migrations are waiting. Run `conserje migrate`.")
        )
    return found


def carriers(*, creditor_id: int) -> list[Looked]:
    """Every adapter the creditor has set up, asked whether it works."""
    found = []
    with reading(creditor_id=creditor_id):
        in_use = [
            (kind, name, connection.settings_of(creditor_id=creditor_id, kind=kind, adapter=name))
            for kind in ("channel", "gateway")
            for name in connection.in_use(creditor_id=creditor_id, kind=kind)
        ]
    for kind, name, chosen in in_use:
        adapter = registry.carriers.get(name) if kind == "channel" else registry.gateways.get(name)
        troubles = adapter.check(chosen, connection.http())
        found.append(Looked(f"{kind} {name}", not troubles, " ".join(troubles) or "answers."))
    if not any(kind == "channel" for kind, _, _ in in_use):
        found.append(Looked("channels", False, "No mail server is set up: nothing can be sent."))
    return found
