# SPDX-License-Identifier: Apache-2.0
"""The governor: whether a card may be tried at an instant. It counts everybody's tries, and in doubt the answer is no.

Amounts are counted apart where a network does, and every card as a whole besides: a smaller amount is no way around.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from conserje.domain.kit.days import instant, local_date
from conserje.domain.kit.money import Money
from conserje.domain.recovery.networks import Limit, NetworkRules, Networks

OWN_DAYS = 30
OWN_MOST = 4
_MOVES_MAX = 64


@dataclass(frozen=True, slots=True)
class Card:
    """A card at one gateway of the creditor. `network` is our word ("" when unknown), `country` its issuer's."""

    gateway: str
    fingerprint: str
    network: str
    country: str = ""


@dataclass(frozen=True, slots=True)
class Try:
    """One try of a card by anybody: us, the gateway, a person at its desk. An end nobody knows is not `approved`."""

    at: datetime
    gateway: str
    fingerprint: str
    amount: Money
    approved: bool
    response_code: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """Every try of the card that is known; `complete` when somebody vouches that there are no others."""

    tries: tuple[Try, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class Allowed:
    """The card may be tried at that instant."""


@dataclass(frozen=True, slots=True)
class Denied:
    """It may not, by `rule`; perhaps at `until`, which is judged again. Without it: never."""

    rule: str
    until: datetime | None


def judge(
    *, card: Card, amount: Money, history: History, at: datetime, networks: Networks, own_most: int = OWN_MOST
) -> Allowed | Denied:
    """Whether `card` may be tried for `amount` at `at`."""
    if not card.fingerprint or not history.complete:
        return Denied("history_incomplete", None)
    rules = networks.on(at.date(), network=card.network)
    tries = sorted(_of(card, history), key=lambda item: item.at)
    ended = next((one for one in tries if not one.approved and _ends(one, rules)), None)
    if ended is not None:
        return Denied(f"{rules.network or 'unknown'}.never", None)
    waits = [
        found for found in _waits(tries, card, amount, at, (*_own(own_most), *rules.limits), rules) if found
    ]
    return max(waits, key=lambda item: item.until or at) if waits else Allowed()


def earliest(
    *, card: Card, amount: Money, history: History, at: datetime, networks: Networks, own_most: int = OWN_MOST
) -> datetime | Denied:
    """The first instant from `at` on at which the card may be tried, or why there is none."""
    for _ in range(_MOVES_MAX):
        found = judge(card=card, amount=amount, history=history, at=at, networks=networks, own_most=own_most)
        if isinstance(found, Allowed):
            return at
        if found.until is None:
            return found
        at = found.until
    return Denied("too_many_moves", None)


def _of(card: Card, history: History) -> Iterator[Try]:
    same = (card.gateway, card.fingerprint)
    return (one for one in history.tries if (one.gateway, one.fingerprint) == same)


def _ends(one: Try, rules: NetworkRules) -> bool:
    return one.response_code in rules.never or one.advice in rules.advice_never


def _own(most: int) -> tuple[Limit, ...]:
    return (Limit("own.30_days", most, timedelta(days=OWN_DAYS)),)


def _waits(
    tries: list[Try], card: Card, amount: Money, at: datetime, limits: tuple[Limit, ...], rules: NetworkRules
) -> Iterator[Denied | None]:
    refused = [one for one in tries if not one.approved]
    for limit in limits:
        if limit.binds(card.country):
            yield _over(limit, tries, refused, amount, at)
    if refused and refused[-1].advice in rules.delays:
        until = refused[-1].at + rules.delays[refused[-1].advice]
        yield (
            Denied(f"{rules.network or 'unknown'}.advice_{refused[-1].advice}", until) if until > at else None
        )


def _over(limit: Limit, tries: list[Try], refused: list[Try], amount: Money, at: datetime) -> Denied | None:
    counted = [one for one in refused if not limit.by_amount or one.amount == amount]
    if limit.approval_resets:
        approvals = [one.at for one in tries if one.approved and one.amount == amount and one.at <= at]
        counted = [one for one in counted if not approvals or one.at > approvals[-1]]
    if limit.window is None:
        return _over_month(limit, counted, at)
    inside = [one.at for one in counted if one.at > at - limit.window]
    if len(inside) < limit.most:
        return None
    return Denied(limit.id, inside[-limit.most] + limit.window)


def _over_month(limit: Limit, counted: list[Try], at: datetime) -> Denied | None:
    month = local_date(at, limit.month_zone).replace(day=1)
    same = [one for one in counted if local_date(one.at, limit.month_zone).replace(day=1) >= month]
    if len(same) < limit.most:
        return None
    following = (month + timedelta(days=32)).replace(day=1)
    return Denied(limit.id, instant(following, time(0), limit.month_zone))


def with_try(history: History, *, one: Try) -> History:
    """The history once `one` was made."""
    return replace(history, tries=(*history.tries, one))
