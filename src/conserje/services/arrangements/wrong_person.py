# SPDX-License-Identifier: Apache-2.0
""" "I am not this person": nobody writes there any more, the link closes, and somebody of the creditor hears of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from conserje.services.arrangements import enquiry
from conserje.services.outreach import address as addresses
from conserje.services.outreach import portal_link, wrong_address
from conserje.services.tenancy.act import act


@dataclass(frozen=True, slots=True)
class Link:
    """The link of whoever says it."""

    id: int
    customer_id: int
    contact_id: int | None


@act
def say(*, creditor_id: int, link: Link, words: str, now: datetime) -> bool:
    """Block the address of the link over the whole organisation, close its links, and open a task for the creditor.

    `words` may name the right contact. False when the link belongs to no address: then only the task is opened.
    """
    found = addresses.of_link(creditor_id=creditor_id, link_id=link.id)
    if found is not None:
        wrong_address.block(
            creditor_id=creditor_id,
            customer_id=link.customer_id,
            address_hash=found.address_hash,
            now=now,
        )
    written = enquiry.Written(link.customer_id, link.contact_id, "wrong_person", words)
    enquiry.put(creditor_id=creditor_id, written=written, now=now)
    portal_link.revoke(creditor_id=creditor_id, link_id=link.id, now=now)
    return found is not None
