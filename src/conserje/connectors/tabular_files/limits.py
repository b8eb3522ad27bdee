# SPDX-License-Identifier: Apache-2.0
"""Sizes, times and memory beyond which a file is refused, and the checks made before a parser sees a byte."""

from __future__ import annotations

import io
import os
import resource
import zipfile
from pathlib import Path
from typing import BinaryIO, Final

from conserje.connectors.tabular_files.reasons import Refusal, Refused

MIB: Final = 1024 * 1024
TABLE_BYTES: Final = 64 * MIB
DOCUMENT_BYTES: Final = 20 * MIB
INFLATED_BYTES: Final = 200 * MIB
RATIO: Final = 100
RATIO_SLACK: Final = 4 * MIB
MEMBERS: Final = 1_000
FOLDER_FILES: Final = 20_000
CPU_SECONDS: Final = 60
MEMORY_BYTES: Final = 512 * MIB
CELL_CHARACTERS: Final = 32_767
COLUMNS: Final = 512


def limit_this_process() -> None:
    """Bind the running process to `CPU_SECONDS` of processor, `MEMORY_BYTES`, no core dump, no written file."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def check_size(path: Path, *, most: int) -> None:
    """Refuse what is not a plain file, is empty or is larger than `most` bytes."""
    if not path.is_file():
        raise Refused(Refusal.NOT_A_FILE, file=path.name)
    size = path.stat().st_size
    if size == 0:
        raise Refused(Refusal.EMPTY, file=path.name)
    if size > most:
        raise Refused(Refusal.TOO_LARGE, file=path.name, megabytes=size // MIB, most=most // MIB)


def check_directory(archive: zipfile.ZipFile, *, name: str, packed: int) -> None:
    """Refuse an archive whose own directory announces too many members, too many bytes or too high a ratio.

    `packed` is the size of the archive in bytes. The announced sizes may lie: reading is bounded as well.
    """
    members = archive.infolist()
    if len(members) > MEMBERS:
        raise Refused(Refusal.TOO_MANY_MEMBERS, file=name, most=MEMBERS)
    inflated = sum(member.file_size for member in members)
    if inflated > INFLATED_BYTES or over_ratio(inflated, packed):
        raise Refused(Refusal.BOMB, file=name, megabytes=inflated // MIB, most=INFLATED_BYTES // MIB)


def over_ratio(inflated: int, packed: int) -> bool:
    """Whether `inflated` bytes out of `packed` ones are more than honest files give."""
    return inflated > packed * RATIO + RATIO_SLACK


class BoundedReader(io.RawIOBase):
    """Reads an inflating stream and refuses it when it gives more than the limits allow for its packed size."""

    def __init__(self, stream: BinaryIO, *, name: str, packed: int) -> None:
        self._stream = stream
        self._name = name
        self._packed = packed
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        chunk = self._stream.read(len(view))
        view[: len(chunk)] = chunk
        self._given += len(chunk)
        if self._given > INFLATED_BYTES or over_ratio(self._given, self._packed):
            raise Refused(
                Refusal.BOMB, file=self._name, megabytes=self._given // MIB, most=INFLATED_BYTES // MIB
            )
        return len(chunk)

    def close(self) -> None:
        self._stream.close()
        super().close()


def unsafe_name(name: str) -> bool:
    """Whether an archive member would leave its folder: absolute, with `..`, a drive letter or a backslash."""
    parts = name.replace("\\", "/").split("/")
    return (
        name.startswith(("/", "\\"))
        or "\\" in name
        or ".." in parts
        or (len(name) > 1 and name[1] == ":")
        or "\0" in name
    )


def stem_of(name: str) -> str:
    """The file name without folders and without its last ending."""
    return os.path.splitext(name.replace("\\", "/").rsplit("/", 1)[-1])[0]
