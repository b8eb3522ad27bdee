# SPDX-License-Identifier: Apache-2.0
"""Customers of a file, what is stated about them, their people and the permission to write to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

import phonenumbers
from django.db import connection

from conserje.domain.kit.text import fold
from conserje.domain.ports.connector import ContactRow, InvoiceRow
from conserje.domain.receivables.customer import Fact, NewContact, NewCustomer, address_key, reference_key
from conserje.domain.rules.facts import Consent
from conserje.services.integrations import customer_facts, intake_answers
from conserje.services.integrations.customer_facts import ANSWER, COLUMN, DERIVED, StatedFact
from conserje.services.integrations.intake_answers import Answers, Facts
from conserje.services.integrations.intake_directory import Directory, Known
from conserje.services.outreach import permission
from conserje.services.outreach.permission import Statement
from conserje.services.receivables import contact, customer
from conserje.services.tenancy.act import step

_SOURCES = {"column": COLUMN, "answer": ANSWER, "country": DERIVED}
_KNOWN = "SELECT id, reference, name, tax_id, country FROM receivables_customer WHERE creditor_id = %s"
_POINTS = """
SELECT c.customer_id, p.kind, p.address_key FROM receivables_contactpoint p
  JOIN receivables_contact c ON c.creditor_id = p.creditor_id AND c.id = p.contact_id
 WHERE p.creditor_id = %s AND c.customer_id = ANY(%s)"""


@dataclass(slots=True)
class People:
    """Who stands in the file after writing: ids by index in the directory, and what was new."""

    ids: dict[int, int]
    created: int
    facts_new: int = 0
    contacts_new: int = 0
    contacts_given: int = 0
    permissions_new: int = 0
    doubts: Counter[str] = field(default_factory=Counter)


@step
def directory(*, creditor_id: int) -> Directory:
    """Every customer of the creditor, ready to be found."""
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [creditor_id])
        return Directory(Known(*row) for row in cursor.fetchall())


def learn(known: Known, *, row: InvoiceRow | ContactRow) -> None:
    """Keep what the columns of `row` say of its customer; the first word on each fact counts."""
    for name, value in row.facts.items():
        if value:
            known.facts.setdefault(name, value)


@step
def write(
    *, creditor_id: int, book: Directory, wanted: Iterable[int], answers: Answers, now: datetime
) -> People:
    """Create the customers `wanted` (indexes) that are new, and state what file and answers say of all of them."""
    indexes = sorted(set(wanted))
    stated = {index: intake_answers.facts(book.customers[index].facts, answers=answers) for index in indexes}
    new = [
        _customer(book.customers[index], stated[index])
        for index in indexes
        if book.customers[index].id is None or book.customers[index].learned
    ]
    made = customer.upsert_many(creditor_id=creditor_id, customers=new, stated_by=answers.stated_by, now=now)
    people = People({}, made.created)
    known: list[StatedFact] = []
    for index in indexes:
        one = book.customers[index]
        people.ids[index] = one.id if one.id is not None else made.ids[reference_key(reference=one.reference)]
        people.doubts.update(stated[index].doubts)
        one.country = stated[index].country or one.country
        if one.id is not None:
            known += [StatedFact(one.id, *said) for said in _said(stated[index])]
    people.facts_new = customer_facts.state_many(
        creditor_id=creditor_id, facts=known, by=answers.stated_by, now=now
    )
    people.permissions_new = _permit(creditor_id, people.ids, book, answers, now)
    return people


@step
def write_contacts(
    *,
    creditor_id: int,
    book: Directory,
    people: People,
    rows: Sequence[tuple[int, ContactRow]],
    now: datetime,
) -> None:
    """Keep the people of `rows`, each with its customer's index; a bare address that a named person has is theirs."""
    owned = _owned(creditor_id, people.ids, rows)
    given: dict[tuple[int, str, str], NewContact] = {}
    for index, row in rows:
        if index not in people.ids:
            continue
        customer_id = people.ids[index]
        phones = tuple(_readable(people, row.phones, book.customers[index].country))
        keys = [("email", address_key(kind="email", address=email)) for email in row.emails]
        keys += [("phone", address_key(kind="phone", address=phone)) for phone in phones]
        if not keys or (not row.name and all((customer_id, *key) in owned for key in keys)):
            continue
        new = NewContact(customer_id, row.name, row.role, row.emails, phones)
        given[customer_id, fold(row.name), "|".join(key for _, key in keys)] = new
    made = contact.upsert_many(creditor_id=creditor_id, contacts=given.values(), now=now)
    people.contacts_new, people.contacts_given = made.created, len(made.ids)
    people.facts_new += made.addresses


def _customer(one: Known, facts: Facts) -> NewCustomer:
    """A new customer with all that is stated; of one that the books know, only the tax id that the file gave."""
    tax_id = Fact("tax_id", one.tax_id, COLUMN)
    if one.learned:
        return NewCustomer(one.reference, "", (tax_id,))
    return NewCustomer(one.reference, one.name, (tax_id, *(Fact(*said) for said in _said(facts))))


def _said(facts: Facts) -> Iterable[tuple[str, str, str]]:
    """(name, value, source) of everything that is stated."""
    values = {
        "country": facts.country,
        "time_zone": facts.time_zone,
        "kind": facts.kind,
        "creditor_role": facts.role,
        "subdivision": facts.subdivision,
        "city": facts.city,
        "locale": facts.locale,
    }
    for name, value in values.items():
        if value:
            yield name, value, _SOURCES[facts.sources[name]]


def _permit(
    creditor_id: int, ids: Mapping[int, int], book: Directory, answers: Answers, now: datetime
) -> int:
    statements = []
    for index, customer_id in ids.items():
        said = intake_answers.allowed(book.customers[index].facts, answers=answers)
        if said.consent is not Consent.UNKNOWN:
            statements += [
                Statement(customer_id, channel, said.consent, said.basis, said.source)
                for channel in said.channels
            ]
    return permission.state_many(
        creditor_id=creditor_id, statements=statements, by=answers.stated_by, now=now
    )


def _owned(
    creditor_id: int, ids: Mapping[int, int], rows: Sequence[tuple[int, ContactRow]]
) -> set[tuple[int, str, str]]:
    """Addresses that the customers have already, or that this file gives to a person with a name."""
    with connection.cursor() as cursor:
        cursor.execute(_POINTS, [creditor_id, list(ids.values())])
        owned = set(cursor.fetchall())
    for index, row in rows:
        if row.name and index in ids:
            owned.update(
                (ids[index], "email", address_key(kind="email", address=email)) for email in row.emails
            )
    return owned


def _readable(people: People, phones: Sequence[str], country: str) -> Iterable[str]:
    for phone in phones:
        found = _international(phone, country)
        if found:
            yield found
        else:
            people.doubts["phone_unreadable"] += 1


@lru_cache(maxsize=65_536)
def _international(phone: str, country: str) -> str:
    """The number as +57..., "" when it is none in `country` (two letters; empty reads only international ones)."""
    try:
        number = phonenumbers.parse(phone, country or None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
