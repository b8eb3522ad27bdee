# SPDX-License-Identifier: Apache-2.0
"""Where a customer stands, in the words of a list: stage, what comes next, and what holds it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from conserje.domain.kit.days import local_date
from conserje.domain.kit.money import Money
from conserje.domain.outreach.case import Block, BlockKind, Case
from conserje.domain.outreach.decision import Decision, Kind
from conserje.domain.outreach.strategy import Mode, Step, Strategy
from conserje.domain.rules.facts import Consent
from conserje.services.outreach.decided import Judged
from conserje.ui.figures import show_day, show_money
from conserje.workbench.reasons import sentence
from conserje.workbench.words import DECISIONS, LETTERS, STAGES, name

Chip = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Next:
    """What comes next: a day and a step's name, or no day and why there is none."""

    on: date | None
    what: str


def step_of(rules: Strategy, key: str) -> Step | None:
    """The step called so, None when the strategy in force has it no more."""
    return next((step for step in rules.steps if step.key == key), None)


def stage_of(case: Case, rules: Strategy) -> str:
    """The stage of the contact in hand, else of the last one made in this episode; empty before the first."""
    made = [item.step for item in case.made if item.counted]
    key = case.in_hand.step if case.in_hand is not None else made[-1] if made else ""
    step = step_of(rules, key)
    return "" if step is None else name(STAGES, step.stage.value)


def next_of(judged: Judged, rules: Strategy) -> Next:
    """What comes next for a customer if nothing happens."""
    case, decision = judged.case, judged.decision
    if case.in_hand is not None:
        step = step_of(rules, case.in_hand.step)
        what = name(LETTERS, step.letter) if step is not None else case.in_hand.step
        return Next(local_date(case.in_hand.at, case.zone), what)
    if decision.contact is not None and decision.contact.mode is not Mode.SIMULATE:
        return Next(decision.contact.on, name(LETTERS, decision.contact.letter))
    return Next(None, why_nothing(case, decision))


def why_nothing(case: Case, decision: Decision) -> str:
    """Why no contact is to be told, in a few words."""
    if not case.dues:
        return _("Nothing is open")
    if decision.kind is Kind.PERSON and decision.reasons:
        return sentence(decision.reasons[-1].code, decision.reasons[-1].values)
    if decision.kind is Kind.WAIT and decision.reasons:
        return sentence(decision.reasons[0].code, decision.reasons[0].values)
    return name(DECISIONS, decision.kind.value)


def chips(case: Case, *, today: date) -> tuple[Chip, ...]:
    """What a person should know before anything else, as (tone, word)."""
    found = [_block(case, block) for block in case.blocks if block.until is None or block.until >= today]
    if case.in_hand is not None and case.in_hand.state == "proposed":
        found.append(("rest", _("to approve")))
    if case.dues and not case.reaches:
        found.append(("stop", _("no address")))
    elif case.dues and not any(item.consent is Consent.GRANTED for item in case.subject.permissions):
        found.append(("stop", _("no permission")))
    return tuple(dict.fromkeys(found))


def _block(case: Case, block: Block) -> Chip:
    if block.kind is BlockKind.PROMISE and block.until is not None:
        return "rest", _("promised, until %(day)s") % {"day": _short(block.until)}
    if block.kind is BlockKind.PLAN:
        return "rest", _("plan waits for an answer")
    if block.kind is BlockKind.CLAIMED_PAID:
        return "rest", _("says it is paid")
    if block.kind is BlockKind.PAYING:
        return "rest", _("a payment is under way")
    if block.kind is BlockKind.CONTESTED:
        return "stop", _("payment contested")
    if block.kind is BlockKind.DOUBTED:
        return "rest", _("payment in doubt")
    if block.kind is BlockKind.DISPUTE:
        currency = next((due.currency for due in case.dues if due.invoice_id == block.invoice_id), "")
        if block.amount_minor is None or not currency:
            return "stop", _("in dispute")
        amount = show_money(Money(currency, block.amount_minor), language=get_language() or "es")
        return "stop", _("in dispute: %(amount)s") % {"amount": amount}
    if block.kind is BlockKind.AGREEMENT and block.until is not None:
        return "rest", _("agreed, until %(day)s") % {"day": _short(block.until)}
    if block.kind is BlockKind.ENQUIRY:
        return "rest", _("wrote, waits for an answer")
    if block.until is not None:
        return "rest", _("on hold until %(day)s") % {"day": _short(block.until)}
    return "rest", _("on hold")


def _short(on: date) -> str:
    return show_day(on, language=get_language() or "es", shape="short")
