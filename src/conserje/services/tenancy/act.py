# SPDX-License-Identifier: Apache-2.0
"""Acts and steps: who opens the one transaction, and who must find it open.

@act
def record(*, creditor_id: int, now: datetime, ...) -> Payment: ...      # called from a door

@step
def judge(*, creditor_id: int, ...) -> None: ...                         # called by another service
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import connection, transaction

from conserje.data.tenancy.context import Tenant, current_tenant, tenant

P = ParamSpec("P")
R = TypeVar("R")


class NotInAct(RuntimeError):
    """A step was called outside an act, or inside the act of another creditor."""


def act(function: Callable[P, R]) -> Callable[P, R]:
    """Run `function` in a transaction of its own, seeing the rows of its keyword argument `creditor_id`.

    Raises `RuntimeError` inside another transaction (an act commits or it did not happen), `UnknownCreditor`, and
    `TypeError` without a creditor.
    """

    @wraps(function)
    def inside(*args: P.args, **kwargs: P.kwargs) -> R:
        with acting(creditor_id=_creditor_of(function.__name__, kwargs)):
            return function(*args, **kwargs)

    return inside


def step(function: Callable[P, R]) -> Callable[P, R]:
    """Refuse to run `function` unless an act for the same `creditor_id` is under way. Raises `NotInAct`."""

    @wraps(function)
    def inside(*args: P.args, **kwargs: P.kwargs) -> R:
        creditor_id = _creditor_of(function.__name__, kwargs)
        held = current_tenant()
        if not connection.in_atomic_block or held is None:
            raise NotInAct(f"{function.__name__} is a step: call it from an act.")
        if held.creditor_id != creditor_id:
            raise NotInAct(
                f"{function.__name__} was asked for creditor {creditor_id} in an act of {held.creditor_id}."
            )
        return function(*args, **kwargs)

    return inside


@contextmanager
def acting(*, creditor_id: int) -> Iterator[Tenant]:
    """The transaction of an act, for callers that are not one function. Raises as `act` does."""
    with transaction.atomic(durable=True), tenant(creditor_id=creditor_id, to_the_end=True) as held:
        yield held


@contextmanager
def reading(*, creditor_id: int) -> Iterator[Tenant]:
    """A transaction for a door that only looks: the database refuses any change made in it."""
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        with tenant(creditor_id=creditor_id, to_the_end=True) as held:
            yield held


def _creditor_of(name: str, kwargs: object) -> int:
    creditor_id = kwargs.get("creditor_id") if isinstance(kwargs, dict) else None
    if not isinstance(creditor_id, int):
        raise TypeError(f"{name} takes the keyword argument creditor_id.")
    return creditor_id
