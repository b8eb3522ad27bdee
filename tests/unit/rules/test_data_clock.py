# SPDX-License-Identifier: Apache-2.0
"""By when a request about data is answered, and how long contacts are kept: the pack says, else this house."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from conserje.config.wiring import wire
from conserje.domain.rules import data_clock
from conserje.domain.rules.data_clock import Kept, Parties, Term
from conserje.domain.rules.duties import DataRight, KeepFrom
from conserje.domain.rules.facts import CreditorRole, DebtorType
from conserje.domain.rules.pack import Pack
from conserje.services.outreach import law

PARTIES = Parties(CreditorRole.FIRST_PARTY, DebtorType.NATURAL_CONSUMER)
ASKED = date(2026, 11, 17)


def packs(country: str) -> tuple[Pack, ...]:
    wire()
    return law.stack_for(country=country).packs


@pytest.mark.parametrize(
    ("country", "right", "term"),
    [
        # Ten business days; nothing is closed in Colombia before 8 December.
        ("CO", DataRight.ACCESS, Term(date(2026, 12, 1), date(2026, 12, 1), "CO.D1", "SIC")),
        # Fifteen, and the 8th is a holiday.
        ("CO", DataRight.ERASURE, Term(date(2026, 12, 9), date(2026, 12, 9), "CO.D2", "SIC")),
        ("BR", DataRight.ACCESS, Term(date(2026, 12, 2), date(2026, 12, 2), "BR.D1", "ANPD")),
        # Spain has one term for every wish, and three days for a breach, which nobody asks for.
        ("ES", DataRight.ERASURE, Term(date(2026, 12, 17), date(2026, 12, 17), "ES.D1", "AEPD")),
        ("", DataRight.ACCESS, Term(date(2026, 12, 1), date(2026, 12, 1), "HOUSE", "")),
    ],
)
def test_a_request_has_the_term_of_its_pack(country: str, right: DataRight, term: Term) -> None:
    assert data_clock.term(packs=packs(country), right=right, asked_on=ASKED, parties=PARTIES) == term


def test_an_extension_is_counted_from_the_first_term() -> None:
    (pack,) = (item for item in packs("CO") if item.id == "CO")
    longer = [replaced(rule, extension_days=5) for rule in pack.data_rights]
    found = data_clock.term(
        packs=[replaced(pack, data_rights=tuple(longer))],
        right=DataRight.ACCESS,
        asked_on=ASKED,
        parties=PARTIES,
    )
    assert (found.answer_by, found.latest_by) == (date(2026, 12, 1), date(2026, 12, 9))


def test_contacts_are_kept_for_the_longest_term_from_their_own_event() -> None:
    since = {KeepFrom.CONTACT: date(2021, 3, 1), KeepFrom.LAST_ACTIVITY: date(2024, 2, 29)}
    found = data_clock.kept(packs=packs("CO"), since=since, on=ASKED, parties=PARTIES)
    assert found == Kept(date(2026, 3, 1), "CO.D3")
    assert data_clock.kept(packs=packs("CO"), since={}, on=ASKED, parties=PARTIES) is None
    # No pack, no licence to forget: five years of this house's own.
    house = data_clock.kept(packs=(), since=since, on=ASKED, parties=PARTIES)
    assert house == Kept(date(2029, 2, 28), "HOUSE")


def replaced(value: Any, **changed: Any) -> Any:
    from dataclasses import replace

    return replace(value, **changed)
