# SPDX-License-Identifier: Apache-2.0
"""What a world's gateway knows: checkouts, cards that customers left, charges by them, and money that went back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from conserje.domain.kit.money import Money
from conserje.domain.ports.gateway import ChargeRequest, ChargeState, Decline, MandateState
from conserje.domain.ports.http import RawRequest
from conserje.testing.simulation.draw import stream

# How a card behaves: of a hundred charges so many go through, and what the others are refused with.
CARDS: dict[str, tuple[int, tuple[tuple[Decline, str], ...]]] = {
    "good": (97, ((Decline.RETRY_AT, "issuer_unavailable"),)),
    "flaky": (
        35,
        (
            (Decline.RETRY_TIMED, "no_funds"),
            (Decline.RETRY_AT, "issuer_unavailable"),
            (Decline.GENERIC, "no"),
        ),
    ),
    "empty": (0, ((Decline.RETRY_TIMED, "no_funds"), (Decline.RETRY_AT, "issuer_unavailable"))),
    "stolen": (0, ((Decline.STOP, "stolen_card"),)),
    "expired": (0, ((Decline.UPDATE_CARD, "expired_card"),)),
}
NETWORKS = ("visa", "mastercard")
# Of all charges so many are never answered, however often they are asked for.
SILENT = 0.03


@dataclass(slots=True)
class Charge:
    """One checkout or charge as the gateway knows it; `told` once somebody was answered that it is paid.

    `returned` is what went back of it so far, and `told_returned` what of that somebody was answered; `contested`:
    the payer's bank asks for it; `silent`: how it ended is told to nobody who asks for it.
    """

    external_id: str
    reference: str
    amount: Money
    state: ChargeState = ChargeState.OPEN
    value_on: date | None = None
    told: bool = False
    asked: int = 0
    decline: Decline | None = None
    decline_code: str = ""
    returned: int = 0
    told_returned: int = 0
    contested: bool = False
    silent: bool = False
    method: str = "pse"


@dataclass(slots=True)
class Card:
    """One page on which a customer may leave a card. `kind` is one of `CARDS`, empty while the page is open."""

    external_id: str
    reference: str
    currency: str
    number: int
    state: MandateState = MandateState.OPEN
    kind: str = ""
    fingerprint: str = ""
    network: str = ""
    expires_on: date | None = None
    charges: int = 0

    @property
    def token(self) -> str:
        """What it is charged by."""
        return f"tok-{self.number}"


@dataclass(slots=True)
class Desk:
    """One world's gateway. `answered` hears each time somebody is told that a checkout is paid, `charged` of each new
    charge by a card, `gave_back` of each refund; `calm`: no faults.
    """

    seed: int
    answered: Callable[[str], None] = lambda external_id: None
    charged: Callable[[Card, Charge, ChargeRequest], None] = lambda card, charge, request: None
    gave_back: Callable[[Charge, int], None] = lambda charge, minor: None
    today: Callable[[], date] = lambda: date.min
    charges: dict[str, Charge] = field(default_factory=dict)
    by_key: dict[str, str] = field(default_factory=dict)
    cards: dict[str, Card] = field(default_factory=dict)
    cards_by_key: dict[str, str] = field(default_factory=dict)
    refunds: dict[str, int] = field(default_factory=dict)
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

    def page(self, key: str, reference: str, currency: str) -> Card:
        """The page for a card under this key, the same for the same key."""
        known = self.cards_by_key.get(key)
        if known is None:
            number = len(self.cards) + 1
            known = self.cards_by_key[key] = f"cd{number:06d}"
            self.cards[known] = Card(known, reference, currency, number)
        return self.cards[known]

    def leave_card(self, external_id: str, kind: str, *, owner: str, at: datetime) -> Card:
        """The customer leaves a card on its page."""
        card = self.cards[external_id]
        chance = stream(self.seed, "card", external_id)
        card.state, card.kind = MandateState.ACTIVE, kind
        card.fingerprint = f"{owner}-{card.number}"
        card.network = chance.choice(NETWORKS)
        days = chance.choice((40, 90, 700, 900, 1200))
        card.expires_on = at.date() + timedelta(days=days)
        return card

    def charge(self, request: ChargeRequest) -> Charge:
        """Money taken by a card; the same key is the same charge, whenever it comes."""
        known = self.by_key.get(request.key)
        if known is not None:
            return self.charges[known]
        card = next(one for one in self.cards.values() if one.token == request.token)
        external_id = f"mc{len(self.charges) + 1:06d}"
        card.charges += 1
        charge = Charge(external_id, request.reference, request.amount, method="card")
        charge.silent = stream(self.seed, "silent", external_id).random() < SILENT
        self.by_key[request.key], self.charges[external_id] = external_id, charge
        chance = stream(self.seed, "charge", card.number, card.charges)
        good, refusals = CARDS[card.kind]
        if chance.random() * 100 < good:
            self.pay(external_id, self.today())
        else:
            charge.state = ChargeState.DECLINED
            charge.decline, charge.decline_code = chance.choice(refusals)
        self.charged(card, charge, request)
        return charge

    def give_back(self, external_id: str, key: str, minor: int) -> str:
        """A refund under `key`, made once, however much it is: whoever asks for too much gives away their own."""
        charge = self.charges[external_id]
        if key not in self.refunds:
            charge.returned += minor
            self.refunds[key] = minor
            self.gave_back(charge, minor)
        return "done"

    def contest(self, external_id: str) -> None:
        """The payer's bank takes the whole payment back."""
        charge = self.charges[external_id]
        charge.returned, charge.contested = charge.amount.minor, True
