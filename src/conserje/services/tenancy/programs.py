# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL's own programs: which of those at hand fit a server, and running them as pipes."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg.conninfo import make_conninfo

_CHUNK = 1 << 20
# Older servers do not know what newer programs say first. Rows never stand among the first lines.
_UNKNOWN_TO_SOME = frozenset({b"SET transaction_timeout = 0;\n"})
_FIRST_LINES = 40


class ProgramFailed(RuntimeError):
    """A program is missing, is too old, or gave up; says what it said and what to do."""


@dataclass(frozen=True, slots=True)
class Server:
    """A database and how it is reached: `reach` in libpq's words, `folders` of programs, `environment` of children."""

    reach: Mapping[str, str]
    folders: Sequence[Path]
    environment: Mapping[str, str]

    def connect(self) -> psycopg.Connection[Any]:
        """An autocommit connection."""
        return psycopg.connect(make_conninfo(**dict(self.reach)), autocommit=True)

    def child_of(self) -> dict[str, str]:
        """What a program is given: the password in its environment, where other users cannot read it."""
        secret = {"PGPASSWORD": self.reach["password"]} if self.reach.get("password") else {}
        return {**self.environment, **secret, "PGCONNECT_TIMEOUT": "10"}

    def name(self) -> str:
        """How programs are told the database, without its password."""
        return make_conninfo(**{key: value for key, value in self.reach.items() if key != "password"})


def fitting(server: Server, *, program: str, at_least: int) -> Path:
    """The first `program` of the server's folders whose version is `at_least` that. Raises `ProgramFailed`."""
    seen = []
    for folder in server.folders:
        path = shutil.which(program, path=str(folder))
        if path is None:
            continue
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
        version = re.search(r"(\d+)(\.|$)", said.strip().rpartition(") ")[2])
        if version and int(version[1]) >= at_least:
            return Path(path)
        seen.append(f"{path} is of version {version[1] if version else 'unknown'}")
    known = f" ({'; '.join(seen)})" if seen else ""
    raise ProgramFailed(
        f"No {program} of version {at_least} or newer was found{known}. Install "
        f"postgresql-client-{at_least}, or put it "
        "first on PATH."
    )


def version_of(program: Path) -> int:
    """The major version of a program."""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    return int(said.strip().rpartition(") ")[2].split(".")[0])


def dump(server: Server, *, program: Path, snapshot: str) -> Iterator[bytes]:
    """What `pg_dump` says of the rows seen by `snapshot`, in its own compressed format. Raises `ProgramFailed`."""
    command = [
        str(program),
        f"--dbname={server.name()}",
        "--format=custom",
        f"--snapshot={snapshot}",
        "--no-password",
    ]
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(command, env=server.child_of(), stdout=subprocess.PIPE, stderr=said) as child,
    ):
        assert child.stdout is not None
        try:
            while chunk := child.stdout.read(_CHUNK):
                yield chunk
        except BaseException:
            child.kill()
            raise
        if child.wait():
            raise ProgramFailed(f"pg_dump gave up: {_last_words(said)}")


def load(
    server: Server, *, feed: Callable[[IO[bytes]], None], at_least: int, around: tuple[str, str]
) -> None:
    """Play a dump, which `feed` writes, into the database: everything in one transaction, or nothing.

    `around` is the SQL before and after it in the same transaction. Raises `ProgramFailed`.
    """
    reader = fitting(server, program="pg_restore", at_least=at_least)
    writer = reader.with_name("psql")
    first = [str(reader), "--no-owner", "--no-privileges", "--file=-"]
    second = [
        str(writer),
        f"--dbname={server.name()}",
        "--no-psqlrc",
        "--quiet",
        "--no-password",
        "--set=ON_ERROR_STOP=1",
        "--set=VERBOSITY=terse",
        "--file=-",
    ]
    with (
        tempfile.TemporaryFile() as said,
        tempfile.TemporaryFile() as also_said,
        subprocess.Popen(first, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said) as source,
        subprocess.Popen(
            second, env=server.child_of(), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=also_said
        ) as target,
    ):
        assert source.stdin
        assert source.stdout
        assert target.stdin
        feeding = threading.Thread(target=_fed, args=(feed, source.stdin), daemon=True)
        feeding.start()
        try:
            target.stdin.write(f"BEGIN;\n{around[0]}\n".encode())
            _pass_on(source.stdout, target.stdin)
            # Without the last words the transaction is never committed.
            if source.wait() == 0:
                target.stdin.write(f"\n{around[1]}\nCOMMIT;\n".encode())
            target.stdin.close()
        except BrokenPipeError:
            source.kill()
        failed, refused = source.wait(), target.wait()
        feeding.join()
        if refused:
            raise ProgramFailed(f"psql gave up, and nothing was changed: {_last_words(also_said)}")
        if failed:
            raise ProgramFailed(f"pg_restore gave up, and nothing was changed: {_last_words(said)}")


def _pass_on(source: IO[bytes], target: IO[bytes]) -> None:
    for _ in range(_FIRST_LINES):
        line = source.readline()
        if line not in _UNKNOWN_TO_SOME:
            target.write(line)
    shutil.copyfileobj(source, target, _CHUNK)
    target.flush()


def _fed(feed: Callable[[IO[bytes]], None], into: IO[bytes]) -> None:
    try:
        with into:
            feed(into)
    except BrokenPipeError:
        return


def _last_words(file: IO[bytes]) -> str:
    # Lines with rows in them (DETAIL, CONTEXT) are not repeated.
    file.seek(0)
    lines = [line for line in file.read().decode(errors="replace").splitlines() if line.strip()]
    kept = [line for line in lines if not re.match(r"\s|.*(DETAIL|CONTEXT|HINT|LINE \d+):", line)]
    return " ".join(kept)[-600:] or "it said nothing."
