# SPDX-License-Identifier: Apache-2.0
"""When two acts meet on the same rows and the database gives up one of them, that one is simply done again."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError

P = ParamSpec("P")
R = TypeVar("R")

TRIES = 6
_GIVEN_UP = {"40001", "40P01"}  # serialization_failure, deadlock_detected


def retried(function: Callable[P, R]) -> Callable[P, R]:
    """Run the act `function` again, up to `TRIES` times, after a deadlock or a serialisation failure."""

    @wraps(function)
    def again(*args: P.args, **kwargs: P.kwargs) -> R:
        for _ in range(TRIES - 1):
            try:
                return function(*args, **kwargs)
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", None) not in _GIVEN_UP:
                    raise
        return function(*args, **kwargs)

    return again
