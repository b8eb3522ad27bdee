# SPDX-License-Identifier: Apache-2.0
"""Restoring a backup: in one transaction, in which every sender is paused before any role may work."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from psycopg import sql

from conserje.services.tenancy import archive, programs
from conserje.services.tenancy.archive import Archive
from conserje.services.tenancy.programs import Server

_TABLES = (
    "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
)
_OTHERS = """
SELECT count(*) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename = %s"""
_NAME = re.compile(r'[\w ",.()\[\]]+')
_HOLDS_STATE = "tenancy.0002_restored_from_a_backup"


class Refused(ValueError):
    """A backup may not be restored here; says why and what to do."""


@dataclass(frozen=True, slots=True)
class Target:
    """What stands where a backup is to go: tables that are there already, and sessions of the app role."""

    tables: int
    sessions: int


def look(*, server: Server, app_role: str) -> Target:
    """What the database holds, as its owner. Raises psycopg's `OperationalError`."""
    with server.connect() as reading:
        tables = reading.execute(_TABLES).fetchone()
        others = reading.execute(_OTHERS, [app_role]).fetchone()
    assert tables is not None
    assert others is not None
    return Target(tables[0], others[0])


def judge(*, found: Archive, known_migrations: Collection[str], target: Target, replace: bool) -> None:
    """Raises `Refused` when the backup is newer than this code, or the database is not free for it."""
    newer = sorted(set(found.manifest["migrations"]) - set(known_migrations))
    if newer:
        raise Refused(
            f"The backup was made by Conserje {found.manifest['conserje']}, which is newer than this one (it knows "
            f"{newer[0]}). Install that version or a newer one, then restore."
        )
    if target.tables and not replace:
        raise Refused(
            f"The database is not empty: it has {target.tables} tables. Restore into an empty one, or give "
            f"--replace to "
            "throw away what is there. Make a backup of it first."
        )
    if target.sessions:
        raise Refused(
            f"{target.sessions} sessions of web or workers are connected to this database. Stop them, then restore."
        )


def load(*, found: Archive, server: Server, roles: Mapping[str, str], replace: bool, now: datetime) -> None:
    """Play the dump into the database as its owner: all of it with every sender paused, or nothing.

    Raises `programs.ProgramFailed`.
    """
    before = ["SET LOCAL lock_timeout = '20s';"]
    if replace:
        before += ["DROP SCHEMA public CASCADE;", "CREATE SCHEMA public;"]
    before.append(_text("GRANT USAGE ON SCHEMA public TO {}, {};", roles["app"], roles["backup"]))
    after = ["SET search_path = public;", _pause(found, now), *_privileges(found, roles)]
    programs.load(
        server,
        feed=lambda into: found.copy(archive.DUMP, into),
        at_least=found.manifest["program"],
        around=("\n".join(before), "\n".join(after)),
    )


def reason(taken_at: datetime) -> str:
    """Why senders are paused."""
    return f"Restored from a backup of {taken_at:%Y-%m-%d %H:%M} UTC: what left since then is not in these books."


def keep_secret(*, secret: str, path: Path, now: datetime) -> Path | None:
    """Write the installation's secret to `path`; answers where a former one went, None when there was none."""
    moved = None
    if path.exists():
        if path.read_text(encoding="ascii") == secret:
            return None
        moved = path.with_name(f"{path.name}.before-{now:%Y%m%dT%H%M%S}")
        path.rename(moved)
    draft = path.with_name(f".{path.name}.restored")
    draft.touch(mode=0o600)
    draft.write_text(secret, encoding="ascii")
    draft.rename(path)
    return moved


def bring_outside(*, found: Archive, folder: Path) -> None:
    """What the backup knew of what left: files that are not here, and lines that files here do not have."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in found.names(archive.OUTSIDE):
        path = folder / Path(name).name
        known = set(path.read_bytes().split(b"\n")) if path.exists() else set()
        missing = [line for line in found.read(name).split(b"\n") if line and line not in known]
        if missing:
            path.touch(mode=0o600)
            with path.open("ab") as file:
                file.write(b"\n" + b"\n".join(missing))


def _pause(found: Archive, now: datetime) -> str:
    taken_at = datetime.fromisoformat(found.manifest["taken_at"])
    # Restored again before anybody said what left after the first time: the older backup is the one to doubt from.
    # A demo book lives in its own time, in which none has passed.
    stated = (
        _text(
            ", restored_from_at = coalesce(clock_at, least(restored_from_at, {!l}::timestamptz)),"
            " restored_at = coalesce(clock_at, {!l})",
            taken_at,
            now,
        )
        if _HOLDS_STATE in found.manifest["migrations"]
        else ""
    )
    paused = _text("sending_paused_at = {!l}, sending_paused_reason = {!l}", now, reason(taken_at))
    return f"UPDATE public.tenancy_creditor SET {paused}{stated};"  # noqa: S608 - quoted above


def _privileges(found: Archive, roles: Mapping[str, str]) -> list[str]:
    statements = []
    for what in found.manifest["closed_functions"]:
        statements.append(f"REVOKE ALL ON FUNCTION {_word(what)} FROM PUBLIC;")
    for kind, what, column, part, privilege in found.manifest["privileges"]:
        to = "PUBLIC" if part == "public" else _text("{}", roles[part])
        of = f" ({_word(column)})" if column else ""
        statements.append(f"GRANT {_word(privilege)}{of} ON {_word(kind)} {_word(what)} TO {to};")
    return statements


def _word(text: str) -> str:
    # What is granted comes from a file that anybody may have written.
    if not _NAME.fullmatch(text):
        raise Refused("The manifest of this backup grants something that is no name. Use another copy of it.")
    return text


def _text(template: str, *values: Any) -> str:
    """SQL with role names and values in it, quoted. `{}` is a name, `{!l}` a value."""
    pieces = [
        sql.Literal(str(value)) if "{!l}" in template else sql.Identifier(str(value)) for value in values
    ]
    return sql.SQL(template.replace("{!l}", "{}")).format(*pieces).as_string(None)
