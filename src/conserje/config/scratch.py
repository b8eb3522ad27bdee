# SPDX-License-Identifier: Apache-2.0
"""A whole database for a while, on the server in use: for measuring and for simulated worlds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlsplit

import psycopg
from django.conf import settings
from django.db import connections
from psycopg import sql

from conserje.config import embedded
from conserje.config.database import provision
from conserje.config.migrating import OWNER, NoOwner, bring_up_to_date


class NoNewDatabase(RuntimeError):
    """The role at hand may not make a database; the message says what to do."""


@contextmanager
def scratch(name: str) -> Iterator[dict[str, str]]:
    """An empty database of its own on the server in use, up to date, dropped at the end; no other one is touched.

    Django's connections of this process look at it meanwhile; yields the environment for child processes that are to.
    Raises `NoOwner`, `NoNewDatabase`.
    """
    with _made(name, "template0") as roles:
        with _maker(name) as inside:
            provision.privileges(inside, name, roles)
        with _looking_at(name):
            bring_up_to_date()
            yield {"DATABASE_URL": _address("default"), "DATABASE_OWNER_URL": _address(OWNER)}


@contextmanager
def copy(name: str, *, source: str) -> Iterator[None]:
    """A copy of database `source`, to which nobody is connected, otherwise as `scratch` makes one."""
    connections.close_all()
    with _made(name, source), _looking_at(name):
        yield


@contextmanager
def _made(name: str, source: str) -> Iterator[dict[str, str]]:
    if OWNER not in connections.settings:
        raise NoOwner(
            "A database is made by the role that owns tables: set DATABASE_OWNER_URL beside DATABASE_URL."
        )
    roles: dict[str, str] = settings.DATABASE_ROLES
    try:
        with _maker() as maker:
            _drop(maker, name)
            try:
                provision.database(maker, name, roles, source=source)
            except psycopg.errors.InsufficientPrivilege as refusal:
                raise NoNewDatabase(
                    f"The role {maker.info.user} may not create databases. Let it, for as long as this takes: "
                    f"ALTER ROLE {maker.info.user} CREATEDB; and afterwards NOCREATEDB."
                ) from refusal
        yield roles
    finally:
        # Hours later perhaps, and after a restart of the server: by a connection of its own.
        with _maker() as maker:
            _drop(maker, name)


def _drop(maker: psycopg.Connection[Any], name: str) -> None:
    maker.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def _looking_at(name: str) -> Iterator[None]:
    former = {alias: connections.settings[alias]["NAME"] for alias in ("default", OWNER)}
    _look_at(dict.fromkeys(former, name))
    try:
        yield
    finally:
        _look_at(former)


def _look_at(names: dict[str, str]) -> None:
    connections.close_all()
    for alias, name in names.items():
        connections.settings[alias]["NAME"] = name


def _maker(name: str = "") -> psycopg.Connection[Any]:
    """An autocommit connection that may make databases: the embedded server's administrator, or the owner role."""
    if not os.environ.get("DATABASE_URL"):
        embedded.start()
        return embedded.connect(database=name or "postgres")
    url = os.environ["DATABASE_OWNER_URL"]
    return psycopg.connect(urlsplit(url)._replace(path=f"/{name}").geturl() if name else url, autocommit=True)


def _address(alias: str) -> str:
    """The database that connections of `alias` look at, as a URL."""
    given = os.environ.get("DATABASE_URL" if alias == "default" else "DATABASE_OWNER_URL")
    known = connections.settings[alias]
    if given:
        return urlsplit(given)._replace(path=f"/{known['NAME']}").geturl()
    return f"postgresql://{known['USER']}@/{known['NAME']}?host={quote(known['HOST'])}&port={known['PORT']}"
