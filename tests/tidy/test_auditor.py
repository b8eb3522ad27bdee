# SPDX-License-Identifier: Apache-2.0
"""The auditor of the simulation shares no line with what it judges: else both would be wrong together."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from tests.tidy.source import Source, house

ITS_OWN = ("testing/simulation/auditor", "testing/simulation/books.py", "testing/simulation/history.py")
_MAY = "conserje.testing.simulation."
_MAY_NOT = tuple(_MAY + name for name in ("carrier", "gateway", "desk", "cast", "behaviour", "faults"))


def borrowed(source: Source) -> Iterator[str]:
    """Imports of the product, or of a part of the simulation that knows it."""
    for node in source.nodes():
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [f"{node.module}."] if isinstance(node, ast.ImportFrom) and node.module else []
        for name in names:
            if name.startswith(_MAY_NOT) or (name.startswith("conserje") and not name.startswith(_MAY)):
                yield f"{source.at(node)}: {name}"


def auditors() -> list[Source]:
    """The auditor's files."""
    return [one for one in house() if one.path.startswith(ITS_OWN)]


def test_the_auditor_borrows_nothing() -> None:
    assert len(auditors()) > 7
    assert [line for one in auditors() for line in borrowed(one)] == []


@pytest.mark.parametrize(
    "plant",
    [
        "from conserje.domain.kit.days import local_date\n",
        "from conserje.services.outreach import send\n",
        "import conserje.data.outreach.models\n",
        "from conserje.testing.simulation.gateway import Desk\n",
    ],
)
def test_a_planted_import_is_found(plant: str) -> None:
    assert list(borrowed(Source("testing/simulation/auditor/a.py", plant)))
