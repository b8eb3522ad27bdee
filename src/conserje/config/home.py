# SPDX-License-Identifier: Apache-2.0
"""The one folder where this installation keeps what is its own: the database, the secret key."""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path


def home() -> Path:
    """`$CONSERJE_HOME`; otherwise /var/lib/conserje for root and ~/.local/share/conserje for anybody else."""
    chosen = os.environ.get("CONSERJE_HOME")
    if chosen:
        return Path(chosen).expanduser().absolute()
    if os.geteuid() == 0:
        return Path("/var/lib/conserje")
    return Path.home() / ".local" / "share" / "conserje"


def make_folder(folder: Path) -> Path:
    """Create `folder` and what is missing above it, closed to others.

    As root they may be walked through, not listed: the database server runs as another user and has its own folder
    below, which nobody else can enter.
    """
    missing = []
    place = folder
    while not place.exists():
        missing.append(place)
        place = place.parent
    for place in reversed(missing):
        place.mkdir(mode=0o700, exist_ok=True)
        if os.geteuid() == 0:
            place.chmod(0o711)
    return folder


def kept_secret(name: str) -> str:
    """The secret in `<home>/<name>`, made at the first call; processes that race get the same one."""
    path = make_folder(home()) / name
    if not path.exists():
        handle, draft = tempfile.mkstemp(prefix=f".{name}.", dir=path.parent)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(64))
        with suppress(FileExistsError):
            os.link(draft, path)
        Path(draft).unlink()
    return path.read_text(encoding="ascii")
