# SPDX-License-Identifier: Apache-2.0
"""The first lawful week of some customers: what would be sent, day by day, and why nothing is to those left out.

Told by the very function that decides, `project`. The example letters are written from touches as a sweep would make
them: `tell` is for a transaction that is taken back.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from django.db import connection

from conserje.data.outreach import snapshots
from conserje.domain.kit.days import local_date, zone
from conserje.domain.kit.money import Money
from conserje.domain.outreach.case import Case
from conserje.domain.outreach.decision import Decision, Kind, Planned
from conserje.domain.outreach.project import project
from conserje.domain.outreach.strategy import Mode, Strategy
from conserje.services.outreach import decided, draft, strategy, sweep
from conserje.services.outreach.carrying import channel_of
from conserje.services.outreach.decided import Judged, Setting
from conserje.services.tenancy.act import step

DAYS: Final = 7
# A first contact may have to wait for a holiday season, and a reminder for its day.
LOOK_AHEAD_DAYS: Final = 28
EXAMPLES_EACH: Final = 2
EXAMPLES: Final = 12
REASONS: Final = 8
_CHUNK: Final = 2000
_NUMBERS: Final = "SELECT nextval('outreach_decision_id_seq') FROM generate_series(1, %s)"
_TOUCHES: Final = """
SELECT customer_id, id FROM outreach_touch WHERE creditor_id = %s AND decision_id = ANY(%s) AND state = 'proposed'"""
_Alike = tuple[str, str, str, str]
_Groups = dict[date, dict[_Alike, list[tuple[int, Planned]]]]


@dataclass(frozen=True, slots=True)
class Example:
    """One letter of the week as it would be written. `at` is when it would leave, in the customer's zone."""

    customer: str
    to: str
    channel: str
    letter: str
    at: datetime
    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Contacts alike of one day. `mode` is how far their stage goes by itself; `sums` is what they speak of.

    `examples` are places in `Week.examples`.
    """

    letter: str
    stage: str
    channel: str
    mode: str
    count: int
    sums: tuple[tuple[str, int], ...]
    examples: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class WeekDay:
    """One day on which something would be sent."""

    on: date
    batches: tuple[Batch, ...]


@dataclass(frozen=True, slots=True)
class Quiet:
    """Customers to whom nothing would be sent for one reason: a code of the decision and what its sentence needs."""

    code: str
    values: tuple[tuple[str, str], ...]
    count: int


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days from the first lawful contact on, None when there is none. `later` customers come after them."""

    first_on: date | None
    days: tuple[WeekDay, ...]
    examples: tuple[Example, ...]
    quiet: tuple[Quiet, ...]
    later: int
    later_on: date | None


@dataclass(slots=True)
class _Told:
    """Every contact of the time looked at, and why there is none."""

    contacts: list[tuple[int, Planned]] = field(default_factory=list)
    quiet: Counter[tuple[str, tuple[tuple[str, str], ...]]] = field(default_factory=Counter)


@step
def tell(*, creditor_id: int, customer_ids: Sequence[int], now: datetime) -> Week:
    """The first week of these customers. Writes touches, to show their letters: take the transaction back."""
    of = snapshots.standing(creditor_id=creditor_id, channel_of=channel_of)
    if of.strategy is None:
        return Week(None, (), (), (Quiet("no_strategy", (), len(customer_ids)),), 0, None)
    rules = strategy.read_stored(content=of.strategy)
    told = _Told()
    for start in range(0, len(customer_ids), _CHUNK):
        chunk = customer_ids[start : start + _CHUNK]
        for case in snapshots.cases(of=of, customer_ids=chunk, now=now):
            _project(told, case, rules.serving(case.serves), now)
    if not told.contacts:
        return Week(None, (), (), _reasons(told), 0, None)
    first_on = min(contact.on for _, contact in told.contacts)
    inside = [item for item in told.contacts if item[1].on < first_on + timedelta(days=DAYS)]
    reached = {customer_id for customer_id, _ in inside}
    later = {item[0]: item[1].on for item in reversed(told.contacts) if item[0] not in reached}
    groups = _groups(inside)
    written = _write_examples(creditor_id, groups, Setting(now, Mode.DRAFT, of.carriers))
    return Week(
        first_on,
        tuple(_days(groups, list(written))),
        tuple(written.values()),
        _reasons(told),
        len(later),
        min(later.values(), default=None),
    )


def _project(told: _Told, case: Case, rules: Strategy, now: datetime) -> None:
    until = local_date(now, case.zone) + timedelta(days=LOOK_AHEAD_DAYS)
    coming = project(case, strategy=rules, law=sweep.stack_of(case), now=now, until=until)
    contacts = [decision.contact for decision in coming if decision.contact is not None]
    told.contacts += [(case.customer_id, contact) for contact in contacts]
    if not contacts:
        told.quiet[_why(case, coming)] += 1


def _why(case: Case, coming: Sequence[Decision]) -> tuple[str, tuple[tuple[str, str], ...]]:
    if case.in_hand is not None:
        return "touch_in_hand", (("state", case.in_hand.state),)
    if not case.dues:
        return "nothing_due", ()
    if not case.reaches:
        return "no_address_at_all", ()
    if not coming:
        return "day_not_come", ()
    decision = coming[-1]
    if not decision.reasons:
        return f"decision_{decision.kind.value}", ()
    told = decision.reasons[0] if decision.kind is Kind.WAIT else decision.reasons[-1]
    return told.code, told.values


def _reasons(told: _Told) -> tuple[Quiet, ...]:
    """The commonest first; those that differ in a day or an amount only are one reason when there are many."""
    counts = told.quiet
    if len(counts) > REASONS:
        counts = Counter()
        for (code, _), count in told.quiet.items():
            counts[code, ()] += count
    return tuple(Quiet(code, values, count) for (code, values), count in counts.most_common(REASONS))


def _groups(contacts: Iterable[tuple[int, Planned]]) -> _Groups:
    """Contacts by day, and those alike of a day together, both in order."""
    found: dict[date, dict[_Alike, list[tuple[int, Planned]]]] = defaultdict(lambda: defaultdict(list))
    for customer_id, contact in contacts:
        alike = (contact.stage.value, contact.letter, contact.channel.value, contact.mode.value)
        found[contact.on][alike].append((customer_id, contact))
    return {on: dict(sorted(batches.items())) for on, batches in sorted(found.items())}


def _days(groups: _Groups, shown: Sequence[int]) -> Iterator[WeekDay]:
    """`shown` are the customers whose letters are examples, in their order."""
    for on, batches in groups.items():
        yield WeekDay(on, tuple(_batch(alike, found, shown) for alike, found in batches.items()))


def _batch(alike: _Alike, found: Sequence[tuple[int, Planned]], shown: Sequence[int]) -> Batch:
    stage, letter, channel, mode = alike
    sums: Counter[str] = Counter()
    for _, contact in found:
        for asked in contact.asked:
            sums[asked.currency] += asked.minor
    examples = tuple(
        shown.index(customer_id) for customer_id, _ in found[:EXAMPLES_EACH] if customer_id in shown
    )
    return Batch(letter, stage, channel, mode, len(found), tuple(sorted(sums.items())), examples)


def totals(batches: Iterable[Batch]) -> tuple[Money, ...]:
    """What all of `batches` speak of, by currency."""
    sums: Counter[str] = Counter()
    for batch in batches:
        sums.update(dict(batch.sums))
    return tuple(Money(currency, minor) for currency, minor in sorted(sums.items()))


def _write_examples(creditor_id: int, groups: _Groups, setting: Setting) -> dict[int, Example]:
    """Letters by customer, each written as if its hour had come; all touches at once, as a chunk is written once."""
    wanted: dict[int, Planned] = {}
    for batches in groups.values():
        for found in batches.values():
            for customer_id, contact in found[:EXAMPLES_EACH]:
                if len(wanted) < EXAMPLES:
                    wanted.setdefault(customer_id, contact)
    judged = [
        item
        for customer_id, contact in wanted.items()
        for item in sweep.judge_many(
            creditor_id=creditor_id, customer_ids=[customer_id], now=max(contact.at, setting.now)
        )
        if item.case.in_hand is None and item.decision.kind is Kind.CONTACT
    ]
    if not judged:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_NUMBERS, [len(judged)])
        ids = [row[0] for row in cursor.fetchall()]
        numbers = {item.case.customer_id: number for item, number in zip(judged, ids, strict=True)}
        decided.write(creditor_id=creditor_id, found=judged, numbers=numbers, setting=setting)
        cursor.execute(_TOUCHES, [creditor_id, ids])
        touches = dict(cursor.fetchall())
    examples = {}
    for item in judged:
        touch_id = touches.get(item.case.customer_id)
        contact = wanted[item.case.customer_id]
        if touch_id is not None and (made := _example(creditor_id, touch_id, item, contact)) is not None:
            examples[item.case.customer_id] = made
    return examples


def _example(creditor_id: int, touch_id: int, judged: Judged, contact: Planned) -> Example | None:
    seen = draft.preview(creditor_id=creditor_id, touch_id=touch_id, now=contact.at)
    if seen.written is None:
        return None
    touch, letter = seen.touch, seen.written.letter
    at = contact.at.astimezone(zone(judged.case.zone))
    return Example(
        touch.customer_name,
        touch.address,
        touch.channel,
        touch.letter,
        at,
        letter.subject,
        letter.text,
        letter.html,
    )
