# SPDX-License-Identifier: Apache-2.0
"""A database of its own for a simulation: made on the server in use, migrated, copied for each seed, dropped."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import click
import psycopg
from django.db import connections
from psycopg import sql

from conserje.config import embedded, migrating
from conserje.config.scratch import make_database, open_to_roles

# The database's own clock cannot be moved, so the leases of workers that died are: it is as if the time had passed.
_EXPIRE = "UPDATE outreach_touch SET claim_until = claim_until - interval '10 minutes' WHERE claim_until IS NOT NULL"
ADMIN = "CONSERJE_DATABASE_ADMIN_URL"


class Refused(click.ClickException):
    """There is no database of our own to be had; says what to do."""


@contextmanager
def migrated() -> Iterator[str]:
    """The name of a fresh migrated database that worlds are copied from; dropped at the end, also after Ctrl-C."""
    name = f"conserje_simulation_{os.getpid()}"
    if not os.environ.get("DATABASE_URL"):
        embedded.start()
    with _admin() as server, _made(server, name, "template0"):
        with on(name), _admin(name) as inside:
            open_to_roles(inside, name)
            migrating.bring_up_to_date(verbosity=0)
        yield name


@contextmanager
def copied(source: str) -> Iterator[Callable[[], None]]:
    """Django on a copy of `source`, dropped at the end; answers how leases of lost workers run out."""
    name = f"{source}_world"
    with _admin() as server, _made(server, name, source), on(name), _admin(name) as inside:
        yield lambda: expire(inside)


def expire(admin: psycopg.Connection[Any]) -> None:
    """Let every lease run out; `admin` is an autocommit connection that row security does not bind."""
    admin.execute(_EXPIRE)


@contextmanager
def on(name: str) -> Iterator[None]:
    """Django's connections on the database `name`."""
    former = {alias: connections.settings[alias]["NAME"] for alias in ("default", "owner")}
    connections.close_all()
    for alias in former:
        connections.settings[alias]["NAME"] = name
    try:
        yield
    finally:
        connections.close_all()
        for alias, known in former.items():
            connections.settings[alias]["NAME"] = known


@contextmanager
def _made(server: psycopg.Connection[Any], name: str, source: str) -> Iterator[None]:
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    server.execute(drop)
    try:
        make_database(server, name, source=source)
    except psycopg.errors.InsufficientPrivilege as refusal:
        raise Refused(_SAY) from refusal
    try:
        yield
    finally:
        server.execute(drop)


def _admin(database: str = "postgres") -> psycopg.Connection[Any]:
    """An autocommit connection of somebody who may create databases. Raises `Refused`."""
    given = os.environ.get(ADMIN, "")
    if given:
        return psycopg.connect(urlsplit(given)._replace(path=f"/{database}").geturl(), autocommit=True)
    if os.environ.get("DATABASE_URL"):
        raise Refused(_SAY)
    return embedded.connect(database=database)


_SAY = (
    "A simulation needs a database of its own, and may not make one on this server. Name a role that may, as in "
    f"{ADMIN}=postgresql://postgres@host/postgres, or leave DATABASE_URL away: the embedded server serves well."
)
