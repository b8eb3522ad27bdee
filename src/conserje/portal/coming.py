# SPDX-License-Identifier: Apache-2.0
"""What comes next and when, in the reader's words: the decisions that will be made, told before they are.

Nothing here decides. The dates, channels and people are those of `telling.tell`, which asks the very function that
will decide; this module only finds words for them.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conserje.domain.kit.days import local_date
from conserje.domain.outreach.case import Block, BlockKind
from conserje.domain.outreach.decision import Kind, Planned
from conserje.domain.outreach.strategy import Mode
from conserje.portal.pages import NextStep
from conserje.services.outreach.letter import ANSWER_DAYS
from conserje.services.outreach.telling import Told
from conserje.ui.figures import show_day

_LETTERS = {
    "preventive": gettext_lazy("A reminder before the date, with the invoice at hand."),
    "friendly": gettext_lazy("A first message with the invoice, in case it did not reach you."),
    "follow_up": gettext_lazy("A short message, to agree on what suits you best."),
    "follow_up_second": gettext_lazy(
        "One more short message, or a brief call, to agree on what suits you best."
    ),
    "formal": gettext_lazy("A formal message in writing, with the options and until when each one holds."),
    "formal_second": gettext_lazy("A second formal message, with the same options."),
    "final": gettext_lazy("Our last letter, with a summary of all that came before it."),
    "card_failed": gettext_lazy("A first message: your card did not go through, and how to put it right."),
    "card_again": gettext_lazy("A short message with one tap to update your card."),
    "card_ways": gettext_lazy("A message with every other way to go on."),
    "card_pause": gettext_lazy("Our last message: the subscription is paused, and yours to take up again."),
}
_ENDS = gettext_lazy(
    "We stop writing. A person decides how to go on, and you will know it first, in writing."
)


def steps(told: Told) -> tuple[NextStep, ...]:
    """Every contact that will be made if nothing happens, and how it ends."""
    known: set[str] = set()
    found = [_held(told, known)] if told.case.in_hand is not None else []
    for decision in told.coming:
        contact = decision.contact
        if contact is not None and contact.mode is not Mode.SIMULATE:
            found.append(_step(told, contact, known))
    last = told.coming[-1] if told.coming else None
    if found and last is not None and last.contact is None and last.kind in (Kind.ENDED, Kind.PERSON):
        found.append(NextStep(on=found[-1].on + timedelta(days=ANSWER_DAYS), what=str(_ENDS)))
    return tuple(found)


def quiet(told: Told, *, today: date, language: str, anything_open: bool) -> str:
    """Why nothing is planned, in a sentence, where `steps` finds nothing."""
    if not anything_open:
        return _("Nothing is open, so nothing is planned.")
    blocks = _in_force(told.case.blocks, today)
    if blocks:
        return _resting(blocks[0], language)
    if told.decision.kind is Kind.ENDED:
        return str(_ENDS)
    if told.decision.kind is Kind.CLEAR:
        return _("Nothing is due yet, so nothing is planned.")
    return _("Nothing will be sent by itself: a person looks at it first, and you will see it here.")


def _held(told: Told, known: set[str]) -> NextStep:
    held = told.case.in_hand
    if held is None:
        raise ValueError("Nothing is in hand.")
    name = told.names.get(held.contact_id, "")
    known.add(name)
    return NextStep(
        on=local_date(held.at, told.case.zone),
        what=_what(told.held_letter),
        channel=held.channel.value,
        recipients=(name,) if name else (),
        note=_note(drafted=held.state == "proposed"),
    )


def _step(told: Told, contact: Planned, known: set[str]) -> NextStep:
    wanted = [told.names.get(contact.contact_id, ""), *(told.copies.get(at, "") for at in contact.copies)]
    names = tuple(dict.fromkeys(name for name in wanted if name))
    new = bool(known) and not known.issuperset(names)
    known.update(names)
    return NextStep(
        on=contact.on,
        what=_what(contact.letter),
        channel=contact.channel.value,
        recipients=names,
        new_recipients=new,
        note=_note(drafted=contact.mode is Mode.DRAFT),
    )


def _what(letter: str) -> str:
    return str(_LETTERS[letter]) if letter in _LETTERS else _("A message about what is open.")


def _note(*, drafted: bool) -> str:
    return _("A person reads it before it leaves.") if drafted else ""


def _in_force(blocks: tuple[Block, ...], today: date) -> list[Block]:
    """Blocks of whole invoices or of everything, those that end first in front."""
    return sorted(
        (
            block
            for block in blocks
            if block.amount_minor is None and (block.until is None or block.until >= today)
        ),
        key=lambda block: (block.until is None, block.until or date.max),
    )


def _resting(block: Block, language: str) -> str:
    if block.kind is BlockKind.CLAIMED_PAID:
        return _("On pause: you told us that it is paid, and we are looking for the payment.")
    if block.kind is BlockKind.PAYING and block.until is not None:
        day = show_day(block.until, language=language, shape="long")
        return _("On pause until %(day)s, while your payment arrives.") % {"day": day}
    if block.kind is BlockKind.PLAN:
        return _("On pause while your payment plan waits for an answer.")
    if block.kind in (BlockKind.DISPUTE, BlockKind.CONTESTED, BlockKind.DOUBTED):
        return _("On pause while we review it with you.")
    if block.kind is BlockKind.AGREEMENT:
        return _("On pause by what we agreed on.")
    if block.kind is BlockKind.ENQUIRY:
        return _("On pause until somebody answers what you wrote to us.")
    if block.until is not None:
        day = show_day(block.until, language=language, shape="long")
        return _("On pause until %(day)s.") % {"day": day}
    return _("On pause. A person tells you before anything goes on.")
