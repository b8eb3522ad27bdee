# SPDX-License-Identifier: Apache-2.0
"""`conserje demo`: a believable invented book, its own clock, an outside world to send to, and everything served."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from conserje.cli.main import ready

if TYPE_CHECKING:
    from conserje.testing.world.handle import World

EMAIL = "ana@taller.example"
PASSWORD = "conserje-de-prueba"  # noqa: S105 - a demo's published password
LAST_WORDS = 12


@click.command()
@click.option("--port", default=8000, show_default=True, type=int)
@click.option("--seed", default=7, show_default=True, type=int, help="Which invented book.")
@click.option("--exit", "leave", is_flag=True, help="Prepare everything, print the links and stop.")
def demo(port: int, seed: int, leave: bool) -> None:
    """Install nothing, risk nothing: a whole book of receivables to walk through."""
    from conserje.config.home import home
    from conserje.testing import world
    from conserje.testing.world import ports

    began = time.monotonic()
    # Before anything is made that would end in another program's pages.
    if not leave and not ports.is_free(port):
        raise click.ClickException(
            f"Port {port} is taken by another program. Choose a free one: `make demo PORT=8001`, or --port 8001."
        )
    # A closed terminal or a polite end stops the server and the worker too.
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)
    folder = home() / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        running = stack.enter_context(world.start(store=folder / "world"))
        netloc = urlsplit(running.http_url).netloc
        os.environ["CONSERJE_REACHABLE_HOSTS"] = f"{netloc},{running.host}"
        os.environ["CONSERJE_DEMO_MAILBOX_URL"] = f"{running.http_url}/"
        os.environ["CONSERJE_PUBLIC_URL"] = f"http://127.0.0.1:{port}"
        click.echo("Starting the database ...")
        ready()
        links = _prepare(running, folder, seed)
        log = folder / "log.txt"
        processes = [] if leave else _serve(stack, port, log)
        _print(links, port, running.http_url, time.monotonic() - began)
        if processes:
            click.echo(f"What it does is written to {log}\n")
            _wait(processes, running, log)


def _prepare(running: World, folder: Path, seed: int) -> list[tuple[str, str]]:
    from conserje.cli import demo_book
    from conserje.config.migrating import bring_up_to_date

    bring_up_to_date(verbosity=0)
    click.echo("Loading an invented book and running its days ...")
    return demo_book.prepare(world=running, folder=folder, seed=seed, email=EMAIL, password=PASSWORD)


def _serve(stack: ExitStack, port: int, log: Path) -> list[subprocess.Popen[bytes]]:
    processes = []
    words = stack.enter_context(log.open("wb"))
    for command in (("serve", "--port", str(port)), ("worker",)):
        program = [sys.executable, "-m", "conserje.cli", *command]
        process = subprocess.Popen(program, env=os.environ, stdout=words, stderr=subprocess.STDOUT)
        stack.callback(_stop, process)
        processes.append(process)
    _wait_for_answer(processes, port, log)
    return processes


def _wait_for_answer(processes: Sequence[subprocess.Popen[bytes]], port: int, log: Path) -> None:
    from conserje.domain.ports.http import NoAnswer
    from conserje.services.tenancy import connection

    # Not yet answering is no news to somebody who waits for the links.
    logging.getLogger("conserje.http").setLevel(logging.WARNING)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        _must_live(processes, log)
        try:
            connection.http().send("GET", f"http://127.0.0.1:{port}/accounts/login/")
        except NoAnswer:
            time.sleep(0.2)
        else:
            return
    raise click.ClickException(f"Nothing answers at port {port}. Choose another with --port.")


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def _print(links: list[tuple[str, str]], port: int, world_url: str, seconds: float) -> None:
    click.echo(f"\nReady in {seconds:.0f} s. Everything here is invented; no message leaves this machine.\n")
    click.echo(f"  Workbench   http://127.0.0.1:{port}/   {EMAIL} / {PASSWORD}")
    click.echo(f"  Mailbox     {world_url}/   what customers receive")
    for name, url in links:
        click.echo(f"  {name:<11} {url}")
    click.echo("\nStop with Ctrl-C; the book stays. `rm -r .conserje` forgets it.\n")


def _wait(processes: Sequence[subprocess.Popen[bytes]], running: World, log: Path) -> None:
    from conserje.cli import demo_book

    try:
        while True:
            _must_live(processes, log)
            demo_book.keep_in_step(running)
            time.sleep(1)
    except KeyboardInterrupt:
        click.echo("Stopping ...")


def _must_live(processes: Sequence[subprocess.Popen[bytes]], log: Path) -> None:
    if all(process.poll() is None for process in processes):
        return
    for line in log.read_text("utf-8", errors="replace").splitlines()[-LAST_WORDS:]:
        click.echo(line, err=True)
    raise click.ClickException(
        f"A process of the demo ended by itself. Its last words are above, all of them in {log}."
    )
