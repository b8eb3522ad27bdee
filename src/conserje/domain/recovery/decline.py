# SPDX-License-Identifier: Apache-2.0
"""What a refusal asks for: the network's advice first, then its code, then the gateway's own word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from conserje.domain.ports.gateway import Decline
from conserje.domain.recovery.failure import Refusal
from conserje.domain.recovery.networks import Meaning, NetworkRules

_CLASS = {
    Meaning.STOP: Decline.STOP,
    Meaning.UPDATE_CARD: Decline.UPDATE_CARD,
    Meaning.AUTHENTICATE: Decline.AUTHENTICATE,
    Meaning.GENERIC: Decline.GENERIC,
    Meaning.TECHNICAL: Decline.RETRY_AT,
    Meaning.FUNDS: Decline.RETRY_TIMED,
}
_MEANING = {
    Decline.STOP: Meaning.STOP,
    Decline.UPDATE_CARD: Meaning.UPDATE_CARD,
    Decline.AUTHENTICATE: Meaning.AUTHENTICATE,
    Decline.GENERIC: Meaning.GENERIC,
    Decline.RETRY_AT: Meaning.TECHNICAL,
    Decline.RETRY_TIMED: Meaning.FUNDS,
}
# An end that is not known is looked at, whatever else was said.
_UNKNOWN_END = frozenset({Decline.RECONCILE, Decline.WAIT})


@dataclass(frozen=True, slots=True)
class Classed:
    """A refusal's class. `by_itself` tells whether the same card may be tried again without the customer.

    `not_before` is what network or gateway demand, `why` who said so: "advice:24", "code:51", "gateway:no_funds",
    "unknown".
    """

    decline: Decline
    by_itself: bool
    not_before: datetime | None
    meaning: Meaning | None
    why: str


def classify(refusal: Refusal, *, rules: NetworkRules, at: datetime) -> Classed:
    """The class of a refusal that was made at `at`. What nobody explains is not tried again by itself."""
    if refusal.said in _UNKNOWN_END:
        return Classed(refusal.said, False, None, None, f"gateway:{refusal.said_code or refusal.said.value}")
    said = _MEANING.get(refusal.said) if refusal.said is not None else None
    advice, code = refusal.advice, refusal.response_code
    if advice in rules.advice_never:
        return _classed(Meaning.STOP, refusal, rules, at, f"advice:{advice}")
    if code in rules.never:
        return _classed(Meaning.STOP, refusal, rules, at, f"code:{code}")
    if advice in rules.advices:
        meaning = Meaning.STOP if said is Meaning.STOP else rules.advices[advice]
        return _classed(meaning, refusal, rules, at, f"advice:{advice}")
    known = rules.codes.get(code)
    if known is not None and (said is None or said.strictness <= known.strictness):
        return _classed(known, refusal, rules, at, f"code:{code}")
    if said is not None and (said is not Meaning.GENERIC or known is not None):
        return _classed(said, refusal, rules, at, f"gateway:{refusal.said_code or refusal.said}")
    return Classed(Decline.GENERIC, False, None, None, "unknown")


def _classed(meaning: Meaning, refusal: Refusal, rules: NetworkRules, at: datetime, why: str) -> Classed:
    by_itself = meaning in (Meaning.GENERIC, Meaning.TECHNICAL, Meaning.FUNDS)
    delay = rules.delays.get(refusal.advice)
    demands = [one for one in (refusal.not_before, None if delay is None else at + delay) if one is not None]
    not_before = max(demands) if demands and by_itself else None
    decline = Decline.RETRY_AT if not_before is not None else _CLASS[meaning]
    return Classed(decline, by_itself, not_before, meaning, why)
