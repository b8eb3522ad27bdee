# SPDX-License-Identifier: Apache-2.0
"""Portal and hooks under load, beside a bare Django application that runs the very same statements.

Both are served alike (a process for each core, eight threads each), on one database, in turn. At least 0.35 of the
bare application's rate for the account, 0.25 for hooks, 95 of 100 answers within 400 ms at 16 at once, no errors.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import harness

harness.prepare_django()

from tests.bench import cpu  # noqa: E402
from tests.integration import book, build, visitor  # noqa: E402
from tests.journeys.stage import _free_port as free_port  # noqa: E402

from conserje.cli import serve  # noqa: E402
from conserje.services.outreach import portal_link  # noqa: E402
from conserje.services.tenancy.act import acting  # noqa: E402
from conserje.testing.world import start  # noqa: E402
from conserje.testing.world.handle import World  # noqa: E402

CONNECTIONS = 16
INVOICES_EACH = 20
SECONDS = float(os.environ.get("BENCH_SECONDS", "15"))
ROUNDS = 3
HOOKS = 40_000
SLOWEST_MS = 400
RATIOS = {"account": 0.35, "hook": 0.25}


def test_doors_under_load(database: harness.Clone, tmp_path: Path) -> None:
    with start() as world:
        readers = accounts(world)
        hook = recorded_hook(readers[0], world)
        recorded = {
            "account": dict(statements(reader) for reader in readers),
            "hook": hook,
        }
        (tmp_path / "statements.json").write_text(json.dumps(recorded))
        found: dict[str, list[dict[str, float]]] = {}
        with serving(database, tmp_path, world) as served:
            for _ in range(ROUNDS):
                for who, server in served.items():
                    for what in RATIOS:
                        plan = plan_of(what, who, server.port, readers, world)
                        found.setdefault(f"{what} {who}", []).append(load(plan, tmp_path, server))
    say(found, len(hook["sql"]), max(len(item) for item in recorded["account"].values()))
    for name, rounds in found.items():
        assert sum(item["errors"] for item in rounds) == 0, name
    for what, least in RATIOS.items():
        assert rate(found[f"{what} ours"]) >= least * rate(found[f"{what} bare"]), what
        assert median(item["p95_ms"] for item in found[f"{what} ours"]) <= SLOWEST_MS, what


def accounts(world: World) -> list[visitor.Visitor]:
    """One reader for each connection, in a book in which each owes twenty invoices."""
    creditor = build.creditor()
    first = visitor.open_account(creditor, world=world, invoices=INVOICES_EACH)
    readers = [first]
    for number in range(1, CONNECTIONS):
        owed_by = book.customer(creditor, name=f"Cliente {number}")
        for one in range(INVOICES_EACH):
            book.invoice(creditor, owed_by, f"FE-{number}-{one}", due_on=book.days_late(5))
        with acting(creditor_id=creditor.id):
            contact = owed_by.contacts.get(is_usual=True)
            wanted = [portal_link.Wanted(owed_by.id, contact.id, None)]
            (token,) = portal_link.issue_many(creditor_id=creditor.id, wanted=wanted, now=book.TUESDAY)
        readers.append(visitor.Visitor(creditor, owed_by, token, Client(SERVER_NAME="127.0.0.1")))
    return readers


def statements(reader: visitor.Visitor) -> tuple[str, list[str]]:
    """The reader's cookie, and every statement of the account page, transaction and context included."""
    reader.get()
    with CaptureQueriesContext(connection) as seen:
        assert reader.get().status_code == 200
    return reader.client.cookies["account"].value, [query["sql"] for query in seen.captured_queries]


def recorded_hook(reader: visitor.Visitor, world: World) -> dict[str, Any]:
    """Every statement of a hook that finds a job waiting already, as nearly all do under load."""
    path = f"/hooks/{reader.creditor.public_id}/demo/"
    client = Client(SERVER_NAME="127.0.0.1")
    for event in ("evt_warmup00000000", "evt_recorded000000"):
        body, headers = signed(event, world.hook_secret)
        with CaptureQueriesContext(connection) as seen:
            answer = client.post(path, body, content_type="application/json", headers=headers)
        assert answer.status_code == 200
    return {"event": event, "secret": world.hook_secret, "sql": [q["sql"] for q in seen.captured_queries]}


def signed(event: str, secret: str) -> tuple[str, dict[str, str]]:
    """A hook's body and headers, signed now."""
    body = json.dumps({"type": "checkout.pending", "data": {"checkout_id": f"chk_{'0' * 20}"}})
    at = str(int(datetime.now(UTC).timestamp()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.new(key, f"{event}.{at}.{body}".encode(), hashlib.sha256).digest()
    signature = "v1," + base64.b64encode(mac).decode()
    return body, {"webhook-id": event, "webhook-timestamp": at, "webhook-signature": signature}


def plan_of(
    what: str, who: str, port: int, readers: Sequence[visitor.Visitor], world: World
) -> dict[str, Any]:
    """What the load generator sends."""
    connections: list[dict[str, Any]] = []
    for number, reader in enumerate(readers):
        if what == "account":
            path = "/account/" if who == "bare" else reader.path()
            cookie = f"Cookie: account={reader.client.cookies['account'].value}\r\n"
            requests = [f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{cookie}\r\n"]
        else:
            path = "/hook/" if who == "bare" else f"/hooks/{reader.creditor.public_id}/demo/"
            stamp = f"{time.monotonic_ns():x}"
            requests = [
                posted(path, *signed(f"evt_{who}{number:02d}n{one:06d}t{stamp}", world.hook_secret))
                for one in range(HOOKS // CONNECTIONS)
            ]
        connections.append({"requests": requests, "endless": what == "account"})
    return {"port": port, "seconds": SECONDS, "connections": connections}


def posted(path: str, body: str, headers: dict[str, str]) -> str:
    """A POST as text."""
    given = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    frame = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{frame}{given}\r\n{body}"


@dataclass(frozen=True, slots=True)
class Served:
    """Where an application answers, and the process that serves it."""

    port: int
    pid: int


@contextmanager
def serving(database: harness.Clone, folder: Path, world: World) -> Iterator[dict[str, Served]]:
    """Ours and the bare one, each behind the same server."""
    address = database.environment()
    environments = {
        "ours": address
        | {
            "DJANGO_SETTINGS_MODULE": "conserje.config.settings",
            "CONSERJE_SECRET_KEY": str(settings.SECRET_KEY),
            "CONSERJE_REACHABLE_HOSTS": world.http_url.partition("://")[2],
        },
        "bare": address | {"BARE_STATEMENTS": str(folder / "statements.json"), "PYTHONPATH": os.getcwd()},
    }
    modules = {"ours": serve.APPLICATION, "bare": "tests.bench.bare.wsgi:application"}
    ports = {who: free_port() for who in modules}
    running = {
        who: subprocess.Popen(served_as(module, ports[who]), env=environments[who])
        for who, module in modules.items()
    }
    try:
        for port in ports.values():
            wait_for(port)
        yield {who: Served(ports[who], process.pid) for who, process in running.items()}
    finally:
        for process in running.values():
            process.terminate()
            process.wait(15)


def served_as(module: str, port: int) -> list[str]:
    """The command with which `conserje serve` would serve `module`."""
    return serve.server(
        host="127.0.0.1",
        port=port,
        processes=serve.usual_processes(),
        threads=serve.THREADS,
        application=module,
    )


def wait_for(port: int) -> None:
    """Until something answers, whatever it says."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/nothing-here/", timeout=10)
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("A server did not start.")


def load(plan: dict[str, Any], folder: Path, server: Served) -> dict[str, float]:
    """One round, from a process of its own; `cpu_ms` and `database_ms` are what each answer took of the processor."""
    (folder / "plan.json").write_text(json.dumps(plan))
    before, asked_before = cpu.seconds(server.pid), cpu.of(sessions())
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.load", str(folder / "plan.json")],
        capture_output=True,
        text=True,
        timeout=SECONDS + 60,
        check=True,
    )
    found: dict[str, float] = json.loads(done.stdout)
    used, asked = cpu.seconds(server.pid) - before, cpu.of(sessions()) - asked_before
    each = 1000 / max(1, found["requests"])
    return {**found, "cpu_ms": used * each, "database_ms": asked * each}


def sessions() -> list[int]:
    """The processes of PostgreSQL that serve our database: it runs on this machine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        return [pid for (pid,) in cursor.fetchall()]


def rate(rounds: Sequence[dict[str, float]]) -> float:
    """Good answers a second, the median of the rounds."""
    return median(item["requests"] / item["seconds"] for item in rounds)


def say(found: dict[str, list[dict[str, float]]], hook_statements: int, account_statements: int) -> None:
    """The figures, for people."""
    lines = [f"{CONNECTIONS} at once, {ROUNDS} rounds of {SECONDS:.0f} s:"]
    for what, count in (("account", account_statements), ("hook", hook_statements)):
        ours, bare = found[f"{what} ours"], found[f"{what} bare"]
        mine = {key: median(item[key] for item in ours) for key in ours[0]}
        theirs = {key: median(item[key] for item in bare) for key in bare[0]}
        lines.append(
            f"  {what}: {rate(ours):.0f}/s, {rate(ours) / rate(bare):.2f} x the bare application's "
            f"{rate(bare):.0f}/s; p50 {mine['p50_ms']:.0f} ms, p95 {mine['p95_ms']:.0f} ms "
            f"(bare {theirs['p95_ms']:.0f} ms); of the processor {mine['cpu_ms']:.1f} ms in Python "
            f"(bare {theirs['cpu_ms']:.1f} ms) and {mine['database_ms']:.1f} ms in PostgreSQL "
            f"(bare {theirs['database_ms']:.1f} ms); "
            f"{count} statements, transaction included"
        )
    sys.stderr.write("\n" + "\n".join(lines) + "\n")
