# SPDX-License-Identifier: Apache-2.0
"""Bulk rows on their way in: COPY into a temporary table, since COPY under row-level security is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from psycopg import sql

# In one round trip.
_MAKE = sql.SQL("""
DO $$ BEGIN
    DROP TABLE IF EXISTS pg_temp.{table};
    CREATE TEMPORARY TABLE {table} ({shape}) ON COMMIT DROP;
END $$""")


def stage(*, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> int:
    """Fill the temporary table `name` (`columns`: SQL type by name) with `rows`; it goes with the
    transaction.

    Returns the number of rows. A table of that name staged before in the same transaction is replaced.
    """
    table = sql.Identifier(name)
    shape = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(kind)) for column, kind in columns.items()
    )
    count = 0
    with connection.cursor() as cursor:
        cursor.execute(_MAKE.format(table=table, shape=shape))
        with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(table)) as copy:
            for row in rows:
                copy.write_row(row)
                count += 1
        cursor.execute(sql.SQL("ANALYZE {}").format(table))
    return count


def learn_sizes() -> None:
    """Let the planner look at tables of this room that have doubled since it last did; cheap when none has.

    Called around bulk writes: without it, the first large file of a new book is checked row by row against all others.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT receivables_learn_sizes()")
