# SPDX-License-Identifier: Apache-2.0
"""`conserje restore`: a backup put back, every sender paused, and what left since then looked for."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from conserje.cli import servers
from conserje.cli.backup import passphrase_option, progress, read_passphrase
from conserje.cli.book import json_option, show
from conserje.cli.main import ready

if TYPE_CHECKING:
    from conserje.services.tenancy.archive import Archive

_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=_file)
@click.option("--replace", is_flag=True, help="Throw away what the database holds now.")
@click.option(
    "--sent",
    "sent",
    multiple=True,
    type=_file,
    help="A mail server's log, a list of Message-IDs, or a handed-over-*.log of another machine. May be repeated.",
)
@passphrase_option
@json_option
def restore(
    file: Path, replace: bool, sent: tuple[Path, ...], passphrase_file: Path | None, as_json: bool
) -> None:
    """Put the backup FILE back. Every creditor's sender is paused until a person lets it go."""
    ready()
    from conserje.config import clock
    from conserje.services.tenancy import archive, programs
    from conserje.services.tenancy.restore import Refused

    now = clock.now()
    try:
        found = archive.opened(file, told=progress("checked", quiet=as_json))
        secret = archive.unsealed(found.read(archive.SECRET), passphrase=read_passphrase(passphrase_file))
        result = _restored(found, secret, replace, now)
    except (archive.Unusable, Refused) as refused:
        raise click.ClickException(f"Nothing was changed. {refused}") from refused
    except programs.ProgramFailed as failed:
        raise click.ClickException(f"Not restored. {failed}") from failed
    except OSError as error:
        raise click.ClickException(f"Not restored: {error}. Mend that and run the same again.") from error
    result |= _afterwards(found, sent, now)
    show(result, as_json=as_json, lines=lambda: _lines(result))
    if not result["ok"]:
        raise SystemExit(1)


def _restored(found: Archive, secret: str, replace: bool, now: datetime) -> dict[str, Any]:
    import psycopg
    from django.conf import settings
    from django.db import connections

    from conserje.config import home, migrating
    from conserje.services.tenancy import backup as backups
    from conserje.services.tenancy import restore as restores

    given = os.environ.get("CONSERJE_SECRET_KEY", "")
    if given and backups.mark_of(given) != backups.mark_of(secret):
        raise restores.Refused(
            "CONSERJE_SECRET_KEY is not the secret of this backup: links, connections and opt-outs would be lost. Set "
            "it to the one that was used there, or unset it to have the backup's kept in the home."
        )
    servers.awake()
    server = servers.as_owner()
    try:
        target = restores.look(server=server, app_role=settings.DATABASE_ROLES["app"])
    except psycopg.OperationalError as error:
        raise restores.Refused(
            f"The database cannot be reached as its owner: {str(error).strip()}. See docs/operations.md."
        ) from error
    restores.judge(found=found, known_migrations=migrating.known(), target=target, replace=replace)
    # Before the rows: without its secret a restored book could not read its own connections.
    moved = (
        None
        if given
        else restores.keep_secret(secret=secret, path=home.make_folder(home.home()) / "secret.key", now=now)
    )
    settings.SECRET_KEY = secret
    restores.load(
        found=found,
        server=server,
        roles=settings.DATABASE_ROLES,
        replace=replace and target.tables > 0,
        now=now,
    )
    connections.close_all()
    applied = migrating.bring_up_to_date()
    restores.bring_outside(found=found, folder=Path(settings.OUTSIDE_FOLDER))
    return {"former_secret": str(moved) if moved else None, "migrations_applied": applied}


def _afterwards(found: Archive, sent: Sequence[Path], now: datetime) -> dict[str, Any]:
    """Marks what left since, then judges the books."""
    from conserje.services.journal import seal
    from conserje.services.outreach import mail_log, outside, restored
    from conserje.services.receivables import verify
    from conserje.services.tenancy import anchor
    from conserje.services.tenancy import creditor as creditors
    from conserje.services.tenancy.act import reading

    taken_at = datetime.fromisoformat(found.manifest["taken_at"])
    heads = {one["public_id"]: one["seal_head"] for one in found.manifest["creditors"]}
    anchor.keep(heads=heads, why=anchor.RESTORE, now=now)
    lines = list(outside.read([*outside.files(), *sent]))
    keys: set[str] = set()
    for path in sent:
        if not list(outside.read([path])):
            with path.open(encoding="utf-8", errors="replace") as file:
                keys |= mail_log.keys_in(file)
    rows = []
    for facts in creditors.every():
        with reading(creditor_id=facts.id):
            whole = seal.head(creditor_id=facts.id) == heads.get(facts.public_id, "")
        restored.begin(creditor_id=facts.id, taken_at=taken_at, now=now)
        mine = [line for line in lines if line.creditor == facts.public_id]
        marked = mail_log.take_in(creditor_id=facts.id, lines=mine, taken=keys, now=now)
        report = verify.verify(creditor_id=facts.id)
        rows.append(
            {
                "public_id": facts.public_id,
                "name": facts.name,
                "books_hold": report.ok and whole,
                "broken": [
                    f"{item.name}: {'; '.join(item.findings)}" for item in report.properties if item.findings
                ],
                "left_since": {state: marked.get(state, 0) for state in ("unsure", "accepted", "unmatched")},
            }
        )
    return {
        "ok": all(row["books_hold"] for row in rows),
        "taken_at": found.manifest["taken_at"],
        "creditors": rows,
    }


def _lines(result: dict[str, Any]) -> list[str]:
    lines = [
        f"Restored the books of {result['taken_at'][:19]} UTC, {result['migrations_applied']} migrations applied."
    ]
    if result["former_secret"]:
        lines.append(f"The secret that was here before is in {result['former_secret']}.")
    for row in result["creditors"]:
        state = "the books hold" if row["books_hold"] else "THE BOOKS DO NOT HOLD, see `conserje verify`"
        lines.append(f"{row['name']} ({row['public_id']}): {state}. Sending is paused.")
        lines += [f"      {finding}" for finding in row["broken"]]
        left = row["left_since"]
        if left["unsure"] or left["accepted"]:
            lines.append(
                f"      Left since the backup: {left['accepted']} accepted, {left['unsure']} handed over "
                f"(`conserje unsure`)."
            )
        if left["unmatched"]:
            lines.append(f"      {left['unmatched']} more left to customers that this backup does not know.")
    lines.append(
        "Nothing leaves until you say so: `conserje sending` shows what may have left since the backup "
        "and what would leave."
    )
    return lines
