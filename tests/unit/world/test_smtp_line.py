# SPDX-License-Identifier: Apache-2.0
"""What a dialogue cannot show: servers that stop reading, speak too early, or speak one byte at a time."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from conserje.channels.email_smtp.adapter import ADAPTER
from conserje.channels.email_smtp.settings import SmtpSettings
from conserje.domain.ports.channel import Outcome, Parcel, Refused, Unsure
from conserje.testing.replay import RecordedHttp

# Waits and bombs: left to the whole run.
pytestmark = pytest.mark.slow

LARGE = b"From: a@example.test\n\n" + b"linea de relleno\n" * 1_500_000


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as opened:
        yield opened


def outcome_with(listening: socket.socket, serve: Callable[[socket.socket], None]) -> Outcome:
    def run() -> None:
        connection, _ = listening.accept()
        with connection:
            try:
                serve(connection)
            except OSError:
                return

    threading.Thread(target=run, daemon=True).start()
    port = listening.getsockname()[1]
    settings = SmtpSettings(host="127.0.0.1", port=port, security="none", timeout_seconds=1)
    session = ADAPTER.open(settings, RecordedHttp(()))
    try:
        return session.send(Parcel("k", "a@example.test", "b@example.test", LARGE), mark=lambda: None)
    finally:
        session.close()


def up_to_the_content(connection: socket.socket) -> None:
    connection.sendall(b"220 mail\r\n")
    for answer in (b"250 mail", b"250 Ok", b"250 Ok", b"354 Go"):
        connection.recv(4096)
        connection.sendall(answer + b"\r\n")


def test_an_answer_in_the_middle_of_the_content_is_heard(listening: socket.socket) -> None:
    def too_big(connection: socket.socket) -> None:
        up_to_the_content(connection)
        connection.sendall(b"552 5.3.4 Too big\r\n")
        time.sleep(4)

    outcome = outcome_with(listening, too_big)
    assert outcome == Refused("too_large", permanent=False, detail="552 5.3.4 Too big (content)")


def test_a_server_that_stops_reading_leaves_doubt(listening: socket.socket) -> None:
    def stalls(connection: socket.socket) -> None:
        up_to_the_content(connection)
        time.sleep(5)

    assert outcome_with(listening, stalls) == Unsure("timed_out", "during hand-over")


def test_a_drip_is_bounded_by_the_whole_allowance(listening: socket.socket) -> None:
    def drips(connection: socket.socket) -> None:
        for byte in b"220 " + b"x" * 60:
            connection.sendall(bytes([byte]))
            time.sleep(0.1)

    started = time.monotonic()
    assert outcome_with(listening, drips) == Refused("timed_out", permanent=False)
    assert time.monotonic() - started < 2


def test_an_endless_answer_is_cut(listening: socket.socket) -> None:
    def endless(connection: socket.socket) -> None:
        connection.sendall(b"220-hello\r\n" * 500)
        time.sleep(2)

    assert outcome_with(listening, endless) == Refused("answer_unreadable", permanent=False)
