# SPDX-License-Identifier: Apache-2.0
"""Backing up and restoring the database of a test, in this process, with PostgreSQL's own programs."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from tests import harness

from conserje.config import embedded, migrating
from conserje.config.database import provision
from conserje.services.tenancy import archive, backup, restore
from conserje.services.tenancy.programs import Server


def server(clone: harness.Clone, part: str) -> Server:
    """The database of a test as one of its roles."""
    reach = conninfo_to_dict(harness.address(part, clone.name))
    return Server(
        reach={key: str(value) for key, value in reach.items()},
        folders=[embedded.programs()],
        environment=os.environ | {"LC_ALL": "C"},
    )


@contextmanager
def empty() -> Iterator[harness.Clone]:
    """A database as an administrator hands it over: the roles may enter, and nothing is in it."""
    name = f"clone_{os.getpid()}_empty"
    with harness.admin() as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        provision.database(admin, name)
        with harness.admin(name) as inside:
            provision.privileges(inside, name)
        try:
            yield harness.Clone(name)
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def conserje(
    clone: harness.Clone, *arguments: str, largest_file: int | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """`conserje ...` as a process of its own on a database; no file of it may be larger than `largest_file` bytes."""

    def bounded() -> None:
        if largest_file is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

    return subprocess.run(
        [sys.executable, "-c", "from conserje.cli.main import main; main()", *arguments],
        env=clone.environment()
        | {"DATABASE_BACKUP_URL": harness.address("backup", clone.name)}
        | environment,
        preexec_fn=bounded,
        capture_output=True,
        text=True,
        check=False,
    )


def back_up(clone: harness.Clone, path: Path, *, now: datetime, passphrase: str = "") -> dict[str, Any]:
    """A backup of it at `path`; answers the manifest."""
    kept = backup.Kept(
        secret=str(settings.SECRET_KEY),
        passphrase=passphrase,
        outside=Path(settings.OUTSIDE_FOLDER),
        roles=settings.DATABASE_ROLES,
    )
    return backup.make(path=path, server=server(clone, "backup"), kept=kept, told=lambda size: None, now=now)


def put_back(
    clone: harness.Clone,
    path: Path,
    *,
    now: datetime,
    roles: Mapping[str, str] | None = None,
    replace: bool = True,
) -> archive.Archive:
    """That backup back into a database, as `conserje restore` does it, up to the tables being there again."""
    connections.close_all()
    found = archive.opened(path, told=lambda size: None)
    target = restore.look(server=server(clone, "owner"), app_role=settings.DATABASE_ROLES["app"])
    restore.judge(found=found, known_migrations=migrating.known(), target=target, replace=replace)
    restore.load(
        found=found,
        server=server(clone, "owner"),
        roles=roles or settings.DATABASE_ROLES,
        replace=target.tables > 0,
        now=now,
    )
    migrating.bring_up_to_date()
    return found
