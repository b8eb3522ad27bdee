# SPDX-License-Identifier: Apache-2.0
"""Ending a process in the middle, as `kill -9` would: the connection is gone and nothing more of it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import psycopg
from django.db import OperationalError, connections

from conserje.testing.simulation.faults import Crash, Fault


class Killed(BaseException):
    """The process ended here. Not an `Exception`: no line of the product may catch it and go on."""


def kill() -> NoReturn:
    """Drop the connection, so that the server takes back what was not committed, and end."""
    cut()
    raise Killed


def cut() -> None:
    """The line to the database is gone, and with it what was not committed."""
    here = connections["default"]
    if here.connection is not None and isinstance(here.__dict__.get("get_new_connection"), _Sessions):
        here.connection = _Gone(here.__dict__["get_new_connection"], here.connection)
    here.close()


@contextmanager
def sessions() -> Iterator[None]:
    """While this lasts, who connects after a cut is given the server's old process, with nothing left of its session.

    A new one would have to read every table's description again, which is a tenth of what a world costs.
    """
    here = connections["default"]
    here.__dict__["get_new_connection"] = kept = _Sessions(here.get_new_connection)
    try:
        yield
    finally:
        del here.__dict__["get_new_connection"]
        kept.close()


class _Sessions:
    """Gives out connections: one that was cut before it makes another."""

    def __init__(self, connect: Callable[[Any], Any]) -> None:
        self._connect, self._free = connect, list[Any]()

    def __call__(self, asked: Any) -> Any:
        return self._free.pop() if self._free else self._connect(asked)

    def take_back(self, line: Any) -> None:
        """As the server does when a line is cut: nothing of the transaction and of the session is left."""
        line.rollback()
        line.autocommit = True
        for nothing_left in (
            "SELECT pg_advisory_unlock_all()",
            "DISCARD TEMP",
            "CLOSE ALL",
            "UNLISTEN *",
            "RESET ALL",
        ):
            line.execute(nothing_left)
        self._free.append(line)

    def close(self) -> None:
        """End those that nobody uses."""
        while self._free:
            self._free.pop().close()


class _Gone:
    """Stands where the connection was: nothing can be done with it any more."""

    closed = True

    def __init__(self, sessions: _Sessions, line: Any) -> None:
        self._sessions, self._line = sessions, line

    def close(self) -> None:
        """Give the line back, once."""
        if self._line is not None:
            self._sessions.take_back(self._line)
            self._line = None

    def cursor(self, *asked: Any, **more: Any) -> NoReturn:
        """As of any connection that is closed."""
        raise psycopg.OperationalError("the connection is closed")

    commit = rollback = cursor


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
            cut()
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
            cut()
            raise OperationalError("The answer to a COMMIT was lost.")
        return answer
