# SPDX-License-Identifier: Apache-2.0
"""`conserje serve` and `conserje worker`: the web process and the one that does the work."""

from __future__ import annotations

import os
import sys

import click

from conserje.cli.main import ready

APPLICATION = "conserje.config.wsgi:application"
THREADS = 8


def usual_processes() -> int:
    """One for each core, at most four: every thread of every process keeps a connection of the database."""
    return min(4, os.cpu_count() or 1)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=int)
@click.option(
    "--processes",
    default=usual_processes,
    show_default="one for each core, at most 4",
    type=click.IntRange(1),
)
@click.option("--threads", default=THREADS, show_default=True, type=int, help="Of each process.")
def serve(host: str, port: int, processes: int, threads: int) -> None:
    """Serve the portal, the workbench and the hooks. Put a TLS proxy in front of it outside this machine."""
    ready()
    _must_be_powerless()
    _refuse_other_tables()
    # This process becomes the server, so that whoever stops it stops the server.
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "conserje.config.settings"}
    command = server(host=host, port=port, processes=processes, threads=threads)
    os.execve(sys.executable, command, environment)  # noqa: S606 - no shell


def server(
    *, host: str, port: int, processes: int, threads: int, application: str = APPLICATION
) -> list[str]:
    """The command of the web server itself: so many processes, each with so many threads."""
    program = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"]
    place = ["--host", host, "--port", str(port)]
    size = ["--workers", str(processes), "--blocking-threads", str(threads)]
    return [*program, *place, *size, application]


@click.command()
@click.option("--once", is_flag=True, help="Do what waits in the queue and stop.")
def worker(once: bool) -> None:
    """Do the work: hooks, decisions, messages. Run one for each core; it outlives its database."""
    ready()
    _must_be_powerless()
    _refuse_other_tables()
    from conserje.cli import working

    working.once() if once else working.until_told()


def _must_be_powerless() -> None:
    """Refuse to start with a role that the walls between creditors do not bind; wait for a database that is away."""
    from django.db import DatabaseError, connection

    from conserje.services.tenancy import role

    try:
        role.must_be_powerless()
    except role.TooPowerful as error:
        raise click.ClickException(str(error)) from error
    except DatabaseError:
        return
    finally:
        connection.close()


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
            f"The database is newer than this Conserje: it has {unknown} migrations that this one does not know. "
            "Install the version that migrated it, or restore the backup from before."
        )
    if missing:
        raise click.ClickException(
            f"{missing} migrations are waiting. Run `conserje migrate`, then start again."
        )
