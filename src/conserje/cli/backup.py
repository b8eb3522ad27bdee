# SPDX-License-Identifier: Apache-2.0
"""`conserje backup`: one file with all that an installation needs to work again, here or elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from conserje.cli import servers
from conserje.cli.book import json_option, show
from conserje.cli.main import ready

_SECONDS_BETWEEN = 1.0
passphrase_option = click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    help="A file whose first line protects the installation's secret inside the backup.",
)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@passphrase_option
@json_option
def backup(file: Path, passphrase_file: Path | None, as_json: bool) -> None:
    """Write a backup to FILE, while everything runs. Whoever has the file has the books: keep it closed."""
    ready()
    import psycopg
    from django.conf import settings

    from conserje.config import clock
    from conserje.services.tenancy import anchor, programs
    from conserje.services.tenancy import backup as backups

    servers.awake()
    kept = backups.Kept(
        secret=str(settings.SECRET_KEY),
        passphrase=read_passphrase(passphrase_file),
        outside=Path(settings.OUTSIDE_FOLDER),
        roles=settings.DATABASE_ROLES,
    )
    now = clock.now()
    try:
        manifest = backups.make(
            path=file, server=servers.as_backup(), kept=kept, told=progress("written", quiet=as_json), now=now
        )
    except programs.ProgramFailed as failed:
        raise click.ClickException(f"No backup was made. {failed}") from failed
    except psycopg.Error as error:
        raise click.ClickException(
            f"No backup was made: the database said: {str(error).strip().splitlines()[0]}. The backup role is "
            f"{settings.DATABASE_ROLES['backup']}; DATABASE_BACKUP_URL says how to reach it."
        ) from error
    except OSError as error:
        raise click.ClickException(
            f"No backup was made: {error.strerror or error}. Choose another place for {file}, or make room."
        ) from error
    anchor.keep(
        heads={one["public_id"]: one["seal_head"] for one in manifest["creditors"]},
        why=anchor.BACKUP,
        now=now,
    )
    result = {"file": str(file), "bytes": file.stat().st_size} | _told(manifest)
    show(result, as_json=as_json, lines=lambda: _lines(result))


def read_passphrase(file: Path | None) -> str:
    """The first line of the file, or nothing."""
    if file is None:
        return ""
    words = file.read_text(encoding="utf-8").split("\n", 1)[0].strip()
    if len(words) < 12:
        raise click.ClickException(f"The passphrase in {file} has fewer than 12 characters.")
    return words


def progress(done: str, *, quiet: bool) -> Callable[[int], None]:
    """Says on standard error, once a second, how many bytes are `done`."""
    last = time.monotonic()

    def told(size: int) -> None:
        nonlocal last
        if not quiet and time.monotonic() - last > _SECONDS_BETWEEN:
            last = time.monotonic()
            click.echo(f"  {size / 1e6:,.0f} MB {done}", err=True)

    return told


def _told(manifest: dict[str, Any]) -> dict[str, Any]:
    return {
        "taken_at": manifest["taken_at"],
        "conserje": manifest["conserje"],
        "creditors": [
            {"public_id": one["public_id"], "rows": sum(one["rows"].values()), "seal_head": one["seal_head"]}
            for one in manifest["creditors"]
        ],
        "secret_under_passphrase": manifest["secret"]["under_passphrase"],
    }


def _lines(result: dict[str, Any]) -> list[str]:
    rows = sum(one["rows"] for one in result["creditors"])
    lines = [
        f"{result['file']}: {result['bytes'] / 1e6:,.1f} MB, {len(result['creditors'])} creditors, "
        f"{rows:,} rows, as of "
        f"{result['taken_at'][:19]} UTC.",
    ]
    if result["secret_under_passphrase"]:
        lines.append(
            "It holds everybody's data in the open, and the installation's secret under the passphrase."
        )
    else:
        lines.append(
            "It holds everybody's data and the installation's secret in the open: whoever reads it can read "
            "the passwords "
            "of your mail server and open customers' links. Keep it where nobody else can, or use --passphrase-file."
        )
    return [*lines, "Try it once on another machine: `conserje restore FILE`."]
