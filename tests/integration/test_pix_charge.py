# SPDX-License-Identifier: Apache-2.0
"""A Pix from the button to the ledger: a small bank on a socket, the code on our page, its notice, lost answers."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.test import Client
from django.test.utils import override_settings
from tests.integration import book, visitor
from tests.integration.book import TUESDAY
from tests.integration.visitor import Visitor

from conserje.data.receivables.models import Checkout, Customer, Invoice, Payment
from conserje.data.tenancy.models import Creditor
from conserje.services.integrations import hook
from conserje.services.receivables import verify
from conserje.services.tenancy import connection
from conserje.services.tenancy.act import acting, reading

SECRET = "um_segredo_so_do_endereco_2026"
AFTER = TUESDAY + timedelta(hours=1)
CODE = "00020101021226850014br.gov.bcb.pix2563pix.example.com/qr/c2/cobv/"


class Bank(ThreadingHTTPServer):
    """Keeps charges by their txid. `mute` answers are lost after they were acted on; a known txid is refused."""

    charges: dict[str, dict[str, Any]]
    mute: int

    def pay(self, txid: str, amount: str) -> dict[str, Any]:
        """A Pix comes for a charge; answers what the bank's notice says."""
        pix = {
            "endToEndId": "E12345678202611171500aBcDeFgHiJk",
            "txid": txid,
            "valor": amount,
            "horario": "2026-11-17T15:30:00.000Z",
        }
        self.charges[txid] |= {"status": "CONCLUIDA", "pix": [pix]}
        return {"pix": [pix]}


class Counter(BaseHTTPRequestHandler):
    """One request at the bank."""

    server: Bank

    def do_POST(self) -> None:
        self._read()
        self._answer(200, {"access_token": "ficha", "token_type": "Bearer"})

    def do_PUT(self) -> None:
        txid, asked = self.path.rsplit("/", 1)[1], json.loads(self._read())
        if txid in self.server.charges:
            self._answer(400, {"title": "txid em uso"})
            return
        asked["calendario"]["criacao"] = "2026-11-17T15:00:00Z"
        self.server.charges[txid] = {**asked, "txid": txid, "status": "ATIVA", "pixCopiaECola": CODE + txid}
        if self.server.mute:
            self.server.mute -= 1
            self.close_connection = True
            return
        self._answer(201, self.server.charges[txid])

    def do_GET(self) -> None:
        found = self.server.charges.get(self.path.rsplit("/", 1)[1])
        self._answer(200 if found else 404, found or {})

    def log_message(self, *_: object) -> None:
        pass

    def _read(self) -> bytes:
        return self.rfile.read(int(self.headers["content-length"] or 0))

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def bank() -> Iterator[Bank]:
    server = Bank(("127.0.0.1", 0), Counter)
    server.charges, server.mute = {}, 0
    threading.Thread(target=server.serve_forever, daemon=True).start()
    connection.http.cache_clear()
    with override_settings(REACHABLE_HOSTS=("127.0.0.1",)):
        yield server
    connection.http.cache_clear()
    server.shutdown()
    server.server_close()


@pytest.fixture
def reader(creditor: Creditor, bank: Bank) -> Visitor:
    """A customer in Brazil with an invoice in reais, of a creditor who is paid by Pix."""
    visitor.set_clock(creditor, TUESDAY)
    book.set_up(creditor, world=None, now=TUESDAY)
    owed_by = book.customer(creditor, "Oficina Fictícia Ltda", country="BR", tax_id="12.345.678/0001-95")
    book.invoice(creditor, owed_by, "NF-1", due_on=book.days_late(5), currency="BRL", minor=12345)
    url = f"http://127.0.0.1:{bank.server_port}"
    values = {"base_url": f"{url}/api", "sign_in_url": f"{url}/token", "client_id": "c", "client_secret": "s"}
    values |= {"pix_key": "chave@taller.example", "hook_secret": SECRET}
    with acting(creditor_id=creditor.id):
        connection.set_up(creditor_id=creditor.id, kind="gateway", adapter="pix", values=values, now=TUESDAY)
    return visitor.visit(creditor, owed_by)


def page_of(reader: Visitor) -> str:
    answer = reader.pay("BRL")
    with reading(creditor_id=reader.creditor.id):
        assert answer.status_code == 303, list(Checkout.objects.values_list("state", "detail"))
    return str(answer.headers["Location"]).removeprefix(f"/c/{reader.creditor.public_id}/")


def notice(reader: Visitor, told: dict[str, Any], secret: str = SECRET) -> int:
    path = f"/hooks/{reader.creditor.public_id}/pix/{secret}/pix"
    answer = Client(SERVER_NAME="127.0.0.1").post(path, json.dumps(told), content_type="application/json")
    return answer.status_code


def books(reader: Visitor) -> tuple[list[str], list[int], int]:
    with reading(creditor_id=reader.creditor.id):
        states = list(Checkout.objects.order_by("id").values_list("state", flat=True))
        return states, [row.open_minor for row in Invoice.objects.all()], Payment.objects.count()


def test_from_the_code_to_the_ledger(reader: Visitor, bank: Bank) -> None:
    page = page_of(reader)
    shown = reader.get(page).content.decode()
    ((txid, charge),) = bank.charges.items()
    assert CODE + txid in shown
    assert '<svg class="scan"' in shown
    assert charge["devedor"] == {"cnpj": "12345678000195", "nome": "Oficina Fictícia Ltda"}
    assert not {"multa", "juros"} & set(charge["valor"])
    assert books(reader) == (["waiting"], [12345], 0)

    told = bank.pay(txid, "123.45")
    assert [notice(reader, told, secret="x" * 30), notice(reader, told), notice(reader, told)] == [
        401,
        200,
        200,
    ]
    hook.apply_waiting(creditor_id=reader.creditor.id, now=AFTER)

    assert books(reader) == (["paid"], [0], 1)
    assert reader.get(page).status_code == 302
    assert verify.verify(creditor_id=reader.creditor.id).ok


def test_a_forged_notice_moves_nothing(reader: Visitor, bank: Bank) -> None:
    page_of(reader)
    (txid,) = bank.charges
    forged = {
        "pix": [
            {"endToEndId": "E" + "0" * 31, "txid": txid, "valor": "123.45", "horario": "2026-11-17T15:30:00Z"}
        ]
    }

    assert notice(reader, forged) == 200
    hook.apply_waiting(creditor_id=reader.creditor.id, now=AFTER)

    assert books(reader) == (["waiting"], [12345], 0)


def test_another_amount_than_asked_is_for_a_person(reader: Visitor, bank: Bank) -> None:
    page_of(reader)
    (txid,) = bank.charges
    notice(reader, bank.pay(txid, "120.00"))

    hook.apply_waiting(creditor_id=reader.creditor.id, now=AFTER)

    assert books(reader) == (["quarantined"], [12345], 0)
    assert verify.verify(creditor_id=reader.creditor.id).ok


def test_a_lost_answer_is_the_same_charge_when_asked_again(reader: Visitor, bank: Bank) -> None:
    form = {"scope": "all", **reader.hidden("BRL")}
    bank.mute = 2
    assert reader.post("pay/", **form).status_code == 409
    bank.mute = 0

    assert reader.post("pay/", **form).status_code == 303

    assert len(bank.charges) == 1
    assert books(reader)[0] == ["waiting"]


def test_without_a_tax_number_no_charge_is_made(reader: Visitor, bank: Bank, creditor: Creditor) -> None:
    with acting(creditor_id=creditor.id):
        Customer.objects.update(tax_id="")

    assert reader.pay("BRL").status_code == 409

    assert bank.charges == {}
