# SPDX-License-Identifier: Apache-2.0
"""What the screens of payment plans show, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from conserje.domain.kit.money import Money
from conserje.ui.listing import Option
from conserje.workbench.pages import Frame


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One plan. `state` in words with its `tone`; `what` says how it is divided, `why` why a person is asked.

    `lines` are (day, amount, what is left) of its instalments. `waits`: "proposal", "referred" or nothing. `paper_url`
    leads to what the customer signed.
    """

    id: int
    customer: str
    customer_url: str
    state: str
    tone: str
    amount: Money
    open: Money
    what: str
    why: str
    invoices: tuple[str, ...]
    lines: tuple[tuple[date, Money, Money], ...]
    waits: str = ""
    active: bool = False
    act_url: str = ""
    offer_url: str = ""
    paper_url: str = ""


@dataclass(frozen=True, slots=True)
class PlansPage:
    """`workbench/plans/list.html`: what waits for a person; of one customer, all of their plans."""

    frame: Frame
    rows: tuple[PlanRow, ...]
    customer: str = ""
    customer_url: str = ""
    offer_url: str = ""
    policy_url: str = ""


@dataclass(frozen=True, slots=True)
class OfferPage:
    """`workbench/plans/offer.html`: a plan to be offered. `lines` and `costs_days` once it was chosen."""

    frame: Frame
    customer: str
    customer_url: str
    currencies: tuple[Option, ...]
    spacings: tuple[Option, ...]
    values: Mapping[str, str]
    lines: tuple[tuple[date, Money], ...] = ()
    amount: Money | None = None
    costs_days: int = 0
    beyond: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class PolicyField:
    """One number of the policy, with what it means and its bounds."""

    name: str
    label: str
    hint: str
    value: str


@dataclass(frozen=True, slots=True)
class PolicyPage:
    """`workbench/plans/policy.html`: what is agreed to without a person, by version."""

    frame: Frame
    version: int
    kinds: tuple[Option, ...]
    spacings: tuple[Option, ...]
    fields: tuple[PolicyField, ...]
    amounts: tuple[PolicyField, ...]
    currency: str
    costs_days: int
    may_change: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True)
class PromisePage:
    """`workbench/plans/promise.html`: a promise to pay, for the ticked invoices or, with none, for everything due."""

    frame: Frame
    customer: str
    customer_url: str
    invoices: tuple[Option, ...]
    rails: tuple[Option, ...]
    on: str = ""
    error: str = ""
