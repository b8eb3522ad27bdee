# SPDX-License-Identifier: Apache-2.0
"""Proposals as the customer sees them: the exact words, what may be done about them, and the form for other terms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from conserje.domain.arrangements.proposal import LATEST_DAYS
from conserje.portal.dispute_pages import AmountLine, ProposalForm, ProposalShown, TextShown
from conserje.portal.visit import Visit
from conserje.services.arrangements.agreed_text import AgreementText
from conserje.services.arrangements.attachments import FileContent
from conserje.services.arrangements.dispute_look import Proposed, Whole
from conserje.services.arrangements.speaker import CUSTOMER, Speaker
from conserje.ui.codes import name
from conserje.ui.dispute_words import PROPOSAL_STATES
from conserje.ui.figures import show_money


def speaker(request: HttpRequest, visit: Visit) -> Speaker:
    """The reader as one who speaks and agrees."""
    return Speaker(CUSTOMER, str(request.META.get("REMOTE_ADDR", ""))[:45], visit.customer_id)


def handed_out(found: FileContent) -> HttpResponse:
    """A file as a download, called what it really is."""
    answer = HttpResponse(found.content, content_type=found.media_type)
    answer.headers["Content-Disposition"] = content_disposition_header(True, found.file_name) or "attachment"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def shown(visit: Visit, found: Whole) -> ProposalShown | None:
    """The proposal that waits, with what the reader may do about it."""
    item = found.open_proposal
    if item is None or item.text is None:
        return None
    mine = item.made_by == CUSTOMER
    url = visit.url("dispute_thread", dispute=str(found.standing.id))
    may = not mine and item.terms.pay_by >= visit.today and item.question == found.standing.open
    return ProposalShown(
        id=item.id,
        mine=mine,
        pay_by=item.terms.pay_by,
        text=text_shown(item.text),
        accept_url=f"{url}acceptance/" if may else "",
        withdraw_url=f"{url}withdrawal/" if mine else "",
    )


def past(visit: Visit, found: Whole) -> tuple[str, ...]:
    """Proposals that ended, one line each."""
    return tuple(_past(visit, item) for item in found.proposals if item.state != "open")


def form(visit: Visit, found: Whole, typed: Mapping[str, str] | None) -> ProposalForm | None:
    """The form for other terms; None when the reader's own proposal waits, or nothing is left to agree on."""
    item, standing = found.open_proposal, found.standing
    agreed = any(one.state == "accepted" for one in found.agreements)
    if standing.closed_at is not None or agreed or not standing.open:
        return None
    if item is not None and item.made_by == CUSTOMER:
        return None
    values = typed or {}
    return ProposalForm(
        url=f"{visit.url('dispute_thread', dispute=str(standing.id))}proposal/",
        question=standing.open,
        earliest=visit.today,
        latest=visit.today + timedelta(days=LATEST_DAYS),
        seen=str(item.id) if item else "",
        pay=values.get("pay", ""),
        credit=values.get("credit", ""),
        discount=values.get("discount", ""),
        pay_by=values.get("pay_by", ""),
        is_open=typed is not None,
    )


def text_shown(text: AgreementText) -> TextShown:
    """A text as pages show it."""
    rows = tuple(AmountLine(row.label, row.amount, row.on) for row in text.amounts)
    return TextShown(text.title, text.before, text.head, rows, text.after, text.hash)


def _past(visit: Visit, item: Proposed) -> str:
    language = get_language() or ""
    who = _("You") if item.made_by == CUSTOMER else visit.creditor.name
    return _("%(who)s: %(pay)s now, %(credit)s as credit, %(discount)s less (%(state)s)") % {
        "who": who,
        "pay": show_money(item.money(item.terms.pay_minor), language=language),
        "credit": show_money(item.money(item.terms.credit_minor), language=language),
        "discount": show_money(item.money(item.terms.discount_minor), language=language),
        "state": name(PROPOSAL_STATES, item.state),
    }
