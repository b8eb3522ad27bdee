# SPDX-License-Identifier: Apache-2.0
"""Days of a demo book, run one by one: its clock goes to 10:00 of each and the work of that day is done."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from conserje.domain.kit.days import instant, local_date
from conserje.domain.ports.channel import Channel
from conserje.domain.rules.facts import (
    Consent,
    CreditorRole,
    DebtorType,
    Intent,
    Permission,
    Purpose,
    RecipientRole,
    Subject,
)
from conserje.services.integrations.turn import turn
from conserje.services.outreach import law
from conserje.services.tenancy import creditor as creditors
from conserje.services.tenancy.creditor import Facts

DAYS_MAX = 60
_HOUR = time(10)
_LOOK_AHEAD_DAYS = 15


class NotThere(ValueError):
    """The clock cannot go to that day: it never goes back, and not further than `DAYS_MAX` days at once."""


def next_working_day(*, creditor: Facts, after: date) -> date:
    """The next weekday on which the law of the creditor's country lets anybody be written to at 10:00.

    Without a law for the country, the next weekday.
    """
    stack = law.stack_for(country=creditor.country)
    intent = Intent(Channel.EMAIL, Purpose.COLLECTION, RecipientRole.DEBTOR)
    subject = Subject(
        country=creditor.country,
        subdivision="",
        zones=(creditor.time_zone,),
        debtor_type=DebtorType.UNKNOWN,
        creditor_role=CreditorRole.FIRST_PARTY,
        permissions=(Permission(Channel.EMAIL, Consent.GRANTED),),
        past=(),
    )
    weekdays = [
        day for ahead in range(1, _LOOK_AHEAD_DAYS) if (day := after + timedelta(days=ahead)).weekday() < 5
    ]
    if not stack.packs:
        return weekdays[0]
    for day in weekdays:
        at = instant(day, _HOUR, creditor.time_zone)
        if stack.judge(intent=intent, subject=subject, at=at).allowed:
            return day
    return weekdays[0]


def advance(*, creditor: Facts, now: datetime, to: date) -> datetime:
    """Run the days after `now` through `to` of a demo book; answers where its clock then stands. Raises `NotThere`."""
    today = local_date(now, creditor.time_zone)
    days = (to - today).days
    if not creditor.is_demo or not 0 < days <= DAYS_MAX:
        raise NotThere(f"{to} is not within the next {DAYS_MAX} days of a demo book.")
    at = now
    for ahead in range(1, days + 1):
        at = instant(today + timedelta(days=ahead), _HOUR, creditor.time_zone)
        creditors.set_clock(creditor_id=creditor.id, at=at)
        _work(creditor.id, at)
    return at


def _work(creditor_id: int, at: datetime) -> None:
    turn(creditor_id=creditor_id, clock=lambda: at)
