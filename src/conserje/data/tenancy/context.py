# SPDX-License-Identifier: Apache-2.0
"""Whose rows the database shows: set for one transaction, put back on the way out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg.pq import TransactionStatus

from conserje.data.tenancy import planned


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

_FORMER = """
WITH former AS MATERIALIZED (
    SELECT coalesce(current_setting('conserje.creditor_id', true), '') AS creditor,
           coalesce(current_setting('conserje.organisation_id', true), '') AS organisation)
"""
_SET = f"""{_FORMER}
SELECT former.creditor, former.organisation,
       set_config('conserje.creditor_id', %s, true), set_config('conserje.organisation_id', %s, true)
  FROM former
"""  # noqa: S608 - our own text
# The organisation is looked up in the same round trip: an act begins with one statement.
_SET_CREDITOR = f"""{_FORMER}
SELECT former.creditor, former.organisation, c.organisation_id,
       set_config('conserje.creditor_id', c.id::text, true),
       set_config('conserje.organisation_id', c.organisation_id::text, true)
  FROM tenancy_creditor c, former WHERE c.id = %s
"""  # noqa: S608 - our own text
# Of a transaction that ends with its context nothing is given back; one that only reads says so with the same words.
_WHOLE = """
SELECT c.organisation_id, set_config('conserje.creditor_id', c.id::text, true),
       set_config('conserje.organisation_id', c.organisation_id::text, true){reading}
  FROM tenancy_creditor c WHERE c.id = %s
"""
_WRITING, _READING = (
    _WHOLE.format(reading=more) for more in ("", ", set_config('transaction_read_only', 'on', true)")
)


def current_tenant() -> Tenant | None:
    """The tenant in force in this thread, as this module set it."""
    return _current.get()


# The settings are made when the table `act` is filled, and the call takes its creditor from there: so they come first.
_ALONE = """
WITH act AS MATERIALIZED (
    SELECT c.id, set_config('conserje.creditor_id', c.id::text, true),
           set_config('conserje.organisation_id', c.organisation_id::text, true){forced}
      FROM tenancy_creditor c WHERE c.id = %(creditor)s)
SELECT {call} FROM act"""
_NOT_FORCED = ", set_config('synchronous_commit', 'off', true)"


def alone(*, creditor_id: int, call: str, asked: Mapping[str, Any], forced: bool = True) -> Any:
    """One database function as a whole transaction, in one round trip; answers its value, committed.

    `call` is our own text such as "outreach_mark(act.id, %(touch)s)". Not `forced`, the commit holds whatever happens
    to this process, but may be lost with the server in the second after it, unless a forced one followed. Raises
    `UnknownCreditor`, and `RuntimeError` inside a transaction, where it would not be committed.
    """
    if connection.in_atomic_block:
        raise RuntimeError("What must be committed at once cannot run inside a transaction.")
    with planned.bound() as cursor:
        cursor.execute(_statement(call, forced), {**asked, "creditor": creditor_id})
        row = cursor.fetchone()
    if row is None:
        raise UnknownCreditor(f"There is no creditor {creditor_id} here.")
    return row[0]


@lru_cache(maxsize=32)
def _statement(call: str, forced: bool) -> str:
    return _ALONE.format(call=call, forced="" if forced else _NOT_FORCED)


@contextmanager
def whole(*, creditor_id: int, read_only: bool) -> Iterator[Tenant]:
    """Show the rows of one creditor in a transaction that was just begun and ends with this context, in one round trip.

    `read_only`: the database refuses any change made in it. Raises `NoTransaction` and `UnknownCreditor`.
    """
    _refuse_outside()
    reading = planned.only_reading.set(read_only)
    try:
        rows = planned.rows(_READING if read_only else _WRITING, [creditor_id])
        if not rows:
            raise UnknownCreditor(f"There is no creditor {creditor_id} here.")
        wanted = Tenant(creditor_id, int(rows[0][0]))
        token = _current.set(wanted)
        try:
            yield wanted
        finally:
            _current.reset(token)
    finally:
        planned.only_reading.reset(reading)


@contextmanager
def tenant(*, creditor_id: int | None = None, organisation_id: int | None = None) -> Iterator[Tenant]:
    """Show the rows of one creditor (its organisation is looked up), or of one organisation, inside a transaction.

    Raises `NoTransaction` outside one, `UnknownCreditor`, and `ValueError` when neither id is given. Nested contexts
    give back what was in force before them, also after an error that left the transaction usable.
    """
    _refuse_outside()
    if creditor_id is None and organisation_id is None:
        raise ValueError("Say whose rows: creditor_id or organisation_id.")
    with connection.cursor() as cursor:
        wanted, former = _set(cursor, creditor_id, organisation_id)
    token = _current.set(wanted)
    try:
        yield wanted
    finally:
        _current.reset(token)
        _put_back(former)


def _refuse_outside() -> None:
    if not connection.in_atomic_block:
        raise NoTransaction(
            "A tenant context holds for one transaction: open it inside transaction.atomic()."
        )


def _set(
    cursor: CursorWrapper, creditor_id: int | None, organisation_id: int | None
) -> tuple[Tenant, tuple[str, str]]:
    if creditor_id is None:
        cursor.execute(_SET, ["", _text(organisation_id)])
        row = cursor.fetchone()
        return Tenant(None, organisation_id), (row[0], row[1])
    cursor.execute(_SET_CREDITOR, [creditor_id])
    row = cursor.fetchone()
    if row is None:
        raise UnknownCreditor(f"There is no creditor {creditor_id} here.")
    if organisation_id not in (None, row[2]):
        _put_back((row[0], row[1]))
        raise UnknownCreditor(f"There is no creditor {creditor_id} here.")
    return Tenant(creditor_id, int(row[2])), (row[0], row[1])


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
