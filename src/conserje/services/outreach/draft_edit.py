# SPDX-License-Identifier: Apache-2.0
"""A person's own words for a draft: opened, looked at while they are written, and kept only when they may leave."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from conserje.data.outreach.letters import EditFacts, TouchFacts
from conserje.data.outreach.models import DraftEdit, Touch
from conserje.domain.kit.days import local_date
from conserje.domain.rules.phrases import Place
from conserje.services.journal import entry as journal
from conserje.services.outreach import content, draft, letter
from conserje.services.outreach.content import Found, Reader
from conserje.services.tenancy.act import act, step
from conserje.wording import alternatives, edited
from conserje.wording.shelf import LetterError

REASON_MAX: Final = 300


@dataclass(frozen=True, slots=True)
class Words:
    """What a person wrote: the subject, and the body with the lines that are filled in when it leaves."""

    subject: str
    body: str

    def part(self, name: str) -> str:
        """The text of "subject" or "body"."""
        return self.subject if name == "subject" else self.body


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found in words: by part ("subject", "body") what may not be said, and codes of what is built wrong.

    `letter` is the whole letter as it would leave with them, None while they are built wrong.
    """

    found: tuple[tuple[str, Found], ...]
    faults: tuple[str, ...]
    letter: letter.Written | None

    @property
    def blocked(self) -> bool:
        """Whether no reason in the world lets these words leave."""
        return bool(self.faults) or any(not item.finding.may_stand for _, item in self.found)


@dataclass(frozen=True, slots=True)
class Opened:
    """A draft opened for a person: the words it has, whether they are a person's, and those of its template."""

    touch: TouchFacts
    locale: str
    words: Words
    own: bool


class NotKept(Exception):
    """The words were not kept; `looked` says what is against them. `needs_reason`: a reason would let them stand."""

    def __init__(self, looked: Looked, *, needs_reason: bool = False) -> None:
        super().__init__("The words may not leave as they are.")
        self.looked = looked
        self.needs_reason = needs_reason


@step
def opened(*, creditor_id: int, touch_id: int, now: datetime) -> Opened:
    """The draft opened at `now`. Raises `LookupError` when it does not wait for anybody."""
    seen = _waiting(creditor_id, touch_id, now)
    own = seen.writing.touch.edit
    template = letter.opened(dossier=seen.dossier, writing=seen.writing, methods=seen.methods, now=now)
    words = Words(own.subject, own.body) if own else Words(template.subject, template.body)
    locale = letter.locale_of(seen.dossier, touch=seen.writing.touch)
    return Opened(seen.writing.touch, locale, words, own is not None)


@step
def look(*, creditor_id: int, touch_id: int, words: Words, now: datetime) -> Looked:
    """What stands against `words` for this draft, and the letter they make. Changes nothing."""
    return _looked(_waiting(creditor_id, touch_id, now), words, now)


@step
def put(*, creditor_id: int, touch_id: int, words: Words, which: str, now: datetime) -> Words:
    """`words` with the alternative of one finding (`which` is "part:start:category") set into them.

    The same words when there is no such finding any more.
    """
    seen = _waiting(creditor_id, touch_id, now)
    locale = letter.locale_of(seen.dossier, touch=seen.writing.touch)
    for part, item in _found(words, letter.reader_of(dossier=seen.dossier, writing=seen.writing, now=now)):
        if which == name_of(part, item=item):
            text = alternatives.put(words.part(part), finding=item.finding, locale=locale)
            return replace(words, **{part: text})
    return words


def name_of(part: str, *, item: Found) -> str:
    """How a finding is called when its alternative is asked for."""
    return f"{part}:{item.finding.start}:{item.finding.category}"


@act
def save(*, creditor_id: int, touch_id: int, words: Words, reason: str, by: str, now: datetime) -> None:
    """Keep a person's words for a draft. Raises `NotKept` when they may not leave, `LookupError` when it is gone.

    Findings of the house's own taste stand when `reason` says why; the journal keeps the rules, the row the reason.
    """
    seen = _waiting(creditor_id, touch_id, now)
    looked = _looked(seen, words, now)
    why = " ".join(reason.split())[:REASON_MAX]
    if looked.blocked or (looked.found and not why):
        raise NotKept(looked, needs_reason=not looked.blocked)
    stand = [{"rule": item.finding.rule, "words": item.finding.matched} for _, item in looked.found]
    kept = {
        "subject": edited.subject(words.subject),
        "body": words.body,
        "asked": sorted({asked.invoice_id for asked in seen.writing.asked}),
        "planned_on": _planned_on(seen),
        "let_stand": stand,
        "reason": why if stand else "",
        "written_by": by,
        "written_at": now,
    }
    DraftEdit.objects.update_or_create(creditor_id=creditor_id, touch_id=touch_id, defaults=kept)
    digest = hashlib.sha256(f"{kept['subject']}\n{words.body}".encode()).hexdigest()
    _tell(creditor_id, seen.writing.touch, "edited", by, now, {"sha256": digest, "let_stand": _rules(stand)})


@act
def take_back(*, creditor_id: int, touch_id: int, by: str, now: datetime) -> bool:
    """The draft has the words of its template again; False when it had them."""
    seen = _waiting(creditor_id, touch_id, now)
    gone, _ = DraftEdit.objects.filter(creditor_id=creditor_id, touch_id=touch_id).delete()
    if gone:
        _tell(creditor_id, seen.writing.touch, "words_taken_back", by, now, {})
    return bool(gone)


def _waiting(creditor_id: int, touch_id: int, now: datetime) -> draft.Seen:
    waits = Touch.objects.filter(creditor_id=creditor_id, id=touch_id, state="proposed")
    if not waits.exists():
        raise LookupError(f"There is no draft {touch_id} that waits.")
    return draft.see(creditor_id=creditor_id, touch_id=touch_id, now=now)


def _found(words: Words, reader: Reader) -> list[tuple[str, Found]]:
    subject = content.look(text=words.subject, reader=reader, place=Place.PREVIEW)
    body = content.look(text=words.body, reader=reader)
    return [*(("subject", item) for item in subject), *(("body", item) for item in body)]


def _looked(seen: draft.Seen, words: Words, now: datetime) -> Looked:
    touch = seen.writing.touch
    reader = letter.reader_of(dossier=seen.dossier, writing=seen.writing, now=now)
    found = _found(words, reader)
    faults = list(edited.faults(kind=touch.letter, locale=reader.locale, body=words.body))
    try:
        edited.subject(words.subject)
    except LetterError:
        faults.insert(0, "subject")
    written = None
    if not faults:
        stand = tuple((item.finding.rule, item.finding.matched) for _, item in found)
        written, fault = _written(seen, words, stand, now)
        faults += [fault] if fault else []
    return Looked(tuple(found), tuple(faults), written)


def _written(
    seen: draft.Seen, words: Words, stand: tuple[tuple[str, str], ...], now: datetime
) -> tuple[letter.Written | None, str]:
    asked = tuple(item.invoice_id for item in seen.writing.asked)
    own = EditFacts(words.subject, words.body, asked, _planned_on(seen), stand)
    writing = replace(seen.writing, touch=replace(seen.writing.touch, edit=own))
    try:
        return letter.write(dossier=seen.dossier, writing=writing, methods=seen.methods, now=now), ""
    except content.Unlawful:
        return None, ""
    except LetterError:
        return None, "unwritable"


def _planned_on(seen: draft.Seen) -> date:
    return local_date(seen.writing.touch.planned_at, seen.writing.case.zone)


def _rules(stand: Sequence[dict[str, str]]) -> list[str]:
    return sorted({item["rule"] for item in stand})


def _tell(
    creditor_id: int, touch: TouchFacts, word: str, by: str, now: datetime, payload: dict[str, Any]
) -> None:
    entry = journal.NewEntry(
        at=now,
        kind=f"outreach.draft.{word}",
        actor=by,
        customer_id=touch.customer_id,
        subject_kind="touch",
        subject_id=touch.id,
        payload=payload,
    )
    journal.write(creditor_id=creditor_id, entries=[entry])
