# SPDX-License-Identifier: Apache-2.0
"""A customer passes the matter to a colleague: one more contact, with a link of their own, on the customer's word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from conserje.data.receivables.models import ContactPoint, Customer
from conserje.domain.kit.text import fold
from conserje.domain.ports.channel import Channel
from conserje.domain.receivables.customer import NewContact, address_key
from conserje.domain.rules.facts import Consent
from conserje.services.journal import entry as journal
from conserje.services.outreach import address as addresses
from conserje.services.outreach import permission, requested, review
from conserje.services.receivables import contact
from conserje.services.tenancy.act import act

BASIS = "customer"


class Refused(ValueError):
    """It cannot be passed on like this; its first argument is the code of the sentence to show."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """Whom it is passed to, as the customer wrote it."""

    name: str
    email: str


@act
def to(*, creditor_id: int, customer_id: int, colleague: Colleague, now: datetime) -> None:
    """Write the colleague down, with the customer's word as the ground to write there, and send them a link.

    Only within a company: a person's debt is told to nobody else. Raises `Refused`.
    """
    customer = Customer.objects.select_for_update(no_key=True).get(creditor_id=creditor_id, id=customer_id)
    if customer.kind != "company":
        raise Refused("pass_on_of_a_person")
    email, name = colleague.email.strip(), colleague.name.strip()
    known = permission.current(creditor_id=creditor_id, customer_ids=[customer_id]).get(customer_id, {})
    standing = known.get(Channel.EMAIL)
    if standing is not None and standing.consent is Consent.REVOKED:
        raise Refused("pass_on_stopped")
    new = NewContact(customer_id=customer_id, name=name, emails=(email,), role="other")
    made = contact.upsert_many(creditor_id=creditor_id, contacts=[new], now=now)
    said = permission.Statement(customer_id, Channel.EMAIL, Consent.GRANTED, BASIS, "portal")
    permission.state_many(creditor_id=creditor_id, statements=[said], by="customer", now=now)
    point = ContactPoint.objects.get(
        creditor_id=creditor_id,
        contact_id=made.ids[(customer_id, fold(name)[:240])],
        kind="email",
        address_key=address_key(kind="email", address=email),
    )
    allowed = addresses.of_customer(creditor_id=creditor_id, customer_id=customer_id)
    if not any(item.point_id == point.id and item.allowed for item in allowed):
        raise Refused("pass_on_stopped")
    wanted = requested.Wanted(customer_id, point.id, requested.LINK)
    try:
        requested.plan(creditor_id=creditor_id, wanted=wanted, now=now)
    except requested.TooMany as error:
        raise Refused("pass_on_too_often") from error
    except requested.NoCarrier as error:
        raise Refused("pass_on_no_carrier") from error
    kind = "receivables.contact.passed_on"
    row = journal.NewEntry(now, kind, "customer", customer_id, "contact", point.contact_id, {})
    journal.write(creditor_id=creditor_id, entries=[row])
    review.wake_many(creditor_id=creditor_id, customer_ids=[customer_id], now=now, reason=kind)
