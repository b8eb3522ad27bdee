# SPDX-License-Identifier: Apache-2.0
"""Statements whose values travel beside them, and those that the server plans once for each connection.

Planning what an account reads takes the server three times as long as reading it. A prepared statement belongs to a
session of the server, and a pooler such as PgBouncer hands the sessions round: there nothing is prepared. Nor is it in
a transaction that writes: the tables that pass through it are made and dropped, and the driver then forgets every plan.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from typing import Any, cast

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from psycopg import Connection, Cursor
from psycopg.types.numeric import Int8

Asked = Mapping[str, Any] | Sequence[Any]

# Whether the transaction under way only reads, as `context.whole` says.
only_reading: ContextVar[bool] = ContextVar("only_reading", default=False)

# By itself the driver prepares nothing, however often it is asked.
_NEVER_BY_COUNT = sys.maxsize


def bound() -> CursorWrapper:
    """A cursor whose values are not written into the statement in Python."""
    ours = connections[DEFAULT_DB_ALIAS]
    wrap = ours.make_debug_cursor if ours.queries_logged else ours.make_cursor
    return wrap(cast("CursorWrapper", Cursor(_open(ours))))


def rows(sql: str, asked: Asked) -> list[tuple[Any, ...]]:
    """What one of the few fixed statements that every page of a kind asks finds: each is planned once a connection.

    Not for a statement whose best plan depends on its values, as one over a chunk of customers does.
    """
    ours = connections[DEFAULT_DB_ALIAS]
    if (ours.in_atomic_block and not only_reading.get()) or ours.queries_logged or ours.execute_wrappers:
        # Whoever listens is told the statement with its values in it.
        return anew(sql, asked)
    held = _open(ours)
    ours.validate_no_broken_transaction()
    with ours.wrap_database_errors:
        if held.prepare_threshold is None and held.prepared_max:
            _allow(held)
        return Cursor(held).execute(sql, _of_one_type(asked), prepare=True).fetchall()


def anew(sql: str, asked: Asked) -> list[tuple[Any, ...]]:
    """The same of a statement that is planned for its values, each time."""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(sql, asked)
        return list(cursor.fetchall())


def _of_one_type(asked: Asked) -> Asked:
    """A whole number is sent as a bigint, whatever its size: one statement to prepare and not three."""
    if isinstance(asked, Mapping):
        return {name: Int8(value) if type(value) is int else value for name, value in asked.items()}
    return [Int8(value) if type(value) is int else value for value in asked]


def _open(ours: BaseDatabaseWrapper) -> Connection[Any]:
    ours.close_if_health_check_failed()
    ours.ensure_connection()
    return cast("Connection[Any]", ours.connection)


def _allow(held: Connection[Any]) -> None:
    """Let a new connection prepare, where who answers is who took it: a pooler tells a number of its own for that."""
    ((who,),) = Cursor(held).execute("SELECT pg_backend_pid()").fetchall()
    if who == held.info.backend_pid:
        held.prepare_threshold = _NEVER_BY_COUNT
    else:
        held.prepared_max = 0
