# SPDX-License-Identifier: Apache-2.0
"""Logs as JSON lines that name no person: no path (a portal link is in it), no parameters, no text of an exception.

Our own modules say what happened; of other people's packages only the unfilled sentence is kept, because what would be
filled in may be a row. One line closes each request and each job.
"""

from __future__ import annotations

import json
import logging
import time
import traceback
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse

OURS = "conserje"
_REQUESTS = logging.getLogger("conserje.requests")
_JOB_ENDED = frozenset({"job_success", "job_error", "job_error_retry", "job_aborted", "job_aborted_retry"})
_request_id: ContextVar[str] = ContextVar("request_id", default="")


class JsonLines(logging.Formatter):
    """One object a line: `at`, `level`, `logger`, `event`, and what belongs to the event.

    A request: `request` (its id), `method`, `route`, `status`, `creditor` (public id), `ms`. A job: `kind`, `job`,
    `creditor_id`, `outcome`, `ms`. An error: its class and where it happened.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line for `record`, without its end."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": "request",
        }
        if _request_id.get():
            line["request"] = _request_id.get()
        request, job = getattr(record, "request", None), getattr(record, "job", None)
        if request is not None:
            line |= _of_request(request) | {"status": getattr(record, "status_code", None)}
            line |= {"ms": record.__dict__["ms"]} if "ms" in record.__dict__ else {}
        elif isinstance(job, dict):
            line |= _of_job(job, record)
        else:
            ours = record.name == OURS or record.name.startswith(f"{OURS}.")
            line["event"] = record.getMessage() if ours else str(record.msg)
        if record.exc_info and record.exc_info[0] is not None:
            line |= _of_error(record.exc_info[0], record.exc_info[2])
        return json.dumps(line, ensure_ascii=False)


class JobsThatEnded(logging.Filter):
    """Of what the queue says, warnings and the ends of jobs."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is kept."""
        return record.levelno >= logging.WARNING or getattr(record, "action", "") in _JOB_ENDED


def answer_and_log(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """The middleware that gives each request an id, tells it in `X-Request-ID`, and writes its line."""

    def answer(request: HttpRequest) -> HttpResponse:
        token, began = _request_id.set(uuid4().hex[:16]), time.monotonic()
        try:
            response = get_response(request)
            response["X-Request-ID"] = _request_id.get()
            ms = int((time.monotonic() - began) * 1000)
            facts = {"request": request, "status_code": response.status_code, "ms": ms}
            _REQUESTS.info("request", extra=facts)
            return response
        finally:
            _request_id.reset(token)

    return answer


def _of_request(request: Any) -> dict[str, Any]:
    match = getattr(request, "resolver_match", None)
    found: dict[str, Any] = {
        "method": getattr(request, "method", None),
        "route": match.route if match else None,
    }
    creditor = match.kwargs.get("creditor") if match else None
    # Only what looks like a public id: anybody may put anything into an address.
    if isinstance(creditor, str) and len(creditor) == 16 and creditor.isalnum() and creditor.isascii():
        found["creditor"] = creditor
    return found


def _of_job(job: dict[str, Any], record: logging.LogRecord) -> dict[str, Any]:
    result = getattr(record, "duration", None)
    found = {
        "event": "job",
        "kind": job.get("task_name"),
        "job": job.get("id"),
        "outcome": getattr(record, "action", None),
        "ms": int(result * 1000) if isinstance(result, int | float) else None,
    }
    creditor_id = (job.get("task_kwargs") or {}).get("creditor_id")
    return found | ({"creditor_id": creditor_id} if isinstance(creditor_id, int) else {})


def _of_error(kind: type[BaseException], place: TracebackType | None) -> dict[str, Any]:
    frames = traceback.extract_tb(place)
    return {
        "error": kind.__qualname__,
        "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-8:]],
    }
