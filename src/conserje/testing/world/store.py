# SPDX-License-Identifier: Apache-2.0
"""Rows on disk, one JSON object a line, so that a world that is started again remembers."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Rows:
    """An append-only file of JSON lines; with no folder, nothing is kept. Safe for many threads."""

    def __init__(self, folder: Path | None, name: str) -> None:
        self._path = folder / f"{name}.jsonl" if folder else None
        self._lock = threading.Lock()
        if folder:
            folder.mkdir(parents=True, exist_ok=True)

    def add(self, row: dict[str, Any]) -> None:
        """Write `row` and hand it to the operating system before returning."""
        if self._path is None:
            return
        with self._lock, self._path.open("a", encoding="utf-8") as out:
            out.write(json.dumps(row, ensure_ascii=False) + "\n")

    def all(self) -> Iterator[dict[str, Any]]:
        """Every whole row so far; a last line cut off by a crash is left out."""
        if self._path is None or not self._path.exists():
            return
        for line in self._path.read_text(encoding="utf-8").splitlines():
            try:
                yield json.loads(line)
            except ValueError:
                continue

    def clear(self) -> None:
        """Forget every row."""
        with self._lock:
            if self._path is not None:
                self._path.unlink(missing_ok=True)
