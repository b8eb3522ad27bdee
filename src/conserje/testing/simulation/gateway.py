# SPDX-License-Identifier: Apache-2.0
"""A gateway in this process: checkouts, cards and refunds, hooks told late, twice and out of order, silent answers."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from conserje.domain.kit.money import Money
from conserje.domain.ports.gateway import (
    Abilities,
    ChargeFact,
    ChargeRequest,
    ChargeState,
    CheckoutRequest,
    HookEvent,
    MandateFact,
    MandateRequest,
    MandateState,
    Redirect,
    RefundFact,
    RefundRequest,
    StartFailed,
)
from conserje.domain.ports.http import Http, RawRequest
from conserje.testing.simulation.carrier import NoSettings
from conserje.testing.simulation.desk import Charge, Desk
from conserje.testing.simulation.draw import stream

NAME = "simulated_pay"
_PAGES = "https://pay.example"


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
        return (_PAGES,)

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
        return Redirect(known, f"{_PAGES}/{known}")

    def fetch(self, external_id: str, settings: Any, http: Http) -> ChargeFact:
        """The gateway's word on a checkout; sometimes it is silent."""
        desk = self._desk()
        charge = desk.charges[external_id]
        charge.asked += 1
        if not desk.calm and stream(desk.seed, "fetch", external_id, charge.asked).random() < 0.08:
            return ChargeFact(external_id, "", "", ChargeState.UNKNOWN, None, "", None, "no_answer")
        return self._fact(desk, charge)

    def ask_mandate(self, request: MandateRequest, settings: Any, http: Http) -> Redirect | StartFailed:
        """A page on which a card is left, the same for the same key."""
        card = self._desk().page(request.key, request.reference, request.currency)
        return Redirect(card.external_id, f"{_PAGES}/{card.external_id}")

    def fetch_mandate(self, external_id: str, settings: Any, http: Http) -> MandateFact:
        """The gateway's word on a card; sometimes it is silent."""
        desk = self._desk()
        card = desk.cards[external_id]
        token = card.token if card.state is MandateState.ACTIVE else ""
        return MandateFact(
            external_id,
            card.reference,
            card.state,
            token=token,
            method="card",
            brand=card.network,
            last4="4242",
            expires_on=card.expires_on,
            fingerprint=card.fingerprint,
        )

    def charge(self, request: ChargeRequest, settings: Any, http: Http) -> ChargeFact:
        """Take money by a card, once for a key; the answer is sometimes lost."""
        desk = self._desk()
        charge = desk.charge(request)
        charge.asked += 1
        lost = stream(desk.seed, "taken", charge.external_id, charge.asked).random() < 0.1
        if charge.silent or (lost and not desk.calm):
            return ChargeFact("", "", "", ChargeState.UNKNOWN, None, "", None, "no_answer")
        return self._fact(desk, charge)

    def end_mandate(self, token: str, settings: Any, http: Http) -> bool:
        """Forget a card."""
        for card in self._desk().cards.values():
            if card.token == token:
                card.state = MandateState.ENDED
        return True

    def refund(self, request: RefundRequest, settings: Any, http: Http) -> RefundFact:
        """Give money back, once for a key; the answer is sometimes lost."""
        desk = self._desk()
        done = desk.give_back(request.external_id, request.key, request.amount.minor)
        asked = desk.charges[request.external_id]
        asked.asked += 1
        if not desk.calm and stream(desk.seed, "refund", asked.external_id, asked.asked).random() < 0.1:
            return RefundFact("unknown", detail="no_answer")
        return RefundFact(done, f"re-{asked.external_id}-{asked.returned}" if done == "done" else "")

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

    def _fact(self, desk: Desk, charge: Charge) -> ChargeFact:
        paid = charge.state is ChargeState.PAID
        if paid:
            charge.told, charge.told_returned = True, charge.returned
            desk.answered(charge.external_id)
        return ChargeFact(
            charge.external_id,
            payment_of(charge.external_id) if paid else "",
            charge.reference,
            charge.state,
            charge.amount,
            charge.method,
            charge.value_on,
            decline=charge.decline,
            decline_code=charge.decline_code,
            returned=Money(charge.amount.currency, charge.returned) if charge.returned else None,
            contested=charge.contested,
        )


def payment_of(external_id: str) -> str:
    """The gateway's own number for the money of a paid checkout."""
    return f"pay-{external_id}"


ADAPTER = SimulatedPay()
