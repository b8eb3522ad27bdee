# SPDX-License-Identifier: Apache-2.0
"""What the auditor asks when a day is over: was anybody forgotten, did what was told happen, do the books agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from conserje.testing.simulation.auditor.auditor import Auditor
from conserje.testing.simulation.auditor.calendar import (
    is_known,
    is_working_day,
    needs_leave,
    why_not,
)
from conserje.testing.simulation.auditor.leaving import CONTACTS_MAX
from conserje.testing.simulation.auditor.letters import LADDER
from conserje.testing.simulation.auditor.standing import Dossier

# By which day past due each letter is written at the latest, if nothing speaks against it.
DAYS = {"preventive": -5, "friendly": 3, "follow_up": 10, "follow_up_second": 17, "formal": 26}
DAYS |= {"formal_second": 36, "final": 47}
PATIENCE_DAYS = 6
LONGEST_GAP_DAYS = 10
# A day is over for a customer when its working hours are: the auditor's evening may be somebody's small hours or noon.
DAY_IS_OVER = timedelta(hours=15)
WAITS_MAX = timedelta(days=4)
# Money that moves may make a letter right and wrong again a few times in a day; more is a wheel that turns by itself.
DROPPED_A_DAY = 4
IDLE = "nothing is planned again and again only to be dropped"
_MAY_HAVE_ARRIVED = {"accepted", "delivered", "unsure"}
_ENDED = {"accepted", "delivered", "unsure", "failed", "suppressed"}


@dataclass(frozen=True, slots=True)
class Shown:
    """What the product says of one message: `message` is the carrier's number for it, None when it never saw it."""

    message: int | None
    who: str
    step: str
    state: str
    reason: str
    planned_at: datetime
    waits_until: datetime | None
    perhaps_read: bool


def forgotten(auditor: Auditor, at: datetime, *, worked: bool) -> None:
    """Whoever is due, reachable and free for long enough was written to; `worked`: today's turns ran to their end."""
    sharing = Counter(dossier.address for dossier in auditor.dossiers.values())
    for dossier in auditor.dossiers.values():
        on = dossier.today(at - DAY_IS_OVER)
        expected = _expected(auditor, dossier, on)
        if expected is None or on < expected:
            dossier.free_days = 0
            continue
        if worked and is_working_day(on, dossier.country):
            dossier.free_days += 1
        patience = PATIENCE_DAYS + 9 * (sharing[dossier.address] - 1)
        if dossier.free_days > patience:
            last = dossier.episode[-1].on if dossier.episode else None
            auditor.find(
                at,
                "nobody is forgotten",
                dossier.ref,
                f"Due since {expected}, free for {dossier.free_days} working days; the last letter was on {last}.",
            )


def _expected(auditor: Auditor, dossier: Dossier, on: date) -> date | None:
    """The day by which the next letter should have left, None when nothing is expected."""
    books = auditor.books
    oldest = dossier.oldest_due(books, on)
    if (
        oldest is None
        or (not dossier.permitted and needs_leave(dossier.country))
        or dossier.given_up
        or dossier.address in dossier.bounced
    ):
        return None
    if dossier.address in auditor.left or auditor.stopped & {"", "email"}:
        return None
    if not auditor.is_fresh(on) or not is_known(on, dossier.country):
        return None
    if len({one.message for one in dossier.episode}) >= CONTACTS_MAX:
        return None
    if any(one.kind != "invoice" for one in books.owed(dossier.ref)):
        return None  # cards are tried in silence, and when that ends only the card's network knows
    made = [one.letter.step for one in dossier.episode if one.letter is not None]
    if any(one.letter is None for one in dossier.episode) or "final" in made:
        return None
    reached = max((LADDER.index(step) for step in made if step in LADDER), default=0)
    step = LADDER[reached + 1]
    day = oldest + timedelta(days=DAYS[step])
    last = max((contact.on for contact, _ in auditor.by_address.get(dossier.address, ())), default=None)
    return day if last is None else max(day, last + timedelta(days=LONGEST_GAP_DAYS))


def _by_itself(auditor: Auditor, on: date) -> bool:
    """Whether a letter of `on` needed nobody's leave: a draft made while payments were not recorded waits for it."""
    again = auditor.fresh_again_on
    return auditor.is_fresh(on) and (again is None or again < on - timedelta(days=1))


def _closed_meanwhile(auditor: Auditor, dossier: Dossier) -> bool:
    """Whether the line hung lately over the end of the customer's hours: what was on its way had to wait."""
    where: dict[str, Any] = {"country": dossier.country, "zone": dossier.zone, "company": dossier.company}
    return any(not why_not(since, **where) and why_not(until, **where) for since, until in auditor.hung)


def told_and_done(auditor: Auditor, at: datetime, *, worked: bool) -> None:
    """What a letter said comes next came on its day, unless something happened in between."""
    for dossier in auditor.dossiers.values():
        if dossier.told is None:
            continue
        told_at, next_on = dossier.told
        on = dossier.today(at - DAY_IS_OVER)
        if on < next_on:
            continue
        dossier.told = None
        news = [moment for moment in (dossier.news_at, auditor.disturbed_at) if moment is not None]
        excused = (
            not worked
            or not _by_itself(auditor, next_on)
            or on > next_on
            or _closed_meanwhile(auditor, dossier)
        )
        if excused or any(moment >= told_at for moment in news):
            continue
        auditor.find(
            at,
            "what was told is done",
            dossier.ref,
            f"On {told_at.date()} the customer was told of a letter on {next_on}; none came and nothing had happened.",
        )
    auditor.hung = [(since, until) for since, until in auditor.hung if until > at - timedelta(days=2)]


def balances(auditor: Auditor, at: datetime, shown: Mapping[str, tuple[int, int]]) -> None:
    """Open amounts and money without an invoice, by customer, equal the auditor's own."""
    own = auditor.books.balances()
    for who in sorted(set(own) | {ref for ref, sums in shown.items() if any(sums)}):
        ours, theirs = own.get(who, (0, 0)), shown.get(who, (0, 0))
        if ours != theirs:
            evidence = f"Open and unapplied: {ours} in the auditor's books, {theirs} in the product's."
            auditor.find(at, "the books agree", who, evidence)


def conserved(auditor: Auditor, at: datetime, shown: Iterable[Shown], *, every: bool = True) -> None:
    """Every planned letter ended, or waits with a reason; what the carrier took is known to have been taken.

    `every`: all are shown, not only those that moved since a while.
    """
    named: set[int] = set()
    shown = list(shown)
    _idle(auditor, at, shown)
    for one in shown:
        named |= {one.message} if one.message is not None else set()
        took = auditor.taken.get(one.message) if one.message is not None else None
        for rule, evidence in _wrong(one, took):
            auditor.find(at, rule, one.who, f"{evidence} {one}")
        if not one.reason and _waits_too_long(auditor, one, at):
            auditor.find(at, "what waits says why", one.who, f"Its moment came days ago. {one}")
    taken = set(auditor.taken) if every else auditor.taken_today
    for message in sorted(taken - named):
        auditor.find(
            at, "what left is in the books", "", f"The carrier's message {message} is unknown to the product."
        )

    auditor.taken_today = set()


def _idle(auditor: Auditor, at: datetime, shown: Iterable[Shown]) -> None:
    """Nothing is planned again and again only to be dropped."""
    dropped = Counter(
        (one.who, one.step)
        for one in shown
        if one.state == "suppressed" and one.planned_at > at - timedelta(days=1)
    )
    for (who, step), times in dropped.items():
        if times > DROPPED_A_DAY:
            auditor.find(at, IDLE, who, f"'{step}' was planned and dropped {times} times in a day.")


def _waits_too_long(auditor: Auditor, one: Shown, at: datetime) -> bool:
    """Whether nothing stands in the way of a letter whose moment came days ago, and did not since either."""
    if one.state != "planned" or auditor.stopped & {"", "email"}:
        return False
    moments = (one.planned_at, one.waits_until, auditor.disturbed_at)
    return max(moment for moment in moments if moment is not None) < at - WAITS_MAX


def _wrong(one: Shown, took: str | None) -> Iterable[tuple[str, str]]:
    if one.state in ("claimed", "handing_over"):
        yield "nothing hangs when a day is over", "No worker is at it any more."
    if one.state in ("accepted", "delivered") and took not in ("handed", "lost", "perhaps"):
        yield "what is told as sent was sent", "The carrier never took it."
    if took == "handed" and one.state in ("suppressed", "failed") and not one.perhaps_read:
        yield "what left is known to have left", "The carrier took it."
    if one.state in ("suppressed", "failed") and not one.reason:
        yield "what does not leave says why", "It has no reason."
