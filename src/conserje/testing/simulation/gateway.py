# SPDX-License-Identifier: Apache-2.0
"""A gateway in this process: checkouts that customers pay, hooks told late, twice and out of order, silent answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from conserje.domain.kit.money import Money
from conserje.domain.ports.gateway import (
    Abilities,
    ChargeFact,
    ChargeState,
    CheckoutRequest,
    HookEvent,
    Redirect,
    StartFailed,
)
from conserje.domain.ports.http import Http, RawRequest
from conserje.testing.simulation.carrier import NoSettings
from conserje.testing.simulation.draw import stream

NAME = "simulated_pay"


@dataclass(slots=True)
class Charge:
    """One checkout as the gateway knows it; `told` once somebody was answered that it is paid."""

    external_id: str
    reference: str
    amount: Money
    state: ChargeState = ChargeState.OPEN
    value_on: date | None = None
    told: bool = False
    asked: int = 0


@dataclass(slots=True)
class Desk:
    """One world's gateway. `answered` hears each time somebody is told that a checkout is paid; `calm`: no faults."""

    seed: int
    answered: Callable[[str], None] = lambda external_id: None
    charges: dict[str, Charge] = field(default_factory=dict)
    by_key: dict[str, str] = field(default_factory=dict)
    calm: bool = False

    def pay(self, external_id: str, on: date) -> None:
        """The customer pays on the gateway's page."""
        charge = self.charges[external_id]
        charge.state, charge.value_on = ChargeState.PAID, on

    def hook(self, external_id: str, state: ChargeState, event: int) -> RawRequest:
        """A message of the gateway about a checkout; the same `event` is the same message."""
        body = json.dumps(
            {"event": f"ev-{external_id}-{event}", "checkout": external_id, "kind": state.value}
        )
        return RawRequest("POST", "/", {"x-simulated": "genuine"}, "", body.encode())


@dataclass(slots=True)
class SimulatedPay:
    """The adapter. `desk` is the world that it serves at the moment."""

    name: str = NAME
    settings_type: type = NoSettings
    abilities: Abilities = field(
        default_factory=lambda: Abilities(frozenset({"COP"}), ("pse", "card"), {"COP": 2})
    )
    desk: Desk | None = None

    def _desk(self) -> Desk:
        if self.desk is None:
            raise RuntimeError("No world is running: the simulated gateway has no desk.")
        return self.desk

    def origins(self, settings: Any) -> tuple[str, ...]:
        """Its pages live nowhere."""
        return ("https://pay.example",)

    def start(self, request: CheckoutRequest, settings: Any, http: Http) -> Redirect | StartFailed:
        """A page for this key, the same for the same key; sometimes made without an answer."""
        desk = self._desk()
        known = desk.by_key.get(request.key)
        if known is None:
            known = f"ck{len(desk.charges) + 1:06d}"
            desk.by_key[request.key] = known
            desk.charges[known] = Charge(known, request.reference, request.amount)
            if not desk.calm and stream(desk.seed, "start", known).random() < 0.05:
                return StartFailed("no_answer", retry=True)
        return Redirect(known, f"https://pay.example/{known}")

    def fetch(self, external_id: str, settings: Any, http: Http) -> ChargeFact:
        """The gateway's word on a checkout; sometimes it is silent."""
        desk = self._desk()
        charge = desk.charges[external_id]
        charge.asked += 1
        if not desk.calm and stream(desk.seed, "fetch", external_id, charge.asked).random() < 0.08:
            return ChargeFact(external_id, "", "", ChargeState.UNKNOWN, None, "", None, "no_answer")
        paid = charge.state is ChargeState.PAID
        if paid:
            charge.told = True
            desk.answered(external_id)
        payment_id = f"pay-{external_id}" if paid else ""
        return ChargeFact(
            external_id, payment_id, charge.reference, charge.state, charge.amount, "pse", charge.value_on
        )

    def trusts(self, raw: RawRequest, settings: Any, *, now_epoch: int) -> bool:
        """Only what carries our sign."""
        return raw.headers.get("x-simulated") == "genuine"

    def read_hook(self, raw: RawRequest, settings: Any) -> tuple[HookEvent, ...]:
        """The one event of a message."""
        said = json.loads(raw.body)
        return (HookEvent(said["event"], said["checkout"], said["kind"]),)

    def check(self, settings: Any, http: Http) -> tuple[str, ...]:
        """Always ready."""
        return ()


ADAPTER = SimulatedPay()
