# SPDX-License-Identifier: Apache-2.0
"""People of customers and their addresses, any number at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from conserje.data.tenancy.models import Creditor
from conserje.domain.kit.text import fold
from conserje.domain.receivables.customer import NewContact, UpsertedContacts, address_key, search_terms
from conserje.services.receivables.staging import learn_sizes, stage
from conserje.services.tenancy import fingerprint
from conserje.services.tenancy.act import step

_PLACE = ("locale", "time_zone", "country", "subdivision", "city")
_GIVEN = {"n": "int", "customer_id": "bigint", "name": "text", "name_key": "text", "role": "text"}
_GIVEN |= dict.fromkeys(_PLACE, "text")
_POINTS = {
    "customer_id": "bigint",
    "name_key": "text",
    "kind": "text",
    "address": "text",
    "address_key": "text",
    "address_hash": "text",
}

_CONTACTS = """
INSERT INTO receivables_contact (creditor_id, customer_id, name, name_key, role, locale, time_zone, country,
       subdivision, city, is_usual, created_at)
SELECT %(creditor_id)s, customer_id, name, name_key, coalesce(nullif(role, ''), 'accounts_payable'), locale,
       time_zone, country, subdivision, city, false, %(now)s
  FROM given_contact ORDER BY n
ON CONFLICT (creditor_id, customer_id, name_key) DO NOTHING
"""
_STATED = """
UPDATE receivables_contact c
   SET role = coalesce(nullif(g.role, ''), c.role), {sets}
  FROM given_contact g
 WHERE c.creditor_id = %(creditor_id)s AND c.customer_id = g.customer_id AND c.name_key = g.name_key
   AND (coalesce(nullif(g.role, ''), c.role) <> c.role OR {differs})
""".replace(
    "{sets}", ", ".join(f"{name} = coalesce(nullif(g.{name}, ''), c.{name})" for name in _PLACE)
).replace(
    "{differs}", " OR ".join(f"coalesce(nullif(g.{name}, ''), c.{name}) <> c.{name}" for name in _PLACE)
)
# Whoever is written to first stays so; a customer without such a person gets the first of the file.
_USUAL = """
UPDATE receivables_contact c SET is_usual = true
  FROM (SELECT DISTINCT ON (g.customer_id) c.id
          FROM given_contact g
          JOIN receivables_contact c ON c.creditor_id = %(creditor_id)s AND c.customer_id = g.customer_id
           AND c.name_key = g.name_key
         WHERE NOT EXISTS (SELECT 1 FROM receivables_contact u WHERE u.creditor_id = %(creditor_id)s
                            AND u.customer_id = g.customer_id AND u.is_usual)
         ORDER BY g.customer_id, g.n) AS first
 WHERE c.creditor_id = %(creditor_id)s AND c.id = first.id
"""
_ADDRESSES = """
INSERT INTO receivables_contactpoint (creditor_id, contact_id, kind, address, address_key, address_hash,
       unusable_reason, created_at)
SELECT %(creditor_id)s, c.id, g.kind, g.address, g.address_key, g.address_hash, '', %(now)s
  FROM given_point g
  JOIN receivables_contact c ON c.creditor_id = %(creditor_id)s AND c.customer_id = g.customer_id
   AND c.name_key = g.name_key
ON CONFLICT (creditor_id, contact_id, kind, address_key) DO NOTHING
"""
_TERM_ROWS = """
INSERT INTO receivables_searchterm (creditor_id, customer_id, term)
SELECT %(creditor_id)s, customer_id, term FROM given_term
ON CONFLICT (creditor_id, term, customer_id) DO NOTHING
"""
_IDS = """
SELECT c.customer_id, c.name_key, c.id FROM given_contact g
  JOIN receivables_contact c ON c.creditor_id = %(creditor_id)s AND c.customer_id = g.customer_id
   AND c.name_key = g.name_key
"""


@dataclass(slots=True)
class _Told:
    """One person with all that the given rows say; the last word that is not empty counts."""

    name: str
    role: str = ""
    place: dict[str, str] = field(default_factory=lambda: dict.fromkeys(_PLACE, ""))
    points: dict[tuple[str, str], str] = field(default_factory=dict)


@step
def upsert_many(*, creditor_id: int, contacts: Iterable[NewContact], now: datetime) -> UpsertedContacts:
    """Write people, their addresses and search terms in a fixed number of statements; the same changes
    nothing.

    Raises `IntegrityError` for a role that we do not know or a customer who does not exist.
    """
    told = _merge(contacts)
    organisation_id = Creditor.objects.values_list("organisation_id", flat=True).get(id=creditor_id)
    keys = {key for one in told.values() for _, key in one.points}
    hashes = fingerprint.of_addresses(organisation_id=organisation_id, address_keys=keys)
    stage(
        name="given_contact",
        columns=_GIVEN,
        rows=(
            (n, customer_id, one.name[:240], name_key, one.role, *one.place.values())
            for n, ((customer_id, name_key), one) in enumerate(told.items())
        ),
    )
    stage(
        name="given_point",
        columns=_POINTS,
        rows=(
            (customer_id, name_key, kind, address, key, hashes[key])
            for (customer_id, name_key), one in told.items()
            for (kind, key), address in one.points.items()
        ),
    )
    stage(
        name="given_term",
        columns={"customer_id": "bigint", "term": "text"},
        rows=(
            (customer_id, term)
            for (customer_id, _), one in told.items()
            for term in search_terms(texts=(one.name, *(key for _, key in one.points)))
        ),
    )
    values: dict[str, Any] = {"creditor_id": creditor_id, "now": now}
    with connection.cursor() as cursor:
        learn_sizes()
        cursor.execute(_CONTACTS, values)
        created = cursor.rowcount
        learn_sizes()
        cursor.execute(_STATED, values)
        cursor.execute(_USUAL, values)
        cursor.execute(_ADDRESSES, values)
        addresses = cursor.rowcount
        cursor.execute(_TERM_ROWS, values)
        cursor.execute(_IDS, values)
        ids = {(customer_id, name_key): contact_id for customer_id, name_key, contact_id in cursor.fetchall()}
    return UpsertedContacts(ids, created, addresses)


def _merge(contacts: Iterable[NewContact]) -> dict[tuple[int, str], _Told]:
    told: dict[tuple[int, str], _Told] = {}
    for contact in contacts:
        key = (contact.customer_id, fold(contact.name)[:240])
        one = told.setdefault(key, _Told(contact.name))
        one.role = contact.role or one.role
        for name in _PLACE:
            one.place[name] = getattr(contact, name) or one.place[name]
        for kind, addresses in (("email", contact.emails), ("phone", contact.phones)):
            for address in addresses:
                one.points.setdefault((kind, address_key(kind=kind, address=address)), address.strip())
    return told
