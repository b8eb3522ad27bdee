# SPDX-License-Identifier: Apache-2.0
"""The language in which a reader wishes to be written to, said by the reader."""

from __future__ import annotations

from datetime import datetime

from conserje.data.receivables.models import Contact, Customer
from conserje.services.journal import entry as journal
from conserje.services.tenancy.act import act


@act
def speak(*, creditor_id: int, customer_id: int, contact_id: int | None, locale: str, now: datetime) -> None:
    """Write to this contact in `locale` ("es_CO") from now on; without a contact, to whoever has said nothing else."""
    if contact_id is not None:
        Contact.objects.filter(creditor_id=creditor_id, customer_id=customer_id, id=contact_id).update(
            locale=locale
        )
    else:
        Customer.objects.filter(creditor_id=creditor_id, id=customer_id).update(locale=locale)
    entry = journal.NewEntry(
        now, "receivables.language.wished", "customer", customer_id, "", None, {"locale": locale}
    )
    journal.write(creditor_id=creditor_id, entries=[entry])
