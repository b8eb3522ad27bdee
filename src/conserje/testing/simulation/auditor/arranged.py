# SPDX-License-Identifier: Apache-2.0
"""The auditor hears of plans, agreements and settlements, and holds each to its own arithmetic and its own words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from conserje.testing.simulation.auditor.accords import MISSED_DAYS, Accord, Plan
from conserje.testing.simulation.auditor.calendar import is_working_day, local
from conserje.testing.simulation.auditor.standing import Block, Dossier
from conserje.testing.simulation.history import Event

if TYPE_CHECKING:
    from conserje.testing.simulation.auditor.auditor import Auditor

# Where the creditor is: its notes carry its own day.
HOME = "America/Bogota"
SUMS = "instalments add up to what was agreed"
DAYS = "instalments fall due on working days, one after the other"
MOVED = "an instalment keeps its day"
KEPT = "a plan is kept when it is paid, and not before"
EXACT = "an agreement is about all that is open"


def _plan_agreed(auditor: Auditor, event: Event) -> None:
    dossier, facts = auditor.news(event), event.facts
    parts = {position: (on, minor) for position, on, minor in facts["parts"]}
    active = facts["state"] == "active"
    plan = Plan(facts["plan"], tuple(facts["numbers"]), facts["total"], parts, active, event.at.date())
    owed = plan.open(auditor.books)
    if not sum(minor for _, minor in parts.values()) == plan.total == owed:
        evidence = f"{sum(minor for _, minor in parts.values())} in parts, {plan.total} agreed, {owed} open."
        auditor.find(event.at, SUMS, event.who, evidence)
    _look_at_days(auditor, dossier, plan, event)
    dossier.plans.append(plan)
    if active:
        _begun(dossier, plan)
    else:
        dossier.blocks += [Block("plan", (number,), ref=f"plan {plan.name}") for number in plan.numbers]


def _look_at_days(auditor: Auditor, dossier: Dossier, plan: Plan, event: Event) -> None:
    days = [on for _, on, _ in plan.in_order()]
    rests = [on for on in days if not is_working_day(on, dossier.country)]
    if rests or any(later <= before for before, later in pairwise(days)):
        auditor.find(event.at, DAYS, event.who, f"{[on.isoformat() for on in days]} in {dossier.country}.")


def _begun(dossier: Dossier, plan: Plan) -> None:
    """From now on its days are what is due: promises about its invoices give way, and the case begins anew."""
    plan.active = True
    dossier.blocks = [
        block
        for block in dossier.blocks
        if block.ref != f"plan {plan.name}"
        and not (block.kind == "promise" and (not block.numbers or set(block.numbers) & set(plan.numbers)))
    ]
    dossier.begin_anew()


def _plan_begun(auditor: Auditor, event: Event) -> None:
    dossier = auditor.news(event)
    plan = dossier.plan(event.facts["plan"])
    if plan is not None:
        _begun(dossier, plan)


def _plan_over(auditor: Auditor, event: Event) -> None:
    """Ended, or never agreed to: its invoices are due as they say themselves."""
    dossier = auditor.news(event)
    plan = dossier.plan(event.facts["plan"])
    if plan is None:
        return
    dossier.plans.remove(plan)
    dossier.blocks = [block for block in dossier.blocks if block.ref != f"plan {plan.name}"]
    if plan.active:
        dossier.begin_anew()


def _plan_day_asked(auditor: Auditor, event: Event) -> None:
    dossier = auditor.news(event)
    plan = dossier.plan(event.facts["plan"])
    if plan is not None:
        position = event.facts["position"]
        plan.parts[position] = (event.facts["on"], plan.parts[position][1])
        plan.asked_for.add(position)
        _anew_if_far(auditor, dossier, event)


def _anew_if_far(auditor: Auditor, dossier: Dossier, event: Event) -> None:
    """A part has another day: when nothing is due soon any more, it will be reminded of anew."""
    if not dossier.anything_near(auditor.books, dossier.today(event.at), of_plans=True):
        dossier.begin_anew()


def _plan_seen(auditor: Auditor, event: Event) -> None:
    """The customer's page of an evening: the same parts, paid as the books say, on the days that were agreed."""
    dossier, facts = auditor.dossiers[event.who], event.facts
    plan = dossier.plan(facts["plan"])
    if plan is None or facts["state"] not in ("active", "kept"):
        return
    shown = {position: (on, minor) for position, on, minor, _ in facts["lines"]}
    if {key: minor for key, (_, minor) in shown.items()} != {key: one[1] for key, one in plan.parts.items()}:
        auditor.find(event.at, SUMS, event.who, f"Shown {shown}, agreed {plan.parts}.")
        return
    own, left = plan.open(auditor.books), sum(minor for *_, minor in facts["lines"])
    if own != left:
        auditor.find(event.at, SUMS, event.who, f"{left} open on the page, {own} in the auditor's books.")
    if (facts["state"] == "kept") != (own == 0):
        auditor.find(event.at, KEPT, event.who, f"'{facts['state']}' with {own} open.")
    for position, (on, minor) in shown.items():
        if on != plan.parts[position][0]:
            _moved(auditor, event, plan, position, on)
            plan.parts[position] = (on, minor)
            auditor.news(event)
            _anew_if_far(auditor, dossier, event)
    referred = facts["referred_on"]
    if referred != plan.referred_on:
        plan.referred_on = referred
        auditor.news(event)


def _moved(auditor: Auditor, event: Event, plan: Plan, position: int, on: date) -> None:
    """Nobody asked for it: only what was missed goes to the end, by itself once in a plan."""
    before = plan.parts[position][0]
    late = event.at.date() > before + timedelta(days=MISSED_DAYS - 1)
    last = max(day for day, _ in plan.parts.values())
    first = not plan.missed or event.facts["by_person"]
    plan.missed.add(position)
    if not (late and on > last and first):
        evidence = f"Part {position} of plan {plan.name} moved from {before} to {on}; the last was on {last}."
        auditor.find(event.at, MOVED, event.who, evidence)


def _agreed(auditor: Auditor, event: Event) -> None:
    dossier, facts = auditor.news(event), event.facts
    opens: dict[str, int] = dict(facts["opens"])
    own = {number: auditor.books.invoices[number].open for number in opens}
    accord = Accord(
        facts["accord"],
        facts["of"],
        opens,
        facts["pay"],
        facts["future"],
        facts["given"],
        tuple((on, minor) for on, minor in facts["days"]),
        facts["dispute"],
    )
    if opens != own or accord.pay + accord.future + accord.given != sum(own.values()):
        evidence = (
            f"{accord.pay} + {accord.future} + {accord.given} of {opens}; in the auditor's books {own}."
        )
        auditor.find(event.at, EXACT, event.who, evidence)
    dossier.accords.append(accord)
    until = max(on for on, _ in accord.days) + timedelta(days=2)
    dossier.blocks += [
        Block("agreement", (number,), until=until, ref=f"accord {accord.name}") for number in opens
    ]
    carry_out(auditor, dossier)
    if accord.ended:
        auditor.turn_over(event)


def carry_out(auditor: Auditor, dossier: Dossier) -> None:
    """Whatever was paid in full ends as it says: nothing of its invoices is asked for any more."""
    books = auditor.books
    for accord in dossier.accords:
        if accord.ended or accord.paid(books) < accord.pay:
            continue
        accord.ended = "carried out"
        left = accord.given + accord.future
        for number in sorted(accord.opens, key=lambda one: books.invoices[one].opened):
            taken = min(left, books.invoices[number].open)
            left -= taken
            books.lowered(number, taken)
            dossier.settled.add(number)
        if accord.kind == "dispute":
            today = local(auditor.heard_at, HOME).date()
            books.keep_for_later(dossier.ref, left + accord.future, today)
        gone = {f"accord {accord.name}", f"dispute {accord.dispute}"}
        dossier.blocks = [block for block in dossier.blocks if block.ref not in gone]


def _accord_seen(auditor: Auditor, event: Event) -> None:
    """The customer's page of an evening says how an agreement stands."""
    dossier = auditor.dossiers[event.who]
    accord = next((one for one in dossier.accords if one.name == event.facts["accord"]), None)
    if accord is None:
        return
    state, own = event.facts["state"], accord.ended
    paid = accord.paid(auditor.books) >= accord.pay or own == "carried out"
    if (state == "carried_out") != paid:
        evidence = f"'{state}'; {accord.paid(auditor.books)} of {accord.pay} came."
        auditor.find(event.at, "a settlement ends as it was agreed", event.who, evidence)
    if state == "lapsed" and not own:
        on = dossier.today(event.at)
        if not accord.lapsed(auditor.books, on) and not accord.lapsed(auditor.books, on + timedelta(days=1)):
            evidence = f"Lapsed on {on}, days {accord.days}."
            auditor.find(event.at, "an agreement is kept to its day", event.who, evidence)
        accord.ended = "lapsed"
        dossier.blocks = [block for block in dossier.blocks if block.ref != f"accord {accord.name}"]
        auditor.news(event)


HANDLERS: dict[str, Callable[[Auditor, Event], None]] = {
    "plan_agreed": _plan_agreed,
    "plan_begun": _plan_begun,
    "plan_over": _plan_over,
    "plan_day_asked": _plan_day_asked,
    "plan_seen": _plan_seen,
    "agreed": _agreed,
    "accord_seen": _accord_seen,
}
