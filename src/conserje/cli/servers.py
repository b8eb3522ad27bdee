# SPDX-License-Identifier: Apache-2.0
"""How the commands that copy a database reach it: as which role, and with which programs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from conserje.services.tenancy.programs import Server


def as_backup() -> Server:
    """The database as the role that reads everything: DATABASE_BACKUP_URL, else DATABASE_URL as that role."""
    from django.conf import settings
    from django.db import connections
    from psycopg.conninfo import conninfo_to_dict

    given = os.environ.get("DATABASE_BACKUP_URL", "")
    entry = connections.settings["default"]
    if given:
        return _server({key: str(value) for key, value in conninfo_to_dict(given).items()})
    return _server(_reach(entry, user=settings.DATABASE_ROLES["backup"]))


def as_owner() -> Server:
    """The database as the role that owns the tables."""
    from django.db import connections

    if "owner" not in connections.settings:
        raise click.ClickException(
            "Restoring needs the role that owns the tables: set DATABASE_OWNER_URL beside DATABASE_URL."
        )
    entry = connections.settings["owner"]
    return _server(_reach(entry, user=entry["USER"], password=entry.get("PASSWORD", "")))


def awake() -> None:
    """Start the embedded server when it is the one in use: programs would not."""
    from conserje.config import embedded

    if not os.environ.get("DATABASE_URL"):
        try:
            embedded.start()
        except embedded.ServerFailed as failure:
            raise click.ClickException(str(failure)) from failure


def _reach(entry: dict[str, Any], *, user: str, password: str = "") -> dict[str, str]:
    words = {
        "host": entry.get("HOST", ""),
        "port": entry.get("PORT", ""),
        "dbname": entry["NAME"],
        "user": user,
        "password": password,
    }
    ours = {
        key: str(value)
        for key, value in entry.get("OPTIONS", {}).items()
        if key not in ("pool", "isolation_level")
    }
    return {key: value for key, value in {**ours, **words}.items() if value}


def _server(reach: dict[str, str]) -> Server:
    from conserje.config import embedded
    from conserje.services.tenancy.programs import Server

    on_path = [Path(folder) for folder in os.environ.get("PATH", os.defpath).split(os.pathsep) if folder]
    try:
        own = [embedded.programs()]
    except embedded.ServerFailed:
        own = []
    folders = [*on_path, *own] if os.environ.get("DATABASE_URL") else [*own, *on_path]
    return Server(reach=reach, folders=folders, environment=os.environ | {"LC_ALL": "C"})
