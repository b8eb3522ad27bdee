# SPDX-License-Identifier: Apache-2.0
"""A mail server that says what a script says, and notes where the client departed from it.

A dialogue is a text file: lines `Name: value`, a line `---`, then what each side says. `S:` the server, `C:` the
client (`*` stands for anything, commands in capitals), `C: <content>` up to the final dot, `C: <gone>` the client
hangs up, `S: <close>` the server hangs up, `S: <silence>` it says no more, `S: <raw> text` text without a line end.
A further `---` is the next connection. There is one `Outcome:` for each parcel:

    Outcome: accepted | refused REASON [permanent] | unsure REASON
"""

from __future__ import annotations

import fnmatch
import socket
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

_PATIENCE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A script: `facts` (name in lower case, value) in order, and the lines of each connection."""

    name: str
    facts: tuple[tuple[str, str], ...]
    connections: tuple[tuple[str, ...], ...]

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of fact `name`, in order."""
        return tuple(value for key, value in self.facts if key == name)

    def one(self, name: str, otherwise: str = "") -> str:
        """The first value of fact `name`."""
        return next(iter(self.all(name)), otherwise)


def load_dialogue(path: Path) -> Dialogue:
    """The dialogue in the file at `path`; raises `ValueError` naming a line that is none."""
    head, *connections = path.read_text(encoding="utf-8").split("---\n")
    facts = []
    for line in head.splitlines():
        if line and not line.startswith("#"):
            name, found, value = line.partition(": ")
            if not found:
                raise ValueError(f"{path.name}: '{line}' is neither 'Name: value' nor a comment.")
            facts.append((name.lower(), value.strip()))
    spoken = tuple(tuple(line for line in part.splitlines() if line) for part in connections)
    wrong = next((line for part in spoken for line in part if line[:2] not in ("S:", "C:")), None)
    if wrong is not None:
        raise ValueError(f"{path.name}: '{wrong}' begins with neither 'S:' nor 'C:'.")
    return Dialogue(path.name, tuple(facts), spoken)


class ScriptedServer:
    """Plays a `Dialogue` on a port of this machine. After the block, `departures` says what went otherwise."""

    def __init__(self, dialogue: Dialogue) -> None:
        self.departures: list[str] = []
        self.contents: list[bytes] = []
        self._dialogue = dialogue
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._listening.settimeout(_PATIENCE_SECONDS)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._play_all, daemon=True)
        self.port = int(self._listening.getsockname()[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._over.set()
        self._thread.join(_PATIENCE_SECONDS)
        self._listening.close()

    def _play_all(self) -> None:
        for lines in self._dialogue.connections:
            try:
                connection, _ = self._listening.accept()
            except TimeoutError:
                self.departures.append("The client did not connect again.")
                return
            with connection:
                connection.settimeout(_PATIENCE_SECONDS)
                self._play(connection, lines)

    def _play(self, connection: socket.socket, lines: tuple[str, ...]) -> None:
        heard = connection.makefile("rb")
        for line in lines:
            said = line[2:].removeprefix(" ")
            try:
                if said == "<close>":
                    connection.shutdown(socket.SHUT_RDWR)
                    return
                if said == "<silence>":
                    self._over.wait(_PATIENCE_SECONDS)
                    return
                if line.startswith("S:"):
                    raw = said.startswith("<raw> ")
                    connection.sendall(said[6:].encode() if raw else said.encode() + b"\r\n")
                else:
                    self._listen(heard, said)
            except OSError as broken:
                self.departures.append(f"At '{line}': {type(broken).__name__}.")
                return

    def _listen(self, heard: BinaryIO, wanted: str) -> None:
        if wanted == "<content>":
            self.contents.append(self._content(heard))
            return
        line = _line(heard)
        if wanted == "<gone>":
            if line:
                self.departures.append(f"Instead of hanging up the client said {line!r}.")
            return
        verb, space, rest = line.decode("utf-8", "replace").rstrip("\r\n").partition(" ")
        if not fnmatch.fnmatchcase(f"{verb.upper()}{space}{rest}", wanted):
            self.departures.append(f"Instead of '{wanted}' the client said {line!r}.")

    def _content(self, heard: BinaryIO) -> bytes:
        lines = []
        while (line := _line(heard)) != b".\r\n":
            if not line.endswith(b"\r\n"):
                self.departures.append("The content ended without the final dot.")
                break
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)


def _line(heard: BinaryIO) -> bytes:
    return heard.readline(70_000)
