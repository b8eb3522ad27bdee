# SPDX-License-Identifier: Apache-2.0
"""The text of an agreement from its terms: the same terms, on the same invoice, in the same locale, the same hash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from conserje.data.receivables.models import Contact, Customer, Invoice
from conserje.data.tenancy.models import Creditor
from conserje.domain.arrangements.deed import Deed
from conserje.domain.arrangements.proposal import Terms
from conserje.domain.arrangements.settlement import Offer
from conserje.domain.kit.days import zone
from conserje.domain.kit.money import Money
from conserje.services.arrangements.agreed_text import AgreementText, AmountRow, Party, SignedText
from conserje.services.arrangements.speaker import CUSTOMER
from conserje.services.tenancy.act import step
from conserje.services.tenancy.creditor import tax_label
from conserje.wording import agreements, formats
from conserje.wording.agreements import Worded, label


@dataclass(frozen=True, slots=True)
class _Between:
    """The two sides, as the text names them."""

    creditor: Party
    customer: Party
    locale: str

    def names(self) -> dict[str, object]:
        return {"creditor": self.creditor.name, "customer": self.customer.name}

    def text(self, words: Worded, rows: Sequence[AmountRow]) -> AgreementText:
        return AgreementText(
            self.locale, words.title, self.creditor, self.customer, words.paragraphs, tuple(rows)
        )


@step
def of_dispute(
    *, creditor_id: int, invoice: Invoice, terms: Terms, question_minor: int, locale: str
) -> AgreementText:
    """What a proposal about a disputed invoice says."""
    between = _between(creditor_id, invoice.customer_id, locale)

    def money(minor: int) -> Money:
        return Money(invoice.currency, minor)

    values = between.names() | {
        "number": invoice.number,
        "question": money(question_minor),
        "pay": money(terms.pay_minor),
        "pay_by": terms.pay_by,
        "credit": money(terms.credit_minor),
        "lowered": money(terms.lowered_minor),
    }
    words = agreements.worded(locale=locale, kind="dispute", keys=_clauses(terms), values=values)
    lines = [("question", money(question_minor), None), ("pay", money(terms.pay_minor), terms.pay_by)]
    lines += [("lowered", money(terms.lowered_minor), None)] if terms.lowered_minor else []
    lines += [("credit", money(terms.credit_minor), None)] if terms.credit_minor else []
    rows = [AmountRow(label(locale=locale, key=key), amount, on) for key, amount, on in lines]
    return between.text(words, rows)


@step
def of_settlement(
    *, creditor_id: int, customer_id: int, offer: Offer, numbers: Sequence[str], locale: str
) -> AgreementText:
    """What accepting a settlement says; `numbers` are those of its invoices."""
    between = _between(creditor_id, customer_id, locale)
    values = between.names() | {
        "invoices": agreements.numbers(numbers, locale=locale),
        "question": offer.open,
        "pay": offer.pay,
        "pay_by": offer.pay_by,
        "count": len(offer.parts),
        "lowered": offer.given,
    }
    keys = ("opening", "pay_parts" if offer.parts else "pay", "given", "paper", "meanwhile", "nothing_more")
    words = agreements.worded(locale=locale, kind="settlement", keys=keys, values=values)
    rows = [AmountRow(label(locale=locale, key="question"), offer.open)]
    if offer.parts:
        rows += [
            AmountRow(label(locale=locale, key="part", number=str(number)), amount, on)
            for number, (on, amount) in enumerate(offer.parts, start=1)
        ]
    else:
        rows.append(AmountRow(label(locale=locale, key="pay"), offer.pay, offer.pay_by))
    rows.append(AmountRow(label(locale=locale, key="lowered"), offer.given))
    return between.text(words, rows)


@step
def locale_of(*, creditor_id: int, customer_id: int) -> str:
    """The locale in which a customer reads: its usual contact's, its own, else the creditor's."""
    contacts = Contact.objects.filter(creditor_id=creditor_id, customer_id=customer_id, is_usual=True)
    own = Customer.objects.filter(creditor_id=creditor_id, id=customer_id).values_list("locale", flat=True)
    theirs = Creditor.objects.filter(id=creditor_id).values_list("locale", flat=True)
    found = (*contacts.order_by("id").values_list("locale", flat=True)[:1], *own, *theirs)
    return next((locale for locale in found if locale), "es")


def as_deed(*, signed: SignedText, zone_name: str) -> Deed:
    """A signed text as papers print it: amounts and days in the words of its locale, hours of `zone_name`."""
    text = signed.text
    names = {True: text.customer.name, False: text.creditor.name}
    rows = tuple(
        (
            row.label,
            formats.day(row.on, "day_long", text.locale) if row.on is not None else "",
            formats.money(row.amount, text.locale),
        )
        for row in text.amounts
    )
    signatures = []
    for one in signed.signatures:
        at = one.at.astimezone(zone(zone_name))
        day = formats.day(at.date(), "day_long", text.locale)
        signatures.append((names[one.by == CUSTOMER], f"{day}, {at:%H:%M}"))
    return Deed(
        text.title, text.paragraphs, agreements.head(locale=text.locale), rows, tuple(signatures), text.hash
    )


def _clauses(terms: Terms) -> tuple[str, ...]:
    if not terms.pay_minor:
        paid: tuple[str, ...] = ("lowered_at_once",)
    else:
        paid = ("pay", "lowered_on_payment" if terms.lowered_minor else "closed_by_payment")
    return (
        "opening",
        *paid,
        *(("credit",) if terms.credit_minor else ()),
        *(("paper",) if terms.lowered_minor else ()),
        *(("meanwhile",) if terms.pay_minor else ()),
        "nothing_more",
    )


def _between(creditor_id: int, customer_id: int, locale: str) -> _Between:
    creditor = Creditor.objects.get(id=creditor_id)
    customer = Customer.objects.get(creditor_id=creditor_id, id=customer_id)
    return _Between(
        Party(creditor.legal_name or creditor.name, _tax(creditor.tax_id, creditor.country)),
        Party(customer.name, _tax(customer.tax_id, customer.country or creditor.country)),
        locale,
    )


def _tax(number: str, country: str) -> str:
    return " ".join(part for part in (tax_label(country=country), number) if part) if number else ""
