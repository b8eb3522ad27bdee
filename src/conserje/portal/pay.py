# SPDX-License-Identifier: Apache-2.0
"""Paying: from the chosen invoices to the gateway's own page. No card data passes here."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conserje.domain.outreach.evidence import Trace
from conserje.domain.receivables.allocation import Share
from conserje.domain.receivables.checkout import Attempt
from conserje.portal import account, home
from conserje.portal.account import Account
from conserje.portal.home import Kept
from conserje.portal.pages import OpenInvoice
from conserje.portal.visit import Visit, acting, leave_trace
from conserje.services.outreach import telling
from conserje.services.receivables import checkout, gateway
from conserje.services.receivables.checkout import Started
from conserje.services.receivables.gateway import Offer
from conserje.services.receivables.refusals import Refused
from conserje.services.tenancy.act import reading

NUMBERS_NAMED = 3


@acting("POST")
def start(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Send the reader to the gateway for what they chose; any doubt shows the account again and says why."""
    form = request.POST
    currency, ticks = form.get("currency", ""), tuple(dict.fromkeys(form.getlist("invoice")))
    found = _account(visit)
    invoices = found.of(currency)
    everything = form.get("scope") == "all"
    wanted = account.proposed(invoices) if everything else _chosen(invoices, ticks)
    offer = gateway.taking(offers=found.offers, currency=currency)
    warning = _trouble(invoices, wanted, seen=form.get("seen", ""), offer=offer)
    if warning or offer is None:
        return home.again(request, visit, kept=Kept(warning, None if everything else ticks))
    attempt = _attempt(visit, wanted, nonce=form.get("attempt", ""), offer=offer)
    try:
        started = checkout.start(
            creditor_id=visit.creditor_id,
            attempt=attempt,
            access=offer.access,
            now=visit.now,
        )
    except Refused:
        return home.again(request, visit, kept=Kept(_changed(), ticks))
    if not isinstance(started, Started):
        sentence = _("The payment page did not open. Nothing was charged: please try again in a few minutes.")
        return home.again(request, visit, kept=Kept(sentence, None if everything else ticks))
    leave_trace(visit, Trace.PAYMENT, attempt.public_id)
    onward = started.url or visit.url("instructions", attempt=attempt.public_id)
    return HttpResponse(status=303, headers={"Location": onward})


def _account(visit: Visit) -> Account:
    with reading(creditor_id=visit.creditor_id):
        case = telling.case(creditor_id=visit.creditor_id, customer_id=visit.customer_id, now=visit.now)
        return account.read(visit, case)


def _chosen(invoices: Sequence[OpenInvoice], ticks: Sequence[str]) -> tuple[OpenInvoice, ...]:
    return tuple(item for item in invoices if item.id in ticks and item.payable)


def _trouble(
    invoices: Sequence[OpenInvoice], wanted: Sequence[OpenInvoice], *, seen: str, offer: Offer | None
) -> str:
    if not invoices:
        return _("There is nothing open any more: it has been paid. Thank you.")
    if seen != account.seen(invoices):
        return _changed()
    if not wanted:
        return _("Tick at least one invoice, and then press the button again.")
    if offer is None:
        return _("This currency cannot be paid here. The ways to pay it are below.")
    return ""


def _changed() -> str:
    return _(
        "Your account changed since this page was opened: something was paid or added. Nothing was charged. "
        "This is how it stands now; please look at it and press the button again."
    )


def _attempt(visit: Visit, wanted: Sequence[OpenInvoice], *, nonce: str, offer: Offer) -> Attempt:
    shares = tuple(Share(int(item.id), account.pays(item)) for item in wanted)
    public_id = _public_id(visit, shares, nonce)
    hook = reverse(
        "hooks:receive", kwargs={"creditor": visit.creditor.public_id, "adapter": offer.access.gateway}
    )
    return Attempt(
        public_id=public_id,
        customer_id=visit.customer_id,
        shares=shares,
        description=f"{visit.creditor.name} · {_named(wanted)}"[:120],
        return_url=settings.PUBLIC_URL + visit.url("result", attempt=public_id),
        hook_url=settings.PUBLIC_URL + hook,
        locale=visit.locale,
    )


def _public_id(visit: Visit, shares: Sequence[Share], nonce: str) -> str:
    """The same press of the same page is the same attempt; another choice of invoices is another one."""
    text = repr((visit.creditor_id, visit.customer_id, nonce, shares))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _named(wanted: Sequence[OpenInvoice]) -> str:
    numbers = ", ".join(item.number for item in wanted[:NUMBERS_NAMED])
    more = len(wanted) - NUMBERS_NAMED
    if more <= 0:
        return numbers
    sentence = ngettext("%(numbers)s and %(more)s more", "%(numbers)s and %(more)s more", more)
    return sentence % {"numbers": numbers, "more": more}
