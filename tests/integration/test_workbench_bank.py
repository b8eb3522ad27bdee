# SPDX-License-Identifier: Apache-2.0
"""The bank on the desk: files brought in or refused with what to do, lines found, decided and taken back."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.integration import receivables_book as book
from tests.integration import workbench_book as wb

from conserje.data.receivables.models import Payment
from conserje.data.tenancy.models import Creditor
from conserje.services.tenancy.act import reading

HEAD = "Cuenta;031-1;;\nFecha;Concepto;Ordenante;Abono\n"


@pytest.fixture
def desk(creditor: Creditor) -> Client:
    """Somebody at the desk of a demo book with two customers who owe under one number."""
    wb.in_demo(creditor)
    ana, luz = book.customers(creditor.id, "Panadería El Ejemplo S.A.S.", "Invento Digital Ltda")
    book.opened(creditor.id, book.new_invoice(ana, "A-77", 500_00), book.new_invoice(luz, "A-77", 500_00))
    return wb.desk(creditor)


def bring(desk: Client, creditor: Creditor, text: str, **form: str) -> str:
    file = SimpleUploadedFile("../../etc/extracto.csv", text.encode())
    return wb.told(desk.post(wb.at(creditor, "bank/"), {"file": file, **form}, follow=True))


def line_url(desk: Client, creditor: Creditor, state: str = "queued") -> str:
    page = desk.get(wb.at(creditor, f"bank/?state={state}")).content.decode()
    return re.findall(rf'href="({re.escape(wb.at(creditor, "bank/"))}\d+/)"', page)[0]


def payments(creditor: Creditor) -> int:
    with reading(creditor_id=creditor.id):
        return Payment.objects.count()


def test_a_doubtful_line_is_found_applied_and_taken_back(desk: Client, creditor: Creditor) -> None:
    told = bring(desk, creditor, HEAD + "02/03/2026;pago a77;;500,00\n")
    assert "1 línea nueva." in told
    assert "Por decidir: 1." in told
    assert "encaja igual de bien de más de una manera" in told
    assert "no se añadió nada" in bring(desk, creditor, HEAD + "02/03/2026;pago a77;;500,00\n")
    url = line_url(desk, creditor)
    shown = desk.get(url, {"q": "a-77"})
    assert {"Panadería El Ejemplo S.A.S.", "Invento Digital Ltda"} <= set(
        re.findall(r'<a href="[^"]*\?customer=\d+#choose">([^<]+)</a>', shown.content.decode())
    )
    assert "Nadie coincide con “zzz”." in wb.told(desk.get(url, {"q": "zzz"}))
    chosen = re.findall(r"\?customer=(\d+)#", desk.get(url, {"q": "invento"}).content.decode())[0]
    invoice = re.findall(
        r'name="invoice" value="(\d+)"', desk.get(url, {"customer": chosen}).content.decode()
    )[0]
    told = wb.told(desk.post(f"{url}application/", {"customer": chosen, "invoice": invoice}, follow=True))
    assert "La próxima vez se reconocerá a este pagador" in told
    assert book.open_of(creditor.id, int(invoice)) == [0]
    told = wb.told(desk.post(f"{url}application/", {"customer": chosen, "invoice": invoice}, follow=True))
    assert "No se cambió nada" in told
    assert payments(creditor) == 1
    assert "vuelven a estar pendientes" in wb.told(desk.post(f"{url}undo/", follow=True))
    assert book.open_of(creditor.id, int(invoice)) == [500_00]
    assert "no se puede deshacer aquí" in wb.told(desk.post(f"{url}undo/", follow=True))
    assert "Diga en una palabra" in wb.told(desk.post(f"{url}omission/", {"note": " "}, follow=True))
    assert "Descartada" in wb.told(desk.post(f"{url}omission/", {"note": "aporte"}, follow=True))
    assert "aporte" in wb.told(desk.get(wb.at(creditor, "bank/?state=ignored")))
    book.sound(creditor.id)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hola", "No se encontró una tabla con fechas y valores"),
        ("", "El archivo está vacío"),
        (HEAD + "99/99/2026;x;;500,00\n", "No se pudo leer una fecha en la línea 3"),
        ("Fecha;Concepto;Abono\n02/03/2026;x;1,00\n", "no dice de qué cuenta es"),
        ("<OFX><STMTRS><ACCTID>1", "dañado o cortado"),
    ],
)
def test_what_is_no_statement_is_refused_with_what_to_do(
    desk: Client, creditor: Creditor, text: str, said: str
) -> None:
    answer = desk.post(wb.at(creditor, "bank/"), {"file": SimpleUploadedFile("x", text.encode())})
    assert (answer.status_code, said in wb.told(answer)) == (422, True) or not text
    assert payments(creditor) == 0


def test_the_account_can_be_said_where_the_file_is_silent(desk: Client, creditor: Creditor) -> None:
    told = bring(desk, creditor, "Fecha;Concepto;Abono\n02/03/2026;nada;1,00\n", bank_account="99-1")
    assert "1 línea nueva." in told
    assert "nada indica de quién es el dinero" in told


def test_those_who_only_look_see_lines_and_no_buttons(desk: Client, creditor: Creditor) -> None:
    bring(desk, creditor, HEAD + "02/03/2026;pago a77;;500,00\n")
    url = line_url(desk, creditor)
    viewer = wb.desk(creditor, "luis@taller.example", "viewer")
    for page in (viewer.get(wb.at(creditor, "bank/")), viewer.get(url)):
        assert '<form method="post" action="/w/' not in page.content.decode()
    for rest in ("", "confirmation/", "application/", "omission/", "undo/"):
        assert viewer.post(f"{url}{rest}").status_code in (403, 405)
    assert viewer.post(wb.at(creditor, "bank/")).status_code == 403
    assert desk.get(wb.at(creditor, "bank/999999/")).status_code == 404
    assert desk.post(wb.at(creditor, "bank/999999/undo/")).status_code == 404
