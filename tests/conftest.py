# SPDX-License-Identifier: Apache-2.0
"""Fixtures that need a database. A test that does not ask for one starts no server and needs no Django."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from hypothesis import settings
from tests import harness

# The same draws every time: whether a change is good may not hang on luck. `make test-draws` draws others.
settings.register_profile("house", deadline=None, derandomize=True)
settings.register_profile("far", deadline=None, print_blob=True, max_examples=1_000)
# `make check` asks for it: fewer draws of the same laws, which `make test` draws in full.
settings.register_profile("quick", settings.get_profile("house"), max_examples=20)
settings.load_profile("house")


def pytest_collection_finish() -> None:
    """What was loaded stays: the collector of garbage need not look through it for as long as the tests run."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def template() -> str:
    """The migrated template database, by name."""
    return harness.template()


@pytest.fixture(scope="session")
def shelf(template: str) -> Iterator[harness.Shelf]:
    """Where this process keeps the database that its tests are lent."""
    kept = harness.Shelf(template)
    yield kept
    kept.close()


@pytest.fixture
def database(shelf: harness.Shelf) -> Iterator[harness.Clone]:
    """A migrated database without a row of another test; Django is connected to it as the app role."""
    with shelf.lend() as lent, harness.django_on(lent):
        yield lent


@pytest.fixture(scope="module")
def untouched(template: str) -> Iterator[harness.Clone]:
    """One clone for all the tests of a module that leave no trace; Django is not connected to it."""
    with harness.clone(template) as clone:
        yield clone
