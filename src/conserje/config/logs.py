# SPDX-License-Identifier: Apache-2.0
"""Logs as JSON lines that name no person: no path (a portal link is in it), no parameters, no text of an exception."""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from typing import Any


class JsonLines(logging.Formatter):
    """One object a line: `at`, `level`, `logger`, `event`, and for requests `method`, `route`, `status`."""

    def format(self, record: logging.LogRecord) -> str:
        """The line for `record`, without its end."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        request = getattr(record, "request", None)
        if request is not None:
            match = getattr(request, "resolver_match", None)
            line |= {
                "event": "request",
                "method": getattr(request, "method", None),
                "route": match.route if match else None,
                "status": getattr(record, "status_code", None),
            }
        else:
            line["event"] = record.getMessage()
        if record.exc_info and record.exc_info[0] is not None:
            frames = traceback.extract_tb(record.exc_info[2])
            line["error"] = record.exc_info[0].__qualname__
            line["frames"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-8:]]
        return json.dumps(line, ensure_ascii=False)
