# SPDX-License-Identifier: Apache-2.0
"""What a worker of the bench used: its own processor time and memory, and those of the server process it spoke to."""

from __future__ import annotations

import os
import resource
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Used:
    """One worker's part of a phase. `backend_cpu_s` is None where the server runs on another machine."""

    rows: int
    invoices: int
    seconds: float
    began_s: float
    cpu_s: float
    backend_cpu_s: float | None
    peak_rss_mb: int
    statements: int

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


class Meter:
    """Counts from `start` to `stop`, in this process and in the backend of Django's connection."""

    def __init__(self) -> None:
        from django.db import connection

        self._connection = connection
        self._statements = 0
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            self._backend = int(cursor.fetchone()[0])
        host = str(connection.settings_dict["HOST"])
        self._is_here = host.startswith("/") or host in ("", "localhost", "127.0.0.1", "::1")
        connection.execute_wrappers.append(self._count)

    def start(self) -> None:
        """Begin."""
        self._own, self._theirs = _own_seconds(), self._backend_seconds()
        self._statements = 0
        self._began = perf_counter()

    def stop(self, rows: int, invoices: int) -> Used:
        """What was used since `start`, for `rows` rows that stand for so many invoices."""
        ended, theirs = perf_counter(), self._backend_seconds()
        spent = None if theirs is None or self._theirs is None else round(theirs - self._theirs, 2)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return Used(
            rows=rows,
            invoices=invoices,
            seconds=round(ended - self._began, 4),
            began_s=self._began,
            cpu_s=round(_own_seconds() - self._own, 2),
            backend_cpu_s=spent,
            peak_rss_mb=-(-peak // 1024),
            statements=self._statements,
        )

    def _count(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self._statements += 1
        return execute(sql, params, many, context)

    def _backend_seconds(self) -> float | None:
        if not self._is_here:
            return None
        try:
            words = Path(f"/proc/{self._backend}/stat").read_text("ascii").rpartition(")")[2].split()
        except OSError:
            return None
        return (int(words[11]) + int(words[12])) / _TICKS


def _own_seconds() -> float:
    """Processor time of this process and of the children it waited for."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, who))
