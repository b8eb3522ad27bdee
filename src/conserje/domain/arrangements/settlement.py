# SPDX-License-Identifier: Apache-2.0
"""Settlements: what may be paid instead of everything, from which stage on, and until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from conserje.domain.kit.money import Money, split

# The words of `outreach.strategy.Stage`, in order.
STAGES: Final = ("preventive", "friendly", "follow_up", "escalation", "final")
SHARE_MAX: Final = 9_000
DEADLINE_DAYS_MAX: Final = 60
INSTALMENTS_MAX: Final = 12
# Days between the instalments of a settlement.
SPACING_DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class Tier:
    """From `from_days` past due on, `share` ten-thousandths of what is open need not be paid."""

    from_days: int
    share: int


@dataclass(frozen=True, slots=True)
class Policy:
    """What a creditor offers by itself, from the stage `from_stage` (one of `STAGES`) on.

    `tiers` by age, the youngest first; it is paid in at most `instalments`, the first within `deadline_days`.
    `at_least_minor` keeps small debts out, in minor units of `currency`, which is the only one that is settled.
    """

    from_stage: str
    tiers: tuple[Tier, ...]
    deadline_days: int
    instalments: int
    currency: str
    at_least_minor: int = 0


@dataclass(frozen=True, slots=True)
class Owed:
    """One open, undisputed, overdue invoice, in the policy's currency."""

    invoice_id: int
    open_minor: int
    due_on: date


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be agreed: `pay` by `pay_by` ends it, and `given` is written off then.

    `parts` are the amounts and days when it is paid in several, none when it is paid at once.
    """

    invoice_ids: tuple[int, ...]
    open: Money
    pay: Money
    pay_by: date
    parts: tuple[tuple[date, Money], ...] = ()

    @property
    def given(self) -> Money:
        """What is not asked for any more once `pay` is paid."""
        return self.open - self.pay


def wrong(policy: Policy) -> str:
    """The code of what is wrong with a policy; "" when nothing."""
    if policy.from_stage not in STAGES:
        return "settlement_stage"
    if not policy.tiers or any(
        not 0 < tier.share <= SHARE_MAX or not 0 <= tier.from_days <= 3650 for tier in policy.tiers
    ):
        return "settlement_share"
    if list(policy.tiers) != sorted(policy.tiers, key=lambda tier: tier.from_days):
        return "settlement_share"
    if not 1 <= policy.deadline_days <= DEADLINE_DAYS_MAX:
        return "settlement_deadline"
    return "" if 1 <= policy.instalments <= INSTALMENTS_MAX else "settlement_instalments"


def offer(owed: Sequence[Owed], *, policy: Policy, stage: str, today: date) -> tuple[Offer, ...]:
    """The ways to settle everything in `owed` at `stage` on the local day `today`: at once, then in instalments.

    The share is that of the oldest invoice; what is paid is rounded up to the minor unit. None when the stage has not
    come, the debt is too young or too small, or nothing is open.
    """
    if not owed or not _reached(policy, stage):
        return ()
    open_minor = sum(item.open_minor for item in owed)
    age = max((today - item.due_on).days for item in owed)
    share = max((tier.share for tier in policy.tiers if age >= tier.from_days), default=0)
    pay_minor = open_minor - open_minor * share // 10_000
    if not share or open_minor < max(1, policy.at_least_minor) or not 0 < pay_minor < open_minor:
        return ()
    ids = tuple(sorted(item.invoice_id for item in owed))
    whole, pay = Money(policy.currency, open_minor), Money(policy.currency, pay_minor)
    pay_by = today + timedelta(days=policy.deadline_days)
    once = Offer(ids, whole, pay, pay_by)
    if policy.instalments == 1 or pay_minor < policy.instalments:
        return (once,)
    days = [pay_by + timedelta(days=SPACING_DAYS * number) for number in range(policy.instalments)]
    parts = tuple(zip(days, split(pay, parts=policy.instalments), strict=True))
    return once, Offer(ids, whole, pay, days[-1], parts)


def _reached(policy: Policy, stage: str) -> bool:
    return stage in STAGES and STAGES.index(stage) >= STAGES.index(policy.from_stage)


def due_by(
    *, parts: Sequence[tuple[date, Money]], pay: Money, pay_by: date, today: date, grace_days: int
) -> Money:
    """What had to be paid of a settlement by `today`, `grace_days` after each of its days."""
    passed = [amount for on, amount in parts or ((pay_by, pay),) if on + timedelta(days=grace_days) < today]
    return Money(pay.currency, sum(amount.minor for amount in passed))
