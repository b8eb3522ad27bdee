# SPDX-License-Identifier: Apache-2.0
"""Whether we came in as the powerless role: with any other, the walls between creditors are paint."""

from __future__ import annotations

from django.conf import settings
from django.db import connection

_POWERS = """
SELECT r.rolname,
       array_remove(ARRAY[
           CASE WHEN r.rolsuper THEN 'is a superuser' END,
           CASE WHEN r.rolbypassrls THEN 'is not bound by row security' END,
           CASE WHEN r.rolcreatedb OR r.rolcreaterole THEN 'may make databases or roles' END,
           CASE WHEN has_schema_privilege(r.oid, 'public', 'CREATE') THEN 'may make tables' END,
           CASE WHEN EXISTS (SELECT 1 FROM pg_class c
                              WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
                                AND pg_has_role(r.oid, c.relowner, 'MEMBER')) THEN 'owns tables' END,
           CASE WHEN EXISTS (SELECT 1 FROM pg_class c
                              WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
                                AND has_table_privilege(r.oid, c.oid, 'TRUNCATE')) THEN 'may empty tables' END], NULL)
  FROM pg_roles r WHERE r.rolname = current_user
"""


class TooPowerful(RuntimeError):
    """The role of `DATABASE_URL` may do what no request or job ever needs; says what, and which role to use."""


def must_be_powerless() -> None:
    """Return when our role can neither pass the walls nor change them. Raises `TooPowerful` and `DatabaseError`."""
    with connection.cursor() as cursor:
        cursor.execute(_POWERS)
        name, powers = cursor.fetchone()
    if powers:
        raise TooPowerful(
            f"The database role {name} {', '.join(powers)}: creditors would not be kept apart. "
            f"Let DATABASE_URL name {settings.DATABASE_ROLES['app']} (docs/operations.md)."
        )
