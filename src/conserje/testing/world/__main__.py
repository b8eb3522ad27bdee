# SPDX-License-Identifier: Apache-2.0
"""`python -m conserje.testing.world`: the outside world as a process."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import sys
import tempfile
import threading
from pathlib import Path

from conserje.testing.world.certificate import server_context
from conserje.testing.world.checkouts import Checkouts
from conserje.testing.world.faults import FaultBook
from conserje.testing.world.mailbox import Mailbox
from conserje.testing.world.mandates import Mandates
from conserje.testing.world.server import Site, WebServer
from conserje.testing.world.smtp import SmtpServer
from conserje.testing.world.webhooks import Webhooks

_TICK_SECONDS = 0.5


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT, or until standard input closes when asked to follow it."""
    options = _options(arguments)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    if options.follow_stdin:
        threading.Thread(target=_follow_stdin, args=(stopping,), daemon=True).start()
    with contextlib.ExitStack() as stack:
        certificates = options.store or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="world-"))
        )
        certificates.mkdir(parents=True, exist_ok=True)
        tls, trusted = server_context(certificates)
        faults = FaultBook()
        mailbox = Mailbox(options.store)
        webhooks = Webhooks(options.store, faults, options.hook_secret)
        checkouts = Checkouts(options.store, faults, webhooks.tell)
        site = Site(
            mailbox=mailbox,
            checkouts=checkouts,
            mandates=Mandates(options.store, webhooks.tell),
            webhooks=webhooks,
            faults=faults,
            api_key=options.api_key,
        )
        sign_in = tuple(options.smtp_login.split(":", 1)) if options.smtp_login else None
        smtp = SmtpServer(mailbox, faults, tls, sign_in)
        web = WebServer(site)
        smtp_port = smtp.start(options.host, options.smtp_port)
        http_port = web.start(options.host, options.http_port)
        site.base_url = options.public_url or f"http://{options.host}:{http_port}"
        webhooks.start()
        _ready(options, smtp_port=smtp_port, base_url=site.base_url, http_port=http_port, trusted=trusted)
        while not stopping.wait(_TICK_SECONDS):
            checkouts.settle_due(site.now())
        web.stop()
        smtp.stop()
        webhooks.stop()
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m conserje.testing.world", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--smtp-port", type=int, default=0, help="0: a free one")
    parser.add_argument("--http-port", type=int, default=0, help="0: a free one")
    parser.add_argument(
        "--public-url", default="", help="how people reach the pages, when not by host and port"
    )
    parser.add_argument("--ready-file", type=Path, help="where to write ports and secrets as JSON")
    parser.add_argument("--store", type=Path, help="folder that survives a restart")
    parser.add_argument("--smtp-login", default="", help="user:password that the mail server then demands")
    parser.add_argument("--api-key", default="clave-de-prueba")
    parser.add_argument("--hook-secret", default="whsec_c2VjcmV0by1kZS1wcnVlYmEtbm8tZXMtZGluZXJv")
    parser.add_argument("--follow-stdin", action="store_true", help="end when standard input closes")
    return parser.parse_args(arguments)


def _ready(
    options: argparse.Namespace, *, smtp_port: int, base_url: str, http_port: int, trusted: Path
) -> None:
    facts = {
        "pid": os.getpid(),
        "host": options.host,
        "smtp_port": smtp_port,
        "http_port": http_port,
        "http_url": base_url,
        "api_key": options.api_key,
        "hook_secret": options.hook_secret,
        "certificate": str(trusted.resolve()),
    }
    if options.ready_file:
        part = options.ready_file.with_suffix(".part")
        part.write_text(json.dumps(facts), encoding="utf-8")
        part.replace(options.ready_file)
    sys.stdout.write(f"World ready: mail at {options.host}:{smtp_port}, pages at {base_url}/\n")
    sys.stdout.flush()


def _follow_stdin(stopping: threading.Event) -> None:
    # Not through the buffer: an interpreter that ends waits a second for its lock.
    while os.read(0, 4096):
        continue
    stopping.set()


if __name__ == "__main__":
    raise SystemExit(main())
