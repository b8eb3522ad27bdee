# SPDX-License-Identifier: Apache-2.0
"""An e-mail as bytes, written here: pure ASCII, every header encoded by one function that lets no line in.

Django's mail classes take many times as long for the same message (docs/decisions/0017-letters-compiled.md), and the
standard library of Python 3.11 lets a value start a header.
"""

from __future__ import annotations

import re
from binascii import b2a_base64, b2a_qp
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Final
from urllib.parse import quote

from django.core.mail import BadHeaderError
from django.core.mail.message import sanitize_address
from django.utils.encoding import iri_to_uri

# What some reader of mail takes for the end of a line, and NUL.
_BREAKS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
_ADDRESS = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*", re.ASCII)
_SHAPE = re.compile(r"[^\s,;<>]+@[^\s,;<>@]+")
_PHRASE = re.compile(r"[A-Za-z0-9]+(?: [A-Za-z0-9]+)*", re.ASCII)
_MEDIA_TYPE = re.compile(
    r"(?!message/|multipart/)[a-z0-9][a-z0-9.+-]{0,99}/[a-z0-9][a-z0-9.+-]{0,99}", re.ASCII
)
_FILE_NAME = re.compile(r"[A-Za-z0-9_.+ -]{1,60}", re.ASCII)
_PLAIN: Final = 60
_WORD: Final = 50
_BASE64_LINE: Final = 76
_UNTOUCHED: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")


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
    """The message with CRLF lines. Raises `django.core.mail.BadHeaderError` for a header with a line break.

    Raises `ValueError` for an address that cannot be one.
    """
    sender = _address(mail.sender_address)
    mark = blake2b(mail.key.encode(), digest_size=12).hexdigest()
    headers = [
        "MIME-Version: 1.0",
        f"Subject: {_text(mail.subject)}",
        f"From: {_mailbox(mail.sender_name, sender)}",
        f"To: {_addresses(mail.recipients)}",
        f"Message-ID: {_whole(message_id(key=mail.key, sender_address=sender))}",
        f"Date: {format_datetime(mail.written_at)}",
        "Auto-Submitted: auto-generated",
    ]
    if mail.reply_to:
        headers.append(f"Reply-To: {_address(mail.reply_to)}")
    if mail.stop_url:
        headers.append(f"List-Unsubscribe: <{iri_to_uri(_one_line(mail.stop_url))}>")
        headers.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click")
    content = _several("alternative", f"=_a{mark}", [_words("plain", mail.text), _words("html", mail.html)])
    if attachments:
        content = _several("mixed", f"=_m{mark}", [content, *map(_file, attachments)])
    return "\r\n".join(headers).encode("ascii") + b"\r\n" + content


def _several(kind: str, boundary: str, parts: Sequence[bytes]) -> bytes:
    """A multipart. `=_` is written by neither quoted-printable nor base64: no content holds a boundary."""
    line = f"--{boundary}".encode()
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode()
    return head + b"".join([line + b"\r\n" + part + b"\r\n" for part in parts]) + line + b"--\r\n"


def _words(kind: str, text: str) -> bytes:
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    head = (
        f'Content-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    )
    return head.encode() + b2a_qp(lines.encode(), istext=True).replace(b"\n", b"\r\n")


def _file(item: Attachment) -> bytes:
    """A file byte for byte, whatever its type: a signed document must arrive as it was signed."""
    kind = item.media_type.lower()
    media_type = kind if _MEDIA_TYPE.fullmatch(kind) else "application/octet-stream"
    head = (
        f"Content-Type: {media_type}\r\nContent-Transfer-Encoding: base64\r\n"
        f"Content-Disposition: attachment; {_file_name(_one_line(item.file_name))}\r\n\r\n"
    )
    packed = b2a_base64(item.content, newline=False)
    lines = [packed[at : at + _BASE64_LINE] for at in range(0, len(packed), _BASE64_LINE)]
    return head.encode("ascii") + b"\r\n".join(lines)


def _file_name(name: str) -> str:
    """The parameter that names a file, over as many lines as it takes (RFC 2231)."""
    if _FILE_NAME.fullmatch(name):
        return f'filename="{name}"'
    pieces = [""]
    for char in name:
        coded = quote(char, safe="")
        if len(pieces[-1]) + len(coded) > _WORD:
            pieces.append("")
        pieces[-1] += coded
    if len(pieces) == 1:
        return f"filename*=utf-8''{pieces[0]}"
    first, *rest = pieces
    return f"filename*0*=utf-8''{first}" + "".join(
        f";\r\n filename*{index}*={piece}" for index, piece in enumerate(rest, start=1)
    )


def _one_line(value: str) -> str:
    if _BREAKS.search(value):
        raise BadHeaderError(f"A header of an e-mail is one line, and {value!r} is not: correct that text.")
    return value


def _whole(value: str) -> str:
    """A value that is written as it is: printable ASCII."""
    if not (value.isascii() and value.isprintable()):
        raise BadHeaderError(f"{value!r} cannot stand in the head of an e-mail: correct that text.")
    return value


def _text(value: str) -> str:
    """A text as it is when every reader takes it so, else as encoded words (RFC 2047)."""
    _one_line(value)
    plain = value.isascii() and value.isprintable() and len(value) <= _PLAIN
    return value if plain and "=?" not in value and value == value.strip() else _encoded(value)


def _encoded(text: str) -> str:
    """`text` as encoded words of at most 62 characters, a line each; none ends within a character."""
    words, word = [], ""
    for char in text:
        coded = _quoted(char)
        if len(word) + len(coded) > _WORD:
            words.append(word)
            word = ""
        word += coded
    return "\r\n ".join(f"=?utf-8?q?{part}?=" for part in [*words, word])


@lru_cache(maxsize=4096)
def _quoted(char: str) -> str:
    if char in _UNTOUCHED:
        return char
    return "_" if char == " " else "".join(f"={byte:02X}" for byte in char.encode())


@lru_cache(maxsize=1024)
def _mailbox(name: str, address: str) -> str:
    """A named sender: the name as plain words, else encoded, so that no character of it separates addresses."""
    if not _one_line(name).strip():
        return address
    plain = len(name) <= _PLAIN and _PHRASE.fullmatch(name)
    return f"{name if plain else _encoded(name)}\r\n <{address}>"


def _addresses(several: Sequence[str]) -> str:
    return ",\r\n ".join([_address(address) for address in several])


def _address(address: str) -> str:
    """An address as it stands in a header. Common ones are seen at a glance, the others Django judges."""
    if _ADDRESS.fullmatch(address):
        return address
    judged = _whole(str(sanitize_address(_one_line(address), "utf-8")))
    if not _SHAPE.fullmatch(judged):
        raise ValueError(f"{address!r} is not the address of one mailbox: correct it.")
    return judged
