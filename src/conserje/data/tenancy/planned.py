# SPDX-License-Identifier: Apache-2.0
"""Statements whose values travel beside them, and those that the server plans once for each connection.

Planning what an account reads takes the server three times as long as reading it. A prepared statement belongs to a
session of the server, and a pooler such as PgBouncer hands the sessions round: there nothing is prepared.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any, Self, cast

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from psycopg import Connection, Cursor
from psycopg.types.numeric import Int8

# By itself the driver prepares nothing, however often it is asked.
_NEVER_BY_COUNT = sys.maxsize


def bound() -> CursorWrapper:
    """A cursor whose values are not written into the statement in Python."""
    ours = _ours()
    return _wrapped(ours, Cursor(_open(ours)))


def planned() -> CursorWrapper:
    """A cursor for the few fixed statements that every page of a kind asks: each is planned once a connection.

    Not for a statement whose best plan depends on its values, as one over a chunk of customers does.
    """
    ours = _ours()
    if ours.queries_logged:
        # Whoever listens is told the statement with its values in it.
        return ours.cursor()
    held = _open(ours)
    if held.prepare_threshold is None and _has_its_own_session(held):
        held.prepare_threshold = _NEVER_BY_COUNT
    return _wrapped(ours, _Planned(held))


class _Planned(Cursor[Any]):
    """Prepares what it executes, where the connection may prepare."""

    def execute(self, query: Any, params: Any = None, **given: Any) -> Self:
        """As `Cursor.execute`. A whole number has one type, whatever its size: one statement and not three."""
        if isinstance(params, Mapping):
            params = {name: _one_type(value) for name, value in params.items()}
        elif isinstance(params, Sequence):
            params = [_one_type(value) for value in params]
        return super().execute(query, params, prepare=True, **given)


def _one_type(value: Any) -> Any:
    return Int8(value) if type(value) is int else value


def _ours() -> BaseDatabaseWrapper:
    # What `django.db.connection` stands for, looked up once and not for every word of it.
    return connections[DEFAULT_DB_ALIAS]


def _open(ours: BaseDatabaseWrapper) -> Connection[Any]:
    ours.close_if_health_check_failed()
    ours.ensure_connection()
    return cast("Connection[Any]", ours.connection)


def _wrapped(ours: BaseDatabaseWrapper, cursor: Cursor[Any]) -> CursorWrapper:
    wrap = ours.make_debug_cursor if ours.queries_logged else ours.make_cursor
    return wrap(cast("CursorWrapper", cursor))


def _has_its_own_session(held: Connection[Any]) -> bool:
    """Whether who answers is the process that took the connection: a pooler tells a number of its own for it."""
    row = Cursor(held).execute("SELECT pg_backend_pid()").fetchone()
    return row is not None and row[0] == held.info.backend_pid
