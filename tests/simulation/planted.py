# SPDX-License-Identifier: Apache-2.0
"""Bugs to plant: each takes one guard out of the product, in the way in which somebody might forget it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from conserje.data.outreach import dues, hand_over, snapshots
from conserje.data.outreach.models import Review, Touch
from conserje.domain.kit.money import Money
from conserje.domain.outreach import ladder, recheck
from conserje.domain.outreach.case import BlockKind
from conserje.domain.ports.channel import Accepted, Channel, Refused, Unsure
from conserje.domain.rules import counting, hours
from conserje.domain.rules.facts import Consent, Permission
from conserje.services.arrangements import plan_read
from conserje.services.outreach import decided, money, record, send, service_letter, suppression
from conserje.services.receivables import agreement as agreed
from conserje.services.receivables import (
    autopay,
    charge,
    charge_rest,
    checkout_payment,
    mandate,
    refund,
    refused_card,
)
from conserje.services.recovery import cancel, card, retry
from conserje.services.recovery import plan as recovery_plan
from conserje.services.tenancy.act import acting
from conserje.testing.simulation.auditor import arranged, charges, day
from conserje.testing.simulation.auditor.leaving import OWED
from conserje.testing.simulation.faults import ROUGH, USUAL, Dial
from conserje.testing.simulation.places import EVERYWHERE

Patch = pytest.MonkeyPatch
LAST_MINUTE = replace(ROUGH, hour="18:58", carrier=1)
# Where the working day is another one than in UTC for half of its hours.
FAR_AWAY = replace(USUAL, zone="Pacific/Auckland")
# Worlds in which nearly everybody does one thing.
PLANS = replace(USUAL, characters=("dividing",))
CARDS = replace(USUAL, characters=("subscriber", "carded"))
STOLEN = replace(CARDS, cards=("stolen",))
EMPTY = replace(CARDS, cards=("empty",))
TALKS = replace(USUAL, characters=("settling", "objecting"))


@dataclass(frozen=True, slots=True)
class Plant:
    """One bug: what it does, how, and of which rules one is broken by it.

    In a rough world the fuse blows often and little is sent: what needs many letters to show is planted in a usual one.
    """

    name: str
    plant: Callable[[Patch], None]
    broken: tuple[str, ...]
    dial: Dial = ROUGH
    before: str = ""
    customers: int = 25
    countries: tuple[str, ...] = ()


def _of_cases(patch: Patch, change: Callable[[Any], Any]) -> None:
    gather = snapshots.cases
    patch.setattr(snapshots, "cases", lambda **asked: [change(case) for case in gather(**asked)])


def _without(kind: BlockKind) -> Callable[[Patch], None]:
    def change(case: Any) -> Any:
        return replace(case, blocks=tuple(block for block in case.blocks if block.kind is not kind))

    return lambda patch: _of_cases(patch, change)


def _everybody_permits(patch: Patch) -> None:
    permitted = (Permission(Channel.EMAIL, Consent.GRANTED, "1"),)
    _of_cases(patch, lambda case: replace(case, subject=replace(case.subject, permissions=permitted)))


def _always_fresh(patch: Patch) -> None:
    _of_cases(patch, lambda case: replace(case, freshness_days=-1))


def _days_in_utc(patch: Patch) -> None:
    _of_cases(patch, lambda case: replace(case, zone="UTC"))


def _no_last_look(patch: Patch) -> None:
    patch.setattr(send, "still_right", lambda **asked: True)


def _no_fence(patch: Patch) -> None:
    mark = hand_over.mark

    def unfenced(*, creditor_id: int, fence: hand_over.Fence, now: Any) -> str:
        with acting(creditor_id=creditor_id):
            touch = Touch.objects.get(creditor_id=creditor_id, id=fence.touch_id)
            version = Review.objects.get(creditor_id=creditor_id, customer_id=touch.customer_id).version
        return mark(creditor_id=creditor_id, fence=replace(fence, version=version), now=now)

    patch.setattr(hand_over, "mark", unfenced)


def _sends_before_the_mark(patch: Patch) -> None:
    def handed(run: Any, item: Any, settings: Any) -> None:
        outcome = run.lines.to(item.touch.carrier, settings).send(item.parcel, mark=lambda: None)
        said = send._mark(run, item)
        if said != "marked":
            send._held_back(run, item, said)
            return
        done = record.Handed(touch=item.touch, token=run.token, marked=True)
        record.outcome(creditor_id=run.creditor_id, handed=done, outcome=outcome, now=run.clock())
        run.outcomes[{Accepted: "accepted", Refused: "refused", Unsure: "unsure"}[type(outcome)]] += 1

    patch.setattr(send, "_hand_over", handed)


def _forgets_who_left(patch: Patch) -> None:
    patch.setattr(suppression, "stop", lambda **asked: True)


def _sends_unsure_again(patch: Patch) -> None:
    state = record._state

    def again(outcome: Any, touch: Any, now: Any) -> Any:
        if isinstance(outcome, Unsure):
            return "planned", outcome.reason, now + timedelta(minutes=15)
        return state(outcome, touch, now)

    patch.setattr(record, "_state", again)


def _money_moves_nothing(patch: Patch) -> None:
    patch.setattr(money, "moved", lambda **asked: None)
    patch.setattr(dues, "of_customers", _dues_of_yesterday(dues.of_customers))


def _dues_of_yesterday(dues: Callable[..., Any]) -> Callable[..., Any]:
    """A memory of what was owed that nobody renews when money comes in."""
    known: dict[int, Any] = {}

    def remembered(*, creditor_id: int, customer_ids: Any) -> Any:
        fresh = dues(creditor_id=creditor_id, customer_ids=customer_ids)
        for customer_id in customer_ids:
            known.setdefault(customer_id, fresh.get(customer_id, []))
        return {customer_id: known[customer_id] for customer_id in customer_ids if known[customer_id]}

    return remembered


def _no_gap(patch: Patch) -> None:
    patch.setattr(recheck, "_too_soon", lambda *asked: None)
    patch.setattr(ladder, "_earliest", lambda case, step, anchor: anchor + timedelta(days=step.day))


def _no_reaper(patch: Patch) -> None:
    patch.setattr(record, "reap", lambda **asked: 0)


def _no_holidays(patch: Patch) -> None:
    minutes = hours.Hours.minutes

    def found(self: Any, on: Any) -> Any:
        return ((7 * 60, 19 * 60),) if on in self.calendar.days else minutes(self, on)

    patch.setattr(hours.Hours, "minutes", found)


def _an_hour_longer(patch: Patch) -> None:
    spans = hours.Hours.spans

    def longer(self: Any, *, on: Any, zone_name: str) -> Any:
        return tuple((start, end + 3600) for start, end in spans(self, on=on, zone_name=zone_name))

    patch.setattr(hours.Hours, "spans", longer)


def _told_twice_is_paid_twice(patch: Patch) -> None:
    patch.setattr(checkout_payment, "has_road", lambda **asked: True)


def _plans_each_step_twice(patch: Patch) -> None:
    text = decided._WRITE
    for former, planted in (
        ("d.point_id, d.key,", "d.point_id, d.key || again.mark,"),
        ("WHERE d.key IS NOT NULL", "CROSS JOIN (VALUES (''), ('b')) AS again(mark) WHERE d.key IS NOT NULL"),
        ("ON CONFLICT (creditor_id, customer_id, episode_id, step)", ""),
        ("WHERE NOT (state IN ('suppressed', 'failed')) OR perhaps_read DO NOTHING", ""),
    ):
        assert former in text
        text = text.replace(former, planted)
    patch.setattr(decided, "_WRITE", text)


def _counts_nothing(patch: Patch) -> None:
    patch.setattr(counting, "recent", lambda **asked: [])
    patch.setattr(recheck, "last_contact_on", lambda *asked, **more: None)
    patch.setattr(ladder, "last_contact_on", lambda *asked, **more: None)


UNIQUE_STEP = """
DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT indexname FROM pg_indexes WHERE tablename = 'outreach_touch' AND indexdef LIKE '%step%' LOOP
    EXECUTE format('ALTER TABLE outreach_touch DROP CONSTRAINT IF EXISTS %I', name);
    EXECUTE format('DROP INDEX IF EXISTS %I', name);
  END LOOP; END $$"""


def _days_of_no_plan(patch: Patch) -> None:
    bound = dues._BOUND
    assert bound in snapshots._OWED
    assert dues._BY_PLAN in snapshots._OWED
    whole = snapshots._OWED.replace(f"AND NOT EXISTS ({bound})", "")
    patch.setattr(snapshots, "_OWED", whole.replace(f"UNION ALL {dues._BY_PLAN}", ""))


def _a_part_too_low(patch: Patch) -> None:
    read = plan_read._plan

    def lower(*asked: Any) -> Any:
        shown = read(*asked)
        first, *others = shown.lines
        less = replace(first, amount=Money(first.amount.currency, first.amount.minor - 100))
        return replace(shown, lines=(less, *others))

    patch.setattr(plan_read, "_plan", lower)


def _a_new_key_each_time(patch: Patch) -> None:
    name, count = charge.public_id, itertools.count()

    def another(*, creditor: str, order: Any) -> str:
        return name(creditor=creditor, order=replace(order, key=f"{order.key}:{next(count)}"))

    patch.setattr(charge, "public_id", another)


def _forgets_silent_charges(patch: Patch) -> None:
    patch.setattr(autopay, "ASKED_AGAIN", timedelta(days=400))
    patch.setattr(charge, "give_up_due", lambda **asked: 0)


def _charges_what_rests(patch: Patch) -> None:
    patch.setattr(charge_rest, "found", lambda **asked: {})


def _asks_while_unanswered(patch: Patch) -> None:
    rests = " OR (k.state = 'unknown' AND k.mandate_id IS NOT NULL)"
    assert rests in snapshots._OWED
    patch.setattr(snapshots, "_OWED", snapshots._OWED.replace(rests, ""))


def _no_governor(patch: Patch) -> None:
    for place in (retry, recovery_plan, card):
        patch.setattr(place, "earliest", lambda *, at, **asked: at)


def _refunds_any_amount(patch: Patch) -> None:
    patch.setattr(refund, "_check", lambda *asked: None)


def _cancels_without_leaving_alone(patch: Patch) -> None:
    patch.setattr(cancel, "_leave_alone", lambda *asked: ())


def _never_writes_off(patch: Patch) -> None:
    patch.setattr(agreed, "_write_off", lambda *asked: None)


def _leave_never_ends(patch: Patch) -> None:
    ended = mandate._ended

    def replaced_only(creditor_id: int, row: Any, by: str, now: Any) -> None:
        if by == "replaced":
            ended(creditor_id, row, by, now)

    patch.setattr(mandate, "_ended", replaced_only)


def _dead_cards_live(patch: Patch) -> None:
    patch.setattr(refused_card, "without", lambda *, rows, **asked: rows)


def _a_wheel(patch: Patch) -> None:
    patch.setattr(recheck, "_of_no_debt", lambda subject: subject)
    patch.setattr(service_letter, "_TRIED_AGAIN", timedelta(0))


LEFT = "nobody who left is written to"
STOPPED = "nothing leaves while the creditor has stopped it"
HELD = "nothing is asked of whom we leave alone (hold)"
PROMISED = "nothing is asked of whom we leave alone (promise)"
TWICE = "nothing is handed over twice"
WEEK = "one chasing letter a week"
BOOKS = "the books agree"
ENDS = "a settlement ends as it was agreed"

PLANTS = (
    Plant(
        "the hold is forgotten",
        _without(BlockKind.HOLD),
        (HELD, OWED),
    ),
    Plant(
        "the promise is ignored",
        _without(BlockKind.PROMISE),
        (PROMISED, OWED),
    ),
    Plant("the disputed part is chased", _without(BlockKind.DISPUTE), (OWED,), USUAL, customers=60),
    Plant(
        "the word 'already paid' is ignored",
        _without(BlockKind.CLAIMED_PAID),
        ("nothing is asked of whom we leave alone (said_paid)", OWED),
        USUAL,
        customers=60,
    ),
    Plant("permission is not asked for", _everybody_permits, ("nobody is written to without permission",)),
    Plant("old payments are good enough", _always_fresh, ("nothing leaves on old knowledge of payments",)),
    Plant(
        "days are counted in UTC",
        _days_in_utc,
        ("the house writes from Monday to Friday", "what was told is done", WEEK, "one contact a day"),
        FAR_AWAY,
    ),
    Plant("the clock is not looked at again", _no_last_look, ("the law's hours are kept",), LAST_MINUTE),
    Plant("the window is an hour too long", _an_hour_longer, ("the law's hours are kept",), LAST_MINUTE),
    Plant("holidays are working days", _no_holidays, ("the law's hours are kept",)),
    Plant(
        "nothing fences the hand-over",
        _no_fence,
        (
            OWED,
            LEFT,
            STOPPED,
            HELD,
            PROMISED,
        ),
    ),
    Plant(
        "the message leaves before the mark",
        _sends_before_the_mark,
        (TWICE, "one contact a day", WEEK, HELD, STOPPED, LEFT),
    ),
    Plant("who left is written to", _forgets_who_left, (LEFT,), USUAL, customers=60),
    Plant(
        "what is unsure leaves again by itself",
        _sends_unsure_again,
        # Planned anew it may be called off, as if the carrier had never taken it.
        (TWICE, "one contact a day", "what left is known to have left"),
    ),
    Plant("payments wake nobody", _money_moves_nothing, (OWED,)),
    Plant("missed steps are caught up at once", _no_gap, (WEEK,)),
    Plant("lost claims stay lost", _no_reaper, ("nothing hangs when a day is over",)),
    Plant("two roads are two payments", _told_twice_is_paid_twice, ("the books agree",)),
    Plant(
        "a step is planned twice",
        _plans_each_step_twice,
        ("a step is made once", WEEK, "one contact a day", "nothing hangs when a day is over"),
        before=UNIQUE_STEP,
    ),
    Plant("contacts are not counted", _counts_nothing, (WEEK, "one contact a day")),
    Plant("a plan's days are not heeded", _days_of_no_plan, (OWED,), PLANS),
    Plant("what was agreed is asked for", _without(BlockKind.AGREEMENT), (OWED,), TALKS),
    Plant(
        "what the bank took back is asked for", _without(BlockKind.CONTESTED), (OWED,), USUAL, customers=60
    ),
    Plant("parts do not add up", _a_part_too_low, (arranged.SUMS,), PLANS),
    Plant(
        "a charge has a new key each time",
        _a_new_key_each_time,
        # Nobody hears how the first one ended: also that the card was refused for good.
        (charges.ONCE, charges.KNOWN, charges.NEVER),
        CARDS,
    ),
    Plant("what rests is charged", _charges_what_rests, (charges.ONCE,), CARDS),
    Plant("what a card was charged for is asked for", _asks_while_unanswered, (charges.TAKEN,), CARDS),
    Plant("nobody counts tries", _no_governor, (charges.OFTEN,), EMPTY),
    Plant("a refund may be of any amount", _refunds_any_amount, (charges.BACK,), USUAL, customers=60),
    Plant("a cancelled subscription is asked for", _cancels_without_leaving_alone, (OWED,), CARDS),
    Plant("a settlement is never carried out", _never_writes_off, (BOOKS, ENDS), TALKS),
    Plant("a silent charge is forgotten", _forgets_silent_charges, (charges.KNOWN,), CARDS),
    Plant("a card is charged after its leave ended", _leave_never_ends, (charges.LEAVE,), CARDS),
    Plant("a warning that may not leave is planned in each turn", _a_wheel, (day.IDLE,), CARDS),
    Plant("a card that is dead is charged", _dead_cards_live, (charges.NEVER,), STOLEN),
    Plant(
        "the window is an hour too long anywhere",
        _an_hour_longer,
        ("the law's hours are kept",),
        replace(USUAL, hour="17:45"),
        customers=48,
        countries=EVERYWHERE,
    ),
)
