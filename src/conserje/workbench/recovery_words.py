# SPDX-License-Identifier: Apache-2.0
"""States, classes and reasons of failed payments in words."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from conserje.workbench.words import Words

STATES: Final[Words] = {
    "retrying": _("Tried in silence"),
    "contacting": _("Written about"),
    "recovered": _("Recovered"),
    "paused": _("Paused"),
    "cancelled": _("Cancelled by the customer"),
    "given_up": _("Given up"),
}
TONES: Final = {
    "recovered": "done",
    "retrying": "plan",
    "contacting": "plan",
    "paused": "rest",
    "cancelled": "rest",
}
REASONS: Final[Words] = {
    "silent_retry": _("A silent retry"),
    "card_updated": _("The card was updated"),
    "other_method": _("Paid by another method"),
    "customer_paid": _("The customer paid by themselves"),
    "contact": _("Paid after we wrote"),
}
DECLINES: Final[Words] = {
    "stop": _("Never again with this card"),
    "update_card": _("The card must be updated"),
    "authenticate": _("The customer must authenticate"),
    "retry_at": _("Again, not before a given moment"),
    "retry_timed": _("Insufficient funds: again at a better day"),
    "generic": _("Refused without a reason"),
    "reconcile": _("Perhaps paid already: to be looked at"),
    "wait": _("Its end is not known yet"),
}
NOT_TRIED: Final[Words] = {
    "no_mandate": _("There is no card that we may charge."),
    "history_incomplete": _("Nobody vouches that every try of this card is known, so it is not tried."),
    "too_far_off": _(
        "The next allowed or sensible moment is too far off: the customer is written to instead."
    ),
    "own.30_days": _("Our own limit of four tries in 30 days is used up."),
    "never_answered": _("The gateway never answered the last try, and nothing had come of it."),
    "later": _("It may be tried later, not now."),
    "ended": _("It has ended already."),
}
MADE_BY: Final[Words] = {
    "us": _("Us"),
    "gateway": _("The gateway"),
    "page": _("The customer, on a page"),
    "elsewhere": _("Elsewhere"),
}


def not_tried(code: str) -> str:
    """Why the card is not tried by itself, in a sentence."""
    if not code:
        return ""
    if code in NOT_TRIED:
        return str(NOT_TRIED[code])
    if code.startswith("class."):
        return str(DECLINES.get(code.removeprefix("class."), code))
    return str(_("A rule of the network forbids it (%(rule)s).")) % {"rule": code}
