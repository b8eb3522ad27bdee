# SPDX-License-Identifier: Apache-2.0
"""Contacts made, in the reader's words: when, through what, why, and whether they arrived."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, tzinfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conserje.domain.ports.channel import Channel
from conserje.domain.rules.facts import ContactOutcome
from conserje.portal.pages import PastTouch
from conserje.portal.visit import Visit
from conserje.services.outreach.elsewhere import Told
from conserje.services.outreach.telling import TouchTold

SHOWN = 20
_STATES = {
    ContactOutcome.FAILED_BEFORE: "failed",
    ContactOutcome.ATTEMPTED: "no_conversation",
    ContactOutcome.DELIVERED: "delivered",
    ContactOutcome.ANSWERED: "answered",
    ContactOutcome.TWO_WAY: "answered",
}


def touches(visit: Visit, made: Sequence[TouchTold], outside: Sequence[Told]) -> tuple[PastTouch, ...]:
    """The latest contacts, newest first, those made elsewhere among them.

    Anybody but the reader is named by initials.
    """
    told = [(item.at, _touch(visit, item)) for item in made[:SHOWN]]
    told += [(item.contact.at, _outside(item, visit.now.tzinfo)) for item in outside[:SHOWN]]
    told.sort(key=lambda item: item[0], reverse=True)
    return tuple(item for _at, item in told[:SHOWN])


def _outside(item: Told, zone: tzinfo | None) -> PastTouch:
    contact = item.contact
    on = contact.at.astimezone(zone).date()
    reason = _("You got in touch with us.") if contact.inbound else _("We got in touch with you another way.")
    state = _STATES[contact.outcome]
    if state == "no_conversation" and contact.channel is not Channel.CALL:
        state = "accepted"
    return PastTouch(on=on, channel=contact.channel.value, reason=reason, state=state)


def _touch(visit: Visit, item: TouchTold) -> PastTouch:
    on = item.at.astimezone(visit.now.tzinfo).date()
    own = item.contact_id == visit.opened.contact_id
    return PastTouch(
        on=on,
        channel=item.channel,
        reason=_reason(item, on),
        state=item.state,
        said=item.subject,
        to=item.contact_name if own else masked_name(item.contact_name),
        url=visit.url("message", touch=str(item.id)) if item.subject else "",
    )


def _reason(item: TouchTold, on: date) -> str:
    if item.purpose == "payment_confirmation":
        return _("We had received your payment.")
    if item.letter == "answer":
        return _("You had written to us or proposed something, and we answered.")
    if item.purpose == "requested_info":
        return _("It was asked for on this page.")
    if item.due_on is None:
        return _("There were open invoices.")
    days = (on - item.due_on).days
    if days == 0:
        return _("It was the payment date.")
    if days < 0:
        sentence = ngettext(
            "The payment date was %(days)s day away.", "The payment date was %(days)s days away.", -days
        )
        return sentence % {"days": -days}
    sentence = ngettext(
        "The payment date had passed %(days)s day before.",
        "The payment date had passed %(days)s days before.",
        days,
    )
    return sentence % {"days": days}


def masked_name(name: str) -> str:
    """ "Marcos Díaz" gives "Marcos D."."""
    first, *rest = name.split()[:2] or [""]
    return " ".join([first, *(f"{word[0]}." for word in rest)])
