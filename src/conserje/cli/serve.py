# SPDX-License-Identifier: Apache-2.0
"""`conserje serve` and `conserje worker`: the web process and the one that does the work."""

from __future__ import annotations

import os
import sys

import click

from conserje.cli.main import ready


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=int)
@click.option("--threads", default=4, show_default=True, type=int)
def serve(host: str, port: int, threads: int) -> None:
    """Serve the portal, the workbench and the hooks. Put a TLS proxy in front of it outside this machine."""
    ready()
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
    from django.db import connection
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    # The queue opens a pool of its own, which would not start the embedded server.
    connection.ensure_connection()
    assert isinstance(app.connector, DjangoConnector)
    with app.replace_connector(app.connector.get_worker_connector()) as worker_app:
        worker_app.run_worker(
            concurrency=1,
            wait=not once,
            listen_notify=True,
            install_signal_handlers=True,
            delete_jobs="successful",
        )
