# SPDX-License-Identifier: Apache-2.0
"""What a server has used of the processor: unlike a rate, it hardly depends on who else is at work on the machine."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def of(pids: Iterable[int]) -> float:
    """Processor seconds of these processes; one that is gone used none."""
    known = _known()
    return sum(known[pid][1] for pid in pids if pid in known)


def seconds(pid: int) -> float:
    """Processor seconds of a process and of all that descend from it and live, by /proc."""
    known = _known()
    family = {pid}
    while more := {child for child, (parent, _used) in known.items() if parent in family} - family:
        family |= more
    return sum(known[one][1] for one in family if one in known)


def _known() -> dict[int, tuple[int, float]]:
    """The parent and the processor seconds of every process."""
    found: dict[int, tuple[int, float]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name, in parentheses, may hold spaces: what follows is counted from behind it.
            told = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        found[int(path.parent.name)] = (int(told[1]), (int(told[11]) + int(told[12])) / _TICKS)
    return found
