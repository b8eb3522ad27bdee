# SPDX-License-Identifier: Apache-2.0
"""The list of tables Django looks for."""

from conserje.data.outreach.contact_hours import ContactHours
from conserje.data.outreach.digest import Digest, DigestWish
from conserje.data.outreach.draft_edit import DraftEdit
from conserje.data.outreach.elsewhere import ContactElsewhere
from conserje.data.outreach.evidence import Alert, Evidence, Inquiry
from conserje.data.outreach.law_override import LawOverride
from conserje.data.outreach.page import DecisionPage
from conserje.data.outreach.permission import Hold, Permission, PortalLink, SenderStop, Suppression
from conserje.data.outreach.portal_code import PortalCode
from conserje.data.outreach.strategy import Decision, Episode, Review, StrategyVersion
from conserje.data.outreach.touch import Attempt, ContactRecord, Message, Touch
from conserje.data.outreach.wrong_address import WrongAddress

__all__ = [
    "Alert",
    "Attempt",
    "ContactElsewhere",
    "ContactHours",
    "ContactRecord",
    "Decision",
    "DecisionPage",
    "Digest",
    "DigestWish",
    "DraftEdit",
    "Episode",
    "Evidence",
    "Hold",
    "Inquiry",
    "LawOverride",
    "Message",
    "Permission",
    "PortalCode",
    "PortalLink",
    "Review",
    "SenderStop",
    "StrategyVersion",
    "Suppression",
    "Touch",
    "WrongAddress",
]
