# SPDX-License-Identifier: Apache-2.0
"""A journey's stage: the product served by its own processes on a clone, an outside world, and a real browser."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.db import connection
from playwright.sync_api import Browser, sync_playwright
from tests import harness
from tests.journeys.warm import Warm

from conserje.cli.serve import server
from conserje.testing.world import start
from conserje.testing.world.handle import World

T = TypeVar("T")

# Tuesday 17 November 2026, 10:00 in Bogota.
TUESDAY = datetime(2026, 11, 17, 15, 0, tzinfo=UTC)
EMAIL, PASSWORD = "ana@taller.example", "una-clave-de-prueba"
BRAND = {
    "sender_name": "Taller Ejemplo",
    "sender_address": "cuentas@taller.example",
    "reply_to": "ana@taller.example",
    "signature_name": "Ana Ruiz",
    "phone_published": "601 000 0000",
    "website": "taller.example",
    "colour": "#2f5d50",
}
CHROMIUM_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
CHROMIUM_ARGUMENTS += ["--disable-background-networking", "--disable-component-update"]


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything a journey needs. `url` is where the product is served."""

    url: str
    world: World
    browser: Browser
    environment: dict[str, str]
    creditor_id: int
    public_id: str
    commands: Warm

    def conserje(self, *words: str) -> Any:
        """Run a command as an operator would; answers its JSON when it printed some, else its text."""
        done = self.commands.run(list(words))
        if done.returncode != 0:
            raise AssertionError(
                f"conserje {' '.join(words)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
            )
        return json.loads(done.stdout) if done.stdout.lstrip().startswith("{") else done.stdout

    def aside(self, look: Callable[[], T]) -> T:
        """Run `look` in a thread of its own: in this one the browser keeps an event loop, and Django reads nothing."""

        def closing() -> T:
            try:
                return look()
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as threads:
            return threads.submit(closing).result()

    def move_clock(self, to: datetime) -> None:
        """Move the book's own clock."""
        from conserje.services.tenancy import creditor as creditors

        self.aside(lambda: creditors.set_clock(creditor_id=self.creditor_id, at=to))

    def portal_link(self, customer_id: int) -> str:
        """A fresh link to a customer's page."""
        from conserje.services.outreach import portal_link
        from conserje.services.tenancy.act import acting

        def issue() -> str:
            with acting(creditor_id=self.creditor_id):
                wanted = [portal_link.Wanted(customer_id, None, None)]
                (token,) = portal_link.issue_many(creditor_id=self.creditor_id, wanted=wanted, now=TUESDAY)
            return f"{self.url}/p/{self.public_id}/{token}/"

        return self.aside(issue)


class House:
    """The product's own processes, kept from journey to journey for as long as the database is the same one."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._database = ""

    def open_on(self, clone: harness.Clone) -> tuple[str, dict[str, str], Warm]:
        """Where the product is served on `clone`, its environment, and what runs its commands."""
        if self._database != clone.name:
            self.close()
            port = _free_port()
            url = f"http://127.0.0.1:{port}"
            environment = clone.environment() | {
                "CONSERJE_PUBLIC_URL": url,
                "CONSERJE_REACHABLE_HOSTS": "127.0.0.1",
                "CONSERJE_SECRET_KEY": str(_settings().SECRET_KEY),
            }
            self._stack.callback(_stop, _serve(port, environment))
            commands = self._stack.enter_context(Warm(environment))
            _wait_for(url)
            self._database, self._open = clone.name, (url, environment, commands)
        return self._open

    def close(self) -> None:
        """End what runs."""
        self._database = ""
        self._stack.close()


@contextmanager
def stage(house: House, clone: harness.Clone) -> Iterator[Stage]:
    """The product on `clone`, with one creditor that lives on `TUESDAY` and whose steps wait for approval."""
    with ExitStack() as stack:
        world = stack.enter_context(start())
        creditor_id, public_id = _creditor(world)
        url, environment, commands = house.open_on(clone)
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_ARGUMENTS)
        stack.callback(browser.close)
        yield Stage(url, world, browser, environment, creditor_id, public_id, commands)


def chromium() -> str:
    """The browser's path, found by the Makefile or by the usual name."""
    return os.environ.get("CHROMIUM") or "/usr/bin/chromium"


def sheet(rows: Sequence[Sequence[str]]) -> str:
    """A spreadsheet as Excel in Spanish saves it."""
    header = ("Factura", "Cliente", "Correo", "Fecha", "Vence", "Saldo")
    return "\r\n".join(";".join(row) for row in (header, *rows)) + "\r\n"


def _creditor(world: World) -> tuple[int, str]:
    from conserje.services.outreach import strategy
    from conserje.services.tenancy import connection, setting_up
    from conserje.services.tenancy import creditor as creditors
    from conserje.services.tenancy.act import acting

    new = setting_up.NewCreditor(
        name="Taller Ejemplo",
        legal_name="Taller Ejemplo S.A.S.",
        tax_id="900.000.000-0",
        country="CO",
        time_zone="America/Bogota",
        locale="es_CO",
        currency="COP",
        brand=BRAND,
        clock_at=TUESDAY,
    )
    creditor_id = setting_up.add_creditor(new=new)
    setting_up.add_person(
        creditor_id=creditor_id, email=EMAIL, name="Ana Ruiz", password=PASSWORD, role="owner"
    )
    mail = {"host": world.host, "port": world.smtp_port, "security": "none"}
    pay = {"base_url": world.http_url, "api_key": world.api_key, "hook_secret": world.hook_secret}
    with acting(creditor_id=creditor_id):
        strategy.adopt(creditor_id=creditor_id, content=strategy.default(), by="system", now=TUESDAY)
        connection.set_up(
            creditor_id=creditor_id, kind="channel", adapter="email_smtp", values=mail, now=TUESDAY
        )
        connection.set_up(creditor_id=creditor_id, kind="gateway", adapter="demo", values=pay, now=TUESDAY)
    return creditor_id, creditors.by_id(creditor_id=creditor_id).public_id


def _settings() -> Any:
    from django.conf import settings

    return settings


def _serve(port: int, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    settings = {"DJANGO_SETTINGS_MODULE": "conserje.config.settings"}
    return subprocess.Popen(
        server(host="127.0.0.1", port=port, processes=1, threads=4), env=environment | settings
    )


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()


def _wait_for(url: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(f"{url}/accounts/login/", timeout=5)
            return
        except urllib.error.HTTPError:
            return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise AssertionError(f"Nothing answers at {url}.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
