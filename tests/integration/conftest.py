# SPDX-License-Identifier: Apache-2.0
"""Integration tests import tables, so Django is ready before they are collected."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from tests import harness

harness.prepare_django()

if TYPE_CHECKING:
    from conserje.data.tenancy.models import Creditor
    from conserje.testing.world.handle import World


@pytest.fixture
def creditor(database: harness.Clone) -> Creditor:
    """One first-party creditor in Bogota."""
    from tests.integration import build

    return build.creditor()


@pytest.fixture(scope="module")
def shared_world() -> Iterator[World]:
    """The outside world, one for the tests of a file."""
    from conserje.testing.world import start

    with start() as running:
        yield running


@pytest.fixture
def world(shared_world: World) -> World:
    """The outside world without letters or faults of the test before."""
    shared_world.clear_messages()
    shared_world.clear_faults()
    return shared_world
