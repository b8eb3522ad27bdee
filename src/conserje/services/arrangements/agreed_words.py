# SPDX-License-Identifier: Apache-2.0
"""The text of an agreement from its terms: the same terms, on the same invoices, in the same locale, the same hash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conserje.data.receivables.models import Contact, Customer, Invoice
from conserje.data.tenancy.models import Creditor
from conserje.domain.arrangements.plan import Part
from conserje.domain.arrangements.policy import Policy
from conserje.domain.arrangements.proposal import Terms
from conserje.domain.arrangements.settlement import Offer
from conserje.domain.kit.money import Money, total
from conserje.services.arrangements.agreed_text import AgreementText, AmountRow, Party
from conserje.services.tenancy.act import step
from conserje.services.tenancy.creditor import tax_label
from conserje.wording.agreement import agreement, label


@dataclass(frozen=True, slots=True)
class _Between:
    """The two sides, as the text names them; `known_as` is what customers call the creditor."""

    creditor: Party
    customer: Party
    known_as: str
    locale: str

    def text(self, kind: str, values: Mapping[str, Any], rows: Sequence[AmountRow]) -> AgreementText:
        sides = {
            "creditor": {"name": self.creditor.name, "tax_id": self.creditor.tax_id},
            "customer": {"name": self.customer.name, "tax_id": self.customer.tax_id},
            "known_as": self.known_as,
        }
        words = agreement(kind=kind, locale=self.locale, values=sides | dict(values))
        return AgreementText(
            locale=self.locale,
            title=words.title,
            creditor=self.creditor,
            customer=self.customer,
            before=words.before,
            head=words.head,
            amounts=tuple(rows),
            after=words.after,
        )


@step
def of_plan(
    *,
    creditor_id: int,
    customer_id: int,
    numbers: Sequence[str],
    parts: Sequence[Part],
    policy: Policy,
    locale: str,
) -> AgreementText:
    """What accepting a plan of these parts says; `numbers` are those of its invoices."""
    between = _between(creditor_id, customer_id, locale)
    rules = policy.plans
    values = {
        "numbers": list(numbers),
        "amount": total((part.amount for part in parts), currency=parts[0].amount.currency),
        "grace_days": policy.grace(),
        "move_after_days": rules.move_after_days,
        "date_changes": rules.date_changes,
        "date_change_days": rules.date_change_days,
    }
    rows = [
        AmountRow(label(locale=locale, key="instalment", number=str(part.position)), part.amount, part.due_on)
        for part in parts
    ]
    return between.text("plan", values, rows)


@step
def of_dispute(
    *, creditor_id: int, invoice: Invoice, terms: Terms, question_minor: int, locale: str
) -> AgreementText:
    """What a proposal about a disputed invoice says."""
    between = _between(creditor_id, invoice.customer_id, locale)

    def money(minor: int) -> Money:
        return Money(invoice.currency, minor)

    values = {
        "number": invoice.number,
        "question": money(question_minor),
        "pays": terms.pay_minor > 0,
        "pay": money(terms.pay_minor),
        "pay_by": terms.pay_by,
        "credits": terms.credit_minor > 0,
        "credit": money(terms.credit_minor),
        "lowers": terms.lowered_minor > 0,
        "lowered": money(terms.lowered_minor),
    }
    lines = [("question", money(question_minor), None), ("pay", money(terms.pay_minor), terms.pay_by)]
    lines += [("lowered", money(terms.lowered_minor), None)] if terms.lowered_minor else []
    lines += [("credit", money(terms.credit_minor), None)] if terms.credit_minor else []
    rows = [AmountRow(label(locale=locale, key=key), amount, on) for key, amount, on in lines]
    return between.text("dispute", values, rows)


@step
def of_settlement(
    *, creditor_id: int, customer_id: int, offer: Offer, numbers: Sequence[str], locale: str
) -> AgreementText:
    """What accepting a settlement says; `numbers` are those of its invoices."""
    between = _between(creditor_id, customer_id, locale)
    values = {
        "numbers": list(numbers),
        "question": offer.open,
        "pay": offer.pay,
        "pay_by": offer.pay_by,
        "count": len(offer.parts),
        "lowered": offer.given,
    }
    rows = [AmountRow(label(locale=locale, key="question"), offer.open)]
    if offer.parts:
        rows += [
            AmountRow(label(locale=locale, key="part", number=str(number)), amount, on)
            for number, (on, amount) in enumerate(offer.parts, start=1)
        ]
    else:
        rows.append(AmountRow(label(locale=locale, key="pay"), offer.pay, offer.pay_by))
    rows.append(AmountRow(label(locale=locale, key="lowered"), offer.given))
    return between.text("settlement", values, rows)


@step
def locale_of(*, creditor_id: int, customer_id: int) -> str:
    """The locale in which a customer reads: its usual contact's, its own, else the creditor's."""
    contacts = Contact.objects.filter(creditor_id=creditor_id, customer_id=customer_id, is_usual=True)
    own = Customer.objects.filter(creditor_id=creditor_id, id=customer_id).values_list("locale", flat=True)
    theirs = Creditor.objects.filter(id=creditor_id).values_list("locale", flat=True)
    found = (*contacts.order_by("id").values_list("locale", flat=True)[:1], *own, *theirs)
    return next((locale for locale in found if locale), "es")


def _between(creditor_id: int, customer_id: int, locale: str) -> _Between:
    creditor = Creditor.objects.get(id=creditor_id)
    customer = Customer.objects.get(creditor_id=creditor_id, id=customer_id)
    return _Between(
        Party(creditor.legal_name or creditor.name, _tax(creditor.tax_id, creditor.country)),
        Party(customer.name, _tax(customer.tax_id, customer.country or creditor.country)),
        creditor.name,
        locale,
    )


def _tax(number: str, country: str) -> str:
    return " ".join(part for part in (tax_label(country=country), number) if part) if number else ""
