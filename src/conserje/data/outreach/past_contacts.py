# SPDX-License-Identifier: Apache-2.0
"""The organisation's contact ledger, as the law reads it: what was made with a person, whichever creditor it was for.

An agency's caps span its creditors, so this is read over the whole organisation; of another creditor's contact nothing
is told but when, how and how far it got.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from conserje.data.tenancy import planned
from conserje.data.tenancy.bulk import array
from conserje.domain.ports.channel import Channel
from conserje.domain.rules.facts import Circumstances, ContactOutcome, PastContact, Place, Purpose

Ask = Callable[[str, Mapping[str, Any]], list[tuple[Any, ...]]]

PAST_DAYS = 100
_CHANNEL = {item.value: item for item in Channel}
_PURPOSE = {item.value: item for item in Purpose}
_OUTCOME = {item.value: item for item in ContactOutcome}

_HASHES = """
SELECT p.address_hash FROM receivables_contact c
  JOIN receivables_contactpoint p ON p.creditor_id = c.creditor_id AND p.contact_id = c.id
 WHERE c.creditor_id = %(creditor)s AND c.customer_id = ANY(%(ids)s)"""

_PAST = """
SELECT person_hash, touch_id, elsewhere_id, at, channel, purpose, outcome,
       CASE WHEN creditor_id = %(creditor)s THEN array_to_string(debts, '+') ELSE '' END,
       creditor_id <> %(creditor)s, inbound, place
  FROM outreach_contactrecord
 WHERE organisation_id = (SELECT organisation_id FROM tenancy_creditor WHERE id = %(creditor)s)
   AND person_hash = ANY(%(hashes)s) AND at > %(since)s ORDER BY at, id"""


def of_many(
    ask: Ask, *, creditor_id: int, hashes: Mapping[int, Iterable[str]], now: datetime
) -> dict[int, list[PastContact]]:
    """Contacts of the last `PAST_DAYS` days by customer, with anybody who shares an address, each once. One query.

    `hashes` are the address hashes of each customer, `ask` one of the ways in `planned`.
    """
    owners: dict[str, list[int]] = defaultdict(list)
    for customer_id, of_customer in hashes.items():
        for address_hash in dict.fromkeys(of_customer):
            owners[address_hash].append(customer_id)
    result: dict[int, list[PastContact]] = defaultdict(list)
    if not owners:
        return result
    since = now - timedelta(days=PAST_DAYS)
    asked = {"creditor": creditor_id, "hashes": sorted(owners), "since": since}
    seen: set[tuple[int, int | None, int | None]] = set()
    for person_hash, touch_id, elsewhere_id, at, channel, purpose, outcome, *known in ask(_PAST, asked):
        for customer_id in owners[person_hash]:
            if (customer_id, touch_id, elsewhere_id) not in seen:
                seen.add((customer_id, touch_id, elsewhere_id))
                result[customer_id].append(
                    PastContact(
                        at, _CHANNEL[channel], _PURPOSE[purpose], _OUTCOME[outcome], _circumstances(*known)
                    )
                )
    return result


def of_one(*, creditor_id: int, customer_id: int, now: datetime) -> tuple[PastContact, ...]:
    """The past of one customer's `Case.subject` as it stands this moment, whoever sent what meanwhile."""
    found = planned.rows(_HASHES, {"creditor": creditor_id, "ids": array([customer_id])})
    hashes = [address_hash for (address_hash,) in found]
    known = of_many(planned.rows, creditor_id=creditor_id, hashes={customer_id: hashes}, now=now)
    return tuple(known[customer_id])


@lru_cache(maxsize=4096)
def _circumstances(debts: str, elsewhere: bool, inbound: bool, place: str) -> Circumstances | None:
    """None where they are the usual ones: ours, about any of the debts, to the customer's own line or address."""
    if not debts and not elsewhere and not inbound and place == Place.PERSONAL:
        return None
    ids = tuple(debts.split("+")) if debts else ()
    return Circumstances(debts=ids, elsewhere_creditor=elsewhere, inbound=inbound, place=Place(place))
