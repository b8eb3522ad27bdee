# SPDX-License-Identifier: Apache-2.0
"""Integration tests import tables, so Django is ready before they are collected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests import harness

harness.prepare_django()

if TYPE_CHECKING:
    from conserje.data.tenancy.models import Creditor


@pytest.fixture
def creditor(database: harness.Clone) -> Creditor:
    """One first-party creditor in Bogota."""
    from tests.integration import build

    return build.creditor()
