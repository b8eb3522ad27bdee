# SPDX-License-Identifier: Apache-2.0
"""The three roles and the empty database, made by an administrator and safe to make again."""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
from psycopg import sql

ROLES = {"owner": "conserje_owner", "app": "conserje_app", "backup": "conserje_backup"}

_ATTRIBUTES = {
    "owner": "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS",
    "app": "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS",
    "backup": "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE BYPASSRLS",
}


def roles(admin: psycopg.Connection, names: Mapping[str, str] = ROLES, password: str | None = None) -> None:
    """Make the roles that are missing, with `password` if given. `admin` is an autocommit connection of a superuser."""
    known = {row[0] for row in admin.execute("SELECT rolname FROM pg_roles").fetchall()}
    for part, attributes in _ATTRIBUTES.items():
        name = sql.Identifier(names[part])
        if names[part] not in known:
            admin.execute(sql.SQL("CREATE ROLE {} " + attributes).format(name))
        if password is not None:
            admin.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(name, sql.Literal(password)))
    admin.execute(
        sql.SQL("ALTER ROLE {} SET default_transaction_read_only = on").format(
            sql.Identifier(names["backup"])
        )
    )


def database(
    admin: psycopg.Connection, name: str, names: Mapping[str, str] = ROLES, *, source: str = "template0"
) -> None:
    """Make database `name`, owned by the owner role, if it is missing: empty, or as a copy of `source`."""
    if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        return
    admin.execute(
        sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(names["owner"]), sql.Identifier(source)
        )
    )


def privileges(inside: psycopg.Connection, name: str, names: Mapping[str, str] = ROLES) -> None:
    """What each role may do in database `name`; `inside` is an administrator's connection to it."""
    owner, app, backup = (sql.Identifier(names[part]) for part in ("owner", "app", "backup"))
    base = sql.Identifier(name)
    for statement in (
        sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(base),
        sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(base, app),
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(base, backup),
        sql.SQL("ALTER SCHEMA public OWNER TO {}").format(owner),
        sql.SQL("REVOKE ALL ON SCHEMA public FROM PUBLIC"),
        sql.SQL("GRANT USAGE ON SCHEMA public TO {}, {}").format(app, backup),
    ):
        inside.execute(statement)
