# SPDX-License-Identifier: Apache-2.0
"""An agreement of the reader's: its exact text, who agreed and when, what is still to be paid, and how it stands."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from conserje.domain.kit.money import Money
from conserje.portal import brand, proposals
from conserje.portal.confirm import confirmed
from conserje.portal.dispute_pages import AgreementPage
from conserje.portal.papers import PDF, given, reader
from conserje.portal.visit import Visit, looking, not_open
from conserje.services.arrangements import agreement as agreements
from conserje.services.arrangements.agreed_text import Signature, SignedText
from conserje.services.arrangements.agreement import Standing
from conserje.services.receivables import papers
from conserje.ui.figures import show_day


@looking
@confirmed
def show(request: HttpRequest, visit: Visit, *, agreement: int) -> HttpResponse:
    """The agreement."""
    found = agreements.one(
        creditor_id=visit.creditor_id, agreement_id=agreement, customer_id=visit.customer_id
    )
    if found is None:
        return not_open(request)
    said = _("Agreed. Thank you.") if request.GET.get("said") == "agreed" else ""
    return render(request, "portal/agreement/show.html", {"page": _page(visit, found, said)})


@looking
@confirmed
def paper(request: HttpRequest, visit: Visit, *, agreement: int) -> HttpResponse:
    """The agreement as a PDF."""
    found = agreements.one(
        creditor_id=visit.creditor_id, agreement_id=agreement, customer_id=visit.customer_id
    )
    if found is None or found.signed is None:
        return not_open(request)
    return signed_paper(visit, found.signed)


def signed_paper(visit: Visit, signed: SignedText) -> HttpResponse:
    """What was signed, as a PDF in the words it was signed in."""
    made = papers.agreement(
        creditor_id=visit.creditor_id,
        reader=reader(visit),
        signed=signed,
        zone_name=visit.opened.zone or visit.creditor.time_zone,
    )
    return given(made, "pdf", PDF)


def signed_lines(visit: Visit, signed: SignedText) -> tuple[str, ...]:
    """Who agreed and when, one line each."""
    return tuple(_signed(visit, signed, one) for one in signed.signatures)


def _page(visit: Visit, found: Standing, said: str) -> AgreementPage:
    signed = found.signed
    return AgreementPage(
        brand=brand.of(visit.creditor),
        today=visit.today,
        state=found.state,
        text=proposals.text_shown(signed.text) if signed else None,
        signed=signed_lines(visit, signed) if signed else (),
        left=Money(found.pay.currency, max(0, found.pay.minor - found.paid.minor)),
        pay_by=found.pay_by,
        hash=found.text_hash,
        credit=found.credit,
        message=said,
        pdf_url=visit.url("agreement_paper", agreement=str(found.id)) if signed else "",
    )


def _signed(visit: Visit, signed: SignedText, one: Signature) -> str:
    at = one.at.astimezone(visit.now.tzinfo)
    day = show_day(at.date(), language=get_language() or "", shape="full")
    side = signed.signed_for(one)
    who = f"{one.name} ({side})" if one.name and one.name != side else side
    return _("%(who)s, on %(day)s at %(hour)s") % {"who": who, "day": day, "hour": f"{at:%H:%M}"}
