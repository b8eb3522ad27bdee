# SPDX-License-Identifier: Apache-2.0
"""Agreements whose day passed without their money: told before any money that comes after it."""

from __future__ import annotations

from conserje.cli.simulation.world import World
from conserje.services.arrangements import agreement
from conserje.services.tenancy.act import reading


def tell(world: World, who: str) -> None:
    """What of this customer lapsed by now is over for both sides: money that comes now pays the debt as it was."""
    found = {ours: one for ours, one in world.open.accords.items() if one.who == who}
    if not found:
        return
    with reading(creditor_id=world.creditor_id):
        rows = agreement.many(creditor_id=world.creditor_id, ids=[one.row for one in found.values()])
    lapsed = {row.id for row in rows if row.state == "lapsed"}
    for ours, one in found.items():
        if one.row in lapsed:
            world.open.accords.pop(ours)
            world.tell("accord_seen", who, accord=ours, state="lapsed")
