# SPDX-License-Identifier: Apache-2.0
"""Ending a process in the middle, as `kill -9` would: the connection is gone and nothing more of it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from django.db import OperationalError, connections

from conserje.testing.simulation.faults import Crash, Fault


class Killed(BaseException):
    """The process ended here. Not an `Exception`: no line of the product may catch it and go on."""


def kill() -> NoReturn:
    """Drop the connection, so that the server takes back what was not committed, and end."""
    connections["default"].close()
    raise Killed


@contextmanager
def armed(fault: Fault | None) -> Iterator[None]:
    """Run the block with `fault` lying in wait; a count that is never reached does nothing."""
    if fault is None:
        yield
        return
    here = connections["default"]
    if fault.crash in (Crash.STATEMENT, Crash.LINE_LOST):
        with here.execute_wrapper(_Statements(fault)):
            yield
        return
    commits = _Commits(fault, here.commit)
    here.__dict__["commit"] = commits
    try:
        with here.execute_wrapper(commits.alone):
            yield
    finally:
        del here.__dict__["commit"]


@contextmanager
def elsewhere() -> Iterator[None]:
    """Run the block as another process would: the fault that lies in wait for this one does not reach it."""
    here = connections["default"]
    wrappers, commit = here.execute_wrappers, here.__dict__.pop("commit", None)
    here.execute_wrappers = []
    try:
        yield
    finally:
        here.execute_wrappers = wrappers
        if commit is not None:
            here.__dict__["commit"] = commit


class _Statements:
    def __init__(self, fault: Fault) -> None:
        self.crash, self.left = fault.crash, fault.nth

    def __call__(self, execute: Callable[..., Any], *asked: Any) -> Any:
        self.left -= 1
        if self.left == 0:
            if self.crash is Crash.STATEMENT:
                kill()
            connections["default"].close()
            raise OperationalError("The connection was lost.")
        return execute(*asked)


class _Commits:
    """Counts commits: those of transactions, and statements outside one, each of which is a transaction of its own."""

    def __init__(self, fault: Fault, commit: Callable[[], None]) -> None:
        self.crash, self.left, self.commit = fault.crash, fault.nth, commit

    def __call__(self) -> None:
        self._around(self.commit)

    def alone(self, execute: Callable[..., Any], *asked: Any) -> Any:
        if connections["default"].in_atomic_block:
            return execute(*asked)
        return self._around(lambda: execute(*asked))

    def _around(self, write: Callable[[], Any]) -> Any:
        self.left -= 1
        if self.left == 0 and self.crash is Crash.BEFORE_COMMIT:
            kill()
        answer = write()
        if self.left == 0:
            if self.crash is Crash.AFTER_COMMIT:
                kill()
            connections["default"].close()
            raise OperationalError("The answer to a COMMIT was lost.")
        return answer
