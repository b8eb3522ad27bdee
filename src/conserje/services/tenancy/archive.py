# SPDX-License-Identifier: Apache-2.0
"""The file of a backup: parts one after another, and last a manifest with the hash of each.

A ZIP without compression (the dump is compressed), so that any tool can open it. It gets its name only when it is whole
and on the disk; what a crash leaves is called `.part`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

FORMAT = 1
MANIFEST = "manifest.json"
DUMP = "database.dump"
SECRET = "secret.json"  # noqa: S105 - the name of a part
OUTSIDE = "outside/"
_CHUNK = 1 << 20


class Unusable(ValueError):
    """A file is no backup, is damaged, or needs another passphrase; says which and what to do."""


@dataclass(slots=True)
class Writing:
    """A backup on its way: parts are added in order. `told` is given the bytes written so far."""

    file: zipfile.ZipFile
    told: Callable[[int], None]
    parts: list[dict[str, Any]] = field(default_factory=list)
    written: int = 0

    def add(self, name: str, chunks: Iterable[bytes]) -> None:
        """One part, hashed as it is written."""
        digest, size = hashlib.sha256(), 0
        with self.file.open(zipfile.ZipInfo(name), "w", force_zip64=True) as into:
            for chunk in chunks:
                into.write(chunk)
                digest.update(chunk)
                size += len(chunk)
                self.told(self.written + size)
        self.written += size
        self.parts.append({"name": name, "bytes": size, "sha256": digest.hexdigest()})

    def close(self, facts: dict[str, Any]) -> dict[str, Any]:
        """The manifest: `facts`, and the parts."""
        manifest = {"format": FORMAT, **facts, "parts": self.parts}
        self.file.writestr(zipfile.ZipInfo(MANIFEST), json.dumps(manifest, indent=1).encode())
        return manifest


@contextmanager
def writing(path: Path, *, told: Callable[[int], None]) -> Iterator[Writing]:
    """Write a backup to `path`, which must not exist. It appears under its name when the block ends well, whole."""
    if path.exists():
        raise FileExistsError(f"{path} exists already. Choose another name, or move it away.")
    draft = path.with_name(f"{path.name}.part")
    draft.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as inside:
                yield Writing(inside, told)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


@dataclass(frozen=True, slots=True)
class Archive:
    """A backup that was found whole."""

    path: Path
    manifest: dict[str, Any]

    def read(self, name: str) -> bytes:
        """A small part."""
        with zipfile.ZipFile(self.path) as file:
            return file.read(name)

    def copy(self, name: str, into: IO[bytes]) -> None:
        """A part of any size, written to `into`."""
        with zipfile.ZipFile(self.path) as file, file.open(name) as source:
            while chunk := source.read(_CHUNK):
                into.write(chunk)

    def names(self, prefix: str) -> list[str]:
        """The parts whose names begin with `prefix`."""
        return [part["name"] for part in self.manifest["parts"] if part["name"].startswith(prefix)]


def opened(path: Path, *, told: Callable[[int], None]) -> Archive:
    """The backup at `path`, each of its parts read and compared with the manifest. Raises `Unusable`, `OSError`."""
    if path.name.endswith(".part"):
        raise Unusable(f"{path.name} was never finished: use a backup whose name does not end in .part.")
    try:
        with zipfile.ZipFile(path) as file:
            manifest = json.loads(file.read(MANIFEST))
            _compare(file, manifest, told)
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, NotImplementedError) as error:
        if isinstance(error, Unusable):
            raise
        raise Unusable(f"{path.name} is not a whole backup of Conserje. Use another copy of it.") from error
    return Archive(path, manifest)


def _compare(file: zipfile.ZipFile, manifest: dict[str, Any], told: Callable[[int], None]) -> None:
    if manifest.get("format") != FORMAT:
        raise Unusable(
            f"This backup has format {manifest.get('format')}; this version of Conserje reads {FORMAT}. "
            f"Restore it with the "
            "version that made it, or a newer one."
        )
    seen = 0
    for part in manifest["parts"]:
        digest = hashlib.sha256()
        with file.open(part["name"]) as source:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                seen += len(chunk)
                told(seen)
        if digest.hexdigest() != part["sha256"]:
            raise Unusable(f"The part {part['name']} is damaged. Use another copy of the backup.")


def sealed(secret: str, *, passphrase: str) -> bytes:
    """The installation's secret as a part: under `passphrase` if there is one, else readable."""
    if not passphrase:
        return json.dumps({"secret": secret}).encode()
    salt = os.urandom(16)
    token = Fernet(_key(passphrase, salt)).encrypt(secret.encode())
    return json.dumps({"salt": base64.b64encode(salt).decode(), "sealed": token.decode()}).encode()


def unsealed(content: bytes, *, passphrase: str) -> str:
    """The secret out of its part. Raises `Unusable` without the right passphrase."""
    found = json.loads(content)
    if "secret" in found:
        return str(found["secret"])
    if not passphrase:
        raise Unusable("The secret in this backup is under a passphrase: give it with --passphrase-file.")
    try:
        return Fernet(_key(passphrase, base64.b64decode(found["salt"]))).decrypt(found["sealed"]).decode()
    except InvalidToken:
        raise Unusable("The passphrase is not the one this backup was made with.") from None


def _key(passphrase: str, salt: bytes) -> bytes:
    return base64.urlsafe_b64encode(Scrypt(salt, 32, 2**15, 8, 1).derive(passphrase.encode()))


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
