# SPDX-License-Identifier: Apache-2.0
"""Who may write a creditor's journal while it is sealed: writers share the lock, the sealer wants it alone.

Ids are given when rows are written and seen when they are committed, in another order. While the sealer holds the
lock nobody has written and not committed, so no entry can appear later below the last one it saw.
"""

from __future__ import annotations

from django.db import connection

WRITING = "pg_advisory_xact_lock_shared"
SEALING = "pg_advisory_xact_lock"
_ROOM = 0x6A6E  # any number that no other lock of ours uses


def locked(*, creditor_id: int, how: str) -> None:
    """Take the lock until the transaction ends; `how` is `WRITING` or `SEALING`."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {how}(%s, (%s %% 2147483647)::int)", [_ROOM, creditor_id])
