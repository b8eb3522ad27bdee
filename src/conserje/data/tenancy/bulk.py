# SPDX-License-Identifier: Apache-2.0
"""Many rows at once. `COPY` into a table under row security is refused, so rows pass through a temporary table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection


def insert_many(
    *,
    table: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    conflict: str = "",
    returning: Sequence[str] = (),
) -> list[tuple[Any, ...]]:
    """Insert `rows` (values in the order of `columns`) in three statements; must run inside a transaction.

    `conflict` is an ON CONFLICT clause such as "ON CONFLICT DO NOTHING". Answers the `returning` columns of the rows
    that went in. Table and column names come from our own code, never from a user.
    """
    rows = list(rows)
    if not rows:
        return []
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TABLE IF EXISTS "incoming_{table}"')
        empty = f'SELECT {names} FROM "{table}" WITH NO DATA'  # noqa: S608 - our own names
        cursor.execute(f'CREATE TEMP TABLE "incoming_{table}" ON COMMIT DROP AS {empty}')
        with cursor.copy(f'COPY "incoming_{table}" ({names}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)
        back = f" RETURNING {', '.join(returning)}" if returning else ""
        taken = f'SELECT {names} FROM "incoming_{table}"'  # noqa: S608 - our own names
        cursor.execute(f'INSERT INTO "{table}" ({names}) {taken} {conflict}{back}')
        return list(cursor.fetchall()) if returning else []
