# SPDX-License-Identifier: Apache-2.0
"""What a dialogue cannot show: servers that stop reading, speak too early, or speak one byte at a time."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from conserje.channels.email_smtp.adapter import ADAPTER, SmtpSession
from conserje.channels.email_smtp.settings import SmtpSettings
from conserje.domain.ports.channel import Accepted, Outcome, Parcel, Refused, Unsure
from conserje.testing.replay import RecordedHttp

# Waits and bombs: left to the whole run.
pytestmark = pytest.mark.slow

LARGE = b"From: a@example.test\n\n" + b"linea de relleno\n" * 1_500_000
BULKY = Parcel("k", "a@example.test", "b@example.test", LARGE)
SMALL = Parcel("k", "a@example.test", "b@example.test", b"From: a@example.test\n\nHola\n")


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as opened:
        yield opened


@contextmanager
def session_with(listening: socket.socket, serve: Callable[[socket.socket], None]) -> Iterator[SmtpSession]:
    def run() -> None:
        connection, _ = listening.accept()
        with connection:
            try:
                serve(connection)
            except OSError:
                return

    serving = threading.Thread(target=run, daemon=True)
    serving.start()
    port = listening.getsockname()[1]
    settings = SmtpSettings(host="127.0.0.1", port=port, security="none", timeout_seconds=1)
    session = ADAPTER.open(settings, RecordedHttp(()))
    try:
        yield session
    finally:
        session.close()
        serving.join(0.5)


def outcome_with(
    listening: socket.socket,
    serve: Callable[[socket.socket], None],
    parcel: Parcel = BULKY,
    mark: Callable[[], None] = lambda: None,
) -> Outcome:
    with session_with(listening, serve) as session:
        return session.send(parcel, mark=mark)


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


def pipelined(connection: socket.socket, *answers: bytes) -> bytes:
    """What was heard after the greeting, in one piece; `answers` are given to it at once."""
    connection.sendall(b"220 mail\r\n")
    connection.recv(4096)
    connection.sendall(b"250-mail\r\n250 PIPELINING\r\n")
    heard = connection.recv(4096)
    connection.sendall(b"".join(answer + b"\r\n" for answer in answers))
    return heard


def test_what_comes_before_the_content_is_said_at_once_where_the_server_takes_it_so(
    listening: socket.socket,
) -> None:
    heard: list[bytes] = []

    def takes(connection: socket.socket) -> None:
        heard.append(pipelined(connection, b"250 Ok", b"250 Ok", b"354 Go"))
        connection.recv(4096)
        connection.sendall(b"250 2.0.0 Ok\r\n")

    assert outcome_with(listening, takes, SMALL) == Accepted("250 2.0.0 Ok")
    assert heard == [b"MAIL FROM:<a@example.test>\r\nRCPT TO:<b@example.test>\r\nDATA\r\n"]


def test_content_is_not_given_where_the_recipient_was_refused_and_it_is_asked_for(
    listening: socket.socket,
) -> None:
    later: list[bytes] = []
    marks: list[str] = []

    def asks_all_the_same(connection: socket.socket) -> None:
        pipelined(connection, b"250 Ok", b"550 5.1.1 No such user", b"354 Go")
        later.append(connection.recv(4096))

    outcome = outcome_with(listening, asks_all_the_same, SMALL, mark=lambda: marks.append("marked"))
    assert isinstance(outcome, Refused)
    assert outcome.permanent
    assert (later, marks) == ([b""], [])


def test_a_refusal_is_heard_although_the_server_hangs_up_after_it(listening: socket.socket) -> None:
    def leaves(connection: socket.socket) -> None:
        pipelined(connection, b"421 4.3.2 Shutting down")

    outcome = outcome_with(listening, leaves, SMALL)
    assert outcome == Refused("server_busy", permanent=False, detail="421 4.3.2 Shutting down (sender)")


def test_after_a_refused_recipient_the_line_is_good_for_the_next_letter(listening: socket.socket) -> None:
    def refuses_then_takes(connection: socket.socket) -> None:
        pipelined(connection, b"250 Ok", b"450 4.2.1 Busy", b"503 5.5.1 No recipients")
        assert connection.recv(4096).lower() == b"rset\r\n"
        connection.sendall(b"250 Ok\r\n")
        connection.recv(4096)
        connection.sendall(b"250 Ok\r\n250 Ok\r\n354 Go\r\n")
        connection.recv(4096)
        connection.sendall(b"250 2.0.0 Ok\r\n")

    with session_with(listening, refuses_then_takes) as session:
        assert isinstance(session.send(SMALL, mark=lambda: None), Refused)
        assert session.send(SMALL, mark=lambda: None) == Accepted("250 2.0.0 Ok")
