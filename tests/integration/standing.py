# SPDX-License-Identifier: Apache-2.0
"""An installation on a database server of its own: web, worker and outside world as real processes.

What the world knows was paid is the oracle: its log against the ledger, whatever happened to the database.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from django.db import connections
from tests.integration import build
from tests.integration import receivables_book as book

from conserje.data.receivables.models import Payment
from conserje.domain.kit.money import Money
from conserje.domain.ports.registry import gateways
from conserje.domain.receivables.allocation import Share
from conserje.domain.receivables.checkout import Attempt
from conserje.gateways.demo.adapter import ADAPTER
from conserje.gateways.demo.settings import DemoSettings
from conserje.services.outreach import strategy
from conserje.services.receivables import checkout
from conserje.services.tenancy import connection
from conserje.services.tenancy.act import acting, reading
from conserje.services.tenancy.http import GuardedHttp
from conserje.testing import world

READY_SECONDS = 15.0
PRICE = 10_000


@dataclass
class Server:
    """The embedded server of `home`, started and stopped by client processes; "" where nobody started it yet."""

    home: Path
    socket: str = ""
    place: Path = Path()

    def run(self, code: str) -> str:
        """What a client process printed that ran `code` with `embedded` and `call` at hand. Raises when it failed."""
        first = "from conserje.config import embedded; from conserje.config.database.machine import call\n"
        process = subprocess.run(
            [sys.executable, "-c", first + code],
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if process.returncode:
            raise RuntimeError(process.stderr)
        return process.stdout.strip()

    def start(self) -> None:
        """Return when it answers."""
        said = self.run("embedded.start(); print(embedded.socket_folder()); print(embedded.place())")
        self.socket, folder = said.splitlines()
        self.place = Path(folder)

    def stop(self, mode: str = "fast") -> None:
        """`pg_ctl stop`: "fast" rolls back, "immediate" is a crash."""
        self.run(
            f"p = embedded.place(); print(call(p, 'pg_ctl', 'stop', '-w', '-D', p / 'data', '-m', {mode!r}))"
        )

    def environment(self, **more: str) -> dict[str, str]:
        """Of a process whose home this is, and which starts the server itself unless `more` names another."""
        kept = {name: os.environ[name] for name in ("PATH", "CONSERJE_SECRET_KEY")}
        return (
            kept
            | {"CONSERJE_HOME": str(self.home), "DJANGO_SETTINGS_MODULE": "conserje.config.settings"}
            | more
        )

    def url(self) -> str:
        """For a process that shall not start the server."""
        return f"postgresql://conserje_app@/conserje?host={self.socket}&port=5432"

    def admin(self, query: str) -> None:
        """A statement of the administrator."""
        where = {"host": self.socket, "port": 5432, "user": "postgres", "dbname": "conserje"}
        with psycopg.connect(**where, autocommit=True) as link:
            link.execute(query)


@contextmanager
def django_at(server: Server) -> Iterator[None]:
    """Django's `default` connections of this process on that server."""
    settings = connections.settings["default"]
    former = dict(settings)
    connections.close_all()
    there = {
        "HOST": server.socket,
        "PORT": "5432",
        "NAME": "conserje",
        "USER": "conserje_app",
        "PASSWORD": "",
    }
    settings |= {**there, "OPTIONS": {}}
    connections["default"].settings_dict.update(settings)
    try:
        yield
    finally:
        connections.close_all()
        settings |= former
        connections["default"].settings_dict.update(settings)


@dataclass
class Standing:
    """A creditor whose customers pay: `pay_on` in a thread of its own, `settled` when the books say the same."""

    server: Server
    outside: world.World
    port: int
    database_url: str
    creditor: Any = None
    checkouts: list[str] = field(default_factory=list)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    log: Path = Path()

    def fill(self, customers: int) -> None:
        """Customers with one invoice each, and a checkout of each at the gateway."""
        self.creditor = build.creditor()
        values = {
            "base_url": self.outside.http_url,
            "api_key": self.outside.api_key,
            "hook_secret": self.outside.hook_secret,
        }
        now = datetime.now(UTC)
        with acting(creditor_id=self.creditor.id):
            connection.set_up(
                creditor_id=self.creditor.id, kind="gateway", adapter="demo", values=values, now=now
            )
            strategy.adopt(creditor_id=self.creditor.id, content=strategy.default(), by="system", now=now)
        if not gateways.has(ADAPTER.name):
            gateways.add(ADAPTER.name, ADAPTER)
        http = GuardedHttp(allowed_hosts=["127.0.0.1"])
        access = checkout.Access("demo", DemoSettings(**values), http)
        hook = f"http://127.0.0.1:{self.port}/hooks/{self.creditor.public_id}/demo/"
        ids = book.customers(self.creditor.id, *(f"Cliente {n}" for n in range(customers)))
        bills = book.opened(
            self.creditor.id, *(book.new_invoice(who, f"FE-{n}", PRICE) for n, who in enumerate(ids))
        )
        for n, (who, bill) in enumerate(zip(ids, bills, strict=True)):
            shares = (Share(bill, Money("COP", PRICE)),)
            attempt = Attempt(f"att-{n}", who, shares, "Pago", "http://127.0.0.1:9/r", hook, "es_CO")
            checkout.start(creditor_id=self.creditor.id, attempt=attempt, access=access, now=now)
        http.close()
        self.checkouts = [row["id"] for row in self.outside.checkouts()]

    def begin(self, *names: str) -> None:
        """Start the processes called `names` ("serve", "worker")."""
        more = {
            "DATABASE_URL": self.database_url,
            "CONSERJE_REACHABLE_HOSTS": "127.0.0.1",
            "CONSERJE_PUBLIC_URL": f"http://127.0.0.1:{self.port}",
        }
        for name in names:
            command = [sys.executable, "-m", "conserje.cli", name]
            command += ["--port", str(self.port)] if name == "serve" else []
            with self.log.open("ab") as out:
                self.processes[name] = subprocess.Popen(
                    command, env=self.server.environment(**more), stdout=out, stderr=out
                )

    def pay_on(self, count: int, pause: float) -> threading.Thread:
        """Customers pay the next `count` checkouts, one each `pause` seconds, whatever happens."""
        mine, self.checkouts = self.checkouts[:count], self.checkouts[count:]

        def work() -> None:
            for checkout_id in mine:
                self.outside.pay(checkout_id)
                time.sleep(pause)

        thread = threading.Thread(target=work)
        thread.start()
        return thread

    def told_again(self) -> None:
        """Every event is delivered once more, as a gateway's dashboard does."""
        for event in {row["id"] for row in self.outside.webhooks()}:
            self.outside.send_again(event)

    def paid(self) -> Counter[tuple[str, int]]:
        """The outside world's word: which payments were made, of how much."""
        rows = self.outside.checkouts()
        return Counter((row["payment_id"], row["amount"]) for row in rows if row["status"] == "paid")

    def booked(self) -> Counter[tuple[str, int]]:
        """The ledger's word; nothing while the database is away."""
        try:
            with reading(creditor_id=self.creditor.id):
                return Counter(Payment.objects.values_list("external_id", "amount_minor"))
        except Exception:
            connections.close_all()
            return Counter()

    def seconds_until(self, true: Callable[[], bool], within: float) -> float:
        """How long until `true()`; fails after `within`."""
        began = time.monotonic()
        while not true():
            gone = {name: process.poll() for name, process in self.processes.items()}
            assert time.monotonic() - began < within, (gone, self.paid() - self.booked(), self.said())
            time.sleep(0.1)
        return time.monotonic() - began

    def answers(self) -> bool:
        """Whether a page that reads the database answers without a server error."""
        url = f"http://127.0.0.1:{self.port}/p/{self.creditor.public_id}/{'x' * 43}/"
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(url, timeout=5) as answer:
                return bool(answer.status < 500)
        except urllib.error.HTTPError as error:
            error.close()
            return error.code < 500
        except OSError:
            return False

    def settled(self) -> bool:
        """Whether ledger and world say the same."""
        return self.booked() == self.paid()

    def said(self) -> str:
        """The end of what the worker wrote about itself, then of what both wrote."""
        lines = self.log.read_text(errors="replace").splitlines()
        own = [line[:300] for line in lines if "conserje.worker" in line or "procrastinate" in line]
        return "\n".join([*own[-25:], *(line[:500] for line in lines[-5:])])

    def recovers(self, calm_seconds: float) -> float:
        """Seconds from now until pages answer and a new payment is in the ledger; fails after `READY_SECONDS`.

        What a machine is slow at is added three times over: on a calm one it is less than a second.
        """
        allowed, began = READY_SECONDS + 3 * calm_seconds, time.monotonic()
        usable = self.seconds_until(self.answers, allowed)
        mine = self.checkouts.pop()
        self.outside.pay(mine)
        (row,) = [row for row in self.outside.checkouts() if row["id"] == mine]
        self.seconds_until(
            lambda: self.booked()[row["payment_id"], row["amount"]] == 1, began + allowed - time.monotonic()
        )
        took = time.monotonic() - began
        logging.getLogger(__name__).warning(
            f"usable {usable:.1f} s, a new payment {took:.1f} s (calm {calm_seconds:.1f} s)"
        )
        return took

    def judge(self) -> None:
        """When everybody paid: nothing lost, nothing twice, the books sound, both processes alive."""
        self.told_again()
        self.seconds_until(self.settled, 240)
        assert {name: process.poll() for name, process in self.processes.items()} == {
            "serve": None,
            "worker": None,
        }, self.said()
        assert self.booked() == self.paid()
        assert max(self.booked().values()) == 1
        book.sound(self.creditor.id)


@contextmanager
def standing(
    *, customers: int, folder: Path | None = None, through: Callable[[Server], str] = Server.url
) -> Iterator[Standing]:
    """Everything running. `through` is the DATABASE_URL of the processes; "": they start the server themselves."""
    home = folder or Path(tempfile.mkdtemp(prefix="cj-", dir="/tmp"))
    home.chmod(0o755)
    server = Server(home)
    with contextlib.ExitStack() as stack:
        if folder is None:
            stack.callback(shutil.rmtree, home, ignore_errors=True)
        log = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "said"
        server.start()
        stack.callback(server.stop, "immediate")
        migrated = [sys.executable, "-m", "conserje.cli", "migrate", "--quiet"]
        subprocess.run(migrated, env=server.environment(), check=True)
        outside = stack.enter_context(world.start())
        stack.enter_context(django_at(server))
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        made = Standing(server, outside, port, through(server), log=log)
        made.fill(customers)
        stack.callback(_end, made)
        yield made


def calm(made: Standing) -> float:
    """Seconds from a customer's payment to the ledger while nothing is wrong: the yardstick of this machine."""
    made.begin("serve", "worker")
    made.seconds_until(made.answers, 120)
    made.pay_on(1, 0).join()
    return made.seconds_until(lambda: made.booked().total() == 1, 120)


def _end(made: Standing) -> None:
    for process in made.processes.values():
        process.terminate()
    for process in made.processes.values():
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(15)
        process.kill()
        process.wait()
