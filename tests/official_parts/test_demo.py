# SPDX-License-Identifier: Apache-2.0
"""`conserje demo` as a newcomer runs it: an embedded database of its own, links that answer, nothing left behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from tests.official_parts.outside import free_port

pytestmark = pytest.mark.official

READY_SECONDS = 90
ENDED_SECONDS = 30


def test_the_links_answer_in_time_and_a_closed_terminal_leaves_nothing_running(tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "log"
    ours = ("DATABASE_", "CONSERJE_", "DJANGO_", "TEST_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    environment["CONSERJE_HOME"] = str(tmp_path / "home")
    with log.open("wb") as out:
        demo = subprocess.Popen(
            [sys.executable, "-m", "conserje.cli", "demo", "--port", str(port)],
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        links = _links(demo, log)
        assert '{"at"' not in log.read_text(encoding="utf-8"), "the links do not scroll away"
        assert f"http://127.0.0.1:{port}/" in links
        assert sum("/p/" in link for link in links) == 3
        for link in links:
            # A link of the portal is exchanged for a cookie.
            browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
            with browser.open(link, timeout=30) as answer:
                assert answer.status == 200
                assert b"</html>" in answer.read()
        demo.send_signal(signal.SIGHUP)
        demo.wait(ENDED_SECONDS)
        _wait_until_nobody_runs(demo.pid, str(tmp_path))
    finally:
        for process in _running(demo.pid, str(tmp_path)):
            os.kill(process, signal.SIGKILL)


def test_a_port_that_is_taken_is_told_of_before_anything_is_made(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port, home = other.getsockname()[1], tmp_path / "home"
        done = subprocess.run(
            [sys.executable, "-m", "conserje.cli", "demo", "--port", str(port)],
            env=os.environ | {"CONSERJE_HOME": str(home)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert (done.returncode, home.exists()) == (1, False), done.stderr
    assert f"Port {port} is taken" in done.stderr
    assert "Traceback" not in done.stderr


def _links(demo: subprocess.Popen[bytes], log: Path) -> list[str]:
    """Every address the demo tells once it is ready."""
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        said = log.read_text(encoding="utf-8")
        assert demo.poll() is None, said
        _, found, links = said.partition("\nReady in ")
        if found and "Stop with Ctrl-C" in links:
            return re.findall(r"http://\S+", links.partition("Stop with")[0])
        time.sleep(0.5)
    raise AssertionError(log.read_text(encoding="utf-8"))


def _running(session: int, folder: str) -> list[int]:
    """Processes of the demo's session, and database servers that live in `folder`."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            stat = (place / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            words = (place / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if stat[0] != "Z" and (int(stat[3]) == session or folder in words):
            found.append(int(place.name))
    return found


def _wait_until_nobody_runs(session: int, folder: str) -> None:
    until = time.monotonic() + ENDED_SECONDS
    while _running(session, folder) and time.monotonic() < until:
        time.sleep(0.5)
    assert not _running(session, folder)
