# SPDX-License-Identifier: Apache-2.0
"""What a link alone does not open: a code, sent to an address on file, opens it for half an hour in this browser.

    @acting("POST")
    @confirmed
    def accept(request, visit): ...

Whoever comes without it is asked for the code first, and what they had typed is kept, sealed, and done afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import resolve
from django.utils.translation import gettext as _

from conserje.portal import brand
from conserje.portal.act_pages import CodePage
from conserje.portal.masks import masked
from conserje.portal.visit import Page, Visit, acting, by_method, looking
from conserje.services.outreach import address as addresses
from conserje.services.outreach import portal_code
from conserje.services.tenancy.act import reading
from conserje.ui.listing import Option

COOKIE_NAME = "__Secure-code" if settings.IS_HTTPS else "code"
COOKIE_LIFE = timedelta(minutes=30)
KEPT_MAX = 24_000
_COOKIE_SALT = "conserje.portal.confirm.cookie"
_KEPT_SALT = "conserje.portal.confirm.kept"
# What belongs to the page that asked, and not to what is done.
_OWN_FIELDS = ("csrfmiddlewaretoken",)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the reader wanted when they were asked for a code: a path of the account, and the form sent to it."""

    path: str
    form: str | None


def confirmed(page: Page) -> Page:
    """Below `looking` or `acting`: the page, once the code was given; until then, the page that asks for it."""

    @wraps(page)
    def inside(request: HttpRequest, visit: Visit, **rest: Any) -> HttpResponse:
        if is_confirmed(request, visit):
            return page(request, visit, **rest)
        form = None
        if request.method == "POST":
            fields = request.POST.copy()
            for name in _OWN_FIELDS:
                fields.pop(name, None)
            form = fields.urlencode()
        wanted = _sealed(visit, _Kept(request.get_full_path(), form))
        if request.method == "POST":
            with reading(creditor_id=visit.creditor_id):
                return _asked(request, visit, wanted)
        return _asked(request, visit, wanted)

    return inside


def is_confirmed(request: HttpRequest, visit: Visit) -> bool:
    """Whether the reader of this very link gave its code within the last half hour."""
    if getattr(request, "code_given_for", None) == (visit.creditor_id, visit.opened.link_id):
        return True
    try:
        found = signing.loads(
            request.COOKIES.get(COOKIE_NAME, ""),
            salt=f"{_COOKIE_SALT}.{visit.creditor_id}",
            max_age=COOKIE_LIFE,
        )
    except signing.BadSignature:
        return False
    return bool(found == visit.opened.link_id)


@looking
def _show(request: HttpRequest, visit: Visit) -> HttpResponse:
    return _asked(request, visit, _sealed(visit, _Kept(visit.url("home"), None)))


@acting("POST")
def _take(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Send a code to the chosen address, or look at the one that was typed."""
    wanted = request.POST.get("kept", "")
    kept = _opened(visit, wanted)
    if kept is None:
        kept, wanted = _Kept(visit.url("home"), None), ""
    if request.POST.get("act") == "send":
        return _send(request, visit, wanted)
    code = "".join(sign for sign in request.POST.get("code", "") if sign.isdigit() and sign.isascii())
    right = len(code) == portal_code.DIGITS and portal_code.check(
        creditor_id=visit.creditor_id,
        link_id=visit.opened.link_id,
        customer_id=visit.customer_id,
        code=code,
        now=visit.now,
    )
    if right:
        return _go_on(request, visit, kept)
    wrong = _(
        "That is not the code, or it is not good any more. You can write it again or ask for a new one."
    )
    return _again(request, visit, wanted, wrong=wrong, sent_to=request.POST.get("address", ""))


show = by_method(get=_show, post=_take)


def _send(request: HttpRequest, visit: Visit, wanted: str) -> HttpResponse:
    chosen = request.POST.get("address", "")
    try:
        portal_code.ask(
            creditor_id=visit.creditor_id,
            link_id=visit.opened.link_id,
            customer_id=visit.customer_id,
            point_id=int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 19 else 0,
            now=visit.now,
        )
    except portal_code.UnknownAddress:
        return _again(request, visit, wanted, wrong=_("Choose one of the addresses below."))
    except portal_code.NoCarrier:
        return _again(
            request, visit, wanted, wrong=_("We cannot send a code at this moment. Please call us.")
        )
    except portal_code.TooMany:
        said = _("Three codes were sent within the hour. Use the last one, or try again in an hour.")
        return _again(request, visit, wanted, wrong=said, sent_to=chosen)
    with reading(creditor_id=visit.creditor_id):
        return _asked(request, visit, wanted, sent_to=chosen)


def _go_on(request: HttpRequest, visit: Visit, kept: _Kept) -> HttpResponse:
    """Do what was kept: go to the page, or send its form once more as if it had been sent with the code."""
    if kept.form is None:
        answer: HttpResponse = HttpResponseRedirect(kept.path)
        answer.status_code = 303
    else:
        page = resolve(kept.path.partition("?")[0])
        request.POST = QueryDict(kept.form)
        request.code_given_for = (visit.creditor_id, visit.opened.link_id)  # type: ignore[attr-defined]
        answer = page.func(request, *page.args, **page.kwargs)
    answer.set_cookie(
        COOKIE_NAME,
        signing.dumps(visit.opened.link_id, salt=f"{_COOKIE_SALT}.{visit.creditor_id}"),
        max_age=COOKIE_LIFE,
        path=visit.url("home"),
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return answer


def _again(request: HttpRequest, visit: Visit, wanted: str, *, wrong: str, sent_to: str = "") -> HttpResponse:
    with reading(creditor_id=visit.creditor_id):
        answer = _asked(request, visit, wanted, wrong=wrong, sent_to=sent_to)
    answer.status_code = 400
    return answer


def _asked(
    request: HttpRequest, visit: Visit, wanted: str, *, wrong: str = "", sent_to: str = ""
) -> HttpResponse:
    known = addresses.of_customer(creditor_id=visit.creditor_id, customer_id=visit.customer_id)
    options = _options(visit, known, sent_to)
    page = CodePage(
        brand=brand.of(visit.creditor),
        today=visit.today,
        addresses=options,
        sent_to=next((item.label for item in options if item.value == sent_to), ""),
        chosen=sent_to,
        kept=wanted,
        typed=bool(wanted) and _has_form(visit, wanted),
        wrong=wrong,
        minutes=int(portal_code.LIFE.total_seconds()) // 60,
    )
    return render(request, "portal/code/show.html", {"page": page})


def _options(visit: Visit, known: Sequence[addresses.Standing], chosen: str) -> tuple[Option, ...]:
    """The addresses a code may go to, the reader's own first."""
    able = [item for item in known if item.allowed]
    able.sort(key=lambda item: item.contact_id != visit.opened.contact_id)
    first = chosen or (str(able[0].point_id) if able else "")
    return tuple(
        Option(str(item.point_id), masked(item.address), chosen=str(item.point_id) == first) for item in able
    )


def _sealed(visit: Visit, kept: _Kept) -> str:
    text = signing.dumps([kept.path, kept.form], salt=_salt(visit), compress=True)
    return text if len(text) <= KEPT_MAX else ""


def _opened(visit: Visit, text: str) -> _Kept | None:
    try:
        path, form = signing.loads(text, salt=_salt(visit))
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return _Kept(str(path), form if isinstance(form, str) else None)


def _has_form(visit: Visit, text: str) -> bool:
    kept = _opened(visit, text)
    return kept is not None and kept.form is not None


def _salt(visit: Visit) -> str:
    return f"{_KEPT_SALT}.{visit.creditor_id}.{visit.opened.link_id}"
