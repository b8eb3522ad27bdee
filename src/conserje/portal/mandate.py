# SPDX-License-Identifier: Apache-2.0
"""Paying automatically: leaving a card on the gateway's own page, seeing what will be charged, stopping it at once."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conserje.domain.ports.gateway import StartFailed
from conserje.domain.receivables.mandate import Back, Held, MandateAsked
from conserje.portal import brand
from conserje.portal.mandate_pages import AnnouncedCharge, HeldCard, MandatePage
from conserje.portal.pay import hook_path
from conserje.portal.visit import Visit, acting, by_method, looking, not_open
from conserje.services.receivables import charge_notice, gateway, mandate
from conserje.services.receivables.charge_notice import Announced
from conserje.services.receivables.checkout import Which
from conserje.services.receivables.gateway import Offer
from conserje.services.receivables.refusals import Refused
from conserje.services.tenancy.act import reading

_SAID = {
    "given": gettext_lazy("Done. Your card is ready, and you can stop it here whenever you like."),
    "ended": gettext_lazy("Done. Nothing is charged automatically any more."),
    "stopped": gettext_lazy("Done. That charge will not be made."),
    "waiting": gettext_lazy("The payment page has not confirmed your card yet. Nothing was charged."),
}


@looking
def _show(request: HttpRequest, visit: Visit) -> HttpResponse:
    return _drawn(request, visit, message=str(_SAID.get(request.GET.get("done", ""), "")))


@looking
def _show_card(request: HttpRequest, visit: Visit) -> HttpResponse:
    return _drawn(request, visit, updating=True)


@acting("POST")
def _act(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Give ("act" = "give"), end ("end") or stop one announced charge ("stop")."""
    act = request.POST.get("act", "")
    if act == "give":
        return _give(request, visit)
    number = request.POST.get("id", "")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return _again(request, visit, _("Nothing was changed. Press one of the buttons below."))
    try:
        if act == "stop":
            charge_notice.stop(
                creditor_id=visit.creditor_id,
                customer_id=visit.customer_id,
                notice_id=int(number),
                now=visit.now,
            )
            return _to(visit, "stopped")
        _end(visit, int(number))
    except Refused:
        return _again(request, visit, _("Nothing was changed. Press one of the buttons below."))
    return _to(visit, "ended")


show = by_method(get=_show, post=_act)
card = by_method(get=_show_card, post=_act)


@acting("GET", "HEAD")
def back(request: HttpRequest, visit: Visit, *, attempt: str) -> HttpResponse:
    """Back from the gateway: what it says itself, never what the address of the page says."""
    if request.method == "HEAD":
        return HttpResponse()
    with reading(creditor_id=visit.creditor_id):
        offers = _keepers(visit, None)
    for offer in offers:
        try:
            held = mandate.refresh(
                creditor_id=visit.creditor_id,
                which=Which(public_id=attempt),
                access=offer.access,
                now=visit.now,
            )
        except Refused:
            continue
        if held.customer_id == visit.customer_id:
            return _to(visit, "given" if held.state == "active" else "waiting")
    return not_open(request)


def _give(request: HttpRequest, visit: Visit) -> HttpResponse:
    with reading(creditor_id=visit.creditor_id):
        held = mandate.in_force(creditor_id=visit.creditor_id, customer_id=visit.customer_id)
        currency = _currency(visit, request.POST.get("currency", ""), held)
        offers = _keepers(visit, currency)
    if not offers:
        return _again(request, visit, _("A card cannot be left here. You can pay each invoice on its own."))
    offer = offers[0]
    covers = request.POST.get("covers") == "invoices" or any(
        item.covers_invoices for item in held if item.currency == currency
    )
    nonce = repr((visit.creditor_id, visit.customer_id, request.POST.get("attempt", ""), covers, currency))
    public_id = hashlib.sha256(nonce.encode()).hexdigest()[:32]
    asked = MandateAsked(
        public_id=public_id,
        customer_id=visit.customer_id,
        currency=currency,
        covers_invoices=covers,
        text="\n".join(_terms(visit)),
        by=visit.opened.contact_name or visit.opened.customer_name,
        from_address=request.META.get("REMOTE_ADDR", ""),
    )
    where = Back(
        return_url=settings.PUBLIC_URL + visit.url("mandate_back", attempt=public_id),
        hook_url=settings.PUBLIC_URL + hook_path(visit, offer.access.gateway),
        locale=visit.locale,
        description=f"{visit.creditor.name} · {_('Automatic payment')}"[:120],
    )
    answer = mandate.ask(
        creditor_id=visit.creditor_id, asked=asked, back=where, access=offer.access, now=visit.now
    )
    if isinstance(answer, StartFailed):
        sentence = _("The payment page did not open. Nothing was charged: please try again in a few minutes.")
        return _again(request, visit, sentence)
    return HttpResponse(status=303, headers={"Location": answer.url})


def _end(visit: Visit, mandate_id: int) -> None:
    with reading(creditor_id=visit.creditor_id):
        held = mandate.in_force(creditor_id=visit.creditor_id, customer_id=visit.customer_id)
        offers = gateway.offers(creditor_id=visit.creditor_id)
    mine = next((item for item in held if item.id == mandate_id), None)
    if mine is None:
        raise Refused("This mandate is not in force.")
    access = next((offer.access for offer in offers if offer.access.gateway == mine.gateway), None)
    mandate.end(
        creditor_id=visit.creditor_id, mandate_id=mine.id, by="customer", access=access, now=visit.now
    )


def _to(visit: Visit, done: str) -> HttpResponse:
    answer = HttpResponseRedirect(f"{visit.url('mandate')}?done={done}")
    answer.status_code = 303
    return answer


def _again(request: HttpRequest, visit: Visit, warning: str) -> HttpResponse:
    with reading(creditor_id=visit.creditor_id):
        answer = _drawn(request, visit, warning=warning)
    answer.status_code = 400
    return answer


def _drawn(
    request: HttpRequest, visit: Visit, *, message: str = "", warning: str = "", updating: bool = False
) -> HttpResponse:
    who = {"creditor_id": visit.creditor_id, "customer_id": visit.customer_id}
    held = mandate.in_force(**who)
    asked = request.GET.get("currency", "")
    currency = _currency(visit, asked or request.POST.get("currency", ""), held)
    offers = _keepers(visit, currency)
    kept = any(item.currency == currency for item in held)
    page = MandatePage(
        brand=brand.of(visit.creditor),
        today=visit.today,
        held=tuple(_card(item) for item in held),
        charges=tuple(_charge(one) for one in charge_notice.announced(**who)),
        terms=_terms(visit),
        can_give=bool(offers) and not kept,
        updating=updating and bool(held),
        currency=currency,
        for_plan=bool(asked),
        attempt=secrets.token_urlsafe(12),
        message=message,
        warning=warning,
    )
    answer = render(request, "portal/mandate/show.html", {"page": page})
    origins = sorted({origin for offer in offers for origin in offer.origins})
    if origins:
        csp_update({"form-action": origins})(lambda _request: answer)(request)
    return answer


def _keepers(visit: Visit, currency: str | None) -> tuple[Offer, ...]:
    return gateway.keeping(offers=gateway.offers(creditor_id=visit.creditor_id), currency=currency)


def _currency(visit: Visit, asked: str, held: Sequence[Held]) -> str:
    """What a card is left for: the currency of the plan that asks for it, of the card it replaces, or the usual one."""
    if len(asked) == 3 and asked.isascii() and asked.isupper():
        return asked
    return held[0].currency if held else visit.creditor.currency


def _card(held: Held) -> HeldCard:
    named = f"{held.brand.title()} {held.last4}".strip()
    return HeldCard(
        id=str(held.id),
        shown=named or _("Your way to pay"),
        allows=_("Each invoice on its due date, and what you agreed to pay in parts.")
        if held.covers_invoices
        else _("Only what you agreed to pay in parts."),
        since=held.given_on,
        expires_on=held.expires_on,
        covers_invoices=held.covers_invoices,
    )


def _charge(one: Announced) -> AnnouncedCharge:
    return AnnouncedCharge(str(one.id), one.number, one.amount, one.charge_on)


def _terms(visit: Visit) -> tuple[str, ...]:
    """The words that the customer agrees to: their hash is kept with the mandate."""
    return (
        _("I allow %(creditor)s to charge this card for what I agree to pay, and for nothing else.")
        % {"creditor": visit.creditor.name},
        _(
            "Each charge is announced on this page at least five working days before, with its amount and its day."
        ),
        _("I can stop a charge, or end this permission, here and at once, until the very day of the charge."),
        _("What I dispute, promise for another day or pay otherwise is not charged."),
    )
