# SPDX-License-Identifier: Apache-2.0
"""One SMTP connection under a stopwatch, with strict reading of answers.

`smtplib` does the greeting, TLS and sign-in; its reading is replaced because it hides whether an answer was
late, missing or nonsense, and because its waits restart with each byte.
"""

from __future__ import annotations

import io
import ipaddress
import re
import smtplib
import socket
import ssl
import time
from typing import Any, Final

from conserje.channels.email_smtp.settings import SmtpSettings

_ANSWER: Final = re.compile(rb"([2-5][0-9]{2})(?:([ -])([^\r\n]*))?\r?\n")
_LONGEST_ROW: Final = 2048
_MOST_ROWS: Final = 100
_PIECE: Final = 65536


class LineBroken(Exception):
    """No readable answer: `why` is `timed_out`, `connection_lost` or `answer_unreadable`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class CannotOpen(Exception):
    """The connection is not usable for mail: `reason` in our words, `detail` from the server if it spoke."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


class _Reading(io.RawIOBase):
    """Bytes of the connection, each read bounded by what is left on the stopwatch."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        sock = self._line.connected()
        sock.settimeout(self._line.left())
        return sock.recv_into(buffer)


class Line(smtplib.SMTP):
    """An `smtplib.SMTP` whose every send and answer shares one allowance of seconds, set by `allow`."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._until = 0.0
        super().__init__(local_hostname=settings.helo_name or "[127.0.0.1]", timeout=settings.timeout_seconds)
        self._host = settings.host

    def allow(self, seconds: float) -> None:
        """Start the stopwatch: everything until the next call must fit in `seconds`."""
        self._until = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds left; raises `TimeoutError` when there are none."""
        seconds = self._until - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds

    def connected(self) -> socket.socket:
        """The socket; raises `LineBroken` when there is none."""
        if self.sock is None:
            raise LineBroken("connection_lost")
        return self.sock

    def send(self, s: Any) -> None:
        """Write `s` (text or bytes) whole, or raise `LineBroken`."""
        data = memoryview(s.encode(self.command_encoding) if isinstance(s, str) else bytes(s))
        sock = self.connected()
        try:
            for start in range(0, len(data), _PIECE):
                sock.settimeout(self.left())
                sock.sendall(data[start : start + _PIECE])
        except TimeoutError:
            raise LineBroken("timed_out") from None
        except OSError:
            raise LineBroken("connection_lost") from None

    def getreply(self) -> tuple[int, bytes]:
        """The next whole answer: code 200-599 and its text. Raises `LineBroken`."""
        first, texts = 0, []
        for _ in range(_MOST_ROWS):
            match = _ANSWER.fullmatch(self._row())
            if match is None or (first and int(match.group(1)) != first):
                break
            first = int(match.group(1))
            texts.append(match.group(3) or b"")
            if match.group(2) != b"-":
                return first, b"\n".join(texts)
        raise LineBroken("answer_unreadable")

    def _row(self) -> bytes:
        self.file = self.file or io.BufferedReader(_Reading(self))
        try:
            row: bytes = self.file.readline(_LONGEST_ROW)
        except TimeoutError:
            raise LineBroken("timed_out") from None
        except OSError:
            raise LineBroken("connection_lost") from None
        if not row.endswith(b"\n"):
            raise LineBroken("answer_unreadable" if len(row) >= _LONGEST_ROW else "connection_lost")
        return row

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        addresses = _addresses(host, port)
        if self._settings.security == "none" and not all(_on_this_machine(row[0]) for row in addresses):
            raise CannotOpen("plaintext_refused")
        sock = _first_that_answers(addresses, self)
        # Without this, content of several TLS records waits 40 ms for an acknowledgement: 16 messages a second.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.local_hostname = self._settings.helo_name or _literal(sock)
        if self._settings.security == "tls":
            sock.settimeout(self.left())
            return trust(self._settings).wrap_socket(sock, server_hostname=host)
        return sock


def trust(settings: SmtpSettings) -> ssl.SSLContext:
    """The TLS demands of `settings`. Raises `CannotOpen` when the certificate file cannot be read."""
    try:
        context = ssl.create_default_context(cafile=settings.ca_file or None)
    except (OSError, ssl.SSLError):
        raise CannotOpen("certificate_file_unreadable") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not settings.verify_certificates:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def open_line(settings: SmtpSettings) -> Line:
    """A greeted, encrypted, signed-in connection. Raises `CannotOpen`; nothing was said about any message."""
    line = Line(settings)
    line.allow(settings.timeout_seconds)
    try:
        _greet(line, settings)
    except CannotOpen:
        line.close()
        raise
    except LineBroken as broken:
        line.close()
        raise CannotOpen(broken.why) from None
    except ssl.SSLCertVerificationError:
        line.close()
        raise CannotOpen("certificate_refused") from None
    except ssl.SSLError:
        line.close()
        raise CannotOpen("tls_failed") from None
    except TimeoutError:
        line.close()
        raise CannotOpen("timed_out") from None
    except OSError:
        line.close()
        raise CannotOpen("connection_failed") from None
    return line


def _greet(line: Line, settings: SmtpSettings) -> None:
    code, _ = line.connect(settings.host, settings.port)
    if code != 220:
        raise CannotOpen("server_busy" if code < 500 else "connection_refused", f"{code}")
    _hello(line)
    if settings.security == "starttls":
        if not line.has_extn("starttls"):
            raise CannotOpen("tls_not_offered")
        try:
            line.starttls(context=trust(settings))
        except smtplib.SMTPResponseException as refused:
            raise CannotOpen("tls_failed", str(refused.smtp_code)) from None
        _hello(line)
    if settings.username:
        _sign_in(line, settings)


def _hello(line: Line) -> None:
    code, _ = line.ehlo()
    if code != 250:
        code, _ = line.helo()
        if code != 250:
            raise CannotOpen("connection_refused", str(code))


def _sign_in(line: Line, settings: SmtpSettings) -> None:
    if not line.has_extn("auth"):
        raise CannotOpen("sign_in_not_offered")
    try:
        line.login(settings.username, settings.password)
    except smtplib.SMTPResponseException as refused:
        word = "server_busy" if 400 <= refused.smtp_code < 500 else "sign_in_refused"
        raise CannotOpen(word, str(refused.smtp_code)) from None
    except (smtplib.SMTPException, UnicodeError):
        raise CannotOpen("sign_in_refused") from None


def _addresses(host: str, port: int) -> list[tuple[Any, ...]]:
    try:
        return [row[4] for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except OSError:
        raise CannotOpen("server_not_found") from None


def _first_that_answers(addresses: list[tuple[Any, ...]], line: Line) -> socket.socket:
    for place, address in enumerate(addresses, start=1):
        try:
            return socket.create_connection(address[:2], line.left() / (len(addresses) - place + 1))
        except OSError:
            if place == len(addresses):
                raise
    raise CannotOpen("server_not_found")


def _on_this_machine(address: str) -> bool:
    return ipaddress.ip_address(address.split("%")[0]).is_loopback


def _literal(sock: socket.socket) -> str:
    address = str(sock.getsockname()[0])
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"
