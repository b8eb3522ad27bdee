# SPDX-License-Identifier: Apache-2.0
"""One database server for the tests, one migrated template, and for each test a database as the template is.

Tests run as the powerless role with real commits: nothing is rolled back. The server
is an embedded one with a home of its own (`CONSERJE_TEST_HOME`), or the one `TEST_DATABASE_ADMIN_URL` names.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import psycopg
from psycopg import sql

from conserje.config import embedded
from conserje.config.database import provision, url
from conserje.config.home import make_folder

SOURCE = Path(embedded.__file__).resolve().parent.parent
NOBODY_ASKED = "no_test_asked_for_a_database"
DAYS_KEPT = 2
# So many rows taken away leave so many dead ones behind that a new database is the better.
ROWS_WIPED = 20_000
_numbers = itertools.count(1)
_CATALOGS = (
    "pg_class",
    "pg_attribute",
    "pg_attrdef",
    "pg_constraint",
    "pg_default_acl",
    "pg_event_trigger",
    "pg_index",
    "pg_inherits",
    "pg_policy",
    "pg_proc",
    "pg_rewrite",
    "pg_trigger",
    "pg_db_role_setting WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())",
    "pg_database WHERE datname = current_database()",
)
_SEND_AWAY = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def home() -> Path:
    """Where the test server lives: outside the checkout, the same for every run."""
    chosen = os.environ.get("CONSERJE_TEST_HOME")
    if chosen:
        return Path(chosen).absolute()
    if os.geteuid() == 0:
        return Path("/var/cache/conserje-tests")
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "conserje-tests"


@dataclass(frozen=True, slots=True)
class Clone:
    """A migrated database of one test."""

    name: str

    def connect(self, part: str = "app") -> psycopg.Connection[Any]:
        """An autocommit connection as the role that plays `part`: "app", "owner", "backup" or "admin"."""
        if part == "admin":
            return admin(self.name)
        return psycopg.connect(address(part, self.name), autocommit=True)

    def environment(self) -> dict[str, str]:
        """The environment for a child process that is to work on this database."""
        return os.environ | {
            "DATABASE_URL": address("app", self.name),
            "DATABASE_OWNER_URL": address("owner", self.name),
        }


def address(part: str, database: str) -> str:
    """The URL of `database` for the role that plays `part`."""
    given = os.environ.get("TEST_DATABASE_ADMIN_URL")
    role = provision.ROLES[part]
    if not given:
        return f"postgresql://{role}@/{database}?host={quote(str(embedded.socket_folder()))}&port={embedded.PORT}"
    parts = urlsplit(given)
    secret = f":{quote(parts.password)}" if parts.password else ""
    machine = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{role}{secret}@{machine}", path=f"/{database}").geturl()


def admin(database: str = "postgres") -> psycopg.Connection[Any]:
    """An autocommit connection of the server's administrator."""
    given = os.environ.get("TEST_DATABASE_ADMIN_URL")
    if not given:
        return embedded.connect(database=database)
    return psycopg.connect(urlsplit(given)._replace(path=f"/{database}").geturl(), autocommit=True)


def prepare_django() -> None:
    """Point Django at the test server, at a database that does not exist until a test asks for one."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "conserje.config.settings"
    os.environ["CONSERJE_HOME"] = str(home())
    os.environ.setdefault("CONSERJE_SECRET_KEY", "only-for-tests")
    os.environ.pop("CONSERJE_PUBLIC_URL", None)
    os.environ["DATABASE_URL"] = address("app", NOBODY_ASKED)
    os.environ["DATABASE_OWNER_URL"] = address("owner", NOBODY_ASKED)
    import django

    django.setup()
    from django.contrib.auth.hashers import PBKDF2PasswordHasher

    # Passwords that guard nothing: a test that makes a person need not pay for a million rounds.
    PBKDF2PasswordHasher.iterations = 1_000


def template() -> str:
    """The name of the migrated template, made when no run before has made it for these very migrations."""
    make_folder(home())
    mark = _fingerprint()
    name = f"template_{mark}"
    with _alone():
        if not os.environ.get("TEST_DATABASE_ADMIN_URL"):
            _start()
        with admin() as server:
            known = {row[0] for row in server.execute("SELECT datname FROM pg_database").fetchall()}
            _forget_old(server, known - {name})
            if name not in known:
                _build(server, name, mark)
        (home() / f"{name}.used").touch()
    return name


def interruptible() -> None:
    """For a child that a test interrupts: started in the background, tests ignore SIGINT, and children inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def clone(source: str) -> Iterator[Clone]:
    """A copy of database `source`, dropped at the end whoever is still connected."""
    name = f"clone_{os.getpid()}_{next(_numbers)}"
    with admin() as server:
        server.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(provision.ROLES["owner"]), sql.Identifier(source)
            )
        )
        try:
            yield Clone(name)
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


class Shelf:
    """One database, lent from test to test: what a test wrote is taken away first.

    A new database is some thousand files. So one whose tables, privileges and first rows are as they came is emptied
    and lent again; one that a test has rebuilt, or that was filled often, is dropped and the next is new.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._stack = ExitStack()
        self._held: Clone | None = None

    @contextmanager
    def lend(self) -> Iterator[Clone]:
        """A database as the template is, for one test."""
        if self._held is None:
            self._held = self._stack.enter_context(clone(self._source))
            self._wiped = 0
            # One connection does it after every test: a new one reads the catalogs of every table anew.
            self._inside = self._stack.enter_context(admin(self._held.name))
            self._kept, self._emptying = _first_rows(self._inside)
            self._shape = _shape(self._inside, self._kept)
        try:
            yield self._held
        finally:
            if not self._as_it_came():
                self.close()

    def close(self) -> None:
        """Drop the database that is held."""
        self._held = None
        self._stack.close()

    def _as_it_came(self) -> bool:
        inside = self._inside
        try:
            while inside.execute(_SEND_AWAY).fetchone()[0]:  # type: ignore[index]
                time.sleep(0.002)
            if _shape(inside, self._kept) != self._shape:
                return False
            done = inside.execute(self._emptying)
        except psycopg.OperationalError:  # the test ended the server, or this connection
            return False
        self._wiped += sum(max(one.rowcount, 0) for one in done.results())
        return self._wiped < ROWS_WIPED


def _first_rows(inside: psycopg.Connection[Any]) -> tuple[tuple[str, ...], bytes]:
    """The tables that are not empty, and a script that empties the others and sets each sequence back."""
    names = inside.execute(
        "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
    ).fetchall()
    has_rows = {
        name
        for (name,) in names
        if inside.execute(f"SELECT EXISTS (TABLE {name})".encode()).fetchone()[0]  # type: ignore[index]
    }
    sequences = inside.execute(
        "SELECT format('%L, %s, %L', format('%I.%I', schemaname, sequencename), coalesce(last_value, start_value),"
        " last_value IS NOT NULL) FROM pg_sequences"
    ).fetchall()
    script = [
        "SET session_replication_role = replica",
        *(f"DELETE FROM {name}" for (name,) in names if name not in has_rows),
        *(f"SELECT setval({one})" for (one,) in sequences),
        "SELECT pg_stat_reset()",
    ]
    return tuple(sorted(has_rows)), "; ".join(script).encode()


def _shape(inside: psycopg.Connection[Any], kept: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """Changes with every change to catalogs, to settings of the database and to the tables in `kept`."""
    marks = [f"SELECT count(*), max(xmin::text::bigint) FROM {name}" for name in (*_CATALOGS, *kept)]
    return inside.execute(" UNION ALL ".join(marks).encode()).fetchall()


@contextmanager
def django_on(database: Clone) -> Iterator[None]:
    """Django's `default` and `owner` connections, of every thread, on `database`."""
    from django.db import connections

    connections.close_all()
    for alias in ("default", "owner"):
        connections.settings[alias]["NAME"] = database.name
    try:
        yield
    finally:
        connections.close_all()
        for alias in ("default", "owner"):
            connections.settings[alias]["NAME"] = NOBODY_ASKED


def _start() -> None:
    # Only the tests' own server may lose its data when the machine loses power.
    folder = embedded.place()
    if not (folder / "local.conf").exists():
        embedded.start()
        embedded.stop()
        (folder / "local.conf").write_text("fsync = off\nfull_page_writes = off\n", encoding="ascii")
        (folder / "local.conf").chmod(0o644)
    embedded.start()


def _build(server: psycopg.Connection[Any], name: str, mark: str) -> None:
    draft = f"building_{mark}"
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(draft)))
    secret = url.parse(address("app", draft))["PASSWORD"] or None
    provision.roles(server, password=secret)
    provision.database(server, draft)
    with admin(draft) as inside:
        provision.privileges(inside, draft)
    environment = os.environ | {
        "DATABASE_URL": address("app", draft),
        "DATABASE_OWNER_URL": address("owner", draft),
        "CONSERJE_SECRET_KEY": "only-for-tests",
        "CONSERJE_HOME": str(home()),
    }
    command = [sys.executable, "-c", "from conserje.cli.main import main; main()", "migrate", "--quiet"]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if result.returncode:
        raise RuntimeError(f"The test database could not be migrated:\n{result.stdout}{result.stderr}")
    server.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(draft), sql.Identifier(name))
    )


def _forget_old(server: psycopg.Connection[Any], known: set[str]) -> None:
    """Drop clones of runs that were killed, and templates that no run has used for some days."""
    for name in known:
        kind, _, rest = name.partition("_")
        if kind == "clone" and not Path(f"/proc/{rest.partition('_')[0]}").exists():
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        used = home() / f"{name}.used"
        if kind == "template" and used.exists() and used.stat().st_mtime < time.time() - DAYS_KEPT * 86_400:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
            used.unlink()


def _fingerprint() -> str:
    """Changes with every migration, every SQL file, and whatever else shapes a migrated database."""
    hasher = hashlib.sha256()
    shaping = [
        *SOURCE.glob("data/*/migrations/*.py"),
        *SOURCE.glob("data/**/*.sql"),
        *(SOURCE / "data/tenancy" / name for name in ("keys.py", "security.py", "privileges.py")),
        *(SOURCE / "config" / name for name in ("settings.py", "migrating.py", "database/provision.py")),
    ]
    for path in sorted(shaping):
        hasher.update(f"{path.relative_to(SOURCE)}\0".encode() + path.read_bytes())
    for package in ("django", "django-allauth", "procrastinate"):
        hasher.update(importlib.metadata.version(package).encode())
    return hasher.hexdigest()[:12]


@contextmanager
def _alone() -> Iterator[None]:
    with (home() / "template.lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
