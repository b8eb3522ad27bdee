# SPDX-License-Identifier: Apache-2.0
"""The heart: what is next for a customer, when, through what, to whom and why. Pure: `now` is an argument.

The search walks forward over the dates on which anything may differ, so that what is told for next month is found by
the very lines that will decide next month.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from conserje.domain.kit.days import instant, local_date
from conserje.domain.outreach.case import Case, Reach
from conserje.domain.outreach.decision import Decision, Kind, Planned, Reason
from conserje.domain.outreach.ladder import FAILURES_MAX, Rung, failures, next_rung
from conserje.domain.outreach.position import Position, asked, enough, next_change, on_day
from conserje.domain.outreach.strategy import Mode, Step, Strategy, purpose_of
from conserje.domain.ports.channel import Channel
from conserje.domain.rules.facts import Intent
from conserje.domain.rules.gate import RuleStack
from conserje.domain.rules.verdict import Ruling, Verdict

HORIZON_DAYS = 400
_DAY_START = time(0, 5)


def decide(case: Case, *, strategy: Strategy, law: RuleStack, now: datetime) -> Decision:
    """What is next for `case` as of the instant `now` (aware).

    CONTACT: may leave now or within its notice. WAIT: `contact` tells the next one when it can be told, `reasons` say
    why not today. PERSON, ENDED, CLEAR: nothing leaves by itself. The same facts always give the same decision.
    """
    return _Search(case, strategy, law, now).run()


@dataclass(slots=True)
class _Search:
    case: Case
    strategy: Strategy
    law: RuleStack
    now: datetime

    def run(self) -> Decision:
        case, today = self.case, local_date(self.now, self.case.zone)
        first = on_day(case, on=today, soon_days=self.strategy.preventive_days)
        if case.in_hand is not None:
            return self._say(Kind.WAIT, first, [Reason("touch_in_hand", (("state", case.in_hand.state),))])
        reasons = self._why_not_today(first)
        on, limit, position = today, today + timedelta(days=HORIZON_DAYS), first
        while True:
            found = self._on(position, first, reasons)
            if isinstance(found, Decision):
                return found
            if found is None or found > limit:
                return self._say(_waiting(first), first, reasons or [Reason("nothing_due")])
            if found <= on:
                raise AssertionError(
                    "The search for the next contact must move to a later date at every turn."
                )
            on = found
            position = on_day(case, on=on, soon_days=self.strategy.preventive_days)

    def _on(self, position: Position, first: Position, reasons: list[Reason]) -> Decision | date | None:
        """The decision found on that day, or the later day to look at, or None when no date brings a change."""
        if position.whole is not None:
            until = position.whole.until
            return None if until is None else until + timedelta(days=1)
        if position.anchor is None or not enough(position, minimum_open=self.strategy.minimum_open):
            return self._change(position)
        if self._contacts() >= self.strategy.contacts_max:
            return self._say(
                Kind.ENDED,
                first,
                [*reasons, Reason("contacts_used", (("max", str(self.strategy.contacts_max)),))],
            )
        rung = next_rung(self.case, position=position, strategy=self.strategy)
        if rung is None:
            if position.overdue:
                why = "refused_by_person" if self.case.refused else "every_step_made"
                return self._say(Kind.ENDED, first, [*reasons, Reason(why)])
            return self._change(position)
        earliest_on = self.strategy.working_day(max(rung.earliest_on, position.on))
        if earliest_on > position.on:
            change = self._change(position)
            return earliest_on if change is None else min(earliest_on, change)
        if failures(self.case, step=rung.step.key) >= FAILURES_MAX:
            return self._say(
                Kind.PERSON,
                first,
                [*reasons, Reason("delivery_failed", (("step", rung.step.key),))],
                found_on=position.on,
            )
        return self._through_channels(position, first, rung, reasons)

    def _change(self, position: Position) -> date | None:
        return next_change(self.case, after=position.on, soon_days=self.strategy.preventive_days)

    def _through_channels(
        self, position: Position, first: Position, rung: Rung, reasons: list[Reason]
    ) -> Decision | date | None:
        skipped: list[Reason] = []
        refused: Verdict | None = None
        later: tuple[datetime, Verdict] | None = None
        for channel in rung.step.channels:
            reach = self._reach(channel)
            if channel not in self.case.ready or reach is None:
                code = "channel_not_ready" if channel not in self.case.ready else "no_address"
                skipped.append(Reason(code, (("channel", channel.value),)))
                continue
            at, verdict = self.law.next_instant(
                intent=Intent(channel=channel, purpose=purpose_of(rung.step), recipient=reach.recipient),
                subject=self.case.subject,
                after=self._earliest_instant(rung.step, position.on),
                until=instant(position.on + timedelta(days=60), time(0), self.case.zone),
            )
            if at is None:
                refused = _stricter(refused, verdict)
                skipped.append(Reason("channel_refused", (("channel", channel.value), *_rules(verdict))))
            elif local_date(at, self.case.zone) == position.on:
                return self._contact(position, first, rung, reach, at, verdict, [*reasons, *skipped])
            elif later is None or at < later[0]:
                later = (at, verdict)
        if later is not None:
            if position.on == first.on:
                reasons.append(Reason("deferred", _rules(later[1])))
            return local_date(later[0], self.case.zone)
        return self._say(Kind.PERSON, first, [*reasons, *skipped], verdict=refused, found_on=position.on)

    def _earliest_instant(self, step: Step, on: date) -> datetime:
        return max(
            instant(on, self.strategy.hour, self.case.zone), self.now + timedelta(hours=step.notice_hours)
        )

    def _contact(
        self,
        position: Position,
        first: Position,
        rung: Rung,
        reach: Reach,
        at: datetime,
        verdict: Verdict,
        reasons: list[Reason],
    ) -> Decision:
        step = rung.step
        stale = self.case.stale(on=first.on)
        mode = self.strategy.modes[step.stage]
        planned = Planned(
            step=step.key,
            stage=step.stage,
            letter=step.letter,
            purpose=purpose_of(step),
            mode=Mode.DRAFT if stale and mode is Mode.AUTOMATIC else mode,
            channel=reach.channel,
            contact_id=reach.contact_id,
            point_id=reach.point_id,
            copies=self._copies(step, reach, at),
            at=at,
            on=position.on,
            asked=asked(position.overdue or position.soon),
            texts=verdict.texts,
        )
        if stale:
            known = self.case.payments_known_through
            reasons.append(Reason("payments_not_recorded", (("since", known.isoformat() if known else ""),)))
        if rung.overtaken:
            reasons.append(Reason("steps_overtaken", (("steps", ", ".join(rung.overtaken)),)))
        noticed_on = self.strategy.noticed_on(position.on, hours=step.notice_hours)
        review = instant(noticed_on, _DAY_START, self.case.zone)
        # Found within twice the notice it is planned at once: any later, the notice itself might move its hour.
        soon = review <= self.now or at <= self.now + 2 * timedelta(hours=step.notice_hours)
        kind = Kind.CONTACT if soon or position.on == first.on else _waiting(first)
        return Decision(
            kind=kind,
            contact=planned,
            reasons=tuple(reasons or [Reason("step_due" if kind is Kind.CONTACT else "day_not_come")]),
            verdict=verdict,
            alive=first.open_due or kind is Kind.CONTACT,
            review_at=None if kind is Kind.CONTACT else max(review, self.now),
            strategy=self.strategy.label,
            packs=verdict.packs,
        )

    def _say(
        self,
        kind: Kind,
        first: Position,
        reasons: list[Reason],
        *,
        verdict: Verdict | None = None,
        found_on: date | None = None,
    ) -> Decision:
        """A decision without a contact. A person who is needed now, `found_on` today, is asked for again tomorrow."""
        review_on = self._change(first)
        if found_on is not None:
            again = max(found_on, first.on + timedelta(days=1))
            review_on = again if review_on is None else min(review_on, again)
        return Decision(
            kind=kind,
            contact=None,
            reasons=tuple(reasons),
            verdict=verdict,
            alive=first.open_due,
            review_at=None if review_on is None else instant(review_on, _DAY_START, self.case.zone),
            strategy=self.strategy.label,
            packs=self.law.versions,
        )

    def _why_not_today(self, first: Position) -> list[Reason]:
        reasons = [
            Reason(
                f"left_alone_{block.kind.value}",
                (("until", block.until.isoformat() if block.until else ""), ("ref", str(block.ref))),
            )
            for block in first.blocks
        ]
        if first.anchor is not None and not enough(first, minimum_open=self.strategy.minimum_open):
            reasons.append(Reason("below_minimum"))
        if not first.open_due:
            reasons.append(Reason("nothing_due"))
        return reasons

    def _contacts(self) -> int:
        return sum([item.counted for item in self.case.made])

    def _reach(self, channel: Channel) -> Reach | None:
        """The usual contact, else somebody beside them: never somebody above in their place."""
        for reach in self.case.reaches:
            if reach.channel is channel and (reach.usual or reach.role not in self.strategy.above):
                return reach
        return None

    def _copies(self, step: Step, reach: Reach, at: datetime) -> tuple[int, ...]:
        if not step.copies:
            return ()
        return tuple(
            other.point_id
            for other in self.case.reaches
            if other.channel is reach.channel
            and other.contact_id != reach.contact_id
            and other.role in step.copies
            and self._may_read(step, other, at)
        )

    def _may_read(self, step: Step, other: Reach, at: datetime) -> bool:
        intent = Intent(channel=other.channel, purpose=purpose_of(step), recipient=other.recipient)
        return self.law.judge(intent=intent, subject=self.case.subject, at=at).allowed


def _waiting(first: Position) -> Kind:
    return Kind.WAIT if first.open_due else Kind.CLEAR


def _rules(verdict: Verdict) -> tuple[tuple[str, str], ...]:
    spoke = [hit for hit in verdict.hits if hit.ruling > Ruling.ALLOW_WITH_TEXT]
    return (
        ("rules", ", ".join(dict.fromkeys(hit.rule for hit in spoke))),
        ("why", ", ".join(dict.fromkeys(hit.reason for hit in spoke))),
    )


def _stricter(known: Verdict | None, other: Verdict) -> Verdict:
    return other if known is None or other.ruling > known.ruling else known
