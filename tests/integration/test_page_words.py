# SPDX-License-Identifier: Apache-2.0
"""What a person of the creditor's writes to a customer's page passes the look of a letter, by every door."""

from __future__ import annotations

from datetime import date, timedelta

from django.test import Client
from tests.integration import book, visitor, workbench_book
from tests.integration.book import TUESDAY
from tests.integration.workbench_book import at, told

from conserje.data.arrangements.models import DisputeMessage, Enquiry
from conserje.data.journal.models import Entry
from conserje.data.receivables.models import DataRequest, Invoice
from conserje.data.tenancy.models import Creditor
from conserje.domain.rules.duties import DataRight
from conserje.services.arrangements import dispute, enquiry
from conserje.services.receivables import data_request
from conserje.services.receivables.data_request import Asked
from conserje.services.tenancy.act import acting, reading

THREAT = "Si no paga esta semana, lo vamos a embargar. ¿Por qué no ha pagado?"
TASTE = "Usted figura como deudor en nuestra lista; ya lo corregimos."
KIND = "Gracias por escribir. Ya lo corregimos."


def doors(creditor: Creditor, customer_id: int) -> dict[str, tuple[str, dict[str, str]]]:
    """Each door through which an answer reaches the page: its address, and the fields beside the words."""
    written = enquiry.Written(customer_id, None, "message", "No entiendo la cuenta.")
    asked_id = enquiry.write(creditor_id=creditor.id, written=written, now=TUESDAY)
    with reading(creditor_id=creditor.id):
        invoice_id = Invoice.objects.filter(customer_id=customer_id).latest("id").id
    about = dispute.About(amount_minor=None, kind="scope", words="No es lo acordado.")
    dispute_id = dispute.open_(
        creditor_id=creditor.id, invoice_id=invoice_id, about=about, by="customer", now=TUESDAY
    )
    wish = Asked(DataRight.ACCESS, "portal", "customer", "")
    request_id = data_request.ask(creditor_id=creditor.id, customer_id=customer_id, asked=wish, now=TUESDAY)
    with acting(creditor_id=creditor.id):
        DataRequest.objects.update(latest_by=date(2026, 12, 10))
    return {
        f"letterbox/enquiries/{asked_id}/answer/": ("words", {}),
        f"disputes/{dispute_id}/message/": ("words", {"key": "k1"}),
        f"requests/{request_id}/extension/": ("reason", {}),
        f"requests/{request_id}/answer/": ("reason", {"outcome": "partly"}),
    }


def kept(creditor: Creditor) -> list[str]:
    """All that was answered."""
    with reading(creditor_id=creditor.id):
        said = [row.answer for row in Enquiry.objects.all()]
        said += [row.words for row in DisputeMessage.objects.all()]
        said += [text for row in DataRequest.objects.all() for text in (row.answer, row.extension_reason)]
    return [text for text in said if text]


def let_stand(creditor: Creditor) -> list[list[str]]:
    """What the journal says that people let stand."""
    with reading(creditor_id=creditor.id):
        payloads = list(Entry.objects.order_by("id").values_list("payload", flat=True))
    return [payload["let_stand"] for payload in payloads if "let_stand" in payload]


def test_nothing_reaches_the_page_that_a_letter_may_not_say(creditor: Creditor) -> None:
    reader = visitor.open_account(creditor)
    client: Client = workbench_book.desk(workbench_book.in_demo(creditor))
    places = doors(creditor, reader.customer.id)
    for path, (field, more) in places.items():
        for stands in ({}, {"stands": "yes"}):
            refused = client.post(at(creditor, path), {field: THREAT, **more, **stands})
            page = told(refused)
            assert refused.status_code == 422, path
            assert THREAT in page, "nothing of what was typed is lost"
            assert "Pregunta por qué no se pagó" in page
            assert "Enviar tal cual" not in page, "what the law forbids no reason lets stand"
        tasted = client.post(at(creditor, path), {field: TASTE, **more})
        assert (tasted.status_code, "Enviar tal cual" in told(tasted)) == (422, True), path
    assert (kept(creditor), let_stand(creditor)) == ([], [])
    for path, (field, more) in places.items():
        words = TASTE if "letterbox" in path else KIND
        done = client.post(at(creditor, path), {field: words, **more, "stands": "yes"})
        assert done.status_code == 302, path
    assert sorted(kept(creditor)) == sorted([TASTE, KIND, KIND, KIND])
    assert let_stand(creditor) == [["HOUSE.forbidden_word"]]


def test_what_the_books_call_a_thing_may_be_quoted(creditor: Creditor) -> None:
    reader = visitor.open_account(creditor)
    workbench_book.in_demo(creditor)
    with reading(creditor_id=creditor.id):
        due_on = (TUESDAY - timedelta(days=3)).date()
    book.invoice(creditor, reader.customer, "EMBARGO-7", due_on=due_on)
    written = enquiry.Written(reader.customer.id, None, "message", "¿Qué es eso?")
    asked_id = enquiry.write(creditor_id=creditor.id, written=written, now=TUESDAY)
    given = {"creditor_id": creditor.id, "enquiry_id": asked_id, "by": "person:1", "now": TUESDAY}
    enquiry.answer(**given, words="Es la factura EMBARGO-7, del proyecto de octubre.")
    assert kept(creditor) == ["Es la factura EMBARGO-7, del proyecto de octubre."]
