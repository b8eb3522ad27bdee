# SPDX-License-Identifier: Apache-2.0
"""A customer's account as the customer sees it: each invoice with the parts of its amount and its files.

One query whatever the number of invoices. Amounts are in minor units of the invoice's currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from conserje.data.receivables.models import Document
from conserje.data.tenancy import planned
from conserje.domain.kit.money import Money
from conserje.services.tenancy.act import step

SETTLED_SHOWN = 30

_INVOICES = """
SELECT i.id, i.number, i.subject, i.purchase_order, coalesce(i.issued_on, i.first_due_on), i.first_due_on, i.currency,
       i.total_minor, i.net_minor, i.tax_minor, i.open_minor,
       coalesce(a.paid, 0)::bigint, coalesce(a.credited, 0)::bigint, coalesce(w.minor, 0)::bigint,
       EXISTS (SELECT 1 FROM receivables_checkoutline l
                 JOIN receivables_checkout k ON k.creditor_id = l.creditor_id AND k.id = l.checkout_id
                WHERE l.creditor_id = i.creditor_id AND l.invoice_id = i.id AND k.state = 'processing'),
       coalesce(a.settled_on, i.first_due_on), coalesce(a.method, ''), d.ids, d.names, d.kinds
  FROM (SELECT * FROM receivables_invoice
         WHERE creditor_id = %(creditor)s AND customer_id = %(customer)s AND open_minor > 0
        UNION ALL
        (SELECT * FROM receivables_invoice
          WHERE creditor_id = %(creditor)s AND customer_id = %(customer)s AND open_minor = 0
          ORDER BY first_due_on DESC, id DESC LIMIT %(settled)s)) i
  LEFT JOIN LATERAL (
       SELECT sum(x.amount_minor) FILTER (WHERE x.payment_id IS NOT NULL) AS paid,
              sum(x.amount_minor) FILTER (WHERE x.credit_note_id IS NOT NULL) AS credited,
              max(coalesce(y.value_on, x.made_at::date)) AS settled_on,
              (array_agg(y.method ORDER BY x.id DESC) FILTER (WHERE y.id IS NOT NULL))[1] AS method
         FROM receivables_allocation x
         LEFT JOIN receivables_payment y ON y.creditor_id = x.creditor_id AND y.id = x.payment_id
        WHERE x.creditor_id = i.creditor_id AND x.invoice_id = i.id) a ON true
  LEFT JOIN LATERAL (
       SELECT sum(h.amount_minor) AS minor FROM receivables_withholding h
        WHERE h.creditor_id = i.creditor_id AND h.invoice_id = i.id AND h.rejected_at IS NULL) w ON true
  LEFT JOIN LATERAL (
       SELECT array_agg(f.id ORDER BY f.id) AS ids, array_agg(f.file_name ORDER BY f.id) AS names,
              array_agg(f.media_type ORDER BY f.id) AS kinds
         FROM receivables_document f WHERE f.creditor_id = i.creditor_id AND f.invoice_id = i.id) d ON true
 ORDER BY i.first_due_on, i.id"""


@dataclass(frozen=True, slots=True)
class Paper:
    """A file of an invoice."""

    id: int
    file_name: str
    media_type: str


@dataclass(frozen=True, slots=True)
class InvoiceStanding:
    """One invoice. `open` = `total` - `paid` - `credited` - `withheld` - `given_up`.

    `net` + `tax` = `total`, or both are None.
    `processing` tells that a payment of it is being confirmed. `settled_on` and `method` are those of the last
    payment or credit, and mean something once nothing is open.
    """

    id: int
    number: str
    subject: str
    purchase_order: str
    issued_on: date
    due_on: date
    total: Money
    net: Money | None
    tax: Money | None
    open: Money
    paid: Money
    credited: Money
    withheld: Money
    given_up: Money
    processing: bool
    settled_on: date
    method: str
    papers: tuple[Paper, ...]


@dataclass(frozen=True, slots=True)
class PaperContent:
    """A file with its content."""

    file_name: str
    media_type: str
    content: bytes


@step
def invoices(*, creditor_id: int, customer_id: int) -> tuple[InvoiceStanding, ...]:
    """Every open invoice of a customer and the latest settled ones, by due date."""
    asked = {"creditor": creditor_id, "customer": customer_id, "settled": SETTLED_SHOWN}
    return tuple([_standing(row) for row in planned.rows(_INVOICES, asked)])


@step
def paper(*, creditor_id: int, customer_id: int, paper_id: int) -> PaperContent | None:
    """A file of one of the customer's own invoices; None for any other."""
    found = (
        Document.objects.filter(creditor_id=creditor_id, id=paper_id, invoice__customer_id=customer_id)
        .values_list("file_name", "media_type", "content")
        .first()
    )
    return None if found is None else PaperContent(found[0], found[1], bytes(found[2]))


def _standing(row: Any) -> InvoiceStanding:
    (key, number, subject, order, issued_on, due_on, currency, total, net, tax, left, *rest) = row
    paid, credited, withheld, processing, settled_on, method, ids, names, kinds = rest

    def money(minor: int) -> Money:
        return Money(currency, minor)

    both = net is not None and tax is not None and net + tax == total
    return InvoiceStanding(
        id=key,
        number=number,
        subject=subject,
        purchase_order=order,
        issued_on=issued_on,
        due_on=due_on,
        total=money(total),
        net=money(net) if both else None,
        tax=money(tax) if both else None,
        open=money(left),
        paid=money(paid),
        credited=money(credited),
        withheld=money(withheld),
        given_up=money(max(0, total - left - paid - credited - withheld)),
        processing=processing,
        settled_on=settled_on,
        method=method,
        papers=tuple(Paper(*one) for one in zip(ids or (), names or (), kinds or (), strict=True)),
    )
