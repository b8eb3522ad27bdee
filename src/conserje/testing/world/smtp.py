# SPDX-License-Identifier: Apache-2.0
"""The mail server: plain and STARTTLS, with sign-in, and lying on request."""

from __future__ import annotations

import asyncio
import logging
import re
import ssl
import threading
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from conserje.testing.world.faults import Fault, FaultBook
from conserje.testing.world.mailbox import Mailbox

_FOREVER_SECONDS = 3600.0
_LARGEST_CONTENT = 33_554_432
_PIECE = 65536
_END = b"\r\n.\r\n"
_PLAIN_PATH = re.compile(
    r"<([A-Za-z0-9_+-]{1,64}(?:\.[A-Za-z0-9_+-]{1,64}){0,3}@[A-Za-z0-9.-]{1,200})>(.*)", re.ASCII
)


class Lying(SMTP):
    """aiosmtpd's server, with faults before the 354 as well, and content read in pieces instead of lines."""

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        """DATA, unless a fault for one of the recipients comes first."""
        if await self.check_helo_needed() or await self.check_auth_needed("DATA"):
            return
        envelope, handler = self.envelope, self.event_handler
        if envelope is None or not envelope.rcpt_tos:
            await self.push("503 5.5.1 Need RCPT")
            return
        answer = await handler.misbehave(self, "data", tuple(envelope.rcpt_tos))
        if answer:
            await self.push(answer)
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        envelope.original_content = await self._content()
        if len(envelope.original_content) > _LARGEST_CONTENT:
            answer = "552 5.3.4 Too much mail data"
        else:
            answer = await handler.handle_DATA(self, self.session, envelope)
        self._set_post_data_state()  # type: ignore[no-untyped-call]
        await self.push(answer)

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """A plain address at a glance; the grammar that aiosmtpd asks otherwise takes longer than all the rest."""
        plain = _PLAIN_PATH.fullmatch(arg)
        return (plain[1], plain[2]) if plain else super()._getaddr(arg)

    async def _content(self) -> bytes:
        """Up to the final dot, dots undoubled; a connection that ends before it takes the message with it."""
        heard, searched = bytearray(b"\r\n"), 0
        while (end := heard.find(_END, searched)) < 0:
            searched = max(0, len(heard) - len(_END))
            piece = await self._reader.read(_PIECE)
            if not piece or len(heard) > 2 * _LARGEST_CONTENT:
                _hang_up(self)
            heard += piece
        return bytes(heard[: end + 2]).replace(b"\r\n.", b"\r\n")[2:]


class Handler:
    """Records what it accepts, after the faults had their turn."""

    def __init__(self, mailbox: Mailbox, faults: FaultBook) -> None:
        self._mailbox = mailbox
        self._faults = faults

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """EHLO: commands may come several at once (RFC 2920), as they may to the mail servers in use."""
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", responses[-1]]

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """MAIL FROM."""
        answer = await self.misbehave(server, "mail", ())
        if answer:
            return answer
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Ok"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """RCPT TO."""
        answer = await self.misbehave(server, "rcpt", (address,))
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """The end of the content: refuse, or record and then answer, or lie."""
        targets = tuple(envelope.rcpt_tos)
        refused = self._faults.take("reject", targets=targets, phase="end")
        if refused:
            return _answer(refused)
        number = self._mailbox.record(
            sender=envelope.mail_from or "",
            recipients=targets,
            raw=bytes(envelope.original_content or b""),
            encrypted=session.ssl is not None,
            signed_in_as=getattr(session.auth_data, "login", b"").decode("utf-8", "replace"),
        )
        if self._faults.take("nonsense", targets=targets, phase="end"):
            return "OK maybe"
        await self.misbehave(server, "end", targets)
        return f"250 2.0.0 Ok: queued as {number:06d}"

    async def misbehave(self, server: SMTP, phase: str, targets: tuple[str, ...]) -> str:
        """Let the next fault of `phase` happen; the refusal to answer with, or "" to go on."""
        fault = self._faults.take("reject", "drop", "hang", "slow", targets=targets, phase=phase)
        if fault is None:
            return ""
        if fault.kind == "reject":
            return _answer(fault)
        if fault.kind == "drop":
            _hang_up(server)
        await asyncio.sleep(fault.seconds(_FOREVER_SECONDS if fault.kind == "hang" else 0.0))
        if fault.kind == "hang":
            _hang_up(server)
        return ""


class SmtpServer:
    """The mail server in a thread with a loop of its own."""

    def __init__(
        self, mailbox: Mailbox, faults: FaultBook, tls: ssl.SSLContext, sign_in: tuple[str, str] | None
    ) -> None:
        logging.getLogger("mail.log").setLevel(logging.ERROR)
        self._handler = Handler(mailbox, faults)
        self._tls = tls
        self._sign_in = sign_in
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, name="smtp", daemon=True)

    def start(self, host: str, port: int) -> int:
        """Listen; the port in use."""
        self._thread.start()
        future = asyncio.run_coroutine_threadsafe(
            self._loop.create_server(self._protocol, host, port), self._loop
        )
        self._server = future.result(timeout=10)
        return int(self._server.sockets[0].getsockname()[1])

    def stop(self) -> None:
        """Stop listening and end the loop."""
        if self._server:
            self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)

    def _protocol(self) -> Lying:
        return Lying(
            self._handler,
            hostname="correo.prueba.invalid",
            ident="Correo de prueba",
            enable_SMTPUTF8=True,
            tls_context=self._tls,
            authenticator=self._authenticate,
            auth_required=self._sign_in is not None,
            auth_require_tls=True,
            loop=self._loop,
        )

    def _authenticate(
        self, server: Any, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        known = self._sign_in
        right = (
            known is not None
            and isinstance(data, LoginPassword)
            and (data.login.decode("utf-8", "replace"), data.password.decode("utf-8", "replace")) == known
        )
        return AuthResult(success=right, handled=False, auth_data=data if right else None)


def _answer(fault: Fault) -> str:
    return f"{int(fault.options.get('code', 451))} {fault.options.get('text', '4.3.0 Try again later')}"


def _hang_up(server: SMTP) -> None:
    if isinstance(server.transport, asyncio.WriteTransport):
        server.transport.abort()
    raise asyncio.CancelledError
