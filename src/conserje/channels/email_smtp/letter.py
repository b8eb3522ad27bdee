# SPDX-License-Identifier: Apache-2.0
"""A parcel as SMTP wants it: envelope arguments the server can take, content with CRLF and doubled dots."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from conserje.domain.ports.channel import Parcel

_ADDRESS: Final = re.compile(r"[^\s<>@,;:\\\"()\[\]\x00-\x1f\x7f]+@[^\s<>@,;:\\\"()\x00-\x1f\x7f]+")
_LONGEST_ADDRESS: Final = 254


class Unfit(Exception):
    """The parcel cannot be said to this server; nothing was sent. `permanent`: this address will not work."""

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent


@dataclass(frozen=True, slots=True)
class Envelope:
    """Arguments of MAIL and RCPT. `international`: they are UTF-8 by SMTPUTF8 (RFC 6531).

    `copies` are further RCPT arguments; addresses that no server could take are left out.
    """

    mail: str
    rcpt: str
    copies: tuple[str, ...]
    international: bool


def envelope(parcel: Parcel, *, offers: Mapping[str, str]) -> Envelope:
    """Arguments for `parcel` at a server with the EHLO keywords `offers` (lower case). Raises `Unfit`."""
    sender = _usable(parcel.sender, "sender_malformed", permanent=False) if parcel.sender else ""
    recipient = _usable(parcel.recipient, "address_malformed", permanent=True)
    head, _, body = _split(parcel.content)
    international = not (sender.isascii() and recipient.isascii() and head.isascii())
    if international and "smtputf8" not in offers:
        raise Unfit("address_needs_utf8" if head.isascii() else "content_needs_utf8", permanent=False)
    arguments = [f"FROM:<{sender}>"]
    if "size" in offers:
        size, limit = len(_with_line_ends(parcel.content)), offers["size"]
        if limit.isascii() and limit.isdigit() and 0 < int(limit) < size:
            raise Unfit("too_large", permanent=False)
        arguments.append(f"SIZE={size}")
    if not (head.isascii() and body.isascii()):
        if "8bitmime" not in offers:
            raise Unfit("content_needs_8bitmime", permanent=False)
        arguments.append("BODY=8BITMIME")
    if international:
        arguments.append("SMTPUTF8")
    copies = tuple(f"TO:<{copy}>" for copy in parcel.copies if _fits(copy, international))
    return Envelope(" ".join(arguments), f"TO:<{recipient}>", copies, international)


def _fits(copy: str, international: bool) -> bool:
    try:
        usable = _usable(copy, "address_malformed", permanent=True)
    except Unfit:
        return False
    return international or usable.isascii()


def on_the_wire(content: bytes) -> bytes:
    """`content` with CRLF line ends, leading dots doubled, and the final dot (RFC 5321, 4.5.2)."""
    stuffed = _with_line_ends(content).replace(b"\r\n.", b"\r\n..")
    return (b"." if stuffed.startswith(b".") else b"") + stuffed + b".\r\n"


def _with_line_ends(content: bytes) -> bytes:
    lines = _plain(content).replace(b"\n", b"\r\n")
    return lines if lines.endswith(b"\r\n") else lines + b"\r\n"


def _split(content: bytes) -> tuple[bytes, bytes, bytes]:
    return _plain(content).partition(b"\n\n")


def _plain(content: bytes) -> bytes:
    return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _usable(address: str, reason: str, *, permanent: bool) -> str:
    """`address` with its domain in ASCII (IDNA); raises `Unfit` when it is none."""
    if len(address) > _LONGEST_ADDRESS or not _ADDRESS.fullmatch(address):
        raise Unfit(reason, permanent=permanent)
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        raise Unfit(reason, permanent=permanent) from None
