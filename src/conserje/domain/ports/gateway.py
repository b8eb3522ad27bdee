# SPDX-License-Identifier: Apache-2.0
"""Ways of being paid. A gateway is handed values and an `http` and returns values; the books are written elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

from conserje.domain.kit.money import Money
from conserje.domain.ports.http import Http, RawRequest


class ChargeState(StrEnum):
    """Where a checkout stands, in our words. `UNKNOWN` is an answer we could not read or did not get."""

    OPEN = "open"
    PROCESSING = "processing"
    PAID = "paid"
    DECLINED = "declined"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CheckoutRequest:
    """What the customer is about to pay. `key` is the idempotency key of this business attempt."""

    key: str
    reference: str
    amount: Money
    description: str
    return_url: str
    hook_url: str
    locale: str


@dataclass(frozen=True, slots=True)
class Redirect:
    """Send the customer to `url`; the gateway calls this checkout `external_id`."""

    external_id: str
    url: str


@dataclass(frozen=True, slots=True)
class StartFailed:
    """No checkout was made. `retry` means that the same key may be used again later."""

    reason: str
    retry: bool


@dataclass(frozen=True, slots=True)
class ChargeFact:
    """The gateway's own word on a checkout, fetched, never taken from a hook's body."""

    external_id: str
    payment_id: str
    reference: str
    state: ChargeState
    amount: Money | None
    method: str
    value_on: date | None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class HookEvent:
    """A hook in our words: which event (for once-only), about which checkout."""

    event_id: str
    external_id: str
    kind: str


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a gateway claims; the contract suite asks every claim."""

    currencies: frozenset[str]
    methods: tuple[str, ...]
    exponents: Mapping[str, int]


class Gateway(Protocol):
    """One folder of `gateways/`.

    `origins` are where the pages of `Redirect.url` live ("https://pay.example"): browsers are told to let a
    form lead there and nowhere else.
    """

    name: str
    settings_type: type
    abilities: Abilities

    def origins(self, settings: Any) -> tuple[str, ...]: ...
    def start(self, request: CheckoutRequest, settings: Any, http: Http) -> Redirect | StartFailed: ...
    def fetch(self, external_id: str, settings: Any, http: Http) -> ChargeFact: ...
    def trusts(self, raw: RawRequest, settings: Any, *, now_epoch: int) -> bool: ...
    def read_hook(self, raw: RawRequest, settings: Any) -> tuple[HookEvent, ...]: ...
    def check(self, settings: Any, http: Http) -> tuple[str, ...]: ...
