# SPDX-License-Identifier: Apache-2.0
"""The customer's own acts: each is taken at once, some behind a code; both sides see what it did."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.integration import book, build, served, visitor, workbench_book
from tests.integration.book import TUESDAY
from tests.integration.visitor import Visitor

from conserje.data.arrangements.models import Enquiry, PaymentClaim, Progress, ProofOfPayment
from conserje.data.outreach.models import ContactHours, PortalCode, PortalLink, Touch, WrongAddress
from conserje.data.receivables.models import Contact, Invoice
from conserje.data.tenancy.models import Creditor
from conserje.services.outreach import send, sweep, telling
from conserje.services.tenancy.act import acting, reading
from conserje.testing.world.handle import World

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
TODAY = TUESDAY.date()


@pytest.fixture
def here(creditor: Creditor, world: World) -> Visitor:
    return visitor.open_account(creditor, world=world, invoices=2)


def page_of(reader: Visitor, page: str) -> str:
    return str(reader.get(page).content.decode())


def give_code(reader: Visitor, world: World, answer: Any) -> Any:
    """From a page that asks for a code to what lies behind it, as a person without scripts goes there."""
    kept = re.search(r'name="kept" value="([^"]*)"', answer.content.decode())
    address = re.search(r'name="address" value="(\d+)"', answer.content.decode())
    assert kept
    assert address
    form = {"kept": kept[1], "address": address[1]}
    before = len(world.messages())
    sent = reader.post("code/", act="send", **form)
    assert sent.status_code == 200, sent.content.decode()
    send.send_due(creditor_id=reader.creditor.id, clock=book.at(TUESDAY))
    letter = world.details(world.messages()[before:][0].number)
    (code,) = re.findall(r"(?m)^\W*(\d{6})\W*$", letter["text"])
    kept = re.search(r'name="kept" value="([^"]*)"', sent.content.decode())
    assert kept
    return reader.post("code/", act="check", code=code, kept=kept[1], address=address[1])


def decided(reader: Visitor) -> str:
    with reading(creditor_id=reader.creditor.id):
        told = telling.tell(
            creditor_id=reader.creditor.id,
            customer_id=reader.customer.id,
            now=TUESDAY,
            until=TODAY + timedelta(days=60),
        )
    return str(told.decision.kind)


def test_the_doors_are_on_the_account_and_each_one_opens(here: Visitor) -> None:
    text = page_of(here, "")
    links = re.findall(rf'href="({re.escape(here.path())}[^"]+)"', text.split('class="doors"')[1])

    assert "Pagar" in text
    assert {here.path("scheduled/"), here.path("talk/"), here.path("paid/"), here.path("papers/")} <= set(
        links
    )
    assert {here.client.get(link).status_code for link in set(links)} == {200}


def test_what_was_typed_is_done_once_the_code_was_given_and_not_before(here: Visitor, world: World) -> None:
    here.get("pass-on/")
    asked = here.post("pass-on/", name="Marta Gil", email="marta@panaderia.example")
    assert "Un código" in asked.content.decode()
    with reading(creditor_id=here.creditor.id):
        assert not Contact.objects.filter(name="Marta Gil").exists()

    done = give_code(here, world, asked)

    assert (done.status_code, done.headers["Location"]) == (
        303,
        f"{here.path('pass-on/')}?to=m%E2%80%A2%E2%80%A2%E2%80%A2@panaderia.example",
    )
    with reading(creditor_id=here.creditor.id):
        assert Contact.objects.filter(name="Marta Gil").exists()
        (touch,) = Touch.objects.filter(letter="link_again")
    before = len(world.messages())
    send.send_due(creditor_id=here.creditor.id, clock=book.at(TUESDAY))
    letter = world.details(world.messages()[before:][0].number)
    assert touch.purpose == "requested_info"
    link = next(url for url in letter["links"] if "/p/" in url)
    own = Client(SERVER_NAME="127.0.0.1")
    assert own.get(re.sub(r"^https?://[^/]+", "", link)).status_code == 303
    # The code stays good for this link in this browser, and for no other.
    assert here.get("papers/").content.decode().count("Estado de cuenta") >= 1
    other = visitor.visit(here.creditor, here.customer)
    other.get()
    other.client.cookies["code"] = here.client.cookies["code"].value
    assert "Un código" in page_of(other, "papers/")


def test_a_wrong_code_keeps_what_was_typed_and_says_nothing_more(here: Visitor, world: World) -> None:
    here.get("pass-on/")
    asked = here.post("pass-on/", name="Marta Gil", email="marta@panaderia.example")
    kept = re.search(r'name="kept" value="([^"]*)"', asked.content.decode())
    assert kept
    for code in ("000000", "12", "no", ""):
        answer = here.post("code/", act="check", code=code, kept=kept[1])
        assert answer.status_code == 400
        assert f'value="{kept[1]}"' in answer.content.decode()
        assert "Ese no es el código, o ya no sirve" in answer.content.decode()
    with reading(creditor_id=here.creditor.id):
        assert not Contact.objects.filter(name="Marta Gil").exists()


def test_what_is_kept_opens_for_its_own_link_only(here: Visitor, world: World) -> None:
    here.get("pass-on/")
    asked = here.post("pass-on/", name="Marta Gil", email="marta@panaderia.example")
    kept = re.search(r'name="kept" value="([^"]*)"', asked.content.decode())
    assert kept
    other = visitor.visit(here.creditor, here.customer)
    done = give_code(other, world, other.get("papers/"))
    assert done.headers["Location"] == other.path("papers/")
    again = other.post("code/", act="send", kept=kept[1], address="1")
    assert kept[1] not in again.content.decode()


def test_a_message_opens_word_for_word_only_with_the_code(here: Visitor, world: World) -> None:
    sweep.sweep(creditor_id=here.creditor.id, now=TUESDAY)
    send.send_due(creditor_id=here.creditor.id, clock=book.at(TUESDAY))
    (path,) = re.findall(rf'href="{re.escape(here.path())}(message/\d+/)"', page_of(here, ""))

    asked = here.get(path)
    assert "Un código" in asked.content.decode()
    assert "Responsable de sus datos" not in asked.content.decode()
    done = give_code(here, world, asked)
    text = page_of(here, path)

    assert done.headers["Location"] == here.path(path)
    assert "FE-1" in text
    assert "link.invalid" not in text
    assert here.get("message/999999/").status_code == 404


def test_a_receipt_pauses_and_waits_for_a_person_with_its_picture(here: Visitor) -> None:
    here.get("paid/")
    with reading(creditor_id=here.creditor.id):
        ids = [str(row.id) for row in Invoice.objects.all()]
    receipt = SimpleUploadedFile("../../soporte.png", PNG, content_type="application/pdf")
    done = here.post("paid/", invoice=ids, paid_on="2026-11-16", method="pse", receipt=receipt)
    assert done.status_code == 303
    with reading(creditor_id=here.creditor.id):
        (kept,) = ProofOfPayment.objects.all()
        claims = list(PaymentClaim.objects.values_list("proof_id", flat=True))
    assert (kept.file_name, kept.media_type, kept.size) == ("soporte.png", "image/png", len(PNG))
    assert claims == [kept.id, kept.id]
    assert decided(here) == "wait"

    desk = workbench_book.desk(here.creditor)
    text = desk.get(workbench_book.at(here.creditor, "letterbox/")).content.decode()
    path = workbench_book.at(here.creditor, f"letterbox/proofs/{kept.id}/")
    assert text.count(f'<img src="{path}"') == 2
    shown = desk.get(path)
    assert (shown.content, shown.headers["Content-Type"]) == (PNG, "image/png")
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    for url in re.findall(r'action="([^"]+claims/\d+/answer/)"', text):
        assert desk.post(url, {"found": "no"}).status_code == 302
    assert "Buscamos el pago del lunes 16 de noviembre" in page_of(here, "")


@pytest.mark.parametrize(
    "content",
    [b"GIF89a" + b"\0" * 9, b"<html>", b"PK\x03\x04", b"MZ", b"%PDF-1.7" + b"\0" * (10 * 1024 * 1024)],
)
def test_what_is_no_receipt_is_not_kept(here: Visitor, content: bytes) -> None:
    here.get("paid/")
    with reading(creditor_id=here.creditor.id):
        invoice_id = Invoice.objects.values_list("id", flat=True).first()
    file = SimpleUploadedFile("soporte.pdf", content, content_type="application/pdf")
    answer = here.post("paid/", invoice=[invoice_id], paid_on="2026-11-16", receipt=file)

    assert answer.status_code == 400
    assert "de hasta 10 MB" in answer.content.decode()
    with reading(creditor_id=here.creditor.id):
        assert not ProofOfPayment.objects.exists()
        assert not PaymentClaim.objects.exists()


def test_a_message_starts_a_clock_and_nothing_is_chased_until_it_is_answered(here: Visitor) -> None:
    sweep.sweep(creditor_id=here.creditor.id, now=TUESDAY)
    here.get("talk/")
    done = here.post("talk/", words="¿Me reenvían la orden de compra?")
    assert (done.status_code, done.headers["Location"]) == (303, f"{here.path('talk/')}?done=1")
    with reading(creditor_id=here.creditor.id):
        (row,) = Enquiry.objects.all()
    assert row.answer_by == date(2026, 11, 18)
    assert decided(here) == "wait"
    sent = send.send_due(creditor_id=here.creditor.id, clock=book.at(TUESDAY))
    assert "accepted" not in sent.outcomes
    assert "miércoles 18 de noviembre" in page_of(here, "talk/")

    desk = workbench_book.desk(here.creditor)
    home = desk.get(workbench_book.at(here.creditor)).content.decode()
    assert "cliente escribió y espera respuesta" in home
    url = workbench_book.at(here.creditor, f"letterbox/enquiries/{row.id}/answer/")
    assert desk.post(url, {"words": " "}).status_code == 302
    with reading(creditor_id=here.creditor.id):
        assert Enquiry.objects.get().answered_at is None
    desk.post(url, {"words": "Va adjunta en el correo de hoy."})
    assert "Va adjunta en el correo de hoy." in page_of(here, "talk/")
    assert decided(here) == "contact"


def test_a_complaint_names_its_steps_and_the_authority(here: Visitor) -> None:
    text = page_of(here, "complaint/")
    assert "SIC" in text
    assert "martes 24 de noviembre" in text
    here.post("complaint/", words="Me escribieron de noche")
    with reading(creditor_id=here.creditor.id):
        assert list(Enquiry.objects.values_list("kind", "answer_by")) == [("complaint", date(2026, 11, 24))]
    assert decided(here) == "wait"


def test_nobody_of_the_organisation_writes_to_a_wrong_person_again(here: Visitor, world: World) -> None:
    sister = build.creditor(
        organisation=here.creditor.organisation, name="Otro del grupo", legal_name="Otro del grupo"
    )
    book.set_up(sister, world=world)
    with reading(creditor_id=here.creditor.id):
        address = here.customer.contacts.get().points.get().address
    shared = book.customer(sister, "La misma dirección", email=address)
    book.invoice(sister, shared, "S-1", due_on=book.days_late(5))
    sweep.sweep(creditor_id=here.creditor.id, now=TUESDAY)
    sweep.sweep(creditor_id=sister.id, now=TUESDAY)
    here.get("wrong-person/")
    done = here.post("wrong-person/", name="Marta Gil", email="marta@panaderia.example")
    assert "Gracias, y disculpe" in done.content.decode()
    assert "3.808.000" not in done.content.decode()
    assert here.client.get(here.path()).status_code == 404
    assert Client(SERVER_NAME="127.0.0.1").get(here.link).status_code == 404

    for one in (here.creditor, sister):
        before = len(world.messages())
        send.send_due(creditor_id=one.id, clock=book.at(TUESDAY))
        sweep.sweep(creditor_id=one.id, now=TUESDAY)
        send.send_due(creditor_id=one.id, clock=book.at(TUESDAY))
        assert len(world.messages()) == before, one.name
    with reading(creditor_id=here.creditor.id):
        assert WrongAddress.objects.get().person_hash
        assert list(Enquiry.objects.values_list("kind", "words")) == [
            ("wrong_person", "Marta Gil · marta@panaderia.example")
        ]
    desk = workbench_book.desk(here.creditor)
    text = desk.get(workbench_book.at(here.creditor, "letterbox/")).content.decode()
    assert "marta@panaderia.example" in text
    desk.post(workbench_book.at(here.creditor, f"letterbox/wrong/{here.customer.id}/lift/"))
    with reading(creditor_id=here.creditor.id):
        assert WrongAddress.objects.get().lifted_at is not None


def test_where_an_invoice_stands_is_one_tap_and_both_sides_see_it(here: Visitor) -> None:
    text = page_of(here, "")
    where = re.findall(r'formaction="([^"]+)"', text)[0]
    assert here.client.post(where, {"state": "accepted"}).status_code == 303
    assert "aceptada para pago" in page_of(here, "")
    desk = workbench_book.desk(here.creditor)
    customer = workbench_book.at(here.creditor, f"customer/{here.customer.id}/")
    assert "con ellos: aceptada para pago" in desk.get(customer).content.decode()

    assert here.client.post(where, {"state": "missing"}).status_code == 400
    assert here.client.post(where, {"state": "missing", "words": "La OC 311"}).status_code == 303
    with reading(creditor_id=here.creditor.id):
        assert list(Progress.objects.order_by("id").values_list("state", flat=True)) == [
            "accepted",
            "missing",
        ]
        assert Enquiry.objects.get().words.endswith(": La OC 311")
    stranger = visitor.open_account(build.creditor(name="Otro estudio", legal_name="Otro"))
    stranger.get()
    foreign = where.replace(here.creditor.public_id, stranger.creditor.public_id)
    assert stranger.client.post(foreign, {"state": "accepted"}).status_code in (303, 404)
    with reading(creditor_id=here.creditor.id):
        assert Progress.objects.count() == 2


def test_the_readers_own_hours_narrow_the_lawful_ones(here: Visitor, world: World) -> None:
    here.get("preferences/")
    assert here.post("preferences/", act="hours", from_hour="14", to_hour="17").status_code == 303
    assert here.post("preferences/", act="hours", from_hour="17", to_hour="14").status_code == 400
    with reading(creditor_id=here.creditor.id):
        assert ContactHours.objects.filter(ended_at=None).values_list("from_hour", "to_hour").get() == (
            14,
            17,
        )
    sweep.sweep(creditor_id=here.creditor.id, now=TUESDAY)
    before = len(world.messages())
    send.send_due(creditor_id=here.creditor.id, clock=book.at(TUESDAY))
    assert len(world.messages()) == before
    with reading(creditor_id=here.creditor.id):
        (at,) = Touch.objects.values_list("planned_at", flat=True)
    assert at == TUESDAY.replace(hour=19)
    send.send_due(creditor_id=here.creditor.id, clock=book.at(at))
    assert len(world.messages()) == before + 1

    here.post("preferences/", act="hours", from_hour="0", to_hour="24")
    with reading(creditor_id=here.creditor.id):
        assert not ContactHours.objects.filter(ended_at=None).exists()


def test_the_language_is_the_readers_to_choose(here: Visitor) -> None:
    here.get("preferences/")
    assert here.post("preferences/", act="language", locale="fr").status_code == 400
    assert here.post("preferences/", act="language", locale="en").status_code == 303
    assert "Your account" in page_of(here, "")


def test_an_old_link_brings_a_new_one_to_its_own_address_and_tells_strangers_nothing(
    here: Visitor, world: World
) -> None:
    expired = visitor.visit(here.creditor, here.customer, now=TUESDAY - timedelta(days=31))
    revoked = visitor.visit(here.creditor, here.customer)
    with acting(creditor_id=here.creditor.id):
        PortalLink.objects.filter(id=PortalLink.objects.latest("id").id).update(revoked_at=TUESDAY)
    stranger = build.creditor(name="Otro estudio", legal_name="Otro")
    paths = [
        expired.link,
        revoked.link,
        f"/p/{here.creditor.public_id}/{'x' * 43}/",
        f"/p/{stranger.public_id}/{expired.token}/",
    ]
    browser = Client(SERVER_NAME="127.0.0.1", enforce_csrf_checks=True)
    before = len(world.messages())
    answers = [browser.post(path) for path in paths]

    assert {(answer.status_code, answer.content) for answer in answers} == {(200, answers[0].content)}
    send.send_due(creditor_id=here.creditor.id, clock=book.at(TUESDAY))
    (letter,) = world.messages()[before:]
    link = next(url for url in world.details(letter.number)["links"] if "/p/" in url)
    assert browser.get(re.sub(r"^https?://[^/]+", "", link)).status_code == 303


def test_opening_every_page_changes_nothing(here: Visitor, database: Any) -> None:
    from tests.integration.test_portal_pages import rows_of

    here.get()
    before = rows_of(database)
    with served.reaching():
        for page in [
            "code/",
            "talk/",
            "complaint/",
            "wrong-person/",
            "pass-on/",
            "papers/",
            "paid/",
            "proof/",
            "preferences/",
            "data/",
            "papers/statement.pdf",
            "papers/statement.xlsx",
            "papers/paz-y-salvo.pdf",
            "papers/receipt/1.pdf",
            "message/1/",
        ]:
            assert here.get(page).status_code == 200, page
    here.client.get(here.link)
    assert rows_of(database) == before
    with reading(creditor_id=here.creditor.id):
        assert not PortalCode.objects.exists()
