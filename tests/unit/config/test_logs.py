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
        method="GET", path=f"/p/{SECRET}", resolver_match=SimpleNamespace(route="p/<token>")
    )
    written = line(f"Not Found: /p/{SECRET}", request=request, status_code=404)
    assert (written["method"], written["route"], written["status"]) == ("GET", "p/<token>", 404)
    assert line("Not Found", request=SimpleNamespace(method="GET"), status_code=404)["route"] is None


def test_an_error_is_its_class_and_its_place() -> None:
    try:
        raise ValueError(f"{SECRET} is already there")
    except ValueError:
        written = line("A job failed", exc_info=sys.exc_info())
    assert written["event"] == "A job failed"
    assert written["error"] == "ValueError"
    assert "test_logs.py" in written["frames"][0]
