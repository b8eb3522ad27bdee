# SPDX-License-Identifier: Apache-2.0
"""The auditor is worth what it sees: each guard that is taken out of the product is missed within some seeds."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.simulation.conftest import again
from tests.simulation.planted import CARDS, EMPTY, FAR_AWAY, LAST_MINUTE, PLANTS, STOLEN, Plant

from conserje.services.outreach.law import stack_for
from conserje.testing.simulation.faults import ROUGH, Dial

SEEDS = range(1, 9)
DAYS = 45


@pytest.fixture(autouse=True)
def law_anew() -> Iterator[None]:
    """What was found of hours is kept over worlds: a plant may neither find what is right nor leave what is wrong."""
    stack_for.cache_clear()
    yield
    stack_for.cache_clear()


@pytest.mark.long
@pytest.mark.parametrize(
    "dial",
    [ROUGH, LAST_MINUTE, FAR_AWAY, CARDS, STOLEN, EMPTY],
    ids=["rough", "last minute", "far away", "cards", "stolen cards", "empty cards"],
)
def test_without_a_bug_nothing_is_found_in_the_same_worlds(live: Callable[..., Any], dial: Dial) -> None:
    report = live(seed=1, customers=25, days_of_it=DAYS, dial=dial)
    assert report.ok, again(report)


@pytest.mark.long
@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_a_planted_bug_is_caught(
    live: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, plant: Plant
) -> None:
    plant.plant(monkeypatch)
    for seed in SEEDS:
        report = live(
            seed=seed,
            customers=plant.customers,
            days_of_it=DAYS,
            dial=plant.dial,
            before=plant.before,
            countries=plant.countries,
        )
        rules = {item.rule for item in report.findings}
        if rules & set(plant.broken):
            first = report.findings[0]
            sys.stderr.write(f"caught: {plant.name}: seed {seed}, day {report.days_lived}: {first.line()}\n")
            return
        assert not rules, f"another rule than expected was broken in seed {seed}: {sorted(rules)}"
    pytest.fail(f"Nobody noticed in {len(SEEDS)} seeds that {plant.name}.")
