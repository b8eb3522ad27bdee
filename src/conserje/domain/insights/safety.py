# SPDX-License-Identifier: Apache-2.0
"""How safe a stretch of time was: contacts made, what rules stopped or delayed, and what must never have happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo


class Figure(StrEnum):
    """The figures. Those of `NEVER` must be zero."""

    MADE = "made"
    STOPPED = "stopped"
    DELAYED = "delayed"
    ZONE_MISMATCH = "zone_mismatch"
    AFTER_CONSENT = "after_consent"
    AFTER_PAYMENT = "after_payment"
    WITHOUT_DECISION = "without_decision"


NEVER = (Figure.AFTER_CONSENT, Figure.AFTER_PAYMENT, Figure.WITHOUT_DECISION)
MADE_STATES = ("accepted", "delivered", "unsure", "handing_over")


@dataclass(frozen=True, slots=True)
class Made:
    """A contact that was handed over at `at`. `chasing`: it belongs to an episode, so a decision must stand behind it.

    `invoices` are those whose amounts it asked for.
    """

    id: int
    customer_id: int
    at: datetime
    channel: str
    chasing: bool
    decided: bool
    invoices: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """A customer whom a rule stopped or delayed (`figure`) at `at`."""

    customer_id: int
    at: datetime
    figure: Figure
    rule: str


@dataclass(frozen=True, slots=True)
class Consent:
    """A statement on a channel of a customer: `granted` or not."""

    id: int
    customer_id: int
    channel: str
    at: datetime
    granted: bool


@dataclass(frozen=True, slots=True)
class Posted:
    """A posting on what an invoice owes: positive makes it owe more."""

    invoice_id: int
    at: datetime
    minor: int


def after_consent(contacts: Sequence[Made], *, consents: Sequence[Consent]) -> list[Made]:
    """Contacts made although the last statement before them withdrew the permission."""
    found = []
    for contact in contacts:
        said = [
            item
            for item in consents
            if (item.customer_id, item.channel) == (contact.customer_id, contact.channel)
            and item.at < contact.at
        ]
        if said and not max(said, key=lambda item: (item.at, item.id)).granted:
            found.append(contact)
    return found


def after_payment(contacts: Sequence[Made], *, postings: Sequence[Posted]) -> list[Made]:
    """Contacts made about invoices of which none owed anything any more when they left.

    At the same instant a debt comes before the contact and a payment after it: neither order is known.
    """
    found = []
    for contact in contacts:
        owed = (
            sum(
                item.minor
                for item in postings
                if item.invoice_id == invoice
                and (item.at < contact.at or (item.at == contact.at and item.minor > 0))
            )
            for invoice in contact.invoices
        )
        if contact.chasing and contact.invoices and not any(minor > 0 for minor in owed):
            found.append(contact)
    return found


def without_decision(contacts: Sequence[Made]) -> list[Made]:
    """Contacts that chase and have no decision behind them."""
    return [contact for contact in contacts if contact.chasing and not contact.decided]


def by_rule(held: Sequence[Held], *, figure: Figure) -> dict[str, int]:
    """Customers that each rule stopped or delayed, each once, the rule with most first."""
    people: dict[str, set[int]] = {}
    for item in held:
        if item.figure is figure:
            people.setdefault(item.rule, set()).add(item.customer_id)
    return {rule: len(people[rule]) for rule in sorted(people, key=lambda rule: (-len(people[rule]), rule))}


def zones_disagree(*, address: Sequence[ZoneInfo], phones: Sequence[ZoneInfo], at: datetime) -> bool:
    """Whether no zone of the telephone has the clock of a zone of the address at `at`. Nothing known agrees."""
    clocks = {at.astimezone(zone).utcoffset() for zone in address}
    heard = {at.astimezone(zone).utcoffset() for zone in phones}
    return bool(clocks and heard) and clocks.isdisjoint(heard)
