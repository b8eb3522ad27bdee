# SPDX-License-Identifier: Apache-2.0
"""Erasing a person: refused while the debt lives or the law keeps; then no trace in any table, and the books whole."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connection
from tests import harness
from tests.integration import book, visitor
from tests.integration.book import TUESDAY

from conserje.data.integrations.models import HookReceipt, ImportRun, ImportTrouble
from conserje.data.journal.models import Entry
from conserje.data.outreach.models import Hold, Suppression
from conserje.data.receivables.models import Contact, Customer, CustomerFact, Invoice, Mandate, SearchTerm
from conserje.data.recovery.models import ChargeAttempt
from conserje.data.tenancy.models import Creditor
from conserje.domain.kit.money import Money
from conserje.domain.ports.channel import Channel
from conserje.domain.receivables.customer import NewContact, NewCustomer
from conserje.domain.receivables.payment import Received, Road, RoadName
from conserje.domain.rules.duties import DataRight
from conserje.domain.rules.facts import Consent
from conserje.services.arrangements import claim
from conserje.services.journal import seal
from conserje.services.outreach import permission, send, sweep
from conserje.services.outreach.permission import Statement
from conserje.services.receivables import contact, data_request, erasure, payment, verify
from conserje.services.receivables import customer as customers
from conserje.services.receivables.data_request import Answer, Asked
from conserje.services.tenancy.act import acting, reading
from conserje.testing.world import start
from conserje.testing.world.handle import World

CANARIES = {
    "name": "Canario Erasmo",
    "person": "Jilguera Pinzón",
    "e-mail": "canario.erasmo@jaula.example",
    "tax id": "901765432",
    "code": "CANARIO-CODE-77",
    "words": "las palabras de un canario",
    "subject": "obra del canario",
    "order": "OC-CANARIO-1",
    "city": "Canariopolis",
    "reference": "ref-canario-9",
    "file": "contenido-canario",
    "print": "huella-canario-4242",
}
FIVE_YEARS_ON = datetime(2031, 12, 20, 15, tzinfo=UTC)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with start() as running:
        yield running


@dataclass
class Scene:
    """A customer whose every text is a canary, who was written to, said things, paid, and asked to be left alone."""

    creditor: Creditor
    customer: Customer
    number: str = "FE-1"


@pytest.fixture
def scene(creditor: Creditor, world: World) -> Scene:
    visitor.set_clock(creditor, TUESDAY)
    book.set_up(creditor, world=world)
    customer = book.customer(
        creditor,
        CANARIES["name"],
        email=CANARIES["e-mail"],
        tax_id=CANARIES["tax id"],
        reference=CANARIES["code"],
        reference_key=CANARIES["code"].lower(),
        city=CANARIES["city"],
    )
    invoice_id = book.invoice(creditor, customer, "FE-1", due_on=book.days_late(5))
    reader = visitor.visit(creditor, customer)
    visitor.attach(creditor, f"{CANARIES['file']}.pdf", b"%PDF " + CANARIES["file"].encode())
    write_beside(creditor, customer)
    assert sweep.sweep(creditor_id=creditor.id, now=TUESDAY).touches == {"planned": 1}
    assert send.send_due(creditor_id=creditor.id, clock=book.at(TUESDAY)).outcomes == {"accepted": 1}
    ids = {"creditor_id": creditor.id, "customer_id": customer.id}
    made = claim.make(
        **ids, invoice_ids=[invoice_id], said=claim.Said(TUESDAY.date(), words=CANARIES["words"]), now=TUESDAY
    )
    claim.answer(creditor_id=creditor.id, claim_id=made[0], found=True, by="person:1", now=TUESDAY)
    reader.client.post(reader.stop_link, {"List-Unsubscribe": "One-Click"})
    asked = Asked(DataRight.ACCESS, "portal", "customer", CANARIES["words"])
    data_request.ask(**ids, asked=asked, now=TUESDAY)
    return Scene(creditor, customer)


def write_beside(creditor: Creditor, customer: Customer) -> None:
    """Canaries in whatever else holds texts: facts, terms, permissions, rows not imported, hooks."""
    with acting(creditor_id=creditor.id):
        Contact.objects.filter(customer=customer).update(
            name=CANARIES["person"], name_key=CANARIES["person"].lower(), city=CANARIES["city"]
        )
        Invoice.objects.update(subject=CANARIES["subject"], purchase_order=CANARIES["order"])
        CustomerFact.objects.create(
            creditor=creditor,
            customer=customer,
            name="name",
            value=CANARIES["name"],
            source=CANARIES["words"],
            stated_by="person:1",
            stated_at=TUESDAY,
        )
        SearchTerm.objects.create(creditor=creditor, customer=customer, term="canario erasmo")
        said = Statement(customer.id, Channel.SMS, Consent.GRANTED, "contract", CANARIES["words"])
        permission.state_many(creditor_id=creditor.id, statements=[said], by="person:1", now=TUESDAY)
        run = ImportRun.objects.create(
            creditor=creditor,
            file_name="cartera.csv",
            sha256="0" * 64,
            started_at=TUESDAY,
            finished_at=TUESDAY,
        )
        ImportTrouble.objects.create(
            creditor=creditor, run=run, line=3, value=f"x {CANARIES['name'].upper()}", reason="r", remedy="r"
        )
        card = {"gateway": "demo", "fingerprint": CANARIES["print"]}
        Mandate.objects.create(
            **card, creditor=creditor, customer=customer, public_id="m", key="k", reference="R", currency="COP",
            state="ended", created_at=TUESDAY,
        )  # fmt: skip
        ChargeAttempt.objects.create(
            **card, creditor=creditor, key="1", made_by="us", made_at=TUESDAY, currency="COP", amount_minor=1,
            approved=False,
        )  # fmt: skip
        HookReceipt.objects.create(
            creditor=creditor,
            adapter="demo",
            event_id="e1",
            headers={},
            query=f"payer={CANARIES['e-mail']}",
            body=f'{{"payer": "{CANARIES["name"]}"}}'.encode(),
            received_at=TUESDAY,
            applied_at=TUESDAY,
        )


def pay(scene: Scene) -> None:
    received = Received(
        customer_id=scene.customer.id,
        source="bank",
        external_id="1",
        amount=Money("COP", 380_800_000),
        value_on=TUESDAY.date(),
        roads=(Road(RoadName.PERSON, "1"),),
        reference=CANARIES["reference"],
    )
    payment.record(creditor_id=scene.creditor.id, received=received, now=TUESDAY + timedelta(hours=1))


def ask_to_be_erased(scene: Scene, now: datetime) -> int:
    return data_request.ask(
        creditor_id=scene.creditor.id,
        customer_id=scene.customer.id,
        asked=Asked(DataRight.ERASURE, "portal", "customer", CANARIES["words"]),
        now=now,
    )


def answer(scene: Scene, request_id: int, outcome: str, now: datetime, reason: str = "") -> None:
    data_request.answer(
        creditor_id=scene.creditor.id,
        request_id=request_id,
        answer=Answer(outcome, reason),
        by="person:1",
        now=now,
    )


def everywhere(database: harness.Clone) -> dict[str, str]:
    """All that is in every table, as text in lower case; bytes as they read, packed pages unpacked."""
    found = {}
    with database.connect("backup") as backup:
        tables = backup.execute(
            "SELECT c.relname, array(SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.oid"
            " AND a.atttypid = 'bytea'::regtype AND NOT a.attisdropped) FROM pg_class c"
            " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
        ).fetchall()
        for table, binary in tables:
            texts = [str(row[0]) for row in backup.execute(f'SELECT t::text FROM "{table}" t').fetchall()]
            for column in binary:
                for (content,) in backup.execute(f'SELECT "{column}" FROM "{table}"').fetchall():
                    raw = bytes(content or b"")
                    texts.append(
                        (zlib.decompress(raw) if raw[:1] == b"x" else raw).decode("utf-8", "replace")
                    )
            found[table] = "\n".join(texts).lower()
    return found


def traces(database: harness.Clone, *hashes: str) -> set[tuple[str, str]]:
    """Every table and canary that meet."""
    wanted = CANARIES | {f"hash {digest[:6]}": digest for digest in hashes}
    return {
        (table, what)
        for table, text in everywhere(database).items()
        for what, canary in wanted.items()
        if canary.lower() in text
    }


@pytest.mark.slow
def test_after_the_term_no_table_knows_the_person_and_the_books_are_as_they_were(
    scene: Scene, database: harness.Clone
) -> None:
    pay(scene)
    creditor_id, customer_id = scene.creditor.id, scene.customer.id
    with reading(creditor_id=creditor_id):
        hashes = {
            point.address_hash
            for person in Contact.objects.filter(customer_id=customer_id)
            for point in person.points.all()
        }
        journal = list(Entry.objects.order_by("id").values_list("hash", flat=True))
        opted_out = list(Suppression.objects.values_list("address_hash", "channel", "lifted_at"))
    assert len({table for table, _ in traces(database)}) >= 14, sorted(
        {table for table, _ in traces(database)}
    )
    assert {digest for digest, _, _ in opted_out} == hashes

    request = ask_to_be_erased(scene, FIVE_YEARS_ON)
    answer(scene, request, data_request.GRANTED, FIVE_YEARS_ON)

    assert traces(database, *hashes) == {("outreach_suppression", f"hash {digest[:6]}") for digest in hashes}
    with acting(creditor_id=creditor_id):
        assert list(Suppression.objects.values_list("address_hash", "channel", "lifted_at")) == opted_out
    seal.close(creditor_id=creditor_id, now=FIVE_YEARS_ON)
    with reading(creditor_id=creditor_id):
        assert list(Entry.objects.order_by("id").values_list("hash", flat=True))[: len(journal)] == journal
        assert seal.broken(creditor_id=creditor_id) == []
        row = Invoice.objects.get(creditor_id=creditor_id)
        assert (row.number, row.total_minor, row.open_minor) == (scene.number, 380_800_000, 0)
    report = verify.verify(creditor_id=creditor_id)
    assert [item.name for item in report.properties if item.state == verify.BROKEN] == []


def test_nothing_is_erased_while_the_debt_lives_or_the_law_keeps_and_contacts_stop_instead(
    scene: Scene, database: harness.Clone
) -> None:
    creditor_id = scene.creditor.id
    before = traces(database)
    request = ask_to_be_erased(scene, TUESDAY)
    with pytest.raises(data_request.Refused, match="debt_alive"):
        answer(scene, request, data_request.GRANTED, TUESDAY)
    pay(scene)
    with pytest.raises(data_request.Refused, match="kept_by_law"):
        answer(scene, request, data_request.GRANTED, TUESDAY + timedelta(days=2))
    with reading(creditor_id=creditor_id):
        judged = erasure.judge(creditor_id=creditor_id, customer_id=scene.customer.id, now=TUESDAY)
    # Five years after the last contact, CO.D3.
    assert (judged.codes, judged.until, judged.rule) == (("kept_by_law",), date(2031, 11, 17), "CO.D3")
    with pytest.raises(PermissionError), acting(creditor_id=creditor_id):
        erasure.erase(creditor_id=creditor_id, customer_id=scene.customer.id, by="person:1", now=TUESDAY)
    assert traces(database) >= before
    with pytest.raises(data_request.Refused, match="no_part"):
        answer(scene, request, data_request.PARTLY, FIVE_YEARS_ON, reason="Solo el teléfono.")
    with pytest.raises(data_request.Refused, match="no_reason"):
        answer(scene, request, data_request.REFUSED, TUESDAY)
    answer(scene, request, data_request.REFUSED, TUESDAY, reason="Se conserva cinco años.")
    with reading(creditor_id=creditor_id):
        (hold,) = Hold.objects.filter(customer_id=scene.customer.id, released_at=None)
        assert (hold.reason, hold.until) == (erasure.RESTRICTED, None)


def test_the_app_role_may_blank_what_is_personal_and_nothing_beside_it(scene: Scene) -> None:
    with acting(creditor_id=scene.creditor.id), connection.cursor() as cursor:
        cursor.execute("UPDATE outreach_permission SET source = ''")
        with pytest.raises(ProgrammingError, match="permission denied"):
            cursor.execute("UPDATE outreach_permission SET consent = 'granted'")
    with (
        pytest.raises(IntegrityError, match="only added"),
        acting(creditor_id=scene.creditor.id),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE recovery_chargeattempt SET fingerprint = 'another'")


def test_the_print_of_a_card_that_somebody_else_has_too_goes_on_counting(scene: Scene) -> None:
    pay(scene)
    other = book.customer(scene.creditor, "Otra Ficticia S.A.S.")
    with acting(creditor_id=scene.creditor.id):
        Mandate.objects.create(
            creditor=scene.creditor, customer=other, gateway="demo", fingerprint=CANARIES["print"], public_id="n",
            key="n", reference="N", currency="COP", created_at=TUESDAY,
        )  # fmt: skip
    answer(scene, ask_to_be_erased(scene, FIVE_YEARS_ON), data_request.GRANTED, FIVE_YEARS_ON)
    with reading(creditor_id=scene.creditor.id):
        assert ChargeAttempt.objects.get().fingerprint == CANARIES["print"]
        assert list(Mandate.objects.filter(customer=scene.customer).values_list("fingerprint")) == [("",)]


def test_an_address_that_asked_to_be_left_alone_stays_so_when_it_comes_back(scene: Scene) -> None:
    pay(scene)
    answer(scene, ask_to_be_erased(scene, FIVE_YEARS_ON), data_request.GRANTED, FIVE_YEARS_ON)
    creditor_id = scene.creditor.id
    with acting(creditor_id=creditor_id):
        told = [NewCustomer(CANARIES["code"], CANARIES["name"])]
        made = customers.upsert_many(
            creditor_id=creditor_id, customers=told, stated_by="person:1", now=FIVE_YEARS_ON
        )
        (new_id,) = made.ids.values()
        assert new_id != scene.customer.id
        person = NewContact(new_id, CANARIES["person"], emails=(CANARIES["e-mail"],))
        contact.upsert_many(creditor_id=creditor_id, contacts=[person], now=FIVE_YEARS_ON)
        (point,) = Contact.objects.get(customer_id=new_id).points.all()
        assert Suppression.objects.filter(address_hash=point.address_hash, lifted_at=None).exists()
