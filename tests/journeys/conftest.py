# SPDX-License-Identifier: Apache-2.0
"""Journeys look into the books, so Django is ready before they are collected."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests import harness

harness.prepare_django()

from tests.journeys.stage import House, Stage, stage  # noqa: E402


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    """The product's processes, shared by the journeys of this process."""
    kept = House()
    yield kept
    kept.close()


@pytest.fixture
def on_stage(house: House, database: harness.Clone) -> Iterator[Stage]:
    """A stage of the test's own: an empty book, a new outside world and a new browser."""
    with stage(house, database) as running:
        yield running
