# SPDX-License-Identifier: Apache-2.0
"""A small fixed cast of cases for deciding: each builder takes only what a test cares about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from conserje.countries.co import ADAPTER as CO
from conserje.domain.outreach.case import Block, Case, Due, Reach
from conserje.domain.outreach.strategy import Strategy, read
from conserje.domain.ports.channel import Channel
from conserje.domain.rules.facts import Consent, CreditorRole, DebtorType, Permission, RecipientRole, Subject
from conserje.domain.rules.gate import RuleStack

BOGOTA = "America/Bogota"
# Tuesday 17 November 2026, 06:00 in Bogota: before anything may leave.
MORNING = datetime(2026, 11, 17, 11, 0, tzinfo=UTC)
LAW = RuleStack(CO.packs())
_FILE = Path(__file__).parents[3] / "src/conserje/services/outreach/strategies/business.yaml"
BUSINESS: Strategy = read(yaml.safe_load(_FILE.read_text("utf-8")))


def reach(contact: int = 1, *, role: str = "accounts_payable", channel: Channel = Channel.EMAIL) -> Reach:
    """One person by e-mail."""
    return Reach(contact, contact * 10, channel, role, RecipientRole.AUTHORISED_REP, usual=contact == 1)


def due(invoice: int, *, late: int, minor: int = 1000, currency: str = "COP") -> Due:
    """An open part that is `late` days past its date (negative: not yet due)."""
    return Due(invoice, 1, MORNING.date() - timedelta(days=late), currency, minor)


def case(*dues: Due, blocks: tuple[Block, ...] = (), **given: Any) -> Case:
    """A company in Bogota that may be written to by e-mail, with these open parts."""
    usual: dict[str, Any] = {
        "customer_id": 7,
        "zone": BOGOTA,
        "dues": tuple(sorted(dues, key=lambda item: (item.due_on, item.invoice_id))),
        "blocks": blocks,
        "episode_id": None,
        "made": (),
        "in_hand": None,
        "reaches": (reach(),),
        "ready": frozenset({Channel.EMAIL}),
        "subject": Subject(
            country="CO",
            subdivision="",
            zones=(BOGOTA,),
            debtor_type=DebtorType.COMPANY_TRADE,
            creditor_role=CreditorRole.FIRST_PARTY,
            permissions=(Permission(Channel.EMAIL, Consent.GRANTED, "1"),),
            past=(),
        ),
        "payments_known_through": None,
        "freshness_days": -1,
    }
    return Case(**(usual | given))


def replace_country(of: Case, country: str) -> Case:
    """The same case of a customer in another country."""
    return replace(of, subject=replace(of.subject, country=country))
