# SPDX-License-Identifier: Apache-2.0
"""Failed charges told from outside: their customers and invoices are opened, and recovery takes them on."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from conserje.data.receivables.models import Mandate
from conserje.data.recovery.models import FailedPayment
from conserje.domain.ports.channel import Channel
from conserje.domain.receivables.customer import Fact, NewContact, NewCustomer, reference_key
from conserje.domain.receivables.invoice import Due, NewInvoice
from conserje.domain.receivables.keys import match_key
from conserje.domain.recovery import export
from conserje.domain.recovery.export import Read, Told
from conserje.domain.rules.facts import Consent
from conserje.services.integrations import zones
from conserje.services.outreach import permission
from conserje.services.receivables import contact, customer, invoice
from conserje.services.recovery import failure
from conserje.services.recovery.failure import Whose
from conserje.services.tenancy.act import act, keyed

CHUNK = 500
SOURCE = "failed charges"


@dataclass(frozen=True, slots=True)
class Assumed:
    """What is taken of all customers of a file: how their addresses were given ("order"), and in which country."""

    basis: str
    country: str


@dataclass(frozen=True, slots=True)
class Taken:
    """How many failed charges are new, and how many were known."""

    new: int
    known: int


def read(*, lines: Iterable[str], gateway: str) -> Read:
    """What a CSV file of `gateway` tells. Raises `export.ColumnsMissing`."""
    table = csv.DictReader(lines)
    return export.read(heads=table.fieldnames or (), rows=table, gateway=gateway)


def take(*, creditor_id: int, told: Sequence[Told], assumed: Assumed, now: datetime) -> Taken:
    """Take in failed charges, a portion at a time; what is known already changes nothing.

    `assumed` says what no row says of their customers.
    """
    new = known = 0
    for start in range(0, len(told), CHUNK):
        done = _take(creditor_id=creditor_id, told=told[start : start + CHUNK], assumed=assumed, now=now)
        new, known = new + done.new, known + done.known
    return Taken(new, known)


@keyed
@act
def _take(*, creditor_id: int, told: Sequence[Told], assumed: Assumed, now: datetime) -> Taken:
    seen = set(
        FailedPayment.objects.filter(
            creditor_id=creditor_id, external_id__in=[one.charge.external_id for one in told]
        ).values_list("gateway", "external_id")
    )
    fresh = {
        (one.charge.gateway, one.charge.external_id): one
        for one in told
        if (one.charge.gateway, one.charge.external_id) not in seen
    }
    if not fresh:
        return Taken(0, len(told))
    owners = _customers(creditor_id, list(fresh.values()), assumed, now)
    invoices = _invoices(creditor_id, list(fresh.values()), owners, now)
    mandates = _mandates(creditor_id, set(owners.values()))
    for one in sorted(fresh.values(), key=lambda item: (owners[_key(item)], item.charge.external_id)):
        owner = owners[_key(one)]
        which = invoices[(owner, match_key(text=one.invoice))]
        mandate_id = mandates.get((owner, one.charge.gateway, one.charge.card.fingerprint))
        failure.record(
            creditor_id=creditor_id, charge=one.charge, whose=Whose(owner, which, mandate_id), now=now
        )
    return Taken(len(fresh), len(told) - len(fresh))


def _key(one: Told) -> str:
    return reference_key(reference=one.customer)


def _customers(creditor_id: int, told: Sequence[Told], assumed: Assumed, now: datetime) -> dict[str, int]:
    """Who the charges are of; those that are new get their e-mail, and leave to be written to at it."""
    facts = (
        Fact("kind", "person", SOURCE),
        Fact("debtor_type", "natural_consumer", SOURCE),
        Fact("country", assumed.country, SOURCE),
        Fact("time_zone", zones.only_zone(country=assumed.country), SOURCE),
    )
    given = [NewCustomer(one.customer, one.name or one.customer, facts) for one in told]
    made = customer.upsert_many(creditor_id=creditor_id, customers=given, stated_by="system", now=now)
    reached = [one for one in told if "@" in one.email]
    people = [
        NewContact(made.ids[_key(one)], one.name or one.customer, emails=(one.email,)) for one in reached
    ]
    contact.upsert_many(creditor_id=creditor_id, contacts=people, now=now)
    ids = sorted({made.ids[_key(one)] for one in reached})
    said = permission.current(creditor_id=creditor_id, customer_ids=ids)
    permission.state_many(
        creditor_id=creditor_id,
        statements=[
            permission.Statement(owner, Channel.EMAIL, Consent.GRANTED, assumed.basis, SOURCE)
            for owner in ids
            if Channel.EMAIL not in said.get(owner, {})
        ],
        by="system",
        now=now,
    )
    return dict(made.ids)


def _invoices(
    creditor_id: int, told: Sequence[Told], owners: dict[str, int], now: datetime
) -> dict[tuple[int, str], int]:
    new = [
        NewInvoice(
            owners[_key(one)],
            one.invoice,
            one.charge.amount,
            (Due(one.charge.failed_at.date(), one.charge.amount),),
            issued_on=one.charge.failed_at.date(),
            subject=one.charge.subscription,
            kind=one.charge.kind.value,
        )
        for one in told
    ]
    return invoice.open_many(creditor_id=creditor_id, invoices=new, now=now).ids


def _mandates(creditor_id: int, owners: set[int]) -> dict[tuple[int, str, str], int]:
    rows = Mandate.objects.filter(creditor_id=creditor_id, customer_id__in=owners, state="active")
    named = rows.exclude(fingerprint="").order_by("id")
    return {
        (owner, gateway, fingerprint): key
        for owner, gateway, fingerprint, key in named.values_list(
            "customer_id", "gateway", "fingerprint", "id"
        )
    }
