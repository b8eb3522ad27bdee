# SPDX-License-Identifier: Apache-2.0
"""What a plan would be, before anybody agrees to it: which invoices, how much, on which days, and what policy says."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from conserje.domain.arrangements import plan as domain
from conserje.domain.arrangements import policy as rules
from conserje.domain.arrangements.plan import Part, Spacing, Terms
from conserje.domain.arrangements.policy import Answer, Policy
from conserje.domain.kit.money import Money, total
from conserje.services.arrangements import policy
from conserje.services.outreach import law, local_day
from conserje.services.tenancy.act import step

# Open, in no plan, of no dispute, and of no payment that a bank is confirming.
_FREE = """
SELECT i.id, i.number, i.subject, i.currency, i.open_minor, i.first_due_on
  FROM receivables_invoice i
 WHERE i.creditor_id = %(creditor)s AND i.customer_id = %(customer)s AND i.open_minor > 0
   AND NOT EXISTS (SELECT 1 FROM arrangements_planinvoice x
                    WHERE x.creditor_id = i.creditor_id AND x.invoice_id = i.id AND x.bound_at IS NOT NULL
                      AND x.freed_at IS NULL)
   AND NOT EXISTS (SELECT 1 FROM arrangements_dispute d
                    WHERE d.creditor_id = i.creditor_id AND d.invoice_id = i.id AND d.closed_at IS NULL)
   AND NOT EXISTS (SELECT 1 FROM receivables_checkoutline l
                     JOIN receivables_checkout k ON k.creditor_id = l.creditor_id AND k.id = l.checkout_id
                    WHERE l.creditor_id = i.creditor_id AND l.invoice_id = i.id
                      AND k.state IN ('processing', 'waiting'))
 ORDER BY i.first_due_on, i.id"""

_CUSTOMER = """
SELECT u.name, u.kind, u.country, u.subdivision, r.country FROM receivables_customer u
  JOIN tenancy_creditor r ON r.id = u.creditor_id
 WHERE u.creditor_id = %(creditor)s AND u.id = %(customer)s"""


class Refused(ValueError):
    """The plan cannot be as asked; its first argument is the code of the sentence to show."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants: these invoices (none: all that may be) of one currency, in these parts."""

    currency: str
    number: int
    spacing: Spacing
    first_on: date
    invoice_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Free:
    """An invoice that may be part of a plan, with what is open of it."""

    id: int
    number: str
    subject: str
    open: Money
    due_on: date


@dataclass(frozen=True, slots=True)
class Room:
    """What can be arranged with a customer on `today`, their own day: their free invoices and the policy in force.

    `place` is where its holidays are: country and subdivision, "CO/CO-ANT".
    """

    customer_id: int
    customer: str
    kind: str
    place: str
    today: date
    invoices: tuple[Free, ...]
    policy: Policy

    def of(self, currency: str) -> tuple[Free, ...]:
        """The free invoices of one currency."""
        return tuple(item for item in self.invoices if item.open.currency == currency)

    def offered(self) -> tuple[str, ...]:
        """The currencies of which policy offers a plan at all."""
        return tuple(
            code
            for code in dict.fromkeys(item.open.currency for item in self.invoices)
            if rules.offered(policy=self.policy.plans, kind=self.kind, amount=whole(self.of(code)))
        )


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan as it would be: `parts` of `amount`, and what policy says to it."""

    wish: Wish
    terms: Terms
    invoices: tuple[Free, ...]
    amount: Money
    parts: tuple[Part, ...]
    answer: Answer


def whole(invoices: Sequence[Free]) -> Money:
    """What is open of these invoices; at least one, all of one currency."""
    return total((item.open for item in invoices), currency=invoices[0].open.currency)


@step
def room(*, creditor_id: int, customer_id: int, now: datetime) -> Room:
    """What can be arranged with a customer. Raises `LookupError` when there is no such customer."""
    asked = {"creditor": creditor_id, "customer": customer_id}
    with connection.cursor() as cursor:
        cursor.execute(_CUSTOMER, asked)
        row = cursor.fetchone()
        if row is None:
            raise LookupError(f"There is no customer {customer_id}.")
        cursor.execute(_FREE, asked)
        free = tuple(
            Free(key, number, subject, Money(code, minor), due_on)
            for key, number, subject, code, minor, due_on in cursor.fetchall()
        )
    name, kind, country, subdivision, own = row
    place = f"{country or own}/{subdivision}"
    today = local_day.today(creditor_id=creditor_id, customer_id=customer_id, now=now)
    return Room(customer_id, name, kind, place, today, free, policy.in_force(creditor_id=creditor_id))


def draft(*, of: Room, wish: Wish) -> Draft:
    """The plan that `wish` comes to, whatever policy says. Raises `Refused` when no plan can be made of it."""
    chosen = of.of(wish.currency)
    if wish.invoice_ids:
        chosen = tuple(item for item in chosen if item.id in wish.invoice_ids)
        if len(chosen) != len(set(wish.invoice_ids)):
            raise Refused("invoices_changed")
    if not chosen:
        raise Refused("nothing_open")
    if wish.first_on < of.today:
        raise Refused("first_in_the_past")
    amount = whole(chosen)
    down = rules.down_payment(policy=of.policy.plans, amount=amount)
    terms = Terms(wish.number, wish.spacing, wish.first_on, down)
    try:
        parts = domain.schedule(amount=amount, terms=terms, closed=closed_in(place=of.place))
    except ValueError as error:
        raise Refused("number_out_of_bounds") from error
    answer = rules.judge(policy=of.policy.plans, kind=of.kind, terms=terms, parts=parts, today=of.today)
    return Draft(wish, terms, chosen, amount, parts, answer)


def closed_in(*, place: str) -> Callable[[date], bool]:
    """Whether a day is a holiday at `place` ("CO/CO-ANT"); where no pack knows the days, only weekends rest."""
    country, _, subdivision = place.partition("/")
    days: Collection[date] = frozenset(
        day for pack in law.stack_for(country=country).packs for day in pack.holidays.within(subdivision).days
    )
    return lambda on: on in days
