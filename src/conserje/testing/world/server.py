# SPDX-License-Identifier: Apache-2.0
"""The HTTP side of the world: which address does what."""

from __future__ import annotations

import hmac
import logging
import re
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import unquote

from conserje.testing.world import checkout_pages, mail_pages
from conserje.testing.world.checkouts import METHODS, Checkouts, Wrong, public, statement
from conserje.testing.world.faults import FaultBook, UnknownFault
from conserje.testing.world.mailbox import Mailbox, as_json
from conserje.testing.world.mandates import Mandates, shown
from conserje.testing.world.web import Reply, Request, first_values, page
from conserje.testing.world.web import as_json as answer
from conserje.testing.world.webhooks import Webhooks

_LARGEST_BODY: Final = 2_000_000
_LOG: Final = logging.getLogger("conserje.world")


class Site:
    """All routes over one mailbox, one set of checkouts, one book of faults."""

    def __init__(
        self,
        *,
        mailbox: Mailbox,
        checkouts: Checkouts,
        mandates: Mandates,
        webhooks: Webhooks,
        faults: FaultBook,
        api_key: str,
    ) -> None:
        self.base_url = ""
        self._mailbox = mailbox
        self._checkouts = checkouts
        self._mandates = mandates
        self._webhooks = webhooks
        self._faults = faults
        self._api_key = api_key
        self._ahead = timedelta(0)
        number, checkout = r"(?P<number>\d{1,9})", r"(?P<checkout>[A-Za-z0-9_]{1,64})"
        self._routes: tuple[tuple[str, re.Pattern[str], Callable[..., Reply]], ...] = tuple(
            (method, re.compile(pattern), action)
            for method, pattern, action in (
                ("GET", "/", self._inbox),
                ("GET", f"/messages/{number}", self._message),
                ("GET", f"/messages/{number}/html", self._message_html),
                ("GET", f"/messages/{number}/raw", self._raw),
                ("GET", rf"/messages/{number}/parts/(?P<index>\d{{1,4}})", self._part),
                ("POST", f"/messages/{number}/unsubscribe", self._unsubscribe),
                ("GET", f"/checkout/{checkout}", self._checkout_page),
                ("POST", f"/checkout/{checkout}", self._checkout_act),
                ("GET", "/mandate/(?P<mandate>[a-z0-9_]{1,64})", self._mandate_page),
                ("POST", "/mandate/(?P<mandate>[a-z0-9_]{1,64})", self._mandate_act),
                ("GET", "/v1/account", self._account),
                ("POST", f"/v1/checkouts/{checkout}/refunds", self._refund),
                ("POST", "/v1/mandates", self._ask_mandate),
                ("GET", "/v1/mandates/(?P<mandate>[a-z0-9_]{1,64})", self._fetch_mandate),
                ("POST", "/v1/tokens/(?P<token>[a-z0-9_]{1,64})/end", self._end_mandate),
                ("POST", "/v1/charges", self._charge),
                ("POST", "/v1/checkouts", self._create),
                ("GET", f"/v1/checkouts/{checkout}", self._fetch),
                ("GET", "/api/messages", self._messages),
                ("DELETE", "/api/messages", self._clear_messages),
                ("GET", f"/api/messages/{number}", self._details),
                ("GET", "/api/faults", self._list_faults),
                ("POST", "/api/faults", self._add_fault),
                ("DELETE", "/api/faults", self._clear_faults),
                ("GET", "/api/checkouts", self._list_checkouts),
                (
                    "POST",
                    f"/api/checkouts/{checkout}/(?P<act>pay|decline|cancel|deposit|expire|contest)",
                    self._act,
                ),
                ("GET", "/api/statement.csv", self._statement),
                ("GET", "/api/webhooks", self._list_webhooks),
                ("POST", "/api/webhooks/(?P<event>[a-z0-9_]{1,64})/again", self._again),
                ("POST", "/api/clock", self._clock),
            )
        )

    def now(self) -> datetime:
        """The world's instant: the machine's, moved by what `/api/clock` was told."""
        return datetime.now(UTC) + self._ahead

    def reply(self, request: Request) -> Reply:
        """The answer to `request`; whatever goes wrong is an answer too."""
        try:
            allowed = []
            for method, pattern, action in self._routes:
                match = pattern.fullmatch(request.path)
                if match and method == request.method:
                    if request.path.startswith("/v1/"):
                        self._demand_key(request)
                    return action(request, **match.groupdict())
                if match:
                    allowed.append(method)
            raise Wrong(405 if allowed else 404, "no_such_address", "Nothing answers there.")
        except Wrong as wrong:
            if request.path.startswith(("/api/", "/v1/")):
                return answer({"error": wrong.code, "message": wrong.sentence}, wrong.status)
            return page("No está", '<p class="empty">Esta página no está.</p>', status=wrong.status)
        except (KeyError, ValueError, TypeError, AttributeError) as unfit:
            return answer({"error": "unreadable", "message": f"{type(unfit).__name__}: {unfit}"}, 400)

    def _demand_key(self, request: Request) -> None:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), self._api_key.encode()):
            raise Wrong(401, "key_refused", "Send the API key as a bearer token.")

    def _inbox(self, request: Request) -> Reply:
        return mail_pages.inbox(self._mailbox, request)

    def _message(self, request: Request, number: str) -> Reply:
        return mail_pages.message(self._mailbox, int(number), request)

    def _message_html(self, request: Request, number: str) -> Reply:
        return mail_pages.message_html(self._mailbox, int(number))

    def _raw(self, request: Request, number: str) -> Reply:
        headers = {"content-disposition": f'attachment; filename="{int(number):06d}.eml"'}
        return Reply(200, self._mailbox.raw(int(number)), "message/rfc822", headers)

    def _part(self, request: Request, number: str, index: str) -> Reply:
        return mail_pages.part(self._mailbox, int(number), int(index))

    def _unsubscribe(self, request: Request, number: str) -> Reply:
        return mail_pages.unsubscribe(self._mailbox, int(number))

    def _checkout_page(self, request: Request, checkout: str) -> Reply:
        return checkout_pages.checkout_page(self._checkouts.get(checkout))

    def _checkout_act(self, request: Request, checkout: str) -> Reply:
        return checkout_pages.act(self._checkouts, checkout, request, self.now())

    def _account(self, request: Request) -> Reply:
        return answer({"name": "Pasarela de prueba", "live": False, "methods": list(METHODS)})

    def _create(self, request: Request) -> Reply:
        body = request.json()
        reference = str(body.get("reference", ""))
        if self._faults.take("server_error", targets=(reference,), phase="create"):
            raise Wrong(500, "server_error", "Scripted.")
        made = self._checkouts.create(request.headers.get("idempotency-key", ""), body)
        reply = answer(public(made, self.base_url), 201)
        return self._maybe_lost(reply, "create", (reference, made.id))

    def _fetch(self, request: Request, checkout: str) -> Reply:
        self._checkouts.settle_due(self.now())
        found = self._checkouts.get(checkout)
        targets = (found.reference, found.id)
        if self._faults.take("server_error", targets=targets, phase="fetch"):
            raise Wrong(500, "server_error", "Scripted.")
        return self._maybe_lost(answer(public(found, self.base_url)), "fetch", targets)

    def _refund(self, request: Request, checkout: str) -> Reply:
        targets = (self._checkouts.get(checkout).reference, checkout)
        if self._faults.take("server_error", targets=targets, phase="refund"):
            raise Wrong(500, "server_error", "Scripted.")
        key = request.headers.get("idempotency-key", "")
        made = self._checkouts.refund(checkout, key, int(request.json()["amount"]))
        return self._maybe_lost(answer(made, 201), "refund", targets)

    def _ask_mandate(self, request: Request) -> Reply:
        made = self._mandates.create(request.headers.get("idempotency-key", ""), request.json())
        return self._maybe_lost(answer(shown(made, self.base_url), 201), "create", (made.reference, made.id))

    def _fetch_mandate(self, request: Request, mandate: str) -> Reply:
        return answer(shown(self._mandates.get(mandate), self.base_url))

    def _end_mandate(self, request: Request, token: str) -> Reply:
        return answer(shown(self._mandates.end(token), self.base_url))

    def _charge(self, request: Request) -> Reply:
        body = request.json()
        targets = (str(body.get("reference", "")), str(body.get("token", "")))
        if self._faults.take("server_error", targets=targets, phase="charge"):
            raise Wrong(500, "server_error", "Scripted.")
        script = self._mandates.script(targets[1])
        key = request.headers.get("idempotency-key", "")
        made = self._checkouts.charge(key, body, script=script, now=self.now())
        return self._maybe_lost(answer(public(made, self.base_url), 201), "charge", targets)

    def _mandate_page(self, request: Request, mandate: str) -> Reply:
        return checkout_pages.mandate_page(self._mandates.get(mandate))

    def _mandate_act(self, request: Request, mandate: str) -> Reply:
        return checkout_pages.give(self._mandates, mandate, request)

    def _maybe_lost(self, reply: Reply, phase: str, targets: tuple[str, ...]) -> Reply:
        lost = self._faults.take("lost_answer", targets=targets, phase=phase)
        return Reply(reply.status, reply.body, reply.kind, lost=lost.seconds()) if lost else reply

    def _messages(self, request: Request) -> Reply:
        return answer([as_json(one) for one in self._mailbox.all(to=request.query.get("to", ""))])

    def _clear_messages(self, request: Request) -> Reply:
        self._mailbox.clear()
        return answer({"ok": True})

    def _details(self, request: Request, number: str) -> Reply:
        received = self._mailbox.get(int(number))
        if received is None:
            raise Wrong(404, "not_found", "There is no message of that number.")
        return answer(
            {**as_json(received), **mail_pages.details(received, self._mailbox.raw(received.number))}
        )

    def _list_faults(self, request: Request) -> Reply:
        return answer(self._faults.listed())

    def _add_fault(self, request: Request) -> Reply:
        try:
            self._faults.add(request.json())
        except UnknownFault as unknown:
            raise Wrong(400, "fault_unknown", str(unknown)) from None
        return answer(self._faults.listed(), 201)

    def _clear_faults(self, request: Request) -> Reply:
        self._faults.clear()
        return answer([])

    def _list_checkouts(self, request: Request) -> Reply:
        self._checkouts.settle_due(self.now())
        return answer([asdict(one) for one in self._checkouts.all()])

    def _act(self, request: Request, checkout: str, act: str) -> Reply:
        body = request.json()
        method = str(body.get("method", "pse"))
        if act == "pay":
            value_on = str(body.get("value_on", ""))
            done = self._checkouts.pay(checkout, method=method, now=self.now(), value_on=value_on)
        elif act == "deposit":
            done = self._checkouts.deposit(checkout, now=self.now(), value_on=str(body.get("value_on", "")))
        elif act == "contest":
            done = self._checkouts.contest(checkout, outcome=str(body.get("outcome", "asked")))
        elif act == "expire":
            done = self._checkouts.expire(checkout)
        elif act == "decline":
            done = self._checkouts.decline(checkout, method=method)
        else:
            done = self._checkouts.cancel(checkout)
        return answer(public(done, self.base_url))

    def _statement(self, request: Request) -> Reply:
        wanted = request.query.get("checkout", "")
        found = [self._checkouts.get(wanted)] if wanted else self._checkouts.all()
        return Reply(200, statement(found).encode(), "text/csv; charset=utf-8")

    def _list_webhooks(self, request: Request) -> Reply:
        return answer(self._webhooks.tries())

    def _again(self, request: Request, event: str) -> Reply:
        if not self._webhooks.again(event):
            raise Wrong(404, "not_found", "There is no event of that id.")
        return answer({"ok": True}, 202)

    def _clock(self, request: Request) -> Reply:
        self._ahead = datetime.fromisoformat(request.json()["now"]).astimezone(UTC) - datetime.now(UTC)
        return answer({"now": self.now().isoformat(timespec="seconds")})


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


class WebServer:
    """The HTTP server in threads."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._server: _Server | None = None

    def start(self, host: str, port: int) -> int:
        """Listen; the port in use."""
        self._server = _Server((host, port), _handler(self._site))
        serve = partial(self._server.serve_forever, poll_interval=0.05)
        threading.Thread(target=serve, name="http", daemon=True).start()
        return int(self._server.server_address[1])

    def stop(self) -> None:
        """Stop listening."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        timeout = 60

        def _serve(self) -> None:
            try:
                length = int(self.headers.get("content-length") or 0)
            except ValueError:
                length = -1
            if not 0 <= length <= _LARGEST_BODY or self.headers.get("transfer-encoding"):
                self.close_connection = True
                self._send(answer({"error": "length"}, 413))
                return
            body = self.rfile.read(length)
            path, _, query = self.path.partition("?")
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.command, unquote(path), first_values(query), headers, body)
            self._send(site.reply(request))

        def do_GET(self) -> None:
            self._serve()

        def do_POST(self) -> None:
            self._serve()

        def do_DELETE(self) -> None:
            self._serve()

        def _send(self, reply: Reply) -> None:
            if reply.lost is not None:
                time.sleep(reply.lost)
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response(reply.status)
            for name, value in {
                "content-type": reply.kind,
                "cache-control": "no-store",
                **reply.headers,
            }.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            _LOG.debug(format, *args)

    return Handler
