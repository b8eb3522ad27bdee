# SPDX-License-Identifier: Apache-2.0
"""A plain load generator: so many connections that each ask, read the whole answer, and ask again.

`python -m tests.bench.load PLAN.json` where the plan is {"port", "seconds", "connections": [{"requests": [text, ...],
"endless": bool}]}; prints {"requests", "errors", "seconds", "p50_ms", "p95_ms"}. Requests are taken in turn; a list
that is not endless is sent once.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any

PORT_HOST = "127.0.0.1"


@dataclass(slots=True)
class Tally:
    """Seconds of each good answer, and how many were not good."""

    took: list[float] = field(default_factory=list)
    errors: int = 0


async def one_connection(plan: dict[str, Any], requests: list[bytes], endless: bool, tally: Tally) -> None:
    """Ask until the time is over or the requests are used up."""
    reader, writer = await asyncio.open_connection(PORT_HOST, plan["port"])
    until = time.monotonic() + plan["seconds"]
    for request in cycle(requests) if endless else requests:
        began = time.monotonic()
        if began >= until:
            break
        try:
            writer.write(request)
            good = await _answer(reader)
        except (OSError, asyncio.IncompleteReadError):
            good = False
            reader, writer = await asyncio.open_connection(PORT_HOST, plan["port"])
        if good:
            tally.took.append(time.monotonic() - began)
        else:
            tally.errors += 1
    writer.close()


async def _answer(reader: asyncio.StreamReader) -> bool:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if b"transfer-encoding: chunked" in head:
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
        await reader.readexactly(2)
    else:
        await reader.readexactly(int(head.split(b"content-length:")[1].split(b"\r\n")[0]))
    return head.startswith(b"http/1.1 200")


async def run(plan: dict[str, Any]) -> dict[str, float]:
    """Every connection at once; what came of it."""
    tally = Tally()
    began = time.monotonic()
    await asyncio.gather(
        *(
            one_connection(plan, [text.encode() for text in one["requests"]], one["endless"], tally)
            for one in plan["connections"]
        )
    )
    seconds = time.monotonic() - began
    took = sorted(tally.took) or [0.0]
    return {
        "requests": len(tally.took),
        "errors": tally.errors,
        "seconds": round(seconds, 2),
        "p50_ms": round(took[len(took) // 2] * 1000, 1),
        "p95_ms": round(took[len(took) * 95 // 100] * 1000, 1),
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run(json.loads(Path(sys.argv[1]).read_text())))))  # noqa: T201
