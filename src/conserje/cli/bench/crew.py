# SPDX-License-Identifier: Apache-2.0
"""Worker processes of the bench: started together, given the word together, counted together, never left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from queue import Queue
from threading import Thread
from typing import Any

import click

from conserje.cli.bench.worker import Task

_TELL_SECONDS = 2.0
_STOP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Together:
    """What a crew used: `seconds` from the first beginning to the last end, everything else in sum or at its worst."""

    rows: int
    invoices: int
    seconds: float
    cpu_s: float | None
    peak_rss_mb: int
    statements: int


def work(tasks: Sequence[Task], *, environment: Mapping[str, str], told: Callable[[int], None]) -> Together:
    """Run one worker for each task; `told` hears now and then how many rows are done. Raises `ClickException`."""
    crew = [_start(task, environment) for task in tasks]
    try:
        for process in crew:
            _heard(process, "ready")
        for process in crew:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        return _together(_listen(crew, told))
    finally:
        for process in crew:
            _end(process)


def _start(task: Task, environment: Mapping[str, str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "conserje.cli", "bench", "work", _written(task)]
    return subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
        start_new_session=True,  # Ctrl-C is for the parent, which ends them
    )


def _written(task: Task) -> str:
    return json.dumps({name: getattr(task, name) for name in Task.__slots__}, default=str)


def _heard(process: subprocess.Popen[str], word: str) -> Any:
    """The value a worker says under `word`, whatever it says before; `ClickException` when it ends first."""
    assert process.stdout is not None
    for line in process.stdout:
        said = json.loads(line)
        if word in said:
            return said[word]
    raise click.ClickException("A worker of the bench ended by itself. Its last words are above.")


def _listen(crew: Sequence[subprocess.Popen[str]], told: Callable[[int], None]) -> list[dict[str, Any]]:
    said: Queue[tuple[int, str]] = Queue()
    for number, process in enumerate(crew):
        Thread(target=_pass_on, args=(number, process, said), daemon=True).start()
    used: list[dict[str, Any]] = []
    done, open_ends, last = [0] * len(crew), len(crew), time.monotonic()
    while open_ends:
        number, line = said.get()
        if not line:
            open_ends -= 1
            continue
        words = json.loads(line)
        if "used" in words:
            used.append(words["used"])
        else:
            done[number] = words["done"]
        if time.monotonic() - last > _TELL_SECONDS:
            told(sum(done))
            last = time.monotonic()
    if len(used) < len(crew):
        raise click.ClickException("A worker of the bench ended by itself. Its last words are above.")
    return used


def _pass_on(number: int, process: subprocess.Popen[str], said: Queue[tuple[int, str]]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        said.put((number, line))
    said.put((number, ""))


def _together(used: Sequence[Mapping[str, Any]]) -> Together:
    backends = [item["backend_cpu_s"] for item in used]
    own = sum(item["cpu_s"] for item in used)
    ended = max(item["began_s"] + item["seconds"] for item in used)
    return Together(
        rows=sum(item["rows"] for item in used),
        invoices=sum(item["invoices"] for item in used),
        seconds=ended - min(item["began_s"] for item in used),
        cpu_s=None if None in backends else round(own + sum(backends), 2),
        peak_rss_mb=max(item["peak_rss_mb"] for item in used),
        statements=sum(item["statements"] for item in used),
    )


def _end(process: subprocess.Popen[str]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
