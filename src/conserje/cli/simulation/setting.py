# SPDX-License-Identifier: Apache-2.0
"""The stage of a world: a creditor with its strategy, carrier and gateway, and customers written in by services."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from conserje.domain.arrangements.settlement import Policy, Tier
from conserje.domain.kit.money import Money
from conserje.domain.outreach.strategy import SHOPPERS
from conserje.domain.ports.channel import Channel
from conserje.domain.ports.registry import carriers, gateways
from conserje.domain.receivables.customer import Fact, NewContact, NewCustomer, reference_key
from conserje.domain.receivables.invoice import Due, NewInvoice
from conserje.domain.receivables.keys import match_key
from conserje.domain.rules.facts import Consent
from conserje.services.arrangements import settlement
from conserje.services.outreach import permission, review, strategy
from conserje.services.receivables import contact, customer, invoice
from conserje.services.tenancy import connection, setting_up
from conserje.services.tenancy.act import acting
from conserje.testing.simulation import carrier, gateway
from conserje.testing.simulation.cast import CURRENCY, Paper, Person
from conserje.testing.simulation.draw import stream

BRAND = {
    "sender_name": "Taller Simulado",
    "sender_address": "cuentas@taller.example",
    "reply_to": "ana@taller.example",
    "signature_name": "Ana Ruiz",
    "signature_role": "Cartera",
    "phone_published": "601 000 0000",
    "website": "taller.example",
    "colour": "#2f5d50",
    "policy_url": "https://taller.example/datos",
}
BY = "person:1"


def prepare(*, seed: int, now: datetime, hour: str = "") -> int:
    """The creditor of a world, ready to write at `hour` if that is given; answers its id."""
    if not carriers.has(carrier.NAME):
        carriers.add(carrier.NAME, carrier.ADAPTER)
        gateways.add(gateway.NAME, gateway.ADAPTER)
    creditor_id = setting_up.add_creditor(
        new=setting_up.NewCreditor(
            name="Taller Simulado",
            country="CO",
            time_zone="America/Bogota",
            locale="es_CO",
            currency=CURRENCY,
            tax_id="900123456",
            brand=BRAND,
        )
    )
    content = strategy.default()
    drafted = stream(seed, "modes").random() < 0.35
    content["modes"] = dict.fromkeys(content["modes"], "automatic")
    content["hour"] = hour or content["hour"]
    content["modes"] |= dict.fromkeys(("escalation", "final"), "draft") if drafted else {}
    if stream(seed, "settles").random() < 0.6:
        settles = Policy("follow_up", (Tier(15, 1_000), Tier(35, 2_500)), 10, 3, CURRENCY)
        settlement.adopt(creditor_id=creditor_id, policy=settles, by=BY, now=now)
    shoppers = strategy.default(serves=SHOPPERS)
    shoppers["modes"] = dict.fromkeys(shoppers["modes"], "automatic")
    shoppers["hour"] = content["hour"]
    with acting(creditor_id=creditor_id):
        strategy.adopt(creditor_id=creditor_id, content=content, by=BY, now=now)
        strategy.adopt(creditor_id=creditor_id, content=shoppers, by=BY, now=now)
        for kind, name in (("channel", carrier.NAME), ("gateway", gateway.NAME)):
            connection.set_up(creditor_id=creditor_id, kind=kind, adapter=name, values={}, now=now)
    return creditor_id


def write_in(*, creditor_id: int, people: Sequence[Person], now: datetime) -> dict[str, int]:
    """Customers with their people, addresses and permissions; answers their ids by reference."""
    with acting(creditor_id=creditor_id):
        told = customer.upsert_many(
            creditor_id=creditor_id, customers=[_customer(one) for one in people], stated_by=BY, now=now
        )
        ids = {one.ref: told.ids[reference_key(reference=one.ref)] for one in people}
        contact.upsert_many(
            creditor_id=creditor_id,
            contacts=[item for one in people for item in _contacts(one, ids)],
            now=now,
        )
        permission.state_many(
            creditor_id=creditor_id,
            statements=[
                permission.Statement(
                    ids[one.ref], Channel.EMAIL, Consent.GRANTED, "contract", "contrato marco"
                )
                for one in people
                if one.permitted
            ],
            by=BY,
            now=now,
        )
    return ids


def open_papers(
    *, creditor_id: int, papers: Iterable[Paper], ids: dict[str, int], now: datetime
) -> dict[str, int]:
    """Open invoices and have their customers looked at; answers ids by number."""
    given = list(papers)
    new = [
        NewInvoice(
            customer_id=ids[paper.owner],
            number=paper.number,
            total=Money(CURRENCY, paper.minor),
            dues=tuple(Due(on, Money(CURRENCY, minor)) for on, minor in paper.dues),
            issued_on=paper.issued_on,
            kind=paper.kind,
            subject=f"Plan mensual {paper.number}" if paper.kind == "subscription" else "",
        )
        for paper in given
    ]
    with acting(creditor_id=creditor_id):
        opened = invoice.open_many(creditor_id=creditor_id, invoices=new, now=now)
        wake(creditor_id=creditor_id, customer_ids=[one.customer_id for one in new], now=now)
    return _numbers(given, opened.ids, ids)


def _numbers(papers: Sequence[Paper], opened: Any, ids: dict[str, int]) -> dict[str, int]:
    return {paper.number: opened[ids[paper.owner], match_key(text=paper.number)] for paper in papers}


def wake(*, creditor_id: int, customer_ids: Sequence[int], now: datetime) -> None:
    """What intake does after it wrote something: these customers are looked at again. Inside an act."""
    review.wake_many(
        creditor_id=creditor_id, customer_ids=customer_ids, now=now, reason="integrations.import"
    )


def _customer(one: Person) -> NewCustomer:
    facts = {"country": one.country, "time_zone": one.zone, "kind": one.kind, "locale": "es_CO"}
    facts["debtor_type"] = "natural_consumer" if one.kind == "person" else "company_trade"
    return NewCustomer(
        one.ref, one.name, tuple(Fact(name, value, "simulated") for name, value in facts.items())
    )


def _contacts(one: Person, ids: dict[str, int]) -> Iterable[NewContact]:
    yield NewContact(ids[one.ref], name="Laura Pérez", emails=(one.address,))
    if one.above:
        yield NewContact(ids[one.ref], name="Marcos Díaz", role="decision_maker", emails=(one.above,))
