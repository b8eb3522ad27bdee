# SPDX-License-Identifier: Apache-2.0
"""The SMTP carrier against the real mail server of the world, lying included. The world's own log is the judge."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from conserje.channels.email_smtp.adapter import ADAPTER, SmtpSession
from conserje.channels.email_smtp.settings import SmtpSettings
from conserje.domain.ports.channel import Accepted, Outcome, Parcel, Refused, Unsure
from conserje.services.tenancy.http import GuardedHttp
from conserje.testing import world

HTTP = GuardedHttp()


@pytest.fixture(scope="module")
def outside() -> Iterator[world.World]:
    with world.start() as running:
        yield running


@pytest.fixture
def sink(outside: world.World) -> world.World:
    outside.clear_faults()
    outside.clear_messages()
    return outside


def settings(sink: world.World, **changed: Any) -> SmtpSettings:
    values: dict[str, Any] = {
        "host": "localhost",
        "port": sink.smtp_port,
        "security": "starttls",
        "ca_file": sink.certificate,
        "timeout_seconds": 1,
    }
    return SmtpSettings(**{**values, **changed})


def parcel(number: int, to: str = "cliente@example.test", text: str = "Buenos días.\n.punto\n") -> Parcel:
    head = f"From: Taller <taller@example.test>\nTo: {to}\nSubject: FE-{number}\n"
    head += f"Message-ID: <{number}@example.test>\nContent-Type: text/plain; charset=utf-8\n\n"
    return Parcel(f"key-{number}", "taller@example.test", to, (head + text).encode())


@dataclass
class Marks:
    made: list[float] = field(default_factory=list)

    def __call__(self) -> None:
        self.made.append(time.monotonic())


@pytest.fixture
def session(sink: world.World) -> Iterator[SmtpSession]:
    opened = ADAPTER.open(settings(sink), HTTP)
    yield opened
    opened.close()


LIES: list[tuple[str, dict[str, Any], type[Outcome], str, bool, int]] = [
    ("accepts, then drops", {"kind": "drop", "phase": "end"}, Unsure, "connection_lost", True, 1),
    ("accepts, then hangs", {"kind": "hang", "phase": "end"}, Unsure, "timed_out", True, 1),
    ("accepts, answers nonsense", {"kind": "nonsense", "phase": "end"}, Unsure, "answer_unreadable", True, 1),
    ("slow, in time", {"kind": "slow", "phase": "end", "seconds": 0.4}, Accepted, "", True, 1),
    ("slow, too slow", {"kind": "slow", "phase": "end", "seconds": 2.5}, Unsure, "timed_out", True, 1),
    ("451 to DATA", {"kind": "reject", "phase": "data"}, Refused, "server_busy", False, 0),
    ("451 after the dot", {"kind": "reject", "phase": "end"}, Refused, "server_busy", True, 0),
    (
        "554 after the dot",
        {"kind": "reject", "phase": "end", "code": 554},
        Refused,
        "rejected_content",
        True,
        0,
    ),
    ("421 after the dot", {"kind": "reject", "phase": "end", "code": 421}, Refused, "server_busy", True, 0),
    (
        "450 greylisting",
        {"kind": "reject", "phase": "rcpt", "code": 450, "text": "4.7.1 Greylisted"},
        Refused,
        "greylisted",
        False,
        0,
    ),
    (
        "550 unknown",
        {"kind": "reject", "phase": "rcpt", "code": 550, "text": "5.1.1 Unknown"},
        Refused,
        "address_unknown",
        False,
        0,
    ),
    ("drops at DATA", {"kind": "drop", "phase": "data"}, Refused, "connection_lost", False, 0),
    ("hangs at DATA", {"kind": "hang", "phase": "data"}, Refused, "timed_out", False, 0),
    ("drops at RCPT", {"kind": "drop", "phase": "rcpt"}, Refused, "connection_lost", False, 0),
    ("hangs at MAIL", {"kind": "hang", "phase": "mail"}, Refused, "timed_out", False, 0),
]


@pytest.mark.parametrize(
    ("fault", "kind", "reason", "marked", "received"),
    [pytest.param(*row[1:], id=row[0]) for row in LIES],
)
def test_a_lying_server_gives_the_right_outcome(
    sink: world.World,
    session: SmtpSession,
    fault: dict[str, Any],
    kind: type[Outcome],
    reason: str,
    marked: bool,
    received: int,
) -> None:
    sink.fault(**fault)
    marks = Marks()
    outcome = session.send(parcel(1), mark=marks)
    assert isinstance(outcome, kind)
    assert getattr(outcome, "reason", "") == reason
    assert len(marks.made) == int(marked)
    assert len(sink.messages()) == received
    assert isinstance(session.send(parcel(2), mark=Marks()), Accepted), "the session goes on afterwards"
    assert [one.subject for one in sink.messages()][received:] == ["FE-2"]


def test_a_refusal_is_never_about_something_that_arrived(sink: world.World, session: SmtpSession) -> None:
    """Every fault one after the other on one session: refused means not received, accepted means once."""
    for number, row in enumerate(LIES):
        if row[1].get("kind") in ("hang", "slow"):
            continue
        sink.fault(**row[1])
        outcome = session.send(parcel(number), mark=Marks())
        arrived = [one for one in sink.messages() if one.subject == f"FE-{number}"]
        assert len(arrived) == {Accepted: 1, Refused: 0, Unsure: 1}[type(outcome)], row[0]


def test_greylisted_now_taken_later(sink: world.World, session: SmtpSession) -> None:
    sink.fault("reject", phase="rcpt", code=451, text="4.7.1 Greylisted, come back")
    first = session.send(parcel(1), mark=Marks())
    assert first == Refused(
        "greylisted", permanent=False, detail="451 4.7.1 Greylisted, come back (recipient)"
    )
    assert isinstance(session.send(parcel(1), mark=Marks()), Accepted)
    assert [one.message_id for one in sink.messages()] == ["<1@example.test>"]


def test_one_refused_recipient_does_not_touch_the_other(sink: world.World, session: SmtpSession) -> None:
    sink.fault(
        "reject", target="nadie@example.test", phase="rcpt", code=550, text="5.1.1 No such user", times=-1
    )
    first = session.send(parcel(1, to="nadie@example.test"), mark=Marks())
    second = session.send(parcel(2, to="laura@example.test"), mark=Marks())
    assert isinstance(first, Refused)
    assert first.permanent
    assert isinstance(second, Accepted)
    assert [one.recipients for one in sink.messages()] == [("laura@example.test",)]


def test_a_failing_mark_sends_nothing(sink: world.World, session: SmtpSession) -> None:
    def broken() -> None:
        raise RuntimeError("not committed")

    with pytest.raises(RuntimeError, match="not committed"):
        session.send(parcel(1), mark=broken)
    assert isinstance(session.send(parcel(2), mark=Marks()), Accepted)
    assert [one.subject for one in sink.messages()] == ["FE-2"]


def test_the_mark_comes_before_the_server_has_the_content(sink: world.World, session: SmtpSession) -> None:
    seen: list[int] = []
    session.send(parcel(1), mark=lambda: seen.append(len(sink.messages())))
    assert seen == [0]
    assert len(sink.messages()) == 1


def test_content_arrives_byte_for_byte(sink: world.World, session: SmtpSession) -> None:
    text = "Línea uno\r\n.\r\n..dos\r\n" + "x" * 900 + "\nsuelta\rretorno\n.fin"
    session.send(parcel(1, text=text), mark=Marks())
    [received] = sink.messages()
    assert sink.raw(received.number).endswith(
        "Línea uno\r\n.\r\n..dos\r\n".encode() + b"x" * 900 + b"\r\nsuelta\r\nretorno\r\n.fin\r\n"
    )
    assert received.encrypted
    assert received.sender == "taller@example.test"


def test_a_large_message_goes_through(sink: world.World) -> None:
    opened = ADAPTER.open(settings(sink, timeout_seconds=20), HTTP)
    outcome = opened.send(parcel(1, text="línea de relleno\n" * 300_000), mark=Marks())
    opened.close()
    assert isinstance(outcome, Accepted)
    assert sink.messages()[0].size > 5_000_000


def test_one_connection_carries_many(sink: world.World, session: SmtpSession) -> None:
    page = "una línea de un correo de treinta kilobytes\n" * 700
    started = time.monotonic()
    for number in range(100):
        assert isinstance(session.send(parcel(number, text=page), mark=Marks()), Accepted)
    took = time.monotonic() - started
    assert [one.subject for one in sink.messages()] == [f"FE-{number}" for number in range(100)]
    assert 100 / took > 20, "the promise is 20 messages a second"


def test_an_idle_connection_that_was_closed_is_opened_again(sink: world.World, session: SmtpSession) -> None:
    assert isinstance(session.send(parcel(1), mark=Marks()), Accepted)
    sink.fault("drop", phase="mail")
    marks = Marks()
    assert isinstance(session.send(parcel(2), mark=marks), Accepted)
    assert len(marks.made) == 1
    assert len(sink.messages()) == 2


def resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Every name leads to `addresses`."""
    real = socket.getaddrinfo

    def elsewhere(host: str, port: int, *rest: Any, **more: Any) -> list[Any]:
        return [row for address in addresses for row in real(address, port, *rest, **more)]

    monkeypatch.setattr(socket, "getaddrinfo", elsewhere)


def test_an_unknown_certificate_is_refused(sink: world.World) -> None:
    opened = ADAPTER.open(settings(sink, ca_file=""), HTTP)
    assert opened.send(parcel(1), mark=Marks()) == Refused("certificate_refused", permanent=False)
    assert sink.messages() == []
    assert ADAPTER.check(settings(sink), HTTP) == ()


def test_a_certificate_for_another_name_is_refused(
    sink: world.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve_to(monkeypatch, "127.0.0.1")
    [sentence] = ADAPTER.check(settings(sink, host="correo.example.test"), HTTP)
    assert "not trusted for that name" in sentence


def test_turning_verification_off_is_reported(sink: world.World) -> None:
    [sentence] = ADAPTER.check(settings(sink, verify_certificates=False, ca_file=""), HTTP)
    assert "not verified" in sentence


def test_plaintext_goes_to_this_machine_only(sink: world.World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ADAPTER.check(settings(sink, security="none"), HTTP) == ()
    resolve_to(monkeypatch, "192.0.2.10", "127.0.0.1")
    plain = settings(sink, security="none", host="correo.example.test")
    marks = Marks()
    assert ADAPTER.open(plain, HTTP).send(parcel(1), mark=marks) == Refused(
        "plaintext_refused", permanent=False
    )
    assert marks.made == []


def test_sign_in_only_under_tls() -> None:
    with world.start(smtp_login="taller:clave") as guarded:
        right = {"username": "taller", "password": "clave"}
        assert ADAPTER.check(settings(guarded, **right), HTTP) == ()
        [refused] = ADAPTER.check(settings(guarded, username="taller", password="otra"), HTTP)
        assert "refused user name or password" in refused
        [not_offered] = ADAPTER.check(settings(guarded, security="none", **right), HTTP)
        assert "takes no user name" in not_offered
        outcome = ADAPTER.open(settings(guarded), HTTP).send(parcel(1), mark=Marks())
        assert isinstance(outcome, Refused)
        assert outcome.reason == "sign_in_refused"
        opened = ADAPTER.open(settings(guarded, **right), HTTP)
        assert isinstance(opened.send(parcel(2), mark=Marks()), Accepted)
        assert guarded.messages()[0].signed_in_as == "taller"


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    nowhere = SmtpSettings(host="127.0.0.1", port=port, timeout_seconds=1)
    outcome = ADAPTER.open(nowhere, HTTP).send(parcel(1), mark=Marks())
    assert outcome == Refused("connection_failed", permanent=False)
    nameless = SmtpSettings(host="no-such-host.invalid", port=25, timeout_seconds=1)
    assert ADAPTER.open(nameless, HTTP).send(parcel(1), mark=Marks()) == Refused(
        "server_not_found", permanent=False
    )
