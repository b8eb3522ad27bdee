# SPDX-License-Identifier: Apache-2.0
"""`conserje serve` and `conserje worker`: the web process and the one that does the work."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import time
from typing import TYPE_CHECKING

import click

from conserje.cli.main import ready

if TYPE_CHECKING:
    from procrastinate import App

SECONDS_BETWEEN_TRIES = 2
STATUS_CRASHED = 70


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=int)
@click.option("--threads", default=4, show_default=True, type=int)
def serve(host: str, port: int, threads: int) -> None:
    """Serve the portal, the workbench and the hooks. Put a TLS proxy in front of it outside this machine."""
    ready()
    _refuse_other_tables()
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        host,
        "--port",
        str(port),
        "--blocking-threads",
        str(threads),
        "--no-ws",
        "conserje.config.wsgi:application",
    ]
    # This process becomes the server, so that whoever stops it stops the server.
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "conserje.config.settings"}
    os.execve(sys.executable, command, environment)  # noqa: S606 - our own interpreter, no shell


@click.command()
@click.option("--once", is_flag=True, help="Do what waits in the queue and stop.")
def worker(once: bool) -> None:
    """Do the work: hooks, decisions, messages. Run one for each core."""
    ready()
    from django.db import connections
    from django.db.utils import InterfaceError, OperationalError
    from procrastinate.exceptions import ConnectorException
    from psycopg import OperationalError as Unreachable

    log = logging.getLogger("conserje.cli.worker")
    lost = (ConnectorException, OperationalError, InterfaceError, Unreachable)
    while True:
        try:
            _refuse_other_tables()
            if _work(once):
                return
        except lost as error:
            if once:
                raise click.ClickException("The database went away. Run it again when it answers.") from error
        except click.ClickException:
            raise
        except Exception as error:
            # Its text may hold a row: the log says where it happened, the status tells the supervisor.
            log.critical("The worker ended by an error.", exc_info=True)
            raise SystemExit(STATUS_CRASHED) from error
        log.warning("The database went away: tried again every %d seconds.", SECONDS_BETWEEN_TRIES)
        connections.close_all()
        time.sleep(SECONDS_BETWEEN_TRIES)


def _work(once: bool) -> bool:
    """Until it is told to stop (True), or the queue ended by itself because the database went away (False)."""
    from django.db import connection
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    # The queue opens a pool of its own, which would not start the embedded server.
    connection.ensure_connection()
    assert isinstance(app.connector, DjangoConnector)
    with app.replace_connector(app.connector.get_worker_connector()) as worker_app:
        return asyncio.run(_until_stopped(worker_app, once)) or once


async def _until_stopped(worker_app: App, once: bool) -> bool:
    """Whether a signal ended it; the queue itself ends as quietly when it loses the database."""
    told = False

    def stop() -> None:
        nonlocal told
        told = True
        working.cancel()

    async with worker_app.open_async():
        working = asyncio.create_task(
            worker_app.run_worker_async(
                concurrency=1, wait=not once, listen_notify=True, install_signal_handlers=False
            )
        )
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, stop)
        try:
            await working
        except asyncio.CancelledError:
            if not told:
                raise
    return told


def _refuse_other_tables() -> None:
    """Web and workers run on the very tables they were written for. A database that is away may come back."""
    from django.db.utils import OperationalError, ProgrammingError

    from conserje.services.tenancy import readiness

    try:
        missing, unknown = readiness.tables()
    except OperationalError:
        return
    except ProgrammingError as error:
        raise click.ClickException(
            "The database has no tables of Conserje. Run `conserje migrate`."
        ) from error
    if unknown:
        raise click.ClickException(
            f"The database is newer than this Conserje: it has {unknown} migrations that this one does not "
            f"know. Install the "
            "version that migrated it, or restore the backup from before."
        )
    if missing:
        raise click.ClickException(
            f"{missing} migrations are waiting. Run `conserje migrate`, then start again."
        )
