# SPDX-License-Identifier: Apache-2.0
"""Papers that a customer takes away: the statement, the receipt of a payment, the paz y salvo, an agreement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from django.db import connection

from conserje.domain.kit.days import zone
from conserje.domain.kit.money import Money, total
from conserje.services.arrangements.agreed_text import SignedText
from conserje.services.receivables import account
from conserje.services.receivables.account import InvoiceStanding
from conserje.services.tenancy.act import step
from conserje.services.tenancy.creditor import Facts, tax_label
from conserje.wording import paper, shelf
from conserje.wording.formats import day, money
from conserje.wording.paper import Issuer, Paper, Table

PAYMENTS_SHOWN: Final = 50
_DEFAULT_COLOUR: Final = "#31556b"

_CUSTOMER = """
SELECT u.name, u.tax_id, coalesce(nullif(u.country, ''), r.country) FROM receivables_customer u
  JOIN tenancy_creditor r ON r.id = u.creditor_id WHERE u.creditor_id = %(creditor)s AND u.id = %(customer)s"""

# What went back was not received.
_PAYMENTS = """
SELECT y.id, y.currency, y.amount_minor, y.unallocated_minor, y.value_on, y.method, y.reference
  FROM receivables_payment y
 WHERE y.creditor_id = %(creditor)s AND y.customer_id = %(customer)s
   AND NOT EXISTS (SELECT 1 FROM receivables_paymentreversal r
                    WHERE r.creditor_id = y.creditor_id AND r.payment_id = y.id)
 ORDER BY y.value_on DESC, y.id DESC LIMIT %(limit)s"""

_APPLIED = """
SELECT i.number, i.subject, i.currency, sum(a.amount_minor)::bigint, i.open_minor
  FROM receivables_allocation a JOIN receivables_invoice i ON i.creditor_id = a.creditor_id AND i.id = a.invoice_id
 WHERE a.creditor_id = %(creditor)s AND a.payment_id = %(payment)s
 GROUP BY i.id HAVING sum(a.amount_minor) > 0 ORDER BY i.first_due_on, i.id"""


class StillOpen(ValueError):
    """Something is open, or nothing was ever paid: no paz y salvo. `numbers` are the open invoices."""

    def __init__(self, numbers: Sequence[str]) -> None:
        self.numbers = tuple(numbers)
        super().__init__("A paz y salvo is given when every invoice is paid.")


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment received and not taken back; `unallocated` is what of it is not yet applied."""

    id: int
    amount: Money
    unallocated: Money
    value_on: date
    method: str
    reference: str


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom a paper is made, in which words, and on which day where they are."""

    creditor: Facts
    customer_id: int
    locale: str
    today: date


@dataclass(frozen=True, slots=True)
class File:
    """A finished paper: its name without ending, and its bytes."""

    name: str
    content: bytes


@step
def payments(*, creditor_id: int, customer_id: int) -> list[Payment]:
    """The latest payments of a customer, newest first."""
    rows = _rows(_PAYMENTS, creditor_id, customer_id, limit=PAYMENTS_SHOWN)
    return [
        Payment(row[0], Money(row[1], row[2]), Money(row[1], row[3]), row[4], row[5], row[6]) for row in rows
    ]


@step
def statement(*, creditor_id: int, reader: Reader) -> File:
    """What is open, invoice by invoice and currency by currency, and the payments received."""
    words = paper.words(reader.locale)["statement"]
    rows = [row for row in _invoices(creditor_id, reader) if row.open]
    by_currency: dict[str, list[InvoiceStanding]] = defaultdict(list)
    for row in rows:
        by_currency[row.open.currency].append(row)
    intro = words["intro" if rows else "none"].format(creditor=_legal_name(reader.creditor))
    tables = [_open_table(words, reader, code, same) for code, same in sorted(by_currency.items())]
    received = payments(creditor_id=creditor_id, customer_id=reader.customer_id)
    if received:
        tables.append(
            Table(
                head=tuple(words["payments_head"]),
                rows=tuple(
                    (
                        day(one.value_on, "day_table", reader.locale),
                        method_words(one.method, locale=reader.locale),
                        one.reference,
                        money(one.amount, reader.locale),
                    )
                    for one in received
                ),
                title=words["payments"],
                right=3,
            )
        )
    return _file(creditor_id, reader, words, words["title"], before=(intro,), tables=tuple(tables))


@step
def receipt(*, creditor_id: int, reader: Reader, payment_id: int) -> File | None:
    """The receipt of one payment of this customer; None for any other, or one that went back."""
    every = _rows(_PAYMENTS, creditor_id, reader.customer_id, limit=None)
    row = next((row for row in every if row[0] == payment_id), None)
    if row is None:
        return None
    words, locale = paper.words(reader.locale)["receipt"], reader.locale
    _id, currency, minor, unallocated, value_on, method, reference = row
    how = shelf.words(locale)["paid_by"]
    intro = words["intro"].format(
        creditor=_legal_name(reader.creditor),
        customer=_customer(creditor_id, reader)[0],
        amount=money(Money(currency, minor), locale),
        day=day(value_on, "day_long", locale),
        how=how.get(method, how["default"].format(method=method)) if method else "",
    )
    applied = [
        (
            named(number=number, subject=subject),
            money(Money(code, part), locale),
            money(Money(code, left), locale),
        )
        for number, subject, code, part, left in _rows(
            _APPLIED, creditor_id, reader.customer_id, payment=payment_id
        )
    ]
    before = [intro.replace(" .", ".")]
    if reference:
        before.append(words["reference"].format(reference=reference))
    after = [words["thanks"]]
    if unallocated:
        after.insert(0, words["unallocated"].format(amount=money(Money(currency, unallocated), locale)))
    tables = (Table(tuple(words["head"]), tuple(applied)),) if applied else ()
    made = _file(creditor_id, reader, words, words["title"], before=before, tables=tables, after=after)
    return File(f"{made.name}-{payment_id}", made.content)


@step
def clearance(*, creditor_id: int, reader: Reader) -> File:
    """The paz y salvo, in the words of the customer's country. Raises `StillOpen`."""
    rows = _invoices(creditor_id, reader)
    open_numbers = [row.number for row in rows if row.open or row.processing]
    settled = [row for row in rows if not row.open]
    if open_numbers or not settled:
        raise StillOpen(open_numbers)
    words, locale = paper.words(reader.locale)["clearance"], reader.locale
    name, _tax_id, country = _customer(creditor_id, reader)
    said, titles = words["said"], words["titles"]
    intro = words["intro"].format(
        creditor=_legal_name(reader.creditor),
        customer=name,
        said=said.get(country, said["default"]),
        day=day(reader.today, "day_long", locale),
    )
    lines = tuple(
        (
            named(number=row.number, subject=row.subject),
            day(row.due_on, "day_table", locale),
            money(row.total, locale),
            day(row.settled_on, "day_table", locale),
        )
        for row in reversed(settled)
    )
    after = [words["outro"]]
    if len(settled) >= account.SETTLED_SHOWN:
        after.insert(0, words["more"].format(count=len(settled)))
    signed = reader.creditor.brand.get("signature_name", "")
    return _file(
        creditor_id,
        reader,
        words,
        titles.get(country, titles["default"]),
        before=(intro,),
        tables=(Table(tuple(words["head"]), lines),),
        after=after,
        signatures=((signed, _legal_name(reader.creditor)),) if signed else (),
    )


@step
def agreement(*, creditor_id: int, reader: Reader, signed: SignedText, zone_name: str) -> File:
    """Something agreed, word for word as it was accepted, with the hash that was accepted; hours are of `zone_name`."""
    text = signed.text
    words = paper.words(text.locale)
    rows = tuple(
        (
            row.label,
            day(row.on, "day_long", text.locale) if row.on is not None else "",
            money(row.amount, text.locale),
        )
        for row in text.amounts
    )
    signatures = []
    for one in signed.signatures:
        at, side = one.at.astimezone(zone(zone_name)), signed.signed_for(one)
        who = (one.name, side) if one.name and one.name != side else (side,)
        signatures.append((*who, f"{day(at.date(), 'day_long', text.locale)}, {at:%H:%M}"))
    return _file(
        creditor_id,
        replace(reader, locale=text.locale),
        words["agreement"],
        text.title,
        before=text.before,
        tables=(Table(text.head, rows, right=2),),
        after=(*text.after, words["agreement"]["accepted"]),
        signatures=tuple(signatures),
        mark=words["check"].format(hash=text.hash),
    )


def method_words(method: str, *, locale: str) -> str:
    """A way of paying as papers name it."""
    return str(shelf.words(locale)["methods"].get(method, method))


def _open_table(
    words: dict[str, Any], reader: Reader, currency: str, rows: Sequence[InvoiceStanding]
) -> Table:
    locale = reader.locale

    def other(row: InvoiceStanding) -> Money:
        return row.credited + row.withheld + row.given_up

    return Table(
        head=tuple(words["head"]),
        rows=tuple(
            (
                named(number=row.number, subject=row.subject),
                day(row.issued_on, "day_table", locale),
                day(row.due_on, "day_table", locale),
                money(row.total, locale),
                money(row.paid, locale),
                money(other(row), locale),
                money(row.open, locale),
            )
            for row in rows
        ),
        total=(
            words["total"],
            "",
            "",
            money(total((row.total for row in rows), currency=currency), locale),
            money(total((row.paid for row in rows), currency=currency), locale),
            money(total((other(row) for row in rows), currency=currency), locale),
            money(total((row.open for row in rows), currency=currency), locale),
        ),
        title=words["in_currency"].format(currency=currency),
        right=3,
    )


def _file(creditor_id: int, reader: Reader, words: dict[str, Any], title: str, **parts: Any) -> File:
    name, tax_id, country = _customer(creditor_id, reader)
    every = paper.words(reader.locale)
    recipient = [every["reference"].format(name=name)]
    if tax_id:
        recipient.append(every["tax_id"].format(label=tax_label(country=country), number=tax_id))
    made = paper.pdf(
        Paper(
            locale=reader.locale,
            title=title,
            issuer=_issuer(reader),
            on=day(reader.today, "day_long", reader.locale),
            recipient=tuple(recipient),
            **parts,
        )
    )
    return File(words["file"], made)


def _issuer(reader: Reader) -> Issuer:
    facts, brand = reader.creditor, reader.creditor.brand
    phone, website = brand.get("phone_published", ""), brand.get("website", "")
    how = paper.words(reader.locale)["page"].format(phone=phone, website=website)
    return Issuer(
        name=facts.name,
        identity=_legal_name(facts),
        lines=(how,) if phone and website else (),
        colour=brand.get("colour") or _DEFAULT_COLOUR,
        country=facts.country,
    )


def _legal_name(facts: Facts) -> str:
    name = facts.legal_name or facts.name
    return f"{name}, {tax_label(country=facts.country)} {facts.tax_id}" if facts.tax_id else name


def named(*, number: str, subject: str) -> str:
    """An invoice as papers name it: its number and what it was for."""
    return " · ".join(text for text in (number, subject) if text)


def _invoices(creditor_id: int, reader: Reader) -> tuple[InvoiceStanding, ...]:
    return account.invoices(creditor_id=creditor_id, customer_id=reader.customer_id)


def _customer(creditor_id: int, reader: Reader) -> tuple[str, str, str]:
    (row,) = _rows(_CUSTOMER, creditor_id, reader.customer_id)
    return row[0], row[1], row[2]


def _rows(sql: str, creditor_id: int, customer_id: int, **more: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"creditor": creditor_id, "customer": customer_id, **more})
        return list(cursor.fetchall())
