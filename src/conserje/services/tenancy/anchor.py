# SPDX-License-Identifier: Apache-2.0
"""The heads of the journals' seals, kept beside the database: a chain whose end was cut off no longer ends there.

A line is written each day and at each backup.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

DAILY, BACKUP, RESTORE = "daily", "backup", "restore"
_NAME = "seal-heads.log"


def keep(*, heads: Mapping[str, str], why: str, now: datetime) -> None:
    """Add a line with the head of each creditor, by public id ("" while it has no seal). Raises `OSError`.

    `why` is `DAILY`, `BACKUP` or `RESTORE`.
    """
    path = _path()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    line = json.dumps(
        {"at": now.astimezone(UTC).isoformat(), "why": why, "heads": dict(heads)}, separators=(",", ":")
    )
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab") as file:
        file.write(f"\n{line}".encode("ascii"))
        file.flush()
        os.fsync(file.fileno())


def last_heads() -> dict[str, str]:
    """The last head known of each creditor, by public id."""
    known: dict[str, str] = {}
    for found in _lines():
        known.update(found["heads"])
    return known


def is_kept_on(day: str) -> bool:
    """Whether a line was kept on that day (UTC, like 2026-11-17)."""
    return any(found["at"].startswith(day) for found in _lines())


def last_backup() -> datetime | None:
    """When a backup was last made from this machine."""
    made = [found["at"] for found in _lines() if found["why"] == BACKUP]
    return datetime.fromisoformat(made[-1]) if made else None


def _lines() -> list[dict[str, Any]]:
    path = _path()
    lines = []
    for text in path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []:
        try:
            found = json.loads(text)
            if isinstance(found, dict) and {"at", "why", "heads"} <= set(found):
                lines.append(found)
        except ValueError:
            continue
    return lines


def _path() -> Path:
    return Path(settings.OUTSIDE_FOLDER) / _NAME
