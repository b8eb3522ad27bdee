# SPDX-License-Identifier: Apache-2.0
"""What surrounds every screen."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import get_language

from conserje.services.insights import portfolio
from conserje.services.tenancy import people
from conserje.ui.listing import Option
from conserje.workbench.access import Desk
from conserje.workbench.pages import Frame

_TONES = {messages.SUCCESS: "done", messages.WARNING: "late"}


def frame(request: HttpRequest, desk: Desk, *, section: str, drafts: int | None = None) -> Frame:
    """The frame of a screen of `section`; takes the notice of the act just made, so that it is said once.

    `drafts` is how many messages wait for approval, where the screen has counted them already.
    """
    told = list(messages.get_messages(request))
    spoken = (get_language() or "es").lower()
    return Frame(
        creditor=desk.creditor.public_id,
        creditor_name=desk.creditor.name,
        user_name=desk.user_name,
        today=desk.today,
        section=section,
        drafts=portfolio.drafts(creditor_id=desk.creditor_id) if drafts is None else drafts,
        is_demo=desk.creditor.is_demo,
        languages=tuple(
            Option(code, name, chosen=spoken.partition("-")[0] == code.partition("-")[0])
            for code, name in settings.LANGUAGES
        ),
        notice=" ".join(str(message) for message in told),
        notice_tone=_TONES.get(max((message.level for message in told), default=messages.SUCCESS), ""),
        has_more_desks=len(people.creditors_of(user_id=desk.user_id)) > 1,
    )
