# SPDX-License-Identifier: Apache-2.0
"""What a server has used of the processor: unlike a rate, it hardly depends on who else is at work on the machine."""

from __future__ import annotations

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def seconds(pid: int) -> float:
    """Processor seconds of a process and of all that descend from it and live, by /proc."""
    parents: dict[int, int] = {}
    used: dict[int, float] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name, in parentheses, may hold spaces: what follows is counted from behind it.
            found = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(path.parent.name)] = int(found[1])
        used[int(path.parent.name)] = (int(found[11]) + int(found[12])) / _TICKS
    family = {pid}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return sum(used.get(one, 0.0) for one in family)
