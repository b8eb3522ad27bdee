# SPDX-License-Identifier: Apache-2.0
"""Worlds full of crashes, lost answers and people: the auditor finds nothing, and one seed is one world."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from tests.simulation.conftest import again, untold

from conserje.testing.simulation.places import EVERYWHERE

# The first of `make test`, the others of `make test-long`; SIMULATION_SEEDS="7 8 9" lives other ones.
CHOSEN = [int(seed) for seed in os.environ.get("SIMULATION_SEEDS", "").split()]
FEW = CHOSEN or [1]
MANY = CHOSEN or list(range(1001, 1051))


@pytest.mark.slow
@pytest.mark.parametrize("seed", FEW)
def test_the_auditor_finds_nothing_in_a_small_world(live: Callable[..., Any], seed: int) -> None:
    report = live(seed=seed, customers=18, days_of_it=18)
    assert report.ok, again(report)
    assert untold(report) == []
    assert report.days_lived == 18
    assert report.letters > 15
    assert report.crashes > 3


@pytest.mark.slow
def test_the_auditor_finds_nothing_among_customers_of_every_country(live: Callable[..., Any]) -> None:
    report = live(seed=7, customers=28, days_of_it=16, countries=EVERYWHERE)
    assert report.ok, again(report)
    assert untold(report) == []
    assert report.letters > 10


@pytest.mark.slow
def test_the_same_seed_is_the_same_world_and_another_seed_another(live: Callable[..., Any]) -> None:
    first, second = (live(seed=9, customers=6, days_of_it=6) for _ in range(2))
    assert first.digest == second.digest
    assert first.digest != live(seed=10, customers=6, days_of_it=6).digest


@pytest.mark.long
@pytest.mark.parametrize("seed", MANY)
def test_the_auditor_finds_nothing_in_many_worlds(live: Callable[..., Any], seed: int) -> None:
    report = live(seed=seed, customers=300, days_of_it=90)
    assert report.ok, again(report)
    assert untold(report) == []
    assert report.days_lived == 90
    assert report.letters > 300
    assert report.crashes > 50


@pytest.mark.long
def test_a_year_of_two_thousand_customers_in_every_country(live: Callable[..., Any]) -> None:
    report = live(seed=1, customers=2000, days_of_it=365, countries=EVERYWHERE)
    assert report.ok, again(report)
    assert untold(report) == []
    assert report.days_lived == 365
    assert report.letters > 5000
    for kind in ("plan_agreed", "agreed", "charge", "gave_back", "contested", "cancelled", "refused"):
        assert report.kinds.get(kind, 0) > 10, report.kinds
