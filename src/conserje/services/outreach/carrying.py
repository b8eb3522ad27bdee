# SPDX-License-Identifier: Apache-2.0
"""Who moves what: the carriers that a creditor has set up, by channel."""

from __future__ import annotations

from conserje.domain.ports.channel import Channel
from conserje.domain.ports.registry import carriers
from conserje.services.tenancy import connection
from conserje.services.tenancy.act import step


def channel_of(name: str) -> Channel | None:
    """The channel of an installed carrier."""
    return carriers.get(name).channel if carriers.has(name) else None


@step
def carrier_names(*, creditor_id: int) -> dict[Channel, str]:
    """The carrier of each channel: the first by name of those that are set up and installed."""
    found: dict[Channel, str] = {}
    for name in connection.in_use(creditor_id=creditor_id, kind="channel"):
        channel = channel_of(name)
        if channel is not None:
            found.setdefault(channel, name)
    return found
