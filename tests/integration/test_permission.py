# SPDX-License-Identifier: Apache-2.0
"""Permission is stated, revoked at once, and never granted again by a file; an address left alone stays so."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from tests import harness
from tests.integration import build

from conserje.data.journal.models import Entry
from conserje.data.outreach.models import Permission, Review, Suppression
from conserje.data.receivables.models import ContactPoint
from conserje.data.tenancy.models import Creditor
from conserje.domain.ports.channel import Channel
from conserje.domain.receivables.customer import NewContact, NewCustomer
from conserje.domain.rules.facts import Consent
from conserje.services.outreach import permission, suppression
from conserje.services.outreach.permission import Statement
from conserje.services.receivables import contact, customer
from conserje.services.tenancy import fingerprint
from conserje.services.tenancy.act import NotInAct, acting

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
SHARED = "pagos@ejemplo.example"


def granted(customer_id: int, channel: Channel = Channel.EMAIL, source: str = "Contrato") -> Statement:
    return Statement(customer_id, channel, Consent.GRANTED, "contract", source)


@pytest.fixture
def two(creditor: Creditor) -> tuple[int, int]:
    """Two customers who share one address."""
    with acting(creditor_id=creditor.pk):
        told = [NewCustomer("uno", "Empresa Ejemplo Uno"), NewCustomer("dos", "Empresa Ejemplo Dos")]
        made = customer.upsert_many(creditor_id=creditor.pk, customers=told, stated_by="person:1", now=NOW)
        ids = (made.ids["uno"], made.ids["dos"])
        people = [NewContact(customer_id, "Cuentas por pagar", emails=(SHARED,)) for customer_id in ids]
        contact.upsert_many(creditor_id=creditor.pk, contacts=people, now=NOW)
    return ids


def test_a_statement_is_kept_once_with_its_evidence(creditor: Creditor, two: tuple[int, int]) -> None:
    with acting(creditor_id=creditor.pk):
        state = {"creditor_id": creditor.pk, "by": "person:1"}
        said = [granted(two[0]), granted(two[1])]
        assert permission.state_many(statements=said, now=NOW, **state) == 2  # type: ignore[arg-type]
        assert permission.state_many(statements=said, now=LATER, **state) == 0  # type: ignore[arg-type]
        other = [granted(two[0], source="Orden OC-311")]
        assert permission.state_many(statements=other, now=LATER, **state) == 1  # type: ignore[arg-type]
        current = permission.current(creditor_id=creditor.pk, customer_ids=two)
        standing = current[two[0]][Channel.EMAIL]
        assert (standing.consent, standing.source, standing.stated_by) == (
            Consent.GRANTED,
            "Orden OC-311",
            "person:1",
        )
        assert standing.stated_at == LATER
        assert Channel.SMS not in current[two[0]]


def test_only_the_customer_lifts_a_revocation(creditor: Creditor, two: tuple[int, int]) -> None:
    with acting(creditor_id=creditor.pk):
        both = [Channel.EMAIL, Channel.WHATSAPP]
        permission.state_many(creditor_id=creditor.pk, statements=[granted(two[0])], by="person:1", now=NOW)
        permission.revoke(
            creditor_id=creditor.pk, customer_id=two[0], channels=both, by="customer", how="portal", now=NOW
        )
        again = permission.state_many(
            creditor_id=creditor.pk, statements=[granted(two[0])], by="person:1", now=LATER
        )
        assert again == 0
        found = permission.current(creditor_id=creditor.pk, customer_ids=two)
        assert {found[two[0]][channel].consent for channel in both} == {Consent.REVOKED}
        permission.restore(
            creditor_id=creditor.pk,
            customer_id=two[0],
            channels=both[:1],
            by="customer",
            how="portal",
            now=LATER,
        )
        found = permission.current(creditor_id=creditor.pk, customer_ids=two)
        assert found[two[0]][Channel.EMAIL].consent is Consent.GRANTED
        assert found[two[0]][Channel.WHATSAPP].consent is Consent.REVOKED
        kinds = Entry.objects.filter(customer_id=two[0], kind__startswith="outreach.permission").order_by(
            "id"
        )
        assert list(kinds.values_list("kind", flat=True)) == [
            "outreach.permission.revoked",
            "outreach.permission.granted",
        ]
        assert Review.objects.get(customer_id=two[0]).next_review_at == LATER


def test_unknown_is_never_stated(creditor: Creditor, two: tuple[int, int]) -> None:
    unknown = Statement(two[0], Channel.EMAIL, Consent.UNKNOWN, "other")
    with acting(creditor_id=creditor.pk), pytest.raises(ValueError, match="not stated"):
        permission.state_many(creditor_id=creditor.pk, statements=[unknown], by="person:1", now=NOW)
    with pytest.raises(NotInAct):
        permission.current(creditor_id=creditor.pk, customer_ids=two)


def test_an_address_is_left_alone_for_everyone_who_shares_it(
    creditor: Creditor, two: tuple[int, int]
) -> None:
    with acting(creditor_id=creditor.pk):
        point = ContactPoint.objects.filter(contact__customer_id=two[0]).get()
        address_hash = suppression.hash_of_point(creditor_id=creditor.pk, point_id=point.pk)
        stop = {"creditor_id": creditor.pk, "address_hash": address_hash, "channel": Channel.EMAIL}
        assert suppression.stop(how="one_click", now=NOW, **stop)  # type: ignore[arg-type]
        assert not suppression.stop(how="one_click", now=LATER, **stop)  # type: ignore[arg-type]
        assert Suppression.objects.get().lifted_at is None
        assert set(Review.objects.values_list("customer_id", flat=True)) == set(two)
        assert suppression.come_back(now=LATER, **stop)  # type: ignore[arg-type]
        assert not suppression.come_back(now=LATER, **stop)  # type: ignore[arg-type]
        assert suppression.stop(how="portal", now=LATER, **stop)  # type: ignore[arg-type]
        with pytest.raises(suppression.UnknownAddress):
            suppression.hash_of_point(creditor_id=creditor.pk, point_id=0)


def test_a_person_is_one_within_an_organisation_and_nobody_outside(database: harness.Clone) -> None:
    here, there = build.organisation(), build.organisation()
    mine = fingerprint.of_address(organisation_id=here.pk, address_key=SHARED)
    assert mine == fingerprint.of_address(organisation_id=here.pk, address_key=SHARED)
    assert mine != fingerprint.of_address(organisation_id=there.pk, address_key=SHARED)
    assert len(mine) == 64


def test_the_same_customer_of_another_creditor_is_not_seen(creditor: Creditor, two: tuple[int, int]) -> None:
    other = build.creditor()
    with acting(creditor_id=creditor.pk):
        permission.state_many(creditor_id=creditor.pk, statements=[granted(two[0])], by="person:1", now=NOW)
    with acting(creditor_id=other.pk):
        assert permission.current(creditor_id=other.pk, customer_ids=two) == {}
        assert not Permission.objects.exists()


def test_what_is_stated_is_compared_with_nothing_while_it_is_written(creditor: Creditor) -> None:
    """Beside a large book, a server that does not know a creditor yet compares all its new rows with one another."""
    given = {"creditor": creditor.pk, "by": "person:1", "now": NOW}
    none: dict[str, list[object]] = {
        name: [] for name in ("customers", "channels", "consents", "bases", "sources")
    }
    with acting(creditor_id=creditor.pk), connection.cursor() as cursor:
        cursor.execute("EXPLAIN (FORMAT JSON) " + permission._STATE, {**given, **none})
        told = cursor.fetchone()[0]
    plan = json.loads(told) if isinstance(told, str) else told
    waiting, read = [plan[0]["Plan"]], []
    while waiting:
        node = waiting.pop()
        waiting += node.get("Plans", [])
        read.append(node["Node Type"])
    assert "Function Scan" in read
    assert not [name for name in read if name.endswith("Scan") and name != "Function Scan"]
