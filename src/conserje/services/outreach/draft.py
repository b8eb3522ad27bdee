# SPDX-License-Identifier: Apache-2.0
"""Drafts: messages that wait for a person. Approved they are planned, and judged again before they leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection

from conserje.data.outreach import letters, snapshots
from conserje.data.outreach.letters import Dossier, TouchFacts
from conserje.data.outreach.models import DraftEdit
from conserje.domain.kit.days import local_date
from conserje.domain.outreach.case import Case
from conserje.domain.outreach.decision import Asked
from conserje.domain.outreach.recheck import Go, recheck
from conserje.domain.outreach.strategy import Strategy
from conserje.services.journal import entry as journal
from conserje.services.outreach import (
    answer,
    carrying,
    content,
    letter,
    mandatory,
    offering,
    review,
    strategy,
    sweep,
    thanks,
)
from conserje.services.outreach.prepare import following, going
from conserje.services.tenancy import connection as connections
from conserje.services.tenancy.act import act, step

_LIST = """
SELECT t.id, t.customer_id, u.name, t.channel, t.stage, t.letter, t.planned_at, t.asked, p.address, t.decision_id
  FROM outreach_touch t
  JOIN receivables_customer u ON u.creditor_id = t.creditor_id AND u.id = t.customer_id
  JOIN receivables_contactpoint p ON p.creditor_id = t.creditor_id AND p.id = t.point_id
 WHERE t.creditor_id = %s AND t.state = 'proposed' ORDER BY t.planned_at, t.id LIMIT %s OFFSET %s"""

_MOVE = """
UPDATE outreach_touch SET state = %s, approved_by = %s, reason = %s, planned_at = greatest(planned_at, %s),
       ended_at = %s
 WHERE creditor_id = %s AND state = 'proposed' AND id = ANY(%s) RETURNING id, customer_id"""


@dataclass(frozen=True, slots=True)
class Draft:
    """One message that waits."""

    touch_id: int
    customer_id: int
    customer: str
    channel: str
    stage: str
    letter: str
    planned_at: datetime
    asked: tuple[tuple[str, int], ...]
    address: str
    decision_id: int | None


@dataclass(frozen=True, slots=True)
class Preview:
    """A message as it would leave now. `warnings` are codes of what would hold it back.

    Without `written` it cannot leave at all: `against` are the ids of the rules that its words break or lack.
    """

    touch: TouchFacts
    written: letter.Written | None
    warnings: tuple[str, ...]
    against: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """One touch with all that its letter is written from at one moment, and codes of what would hold it back."""

    dossier: Dossier
    writing: letter.Writing
    methods: list[str]
    warnings: tuple[str, ...]


@step
def waiting(*, creditor_id: int, limit: int = 1000, offset: int = 0) -> list[Draft]:
    """Drafts in the order they are planned for."""
    with connection.cursor() as cursor:
        cursor.execute(_LIST, [creditor_id, limit, offset])
        rows = cursor.fetchall()
    return [_draft(row) for row in rows]


@act
def approve(*, creditor_id: int, touch_ids: Sequence[int], by: str, now: datetime) -> list[int]:
    """A person approves these drafts; answers the ones that were still waiting. `by` is "person:<id>".

    One whose own words may not leave under the law of now is left waiting.
    """
    return approve_step(creditor_id=creditor_id, touch_ids=touch_ids, by=by, now=now)


@step
def approve_step(*, creditor_id: int, touch_ids: Sequence[int], by: str, now: datetime) -> list[int]:
    """The same inside an act."""
    left = _unlawful(creditor_id, touch_ids, now)
    may = [touch_id for touch_id in touch_ids if touch_id not in left]
    return _move(creditor_id, may, ("planned", by, "", now, None), "approved", by, now)


@act
def refuse(*, creditor_id: int, touch_ids: Sequence[int], by: str, now: datetime) -> list[int]:
    """A person does not want these drafts sent; answers the ones that were still waiting."""
    return _move(
        creditor_id, touch_ids, ("suppressed", by, "refused_by_person", now, now), "refused", by, now
    )


@step
def preview(*, creditor_id: int, touch_id: int, now: datetime) -> Preview:
    """`previews` of one. Raises `LookupError` when there is no such touch."""
    found = previews(creditor_id=creditor_id, touch_ids=[touch_id], now=now)
    if not found:
        raise LookupError(f"There is no message {touch_id}.")
    return found[touch_id]


@step
def previews(*, creditor_id: int, touch_ids: Sequence[int], now: datetime) -> dict[int, Preview]:
    """The messages of these touches as they would be written at `now`, with what would hold each back. Sends nothing.

    As many queries for one as for a hundred.
    """
    seen = see_many(creditor_id=creditor_id, touch_ids=touch_ids, now=now)
    return {touch_id: _preview(one, now) for touch_id, one in seen.items()}


def _preview(seen: Seen, now: datetime) -> Preview:
    touch = seen.writing.touch
    try:
        made = letter.write(dossier=seen.dossier, writing=seen.writing, methods=seen.methods, now=now)
    except (content.Unlawful, mandatory.TextMissing) as error:
        code = "words_not_allowed" if isinstance(error, content.Unlawful) else "text_missing"
        return Preview(touch, None, (*seen.warnings, code), error.rules)
    return Preview(touch, made, seen.warnings)


@step
def see(*, creditor_id: int, touch_id: int, now: datetime) -> Seen:
    """`see_many` of one. Raises `LookupError` when there is no such touch."""
    found = see_many(creditor_id=creditor_id, touch_ids=[touch_id], now=now)
    if not found:
        raise LookupError(f"There is no message {touch_id}.")
    return found[touch_id]


@step
def see_many(*, creditor_id: int, touch_ids: Sequence[int], now: datetime) -> dict[int, Seen]:
    """What the letters of these touches are written from at `now`, by touch. As many queries for one as for many."""
    dossier = letters.gather(creditor_id=creditor_id, touch_ids=touch_ids)
    if not dossier.touches:
        return {}
    of = snapshots.standing(creditor_id=creditor_id, channel_of=carrying.channel_of)
    ids = sorted({touch.customer_id for touch in dossier.touches})
    cases = {case.customer_id: case for case in snapshots.cases(of=of, customer_ids=ids, now=now)}
    rules = strategy.in_force(creditor_id=creditor_id)
    methods = letter.available_methods(connections.in_use(creditor_id=creditor_id, kind="gateway"))
    causes = thanks.payments_of(creditor_id=creditor_id, touches=dossier.touches)
    causes |= answer.standing(creditor_id=creditor_id, touches=dossier.touches)
    found = {}
    for touch in dossier.touches:
        case = cases[touch.customer_id]
        writing, warnings = _writing(dossier, touch, case, rules.serving(case.serves), now)
        writing = replace(writing, cause=causes.get(touch.id))
        found[touch.id] = Seen(dossier, writing, methods, warnings)
    return found


def _writing(
    dossier: Dossier, touch: TouchFacts, case: Case, rules: Strategy, now: datetime
) -> tuple[letter.Writing, tuple[str, ...]]:
    leaving = replace(going(touch), approved=True)
    at = max(now, touch.planned_at)
    found = recheck(case, going=leaving, strategy=rules, law=sweep.stack_of(case), now=at)
    warnings = () if isinstance(found, Go) else (found.reason.code,)
    amounts = found.asked if isinstance(found, Go) else _asked(touch)
    if touch.edit and letter.outdated(touch.edit, asked=amounts, today=local_date(at, case.zone)):
        warnings = (*warnings, "words_outdated")
    texts = found.verdict.texts if found.verdict else ()
    after = following(case, touch=touch, rules=rules, now=now)
    offers = letter.Offers(
        settles=offering.settlement(
            dossier=dossier, touch=touch, case=case, asked=amounts, rules=rules, now=at
        ),
        plans=offering.plan(dossier=dossier, touch=touch, case=case),
    )
    return letter.Writing(touch, case, amounts, texts, after, offers=offers), warnings


def _unlawful(creditor_id: int, touch_ids: Sequence[int], now: datetime) -> set[int]:
    """Those of these drafts whose own words may not leave under the law of now."""
    own = DraftEdit.objects.filter(creditor_id=creditor_id, touch_id__in=list(touch_ids))
    ids = list(own.filter(touch__state="proposed").values_list("touch_id", flat=True))
    seen = previews(creditor_id=creditor_id, touch_ids=ids, now=now)
    return {touch_id for touch_id, one in seen.items() if one.written is None}


def _move(
    creditor_id: int, touch_ids: Sequence[int], to: tuple[Any, ...], word: str, by: str, now: datetime
) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, [*to, creditor_id, list(touch_ids)])
        moved = cursor.fetchall()
    journal.write(
        creditor_id=creditor_id,
        entries=[
            journal.NewEntry(
                at=now,
                kind=f"outreach.draft.{word}",
                actor=by,
                customer_id=customer_id,
                subject_kind="touch",
                subject_id=touch_id,
                payload={},
            )
            for touch_id, customer_id in moved
        ],
    )
    if word == "refused":
        ids = [customer_id for _, customer_id in moved]
        review.wake_many(creditor_id=creditor_id, customer_ids=ids, now=now, reason="draft.refused")
    return [touch_id for touch_id, _ in moved]


def _draft(row: Any) -> Draft:
    touch_id, customer_id, customer, channel, stage, kind, planned_at, asked, address, decision_id = row
    amounts = _amounts(letters.loads(asked))
    return Draft(
        touch_id, customer_id, customer, channel, stage, kind, planned_at, amounts, address, decision_id
    )


def _amounts(asked: list[dict[str, Any]]) -> tuple[tuple[str, int], ...]:
    sums: dict[str, int] = {}
    for item in asked:
        sums[item["currency"]] = sums.get(item["currency"], 0) + int(item["minor"])
    return tuple(sums.items())


def _asked(touch: TouchFacts) -> tuple[Asked, ...]:
    return tuple(
        Asked(int(item["invoice_id"]), item["currency"], int(item["minor"]), _day(item["due_on"]))
        for item in touch.asked
    )


def _day(text: str) -> Any:
    return datetime.fromisoformat(text).date()
