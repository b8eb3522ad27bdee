# SPDX-License-Identifier: Apache-2.0
"""What each workbench screen shows, as plain values: the views fill these, the templates read nothing else.

Every page is handed to its template as `page`. Words are ready, in the user's language; instants are
already in the creditor's zone (events) or the customer's (where it says so). Every figure carries the
address of its rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from conserje.domain.kit.money import Money
from conserje.ui.listing import Option, Pager


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds every screen. `section`: home, receivables, drafts, imports, bank, clock.

    `creditor` is the public id in addresses. `today` is the book's own day: a demo book's clock may be
    elsewhere. `drafts` is how many messages wait for approval; `languages` are (code, name, url empty,
    chosen) options. `theme` is "", "light" or "dark". `notice` answers the act just made.
    """

    creditor: str
    creditor_name: str
    user_name: str
    today: date
    section: str
    drafts: int = 0
    is_demo: bool = False
    languages: tuple[Option, ...] = ()
    theme: str = ""
    notice: str = ""
    notice_tone: str = "done"
    has_more_desks: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule that spoke on a contact. `ruling` is a `Ruling` name in lower case:

    allow, deny, defer_until...

    `text` says why in a sentence; `pack` is "CO 2026.11.0", or "business 3" (with no ruling) for a reason of our
    own; `basis` law, policy, platform; `note` is what the pack itself says of the rule.
    """

    id: str
    ruling: str
    text: str
    pack: str = ""
    basis: str = ""
    source: str = ""
    source_url: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the strip: an amount per currency, or a plain `count`; `url` opens its rows;

    `note` a short line.
    """

    label: str
    url: str
    amounts: tuple[Money, ...] = ()
    count: int | None = None
    note: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class AgeingBucket:
    """One bucket: `band` "0" (not due yet) to "4" (over 90 days). `share` is whole per cent;

    shares of a chart sum to 100.
    """

    band: str
    amount: Money
    share: int
    invoices: int
    url: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class AgeingChart:
    """The open balance of one currency by age, as of `as_of`."""

    currency: str
    total: Money
    buckets: tuple[AgeingBucket, ...]
    as_of: date


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer. `days` is of the oldest open invoice, negative when nothing is due yet, None when nothing is open.

    `chips` are (tone, word): promised, disputed, on hold, reply waiting, no permission... `next_what` is
    the step's name. `band` is what lies in the band the list was narrowed to.
    """

    name: str
    url: str
    open: tuple[Money, ...]
    overdue: tuple[Money, ...]
    invoices: int
    days: int | None
    stage: str = ""
    next_on: date | None = None
    next_what: str = ""
    chips: tuple[tuple[str, str], ...] = ()
    band: Money | None = None

    @property
    def days_left(self) -> int:
        """Days to the first due date, 0 or negative once something is due."""
        return -(self.days or 0)


@dataclass(frozen=True, slots=True)
class ReceivablesPage:
    """`workbench/receivables/list.html`, at `workbench:receivables`;

    GET fields `q` and those of `filters` (links).

    `sorts` are links too. `hidden` are (name, value) pairs the search box must keep. `total` counts all
    customers. `sums` and `sums_overdue` are of every row the filter lets through, all pages. `band` says
    which part of the ageing was opened, `band_sum` how much lies in it, `all_url` leaves it.
    """

    frame: Frame
    rows: tuple[CustomerRow, ...]
    ageing: tuple[AgeingChart, ...]
    pager: Pager
    total: int
    query: str = ""
    filters: tuple[Option, ...] = ()
    sorts: tuple[Option, ...] = ()
    hidden: tuple[tuple[str, str], ...] = ()
    sums: tuple[Money, ...] = ()
    sums_overdue: tuple[Money, ...] = ()
    band: str = ""
    band_sum: Money | None = None
    all_url: str = ""


@dataclass(frozen=True, slots=True)
class Banner:
    """What suppresses contact with this customer, said first. `tone`: rest or stop."""

    text: str
    tone: str = "rest"
    until: date | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Balance:
    """One currency of a customer: net = due + overdue - unallocated."""

    due: Money
    overdue: Money
    unallocated: Money
    net: Money


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether we may write to one address. `consent`: granted, unknown, revoked;

    `evidence` how we know, `on` since when.
    """

    channel: str
    address: str
    consent: str
    evidence: str = ""
    on: date | None = None


@dataclass(frozen=True, slots=True)
class ContactCard:
    """A person at the customer. `role` in words; `local_time` "10:40" in their zone now."""

    name: str
    role: str
    permissions: tuple[Permission, ...]
    language: str = ""
    zone: str = ""
    local_time: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the timeline, newest first. `kind`:

    touch, reply, payment, promise, hold, dispute, invoice, decision, note.

    `state` is a touch state, empty for other kinds. `actor` is a person's name or empty for the software
    (`by_rule`). `why` are the rules of the decision; `decision` its id for `replay`. `body_url` opens the
    message; `undo_url` (POST) takes back what was written down by hand.
    """

    at: datetime
    kind: str
    title: str
    detail: str = ""
    channel: str = ""
    state: str = ""
    actor: str = ""
    by_rule: bool = True
    amount: Money | None = None
    why: tuple[Rule, ...] = ()
    decision: str = ""
    body_url: str = ""
    undo_url: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """An invoice of the customer; `state` (tone, word) or empty."""

    number: str
    subject: str
    due_on: date
    open: Money
    total: Money
    state: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A hold, promise or dispute in force. `kind`: hold, promise, dispute. `until` None while open;

    `since` when made.
    """

    kind: str
    title: str
    since: date
    until: date | None = None
    amount: Money | None = None
    detail: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class ProjectedStep:
    """What `project` tells. `ruling` other than allow explains itself in `why`; `stage` and `what` are words."""

    on: date
    what: str
    stage: str = ""
    channel: str = ""
    at: datetime | None = None
    recipients: tuple[str, ...] = ()
    ruling: str = "allow"
    reason: str = ""
    why: tuple[Rule, ...] = ()
    preview_url: str = ""


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """`workbench/customer/show.html`, at the address every `CustomerRow.url` gives.

    `kind` "company" or "person" in words; `packs` the law packs in force; `facts` further (label, value)
    lines. `quiet` says why the projection is empty. `older_url` continues the timeline.
    """

    frame: Frame
    name: str
    kind: str
    balances: tuple[Balance, ...]
    contacts: tuple[ContactCard, ...]
    timeline: tuple[Event, ...]
    invoices: tuple[InvoiceRow, ...]
    projection: tuple[ProjectedStep, ...]
    arrangements: tuple[Arrangement, ...] = ()
    banners: tuple[Banner, ...] = ()
    tax_id: str = ""
    stage: str = ""
    days: int | None = None
    country: str = ""
    packs: tuple[str, ...] = ()
    strategy: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    quiet: str = ""
    older_url: str = ""
    invoices_url: str = ""
    portal_url: str = ""
    data_url: str = ""
    elsewhere_url: str = ""
    plans_url: str = ""
    promise_url: str = ""


@dataclass(frozen=True, slots=True)
class ElsewherePage:
    """`workbench/elsewhere/show.html`, at `workbench:elsewhere`; POST fields channel, at, outcome, direction.

    `chosen` are the values typed so far; `latest` the latest moment, local, as an input takes it.
    """

    frame: Frame
    customer: str
    customer_url: str
    channels: tuple[Option, ...]
    outcomes: tuple[Option, ...]
    chosen: Mapping[str, str]
    latest: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A message that waits. `url` opens it."""

    id: int
    customer: str
    subject: str
    to: str
    channel: str
    planned_for: datetime
    stage: str
    amounts: tuple[Money, ...]
    url: str


@dataclass(frozen=True, slots=True)
class DraftsPage:
    """`workbench/drafts/list.html`, at `workbench:drafts`. No `approve_all_url`: approving is not offered."""

    frame: Frame
    rows: tuple[DraftRow, ...]
    pager: Pager | None = None
    approve_all_url: str = ""


@dataclass(frozen=True, slots=True)
class DraftPage:
    """`workbench/drafts/show.html`.

    `body_url` serves the rendered message by itself, to a frame without scripts.

    `text_body` is the plain text part. `approve_url` and `refuse_url` (POST) are empty where it is only a
    preview. `own_words`: a person wrote them (at `words_url`). Without `body_url` it cannot leave as it is.
    """

    frame: Frame
    customer: str
    customer_url: str
    channel: str
    sender: str
    recipients: tuple[str, ...]
    subject: str
    body_url: str
    planned_for: datetime
    stage: str = ""
    text_body: str = ""
    attachments: tuple[str, ...] = ()
    why: tuple[Rule, ...] = ()
    warnings: tuple[str, ...] = ()
    approve_url: str = ""
    refuse_url: str = ""
    previous_url: str = ""
    next_url: str = ""
    next_id: int | None = None
    words_url: str = ""
    own_words: bool = False


@dataclass(frozen=True, slots=True)
class ClockPage:
    """`workbench/clock/show.html`, at `workbench:clock` (demo books only); POST field `to` (a date).

    `next_on` is the next lawful weekday the large button goes to; `stories` are links to look at (value
    empty); `portals` are POSTed to, for each makes a fresh link.
    """

    frame: Frame
    next_on: date
    latest: date
    mailbox_url: str = ""
    portals: tuple[Option, ...] = ()
    stories: tuple[Option, ...] = ()
    just_happened: tuple[str, ...] = ()
    error: str = ""
    may_act: bool = True
