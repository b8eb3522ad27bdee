# SPDX-License-Identifier: Apache-2.0
"""What one judgement of the law costs in bulk, in microseconds of CPU on one core."""

from __future__ import annotations

import sys
import time

from conserje.cli.bench import gate
from conserje.config import wiring

CONTACTS = 20_000


def test_judgement() -> None:
    wiring.wire()
    for item in gate.costs(count=CONTACTS, spent=time.process_time):
        sys.stdout.write(
            f"\n{item.place}, {item.before} earlier contacts: {item.microseconds:.1f} us CPU a judged contact"
            f" (goal {gate.GOAL_MICROSECONDS}), {item.waiting:.0%} had to wait"
        )
