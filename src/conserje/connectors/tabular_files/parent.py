# SPDX-License-Identifier: Apache-2.0
"""Starts the limited process, hands it one request, passes its frames on and makes sure that it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Generator
from typing import Any, Final

from conserje.connectors.tabular_files.frames import Letter, read
from conserje.connectors.tabular_files.reasons import Refusal, Refused

KEPT: Final = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "TMPDIR")
_COSTLY: Final = frozenset({-signal.SIGXCPU, -signal.SIGKILL, -signal.SIGABRT, -signal.SIGSEGV})


def run(request: dict[str, Any], *, file: str) -> Generator[tuple[Letter, bytes], None, None]:
    """The frames that answer `request`. Raises `Refused`, also when the process dies of its limits, and
    `RuntimeError` for a mistake of this program.

    The child inherits no secret of the environment. Closing the generator early ends it.
    """
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", "conserje.connectors.tabular_files.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={name: os.environ[name] for name in KEPT if name in os.environ},
    )
    if child.stdin is None or child.stdout is None:
        raise RuntimeError("The process that reads files was started without its pipes.")
    try:
        try:
            child.stdin.write(json.dumps(request).encode())
            child.stdin.close()
        except BrokenPipeError:
            raise Refused(Refusal.UNREADABLE, file=file) from None
        for letter, payload in read(child.stdout):  # type: ignore[arg-type]
            if letter is Letter.END:
                return
            if letter is Letter.REFUSED:
                raise Refused.restated(payload.decode())
            if letter is Letter.FAILED:
                raise RuntimeError(f"Reading {file} failed by a mistake of ours: {payload.decode()}")
            yield letter, payload
        costly = child.wait() in _COSTLY
        raise Refused(Refusal.TOO_COSTLY if costly else Refusal.UNREADABLE, file=file)
    finally:
        child.kill()
        child.stdout.close()
        child.wait()
