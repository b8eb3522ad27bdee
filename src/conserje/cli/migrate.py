# SPDX-License-Identifier: Apache-2.0
"""`conserje migrate`: bring the tables up to date, as the role that owns them."""

from __future__ import annotations

import click

from conserje.cli.main import ready


@click.command()
@click.option("--quiet", is_flag=True, help="Say nothing when all went well.")
def migrate(*, quiet: bool) -> None:
    """Bring the database up to date; safe to repeat."""
    ready()
    from conserje.config.migrating import NoOwner, bring_up_to_date

    try:
        applied = bring_up_to_date(verbosity=0 if quiet else 1)
    except NoOwner as refusal:
        raise click.ClickException(str(refusal)) from refusal
    if not quiet:
        click.echo(f"The database is up to date: {applied} migrations applied now.")
