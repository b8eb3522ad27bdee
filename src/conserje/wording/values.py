# SPDX-License-Identifier: Apache-2.0
"""The values a letter is made of: raw facts only. Words, dates and amounts are formatted here, never by the caller.

Every key is required; `None`, an empty text or an empty list says that there is nothing. These names are also what
somebody who edits a template may write: `validation` reads them from this file.
"""

from __future__ import annotations

from datetime import date
from typing import Literal, TypedDict

from conserje.domain.kit.money import Money

Kind = Literal[
    "preventive",
    "friendly",
    "follow_up",
    "follow_up_second",
    "formal",
    "formal_second",
    "final",
    "thank_you",
    "link_again",
    "code",
    "card_failed",
    "card_again",
    "card_ways",
    "card_pause",
    "card_expiring",
    "subscription_cancelled",
    "answer",
]
KINDS: tuple[Kind, ...] = (
    "preventive",
    "friendly",
    "follow_up",
    "follow_up_second",
    "formal",
    "formal_second",
    "final",
    "thank_you",
    "link_again",
    "code",
    "card_failed",
    "card_again",
    "card_ways",
    "card_pause",
    "card_expiring",
    "subscription_cancelled",
    "answer",
)

# What many letters have in common, each under its name as a template reads it.
SHARED = frozenset(("creditor", "links", "words", "brand", "options", "mandatory", "mandatory_rest"))


class CreditorValues(TypedDict):
    """Who writes. `name` is how customers know them; `identity_line` closes the letter ("Taller S.A.S., NIT 9...").

    `tax_id` is the number, with or without its label. `phone` is published on `website`; both may be empty together.
    `colour` is "#rrggbb". `logo_cid` names an inline attachment. `complaint_body` reads after "or" ("la SIC").
    `since` is the year since which creditor and customer have worked together.
    """

    name: str
    legal_name: str
    tax_id: str
    identity_line: str
    phone: str
    website: str
    portal_host: str
    signature_name: str
    signature_role: str
    reply_to: str
    colour: str
    logo_cid: str | None
    policy_url: str | None
    complaint_body: str | None
    since: int | None


class ContactValues(TypedDict):
    """Who reads. `name` as it stands in the book, however messy; empty when unknown."""

    name: str


class CustomerValues(TypedDict):
    """Who owes: a person is addressed in the singular, a company in the plural."""

    name: str
    kind: Literal["person", "company"]


class PartValues(TypedDict):
    """Instalment `number` of `count`. When it is missed it moves to the end after `moves_on`; None: that was used."""

    number: int
    count: int
    moves_on: date | None


class InvoiceValues(TypedDict):
    """One invoice or one of its due dates. `days_late` is negative before the due date.

    `part` says which instalment of a payment plan is asked for; then the amounts are the instalment's.

    `subject` is the project or service and `purchase_order` the customer's order; both may be empty.
    `open` = `total` - `paid` - `credited` + `interest` + `fees`, or less (withholdings, disputed parts); never more.
    `net` and `tax` are both set or both `None`. `documents` are the file names of this invoice.
    """

    number: str
    subject: str
    purchase_order: str
    issued_on: date
    due_on: date
    open: Money
    total: Money
    net: Money | None
    tax: Money | None
    paid: Money
    credited: Money
    interest: Money
    fees: Money
    days_late: int
    documents: list[str]
    part: PartValues | None


class BalanceValues(TypedDict):
    """The sum of the invoices in one currency; the same arithmetic as `InvoiceValues`."""

    currency: str
    open: Money
    total: Money
    net: Money | None
    tax: Money | None
    paid: Money
    credited: Money
    interest: Money
    fees: Money


class LinkValues(TypedDict):
    """https addresses on the portal. `portal` sees and pays; `stop` ends this channel; `card` leads to a new card,
    `cancel` ends a subscription; the rest as named.
    """

    portal: str
    stop: str
    preferences: str
    complaint: str | None
    genuine: str
    card: str
    cancel: str


class AnnouncedValues(TypedDict):
    """Where this contact was announced: the day and the channel (a `Channel` value) of an earlier message."""

    on: date
    channel: str


class NextValues(TypedDict):
    """What comes next if nothing happens.

    `contact`: one more message, `on` a day, through `channel` (a `Channel` value), with the words of `letter` if it
    is written. `last`: this is the last message that leaves by itself; a person decides. `person`: somebody of the
    creditor looks at it (`on` a day if known). `none`: nothing is planned.
    """

    kind: Literal["contact", "last", "person", "none"]
    on: date | None
    channel: str | None
    letter: str | None


class OptionValues(TypedDict):
    """What can be honoured today: an offer is written only if its flag is true.

    `methods` are codes of the word table (card, bank_transfer, pse, nequi) or names written as they come.
    """

    pay: bool
    choose_date: bool
    plan: bool
    settle: bool
    disagree: bool
    wrong_person: bool
    methods: list[str]


class HistoryValues(TypedDict):
    """One contact made: the day, the `Channel` value, the letter kind, and the `ContactOutcome` value."""

    on: date
    channel: str
    kind: str
    outcome: str


class PaidInvoiceValues(TypedDict):
    """An invoice a payment went to: how much of it, and what stays open."""

    number: str
    subject: str
    applied: Money
    open: Money


class RemainingValues(TypedDict):
    """An invoice still open after a payment."""

    number: str
    subject: str
    due_on: date
    open: Money


class PaymentValues(TypedDict):
    """A payment received. An empty `remaining` closes the matter."""

    amount: Money
    received_on: date
    method: str
    invoices: list[PaidInvoiceValues]
    remaining: list[RemainingValues]


class AnswerValues(TypedDict):
    """What was answered. `number` names the invoice of a dispute, else empty; `until` is the last day to accept it.

    `link` leads to the page where the answer stands.
    """

    about: Literal[
        "dispute_message",
        "dispute_proposal",
        "dispute_agreed",
        "dispute_closed",
        "plan_offered",
        "plan_agreed",
        "plan_refused",
        "enquiry",
        "complaint",
    ]
    number: str
    until: date | None
    link: str


class LetterValues(TypedDict):
    """Everything a letter may say. `local_hour` is 0-23 where the reader is.

    `mandatory` maps the slot of a country pack to its text, already in the reader's language. `code` is what stands for
    six digits until the letter leaves, empty in other letters.
    """

    creditor: CreditorValues
    contact: ContactValues
    customer: CustomerValues
    local_hour: int
    invoices: list[InvoiceValues]
    balances: list[BalanceValues]
    attachments: list[str]
    links: LinkValues
    announced: AnnouncedValues | None
    next: NextValues
    options: OptionValues
    history: list[HistoryValues]
    answer_by: date | None
    mandatory: dict[str, str]
    payment: PaymentValues | None
    answer: AnswerValues | None
    code: str
