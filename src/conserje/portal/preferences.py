# SPDX-License-Identifier: Apache-2.0
"""How the reader is written to: each address with its permission, and one button to stop or to resume."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conserje.portal import brand
from conserje.portal.masks import masked
from conserje.portal.pages import Address, PreferencesPage
from conserje.portal.visit import Visit, acting, by_method, looking
from conserje.services.outreach import address as addresses
from conserje.services.outreach import contact_hours
from conserje.services.receivables import language
from conserje.services.tenancy.act import reading
from conserje.ui.listing import Option

HOW = "portal"
_LANGUAGES = {"es": "Español", "en": "English", "pt_BR": "Português"}
_SAID = {
    "stopped": gettext_lazy("Done. We no longer write there."),
    "resumed": gettext_lazy("Done. We may write there again."),
    "hours": gettext_lazy("Done. We write only within those hours, and never outside what the law allows."),
    "language": gettext_lazy("Done. From now on we write to you in this language."),
}
_GIVEN = {
    "contract": gettext_lazy("It was given to us with the contract."),
    "order": gettext_lazy("It was given to us with an order."),
    "form": gettext_lazy("It was given to us in a form."),
    "own_email": gettext_lazy("You wrote to us from it."),
    "customer": gettext_lazy("You allowed it here."),
}


@looking
def _show(request: HttpRequest, visit: Visit) -> HttpResponse:
    said = _SAID.get(request.GET.get("done", ""), "")
    return render(request, "portal/preferences/show.html", {"page": _page(visit, str(said))})


@acting("POST")
def _change(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Stop or resume the chosen address, or stop them all; then show what holds now."""
    asked = {"hours": _hours, "language": _language}.get(request.POST.get("act", ""))
    if asked is not None:
        return _back(visit, request.POST["act"]) if asked(request, visit) else _again(request, visit)
    change = {"stop": addresses.stop, "resume": addresses.resume}.get(request.POST.get("act", ""))
    ids = _ids(visit, request.POST.get("address", ""))
    if change is None or not ids:
        return _again(request, visit)
    try:
        change(
            creditor_id=visit.creditor_id,
            customer_id=visit.customer_id,
            point_ids=ids,
            how=HOW,
            now=visit.now,
        )
    except addresses.UnknownAddress:
        return _again(request, visit)
    done = "stopped" if change is addresses.stop else "resumed"
    return _back(visit, done)


show = by_method(get=_show, post=_change)


def _back(visit: Visit, done: str) -> HttpResponse:
    answer = HttpResponseRedirect(f"{visit.url('preferences')}?done={done}")
    answer.status_code = 303
    return answer


def _hours(request: HttpRequest, visit: Visit) -> bool:
    """Write only within these hours; False when they are none."""
    first, last = request.POST.get("from_hour", ""), request.POST.get("to_hour", "")
    if not all(text.isascii() and text.isdigit() and len(text) < 3 for text in (first, last)):
        return False
    try:
        contact_hours.wish(
            creditor_id=visit.creditor_id,
            customer_id=visit.customer_id,
            hours=(int(first), int(last)),
            now=visit.now,
        )
    except contact_hours.Refused:
        return False
    return True


def _language(request: HttpRequest, visit: Visit) -> bool:
    """Write in this language; False when we do not speak it."""
    locale = request.POST.get("locale", "")
    if locale not in _locales(visit):
        return False
    language.speak(
        creditor_id=visit.creditor_id,
        customer_id=visit.customer_id,
        contact_id=visit.opened.contact_id,
        locale=locale,
        now=visit.now,
    )
    return True


def _locales(visit: Visit) -> dict[str, str]:
    """What we can write in, each by its own name; of the creditor's own language, the country's way of it."""
    own = visit.creditor.locale
    return {own if own.startswith(code) else code: name for code, name in _LANGUAGES.items()}


def _ids(visit: Visit, chosen: str) -> list[int]:
    if chosen != "all":
        return [int(chosen)] if chosen.isascii() and chosen.isdigit() and len(chosen) < 19 else []
    with reading(creditor_id=visit.creditor_id):
        known = addresses.of_customer(creditor_id=visit.creditor_id, customer_id=visit.customer_id)
    return [item.point_id for item in known if item.allowed]


def _again(request: HttpRequest, visit: Visit) -> HttpResponse:
    with reading(creditor_id=visit.creditor_id):
        page = _page(visit, _("Nothing was changed. Choose one of the addresses below."))
    return render(request, "portal/preferences/show.html", {"page": page}, status=400)


def _page(visit: Visit, message: str) -> PreferencesPage:
    found = addresses.of_customer(creditor_id=visit.creditor_id, customer_id=visit.customer_id)
    first, last = contact_hours.of_customer(creditor_id=visit.creditor_id, customer_id=visit.customer_id)
    return PreferencesPage(
        brand=brand.of(visit.creditor),
        today=visit.today,
        addresses=tuple(_address(visit, item) for item in found),
        message=message,
        from_hours=_clock(range(24), first),
        to_hours=_clock(range(1, 25), last),
        locales=tuple(
            Option(code, name, chosen=code[:2] == visit.locale[:2]) for code, name in _locales(visit).items()
        ),
    )


def _clock(hours: Iterable[int], chosen: int) -> tuple[Option, ...]:
    return tuple(Option(str(hour), f"{hour:02d}:00", chosen=hour == chosen) for hour in hours)


def _address(visit: Visit, item: addresses.Standing) -> Address:
    stopped_at = item.stopped_at
    return Address(
        id=str(item.point_id),
        channel="email",
        shown=masked(item.address),
        allowed=item.allowed,
        given=str(_GIVEN.get(item.basis, "")) if item.allowed else "",
        stopped_on=stopped_at.astimezone(visit.now.tzinfo).date() if stopped_at else None,
    )
