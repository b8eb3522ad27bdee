# SPDX-License-Identifier: Apache-2.0
"""Who stands at the door: the creditor of the address, and the reader whose link was swapped for a cookie.

Every answer leaves here with the same caution: nothing is kept by browsers or on the way, and whatever does not
open, for whatever reason, is answered with one page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation

from conserje.config import clock
from conserje.domain.kit.days import zone
from conserje.domain.outreach.evidence import Trace
from conserje.portal import paths
from conserje.portal.act_pages import LinkPage
from conserje.services.outreach import evidence, portal_link
from conserje.services.outreach.portal_link import Opened
from conserje.services.tenancy import creditor as creditors
from conserje.services.tenancy.act import reading
from conserje.services.tenancy.creditor import Facts, UnknownCreditor

COOKIE_NAME = "__Secure-account" if settings.IS_HTTPS else "account"
COOKIE_LIFE = timedelta(hours=12)
_SALT = "conserje.portal.link"
_FALLBACK = "es"


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a reader. `now` stands in the reader's zone."""

    creditor: Facts
    opened: Opened
    now: datetime

    @property
    def creditor_id(self) -> int:
        """Whose books."""
        return self.creditor.id

    @property
    def customer_id(self) -> int:
        """Whose account."""
        return self.opened.customer_id

    @property
    def today(self) -> date:
        """The day where the reader is."""
        return self.now.date()

    @property
    def locale(self) -> str:
        """The reader's, else the creditor's: "es_CO"."""
        return self.opened.locale or self.creditor.locale

    def url(self, page: str, **parts: str) -> str:
        """The path of a page of this creditor."""
        if not parts:
            return paths.of(page, self.creditor.public_id)
        return reverse(f"portal:{page}", kwargs={"creditor": self.creditor.public_id, **parts})


def leave_trace(visit: Visit, kind: Trace, reference: str) -> None:
    """A person did something that opening a page does not: the message whose link brought them here has arrived."""
    if visit.opened.touch_id is not None:
        evidence.keep(
            creditor_id=visit.creditor_id,
            touch_id=visit.opened.touch_id,
            kind=kind,
            reference=reference,
            now=visit.now,
        )


Page = Callable[..., HttpResponse]


def looking(page: Page) -> Page:
    """A page that only shows: the database refuses any change made while it is drawn."""

    def inside(request: HttpRequest, facts: Facts, link_id: int, **rest: Any) -> HttpResponse:
        with reading(creditor_id=facts.id):
            visit = _visit(facts, link_id)
            return _unopened(request) if visit is None else _spoken(request, visit, page, rest)

    return _with_link(page, inside, ("GET", "HEAD"))


def acting(*methods: str) -> Callable[[Page], Page]:
    """A page that does something, through services that open their own transaction."""

    def decorate(page: Page) -> Page:
        def inside(request: HttpRequest, facts: Facts, link_id: int, **rest: Any) -> HttpResponse:
            with reading(creditor_id=facts.id):
                visit = _visit(facts, link_id)
            return _unopened(request) if visit is None else _spoken(request, visit, page, rest)

        return _with_link(page, inside, methods)

    return decorate


def by_method(*, get: Page, post: Page) -> Page:
    """One address, two pages: what GET shows and what POST does."""

    def chosen(request: HttpRequest, **rest: Any) -> HttpResponse:
        return (post if request.method == "POST" else get)(request, **rest)

    return chosen


def cautious(page: Page) -> Page:
    """Nothing of the answer is kept; an unknown creditor is answered like a link that does not open.

    `page` takes the creditor's facts in place of its public id.
    """

    @wraps(page)
    def inside(request: HttpRequest, creditor: str, **rest: Any) -> HttpResponse:
        try:
            facts = creditors.by_public_id(public_id=creditor)
        except UnknownCreditor:
            return _unopened(request)
        answer = page(request, facts, **rest)
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer

    return inside


def opened_by(facts: Facts, link_id: int) -> Opened | None:
    """What the link of a cookie still opens; call it inside a reading transaction."""
    return portal_link.by_id(creditor_id=facts.id, link_id=link_id, now=clock.now_for(facts))


def link_in(request: HttpRequest, facts: Facts) -> int | None:
    """The link that the reader's cookie names; None without a cookie of this creditor, or with an old one."""
    try:
        value = signing.loads(
            request.COOKIES.get(COOKIE_NAME, ""), salt=f"{_SALT}.{facts.id}", max_age=COOKIE_LIFE
        )
    except signing.BadSignature:
        return None
    return value if isinstance(value, int) else None


def keep_link(answer: HttpResponse, facts: Facts, link_id: int) -> None:
    """Give the reader a cookie that names the link, for this creditor's pages only."""
    answer.set_cookie(
        COOKIE_NAME,
        signing.dumps(link_id, salt=f"{_SALT}.{facts.id}"),
        max_age=COOKIE_LIFE,
        path=reverse("portal:home", kwargs={"creditor": facts.public_id}),
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )


def not_open(request: HttpRequest) -> HttpResponse:
    """The one answer to every link and page that does not open; it tells nobody why.

    Whoever has the address of a link may have a new one sent to where that one went.
    """
    return _unopened(request)


def asked_again(request: HttpRequest) -> HttpResponse:
    """The one answer to everybody who asks for a new link."""
    return _unopened(request, asked=True)


def language_of(locale: str, *, otherwise: str) -> str:
    """The language of the screens for a reader: "es_CO" gives "es-co"; one that we do not speak, the creditor's."""
    for wanted in (locale, otherwise):
        code = wanted.replace("_", "-").lower()
        language = code.partition("-")[0]
        if language == "pt":
            return "pt-br"
        if language in ("es", "en"):
            return code
    return _FALLBACK


def _with_link(page: Page, inside: Callable[..., HttpResponse], methods: tuple[str, ...]) -> Page:
    @cautious
    @wraps(page)
    def outside(request: HttpRequest, facts: Facts, **rest: Any) -> HttpResponse:
        if request.method not in methods:
            return HttpResponseNotAllowed(methods)
        link_id = link_in(request, facts)
        return _unopened(request) if link_id is None else inside(request, facts, link_id, **rest)

    return outside


def _visit(facts: Facts, link_id: int) -> Visit | None:
    opened = opened_by(facts, link_id)
    if opened is None:
        return None
    return Visit(facts, opened, clock.now_for(facts).astimezone(zone(opened.zone or facts.time_zone)))


def _spoken(request: HttpRequest, visit: Visit, page: Page, rest: dict[str, Any]) -> HttpResponse:
    language = language_of(visit.locale, otherwise=visit.creditor.locale)
    with translation.override(language):
        answer = page(request, visit, **rest)
    answer.headers.setdefault("Content-Language", language)
    return answer


def _unopened(request: HttpRequest, *, asked: bool = False) -> HttpResponse:
    page = LinkPage(again=request.path.startswith("/p/"), asked=asked)
    answer = render(request, "portal/link/problem.html", {"page": page}, status=200 if asked else 404)
    answer.headers["Cache-Control"] = "no-store"
    return answer
