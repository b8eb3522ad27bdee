# SPDX-License-Identifier: Apache-2.0
"""Commands of the product, each in a process of its own that was forked from one where everything is loaded.

Loading takes a command longer than its work, and a journey runs a dozen. Run as a program this waits for command lines
on its standard input, one JSON list a line; each is run by a child as `conserje` would, its output goes to files.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, Self

if TYPE_CHECKING:
    import click

TIMEOUT_SECONDS = 120


class Warm:
    """`with Warm(environment) as commands: commands.run(["run", "--json"])`."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.journeys.warm", self._folder.name],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, words: list[str]) -> subprocess.CompletedProcess[str]:
        """What `conserje` with these words answers."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()
        told = self._process.stdout.readline()
        assert told, "the process that runs commands has ended"
        out, err = (Path(self._folder.name, name).read_text(encoding="utf-8") for name in ("out", "err"))
        return subprocess.CompletedProcess(words, int(told), out, err)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=TIMEOUT_SECONDS)
        self._folder.cleanup()


def _serve(folder: Path) -> None:
    from conserje.cli.main import COMMANDS, main, ready

    ready()
    for place in sorted(COMMANDS.values()):
        importlib.import_module(place.partition(":")[0])
    importlib.import_module("conserje.services.integrations.turn")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _become(folder, main, json.loads(line))
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _become(folder: Path, main: click.Group, words: list[str]) -> NoReturn:
    """In the child: be the command, and end as it ends."""
    signal.alarm(TIMEOUT_SECONDS)
    code = 1
    for number, name in ((0, os.devnull), (1, str(folder / "out")), (2, str(folder / "err"))):
        os.dup2(os.open(name, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), number)
    try:
        main(words, prog_name="conserje")
    except SystemExit as ending:
        code = ending.code if isinstance(ending.code, int) else int(ending.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
