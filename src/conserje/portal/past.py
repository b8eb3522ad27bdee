# SPDX-License-Identifier: Apache-2.0
"""Contacts made, in the reader's words: when, through what, why, and whether they arrived."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, tzinfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conserje.portal.pages import PastTouch
from conserje.services.outreach.telling import TouchTold

SHOWN = 20


def touches(told: Sequence[TouchTold], *, reader: int | None, zone: tzinfo | None) -> tuple[PastTouch, ...]:
    """The latest contacts, newest first. `reader` is the contact who looks: anybody else is named by initials."""
    return tuple(_touch(item, reader=reader, zone=zone) for item in told[:SHOWN])


def _touch(item: TouchTold, *, reader: int | None, zone: tzinfo | None) -> PastTouch:
    on = item.at.astimezone(zone).date()
    return PastTouch(
        on=on,
        channel=item.channel,
        reason=_reason(item, on),
        state=item.state,
        said=item.subject,
        to=item.contact_name if item.contact_id == reader else masked_name(item.contact_name),
    )


def _reason(item: TouchTold, on: date) -> str:
    if item.purpose == "payment_confirmation":
        return _("We had received your payment.")
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
