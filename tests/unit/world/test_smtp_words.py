# SPDX-License-Identifier: Apache-2.0
"""SMTP codes in our words, settings that are refused, and messages made fit for the wire."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conserje.channels.email_smtp.letter import Unfit, envelope, on_the_wire
from conserje.channels.email_smtp.settings import SmtpSettings
from conserje.channels.email_smtp.vocabulary import (
    ADDRESS_GONE,
    CONTENT,
    DATA,
    RECIPIENT,
    SENDER,
    reason,
    without_addresses,
)
from conserje.domain.ports.channel import Parcel
from conserje.domain.ports.settings import SettingsRefused, read


@pytest.mark.parametrize(
    ("code", "text", "phase", "word", "permanent"),
    [
        (550, "5.1.1 User unknown", RECIPIENT, "address_unknown", True),
        (550, "5.1.2 Bad destination system", RECIPIENT, "domain_unknown", True),
        (556, "5.1.10 Domain takes no mail", RECIPIENT, "address_takes_no_mail", True),
        (550, "5.2.1 Mailbox disabled", RECIPIENT, "address_disabled", True),
        (551, "User not local", RECIPIENT, "address_moved", True),
        (552, "5.2.2 Over quota", RECIPIENT, "mailbox_full", False),
        (452, "4.2.2 Over quota", RECIPIENT, "mailbox_full", False),
        (452, "4.3.1 Insufficient storage", SENDER, "server_full", False),
        (450, "4.2.0 Greylisted", RECIPIENT, "greylisted", False),
        (451, "Graylisting in action", RECIPIENT, "greylisted", False),
        (421, "4.7.0 Our system has detected an unusual rate", SENDER, "rate_limited", False),
        (550, "5.7.1 Relaying denied", RECIPIENT, "rejected_policy", False),
        (550, "relay not permitted", RECIPIENT, "rejected_policy", False),
        (554, "5.7.1 Spam", CONTENT, "rejected_content", False),
        (550, "5.7.26 DMARC", CONTENT, "rejected_sender", False),
        (552, "5.3.4 Too big", DATA, "too_large", False),
        (535, "5.7.8 Bad credentials", SENDER, "sign_in_refused", False),
        (530, "5.7.0 Authentication required", SENDER, "sign_in_refused", False),
        (503, "Bad sequence", DATA, "protocol_refused", False),
        (599, "Odd", RECIPIENT, "unknown", False),
        (450, "4.1.1 Unknown for now", RECIPIENT, "address_unknown", False),
    ],
)
def test_codes(code: int, text: str, phase: str, word: str, permanent: bool) -> None:
    found = reason(code, text, phase=phase)
    assert (found.word, found.permanent) == (word, permanent)


@given(st.integers(400, 599), st.text(max_size=40), st.sampled_from([SENDER, RECIPIENT, DATA, CONTENT]))
def test_only_a_gone_address_is_permanent(code: int, text: str, phase: str) -> None:
    found = reason(code, text, phase=phase)
    assert found.word
    assert not found.permanent or (code >= 500 and found.word in ADDRESS_GONE)


def test_sentences_of_servers_lose_their_addresses() -> None:
    said = without_addresses("5.1.1 <laura@example.test>: unknown;\r\n see a+b@c.test \x00" + "x" * 500)
    assert "@" not in said
    assert said.startswith("5.1.1 <(address)>: unknown; see (address)")
    assert len(said) == 300


def unstuffed(wire: bytes) -> bytes:
    """What a server reads (RFC 5321, 4.5.2), written apart from the code under test."""
    lines = wire.split(b"\r\n")
    end = lines.index(b".")
    assert lines[end + 1 :] == [b""], "nothing follows the final dot"
    return b"\r\n".join(line[1:] if line.startswith(b".") else line for line in lines[:end]) + b"\r\n"


@given(
    st.lists(st.sampled_from([b".", b"\r\n", b"\n", b"\r", b"a", b"\r\n.\r\n", b"\n.\n"]), max_size=30).map(
        b"".join
    )
)
def test_no_content_ends_the_message_early(content: bytes) -> None:
    read_back = unstuffed(on_the_wire(content))
    expected = b"\r\n".join(content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"))
    assert read_back == (expected if expected.endswith(b"\r\n") else expected + b"\r\n")


@pytest.mark.parametrize(
    "recipient",
    [
        "",
        "sin arroba",
        "a@b\r\nDATA",
        "a@b>",
        "<a@b",
        "a b@c",
        "a@",
        "@b",
        "a@b c",
        'a"b@c',
        "a" * 250 + "@b.co",
        "a@b\x00",
    ],
)
def test_addresses_that_cannot_be_said(recipient: str) -> None:
    with pytest.raises(Unfit) as unfit:
        envelope(
            Parcel("k", "x@example.test", recipient, b"A: b\n\nc"), offers={"smtputf8": "", "8bitmime": ""}
        )
    assert (unfit.value.reason, unfit.value.permanent) == ("address_malformed", True)


def test_a_bad_sender_is_not_the_address_fault() -> None:
    with pytest.raises(Unfit) as unfit:
        envelope(Parcel("k", "x y", "a@example.test", b"A: b\n\nc"), offers={})
    assert (unfit.value.reason, unfit.value.permanent) == ("sender_malformed", False)


@pytest.mark.parametrize(
    "changed",
    [
        {"host": ""},
        {"host": "a b"},
        {"port": 0},
        {"port": "587"},
        {"port": True},
        {"security": "ssl"},
        {"timeout_seconds": 31},
        {"timeout_seconds": 0},
        {"verify_certificates": "yes"},
        {"helo_name": "a\r\nb"},
        {"nombre": "x"},
    ],
)
def test_settings_that_cannot_work(changed: dict[str, Any]) -> None:
    with pytest.raises(SettingsRefused):
        read(SmtpSettings, {"host": "smtp.example.test", **changed})
