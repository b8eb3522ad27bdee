# SPDX-License-Identifier: Apache-2.0
"""Words that a person wrote for a customer's page and that may not stand there: shown with what to say instead."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from conserje.services.outreach.content import Found, Unlawful
from conserje.services.tenancy.act import reading
from conserje.ui.codes import name
from conserje.workbench.access import Desk
from conserje.workbench.content_words import CATEGORIES
from conserje.workbench.draft_pages import Against, RefusedWordsPage
from conserje.workbench.frame import frame

# So much of the text is shown around words that may not leave.
_AROUND = 36
_NOT_KEPT = 422


def shown(request: HttpRequest, desk: Desk, refused: Unlawful, *, field: str, back_url: str) -> HttpResponse:
    """The page, with nothing lost of what was typed."""
    words = request.POST.get(field, "")
    with reading(creditor_id=desk.creditor_id):
        around = frame(request, desk, section="home")
    page = RefusedWordsPage(
        frame=around,
        url=request.path,
        back_url=back_url,
        field=field,
        words=words,
        kept=tuple(
            (key, value)
            for key, value in request.POST.items()
            if key not in (field, "stands", "csrfmiddlewaretoken") and isinstance(value, str)
        ),
        against=tuple(against(words, item) for item in refused.found),
        may_stand=all(item.finding.may_stand for item in refused.found),
    )
    return render(request, "workbench/refused_words.html", {"page": page}, status=_NOT_KEPT)


def against(text: str, item: Found, *, put: str = "", in_subject: bool = False) -> Against:
    """One finding in `text` with what stands around it."""
    finding = item.finding
    before = text[: finding.start].rpartition("\n\n")[2]
    after = text[finding.end :].partition("\n\n")[0]
    return Against(
        before=f"…{before[-_AROUND:]}" if len(before) > _AROUND else before,
        words=finding.matched,
        after=f"{after[:_AROUND]}…" if len(after) > _AROUND else after.rstrip(),
        what=name(CATEGORIES, finding.category),
        rule=finding.rule,
        basis=item.basis,
        put=put,
        instead=item.instead,
        source=item.source,
        note=item.note,
        pack=item.pack,
        may_stand=finding.may_stand,
        in_subject=in_subject,
    )
