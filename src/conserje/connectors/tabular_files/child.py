# SPDX-License-Identifier: Apache-2.0
"""The limited process in which files from outside are parsed. Run as a module; speaks frames, reads one request."""

from __future__ import annotations

import gc
import json
import os
import sys
import traceback
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final

from conserje.connectors.tabular_files import (
    bank_table,
    bank_wire,
    document_search,
    limits,
    reading,
    understanding,
    wire,
)
from conserje.connectors.tabular_files.frames import Letter, write, write_json
from conserje.connectors.tabular_files.reasons import Refusal, Refused, state
from conserje.domain.ports.statement import Assumed, StatementRefused

BATCH: Final = 250


def main() -> None:
    """Serve the request on standard input; every answer ends with an END or a REFUSED frame."""
    out = os.fdopen(os.dup(1), "wb", buffering=1 << 18)
    os.dup2(2, 1)
    request = json.load(sys.stdin)
    path = Path(request["path"])
    limits.limit_this_process()
    gc.disable()  # a short life without cycles: collecting would only cost time
    try:
        _serve(request, path, out)
        write(out, Letter.END)
    except Refused as refused:
        write(out, Letter.REFUSED, refused.statement.encode())
    except MemoryError:
        write(out, Letter.REFUSED, state(Refusal.TOO_COSTLY, file=path.name).encode())
    except (
        Exception
    ) as error:  # the parent must hear of our own mistakes, without the values that caused them
        frame = traceback.extract_tb(error.__traceback__)[-1]
        write(
            out,
            Letter.FAILED,
            f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}".encode(),
        )
    out.flush()


def _serve(request: dict[str, Any], path: Path, out: BinaryIO) -> None:
    if request["task"] == "find":
        for document, content in document_search.find(path):
            write_json(out, Letter.DOCUMENT, document)
            write(out, Letter.CONTENT, content)
            out.flush()
        return
    if request["task"] == "statements":
        _statements(path, Assumed(request["bank_account"], request["currency"]), out)
        return
    today = date.fromisoformat(request["today"])
    plan = wire.unpack_plan(request["plan"]) if request["plan"] else None
    if request["task"] == "understand":
        understood = understanding.understand(path, currency=request["currency"], today=today, saved=plan)
        write_json(out, Letter.PLAN, wire.pack_plan(understood))
        return
    if plan is None:
        raise ValueError("A file is read with its plan.")
    rows = reading.read(path, plan, currency=request["currency"], today=today)
    while batch := list(islice(rows, BATCH)):
        write_json(out, Letter.ROWS, batch)


def _statements(path: Path, assumed: Assumed, out: BinaryIO) -> None:
    try:
        for statement in bank_table.statements(path, assumed=assumed):
            write_json(out, Letter.STATEMENT, bank_wire.pack(statement))
    except StatementRefused as refused:
        write_json(out, Letter.UNFIT, bank_wire.pack_refusal(refused))


if __name__ == "__main__":
    main()
