# SPDX-License-Identifier: Apache-2.0
"""A charge that failed, as it is told to us, and the ways in which its money may come after all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from conserje.domain.kit.money import Money
from conserje.domain.ports.gateway import ChargeState, Decline
from conserje.domain.receivables.charge import ChargeCause


class FailureKind(StrEnum):
    """What the charge was for."""

    SUBSCRIPTION = "subscription"
    ORDER = "order"


class FailureState(StrEnum):
    """Where a failed payment stands. Before the last four nothing has ended."""

    RETRYING = "retrying"
    CONTACTING = "contacting"
    RECOVERED = "recovered"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    GIVEN_UP = "given_up"


IN_PROGRESS = frozenset({FailureState.RETRYING, FailureState.CONTACTING})


class RecoveryReason(StrEnum):
    """Why the money came: exactly one for each invoice."""

    SILENT_RETRY = "silent_retry"
    CARD_UPDATED = "card_updated"
    OTHER_METHOD = "other_method"
    CUSTOMER_PAID = "customer_paid"
    CONTACT = "contact"


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was said when a charge was refused, in the words of the network and of the gateway.

    `network` as the gateway names it, `response_code` of the issuer ("51"), `advice` Mastercard's merchant advice
    code ("24"), `said` the gateway's own class and `said_code` its own word. `not_before` is what it demands.
    """

    network: str = ""
    response_code: str = ""
    advice: str = ""
    said: Decline | None = None
    said_code: str = ""
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What may be known of a card: never its number. `fingerprint` is the gateway's; `country` of the issuer."""

    fingerprint: str = ""
    brand: str = ""
    last4: str = ""
    expires_on: date | None = None
    country: str = ""


@dataclass(frozen=True, slots=True)
class FailedCharge:
    """A charge that failed. (`gateway`, `external_id`) is its identity: told again, it is the same one.

    `tries_before` is how often this card was tried in the 30 days before, by anybody; None when nobody says.
    `subscription` is the creditor's own name for what goes on being charged, empty for an order.
    """

    gateway: str
    external_id: str
    kind: FailureKind
    amount: Money
    failed_at: datetime
    refusal: Refusal
    card: CardFacts = CardFacts()
    subscription: str = ""
    tries_before: int | None = None


@dataclass(frozen=True, slots=True)
class ChargeEnd:
    """How a charge by mandate stands, for whom it was made: `cause` and its row `ref`, `key` its identity.

    `decline`, `decline_code` and `not_before` as in `ChargeFact`; `invoice_ids` are those it was to pay.
    """

    mandate_id: int
    cause: ChargeCause
    ref: int
    key: str
    external_id: str
    state: ChargeState
    amount: Money
    invoice_ids: tuple[int, ...]
    decline: Decline | None = None
    decline_code: str = ""
    not_before: datetime | None = None
