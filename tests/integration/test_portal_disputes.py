# SPDX-License-Identifier: Apache-2.0
"""The customer's pages about what is wrong: opened, talked over, proposed, accepted; and settlements."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.integration import book, receivables_book, visitor
from tests.integration.book import TUESDAY
from tests.integration.dispute_book import ANA, STORY, Case, disputed
from tests.integration.visitor import Visitor

from conserje.data.arrangements.models import Agreement, Dispute, DisputeFile, Proposal
from conserje.data.receivables.models import FiscalTask, Invoice, WriteOff
from conserje.data.tenancy.models import Creditor
from conserje.domain.arrangements.settlement import Policy, Tier
from conserje.services.arrangements import agreement, settlement
from conserje.services.outreach import send, sweep
from conserje.services.tenancy.act import reading
from conserje.testing.world.handle import World

_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


def opened(creditor: Creditor) -> tuple[Visitor, int]:
    """A reader with one invoice, and its id."""
    reader = visitor.open_account(creditor, days=23)
    with reading(creditor_id=creditor.id):
        return reader, Invoice.objects.get().id


def story(creditor: Creditor) -> tuple[Visitor, Case]:
    """The reader of the scope dispute."""
    visitor.set_clock(creditor, TUESDAY)
    case = disputed(creditor)
    reader = visitor.visit(creditor, case.customer)
    reader.get()
    return reader, case


def hidden(answer: Any) -> dict[str, str]:
    return dict(_HIDDEN.findall(answer.content.decode()))


def test_a_part_is_disputed_with_a_file_and_only_it_stops(creditor: Creditor) -> None:
    reader, invoice_id = opened(creditor)
    assert reader.get("dispute/").status_code == 200
    form = {"invoice": invoice_id, "amount": "800.000", "kind": "quality", "words": "Faltó el logo."}
    file = SimpleUploadedFile("acta.exe", b"%PDF-1.7 acta", content_type="text/html")

    answer = reader.client.post(reader.path("dispute/"), {**form, "file": file}, follow=True)

    assert answer.status_code == 200
    page = answer.content.decode()
    assert "Faltó el logo." in page
    assert "miércoles 18 de noviembre" in page
    with reading(creditor_id=creditor.id):
        row = Dispute.objects.get()
        assert (row.amount_minor, row.kind) == (80_000_000, "quality")
        kept = DisputeFile.objects.get()
        assert (kept.file_name, kept.media_type) == ("acta.pdf", "application/pdf")
    given = reader.get(f"dispute/{row.id}/file/{kept.id}/")
    assert given.content == b"%PDF-1.7 acta"
    assert given["Content-Disposition"].startswith("attachment")
    assert "En pausa: $ 800.000" in reader.get().content.decode().replace("\u00a0", " ")


def test_who_says_that_it_is_paid_is_led_to_the_notice_of_payment(creditor: Creditor) -> None:
    reader, invoice_id = opened(creditor)
    reader.get()
    answer = reader.post("dispute/", invoice=invoice_id, kind="already_paid")
    assert (answer.status_code, answer["Location"]) == (303, reader.path("paid/"))
    with reading(creditor_id=creditor.id):
        assert not Dispute.objects.exists()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"kind": ""}, "Elija de qué se trata."),
        ({"kind": "import"}, "Elija de qué se trata."),
        ({"amount": "9.999.999.999"}, "El valor es mayor que lo abierto"),
        ({"amount": "mil"}, "Escriba el valor en cifras"),
        ({"invoice": "0"}, "Elija una factura."),
        ({"file": SimpleUploadedFile("a.pdf", b"MZ\x90")}, "no es un PDF"),
    ],
)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(
    creditor: Creditor, changed: dict[str, Any], said: str
) -> None:
    reader, invoice_id = opened(creditor)
    reader.get()
    form = {"invoice": invoice_id, "kind": "scope", "words": "palabras tecleadas", **changed}
    answer = reader.client.post(reader.path("dispute/"), form)
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert "palabras tecleadas" in answer.content.decode()
    with reading(creditor_id=creditor.id):
        assert not Dispute.objects.exists()


def test_a_form_that_announces_too_much_is_not_read(creditor: Creditor) -> None:
    reader, _ = opened(creditor)
    reader.get()
    large = b"x" * 26_400_000
    answer = reader.client.post(
        reader.path("dispute/"), large, content_type="multipart/form-data; boundary=x"
    )
    assert answer["Location"].endswith("dispute/?said=too_large")
    assert "más de 5 MB" in reader.client.get(answer["Location"]).content.decode()


def test_the_way_from_a_counter_proposal_to_what_was_agreed(creditor: Creditor) -> None:
    reader, case = story(creditor)
    thread = f"dispute/{case.dispute_id}/"
    wrong = {"pay": "11.000", "discount": "3.999,99", "pay_by": "2026-11-27", "seen": ""}
    refused = reader.post(f"{thread}proposal/", **wrong)
    assert refused.status_code == 400
    assert "deben sumar exactamente" in refused.content.decode()
    assert 'value="3.999,99"' in refused.content.decode()
    sent = reader.post(f"{thread}proposal/", **{**wrong, "discount": "4.000"})
    assert sent.status_code == 303
    with reading(creditor_id=creditor.id):
        theirs = Proposal.objects.get().id
    case.propose(STORY, ANA, seen=theirs)

    page = reader.get(thread)
    text = page.content.decode().replace("\u00a0", " ")
    assert "13.000,00" in text
    assert "crédito de" in text
    sends = hidden(page)
    asked = reader.post(f"{thread}acceptance/", proposal=sends["proposal"], hash=sends["hash"])
    assert "Envíenme el código" in asked.content.decode()
    with reading(creditor_id=creditor.id):
        assert not Agreement.objects.exists()
    reader.with_code()
    made = reader.post(f"{thread}acceptance/", proposal=sends["proposal"], hash=sends["hash"])
    assert made.status_code == 303
    agreed = reader.client.get(made["Location"]).content.decode().replace("\u00a0", " ")
    assert "Queda acordado" in agreed
    assert "Por pagar: US$ 13.000,00" in agreed
    home = reader.get().content.decode().replace("\u00a0", " ")
    assert "Por lo que acordamos" in home
    case.pays(1_300_000)
    assert "Está cumplido" in reader.client.get(made["Location"]).content.decode()
    receivables_book.sound(creditor.id)


def test_anothers_dispute_opens_for_nobody_else(creditor: Creditor) -> None:
    _, case = story(creditor)
    other = disputed(creditor, name="Ajena S.A.", number="AJ-1", set_up=False)
    ours = case.propose(STORY, ANA)
    stranger = visitor.visit(creditor, other.customer)
    stranger.with_code()
    thread = f"dispute/{case.dispute_id}/"
    file = f"{thread}file/1/"
    assert {stranger.get(page).status_code for page in (thread, file, "agreement/1/")} == {404}
    form = {"proposal": ours, "hash": case.text_hash(ours), "words": "x", "key": "k", "pay": "15000"}
    form["pay_by"] = "2026-11-27"
    for act in ("acceptance/", "withdrawal/", "proposal/", "message/"):
        assert stranger.post(f"{thread}{act}", **form).status_code == 404
    with reading(creditor_id=creditor.id):
        assert not Agreement.objects.exists()
        assert Proposal.objects.get().state == "open"


@pytest.mark.parametrize("page", ["dispute/", "dispute/{id}/", "settlement/"])
def test_pages_are_light_and_ask_little(creditor: Creditor, page: str) -> None:
    reader, case = story(creditor)
    case.propose(STORY, ANA)
    where = page.replace("{id}", str(case.dispute_id))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = reader.get(where)
    assert answer.status_code == 200
    assert len(answer.content) < 60 * 1024
    told = [
        one["sql"]
        for one in asked
        if not one["sql"].startswith(("BEGIN", "COMMIT", "SET", "SELECT set_config"))
    ]
    assert len(told) <= 20, told


POLICY = Policy("final", (Tier(45, 1000),), 15, 2, "COP")
FINAL_DAY = TUESDAY + timedelta(days=60)


def in_final_stage(creditor: Creditor, world: World, policy: Policy | None) -> tuple[Visitor, Any]:
    """A customer who got every letter up to the last one; the moment after it."""
    reader = visitor.open_account(creditor, world=world, days=2)
    if policy is not None:
        settlement.adopt(creditor_id=creditor.id, policy=policy, by="person:7", now=TUESDAY)
    now = TUESDAY
    for _ in range(75):
        sweep.sweep(creditor_id=creditor.id, now=now)
        send.send_due(creditor_id=creditor.id, clock=book.at(now))
        now += timedelta(days=1)
    visitor.set_clock(creditor, now)
    fresh = visitor.visit(creditor, reader.customer, now=now)
    fresh.get()
    return fresh, now


@pytest.mark.slow
def test_a_settlement_from_its_letter_to_the_write_off(creditor: Creditor, world: World) -> None:
    reader, now = in_final_stage(creditor, world, POLICY)
    texts = [world.details(one.number)["text"] for one in world.messages()]
    assert ["con descuento" in text for text in texts].count(True) == 1
    assert "con descuento" in texts[-1]

    page = reader.with_code().get("settlement/")
    text = page.content.decode().replace("\u00a0", " ")
    assert "3.427.200" in text
    sends = hidden(page)
    forms = re.findall(r'name="parts" value="(\d)">\s*<input type="hidden" name="hash" value="(\w+)"', text)
    assert [parts for parts, _ in forms] == ["1", "2"]
    assert sends
    assert reader.post("settlement/", parts="1", hash="0" * 64).status_code == 400
    made = reader.post("settlement/", parts="1", hash=forms[0][1])
    assert made.status_code == 303
    assert reader.post("settlement/", parts="1", hash=forms[0][1])["Location"] == made["Location"]
    with reading(creditor_id=creditor.id):
        invoice_id = Invoice.objects.get().id
    before = len(world.messages())
    for day in range(5):
        sweep.sweep(creditor_id=creditor.id, now=now + timedelta(days=day))
        send.send_due(creditor_id=creditor.id, clock=book.at(now + timedelta(days=day)))
    assert len(world.messages()) == before

    received = receivables_book.paid(creditor.id, reader.customer.id, 342_720_000, invoice_id)
    assert received.unallocated.minor == 0
    with reading(creditor_id=creditor.id):
        assert Invoice.objects.get().open_minor == 0
        assert WriteOff.objects.get().amount_minor == 38_080_000
        assert FiscalTask.objects.get().amount_minor == 38_080_000
        assert Agreement.objects.get().state == "carried_out"
    receivables_book.sound(creditor.id)


@pytest.mark.slow
def test_without_a_policy_no_letter_and_no_page_offers_anything(creditor: Creditor, world: World) -> None:
    reader, _now = in_final_stage(creditor, world, None)
    assert not [one for one in world.messages() if "con descuento" in world.details(one.number)["text"]]
    assert "no hay ningún ofrecimiento" in reader.get("settlement/").content.decode()


@pytest.mark.slow
def test_a_settlement_not_paid_in_time_ends_kindly(creditor: Creditor, world: World) -> None:
    reader, now = in_final_stage(creditor, world, POLICY)
    page = reader.with_code().get("settlement/").content.decode()
    forms = re.findall(r'name="parts" value="(\d)">\s*<input type="hidden" name="hash" value="(\w+)"', page)
    made = reader.post("settlement/", parts="1", hash=forms[0][1])
    assert agreement.judge_due(creditor_id=creditor.id, now=now + timedelta(days=17)) == 0
    assert agreement.judge_due(creditor_id=creditor.id, now=now + timedelta(days=18)) == 1
    assert "Nothing is lost" not in reader.client.get(made["Location"]).content.decode()
    assert "No se pierde nada" in reader.client.get(made["Location"]).content.decode()
    with reading(creditor_id=creditor.id):
        assert Invoice.objects.get().open_minor == 380_800_000
