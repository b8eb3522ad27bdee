# SPDX-License-Identifier: Apache-2.0
"""Ways of being paid. A gateway is handed values and an `http` and returns values; the books are written elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, Protocol, runtime_checkable

from conserje.domain.kit.money import Money
from conserje.domain.ports.http import Http, RawRequest

# The `detail` of a fact about something that the gateway answered is none of the account's, or of ours.
NOT_OURS: Final = "not_ours"


class ChargeState(StrEnum):
    """Where a checkout or a charge stands, in our words.

    `WAITING`: a voucher or an account number was given out, and the money may come until a day. `UNKNOWN` is an
    answer we could not read or did not get.
    """

    OPEN = "open"
    PROCESSING = "processing"
    WAITING = "waiting"
    PAID = "paid"
    DECLINED = "declined"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


class Decline(StrEnum):
    """What a refused charge asks for next.

    `STOP`: never again with this card. `UPDATE_CARD`, `AUTHENTICATE`: the customer must act. `RETRY_AT`: again, not
    before the moment the network gave. `RETRY_TIMED`: again at a better hour or day. `GENERIC`: few tries, then
    write. `RECONCILE`: it may be paid already, look before anything else. `WAIT`: its end is not known yet.
    """

    STOP = "stop"
    UPDATE_CARD = "update_card"
    AUTHENTICATE = "authenticate"
    RETRY_AT = "retry_at"
    RETRY_TIMED = "retry_timed"
    GENERIC = "generic"
    RECONCILE = "reconcile"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays, as far as known; a gateway is told only what it asks for. `tax_id` as on file, `country` ISO 3166."""

    name: str
    email: str = ""
    phone: str = ""
    tax_id: str = ""
    country: str = ""
    is_company: bool = False


@dataclass(frozen=True, slots=True)
class CheckoutRequest:
    """What the customer is about to pay. `key` is the idempotency key of this business attempt.

    `methods` narrows what the page offers (empty: all that the creditor allows); `until` is the last moment at which
    it should take money.
    """

    key: str
    reference: str
    amount: Money
    description: str
    return_url: str
    hook_url: str
    locale: str
    payer: Payer | None = None
    methods: tuple[str, ...] = ()
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Redirect:
    """Send the customer to `url`; the gateway calls this checkout `external_id`."""

    external_id: str
    url: str


@dataclass(frozen=True, slots=True)
class InstructionLine:
    """One thing to know for paying. `label` is a code of `ui.labels.INSTRUCTIONS`; `copyable`: typed elsewhere."""

    label: str
    value: str
    copyable: bool = False


@dataclass(frozen=True, slots=True)
class Instructions:
    """How to pay where the gateway has no page: shown on one of ours, and the attempt stands `WAITING` from then on.

    `until` is the last day, `qr_payload` what a QR code holds (empty: none).
    """

    external_id: str
    lines: tuple[InstructionLine, ...]
    until: date | None = None
    qr_payload: str = ""


@dataclass(frozen=True, slots=True)
class StartFailed:
    """No checkout was made. `retry` means that the same key may be used again later."""

    reason: str
    retry: bool


@dataclass(frozen=True, slots=True)
class ChargeFact:
    """The gateway's own word on a checkout or a charge, fetched, never taken from a hook's body.

    `until` is the last day of a voucher. `decline` classes a refused charge, `decline_code` is the gateway's own word
    for it, `retry_not_before` what the network demands. `returned` is all that went back to the payer so far (refunds
    and lost chargebacks), `contested` that the payer's bank is asking for it back.
    """

    external_id: str
    payment_id: str
    reference: str
    state: ChargeState
    amount: Money | None
    method: str
    value_on: date | None
    detail: str = ""
    until: date | None = None
    decline: Decline | None = None
    decline_code: str = ""
    retry_not_before: datetime | None = None
    returned: Money | None = None
    contested: bool = False


@dataclass(frozen=True, slots=True)
class MandateRequest:
    """A page on which the customer leaves a way to be charged later. `key` is the idempotency key of the attempt."""

    key: str
    reference: str
    description: str
    currency: str
    return_url: str
    hook_url: str
    locale: str
    payer: Payer | None = None


class MandateState(StrEnum):
    """Where a mandate stands. `UNKNOWN` is an answer we could not read or did not get."""

    OPEN = "open"
    ACTIVE = "active"
    REFUSED = "refused"
    ENDED = "ended"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class MandateFact:
    """What the gateway says of a mandate. `token` is what it is charged by; of a card only brand, last four and month.

    `fingerprint` is the same for the same card, whoever gave it: the counter of tries is kept by it.
    """

    external_id: str
    reference: str
    state: MandateState
    token: str = ""
    method: str = ""
    brand: str = ""
    last4: str = ""
    expires_on: date | None = None
    fingerprint: str = ""
    detail: str = ""


def told_nothing(fact: ChargeFact | MandateFact, *, asked: str) -> bool:
    """Whether the gateway gave no answer to the question for `asked`: it may know of what it is another time."""
    unknown = fact.state in (ChargeState.UNKNOWN, MandateState.UNKNOWN) and fact.detail != NOT_OURS
    return unknown and not fact.reference and fact.external_id in ("", asked)


@dataclass(frozen=True, slots=True)
class ChargeRequest:
    """Money taken by a mandate without the customer. `key` is new for each business attempt, the same for a resend."""

    key: str
    reference: str
    token: str
    amount: Money
    description: str
    hook_url: str
    payer: Payer | None = None


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """Money to give back, of the payment that the gateway calls `payment_id` in checkout or charge `external_id`.

    With a `refund_id`, from an earlier answer, it is looked at and never sent: keys are forgotten after a day.
    """

    key: str
    external_id: str
    payment_id: str
    amount: Money
    refund_id: str = ""


@dataclass(frozen=True, slots=True)
class RefundFact:
    """What came of a refund: "done", "pending", "refused" or "unknown" (ask again with the same key)."""

    state: str
    refund_id: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class HookEvent:
    """A hook in our words: which event (for once-only), about which checkout, charge or mandate.

    `about` is "payment" or "mandate".
    """

    event_id: str
    external_id: str
    kind: str
    about: str = "payment"


@dataclass(frozen=True, slots=True)
class Way:
    """One method as it may be offered: in which currency, to payers of which countries (empty: any), which amounts.

    Amounts are multiples of `step_minor` (100: no cents). `tax_id_signs` are how many letters and figures the payer's
    tax number may have where one is needed; empty where none is.
    """

    method: str
    currency: str
    countries: frozenset[str] = frozenset()
    least: Money | None = None
    most: Money | None = None
    step_minor: int = 1
    tax_id_signs: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a gateway claims; the contract suite asks every claim.

    `ways` narrows `methods` by currency, country and amount (empty: each method in each currency). `states` are those
    of `ChargeState` that its charges can have.
    """

    currencies: frozenset[str]
    methods: tuple[str, ...]
    exponents: Mapping[str, int]
    ways: tuple[Way, ...] = ()
    states: frozenset[ChargeState] = frozenset(ChargeState) - {ChargeState.WAITING}


class Gateway(Protocol):
    """One folder of `gateways/`.

    `origins` are where the pages of `Redirect.url` live ("https://pay.example"): browsers are told to let a
    form lead there and nowhere else.
    """

    name: str
    settings_type: type
    abilities: Abilities

    def origins(self, settings: Any) -> tuple[str, ...]: ...
    def start(
        self, request: CheckoutRequest, settings: Any, http: Http
    ) -> Redirect | Instructions | StartFailed: ...
    def fetch(self, external_id: str, settings: Any, http: Http) -> ChargeFact: ...
    def trusts(self, raw: RawRequest, settings: Any, *, now_epoch: int) -> bool: ...
    def read_hook(self, raw: RawRequest, settings: Any) -> tuple[HookEvent, ...]: ...
    def check(self, settings: Any, http: Http) -> tuple[str, ...]: ...


@runtime_checkable
class Mandates(Protocol):
    """A gateway that keeps a way to be charged later. A charge that was sent and not answered is `UNKNOWN`."""

    def ask_mandate(self, request: MandateRequest, settings: Any, http: Http) -> Redirect | StartFailed: ...
    def fetch_mandate(self, external_id: str, settings: Any, http: Http) -> MandateFact: ...
    def charge(self, request: ChargeRequest, settings: Any, http: Http) -> ChargeFact: ...
    def end_mandate(self, token: str, settings: Any, http: Http) -> bool: ...


@runtime_checkable
class OwnCurrencies(Protocol):
    """A gateway that takes fewer currencies than it could: those of the accounts in its settings."""

    def currencies_taken(self, settings: Any) -> frozenset[str]: ...


@runtime_checkable
class Refunds(Protocol):
    """A gateway that gives money back when asked."""

    def refund(self, request: RefundRequest, settings: Any, http: Http) -> RefundFact: ...
