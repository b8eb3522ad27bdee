# SPDX-License-Identifier: Apache-2.0
"""An e-mail as bytes, built with Django's mail classes: the standard library of Python 3.11 injects headers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import sanitize_address


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that travels with the letter."""

    file_name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """Everything an e-mail says about itself. `key` makes its Message-ID, equal over all attempts."""

    key: str
    sender_name: str
    sender_address: str
    recipients: tuple[str, ...]
    reply_to: str
    subject: str
    text: str
    html: str
    stop_url: str
    written_at: datetime


def message_id(*, key: str, sender_address: str) -> str:
    """The stable Message-ID of a touch."""
    return f"<{key}@{sender_address.rpartition('@')[2]}>"


def build(mail: Mail, *, attachments: Sequence[Attachment]) -> bytes:
    """The message with CRLF lines. Raises `django.core.mail.BadHeaderError` for a header with a line break."""
    headers = {
        "Message-ID": message_id(key=mail.key, sender_address=mail.sender_address),
        "Date": format_datetime(mail.written_at),
        "Auto-Submitted": "auto-generated",
    }
    if mail.stop_url:
        headers["List-Unsubscribe"] = f"<{mail.stop_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        from_email=sanitize_address((mail.sender_name, mail.sender_address), "utf-8"),
        to=list(mail.recipients),
        reply_to=[mail.reply_to] if mail.reply_to else None,
        headers=headers,
    )
    message.attach_alternative(mail.html, "text/html")
    for item in attachments:
        message.attach(item.file_name, item.content, item.media_type)
    lines = bytes(message.message().as_bytes()).split(b"\n")
    return b"\r\n".join(line.removesuffix(b"\r") for line in lines)
