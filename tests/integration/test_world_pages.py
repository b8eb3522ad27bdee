# SPDX-License-Identifier: Apache-2.0
"""The mailbox page and its JSON: what a person and a test can see, and the mail client's own unsubscribe button."""

from __future__ import annotations

import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from conserje.channels.email_smtp.adapter import ADAPTER
from conserje.channels.email_smtp.settings import SmtpSettings
from conserje.domain.ports.channel import Accepted, Parcel
from conserje.services.tenancy.http import GuardedHttp
from conserje.testing import world

HTML = (
    '<html><head><title>x</title></head><body><img src="cid:logo@x"><a href="https://pagos.example.test/p/1">Ver</a>'
    "<script>alert(1)</script></body></html>"
)


@pytest.fixture(scope="module")
def outside() -> Iterator[world.World]:
    with world.start() as running:
        yield running


@pytest.fixture
def sink(outside: world.World) -> world.World:
    outside.clear_messages()
    return outside


def get(sink: world.World, path: str, data: bytes | None = None) -> tuple[int, dict[str, str], str]:
    opener = urllib.request.build_opener()
    try:
        with opener.open(urllib.request.Request(sink.http_url + path, data=data), timeout=10) as answer:
            return answer.status, dict(answer.headers), answer.read().decode("utf-8", "replace")
    except urllib.error.HTTPError as refused:
        return refused.code, dict(refused.headers), refused.read().decode("utf-8", "replace")


def letter(unsubscribe: str = "") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = '"Ana Ruiz, Taller" <ana@taller.example.test>'
    mail["To"] = "laura@rio.example.test"
    mail["Subject"] = "FE-1042 <b>Rediseño</b>"
    mail["Date"] = "Tue, 17 Nov 2026 09:40:00 -0500"
    mail["Message-ID"] = "<fe-1042@taller.example.test>"
    if unsubscribe:
        mail["List-Unsubscribe"] = f"<{unsubscribe}>, <mailto:baja@taller.example.test>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content("Buenos días, Laura.\nhttps://pagos.example.test/p/1\n")
    mail.add_alternative(HTML, subtype="html")
    mail.add_attachment(b"%PDF-1.4 prueba", maintype="application", subtype="pdf", filename="FE-1042 ñ.pdf")
    return mail


def deliver(sink: world.World, mail: EmailMessage) -> int:
    opened = ADAPTER.open(
        SmtpSettings(host="localhost", port=sink.smtp_port, ca_file=sink.certificate), GuardedHttp()
    )
    parcel = Parcel("k", "ana@taller.example.test", "laura@rio.example.test", mail.as_bytes())
    assert isinstance(opened.send(parcel, mark=lambda: None), Accepted)
    opened.close()
    return sink.messages()[-1].number


def test_the_list_shows_newest_first_and_searches(sink: world.World) -> None:
    assert "Aquí no hay correos" in get(sink, "/")[2]
    deliver(sink, letter())
    second = letter()
    second.replace_header("Subject", "Gracias")
    deliver(sink, second)
    shown = get(sink, "/")[2]
    assert shown.index("Gracias") < shown.index("FE-1042")
    assert "FE-1042 &lt;b&gt;Rediseño&lt;/b&gt;" in shown
    assert "17 nov 2026, 09:40" in shown
    assert "Ana Ruiz, Taller" in shown
    assert "Gracias" not in get(sink, "/?q=" + urllib.parse.quote("rediseño"))[2]
    assert 'value="&quot;&gt;&lt;i&gt;"' in get(sink, "/?q=%22%3E%3Ci%3E")[2]


def test_a_message_is_shown_in_a_sandbox(sink: world.World) -> None:
    number = deliver(sink, letter())
    _, _, shown = get(sink, f"/messages/{number}")
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in shown
    assert "<script" not in shown
    assert "Cancelar suscripción" not in shown
    _, headers, framed = get(sink, f"/messages/{number}/html")
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "sandbox" in headers["content-security-policy"]
    assert '<base target="_blank">' in framed
    assert "Buenos días, Laura." in get(sink, f"/messages/{number}?ver=texto")[2]
    assert "List-Unsubscribe" not in get(sink, f"/messages/{number}?ver=cabeceras")[2]
    assert get(sink, "/messages/999999")[0] == 404


def test_files_can_be_downloaded(sink: world.World) -> None:
    number = deliver(sink, letter())
    [file] = sink.details(number)["files"]
    assert file["name"] == "FE-1042 ñ.pdf"
    status, headers, body = get(sink, f"/messages/{number}/parts/{file['part']}")
    assert (status, body) == (200, "%PDF-1.4 prueba")
    assert headers["content-disposition"].startswith("attachment")
    assert sink.message(number)["Message-ID"] == "<fe-1042@taller.example.test>"
    assert get(sink, f"/messages/{number}/parts/99")[0] == 400


def test_details_for_tests(sink: world.World) -> None:
    found = sink.details(deliver(sink, letter("https://pagos.example.test/baja/1")))
    assert found["links"] == ["https://pagos.example.test/p/1"]
    assert found["one_click"] == "https://pagos.example.test/baja/1"
    assert found["text"].startswith("Buenos días")
    assert found["recipients"] == ["laura@rio.example.test"]
    assert found["dated"] == "2026-11-17T09:40:00-05:00"


def test_the_unsubscribe_button_posts_as_a_mail_client_does(sink: world.World) -> None:
    seen: list[tuple[str, str, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            seen.append((self.path, self.headers["content-type"], body))
            self.send_response(302 if self.path == "/mudado" else 200)
            self.send_header("location", "/otra")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_address[1]}"
    number = deliver(sink, letter(f"{base}/baja/1"))
    shown = get(sink, f"/messages/{number}")[2]
    assert "Cancelar suscripción" in shown
    assert seen == [], "looking is not unsubscribing"
    assert "El remitente confirmó la baja" in get(sink, f"/messages/{number}/unsubscribe", b"")[2]
    assert seen == [("/baja/1", "application/x-www-form-urlencoded", b"List-Unsubscribe=One-Click")]
    moved = deliver(sink, letter(f"{base}/mudado"))
    assert "respondió 302" in get(sink, f"/messages/{moved}/unsubscribe", b"")[2]
    assert len(seen) == 2, "a redirect is not followed"
    server.shutdown()


def test_strange_requests_are_answered(sink: world.World) -> None:
    assert get(sink, "/api/nothing")[0] == 404
    assert get(sink, "/api/faults", b"{")[0] == 400
    assert get(sink, "/api/faults", b"[1]")[0] == 400
    assert get(sink, "/v1/account")[0] == 401
    assert get(sink, "/v1/checkouts", b"[]")[0] == 401
    assert get(sink, "/checkout/chk_nothing")[0] == 404


def test_a_restart_keeps_the_mail_and_numbers_go_on(tmp_path: Path) -> None:
    with world.start(store=tmp_path) as before:
        first = deliver(before, letter())
        raw = before.raw(first)
    assert (tmp_path / "mail" / "000001.eml").read_bytes() == raw
    with world.start(store=tmp_path) as after:
        assert [one.number for one in after.messages()] == [first]
        assert after.raw(first) == raw
        assert deliver(after, letter()) == first + 1


def test_two_worlds_and_the_end_of_one() -> None:
    with world.start() as one, world.start() as other:
        assert one.smtp_port != other.smtp_port
        deliver(one, letter())
        assert other.messages() == []
    with pytest.raises(urllib.error.URLError):
        one.messages()


def test_a_port_that_is_taken_is_told(sink: world.World) -> None:
    with pytest.raises(world.WorldFailed, match="did not start"):
        world.start(smtp_port=sink.smtp_port)
