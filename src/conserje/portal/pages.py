# SPDX-License-Identifier: Apache-2.0
"""What each portal page shows, as plain values: the views fill these, the templates read nothing else.

Every page is handed to its template as `page`. All words are ready to show, in the customer's language;
dates are days in the customer's zone. Nothing here may name the software: the customer sees the creditor
only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from conserje.domain.kit.money import Money
from conserje.ui.listing import Option, Pager

_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Brand:
    """The creditor as its customer knows it. `creditor` is the public id in addresses.

    `phone` and the site it is published on (`phone_published_on`, "tallerejemplo.co") prove who writes.
    `logo_url` is our own address or empty (then the initial is drawn). `stylesheet_version` changes when
    the colour changes. `collector` is the agency or person who writes in the creditor's name, where one
    must be named.
    """

    creditor: str
    name: str
    legal_name: str
    tax_id: str = ""
    logo_url: str = ""
    stylesheet_version: str = "1"
    reply_address: str = ""
    phone: str = ""
    phone_published_on: str = ""
    phone_hours: str = ""
    host: str = ""
    privacy_url: str = ""
    complaint_authority: str = ""
    complaint_url: str = ""
    collector: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A file of an invoice. `kind` is "PDF" or "XML"; `url` comes from `portal:document`."""

    label: str
    kind: str
    url: str


@dataclass(frozen=True, slots=True)
class AmountLine:
    """One part of an amount. `kind`: net, tax, paid, credited, withheld, interest, fees.

    `label` replaces the usual word.

    Parts that lower the balance are negative. Interest and fees are always listed, also when 0.
    """

    kind: str
    amount: Money
    label: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """Why nothing is sent about an invoice. `kind`: scheduled, already_paid, disputed, agreed, processing, waiting or
    held.

    `part` is what is on pause when it is not the whole invoice.

    `on` is the day it is about (the promised day, the day paid); `until` the day the pause ends, None while
    open.
    """

    kind: str
    on: date | None = None
    until: date | None = None
    part: Money | None = None


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An invoice with a balance. `due_on` is the earliest open due date;

    `more_due` later (day, amount) instalments.

    `ticked` is what the page proposes to pay; `payable` is False while a payment of it is being confirmed.
    `pays` is what paying it pays: what is open less the part that is disputed. `progress` is where it stands in the
    reader's own house (received, accepted, missing), empty while nothing was said; `progress_url` is where they say it.
    `pay_label` names its box to who does not see it.
    """

    id: str
    number: str
    open: Money
    due_on: date
    issued_on: date
    lines: tuple[AmountLine, ...] = ()
    subject: str = ""
    purchase_order: str = ""
    more_due: tuple[tuple[date, Money], ...] = ()
    documents: tuple[Document, ...] = ()
    pause: Pause | None = None
    ticked: bool = True
    payable: bool = True
    pays: Money | None = None
    progress: str = ""
    progress_url: str = ""
    pay_label: str = ""

    @property
    def title(self) -> str:
        """What it is for, else its number."""
        return self.subject or self.number

    @property
    def pays_minor(self) -> str:
        """What paying it pays, in minor units, for a script that adds up."""
        return str((self.open if self.pays is None else self.pays).minor)


@dataclass(frozen=True, slots=True)
class CurrencyGroup:
    """The open invoices of one currency; each currency is paid in its own checkout.

    `pay_all` is what the large button pays: every payable invoice of the group that is ticked at first, on
    all pages. `can_pay` is False when no gateway takes this currency; then `other_ways` says how to pay
    (one line each). `calm` is True when everything is on pause: paying is possible, and not asked for.
    `attempt` makes a double tap one payment; `seen` marks what the reader saw, so that an
    account that changed meanwhile is told and not charged. `ways` are gateways to choose among, empty for one alone.
    """

    currency: str
    open: Money
    overdue: Money
    pay_all: Money
    invoices: tuple[OpenInvoice, ...]
    count: int
    can_pay: bool = True
    other_ways: tuple[str, ...] = ()
    pager: Pager | None = None
    calm: bool = False
    attempt: str = ""
    seen: str = ""
    ways: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class PastTouch:
    """A contact made, or one received. `state` is a touch state (see `ui.labels.DELIVERIES`).

    `reason` is why it was sent, in a line; `said` what it said, in a line; `to` the person, masked when not
    the reader; `url` leads to its words, which open with a code.
    """

    on: date
    channel: str
    reason: str
    state: str
    said: str = ""
    to: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class NextStep:
    """What `project` tells will happen if nothing changes. `what` is the step in the customer's words.

    `recipients` are names; a new person (an escalation) has `new_recipients` True. `channel` is empty for a
    step that is no contact (a person decides, a pause ends).
    """

    on: date
    what: str
    channel: str = ""
    recipients: tuple[str, ...] = ()
    new_recipients: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class PaidInvoice:
    """An invoice without balance. `how` is "PSE", "transfer"... in words; `documents` hold the receipt."""

    number: str
    subject: str
    total: Money
    settled_on: date
    how: str = ""
    documents: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True)
class DoorShown:
    """One way forward on the account page: see `doors`."""

    title: str
    sentence: str
    url: str
    icon: str


@dataclass(frozen=True, slots=True)
class HomePage:
    """`portal/account/show.html`, at `portal:home`.

    `greeting` is the ready line ("Buenos días, Laura."), empty when no name is safe to use. `steps` run
    forward; an empty tuple with `quiet` (a sentence) says why nothing is planned. `message` answers the act
    just made (after a redirect); `warning` says kindly why it was not made.
    """

    brand: Brand
    today: date
    customer: str
    groups: tuple[CurrencyGroup, ...]
    steps: tuple[NextStep, ...]
    touches: tuple[PastTouch, ...]
    paid: tuple[PaidInvoice, ...] = ()
    greeting: str = ""
    quiet: str = ""
    paused: bool = False
    older_touches: int = 0
    doors: tuple[DoorShown, ...] = ()
    beside: tuple[DoorShown, ...] = ()
    message: str = ""
    warning: str = ""
    theme: str = ""


@dataclass(frozen=True, slots=True)
class ResultPage:
    """`portal/payment/result.html`, at `portal:result`. `state`:

    paid, processing, waiting, declined, cancelled, expired. `until` is the last day of a reference that waits.

    `remaining` is what stays open by currency; `try_again_url` is the home page, or the checkout while it
    is still open. `detail` is the bank's reason in plain words, empty when none is known.
    """

    brand: Brand
    today: date
    state: str
    amount: Money
    invoices: tuple[str, ...] = ()
    on: date | None = None
    how: str = ""
    reference: str = ""
    remaining: tuple[Money, ...] = ()
    receipt_url: str = ""
    try_again_url: str = ""
    detail: str = ""
    until: date | None = None
    theme: str = ""


@dataclass(frozen=True, slots=True)
class TellPage:
    """`portal/told/paid.html` and `portal/told/scheduled.html`: the customer tells us a fact;

    a form without questions why.

    `invoices` are options (value: invoice id). `values` and `errors` are keyed by field name. `earliest`
    and `latest` bound the date.
    """

    brand: Brand
    today: date
    invoices: tuple[Option, ...]
    earliest: date
    latest: date
    methods: tuple[Option, ...] = ()
    values: Mapping[str, str] = field(default_factory=lambda: _NONE)
    errors: Mapping[str, str] = field(default_factory=lambda: _NONE)
    theme: str = ""


@dataclass(frozen=True, slots=True)
class ToldPage:
    """`portal/told/done.html`: what was written down and what it does. `kind`: paid, scheduled.

    `paused_until` is None while the pause lasts until a person has looked.
    """

    brand: Brand
    today: date
    kind: str
    on: date
    invoices: tuple[str, ...]
    paused_until: date | None = None
    theme: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """One way we reach the reader. `shown` is masked ("l•••@ejemplo.co");

    `given` says how we came to have it.
    """

    id: str
    channel: str
    shown: str
    allowed: bool
    given: str = ""
    stopped_on: date | None = None


@dataclass(frozen=True, slots=True)
class PreferencesPage:
    """`portal/preferences/show.html`, at `portal:preferences`;

    POST fields `act` (stop, resume) and `address` (id or "all"); `act` (hours), `from_hour` and `to_hour`; `act`
    (language) and `locale`.
    """

    brand: Brand
    today: date
    addresses: tuple[Address, ...]
    message: str = ""
    theme: str = ""
    from_hours: tuple[Option, ...] = ()
    to_hours: tuple[Option, ...] = ()
    locales: tuple[Option, ...] = ()

    @property
    def any_allowed(self) -> bool:
        """Whether there is still something to stop."""
        return any(address.allowed for address in self.addresses)


@dataclass(frozen=True, slots=True)
class UnsubscribePage:
    """`portal/unsubscribe/ask.html` (GET: one button) and `portal/unsubscribe/done.html` (POST:

    stopped, how to return).

    `token` is the one in the message; it lets stop and resume this address and nothing else.
    """

    brand: Brand
    token: str
    shown: str
    channel: str
    already: bool = False
    resumed: bool = False
    theme: str = ""


@dataclass(frozen=True, slots=True)
class GenuinePage:
    """`portal/genuine/show.html`: how to check that this is really the creditor.

    Tells nothing about any customer.
    """

    brand: Brand
    today: date
    senders: tuple[str, ...] = ()
    theme: str = ""
