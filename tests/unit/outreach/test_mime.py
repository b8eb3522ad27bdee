# SPDX-License-Identifier: Apache-2.0
"""E-mails as bytes: the standard parser reads what was meant, Django says the same, and no value becomes a header."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from django.core.mail import BadHeaderError, EmailMultiAlternatives
from django.core.mail.message import sanitize_address
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conserje.services.outreach import mime

AT = datetime(2026, 11, 24, 15, 4, 5, tzinfo=UTC)
ALLOWED = {
    "MIME-Version",
    "Subject",
    "From",
    "To",
    "Message-ID",
    "Date",
    "Auto-Submitted",
    "Reply-To",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Content-Type",
}
BREAKS = ("\n", "\r", "\r\n", "\x00", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029")
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=300)
lines = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Zs")) | st.just(" "), max_size=200
).map(str.strip)


def mail(**changes: Any) -> mime.Mail:
    whole: dict[str, Any] = {
        "key": "0f3c",
        "sender_name": "Taller Ejemplo",
        "sender_address": "cartera@taller.example",
        "recipients": ("laura@cliente.example",),
        "reply_to": "ana@taller.example",
        "subject": "FE-1042: saldo",
        "text": "Buenos días\n",
        "html": "<p>Buenos días</p>",
        "stop_url": "https://pagos.example/u/c/t/",
        "written_at": AT,
    }
    return mime.Mail(**{**whole, **changes})


def parsed(content: bytes) -> EmailMessage:
    found = message_from_bytes(content, policy=default)
    assert isinstance(found, EmailMessage)
    assert not found.defects
    return found


def written_name(content: bytes) -> str:
    """The name of the sender, by the older of the two parsers: the newer one puts spaces between encoded words."""
    raw = str(message_from_bytes(content)["From"]).rpartition("<")[0]
    return str(make_header(decode_header(raw))).strip()


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    assert part is not None
    assert not part.defects
    return str(part.get_content()).replace("\r\n", "\n")


def as_lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def by_django(mail: mime.Mail, attachments: list[mime.Attachment]) -> bytes:
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        from_email=sanitize_address((mail.sender_name, mail.sender_address), "utf-8"),
        to=list(mail.recipients),
        reply_to=[mail.reply_to],
        headers={
            "Message-ID": mime.message_id(key=mail.key, sender_address=mail.sender_address),
            "Date": "Tue, 24 Nov 2026 15:04:05 +0000",
            "Auto-Submitted": "auto-generated",
            "List-Unsubscribe": f"<{mail.stop_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
    message.attach_alternative(mail.html, "text/html")
    message.encoding = "utf-8"
    for item in attachments:
        message.attach(item.file_name, item.content, item.media_type)
    return bytes(message.message().as_bytes())


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(subject=lines, name=lines, text=texts, html=texts)
@example(
    subject="=?utf-8?q?=0ABcc:_v@malo.example?=", name='a" <b@c>, d', text=".\r\n. \n From x\n=\t\n", html=""
)
@example(
    subject="ñ" * 150,
    name="Ñandú, Hijos & Cía. (Bogotá) S.A.S. de comercio exterior y más",
    text="x" * 200,
    html="é" * 200,
)
@example(subject="", name="", text="", html="")
def test_the_standard_parser_reads_what_was_meant(subject: str, name: str, text: str, html: str) -> None:
    content = mime.build(mail(subject=subject, sender_name=name, text=text, html=html), attachments=[])
    found = parsed(content)
    assert set(found.keys()) <= ALLOWED
    assert len(found.keys()) == len(set(found.keys()))
    assert found["Subject"] == subject
    (sender,) = found["From"].addresses
    assert sender.addr_spec == "cartera@taller.example"
    assert written_name(content) == name
    assert [part.get_content_type() for part in found.iter_parts()] == ["text/plain", "text/html"]
    assert body(found, "plain") == as_lines(text)
    assert body(found, "html") == as_lines(html)
    assert content.isascii()
    assert re.search(rb"\r(?!\n)|(?<!\r)\n", content) is None, "every line ends with CRLF"
    assert max(map(len, content.split(b"\r\n"))) <= 120


@settings(max_examples=60, deadline=None)
@given(
    value=st.builds(lambda a, mark, b: a + mark + b, lines, st.sampled_from(BREAKS), lines),
    field=st.sampled_from(
        ("subject", "sender_name", "sender_address", "reply_to", "stop_url", "recipients", "key")
    ),
)
@example(value="hola\r\nBcc: v@malo.example", field="subject")
def test_no_value_breaks_a_line(value: str, field: str) -> None:
    with pytest.raises(BadHeaderError):
        mime.build(mail(**{field: (value,) if field == "recipients" else value}), attachments=[])


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@example(subject="0" * 24 + "¿¿€😀😀😀", name="TA", text="=")
@given(
    subject=st.text("abc DÑéí,.:;-()¿? 0123456789€😀", min_size=1, max_size=90).map(str.strip),
    name=st.text("abc ÑéíS.A,&", min_size=1, max_size=30).map(lambda name: f"T{name.strip()}"),
    text=st.text("abcñ\n .=", min_size=1, max_size=200),
)
def test_django_says_the_same(subject: str, name: str, text: str) -> None:
    one = mail(subject=subject, sender_name=name, text=text, html=f"<p>{text}</p>" * 30)
    files = [mime.Attachment("FE 1042.pdf", "application/pdf", b"%PDF-1.7\r\n\x00\xff" * 40)]
    built, expected = mime.build(one, attachments=files), by_django(one, files)
    ours, theirs = parsed(built), parsed(expected)
    assert written_name(built) == written_name(expected).strip('"') == name
    assert [part.get_content_type() for part in ours.walk()] == [
        part.get_content_type() for part in theirs.walk()
    ]
    assert body(ours, "plain") == body(theirs, "plain")
    assert body(ours, "html") == body(theirs, "html")
    assert [part.get_filename() for part in ours.iter_attachments()] == ["FE 1042.pdf"]
    assert [part.get_content() for part in ours.iter_attachments()] == [
        part.get_content() for part in theirs.iter_attachments()
    ]
    # Theirs, folded before its first word, comes back with a space in front.
    assert ours["Subject"] == subject == str(theirs["Subject"]).strip()
    for found in (ours, theirs):
        del found["Content-Type"], found["From"], found["Subject"]
    assert {name: str(ours[name]) for name in ours} == {name: str(theirs[name]) for name in theirs}


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(
    name=lines.filter(bool),
    content=st.binary(max_size=400),
    media_type=st.sampled_from(
        ("application/pdf", "text/xml", "application/xml", "message/rfc822", "odd", "a/b; c=d\r\nX: y")
    ),
)
@example(
    name="Factura número 1042 «Rediseño del sitio» — ñandú " * 4 + ".pdf",
    content=b"",
    media_type="application/pdf",
)
@example(name='a"; filename="b.exe', content=b"\r\n", media_type="text/xml")
def test_files_arrive_byte_for_byte(name: str, content: bytes, media_type: str) -> None:
    built = mime.build(mail(), attachments=[mime.Attachment(name, media_type, content)] * 2)
    found = parsed(built)
    assert found.get_content_type() == "multipart/mixed"
    kind = (
        media_type
        if media_type in ("application/pdf", "text/xml", "application/xml")
        else "application/octet-stream"
    )
    files = list(found.iter_attachments())
    assert [(part.get_filename(), part.get_content_type()) for part in files] == [(name, kind)] * 2
    assert [part.get_payload(decode=True) for part in files] == [content] * 2
    assert body(found, "plain") == "Buenos días\n"
    assert built.isascii()
    assert max(map(len, built.split(b"\r\n"))) <= 120


def test_several_readers_and_odd_addresses() -> None:
    readers = ("laura@cliente.example", "compras@café.example", "o'hara@cliente.example")
    found = parsed(mime.build(mail(recipients=readers, reply_to="", stop_url=""), attachments=[]))
    assert [address.addr_spec for address in found["To"].addresses] == [
        "laura@cliente.example",
        "compras@xn--caf-dma.example",
        "o'hara@cliente.example",
    ]
    assert {"Reply-To", "List-Unsubscribe", "List-Unsubscribe-Post"}.isdisjoint(found.keys())
    assert found["Message-ID"] == "<0f3c@taller.example>"
    for bad in ("", "sin arroba", "a@b, c@d", "a@b\tc"):
        with pytest.raises(ValueError, match=r"."):
            mime.build(mail(recipients=(bad,)), attachments=[])


def test_a_file_name_with_a_line_break_is_refused() -> None:
    with pytest.raises(BadHeaderError):
        mime.build(mail(), attachments=[mime.Attachment("a\r\nX-Odd: b", "application/pdf", b"")])
