# SPDX-License-Identifier: Apache-2.0
"""Signed webhooks (Standard Webhooks 1.0.0): late, twice, out of order or forged when a fault says so."""

from __future__ import annotations

import base64
import hashlib
import heapq
import hmac
import http.client
import itertools
import json
import secrets
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from conserje.testing.world.checkouts import Checkout
from conserje.testing.world.faults import FaultBook
from conserje.testing.world.mandates import Mandate
from conserje.testing.world.store import Rows

_RETRY_SECONDS: Final = (1.0, 3.0, 10.0, 30.0, 120.0)
_PATIENCE_SECONDS: Final = 10.0
_TOGETHER_SECONDS: Final = 0.3


@dataclass(frozen=True, slots=True)
class Event:
    """One event to deliver: `forged` ones are signed with a wrong secret."""

    id: str
    url: str
    body: bytes
    forged: bool


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer like any other."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """Do not follow."""


class Webhooks:
    """The queue of deliveries and the thread that makes them; every try is a row of webhooks.jsonl."""

    def __init__(self, folder: Path | None, faults: FaultBook, secret: str) -> None:
        self._rows = Rows(folder, "webhooks")
        self._faults = faults
        self._secret = secret
        self._condition = threading.Condition()
        self._queue: list[tuple[float, int, int, Event]] = []
        self._order = itertools.count()
        self._tries: list[dict[str, Any]] = list(self._rows.all())
        self._stopping = False
        self._thread = threading.Thread(target=self._work, name="webhooks", daemon=True)
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirect())

    def start(self) -> None:
        """Begin to deliver; what a former run had not delivered goes first."""
        open_ones: dict[str, dict[str, Any]] = {}
        for row in self._tries:
            open_ones[row["id"]] = row
        for row in open_ones.values():
            if not row["done"]:
                self._put(0.0, 0, Event(row["id"], row["url"], row["body"].encode(), row["forged"]))
        self._thread.start()

    def stop(self) -> None:
        """End after the delivery under way."""
        with self._condition:
            self._stopping = True
            self._condition.notify()
        self._thread.join(timeout=_PATIENCE_SECONDS)

    def tell(self, about: Checkout | Mandate, kind: str) -> None:
        """Queue the event `kind` of a checkout or a mandate, as the faults want it."""
        targets = (about.reference, about.id)
        named = "mandate_id" if isinstance(about, Mandate) else "checkout_id"
        if self._faults.take("hook_never", targets=targets):
            return
        forged = self._faults.take("hook_forged", targets=targets) is not None
        body = {
            "type": kind,
            "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "data": {named: about.id, "reference": about.reference, "status": about.status},
        }
        event = Event(f"evt_{secrets.token_hex(10)}", about.hook_url, json.dumps(body).encode(), forged)
        late = self._faults.take("hook_delay", targets=targets)
        wait = late.seconds(1.0) if late else 0.0
        if kind == "checkout.processing" and self._faults.take("hook_reorder", targets=targets):
            wait += _TOGETHER_SECONDS
        twice = self._faults.take("hook_duplicates", targets=targets)
        self._note(event, status=0, done=False)
        for _ in range(int(twice.options.get("copies", 2)) if twice else 1):
            self._put(wait, 0, event)

    def again(self, event_id: str) -> bool:
        """Deliver once more an event of the past, freshly signed, as a gateway's dashboard can."""
        with self._condition:
            row = next((row for row in self._tries if row["id"] == event_id), None)
        if row is None:
            return False
        self._put(0.0, 0, Event(row["id"], row["url"], row["body"].encode(), row["forged"]))
        return True

    def tries(self) -> list[dict[str, Any]]:
        """Every queued event and every try, in order: id, url, body, forged, HTTP status (0: none), done."""
        with self._condition:
            return list(self._tries)

    def _put(self, wait: float, tried: int, event: Event) -> None:
        with self._condition:
            heapq.heappush(self._queue, (time.monotonic() + wait, next(self._order), tried, event))
            self._condition.notify()

    def _work(self) -> None:
        while True:
            with self._condition:
                while not self._stopping and (not self._queue or self._queue[0][0] > time.monotonic()):
                    self._condition.wait(self._queue[0][0] - time.monotonic() if self._queue else None)
                if self._stopping:
                    return
                _, _, tried, event = heapq.heappop(self._queue)
            status = self._deliver(event)
            done = 200 <= status < 300 or status == 410 or event.forged or tried >= len(_RETRY_SECONDS)
            self._note(event, status=status, done=done)
            if not done:
                self._put(_RETRY_SECONDS[tried], tried + 1, event)

    def _deliver(self, event: Event) -> int:
        at = str(int(time.time()))
        secret = (
            "whsec_" + base64.b64encode(b"not the secret of anyone").decode()
            if event.forged
            else self._secret
        )
        headers = {
            "content-type": "application/json",
            "user-agent": "PasarelaDePrueba/1",
            "webhook-id": event.id,
            "webhook-timestamp": at,
            "webhook-signature": sign(secret, event.id, at, event.body),
        }
        try:
            request = urllib.request.Request(event.url, data=event.body, headers=headers, method="POST")  # noqa: S310
            with self._opener.open(request, timeout=_PATIENCE_SECONDS) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            refused.close()
            return refused.code
        except (OSError, ValueError, http.client.HTTPException):
            return 0

    def _note(self, event: Event, *, status: int, done: bool) -> None:
        row = {
            "id": event.id,
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "url": event.url,
            "body": event.body.decode(),
            "forged": event.forged,
            "status": status,
            "done": done,
        }
        with self._condition:
            self._tries.append(row)
        self._rows.add(row)


def sign(secret: str, event_id: str, at: str, body: bytes) -> str:
    """The `webhook-signature` of `body`: v1 and HMAC-SHA256 over id, timestamp and body."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.new(key, f"{event_id}.{at}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(mac).decode()
