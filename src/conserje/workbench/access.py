# SPDX-License-Identifier: Apache-2.0
"""Who may sit at which desk: signed in, a member of the creditor, and in what role.

A creditor that is not one's own is answered like one that does not exist.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Any, cast
from zoneinfo import ZoneInfo

from csp.constants import SELF
from csp.decorators import csp_update
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation

from conserje.config import clock
from conserje.domain.kit.days import zone
from conserje.services.tenancy import people
from conserje.services.tenancy.act import reading
from conserje.services.tenancy.creditor import Facts
from conserje.services.tenancy.people import Seat

SESSION_LIFE = timedelta(hours=12)
_SINCE = "desk_since"


@dataclass(frozen=True, slots=True)
class Desk:
    """One request of a person who works here. `now` is the book's own moment, in the creditor's zone."""

    seat: Seat
    user_id: int
    user_name: str
    now: datetime

    @property
    def creditor(self) -> Facts:
        """Whose books."""
        return self.seat.creditor

    @property
    def creditor_id(self) -> int:
        """Whose books, by id."""
        return self.seat.creditor.id

    @property
    def zone(self) -> ZoneInfo:
        """Where the creditor is."""
        return zone(self.seat.creditor.time_zone)

    @property
    def today(self) -> date:
        """The creditor's day."""
        return self.now.date()

    @property
    def by(self) -> str:
        """This person as acts record them."""
        return f"person:{self.user_id}"

    def url(self, name: str, **parts: Any) -> str:
        """The path of a screen of this creditor."""
        return reverse(f"workbench:{name}", kwargs={"creditor": self.seat.creditor.public_id, **parts})

    def local(self, at: datetime) -> datetime:
        """`at` as it stands in the creditor's zone."""
        return at.astimezone(self.zone)


View = Callable[..., HttpResponse]


def looking(view: View) -> View:
    """A screen that only shows: the database refuses any change made while it is drawn."""

    def inside(request: HttpRequest, desk: Desk, **rest: Any) -> HttpResponse:
        with reading(creditor_id=desk.creditor_id):
            return view(request, desk, **rest)

    return _seated(view, inside, ("GET", "HEAD"))


def framing(view: View) -> View:
    """A screen that may show another page of ours in a frame."""
    return cast(View, csp_update({"frame-src": [SELF]})(view))


def acting(view: View) -> View:
    """A POST that changes something through services that open their own transaction; never for a viewer."""

    def inside(request: HttpRequest, desk: Desk, **rest: Any) -> HttpResponse:
        if not desk.seat.may_act:
            raise PermissionDenied
        return view(request, desk, **rest)

    return _seated(view, inside, ("POST",))


def by_method(*, get: View, post: View) -> View:
    """One address, two views: what GET shows and what POST does."""

    def chosen(request: HttpRequest, **rest: Any) -> HttpResponse:
        return (post if request.method == "POST" else get)(request, **rest)

    return chosen


def _seated(view: View, inside: Callable[..., HttpResponse], methods: tuple[str, ...]) -> View:
    @login_required
    @wraps(view)
    def outside(request: HttpRequest, creditor: str, **rest: Any) -> HttpResponse:
        if request.method not in methods:
            return HttpResponseNotAllowed(methods)
        if _too_long(request):
            logout(request)
            return redirect("account_login")
        desk = _desk(request, creditor)
        with translation.override(spoken(desk.creditor.locale)):
            answer = inside(request, desk, **rest)
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer

    return outside


def spoken(locale: str) -> str:
    """The language of the screen, in the creditor's own variety: "es" for one in Colombia is "es-co"."""
    language = translation.get_language() or "es"
    own = locale.replace("_", "-").lower()
    return own if own.partition("-")[0] == language else language


def _desk(request: HttpRequest, creditor: str) -> Desk:
    user_id = user_id_of(request)
    seat = people.seat(user_id=user_id, public_id=creditor)
    if seat is None:
        raise Http404
    now = clock.now_for(seat.creditor).astimezone(zone(seat.creditor.time_zone))
    return Desk(seat, user_id, getattr(request.user, "name", "") or str(request.user), now)


def user_id_of(request: HttpRequest) -> int:
    """Who is signed in. Raises `PermissionDenied` when nobody is."""
    if request.user.pk is None:
        raise PermissionDenied
    return int(request.user.pk)


def _too_long(request: HttpRequest) -> bool:
    """Whether this session began more than `SESSION_LIFE` ago, however busy it was."""
    since = request.session.setdefault(_SINCE, clock.now().timestamp())
    return clock.now().timestamp() - float(since) > SESSION_LIFE.total_seconds()
