# SPDX-License-Identifier: Apache-2.0
"""A leave to charge later: what is asked for, and how far it has come whatever the order of the gateway's words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from conserje.domain.ports.gateway import MandateState

# A charge of an invoice is announced this many business days before, so that three whole working days are left to
# stop it even with a holiday or two among them.
NOTICE_BUSINESS_DAYS = 5
# An announced charge that could not be made for so long is announced anew.
LATE_DAYS = 10
_RANK = {
    MandateState.UNKNOWN.value: 0,
    MandateState.OPEN.value: 1,
    MandateState.REFUSED.value: 2,
    MandateState.ACTIVE.value: 3,
    MandateState.ENDED.value: 4,
}


@dataclass(frozen=True, slots=True)
class MandateAsked:
    """What the customer is about to agree to. `text` are the very words, `by` and `from_address` who and from where.

    `public_id` is made by the page that offers it, so a double tap is one. With `covers_invoices` each invoice may be
    charged on its due date; else only what is agreed on besides (instalments, a refused charge tried again).
    """

    public_id: str
    customer_id: int
    currency: str
    covers_invoices: bool
    text: str
    by: str
    from_address: str


@dataclass(frozen=True, slots=True)
class Back:
    """Where the customer returns to, where the gateway's hooks go, and in which language its page speaks."""

    return_url: str
    hook_url: str
    locale: str
    description: str


@dataclass(frozen=True, slots=True)
class Held:
    """A mandate as it may be shown: never its token. `expires_on` is the last day of the card, when it is one."""

    id: int
    public_id: str
    customer_id: int
    gateway: str
    currency: str
    state: str
    method: str
    brand: str
    last4: str
    expires_on: date | None
    covers_invoices: bool
    given_on: date | None


def next_state(*, state: str, fact: MandateState) -> str:
    """The state of a mandate in `state` after the gateway says `fact`: it only moves on, and an end is an end."""
    return max(state, fact.value, key=lambda name: _RANK[name])
