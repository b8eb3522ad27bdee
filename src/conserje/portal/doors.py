# SPDX-License-Identifier: Apache-2.0
"""The doors of the account: equal ways forward, one line each, and the smaller acts beside them.

A door is shown when its page is there. To add one is to add its line.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from conserje.portal import paths
from conserje.portal.pages import DoorShown
from conserje.portal.visit import Visit


@dataclass(frozen=True, slots=True)
class Door:
    """One way forward: its title, what happens behind it, the name of its page, its icon.

    `always`: also when nothing is open. A page that begins with # is a part of the account itself.
    """

    title: str | Promise
    sentence: str | Promise
    page: str
    icon: str
    always: bool = False


DOORS: Final = (
    Door(_("Pay"), _("All of it, or the invoices you choose"), "#open", "money"),
    Door(_("Pay in parts"), _("You see every date and amount before you agree"), "plan", "parts"),
    Door(_("Choose a date"), _("We note the day and write nothing until then"), "scheduled", "calendar"),
    Door(
        _("Something is wrong"),
        _("Only that part stays on pause while we review it together"),
        "dispute",
        "info",
    ),
    Door(_("Talk to us"), _("A person reads it and answers"), "talk", "chat", always=True),
)
BESIDE: Final = (
    Door(
        _("I have already paid"), _("Tell us the day, and send the receipt if you have it"), "paid", "check"
    ),
    Door(
        _("Pay automatically"),
        _("Each charge is announced before, and you stop it here when you like"),
        "mandate",
        "repeat",
    ),
    Door(_("Pass it to a colleague"), _("They get a link of their own"), "pass_on", "person"),
    Door(_("Papers"), _("Statement, receipts, paz y salvo"), "papers", "file", always=True),
    Door(_("I am not this person"), _("We stop writing to you at once"), "wrong_person", "stop", always=True),
)

SUBSCRIBERS: Final = (
    Door(_("Cancel my subscription"), _("It is done at once, and nothing more is charged"), "cancel", "stop"),
)


def shown(visit: Visit, doors: tuple[Door, ...], *, anything_open: bool) -> tuple[DoorShown, ...]:
    """Doors as the page draws them, in the reader's language."""
    return _shown(doors, visit.creditor.public_id, get_language() or "", anything_open)


# The same for every customer of a creditor.
@lru_cache(maxsize=256)
def _shown(
    doors: tuple[Door, ...], creditor: str, _language: str, anything_open: bool
) -> tuple[DoorShown, ...]:
    return tuple(
        DoorShown(
            title=str(door.title),
            sentence=str(door.sentence),
            url=door.page if door.page.startswith("#") else paths.of(door.page, creditor),
            icon=door.icon,
        )
        for door in doors
        if door.always or anything_open
    )
