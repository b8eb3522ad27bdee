# SPDX-License-Identifier: Apache-2.0
"""One database server for the tests, one migrated template, one clone for each test.

Tests run as the powerless role with real commits: nothing is rolled back or flushed, the clone is dropped. The server
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
from contextlib import contextmanager
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
_numbers = itertools.count(1)


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
