# SPDX-License-Identifier: Apache-2.0
"""Programs that others wrote, each in a process of its own: `localstripe`, and Prism over an official description.

They are installed once below `CONSERJE_OFFICIAL_TOOLS` (by default in the system's temporary folder), by pip and npm as
those are set up here. localstripe is under the GPL: it is run, never imported.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from conserje.domain.ports.http import Answer
from conserje.services.tenancy.http import GuardedHttp

LOCALSTRIPE = "localstripe==1.15.10"
PRISM = "@stoplight/prism-cli@5.14.2"
TOOLS = Path(
    os.environ.get("CONSERJE_OFFICIAL_TOOLS") or Path(tempfile.gettempdir()) / "conserje-official-tools"
)
SPECS = Path(os.environ.get("SPECS") or Path(__file__).parents[2] / ".." / "shared" / "specs")
PATIENCE_SECONDS = 240


class Watched:
    """The real `http`, allowed to reach one port of this machine; keeps method, path and status of every exchange."""

    def __init__(self, port: int) -> None:
        self._http = GuardedHttp(allowed_hosts=(f"127.0.0.1:{port}",))
        self.seen: list[tuple[str, str, int, str]] = []

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        body: bytes | None = None,
    ) -> Answer:
        """As `GuardedHttp.send`."""
        answer = self._http.send(method, url, headers=headers, json=json, body=body)
        path = url.split("/", 3)[3]
        self.seen.append((method, f"/{path}", answer.status, answer.headers.get("sl-violations", "")))
        return answer


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextmanager
def localstripe() -> Iterator[int]:
    """The port of a fresh localstripe."""
    home = TOOLS / "localstripe"
    python = home / "bin" / "python"
    if not (home / "bin" / "localstripe").exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", LOCALSTRIPE], check=True)
    port = free_port()
    with _running([str(python), "-m", "localstripe", "--port", str(port), "--from-scratch"], port):
        yield port


@contextmanager
def prism(description: str) -> Iterator[int]:
    """The port of a Prism that answers by an official description, and refuses what it does not allow."""
    program = TOOLS / "prism" / "node_modules" / ".bin" / "prism"
    if not program.exists():
        npm = shutil.which("npm")
        assert npm, "Install npm (Debian: apt install npm) and run this again."
        home = TOOLS / "prism"
        home.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [npm, "install", "--prefix", str(home), "--no-audit", "--no-fund", "--silent", PRISM], check=True
        )
    port = free_port()
    command = [str(program), "mock", str(SPECS / description), "--port", str(port), "--host", "127.0.0.1"]
    with _running(command, port):
        yield port


@contextmanager
def _running(command: list[str], port: int) -> Iterator[None]:
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            until = time.monotonic() + PATIENCE_SECONDS
            while not _answers(port):
                log.seek(0)
                assert process.poll() is None, log.read()[-2000:].decode("utf-8", "replace")
                assert time.monotonic() < until, f"{command[0]} did not start"
                time.sleep(0.2)
            yield
        finally:
            process.terminate()
            process.wait(timeout=20)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
