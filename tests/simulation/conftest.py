# SPDX-License-Identifier: Apache-2.0
"""A world lives in a clone of the migrated template, as every other test does."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from tests import harness

harness.prepare_django()

if TYPE_CHECKING:
    from conserje.cli.simulation.days import Report


@pytest.fixture
def live(template: str) -> Callable[..., Report]:
    """Live one world in a fresh database; says its seed, and how to live it again, when something was found."""
    from conserje.cli.simulation import days

    def one(*, seed: int, customers: int, days_of_it: int, before: str = "", **more: Any) -> Report:
        with harness.clone(template) as clone, harness.django_on(clone):
            if before:
                with clone.connect("admin") as admin:
                    admin.execute(before)
            report = days.run(seed=seed, customers=customers, days=days_of_it, **more)
        line = f"seed {seed}: {report.letters} letters, {report.crashes} crashes, world {report.digest[:12]}"
        sys.stderr.write(
            "\n".join([line, *(f"    {item.line()[:400]}" for item in report.findings[:2])]) + "\n"
        )
        return report

    return one


def untold(report: Report) -> list[str]:
    """What somebody was refused, or why a letter stayed, in words that a collector does not understand."""
    from tests.integration.refusals_told import wrong

    codes = sorted({code for _, code in report.refusals} | report.reasons)
    return [said for said in map(wrong, codes) if said]


def again(report: Report) -> str:
    """What was found, and the command that lives the world once more."""
    found = "\n".join(item.line() for item in report.findings)
    return f"{found}\n{report.again}"
