# SPDX-License-Identifier: Apache-2.0
"""Making a backup: everything an installation needs to work again elsewhere, as it was at one instant.

The dump and the facts of the manifest are read through one snapshot, as the role that reads everything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from conserje.services.tenancy import archive, programs
from conserje.services.tenancy.programs import Server

_TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'creditor_id'
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY 1"""
_HEADS = """
SELECT DISTINCT ON (creditor_id) creditor_id, hash FROM public.journal_seal ORDER BY creditor_id, id DESC"""
# Who may do what, besides the owner: a dump carries the names of roles, and elsewhere they have other names.
_PRIVILEGES = """
SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.oid::regclass::text, '', a.grantee, a.privilege_type
  FROM pg_class c, aclexplode(c.relacl) a
 WHERE c.relnamespace = 'public'::regnamespace AND a.grantee <> c.relowner
UNION ALL
SELECT 'TABLE', c.oid::regclass::text, quote_ident(t.attname), a.grantee, a.privilege_type
  FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid AND t.attnum > 0, aclexplode(t.attacl) a
 WHERE c.relnamespace = 'public'::regnamespace AND a.grantee <> c.relowner
UNION ALL
SELECT 'FUNCTION', p.oid::regprocedure::text, '', a.grantee, a.privilege_type
  FROM pg_proc p, aclexplode(p.proacl) a
 WHERE p.pronamespace = 'public'::regnamespace AND a.grantee <> p.proowner
ORDER BY 1, 2, 3, 5"""
# Functions from which the public was shut out.
_CLOSED = """
SELECT p.oid::regprocedure::text FROM pg_proc p
 WHERE p.pronamespace = 'public'::regnamespace AND p.proacl IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM aclexplode(p.proacl) a WHERE a.grantee = 0) ORDER BY 1"""


@dataclass(frozen=True, slots=True)
class Kept:
    """What stands beside the database: the installation's secret, and the folder of what is kept outside it.

    `roles` are the names of the owner, app and backup roles here.
    """

    secret: str
    passphrase: str
    outside: Path
    roles: Mapping[str, str]


def make(
    *, path: Path, server: Server, kept: Kept, told: Callable[[int], None], now: datetime
) -> dict[str, Any]:
    """Write a backup to `path`, as the backup role of `server`; answers its manifest.

    Raises `programs.ProgramFailed`, psycopg's `Error`, and `OSError` (a full disk, an existing file).
    """
    with server.connect() as reading:
        reading.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        row = reading.execute(
            "SELECT pg_export_snapshot(), current_setting('server_version_num')::int"
        ).fetchone()
        assert row is not None
        major = row[1] // 10_000
        program = programs.fitting(server, program="pg_dump", at_least=major)
        facts = _facts(reading, kept) | {
            "conserje": version("conserje"),
            "taken_at": now.astimezone(UTC).isoformat(),
            "server": major,
            "program": programs.version_of(program),
        }
        with archive.writing(path, told=told) as into:
            into.add(archive.DUMP, programs.dump(server, program=program, snapshot=row[0]))
            into.add(archive.SECRET, [archive.sealed(kept.secret, passphrase=kept.passphrase)])
            for file in sorted(kept.outside.glob("*.log")) if kept.outside.exists() else []:
                into.add(f"{archive.OUTSIDE}{file.name}", [file.read_bytes()])
            return into.close(facts)


def mark_of(secret: str) -> str:
    """By what two installations see that they have the same secret, without telling it."""
    return hashlib.sha256(b"conserje secret\0" + secret.encode()).hexdigest()


def _facts(reading: psycopg.Connection[Any], kept: Kept) -> dict[str, Any]:
    names = {row[1]: row[0] for row in reading.execute("SELECT rolname, oid FROM pg_roles").fetchall()}
    parts = {name: part for part, name in kept.roles.items()}
    privileges = [
        [kind, what, column, "public" if grantee == 0 else parts.get(names.get(grantee, ""), ""), privilege]
        for kind, what, column, grantee, privilege in reading.execute(_PRIVILEGES).fetchall()
    ]
    applied = reading.execute("SELECT app, name FROM public.django_migrations ORDER BY app, name").fetchall()
    return {
        "migrations": [f"{app}.{name}" for app, name in applied],
        "privileges": [item for item in privileges if item[3]],
        "closed_functions": [row[0] for row in reading.execute(_CLOSED).fetchall()],
        "creditors": _creditors(reading),
        "secret": {"mark": mark_of(kept.secret), "under_passphrase": bool(kept.passphrase)},
    }


def _creditors(reading: psycopg.Connection[Any]) -> list[dict[str, Any]]:
    heads = dict(reading.execute(_HEADS).fetchall())
    counts: dict[int, dict[str, int]] = {}
    for (table,) in reading.execute(_TABLES).fetchall():
        asked = sql.SQL("SELECT creditor_id, count(*) FROM {} WHERE creditor_id IS NOT NULL GROUP BY 1")
        for creditor_id, count in reading.execute(asked.format(sql.Identifier("public", table))).fetchall():
            counts.setdefault(creditor_id, {})[table] = count
    rows = reading.execute("SELECT id, public_id FROM public.tenancy_creditor ORDER BY id").fetchall()
    return [
        {"public_id": public_id, "seal_head": heads.get(key, ""), "rows": counts.get(key, {})}
        for key, public_id in rows
    ]
