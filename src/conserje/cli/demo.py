# SPDX-License-Identifier: Apache-2.0
"""`conserje demo`: a believable invented book, its own clock, an outside world to send to, and everything served."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
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


@click.command()
@click.option("--port", default=8000, show_default=True, type=int)
@click.option("--seed", default=7, show_default=True, type=int, help="Which invented book.")
@click.option("--exit", "leave", is_flag=True, help="Prepare everything, print the links and stop.")
def demo(port: int, seed: int, leave: bool) -> None:
    """Install nothing, risk nothing: a whole book of receivables to walk through."""
    from conserje.config.home import home
    from conserje.testing import world

    began = time.monotonic()
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
        processes = [] if leave else _serve(stack, port)
        _print(links, port, running.http_url, time.monotonic() - began)
        if processes:
            _wait(processes, running)


def _prepare(running: World, folder: Path, seed: int) -> list[tuple[str, str]]:
    from conserje.cli import demo_book
    from conserje.config.migrating import bring_up_to_date

    bring_up_to_date(verbosity=0)
    click.echo("Loading an invented book and running its days ...")
    return demo_book.prepare(world=running, folder=folder, seed=seed, email=EMAIL, password=PASSWORD)


def _serve(stack: ExitStack, port: int) -> list[subprocess.Popen[bytes]]:
    processes = []
    for command in (("serve", "--port", str(port)), ("worker",)):
        process = subprocess.Popen([sys.executable, "-m", "conserje.cli", *command], env=os.environ)
        stack.callback(_stop, process)
        processes.append(process)
    _wait_for_answer(port)
    return processes


def _wait_for_answer(port: int) -> None:
    from conserje.domain.ports.http import NoAnswer
    from conserje.services.tenancy import connection

    # Not yet answering is no news to somebody who waits for the links.
    logging.getLogger("conserje.http").setLevel(logging.WARNING)
    until = time.monotonic() + 60
    while time.monotonic() < until:
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


def _wait(processes: list[subprocess.Popen[bytes]], running: World) -> None:
    from conserje.cli import demo_book

    try:
        while all(process.poll() is None for process in processes):
            demo_book.keep_in_step(running)
            time.sleep(1)
    except KeyboardInterrupt:
        click.echo("Stopping ...")
        return
    raise click.ClickException("A process of the demo ended by itself. Its last words are above.")
