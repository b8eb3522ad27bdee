# SPDX-License-Identifier: Apache-2.0
"""Walks a folder, a zip archive or one file for PDFs and XMLs, inside the limited process."""

from __future__ import annotations

import os
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from conserje.connectors.tabular_files import limits
from conserje.connectors.tabular_files.document_number import number_in_name, number_in_xml
from conserje.connectors.tabular_files.reasons import Reason, Refusal, Refused
from conserje.connectors.tabular_files.wire import Packed, bad
from conserje.domain.kit.text import compact

_NOISE: Final = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
_ARCHIVES: Final = (b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b")
Found = tuple[dict[str, Any] | Packed, bytes]


def find(path: Path) -> Iterator[Found]:
    """(what was found, its bytes): a description of each document, or a packed bad row with no bytes."""
    if path.is_dir():
        yield from _folder(path)
        return
    limits.check_size(path, most=limits.INFLATED_BYTES)
    if zipfile.is_zipfile(path):
        yield from _archive(path)
        return
    yield (
        _judged(path.name, path.read_bytes())
        if path.stat().st_size <= limits.DOCUMENT_BYTES
        else _too_large(path.name)
    )


def _folder(path: Path) -> Iterator[Found]:
    seen = 0
    for folder, folders, files in os.walk(path, followlinks=False):
        folders.sort()
        for name in sorted(files):
            file = Path(folder) / name
            if name.startswith(".") or name.endswith(_NOISE) or not stat.S_ISREG(file.lstat().st_mode):
                continue
            seen += 1
            if seen > limits.FOLDER_FILES:
                raise Refused(Refusal.TOO_MANY_MEMBERS, file=path.name, most=limits.FOLDER_FILES)
            shown = str(file.relative_to(path))
            large = file.stat().st_size > limits.DOCUMENT_BYTES
            yield _too_large(shown) if large else _judged(shown, file.read_bytes())


def _archive(path: Path) -> Iterator[Found]:
    try:
        with zipfile.ZipFile(path) as archive:
            limits.check_directory(archive, name=path.name, packed=path.stat().st_size)
            given = 0
            for member in archive.infolist():
                if member.is_dir() or member.filename.startswith(_NOISE) or member.filename.endswith(_NOISE):
                    continue
                found = _member(archive, member)
                given += len(found[1])
                if given > limits.INFLATED_BYTES:
                    raise Refused(
                        Refusal.BOMB,
                        file=path.name,
                        megabytes=given // limits.MIB,
                        most=limits.INFLATED_BYTES // limits.MIB,
                    )
                yield found
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError) as error:
        raise Refused(Refusal.UNREADABLE, file=path.name) from error


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Found:
    name = member.filename
    if limits.unsafe_name(name) or stat.S_ISLNK(member.external_attr >> 16):
        return _bad(name, Reason.DOCUMENT_UNSAFE_NAME)
    if member.flag_bits & 1:
        return _bad(name, Reason.DOCUMENT_LOCKED)
    if member.file_size > limits.DOCUMENT_BYTES:
        return _too_large(name)
    try:
        with archive.open(member) as stream:
            content = stream.read(limits.DOCUMENT_BYTES + 1)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError):
        return _bad(name, Reason.DOCUMENT_UNREADABLE)
    return _too_large(name) if len(content) > limits.DOCUMENT_BYTES else _judged(name, content)


def _judged(name: str, content: bytes) -> Found:
    if content.startswith(_ARCHIVES):
        return _bad(name, Reason.DOCUMENT_NESTED)
    if content.lstrip()[:5] == b"%PDF-":
        key, media_type = compact(number_in_name(name)), "application/pdf"
    elif _xml(name, content):
        number = number_in_xml(content)
        if isinstance(number, Reason):
            return _bad(name, number)
        key, media_type = compact(number or number_in_name(name)), "application/xml"
    else:
        return _bad(name, Reason.DOCUMENT_KIND)
    if not key:
        return _bad(name, Reason.DOCUMENT_UNNUMBERED)
    return {"file_name": name, "media_type": media_type, "key": key}, content


def _xml(name: str, content: bytes) -> bool:
    start = content[:200].removeprefix(b"\xef\xbb\xbf").lstrip()
    return start.startswith((b"<?xml", b"\xff\xfe<", b"\xfe\xff\x00<")) or (
        name.lower().endswith(".xml") and start[:1] == b"<"
    )


def _too_large(name: str) -> Found:
    return _bad(name, Reason.DOCUMENT_TOO_LARGE, most=limits.DOCUMENT_BYTES // limits.MIB)


def _bad(name: str, reason: Reason, **values: object) -> Found:
    return bad("", 0, "", name, reason, (), **values), b""
