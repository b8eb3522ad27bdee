# SPDX-License-Identifier: Apache-2.0
"""`conserje database`: the embedded PostgreSQL, by hand."""

from __future__ import annotations

import os

import click

from conserje.config import embedded


@click.group()
def database() -> None:
    """Start, stop or look at the embedded PostgreSQL."""
    if os.environ.get("DATABASE_URL"):
        raise click.ClickException("DATABASE_URL is set, so the embedded PostgreSQL is not in use.")


@database.command()
def start() -> None:
    """Start it; it also starts by itself when it is needed."""
    try:
        embedded.start()
    except embedded.ServerFailed as failure:
        raise click.ClickException(str(failure)) from failure
    click.echo(f"PostgreSQL runs. Its files are in {embedded.place()}.")


@database.command()
def stop() -> None:
    """Stop it; clients that are connected are cut off."""
    try:
        stopped = embedded.stop()
    except embedded.ServerFailed as failure:
        raise click.ClickException(str(failure)) from failure
    click.echo("PostgreSQL has stopped." if stopped else "PostgreSQL was not running.")


@database.command()
def status() -> None:
    """Say whether it runs and where its files are; exits 3 when it does not run."""
    running = embedded.is_running()
    click.echo(f"PostgreSQL {'runs' if running else 'does not run'}. Its files are in {embedded.place()}.")
    if running:
        reach = f"-h {embedded.socket_folder()} -U conserje_app {embedded.DATABASE}"
        click.echo(f"Reach it with: {embedded.programs() / 'psql'} {reach}")
    else:
        raise SystemExit(3)
