# SPDX-License-Identifier: Apache-2.0
"""Tables in the documents, as rows of plain cells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

_RULE = re.compile(r"^\|[\s:|-]+\|$")


def rows(path: Path) -> Iterator[dict[str, str]]:
    """Each row of each table in a Markdown file, keyed by the table's head."""
    head: list[str] = []
    before = ""
    for line in path.read_text("utf-8").splitlines():
        if not line.startswith("|"):
            head = []
        elif _RULE.match(line):
            head = _cells(before)
        elif head:
            yield dict(zip(head, _cells(line), strict=True))
        before = line


def ticked(cell: str) -> list[str]:
    """What stands between back-ticks in a cell."""
    return re.findall(r"`([^`]+)`", cell)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]
