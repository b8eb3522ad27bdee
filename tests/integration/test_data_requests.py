# SPDX-License-Identifier: Apache-2.0
"""What people ask about their data: received with date and authority, extended once, answered, exported whole."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests import harness
from tests.integration import book, restoring, visitor, workbench_book
from tests.integration.book import TUESDAY

from conserje.data.journal.models import Entry
from conserje.data.outreach.models import Hold
from conserje.data.receivables.models import DataRequest, Document, Invoice
from conserje.data.tenancy.models import Creditor
from conserje.domain.kit.money import Money
from conserje.domain.receivables.payment import Received, Road, RoadName
from conserje.domain.rules.duties import DataRight
from conserje.services.outreach import sweep
from conserje.services.receivables import data_request, payment, retention
from conserje.services.receivables.data_request import Answer, Asked
from conserje.services.tenancy.act import acting, reading

WORDS = "Quisiera saber qué datos tienen"


def ask(reader: visitor.Visitor, right: DataRight = DataRight.ACCESS) -> int:
    return data_request.ask(
        creditor_id=reader.creditor.id,
        customer_id=reader.customer.id,
        asked=Asked(right, "portal", "customer", WORDS),
        now=TUESDAY,
    )


def test_the_customer_sees_that_it_was_received_by_when_and_who_watches(creditor: Creditor) -> None:
    reader = visitor.open_account(creditor)
    page = reader.get("data/").content.decode()
    assert "Sus datos" in page or "Conocer los datos" in page
    assert reader.post("data/", right="breach").status_code == 400
    done = reader.post("data/", right="access", words=WORDS)
    assert (done.status_code, done.headers["Location"]) == (303, reader.path("data/?done=1"))
    assert reader.post("data/", right="access", words="otra vez").status_code == 303
    page = reader.client.get(done.headers["Location"]).content.decode()
    # Ten business days after Tuesday 17 November, by CO.D1.
    assert {word for word in ("1 de diciembre", "SIC", 'value="access"') if word in page} == {
        "1 de diciembre",
        "SIC",
    }
    with reading(creditor_id=creditor.id):
        (row,) = DataRequest.objects.all()
        assert (row.words, row.answer_by, row.rule) == (WORDS, date(2026, 12, 1), "CO.D1")
        (entry,) = Entry.objects.filter(kind="receivables.data_request.asked")
    assert (entry.actor, entry.payload["answer_by"]) == ("customer", "2026-12-01")


def test_another_customers_link_does_not_show_it(creditor: Creditor) -> None:
    reader = visitor.open_account(creditor)
    ask(reader)
    other = visitor.visit(creditor, book.customer(creditor, "Otra S.A.S."))
    assert "1 de diciembre" not in other.get("data/").content.decode()


def test_the_workbench_lists_answers_and_counts_them_on_the_first_screen(creditor: Creditor) -> None:
    reader = visitor.open_account(creditor)
    number = ask(reader)
    desk = workbench_book.desk(creditor)
    at = lambda rest: workbench_book.at(creditor, rest)  # noqa: E731
    assert "solicitud sobre datos espera respuesta" in desk.get(at("")).content.decode()
    assert reader.customer.name in desk.get(at("requests/")).content.decode()
    assert WORDS in desk.get(at(f"requests/{number}/")).content.decode()
    viewer = workbench_book.desk(creditor, "ver@taller.example", "viewer")
    assert viewer.post(at(f"requests/{number}/answer/"), {"outcome": "granted"}).status_code == 403
    assert desk.post(at(f"requests/{number}/answer/"), {"outcome": "refused"}).status_code == 302
    with reading(creditor_id=creditor.id):
        assert DataRequest.objects.get().answered_at is None, "a refusal without a reason is none"
    desk.post(at(f"requests/{number}/answer/"), {"outcome": "granted", "reason": "Va por correo."})
    assert "Va por correo." in reader.get("data/").content.decode()
    made = desk.post(
        at(f"customer/{reader.customer.id}/data/"), {"right": "objection", "words": "por teléfono"}
    )
    assert made.status_code == 302
    assert "por teléfono" in desk.get(made.headers["Location"]).content.decode()


def test_a_granted_objection_stops_contacts(creditor: Creditor) -> None:
    reader = visitor.open_account(creditor)
    number = ask(reader, DataRight.OBJECTION)
    data_request.answer(
        creditor_id=creditor.id, request_id=number, answer=Answer("granted"), by="person:1", now=TUESDAY
    )
    with reading(creditor_id=creditor.id):
        assert Hold.objects.filter(customer_id=reader.customer.id, released_at=None).count() == 1
    assert sweep.sweep(creditor_id=creditor.id, now=TUESDAY).touches == {}


def test_it_is_extended_once_before_the_first_term_ends_and_with_a_reason(creditor: Creditor) -> None:
    reader = visitor.open_account(creditor)
    number = ask(reader)
    given = {"creditor_id": creditor.id, "request_id": number, "by": "person:1"}
    with pytest.raises(data_request.Refused, match="no_extension"):
        data_request.extend(**given, reason="mucho", now=TUESDAY)
    with acting(creditor_id=creditor.id):
        DataRequest.objects.update(latest_by=date(2026, 12, 10))
    with pytest.raises(data_request.Refused, match="no_reason"):
        data_request.extend(**given, reason=" ", now=TUESDAY)
    with pytest.raises(data_request.Refused, match="extended_too_late"):
        data_request.extend(**given, reason="mucho", now=TUESDAY + timedelta(days=15))
    assert data_request.extend(**given, reason="Son muchos archivos", now=TUESDAY) == date(2026, 12, 10)
    with pytest.raises(data_request.Refused, match="no_extension"):
        data_request.extend(**given, reason="más", now=TUESDAY)
    assert "Son muchos archivos" in reader.get("data/").content.decode()


def test_one_command_writes_the_whole_record_with_refusals_and_their_rules(
    creditor: Creditor, database: harness.Clone, tmp_path: Path
) -> None:
    workbench_book.in_mode(creditor, "automatic")
    silent = book.customer(creditor, "Panadería Callada S.A.S.", allowed=())
    book.invoice(creditor, silent, "FE-1", due_on=book.days_late(5))
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    arguments = ("data", "export", "--customer", "panaderia callada", "--to", str(tmp_path), "--json")
    done = restoring.conserje(database, *arguments)
    assert done.returncode == 0, done.stderr
    record = json.loads((tmp_path / f"record-{silent.id}.json").read_text(encoding="utf-8"))
    assert record["customer"]["name"] == "Panadería Callada S.A.S."
    assert record["invoices"][0]["number"] == "FE-1"
    (decision,) = record["decisions"]
    refusing = {hit["rule"] for hit in decision["result"]["verdict"]["hits"]}
    assert refusing
    assert refusing & {row["id"] for row in record["rules"]}, "and the record says what those rules are"
    page = (tmp_path / f"record-{silent.id}.html").read_text(encoding="utf-8")
    assert "Panadería Callada" in page
    assert "conserje" not in page.lower()


def test_the_nightly_job_blanks_a_bounded_number_of_bodies_and_keeps_what_is_owed(creditor: Creditor) -> None:
    reader = visitor.open_account(creditor, invoices=1)
    for number in range(3):
        visitor.attach(creditor, f"a{number}.pdf", b"%PDF " + bytes([number + 48]))
    later = TUESDAY + timedelta(days=366 * 5)
    assert retention.apply(creditor_id=creditor.id, now=later)["documents"] == 0, "it is still owed"
    with acting(creditor_id=creditor.id):
        row = Invoice.objects.get()
    payment.record(
        creditor_id=creditor.id,
        received=Received(
            customer_id=reader.customer.id,
            source="bank",
            external_id="1",
            amount=Money("COP", row.total_minor),
            value_on=TUESDAY.date(),
            roads=(Road(RoadName.PERSON, "1"),),
        ),
        now=TUESDAY,
    )
    early = TUESDAY + timedelta(days=365 * 5 - 1)
    assert retention.apply(creditor_id=creditor.id, now=early)["documents"] == 0
    assert retention.apply(creditor_id=creditor.id, now=later, limit=2)["documents"] == 2
    assert retention.apply(creditor_id=creditor.id, now=later, limit=2)["documents"] == 1
    with reading(creditor_id=creditor.id):
        assert not Document.objects.exists()
