# SPDX-License-Identifier: Apache-2.0
"""A log names no person."""

from __future__ import annotations

import json
import logging
import sys
from types import SimpleNamespace
from typing import Any

from conserje.config.logs import JsonLines

SECRET = "ana@example.com"


def line(message: str, **extra: Any) -> dict[str, Any]:
    made = logging.makeLogRecord({"name": "django.request", "levelname": "ERROR", "msg": message} | extra)
    written = JsonLines().format(made)
    assert SECRET not in written
    assert "\n" not in written
    read: dict[str, Any] = json.loads(written)
    return read


def test_a_request_is_its_method_route_and_status() -> None:
    request = SimpleNamespace(
        method="GET",
        path=f"/p/{SECRET}",
        resolver_match=SimpleNamespace(route="p/<token>", kwargs={"creditor": SECRET}),
    )
    written = line(f"Not Found: /p/{SECRET}", request=request, status_code=404)
    assert (written["method"], written["route"], written["status"]) == ("GET", "p/<token>", 404)
    assert "creditor" not in written, "what is no public id of ours is not repeated"
    match = SimpleNamespace(route="c/<creditor>", kwargs={"creditor": "abcdefgh23456789"})
    request = SimpleNamespace(method="GET", resolver_match=match)
    assert line("Forbidden", request=request, status_code=403)["creditor"] == "abcdefgh23456789"
    assert line("Not Found", request=SimpleNamespace(method="GET"), status_code=404)["route"] is None


def test_of_another_package_only_the_unfilled_sentence_is_kept() -> None:
    assert line("refused: %s", args=(SECRET,), name="psycopg.pool")["event"] == "refused: %s"
    assert line("%d done", args=(3,), name="conserje.jobs")["event"] == "3 done"


def test_a_job_is_its_kind_creditor_and_outcome() -> None:
    job = {"id": 7, "task_name": "outreach.turn", "task_kwargs": {"creditor_id": 3, "to": SECRET}}
    written = line(
        f"Job turn({SECRET}) ended", name="procrastinate.worker", job=job, action="job_success", duration=1.5
    )
    assert written["kind"] == "outreach.turn"
    assert (written["creditor_id"], written["outcome"], written["ms"]) == (3, "job_success", 1500)


def test_an_error_is_its_class_and_its_place() -> None:
    try:
        raise ValueError(f"{SECRET} is already there")
    except ValueError:
        written = line("A job failed", exc_info=sys.exc_info())
    assert written["event"] == "A job failed"
    assert written["error"] == "ValueError"
    assert "test_logs.py" in written["frames"][0]
