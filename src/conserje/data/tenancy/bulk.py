# SPDX-License-Identifier: Apache-2.0
"""Many rows at once. `COPY` into a table under row security is refused, so rows pass through a temporary table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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


def copy_in(*, table: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
    """Fill the temporary `table` (`columns`: SQL type by name) until the transaction ends.

    It is made once a connection and only emptied by a commit: statements that use it are planned over the same table.
    Names come from our own code, and one name always has the same columns.
    """
    shape = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
    # Rows only pass through: packing long values here would be work done twice.
    kept = "WITH (toast_tuple_target = 8160) ON COMMIT DELETE ROWS"
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE TEMP TABLE IF NOT EXISTS "{table}" ({shape}) {kept}')
        names = ", ".join(f'"{name}"' for name in columns)
        with cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)


def array(numbers: Iterable[int]) -> str:
    """Whole numbers as PostgreSQL reads an array of them; the driver would write one at a time, in Python."""
    return f"{{{','.join(map(str, numbers))}}}"
