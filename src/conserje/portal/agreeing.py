# SPDX-License-Identifier: Apache-2.0
"""What binds the customer in a dispute: proposing terms, taking them back, accepting the other side's."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from conserje.portal.confirm import confirmed
from conserje.portal.disputes import drawn
from conserje.portal.proposals import speaker
from conserje.portal.visit import Visit, acting, not_open
from conserje.services.arrangements import dispute as disputes
from conserje.services.arrangements import dispute_look, proposal
from conserje.services.arrangements.proposal import NewProposal
from conserje.services.receivables import agreement
from conserje.services.tenancy.act import reading
from conserje.ui.codes import name
from conserje.ui.dispute_words import REFUSALS
from conserje.ui.terms_entry import terms_of


@acting("POST")
def make(request: HttpRequest, visit: Visit, *, dispute: int) -> HttpResponse:
    """Propose terms, or answer the other side's with other ones."""
    with reading(creditor_id=visit.creditor_id):
        found = dispute_look.one(
            creditor_id=visit.creditor_id, dispute_id=dispute, customer_id=visit.customer_id
        )
    if found is None:
        return not_open(request)
    terms = terms_of(request.POST, currency=found.standing.open.currency)
    if isinstance(terms, str):
        return _again(request, visit, dispute, terms)
    seen = request.POST.get("seen", "")
    new = NewProposal(terms, int(seen) if seen.isdecimal() and len(seen) < 19 else None, visit.locale)
    try:
        proposal.make(
            creditor_id=visit.creditor_id,
            dispute_id=dispute,
            new=new,
            by=speaker(request, visit),
            now=visit.now,
        )
    except (proposal.Refused, disputes.Refused) as refused:
        return _again(request, visit, dispute, refused.args[0])
    return _see(f"{visit.url('dispute_thread', dispute=str(dispute))}?said=proposed")


@acting("POST")
def withdraw(request: HttpRequest, visit: Visit, *, dispute: int) -> HttpResponse:
    """Take one's own proposal back."""
    try:
        proposal.withdraw(
            creditor_id=visit.creditor_id,
            proposal_id=_id(request),
            by=speaker(request, visit),
            now=visit.now,
        )
    except disputes.UnknownDispute:
        return not_open(request)
    except (proposal.Refused, disputes.Refused) as refused:
        return _again(request, visit, dispute, refused.args[0])
    return _see(f"{visit.url('dispute_thread', dispute=str(dispute))}?said=withdrawn")


@acting("POST")
@confirmed
def accept(request: HttpRequest, visit: Visit, *, dispute: int) -> HttpResponse:
    """Agree to the exact text that was read."""
    try:
        made = agreement.accept(
            creditor_id=visit.creditor_id,
            proposal_id=_id(request),
            seen_hash=request.POST.get("hash", ""),
            by=speaker(request, visit),
            now=visit.now,
        )
    except disputes.UnknownDispute:
        return not_open(request)
    except (proposal.Refused, disputes.Refused) as refused:
        return _again(request, visit, dispute, refused.args[0])
    return _see(f"{visit.url('agreement', agreement=str(made))}?said=agreed")


def _again(request: HttpRequest, visit: Visit, dispute: int, code: str) -> HttpResponse:
    with reading(creditor_id=visit.creditor_id):
        return drawn(request, visit, dispute, name(REFUSALS, code), request.POST)


def _id(request: HttpRequest) -> int:
    value = request.POST.get("proposal", "")
    return int(value) if value.isdecimal() and len(value) < 19 else 0


def _see(url: str) -> HttpResponse:
    answer = HttpResponseRedirect(url)
    answer.status_code = 303
    return answer
