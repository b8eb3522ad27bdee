# SPDX-License-Identifier: Apache-2.0
"""What the reader and the creditor arranged, said and charged: each thing in one sentence, with its day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from conserje.portal import brand
from conserje.portal.history_pages import HistoryPage, Thing
from conserje.portal.visit import Visit, looking
from conserje.services.insights import arranged
from conserje.services.insights.happened import Happened
from conserje.ui.figures import show_day, show_money

SHOWN: Final = 100


@looking
def show(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The latest of what was arranged with the reader."""
    rows = arranged.latest(creditor_id=visit.creditor_id, customer_id=visit.customer_id, limit=SHOWN)
    zone = visit.now.tzinfo
    things = tuple(Thing(row.at.astimezone(zone).date(), sentence(row)) for row in rows)
    page = HistoryPage(brand.of(visit.creditor), visit.today, things)
    return render(request, "portal/history/show.html", {"page": page})


def sentence(row: Happened) -> str:
    """One thing, as the reader is told it."""
    return _TOLD[row.kind](row)


def _amount(row: Happened) -> str:
    return show_money(row.amount, language=get_language() or "") if row.amount is not None else ""


def _day(text: str) -> str:
    return show_day(date.fromisoformat(text), language=get_language() or "")


def _is_mine(row: Happened) -> bool:
    return row.actor == "customer"


def _plan_proposed(row: Happened) -> str:
    return _("You proposed to pay %(amount)s in parts.") % {"amount": _amount(row)}


def _plan_offered(row: Happened) -> str:
    return _("We offered you to pay %(amount)s in parts.") % {"amount": _amount(row)}


def _plan_agreed(row: Happened) -> str:
    return _("We agreed on a plan for %(amount)s.") % {"amount": _amount(row)}


def _plan_moved(row: Happened) -> str:
    days = {"before": _day(row.told["from"]), "day": _day(row.told["on"])}
    if row.told["because"] == "asked":
        return _("You moved a part from %(before)s to %(day)s.") % days
    return _("The part of %(before)s moved to the end of the plan, %(day)s.") % days


def _plan_closed(row: Happened) -> str:
    if row.told["state"] == "kept":
        return _("You paid the whole plan. Thank you.")
    return _("The plan ended.") if row.told["state"] == "ended" else _("The plan was not agreed on.")


def _dispute(row: Happened) -> str:
    if _is_mine(row):
        return _("You told us that something of %(number)s is not right.") % row.told
    return _("We wrote down that something of %(number)s is not right for you.") % row.told


def _dispute_message(row: Happened) -> str:
    said = _("You wrote about %(number)s.") if _is_mine(row) else _("We answered about %(number)s.")
    return said % row.told


def _dispute_closed(row: Happened) -> str:
    return _("We finished looking at %(number)s.") % row.told


def _proposal(row: Happened) -> str:
    said = (
        _("You proposed to pay %(amount)s of %(number)s by %(day)s.")
        if _is_mine(row)
        else _("We proposed that you pay %(amount)s of %(number)s by %(day)s.")
    )
    return said % {"amount": _amount(row), "number": row.told["number"], "day": _day(row.told["by"])}


def _proposal_closed(row: Happened) -> str:
    if row.told["state"] == "expired":
        return _("The proposal about %(number)s is no longer valid.") % row.told
    said = (
        _("You took your proposal about %(number)s back.")
        if _is_mine(row)
        else _("We took our proposal about %(number)s back.")
    )
    return said % row.told


def _agreement(row: Happened) -> str:
    what = {"amount": _amount(row), "day": _day(row.told["by"])}
    if row.told["kind"] == "settlement":
        return _("We agreed that %(amount)s by %(day)s closes your account.") % what
    return _("We agreed that you pay %(amount)s by %(day)s.") % what


def _agreement_closed(row: Happened) -> str:
    if row.told["state"] == "carried_out":
        return _("What we agreed on is fulfilled.")
    return _("What we agreed on ended without the payment.")


def _proof(row: Happened) -> str:
    return _("You sent us a proof of payment.")


def _enquiry(row: Happened) -> str:
    return _("You made a complaint.") if row.told["kind"] == "complaint" else _("You wrote to us.")


def _enquiry_closed(row: Happened) -> str:
    return _("We answered what you wrote.")


def _card(row: Happened) -> str:
    ending = f"•••• {row.told['last4']}" if row.told["last4"] else ""
    return " ".join(part for part in (row.told["brand"] or row.told["method"], ending) if part)


def _mandate(row: Happened) -> str:
    return _("You let us charge %(card)s.") % {"card": _card(row)}


def _mandate_closed(row: Happened) -> str:
    return _("We do not charge %(card)s any more.") % {"card": _card(row)}


def _charge(row: Happened) -> str:
    what = {"amount": _amount(row), "card": _card(row)}
    if row.told["state"] == "paid":
        return _("We charged %(amount)s to %(card)s, as agreed.") % what
    if row.told["state"] in ("declined", "expired"):
        return _("We tried to charge %(amount)s to %(card)s, and it did not go through.") % what
    return _("We asked for %(amount)s from %(card)s; it is being confirmed.") % what


def _refund(row: Happened) -> str:
    if row.told["state"] == "done":
        return _("We gave you %(amount)s back.") % {"amount": _amount(row)}
    if row.told["state"] == "refused":
        return _("%(amount)s could not be given back by the gateway; a person looks at it.") % {
            "amount": _amount(row)
        }
    return _("%(amount)s is on its way back to you.") % {"amount": _amount(row)}


_TOLD: Final[dict[str, Callable[[Any], str]]] = {
    "plan_proposed": _plan_proposed,
    "plan_offered": _plan_offered,
    "plan_agreed": _plan_agreed,
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
