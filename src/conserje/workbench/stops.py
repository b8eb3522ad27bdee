# SPDX-License-Identifier: Apache-2.0
"""Sending that is stopped, by the fuse or by a person: told on the first screen, and let go or pressed from there."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conserje.services.outreach import fuse, stop
from conserje.services.outreach.stop import Stopped
from conserje.services.tenancy import people
from conserje.ui import labels
from conserje.workbench.access import Desk, acting
from conserje.workbench.home_pages import StopNotice

_WHY: Final[dict[str, Promise]] = {
    fuse.TOO_MANY: gettext_lazy(
        "One customer was about to get a fourth message within an hour, and that cannot be right. Nobody got it."
    ),
    fuse.TOO_MANY_FAILED: gettext_lazy(
        "Too many of the last messages were not accepted. Look at the mail server and at what it answered."
    ),
}


def notices(desk: Desk) -> tuple[StopNotice, ...]:
    """What is stopped now, the oldest first, in words."""
    found = stop.in_force(creditor_id=desk.creditor_id)
    persons = [int(item.by.partition(":")[2]) for item in found if item.by.startswith("person:")]
    names = people.names(user_ids=persons) if persons else {}
    return tuple(_notice(desk, item, names) for item in found)


@acting
def lift(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Let go what is stopped (POST `channel`, empty for everything); owners and managers only."""
    _must_lead(desk)
    channel = request.POST.get("channel", "")
    if stop.lift(creditor_id=desk.creditor_id, channel=channel, by=desk.by, now=desk.now):
        messages.success(
            request, _("Let go: what is still right and lawful leaves again within a minute or two.")
        )
    else:
        messages.warning(request, _("That was not stopped."))
    return redirect(desk.url("home"))


@acting
def place(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Stop everything (POST `reason`, in the person's words); owners and managers only."""
    _must_lead(desk)
    reason = request.POST.get("reason", "").strip() or _("No reason was given.")
    stop.place(creditor_id=desk.creditor_id, channel="", reason=reason, by=desk.by, now=desk.now)
    return redirect(desk.url("home"))


def _must_lead(desk: Desk) -> None:
    if not desk.seat.leads:
        raise PermissionDenied


def _notice(desk: Desk, item: Stopped, names: dict[int, str]) -> StopNotice:
    word = labels.CHANNELS.get(item.channel, item.channel)
    return StopNotice(
        channel=item.channel,
        what=_("Stopped: %(channel)s") % {"channel": word}
        if item.channel
        else _("Everything is stopped: nothing leaves"),
        since=desk.local(item.since),
        by=_by(item.by, names),
        why=str(_WHY.get(item.reason, item.reason)),
        to_do=_("When the cause is gone, let it go here, or on the server with “conserje stop lift”.")
        if desk.seat.leads
        else _("An owner or a manager lets it go here, or on the server with “conserje stop lift”."),
    )


def _by(by: str, names: dict[int, str]) -> str:
    if by == "system":
        return _("it stopped by itself")
    return names.get(int(by.partition(":")[2]), "") or _("by somebody on the server")
