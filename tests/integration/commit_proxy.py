# SPDX-License-Identifier: Apache-2.0
"""A wire between Django and PostgreSQL that forwards everything, but for the answer to a COMMIT when it is told to."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connections
from tests import harness

from conserje.config.database import url

# Not the `ON COMMIT DROP` of a temporary table.
_COMMIT = re.compile(rb"(?<!ON )COMMIT")


@dataclass
class Wire:
    """`left` COMMITs (-1: every one) end in a closed connection: answered by the server first, or never told to it."""

    server: str
    left: int = 0
    reaches_the_server: bool = True
    lost: int = 0
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    def accept(self) -> None:
        """Carry every connection until the listener is closed."""
        with contextlib.suppress(OSError):
            while True:
                client = self.listener.accept()[0]
                server = socket.socket(socket.AF_UNIX)
                server.connect(self.server)
                threading.Thread(target=self._ask, args=(client, server), daemon=True).start()

    def _ask(self, client: socket.socket, server: socket.socket) -> None:
        losing = threading.Event()
        threading.Thread(target=self._answer, args=(server, client, losing), daemon=True).start()
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                if _COMMIT.search(data) and self.left:
                    self.left -= self.left > 0
                    self.lost += 1
                    losing.set()
                    if not self.reaches_the_server:
                        break
                server.sendall(data)
        _close(server) if not losing.is_set() or not self.reaches_the_server else None

    def _answer(self, server: socket.socket, client: socket.socket, losing: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                if losing.is_set():
                    break
                client.sendall(data)
        _close(client)
        _close(server)


def _close(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


@contextmanager
def wired(database: harness.Clone) -> Iterator[Wire]:
    """Django's `default` connections go through the wire."""
    direct = url.parse(harness.address("app", database.name))
    wire = Wire(f"{direct['HOST']}/.s.PGSQL.{direct['PORT'] or 5432}")
    threading.Thread(target=wire.accept, daemon=True).start()
    settings = connections.settings["default"]
    former = {name: settings[name] for name in ("HOST", "PORT", "OPTIONS")}
    connections.close_all()
    settings |= {"HOST": "127.0.0.1", "PORT": str(wire.listener.getsockname()[1])}
    settings["OPTIONS"] = {**former["OPTIONS"], "sslmode": "disable", "gssencmode": "disable"}
    connections["default"].settings_dict.update(settings)
    try:
        yield wire
    finally:
        wire.left = 0
        connections.close_all()
        settings |= former
        connections["default"].settings_dict.update(settings)
        wire.listener.close()
