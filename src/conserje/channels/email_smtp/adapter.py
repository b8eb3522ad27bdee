# SPDX-License-Identifier: Apache-2.0
"""Hands finished messages to a mail server, phase by phase: each outcome is certain or says that it is not.

Nothing counts as handed over before `mark`, which is called between the server's 354 and our first byte of
content. Up to there every failure is proof that nothing was taken. After it, only an answer tells (RFC 1047).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from conserje.channels.email_smtp.letter import Envelope, Unfit, envelope, on_the_wire
from conserje.channels.email_smtp.line import CannotOpen, Line, LineBroken, open_line
from conserje.channels.email_smtp.settings import SmtpSettings
from conserje.channels.email_smtp.vocabulary import (
    CONTENT,
    COPY,
    DATA,
    RECIPIENT,
    SENDER,
    reason,
    without_addresses,
)
from conserje.domain.ports.channel import Accepted, Channel, Outcome, Parcel, Refused, Unsure
from conserje.domain.ports.http import Http

_LAST_WORDS_SECONDS = 2.0
_GOODBYE_SECONDS = 2.0

_SENTENCES = {
    "timed_out": "The mail server did not answer in time. Check host, port and firewall.",
    "connection_lost": "The mail server closed the connection. Check that port and security fit together.",
    "connection_failed": "No mail server answers at that host and port. Check both.",
    "connection_refused": "The mail server does not want to talk to this machine. Ask who runs it.",
    "answer_unreadable": "What answers there does not speak SMTP. Check port and security.",
    "server_not_found": "The mail server's name does not exist. Check its spelling.",
    "server_busy": "The mail server is busy. Try again in a few minutes.",
    "plaintext_refused": "Mail goes unencrypted only to a server on this machine. Choose starttls or tls.",
    "tls_not_offered": "The mail server offers no STARTTLS. Choose tls with port 465, or another server.",
    "tls_failed": "Encryption could not be agreed with the mail server. Check port and security.",
    "certificate_refused": "The mail server's certificate is not trusted for that name. Check host and file.",
    "certificate_file_unreadable": "The certificate file cannot be read. Check its path and that it is PEM.",
    "sign_in_not_offered": "The mail server takes no user name here. Leave it empty or check the port.",
    "sign_in_refused": "The mail server refused user name or password. Correct them.",
}
_UNVERIFIED = (
    "The server's certificate is not verified, so passwords could be read on the way. Turn verification on."
)
_NO_EIGHT_BIT = (
    "The mail server does not offer 8BITMIME, so messages with accents would be refused. Use another server."
)


@dataclass(frozen=True, slots=True)
class SmtpCarrier:
    """The carrier of channel e-mail over SMTP."""

    name: str = "email_smtp"
    channel: Channel = Channel.EMAIL
    settings_type: type = SmtpSettings

    def open(self, settings: Any, http: Http) -> SmtpSession:
        """A session that connects at its first parcel; `http` is not used."""
        return SmtpSession(settings)

    def check(self, settings: Any, http: Http) -> tuple[str, ...]:
        """Connects, greets, encrypts and signs in; sentences about what is wrong, empty when ready."""
        found = [] if settings.verify_certificates or settings.security == "none" else [_UNVERIFIED]
        try:
            line = open_line(settings)
        except CannotOpen as failed:
            return (*found, _SENTENCES[failed.reason])
        if not line.has_extn("8bitmime"):
            found.append(_NO_EIGHT_BIT)
        _leave(line)
        return tuple(found)


class SmtpSession:
    """One connection kept for many parcels, opened again when the server has let it go. For one thread."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._line: Line | None = None

    def send(self, parcel: Parcel, *, mark: Callable[[], None]) -> Outcome:
        """Hand over `parcel`. An exception of `mark` leaves nothing sent and is passed on."""
        kept = self._line is not None
        outcome = self._attempt(parcel, mark)
        if outcome is None and kept:
            outcome = self._attempt(parcel, mark)
        return outcome or Refused(
            "connection_lost", permanent=False, detail="before the message was handed over"
        )

    def close(self) -> None:
        """Say goodbye and free the connection; never raises."""
        if self._line is not None:
            _leave(self._line)
        self._line = None

    def _attempt(self, parcel: Parcel, mark: Callable[[], None]) -> Outcome | None:
        """An outcome, or None when a connection kept from before was gone and a new one is worth trying."""
        kept = self._line is not None
        try:
            line = self._line = self._line or open_line(self._settings)
            if kept:
                line.allow(self._settings.timeout_seconds)
            refused = self._announce(line, envelope(parcel, offers=line.esmtp_features))
        except CannotOpen as failed:
            return Refused(failed.reason, permanent=False, detail=failed.detail)
        except Unfit as unfit:
            return Refused(unfit.reason, permanent=unfit.permanent)
        except LineBroken as broken:
            self._drop()
            if kept and broken.why != "timed_out":
                return None
            return Refused(broken.why, permanent=False, detail="before hand-over")
        if refused is None:
            return self._hand_over(line, on_the_wire(parcel.content), mark)
        if kept and refused.detail.startswith("421"):
            self._drop()
            return None
        self._clear(line, gone=refused.detail.startswith("421"))
        return refused

    def _announce(self, line: Line, letter: Envelope) -> Refused | None:
        """MAIL, RCPT and DATA up to the 354, at once where the server takes them so (RFC 2920).

        A refusal is proof that nothing was taken. A copy that is refused does not stop the letter.
        """
        line.command_encoding = "utf-8" if letter.international else "ascii"
        steps = (
            (SENDER, f"MAIL {letter.mail}", (250,)),
            (RECIPIENT, f"RCPT {letter.rcpt}", (250, 251)),
            *((COPY, f"RCPT {copy}", (250, 251)) for copy in letter.copies),
            (DATA, "DATA", (354,)),
        )
        together = line.has_extn("pipelining")
        if together:
            line.send("".join(f"{command}\r\n" for _, command, _ in steps))
        for place, (phase, command, wanted) in enumerate(steps, start=1):
            if not together:
                line.send(f"{command}\r\n")
            code, text = line.getreply()
            if code >= 400 and phase != COPY:
                if together:
                    self._hear_out(line, len(steps) - place)
                return _refusal(code, text, phase)
            if code < 400 and code not in wanted:
                raise LineBroken("answer_unreadable")
        return None

    def _hear_out(self, line: Line, answers: int) -> None:
        """The answers to what was said along with a refused command; gone when it was DATA that they took."""
        code = 0
        try:
            for _ in range(answers):
                code, _ = line.getreply()
        except LineBroken:
            code = 354
        if code == 354:
            self._drop()

    def _hand_over(self, line: Line, content: bytes, mark: Callable[[], None]) -> Outcome:
        try:
            mark()
        except BaseException:
            self._drop()
            raise
        line.allow(self._settings.timeout_seconds)
        try:
            line.send(content)
        except LineBroken as broken:
            code, text = _last_words(line)
            self._drop()
            return _refusal(code, text, CONTENT) if code >= 400 else Unsure(broken.why, "during hand-over")
        try:
            code, text = line.getreply()
        except LineBroken as broken:
            self._drop()
            return Unsure(broken.why, "after hand-over")
        if code >= 400:
            self._clear(line, gone=code == 421)
            return _refusal(code, text, CONTENT)
        if code >= 300:
            self._drop()
            return Unsure("answer_unreadable", detail=str(code))
        return Accepted(without_addresses(f"{code} {_words(text)}"))

    def _clear(self, line: Line, *, gone: bool) -> None:
        """Forget a refused message at the server; without that certainty, a new connection."""
        if gone or self._line is None:
            self._drop()
            return
        try:
            code, _ = line.rset()
        except LineBroken:
            code = 0
        if code != 250:
            self._drop()

    def _drop(self) -> None:
        if self._line is not None:
            self._line.close()
        self._line = None


def _last_words(line: Line) -> tuple[int, bytes]:
    """What a server said before it hung up on us in the middle of the content; (0, b"") when nothing."""
    line.allow(_LAST_WORDS_SECONDS)
    try:
        return line.getreply()
    except LineBroken:
        return 0, b""


def _leave(line: Line) -> None:
    line.allow(_GOODBYE_SECONDS)
    with contextlib.suppress(LineBroken):
        line.docmd("QUIT")
    line.close()


def _refusal(code: int, text: bytes, phase: str) -> Refused:
    words = _words(text)
    why = reason(code, words, phase=phase)
    return Refused(why.word, permanent=why.permanent, detail=without_addresses(f"{code} {words} ({phase})"))


def _words(text: bytes) -> str:
    return text.decode("utf-8", "replace").replace("\n", " ")


ADAPTER = SmtpCarrier()
