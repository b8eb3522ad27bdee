# SPDX-License-Identifier: Apache-2.0
"""A second opinion on every pack: it judges plainly what the files say, and shares no code with the rules.

Slow on purpose: dates are compared one by one, contacts are counted by going through all of them, and the next lawful
minute is found by looking at every minute.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.contracts.oracle_files import SECTIONS, Law, Past, Question, bind, holds, listed, speaks

ALLOW, TEXT, DEFER, HUMAN, DENY = range(5)
NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
REACH = {"failed_before": 0, "attempted": 1, "delivered": 2, "answered": 3, "two_way": 4}
COUNTS = {"attempt": 1, "delivered": 2, "answered": 3, "two_way": 4}
POSTAL = {"letter", "registered_letter"}
WRITTEN = {"email", "sms", "whatsapp", "app_push", "social_dm"} | POSTAL
VOICE = {"call", "voicemail", "prerecorded_call"}
CHASING = {"collection", "pre_due_reminder"}
MINUTE = timedelta(minutes=1)


class Oracle:
    """Judges one question under some packs."""

    def __init__(self, laws: list[Law], asked: Question) -> None:
        self.asked = asked
        self.laws = [law for law in laws if speaks(law, asked)]
        self.rules = [{name: bind(law, name, asked) for name in SECTIONS} for law in self.laws]
        self.trouble = False
        names = list(asked.zones)
        try:
            self.tzs = [ZoneInfo(name) for name in names]
        except (KeyError, ValueError, OSError):
            self.trouble, names = True, []
        if not names:
            self.trouble = self.trouble or asked.channel not in POSTAL
            own = [name for law in self.laws for name in law.zones] or ["UTC"]
            self.tzs = [ZoneInfo(name) for name in dict.fromkeys(own)]
        self.by_days: dict[tuple[date, ...], int] = {}

    def ruling(self, at: datetime) -> int:
        """The strictest ruling at `at`, from ALLOW to DENY; ALLOW also where texts are due."""
        local = [at.astimezone(tz) for tz in self.tzs]
        dates = tuple(moment.date() for moment in local)
        if dates not in self.by_days:
            self.by_days[dates] = self.whole_day(list(dates))
        worst = self.by_days[dates]
        if not self.trouble:
            for law, rules in zip(self.laws, self.rules, strict=True):
                for moment in local:
                    worst = max(worst, self.hours(law, rules, moment, list(dates)))
        return worst

    def whole_day(self, dates: list[date]) -> int:
        """What does not depend on the hour."""
        asked, worst = self.asked, self.house()
        if not any(law.country for law in self.laws):
            worst = max(worst, HUMAN)
        for law, rules in zip(self.laws, self.rules, strict=True):
            if max(dates) > law.raw["review_by"] + timedelta(days=30):
                worst = max(worst, HUMAN)
            lifted = self.lifted(law, rules, dates)
            worst = max(worst, self.people(law, rules, dates), self.permission(law, rules, dates, lifted))
            for rule in rules["conditions"]:
                met = rule["condition"] in asked.states and listed(rule, "purposes", asked.purpose)
                if met and any(holds(law, rule, on) for on in dates):
                    worst = max(worst, DENY if rule["ruling"] == "deny" else HUMAN)
            if self.trouble:
                if not {"caps", "windows"} <= lifted:
                    worst = max(worst, HUMAN)
            elif "caps" not in lifted:
                for tz, on in zip(self.tzs, dates, strict=True):
                    if self.counted_out(law, rules, tz, on):
                        worst = max(worst, DEFER)
        return worst

    def house(self) -> int:
        purpose, worst = self.asked.purpose, ALLOW
        for state in self.asked.states:
            if state == "deceased_or_minor":
                worst = max(worst, DENY if purpose in CHASING | {"legal_notice"} else HUMAN)
            elif state in ("insolvent", "paid", "wrong_person") and purpose in CHASING:
                worst = DENY
            elif purpose in CHASING | {"legal_notice"}:
                worst = max(worst, HUMAN)
        return worst

    def lifted(self, law: Law, rules: dict[str, Any], dates: list[date]) -> set[str]:
        found: set[str] = set()
        for rule in rules["exemptions"]:
            if listed(rule, "purposes", self.asked.purpose) and all(holds(law, rule, on) for on in dates):
                found |= set(rule["lifts"])
                if self.asked.opened:
                    found |= set(rule.get("lifts_when_opened", []))
        return found

    def people(self, law: Law, rules: dict[str, Any], dates: list[date]) -> int:
        asked, worst, named = self.asked, ALLOW, False
        for rule in rules["recipients"]:
            if listed(rule, "roles", asked.recipient) and any(holds(law, rule, on) for on in dates):
                named = True
                if not rule.get("allowed"):
                    worst = DENY
        if (
            rules["recipients"]
            and not named
            and asked.recipient not in ("debtor", "authorised_rep", "attorney")
        ):
            worst = max(worst, HUMAN)
        for rule in rules["forbidden_channels"]:
            if listed(rule, "channels", asked.channel) and any(holds(law, rule, on) for on in dates):
                worst = DENY
        own = [rule for rule in rules["windows"] if listed(rule, "channels", asked.channel)]
        if rules["windows"] and not own and self.shut(law):
            worst = DENY
        return worst

    def shut(self, law: Law) -> bool:
        """Whether a channel that no window opens is shut."""
        usual = "open" if law.raw.get("subdivision") or not law.country else "shut"
        return bool(law.raw.get("other_channels", usual) == "shut")

    def permission(self, law: Law, rules: dict[str, Any], dates: list[date], lifted: set[str]) -> int:
        asked = self.asked
        known = asked.consent.get(asked.channel, "unknown")
        if known == "revoked":
            return DENY
        needed = any(
            listed(rule, "channels", asked.channel) and any(holds(law, rule, on) for on in dates)
            for rule in rules["consents"]
        )
        if known == "unknown" and needed and "consent_unknown" not in lifted:
            return DENY
        for rule in rules["revocations"]:
            if rule.get("together") and listed(rule, "channels", asked.channel):
                stopped = [name for name, said in asked.consent.items() if said == "revoked"]
                met = any(listed(rule, "channels", name) for name in stopped)
                if met and any(holds(law, rule, on) for on in dates):
                    return DENY
        return ALLOW

    def closed_day(self, law: Law, on: date) -> bool:
        """Whether `on` is a public holiday for this customer."""
        if on in law.days.get(on.year, set()):
            return True
        part = self.asked.subdivision
        return any(
            on in days and (not part or part == code or part.startswith(code + "-"))
            for code, days in law.regional.items()
        )

    def hours(self, law: Law, rules: dict[str, Any], moment: datetime, dates: list[date]) -> int:
        if not rules["windows"] or "windows" in self.lifted(law, rules, dates):
            return ALLOW
        own = [rule for rule in rules["windows"] if listed(rule, "channels", self.asked.channel)]
        opening = [rule for rule in own if not rule.get("closed")]
        if not own or (not opening and self.shut(law) and not own):
            return ALLOW
        on, minute = moment.date(), moment.hour * 60 + moment.minute
        if on.year not in law.days:
            return HUMAN
        holiday, name = self.closed_day(law, on), NAMES[on.weekday()]
        now = [rule for rule in own if holds(law, rule, on)]
        shut = any(
            rule.get("closed")
            and (listed(rule, "days", name) or (holiday and listed(rule, "days", "holiday")))
            for rule in now
        )
        is_open = False
        for rule in now:
            if not rule.get("closed") and listed(rule, "days", "holiday" if holiday else name):
                start, end = (
                    _minutes(rule.get(key, usual)) for key, usual in (("from", "00:00"), ("to", "24:00"))
                )
                is_open = is_open or start <= minute < end
        if not opening and not self.shut(law):
            is_open = True
        if is_open and not shut:
            return ALLOW
        asked_until = self.asked.other_hours_until
        asked_for = asked_until is not None and moment < asked_until
        return ALLOW if asked_for and any(holds(law, rule, on) for rule in rules["other_hours"]) else DEFER

    def counted_out(self, law: Law, rules: dict[str, Any], tz: ZoneInfo, on: date) -> bool:
        """Whether a cap or a cooldown stops the contact on the local date `on`."""
        asked = self.asked
        freed = [rule for rule in rules["exemptions"] if "caps" in rule["lifts"]]
        made = [
            (item.at.astimezone(tz).date(), item)
            for item in asked.past
            if REACH[item.outcome]
            and not item.inbound
            and listed(law.raw["applies_to"], "purposes", item.purpose)
            and not any(listed(rule, "purposes", item.purpose) for rule in freed)
        ]
        heard = made + [
            (item.at.astimezone(tz).date(), item)
            for item in asked.past
            if REACH[item.outcome] and item.inbound
        ]
        for rule in rules["caps"]:
            meets = listed(rule, "channels", asked.channel) and listed(rule, "places", asked.place)
            if meets and holds(law, rule, on) and self.full(law, rule, made, on):
                return True
        for rule in rules["cooldowns"]:
            if not holds(law, rule, on) or not listed(rule, "channels", asked.channel):
                continue
            for day, item in heard if rule.get("inbound") else made:
                starts = REACH[item.outcome] >= self.least(law, rule) and listed(rule, "after", item.channel)
                if starts and self.near(rule, item) and (on - day).days - 1 < rule["gap_days"]:
                    return True
        return False

    def least(self, law: Law, rule: dict[str, Any]) -> int:
        usual = law.reads.get("contact_counting", "attempt")
        if rule.get("kind") == "after_answer":
            usual = "answered"
        return COUNTS[rule.get("counts", usual)]

    def near(self, rule: dict[str, Any], item: Past) -> bool:
        """Whether a contact is one that a rule of this breadth looks at."""
        breadth = rule.get("breadth", "organisation")
        if breadth == "organisation":
            return True
        if item.elsewhere_creditor:
            return False
        same = not item.debts or not self.asked.debts or set(item.debts) & set(self.asked.debts)
        return breadth == "customer" or bool(same)

    def full(self, law: Law, rule: dict[str, Any], made: list[tuple[date, Past]], on: date) -> bool:
        channel, kind, most = self.asked.channel, rule.get("kind", "contacts"), rule.get("max", 1)
        seen = []
        for day, item in made:
            if rule.get("separately") and item.channel != channel:
                continue
            if rule.get("unanswered") and REACH[item.outcome] >= COUNTS["answered"]:
                continue
            if not listed(rule.get("applies_to") or {}, "purposes", item.purpose):
                continue
            if (
                listed(rule, "channels", item.channel)
                and listed(rule, "places", item.place)
                and self.near(rule, item)
            ):
                seen.append((day, item))
        least = self.least(law, rule)
        if kind == "after_answer":
            today = [item for day, item in seen if day == on]
            answered = [place for place, item in enumerate(today) if REACH[item.outcome] >= least]
            return bool(answered) and len(today) - 1 - answered[0] >= most
        seen = [(day, item) for day, item in seen if REACH[item.outcome] >= least]
        for period in self.periods(law, rule, on):
            inside = [item for day, item in seen if day in period]
            if kind == "single_channel" and any(item.channel != channel for item in inside):
                return True
            if kind == "contacts" and len(inside) >= most:
                return True
        return False

    def periods(self, law: Law, rule: dict[str, Any], on: date) -> list[set[date]]:
        """The sets of local dates a cap counts over."""
        per = rule.get("per", "day")
        if per == "day":
            return [{on}]
        if per == "rolling":
            return [{on - timedelta(days=back) for back in range(rule["rolling_days"])}]
        week = rule.get("week", law.reads.get("week_definition", "both_strict"))
        calendar = {on + timedelta(days=step - on.weekday()) for step in range(7)}
        rolling = {on - timedelta(days=back) for back in range(7)}
        return {"iso_week": [calendar], "rolling_7d": [rolling], "both_strict": [calendar, rolling]}[week]

    def texts(self, at: datetime) -> set[str]:
        """The slots a message must fill if it leaves at `at`."""
        asked, tz = self.asked, self.tzs[0]
        local, found = at.astimezone(tz), set()
        for law, rules in zip(self.laws, self.rules, strict=True):
            for rule in rules["mandatory_texts"]:
                if not holds(law, rule, local.date()) or not listed(rule, "purposes", asked.purpose):
                    continue
                if not listed(rule, "channels", asked.channel) or not self.moment_fits(rule, local, tz):
                    continue
                if "condition" not in rule or rule["condition"] in asked.states:
                    found.add(rule["slot"])
        return found

    def moment_fits(self, rule: dict[str, Any], local: datetime, tz: ZoneInfo) -> bool:
        channel, when = self.asked.channel, rule["when"]
        before = [
            item.at.astimezone(tz)
            for item in self.asked.past
            if REACH[item.outcome] and not item.inbound and listed(rule, "purposes", item.purpose)
        ]
        return {
            "every_contact": True,
            "written_contact": channel in WRITTEN,
            "every_electronic_contact": channel in WRITTEN - POSTAL,
            "voice_contact": channel in VOICE,
            "bot_or_voice_ai": channel == "prerecorded_call",
            "first_contact": not before,
            "first_contact_of_month": not any(
                (moment.year, moment.month) == (local.year, local.month) for moment in before
            ),
        }[when]

    def first_change(self, at: datetime, until: datetime) -> tuple[datetime, int] | None:
        """The first minute from `at` at which the ruling is another than to wait, with it."""
        moment = at
        while moment < until:
            found = self.ruling(moment)
            if found != DEFER:
                return moment, found
            moment = moment.replace(second=0, microsecond=0) + MINUTE
        return None


def _minutes(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)
