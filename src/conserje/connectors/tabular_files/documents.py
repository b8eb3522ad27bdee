# SPDX-License-Identifier: Apache-2.0
"""Documents beside the sheet: a folder or zip of PDFs and XMLs named by invoice number."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from conserje.connectors.tabular_files import parent, wire
from conserje.connectors.tabular_files.frames import Letter
from conserje.connectors.tabular_files.reasons import Refusal, Refused
from conserje.domain.ports.connector import BadRow, FoundDocument


def find(path: Path) -> Iterator[FoundDocument | BadRow]:
    """The documents at `path` (a folder, a zip archive, a PDF or an XML) in the order of their names.

    `FoundDocument.key` is the folded invoice number, from the content of an XML and otherwise from the file name. What
    is refused comes as a `BadRow` whose `value` is the file name. Raises `Refused` for the archive as a whole.
    """
    if not path.is_dir() and not path.is_file():
        raise Refused(Refusal.NO_DOCUMENTS, file=path.name)
    request = {"task": "find", "path": str(path.resolve())}
    described: dict[str, str] | None = None
    with closing(parent.run(request, file=path.name)) as frames:
        for letter, payload in frames:
            if letter is Letter.DOCUMENT:
                described = None
                said = json.loads(payload)
                if isinstance(said, list):
                    yield _refused(said)
                else:
                    described = said
            elif letter is Letter.CONTENT and described is not None:
                yield FoundDocument(**described, content=payload)


def _refused(packed: wire.Packed) -> BadRow:
    row = wire.unpack(packed)
    if not isinstance(row, BadRow):
        raise Refused(Refusal.UNREADABLE, file="")
    return row
