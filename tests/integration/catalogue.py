# SPDX-License-Identifier: Apache-2.0
"""What the database's own catalogue says about the walls between creditors; each function lists what is wrong."""

from __future__ import annotations

from typing import Any

import psycopg

# Readable without a context, because they come before one is known: people, creditors, queue, sessions, Django's own.
OPEN_TABLES = frozenset(
    {
        "tenancy_organisation",
        "tenancy_creditor",
        "tenancy_user",
        "tenancy_membership",
        "account_emailaddress",
        "account_emailconfirmation",
        "mfa_authenticator",
        "django_session",
        "procrastinate_jobs",
        "procrastinate_events",
        "procrastinate_periodic_defers",
        "procrastinate_workers",
        "django_migrations",
        "django_content_type",
        "auth_permission",
        "auth_group",
        "auth_group_permissions",
    }
)

_TABLES = """
SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity,
       EXISTS (SELECT 1 FROM pg_attribute a
                WHERE a.attrelid = c.oid AND a.attname = 'creditor_id' AND NOT a.attisdropped)
  FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 1
"""
_POLICIES = """
SELECT c.relname, p.polname, p.polcmd::text, p.polpermissive, p.polroles = '{0}',
       coalesce(pg_get_expr(p.polqual, c.oid), ''), coalesce(pg_get_expr(p.polwithcheck, c.oid), '')
  FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
"""
_KEYS = """
SELECT k.conrelid::regclass::text, k.conname, k.confrelid::regclass::text,
       ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u(n, i)
               JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.n ORDER BY u.i),
       ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY u(n, i)
               JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.n ORDER BY u.i)
  FROM pg_constraint k WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace AND k.conparentid = 0
"""
_UNIQUE = """
SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text,
       ARRAY(SELECT a.attname::text FROM unnest(i.indkey) u(n)
               JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.n)
  FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
 WHERE i.indisunique AND NOT i.indisprimary AND c.relnamespace = 'public'::regnamespace
"""
_GRANTS = """
SELECT c.relname, CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE x.grantee::regrole::text END, x.privilege_type
  FROM pg_class c, aclexplode(c.relacl) x
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
"""
_LEAKS = """
SELECT 'function ' || p.oid::regprocedure || ' runs with its owner''s rights'
  FROM pg_proc p WHERE p.prosecdef AND p.pronamespace = 'public'::regnamespace
   -- Gives nothing back and takes nothing: ANALYZE, which only owners may ask for before PostgreSQL 17.
   AND p.oid::regprocedure::text <> 'receivables_learn_sizes()'
UNION ALL
SELECT 'materialised view ' || c.relname || ' is read without row security'
  FROM pg_class c WHERE c.relkind = 'm' AND c.relnamespace = 'public'::regnamespace
UNION ALL
SELECT 'view ' || c.relname || ' reads with its owner''s rights' FROM pg_class c
 WHERE c.relkind = 'v' AND c.relnamespace = 'public'::regnamespace
   AND NOT coalesce(c.reloptions @> ARRAY['security_invoker=true'], false)
"""


def _rows(connection: psycopg.Connection[Any], query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()


def tenant_tables(connection: psycopg.Connection[Any]) -> set[str]:
    """Every table with a creditor's data."""
    return {name for name, _, _, has in _rows(connection, _TABLES) if has and name not in OPEN_TABLES}


def unsecured(connection: psycopg.Connection[Any]) -> list[str]:
    """Tables whose rows are not kept apart."""
    wrong = []
    policies: dict[str, list[tuple[Any, ...]]] = {}
    for table, *policy in _rows(connection, _POLICIES):
        policies.setdefault(table, []).append(tuple(policy))
    for table, enabled, forced, _ in _rows(connection, _TABLES):
        if table in OPEN_TABLES:
            continue
        if not (enabled and forced):
            wrong.append(f"{table}: row security is not enabled and forced")
        own = policies.get(table, [])
        if len(own) != 1:
            wrong.append(f"{table}: {len(own)} policies, and one is wanted")
        for name, command, permissive, for_all, read, write in own:
            if command != "*" or not permissive or not for_all:
                wrong.append(f"{table}: policy {name} is not for every command and every role")
            if "current_setting('conserje." not in read:
                wrong.append(f"{table}: policy {name} shows rows without asking whose")
            if "creditor_id = (NULLIF(current_setting('conserje.creditor_id'" not in write:
                wrong.append(f"{table}: policy {name} takes rows of any creditor")
    return wrong


def missing_open(connection: psycopg.Connection[Any]) -> list[str]:
    """Names on the closed list that no longer exist."""
    return sorted(OPEN_TABLES - {row[0] for row in _rows(connection, _TABLES)})


def loose_keys(connection: psycopg.Connection[Any]) -> list[str]:
    """Foreign keys by which a row could point at another creditor's."""
    tables = tenant_tables(connection)
    return [
        f"{table}: key {name} to {target} does not carry the creditor"
        for table, name, target, own, theirs in _rows(connection, _KEYS)
        if table in tables
        and target in tables
        and ("creditor_id", "creditor_id") not in set(zip(own, theirs, strict=True))
    ]


def loose_uniques(connection: psycopg.Connection[Any]) -> list[str]:
    """Unique rules that would tell one creditor what another has."""
    tables = tenant_tables(connection)
    return [
        f"{table}: {index} is unique over all creditors"
        for table, index, columns in _rows(connection, _UNIQUE)
        if table in tables and not {"creditor_id", "organisation_id"} & set(columns)
    ]


def leaks(connection: psycopg.Connection[Any]) -> list[str]:
    """Functions and views that see past row security."""
    return [row[0] for row in _rows(connection, _LEAKS)]


def loose_grants(connection: psycopg.Connection[Any]) -> list[str]:
    """Privileges that somebody should not have."""
    appended = {
        row[0]
        for row in _rows(
            connection,
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'append_only' AND tgenabled = 'O'",
        )
    }
    wrong = []
    for table, role, privilege in _rows(connection, _GRANTS):
        allowed = {
            "conserje_owner": None,
            "conserje_backup": {"SELECT"},
            "conserje_app": {"SELECT", "INSERT"}
            if table in appended
            else {"SELECT", "INSERT", "UPDATE", "DELETE"},
        }.get(role, set())
        if allowed is not None and privilege not in allowed:
            wrong.append(f"{table}: {role} may {privilege}")
    return wrong


def unreadable(connection: psycopg.Connection[Any]) -> list[str]:
    """Tables the app role or the backup role was forgotten on."""
    return [
        f"{table}: {role} cannot read it"
        for table, role in _rows(
            connection,
            "SELECT c.relname, r.rolname FROM pg_class c, pg_roles r WHERE c.relnamespace = 'public'::regnamespace"
            " AND c.relkind IN ('r', 'p') AND r.rolname IN ('conserje_app', 'conserje_backup')"
            " AND NOT has_table_privilege(r.oid, c.oid, 'SELECT') ORDER BY 1, 2",
        )
    ]
