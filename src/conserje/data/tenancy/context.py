# SPDX-License-Identifier: Apache-2.0
"""Whose rows the database shows: set for one transaction, put back on the way out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg.pq import TransactionStatus


class NoTransaction(RuntimeError):
    """A tenant context was asked for outside a transaction, where it would not hold."""


class UnknownCreditor(LookupError):
    """There is no creditor with that id."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """The ids in force; `creditor_id` is None where a whole organisation is meant."""

    creditor_id: int | None
    organisation_id: int | None


_current: ContextVar[Tenant | None] = ContextVar("tenant", default=None)

_SET = """
WITH former AS MATERIALIZED (
    SELECT coalesce(current_setting('conserje.creditor_id', true), '') AS creditor,
           coalesce(current_setting('conserje.organisation_id', true), '') AS organisation)
SELECT former.creditor, former.organisation,
       set_config('conserje.creditor_id', %s, true), set_config('conserje.organisation_id', %s, true)
  FROM former
"""


def current_tenant() -> Tenant | None:
    """The tenant in force in this thread, as this module set it."""
    return _current.get()


@contextmanager
def tenant(*, creditor_id: int | None = None, organisation_id: int | None = None) -> Iterator[Tenant]:
    """Show the rows of one creditor (its organisation is looked up), or of one organisation, inside a transaction.

    Raises `NoTransaction` outside one, `UnknownCreditor`, and `ValueError` when neither id is given. Nested contexts
    give back what was in force before them, also after an error that left the transaction usable.
    """
    if not connection.in_atomic_block:
        raise NoTransaction(
            "A tenant context holds for one transaction: open it inside transaction.atomic()."
        )
    if creditor_id is None and organisation_id is None:
        raise ValueError("Say whose rows: creditor_id or organisation_id.")
    with connection.cursor() as cursor:
        if creditor_id is not None:
            organisation_id = _organisation_of(cursor, creditor_id, organisation_id)
        wanted = Tenant(creditor_id, organisation_id)
        cursor.execute(_SET, [_text(creditor_id), _text(organisation_id)])
        former = cursor.fetchone()[:2]
    token = _current.set(wanted)
    try:
        yield wanted
    finally:
        _current.reset(token)
        _put_back(former)


def _organisation_of(cursor: CursorWrapper, creditor_id: int, organisation_id: int | None) -> int:
    cursor.execute("SELECT organisation_id FROM tenancy_creditor WHERE id = %s", [creditor_id])
    row = cursor.fetchone()
    if row is None or organisation_id not in (None, row[0]):
        raise UnknownCreditor(f"There is no creditor {creditor_id} here.")
    return int(row[0])


def _put_back(former: tuple[str, str]) -> None:
    if not connection.in_atomic_block or connection.connection is None or connection.connection.closed:
        return
    # After a database error the transaction can only be rolled back, which also undoes the setting.
    if (
        connection.needs_rollback
        or connection.connection.info.transaction_status == TransactionStatus.INERROR
    ):
        return
    with connection.cursor() as cursor:
        cursor.execute(_SET, list(former))


def _text(value: int | None) -> str:
    return "" if value is None else str(value)
