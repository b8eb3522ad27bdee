# SPDX-License-Identifier: Apache-2.0
"""The house rules for Python: each has its reason, finds a planted violation and spares the innocent."""

from __future__ import annotations

import pytest
from tests.tidy import limits, purity
from tests.tidy.source import Rule, Source, house, suite

RULES = (*limits.EVERYWHERE, *limits.HOUSE_ONLY, *purity.RULES)
PLANTS = [(rule, *plant) for rule in RULES for plant in rule.plants]
INNOCENTS = [(rule, *innocent) for rule in RULES for innocent in rule.innocents]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_house_keeps(rule: Rule) -> None:
    assert rule.broken_in(house()) == []


@pytest.mark.parametrize("rule", limits.EVERYWHERE, ids=lambda rule: rule.name)
def test_the_tests_keep(rule: Rule) -> None:
    assert rule.broken_in(suite()) == []


@pytest.mark.parametrize(("rule", "path", "text"), PLANTS)
def test_a_planted_violation_is_found(rule: Rule, path: str, text: str) -> None:
    assert rule.broken_in([Source(path, text)])


@pytest.mark.parametrize(("rule", "path", "text"), INNOCENTS)
def test_what_only_looks_like_one_is_spared(rule: Rule, path: str, text: str) -> None:
    assert rule.broken_in([Source(path, text)]) == []


def test_there_is_something_to_look_at() -> None:
    assert len(house()) > 200
    assert {"domain", "services", "data", "portal", "channels"} <= {one.path.split("/")[0] for one in house()}
