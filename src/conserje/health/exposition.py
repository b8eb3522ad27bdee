# SPDX-License-Identifier: Apache-2.0
"""Figures in Prometheus' text format 0.0.4. Read from the database, they hold for any number of processes."""

from __future__ import annotations

from collections.abc import Sequence

from conserje.services.insights.operation import Figure

_PREFIX = "conserje_"


def text(figures: Sequence[Figure]) -> str:
    """One gauge after another, each with its help and its type."""
    lines = []
    for figure in figures:
        name = f"{_PREFIX}{figure.name}"
        lines += [f"# HELP {name} {_escaped(figure.says)}", f"# TYPE {name} gauge"]
        for creditor, value in figure.values:
            label = f'{{creditor="{creditor}"}}' if creditor else ""
            lines.append(f"{name}{label} {value}")
    return "\n".join(lines) + "\n"


def _escaped(says: str) -> str:
    return says.replace("\\", "\\\\").replace("\n", "\\n")
