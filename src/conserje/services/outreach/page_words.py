# SPDX-License-Identifier: Apache-2.0
"""What a person of the creditor's writes to a customer on its page: it passes the same look as a letter does."""

from __future__ import annotations

from datetime import datetime

from conserje.data.receivables.models import Contact, Customer, Invoice
from conserje.data.tenancy.models import Creditor
from conserje.services.outreach import content, law, local_day
from conserje.services.tenancy.act import step

# Of so many invoices names and numbers may be quoted; nobody answers about more at once.
_QUOTED = 200


@step
def let_stand(
    *, creditor_id: int, customer_id: int, words: str, stands: bool, now: datetime
) -> dict[str, list[str]]:
    """Raise `content.Unlawful` for words that the customer may not be told; else what the journal keeps of the look.

    What is against the house's own taste alone may stay when the person says so (`stands`).
    """
    reader = reader_of(creditor_id=creditor_id, customer_id=customer_id, now=now)
    found = content.look(text=words, reader=reader)
    if any(not (stands and item.finding.may_stand) for item in found):
        raise content.Unlawful(found)
    return {"let_stand": sorted({item.finding.rule for item in found})} if found else {}


@step
def reader_of(*, creditor_id: int, customer_id: int, now: datetime) -> content.Reader:
    """Who reads it: the customer in its language, under the law of where it is, with the names it knows."""
    customer = Customer.objects.get(creditor_id=creditor_id, id=customer_id)
    creditor = Creditor.objects.get(id=creditor_id)
    names = [customer.name, creditor.name, creditor.legal_name, *map(str, creditor.brand.values())]
    names += Contact.objects.filter(creditor_id=creditor_id, customer_id=customer_id).values_list(
        "name", flat=True
    )
    invoices = Invoice.objects.filter(creditor_id=creditor_id, customer_id=customer_id).order_by("-id")
    for number, subject in invoices.values_list("number", "subject")[:_QUOTED]:
        names += [number, subject]
    return content.Reader(
        customer.locale or creditor.locale,
        law.stack_for(country=customer.country or creditor.country),
        local_day.today(creditor_id=creditor_id, customer_id=customer_id, now=now),
        tuple(name for name in dict.fromkeys(names) if name),
    )
