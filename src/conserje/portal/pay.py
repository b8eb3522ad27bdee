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

from conserje.domain.kit.money import Money, total
from conserje.domain.outreach.evidence import Trace
from conserje.domain.receivables.allocation import Share
from conserje.domain.receivables.checkout import Attempt
from conserje.portal import account, home
from conserje.portal.account import Account
from conserje.portal.home import Kept
from conserje.portal.pages import OpenInvoice
from conserje.portal.visit import Visit, acting, leave_trace
from conserje.services.outreach import telling
from conserje.services.receivables import checkout, gateway, payer
from conserje.services.receivables.checkout import Started
from conserje.services.receivables.gateway import Choice
from conserje.services.receivables.refusals import Refused
from conserje.services.tenancy.act import reading
from conserje.ui.amount_input import typed_money

NUMBERS_NAMED = 3


@acting("POST")
def start(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Send the reader to the gateway for what they chose; any doubt shows the account again and says why."""
    form = request.POST
    currency, ticks = form.get("currency", ""), tuple(dict.fromkeys(form.getlist("invoice")))
    found = _account(visit)
    invoices = found.of(currency)
    scope = form.get("scope")
    wanted = account.proposed(invoices) if scope == "all" else _chosen(invoices, ticks)
    kept = None if scope == "all" else ticks
    shares = _shares(
        wanted, form.get("amount", ""), currency=currency, locale=visit.locale, part=scope == "part"
    )
    late = account.late_days(visit, wanted)
    choice = _choice(found, shares, form.get("way", ""), late_days=late)
    warning = _trouble(invoices, wanted, seen=form.get("seen", ""), found=found)
    if not warning and scope != "part" and form.get("amount", "").strip():
        # Enter in the field presses the first button of the form, which pays everything.
        warning = _("You wrote an amount: press “Pay this amount”, or empty it to pay what is ticked.")
    if not warning and not shares:
        warning = _("Write an amount that is not more than what is open of the invoices you ticked.")
    if not warning and choice is None:
        warning = _("None of the ways to pay takes this amount here. Try another amount, or all of it.")
    if warning or choice is None:
        return home.again(request, visit, kept=Kept(warning, kept))
    attempt = _attempt(visit, wanted, shares, nonce=form.get("attempt", ""), choice=choice)
    try:
        started = checkout.start(
            creditor_id=visit.creditor_id,
            attempt=attempt,
            access=choice.offer.access,
            now=visit.now,
        )
    except Refused:
        return home.again(request, visit, kept=Kept(_changed(), ticks))
    if not isinstance(started, Started):
        sentence = _("The payment page did not open. Nothing was charged: please try again in a few minutes.")
        return home.again(request, visit, kept=Kept(sentence, kept))
    leave_trace(visit, Trace.PAYMENT, attempt.public_id)
    onward = started.url or visit.url("instructions", attempt=attempt.public_id)
    return HttpResponse(status=303, headers={"Location": onward})


def _account(visit: Visit) -> Account:
    with reading(creditor_id=visit.creditor_id):
        case = telling.case(creditor_id=visit.creditor_id, customer_id=visit.customer_id, now=visit.now)
        return account.read(visit, case)


def _chosen(invoices: Sequence[OpenInvoice], ticks: Sequence[str]) -> tuple[OpenInvoice, ...]:
    return tuple(item for item in invoices if item.id in ticks and item.payable)


def _shares(
    wanted: Sequence[OpenInvoice], typed: str, *, currency: str, locale: str, part: bool
) -> tuple[Share, ...]:
    """What is paid of each invoice; of a part, the oldest first. Empty when the part is no amount or too much."""
    whole = tuple(Share(int(item.id), account.pays(item)) for item in wanted)
    if not part:
        return whole
    amount = typed_money(typed, currency=currency, locale=locale)
    if amount is None or amount.minor > sum(item.amount.minor for item in whole):
        return ()
    shares, left = [], amount.minor
    for item in whole:
        taken = min(left, item.amount.minor)
        left -= taken
        if taken:
            shares.append(Share(item.invoice_id, Money(currency, taken)))
    return tuple(shares)


def _choice(found: Account, shares: Sequence[Share], way: str, *, late_days: int) -> Choice | None:
    """The gateway that was chosen, if it takes the amount; the first that does when none was."""
    if not shares:
        return None
    amount = total((item.amount for item in shares), currency=shares[0].amount.currency)
    choices = gateway.choices(
        offers=found.offers, amount=amount, country=found.country, tax_id=found.tax_id, late_days=late_days
    )
    named = [item for item in choices if item.offer.access.gateway == way]
    return next(iter(named if way else choices), None)


def _trouble(
    invoices: Sequence[OpenInvoice], wanted: Sequence[OpenInvoice], *, seen: str, found: Account
) -> str:
    if not invoices:
        return _("There is nothing open any more: it has been paid. Thank you.")
    if seen != account.seen(invoices):
        return _changed()
    if not wanted:
        return _("Tick at least one invoice, and then press the button again.")
    if gateway.taking(offers=found.offers, currency=invoices[0].open.currency) is None:
        return _("This currency cannot be paid here. The ways to pay it are below.")
    return ""


def _changed() -> str:
    return _(
        "Your account changed since this page was opened: something was paid or added. Nothing was charged. "
        "This is how it stands now; please look at it and press the button again."
    )


def _attempt(
    visit: Visit, wanted: Sequence[OpenInvoice], shares: tuple[Share, ...], *, nonce: str, choice: Choice
) -> Attempt:
    public_id = _public_id(visit, shares, f"{nonce} {choice.offer.access.gateway}")
    paid = {share.invoice_id for share in shares}
    with reading(creditor_id=visit.creditor_id):
        who = payer.of(
            creditor_id=visit.creditor_id, customer_id=visit.customer_id, contact_id=visit.opened.contact_id
        )
    return Attempt(
        public_id=public_id,
        customer_id=visit.customer_id,
        shares=shares,
        description=f"{visit.creditor.name} · {_named([item for item in wanted if int(item.id) in paid])}"[
            :120
        ],
        return_url=settings.PUBLIC_URL + visit.url("result", attempt=public_id),
        hook_url=settings.PUBLIC_URL + hook_path(visit, choice.offer.access.gateway),
        locale=visit.locale,
        methods=choice.methods,
        payer=who,
    )


def hook_path(visit: Visit, name: str) -> str:
    """Where the hooks of a gateway of this creditor arrive."""
    return reverse("hooks:receive", kwargs={"creditor": visit.creditor.public_id, "adapter": name})


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
