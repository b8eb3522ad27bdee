# SPDX-License-Identifier: Apache-2.0
"""What comes next for one customer and why, told by the very function that will decide it."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _

from conserje.domain.kit.days import local_date, zone
from conserje.domain.outreach.case import InHand
from conserje.domain.outreach.decision import Decision, Kind
from conserje.domain.outreach.strategy import Mode, Strategy
from conserje.services.outreach.letter import ANSWER_DAYS
from conserje.services.outreach.telling import Told
from conserje.workbench import standing, why
from conserje.workbench.access import Desk
from conserje.workbench.pages import ProjectedStep
from conserje.workbench.reasons import ROUTINE, sentence
from conserje.workbench.words import DECISIONS, LETTERS, STAGES, name


def steps(desk: Desk, told: Told, rules: Strategy) -> tuple[ProjectedStep, ...]:
    """The contact in hand, every contact that follows, and how it ends."""
    found = [_held(desk, told, told.case.in_hand, rules)] if told.case.in_hand is not None else []
    for decision in told.coming:
        if decision.contact is not None:
            found.append(_step(told, decision))
    last = told.coming[-1] if told.coming else None
    if found and last is not None and last.contact is None and last.kind in (Kind.ENDED, Kind.PERSON):
        found.append(_end(found[-1], last))
    return tuple(found)


def quiet(told: Told) -> str:
    """Why there is nothing to tell; empty when there is."""
    if told.case.in_hand is not None or any(item.contact is not None for item in told.coming):
        return ""
    return standing.why_nothing(told.case, told.decision)


def _held(desk: Desk, told: Told, held: InHand, rules: Strategy) -> ProjectedStep:
    step = standing.step_of(rules, held.step)
    waits = held.state == "proposed"
    return ProjectedStep(
        on=local_date(held.at, told.case.zone),
        what=name(LETTERS, told.held_letter or held.step),
        stage=name(STAGES, step.stage.value) if step is not None else "",
        channel=held.channel.value,
        at=held.at.astimezone(zone(told.case.zone)),
        recipients=tuple(one for one in (told.names.get(held.contact_id, ""),) if one),
        ruling="needs_human" if waits else "allow",
        reason=_("Waits for approval.") if waits else _("Planned: it leaves by itself."),
        preview_url=desk.url("draft", draft_id=held.touch_id) if waits else "",
    )


def _step(told: Told, decision: Decision) -> ProjectedStep:
    contact = decision.contact
    if contact is None:
        raise ValueError("Only a decision with a contact is a step.")
    wanted = [
        told.names.get(contact.contact_id, ""),
        *(told.copies.get(point, "") for point in contact.copies),
    ]
    return ProjectedStep(
        on=contact.on,
        what=name(LETTERS, contact.letter),
        stage=name(STAGES, contact.stage.value),
        channel=contact.channel.value,
        at=contact.at.astimezone(zone(told.case.zone)),
        recipients=tuple(dict.fromkeys(one for one in wanted if one)),
        ruling="allow",
        reason=_reason(decision),
        why=why.of_decision(decision),
    )


def _reason(decision: Decision) -> str:
    """The first reason that is news, and how it will leave."""
    told = [sentence(one.code, one.values) for one in decision.reasons if one.code not in ROUTINE]
    if decision.contact is not None and decision.contact.mode is Mode.DRAFT:
        told.append(_("A person approves it before it leaves."))
    if decision.contact is not None and decision.contact.mode is Mode.SIMULATE:
        told.append(_("Only told: this stage is simulated, nothing leaves."))
    return " ".join(told)


def _end(after: ProjectedStep, decision: Decision) -> ProjectedStep:
    told = decision.reasons[-1] if decision.reasons else None
    return ProjectedStep(
        on=after.on + timedelta(days=ANSWER_DAYS),
        what=name(DECISIONS, decision.kind.value),
        ruling="needs_human",
        reason=sentence(told.code, told.values) if told is not None else "",
        why=why.of_decision(decision),
    )
