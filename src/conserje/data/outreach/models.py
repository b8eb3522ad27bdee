# SPDX-License-Identifier: Apache-2.0
"""The list of tables Django looks for."""

from conserje.data.outreach.permission import Hold, Permission, PortalLink, SenderStop, Suppression
from conserje.data.outreach.strategy import Decision, Episode, Review, StrategyVersion
from conserje.data.outreach.touch import Attempt, ContactRecord, Message, Touch

__all__ = [
    "Attempt",
    "ContactRecord",
    "Decision",
    "Episode",
    "Hold",
    "Message",
    "Permission",
    "PortalLink",
    "Review",
    "SenderStop",
    "StrategyVersion",
    "Suppression",
    "Touch",
]
