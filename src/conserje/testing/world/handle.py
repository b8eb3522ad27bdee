# SPDX-License-Identifier: Apache-2.0
"""A running world in the hands of a test or of the demo."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from conserje.testing.world.mailbox import Received, parsed

_START_SECONDS = 30.0
_STOP_SECONDS = 15.0


class WorldFailed(RuntimeError):
    """The world did not start or refused a request; the message says what it said."""


class World:
    """The outside world: ports, secrets, and what a test may ask of it. A context manager that stops it."""

    def __init__(self, process: subprocess.Popen[bytes], facts: dict[str, Any]) -> None:
        self._process = process
        self.host: str = facts["host"]
        self.smtp_port: int = facts["smtp_port"]
        self.http_port: int = facts["http_port"]
        self.http_url: str = facts["http_url"]
        self.api_key: str = facts["api_key"]
        self.hook_secret: str = facts["hook_secret"]
        self.certificate: str = facts["certificate"]
        self.pid: int = process.pid

    def messages(self, *, to: str = "") -> list[Received]:
        """Accepted messages in order of arrival, those of one recipient when `to` is given."""
        rows = self._ask("GET", f"/api/messages?to={quote(to)}")
        return [Received(**{**row, "recipients": tuple(row["recipients"])}) for row in rows]

    def wait_for_messages(self, count: int, *, to: str = "", seconds: float = 10.0) -> list[Received]:
        """`messages` as soon as there are `count`; raises `WorldFailed` after `seconds`."""
        until = time.monotonic() + seconds
        while len(found := self.messages(to=to)) < count:
            if time.monotonic() > until:
                raise WorldFailed(f"{len(found)} of {count} messages arrived in {seconds} s.")
            time.sleep(0.05)
        return found

    def raw(self, number: int) -> bytes:
        """The bytes of a message."""
        return self._bytes("GET", f"/messages/{number}/raw")

    def message(self, number: int) -> EmailMessage:
        """A message as an object."""
        return parsed(self.raw(number))

    def details(self, number: int) -> dict[str, Any]:
        """A message as plain values: text, html, links, one_click, files, headers."""
        return dict(self._ask("GET", f"/api/messages/{number}"))

    def clear_messages(self) -> None:
        """Empty the mailbox."""
        self._ask("DELETE", "/api/messages")

    def fault(self, kind: str, *, target: str = "", times: int = 1, phase: str = "", **options: Any) -> None:
        """Script a fault of `faults.MAIL_FAULTS` or `CHECKOUT_FAULTS`; `times` -1 is always."""
        self._ask(
            "POST", "/api/faults", {"kind": kind, "target": target, "times": times, "phase": phase, **options}
        )

    def clear_faults(self) -> None:
        """Nothing goes wrong any more."""
        self._ask("DELETE", "/api/faults")

    def checkouts(self) -> list[dict[str, Any]]:
        """Every checkout with everything the gateway knows."""
        return list(self._ask("GET", "/api/checkouts"))

    def pay(self, checkout_id: str, *, method: str = "pse", value_on: str = "") -> dict[str, Any]:
        """A person pays the checkout; the webhook follows as the faults want it."""
        body = {"method": method, "value_on": value_on}
        return dict(self._ask("POST", f"/api/checkouts/{checkout_id}/pay", body))

    def decline(self, checkout_id: str, *, method: str = "pse") -> dict[str, Any]:
        """The bank says no."""
        return dict(self._ask("POST", f"/api/checkouts/{checkout_id}/decline", {"method": method}))

    def cancel(self, checkout_id: str) -> dict[str, Any]:
        """The person goes back without paying."""
        return dict(self._ask("POST", f"/api/checkouts/{checkout_id}/cancel", {}))

    def deposit(self, checkout_id: str, *, value_on: str = "") -> dict[str, Any]:
        """Somebody pays a waiting voucher at the counter."""
        return dict(self._ask("POST", f"/api/checkouts/{checkout_id}/deposit", {"value_on": value_on}))

    def expire(self, checkout_id: str) -> dict[str, Any]:
        """The last day of an open page or a waiting voucher went by."""
        return dict(self._ask("POST", f"/api/checkouts/{checkout_id}/expire", {}))

    def contest(self, checkout_id: str, *, outcome: str = "asked") -> dict[str, Any]:
        """The payer's bank asks for the money back ("asked"), and decides for the payer ("lost") or not ("won")."""
        return dict(self._ask("POST", f"/api/checkouts/{checkout_id}/contest", {"outcome": outcome}))

    def statement(self, checkout_id: str = "") -> str:
        """Bank statement in CSV: the line of one paid checkout, or of all."""
        return self._bytes("GET", f"/api/statement.csv?checkout={checkout_id}").decode()

    def webhooks(self) -> list[dict[str, Any]]:
        """Every queued event (status 0, not done) and every try, in order."""
        return list(self._ask("GET", "/api/webhooks"))

    def send_again(self, event_id: str) -> None:
        """Deliver an event of the past once more."""
        self._ask("POST", f"/api/webhooks/{event_id}/again", {})

    def set_now(self, now: str) -> None:
        """Move the world's clock to the ISO instant `now`: payments are dated by it."""
        self._ask("POST", "/api/clock", {"now": now})

    def stop(self) -> None:
        """End the process and wait for it."""
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        return json.loads(self._bytes(method, path, body))

    def _bytes(self, method: str, path: str, body: Any = None) -> bytes:
        data = None if body is None else json.dumps(body).encode()
        url = f"http://{self.host}:{self.http_port}{path}"
        request = urllib.request.Request(url, data=data, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=30) as reply:
                return bytes(reply.read())
        except urllib.error.HTTPError as refused:
            said = refused.read().decode("utf-8", "replace")
            raise WorldFailed(f"{method} {path}: {refused.code} {said}") from None


def start(
    *,
    store: Path | None = None,
    smtp_port: int = 0,
    http_port: int = 0,
    smtp_login: str = "",
    public_url: str = "",
) -> World:
    """Start a world process and wait until it is ready; it ends with this process at the latest.

    `store` is a folder that survives restarts, port 0 a free one, `smtp_login` "user:password" demanded by
    the mail server, `public_url` how people reach the pages. Raises `WorldFailed`.
    """
    with tempfile.TemporaryDirectory(prefix="world-ready-") as folder:
        ready, said = Path(folder) / "ready.json", Path(folder) / "said"
        command = [sys.executable, "-m", "conserje.testing.world", "--follow-stdin"]
        command += ["--ready-file", str(ready), "--smtp-port", str(smtp_port), "--http-port", str(http_port)]
        command += ["--store", str(store)] if store else []
        command += ["--smtp-login", smtp_login] if smtp_login else []
        command += ["--public-url", public_url] if public_url else []
        with said.open("wb") as out:
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=out, stderr=out)
        until = time.monotonic() + _START_SECONDS
        while not ready.exists():
            if process.poll() is not None or time.monotonic() > until:
                process.kill()
                process.wait()
                raise WorldFailed(f"The world did not start. It said: {said.read_text(errors='replace')}")
            time.sleep(0.02)
        return World(process, json.loads(ready.read_text(encoding="utf-8")))
