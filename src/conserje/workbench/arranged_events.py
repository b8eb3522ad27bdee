# SPDX-License-Identifier: Apache-2.0
"""Plans, disputes, agreements, proofs, mandates, charges and refunds, each in a line of the customer's timeline."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils.translation import get_language, gettext_noop, ngettext
from django.utils.translation import gettext as _

from conserje.ui.codes import name
from conserje.ui.dispute_words import KINDS, OUTCOMES
from conserje.ui.figures import show_day
from conserje.workbench import plan_words

Told = dict[str, Any]

# How each is drawn.
DRAWN = {
    "plan_proposed": "promise",
    "plan_offered": "promise",
    "plan_agreed": "promise",
    "plan_moved": "promise",
    "plan_closed": "promise",
    "dispute_message": "dispute",
    "dispute_closed": "dispute",
    "proposal": "dispute",
    "proposal_closed": "dispute",
    "agreement": "promise",
    "agreement_closed": "promise",
    "proof": "reply",
    "enquiry": "reply",
    "enquiry_closed": "reply",
    "mandate": "payment",
    "mandate_closed": "payment",
    "charge": "payment",
    "refund": "payment",
}


def about(told: Told) -> str:
    """The invoice it is about."""
    return told["number"] or _("everything that is due")


def quoted(words: str) -> str:
    """Somebody's words, marked as such."""
    return f"“{words}”" if words else ""


def joined(*parts: str) -> str:
    """What there is of `parts`, in a line."""
    return " · ".join(part for part in parts if part)


def day_of(text: str) -> str:
    """A day that came as ISO text."""
    return show_day(date.fromisoformat(text), language=get_language() or "es")


def _plan(said: str) -> Callable[[Told], tuple[str, str]]:
    def tell(told: Told) -> tuple[str, str]:
        text = ngettext("%(count)s part", "%(count)s parts", told["number"])
        return _(said), text % {"count": told["number"]}

    return tell


def _plan_moved(told: Told) -> tuple[str, str]:
    days = {"before": day_of(told["from"]), "day": day_of(told["on"])}
    because = _("it was missed") if told["because"] == "missed" else _("the customer asked")
    return _("An instalment moved from %(before)s to %(day)s") % days, because


def _plan_closed(told: Told) -> tuple[str, str]:
    state = str(plan_words.STATES.get(told["state"], told["state"]))
    return _("Payment plan: %(state)s") % {"state": state}, str(plan_words.WHY.get(told["why"], ""))


def _dispute(told: Told) -> tuple[str, str]:
    title = _("Does not agree: %(about)s") % {"about": name(KINDS, told["kind"])}
    return title, joined(about(told), quoted(told["words"]))


def _dispute_message(told: Told) -> tuple[str, str]:
    return _("Written about the dispute"), joined(about(told), quoted(told["words"]))


def _dispute_closed(told: Told) -> tuple[str, str]:
    return _("Dispute closed"), joined(about(told), name(OUTCOMES, told["outcome"]))


def _proposal(told: Told) -> tuple[str, str]:
    by = _("to be paid by %(day)s") % {"day": day_of(told["by"])}
    return _("Proposed a way to resolve it"), joined(about(told), by)


def _proposal_closed(told: Told) -> tuple[str, str]:
    taken = told["state"] == "withdrawn"
    return _("Took the proposal back") if taken else _("The proposal ran out"), about(told)


def _agreement(told: Told) -> tuple[str, str]:
    by = _("to be paid by %(day)s") % {"day": day_of(told["by"])}
    settled = told["kind"] == "settlement"
    return _("Agreed to settle for less") if settled else _("Agreed how to resolve the dispute"), by


def _agreement_closed(told: Told) -> tuple[str, str]:
    if told["state"] == "carried_out":
        return _("The agreement is fulfilled"), ""
    return _("The agreement ended: it was not paid in time"), ""


def _proof(told: Told) -> tuple[str, str]:
    return _("Sent a proof of payment"), told["file"]


def _enquiry(told: Told) -> tuple[str, str]:
    titles = {"complaint": _("Complained"), "wrong_person": _("Says this is not the right person")}
    return titles.get(told["kind"], _("Wrote to us")), quoted(told["words"])


def _enquiry_closed(told: Told) -> tuple[str, str]:
    return _("Answered what they wrote"), ""


def card(told: Told) -> str:
    """A card or a wallet in few signs."""
    ending = f"•••• {told['last4']}" if told["last4"] else ""
    return " ".join(part for part in (told["brand"] or told["method"], ending) if part)


def _mandate(told: Told) -> tuple[str, str]:
    return _("Left a card to be charged"), card(told)


def _mandate_closed(told: Told) -> tuple[str, str]:
    return _("The card is not charged any more"), card(told)


def _charge(told: Told) -> tuple[str, str]:
    titles = {
        "paid": _("Charged, as agreed"),
        "declined": _("The charge did not go through"),
        "expired": _("The charge did not go through"),
        "quarantined": _("The charge waits for a person"),
        "unknown": _("It is not known yet whether the charge went through"),
    }
    return titles.get(told["state"], _("The charge is being confirmed")), card(told)


def _refund(told: Told) -> tuple[str, str]:
    titles = {"done": _("Money given back"), "refused": _("The gateway did not give the money back")}
    return titles.get(told["state"], _("Money on its way back")), ""


TOLD: dict[str, Callable[[Any], tuple[str, str]]] = {
    "plan_proposed": _plan(gettext_noop("Proposed to pay in parts")),
    "plan_offered": _plan(gettext_noop("Offered to pay in parts")),
    "plan_agreed": _plan(gettext_noop("Payment plan agreed")),
    "plan_moved": _plan_moved,
    "plan_closed": _plan_closed,
    "dispute": _dispute,
    "dispute_message": _dispute_message,
    "dispute_closed": _dispute_closed,
    "proposal": _proposal,
    "proposal_closed": _proposal_closed,
    "agreement": _agreement,
    "agreement_closed": _agreement_closed,
    "proof": _proof,
    "enquiry": _enquiry,
    "enquiry_closed": _enquiry_closed,
    "mandate": _mandate,
    "mandate_closed": _mandate_closed,
    "charge": _charge,
    "refund": _refund,
}
