# SPDX-License-Identifier: Apache-2.0
"""Acts and steps: who opens the one transaction, and who must find it open.

@act
def record(*, creditor_id: int, now: datetime, ...) -> Payment: ...      # called from a door

@step
def judge(*, creditor_id: int, ...) -> None: ...                         # called by another service

An act is one transaction and nothing outside it (the `http` of adapters refuses to be called in one), so what the
database gave up before COMMIT is done again from the start. What was lost at COMMIT may have happened: only an act
that is also `@keyed` is done again then.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, connection, transaction

from conserje.data.tenancy.context import Tenant, current_tenant, tenant

P = ParamSpec("P")
R = TypeVar("R")

TRIES = 6
FIRST_WAIT_SECONDS = 0.05
_GIVEN_UP = frozenset({"40001", "40P01"})  # serialization_failure, deadlock_detected


class NotInAct(RuntimeError):
    """A step was called outside an act, or inside the act of another creditor."""


class CommitUnknown(OperationalError):
    """The connection was lost while committing: perhaps it happened, perhaps not. Look before doing it again."""


def act(function: Callable[P, R]) -> Callable[P, R]:
    """Run `function` in a transaction of its own, seeing the rows of its keyword argument `creditor_id`.

    Done again, up to `TRIES` times, after a deadlock, a serialisation failure or a connection lost before COMMIT: then
    nothing of it happened. So it takes no iterator and changes none of its arguments.

    Raises `RuntimeError` inside another transaction (an act commits or it did not happen), `UnknownCreditor`,
    `CommitUnknown`, and `TypeError` without a creditor or with an iterator.
    """

    @wraps(function)
    def inside(*args: P.args, **kwargs: P.kwargs) -> R:
        creditor_id = _creditor_of(function.__name__, kwargs)
        _refuse_iterators(function.__name__, (*args, *kwargs.values()))
        for wait in _waits():
            committing = False
            try:
                with acting(creditor_id=creditor_id):
                    answer = function(*args, **kwargs)
                    committing = True
                return answer
            except (OperationalError, InterfaceError) as error:
                if wait is None or not _nothing_happened(error, committing=committing):
                    raise
            time.sleep(wait)
        raise AssertionError

    return inside


def keyed(function: Callable[P, R]) -> Callable[P, R]:
    """Do the act `function` again when nobody knows whether it was committed.

    Only for acts that a natural key makes once: the same call again leaves the same rows and gives the same answer.
    Raises `CommitUnknown` when the database stays away.
    """

    @wraps(function)
    def again(*args: P.args, **kwargs: P.kwargs) -> R:
        for wait in _waits():
            try:
                return function(*args, **kwargs)
            except CommitUnknown:
                if wait is None:
                    raise
            time.sleep(wait)
        raise AssertionError

    return again


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
    """The transaction of an act, for callers that are not one function: never done again. Raises as `act` does."""
    done = False
    try:
        with transaction.atomic(durable=True), tenant(creditor_id=creditor_id, to_the_end=True) as held:
            yield held
            done = True
    except (OperationalError, InterfaceError) as error:
        if done and _is_lost(error):
            connection.close()
            raise CommitUnknown(
                "The connection to the database was lost while committing. Look before doing it again."
            ) from error
        raise


@contextmanager
def reading(*, creditor_id: int) -> Iterator[Tenant]:
    """A transaction for a door that only looks: the database refuses any change made in it."""
    with (
        transaction.atomic(durable=True),
        tenant(creditor_id=creditor_id, to_the_end=True, only_looking=True) as held,
    ):
        yield held


def _nothing_happened(error: Exception, *, committing: bool) -> bool:
    """Whether an act that raised `error` certainly left nothing and may be done again; its connection is made anew."""
    if _state(error) in _GIVEN_UP:
        return True
    if committing or not _is_lost(error):
        return False
    connection.close()
    return True


def _is_lost(error: Exception) -> bool:
    """Whether the connection is gone (class 08, 57P01 to 57P03, or broken without a word)."""
    state = _state(error)
    return state.startswith(("08", "57P")) if state else isinstance(error, (OperationalError, InterfaceError))


def _state(error: Exception) -> str:
    return str(getattr(error.__cause__, "sqlstate", None) or "")


def _waits() -> Iterator[float | None]:
    """How long to wait after each try, None after the last. Drawn, so that those who met do not meet again."""
    for tried in range(TRIES - 1):
        yield random.uniform(0, FIRST_WAIT_SECONDS * 2**tried)
    yield None


def _refuse_iterators(name: str, given: tuple[object, ...]) -> None:
    if any(isinstance(value, Iterator) for value in given):
        raise TypeError(
            f"{name} may be done twice, and an iterator is used up the first time. Give it a list."
        )


def _creditor_of(name: str, kwargs: object) -> int:
    creditor_id = kwargs.get("creditor_id") if isinstance(kwargs, dict) else None
    if not isinstance(creditor_id, int):
        raise TypeError(f"{name} takes the keyword argument creditor_id.")
    return creditor_id
