# SPDX-License-Identifier: Apache-2.0
"""The daily digest by e-mail: what waits for a person, what waits for the law, what money came in, and one link.

It names customers and amounts; no address of anybody, and nothing of what a message says.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conserje.domain.kit.days import business_days_after, day_bounds, zone
from conserje.domain.kit.money import Money
from conserje.domain.ports.channel import Channel, Parcel
from conserje.services.insights import money_in, reasoning, safety, waiting
from conserje.services.outreach import carrying, digest, draft
from conserje.services.outreach.draft import Draft
from conserje.services.outreach.mime import Mail, build
from conserje.services.tenancy import connection, people
from conserje.services.tenancy.act import acting, reading
from conserje.services.tenancy.creditor import Facts
from conserje.services.tenancy.people import Worker
from conserje.ui import rule_words
from conserje.ui.figures import show_money

LISTED = 50


@dataclass(frozen=True, slots=True)
class Content:
    """What there is to say of one day. `drafts` are the first `LISTED` of `waiting`; `delayed` customers by rule.

    `recorded_through` is set when payments are not recorded as far as they should be.
    """

    drafts: tuple[Draft, ...]
    waiting: int
    delayed: dict[str, int]
    money: tuple[Money, ...]
    unsure: int
    disputes: int = 0
    disputes_late: int = 0
    recorded_through: date | None = None
    stale: bool = False

    @property
    def worth_sending(self) -> bool:
        """Whether anything waits or came in."""
        return bool(self.waiting or self.delayed or self.money or self.unsure or self.disputes or self.stale)


def send_due(*, facts: Facts, now: datetime) -> Counter[str]:
    """Send every digest that is due to the people of a creditor at `now`; answers how many ended how.

    A person's is due from their hour of the creditor's local day on, once that day.
    """
    outcomes: Counter[str] = Counter()
    local = now.astimezone(zone(facts.time_zone))
    for worker in people.workers(creditor_id=facts.id):
        ready = _claimed(facts, worker, local, now)
        if ready is not None:
            outcomes[_sent(facts, ready, now)] += 1
    return outcomes


def content(*, creditor_id: int, time_zone: str, now: datetime) -> Content:
    """What there is to say now. Runs inside the creditor's transaction."""
    today = now.astimezone(zone(time_zone)).date()
    starts, ends = day_bounds(today, time_zone)
    counts = waiting.count(creditor_id=creditor_id, today=today, zone=time_zone)
    collected = money_in.collected(creditor_id=creditor_id, since=today - timedelta(days=1), until=today)
    known = counts.recorded_through
    fresh = known is not None and business_days_after(known, counts.limit_business_days) >= today
    return Content(
        drafts=tuple(draft.waiting(creditor_id=creditor_id, limit=LISTED)),
        waiting=counts.drafts,
        delayed=safety.delayed_between(creditor_id=creditor_id, starts=starts, ends=ends),
        money=tuple(one for one in collected.sums if one.minor > 0),
        unsure=counts.unsure,
        disputes=counts.disputes,
        disputes_late=counts.disputes_late,
        recorded_through=known,
        stale=not fresh,
    )


@dataclass(frozen=True, slots=True)
class _Ready:
    claimed: digest.Claimed
    worker: Worker
    content: Content
    carrier: str
    settings: Any


def _claimed(facts: Facts, worker: Worker, local: datetime, now: datetime) -> _Ready | None:
    """The digest of today for somebody, claimed; None when it is not due, done, or there is nothing to say."""
    with reading(creditor_id=facts.id):
        wish = digest.wish(creditor_id=facts.id, person=worker.user_id)
        on = local.date()
        if wish.stopped or local.hour < wish.hour:
            return None
        if digest.is_done(creditor_id=facts.id, person=worker.user_id, on=on):
            return None
        carrier = carrying.carrier_names(creditor_id=facts.id).get(Channel.EMAIL)
        found = content(creditor_id=facts.id, time_zone=facts.time_zone, now=now)
        if carrier is None or not found.worth_sending:
            return None
        settings = connection.settings_of(creditor_id=facts.id, kind="channel", adapter=carrier)
    with acting(creditor_id=facts.id):
        claimed = digest.claim(creditor_id=facts.id, person=worker.user_id, on=on, now=now)
    return None if claimed is None else _Ready(claimed, worker, found, carrier, settings)


def _sent(facts: Facts, ready: _Ready, now: datetime) -> str:
    """Hand it over outside any transaction and write down how it ended."""
    state = digest.hand_over(
        carrier=ready.carrier, settings=ready.settings, parcel=_parcel(facts, ready, now)
    )
    told = {
        "drafts": ready.content.waiting,
        "delayed": sum(ready.content.delayed.values()),
        "unsure": ready.content.unsure,
    }
    digest.ended(creditor_id=facts.id, digest_id=ready.claimed.id, state=state, facts=told, now=now)
    return state


def _parcel(facts: Facts, ready: _Ready, now: datetime) -> Parcel:
    language = (ready.worker.locale or facts.locale or "es").replace("_", "-").lower()
    with translation.override(language):
        mail = written(
            facts=facts, worker=ready.worker, found=ready.content, token=ready.claimed.token, now=now
        )
    sender = mail.sender_address
    return Parcel(mail.key, sender, ready.worker.email, build(mail, attachments=()))


def written(*, facts: Facts, worker: Worker, found: Content, token: str, now: datetime) -> Mail:
    """The e-mail in the active language."""
    page = {
        "creditor": facts.name,
        "name": worker.name,
        "lines": lines(found),
        "drafts": [
            (item.customer, " + ".join(_money(Money(*one)) for one in item.asked), item.channel)
            for item in found.drafts
        ],
        "more": found.waiting - len(found.drafts),
        "delayed": [(rule, _says(rule), count) for rule, count in found.delayed.items()],
        "url": digest.address(creditor=facts.public_id, token=token),
        "hours": int(digest.LINK_LIFE.total_seconds() // 3600),
    }
    return Mail(
        key=f"digest-{facts.public_id}-{worker.user_id}-{now:%Y%m%d}",
        sender_name=facts.name,
        sender_address=facts.brand.get("sender_address", ""),
        recipients=(worker.email,),
        reply_to="",
        subject=f"{facts.name}: {', '.join(lines(found))}",
        text=render_to_string("ui/digest.txt", {"page": page}),
        html=render_to_string("ui/digest.html", {"page": page}),
        stop_url="",
        written_at=now,
    )


def lines(found: Content) -> list[str]:
    """What there is to say, a few words each: 6 messages to approve, 2 customers wait for the rules ..."""
    told = []
    if found.waiting:
        text = ngettext("%(count)s message to approve", "%(count)s messages to approve", found.waiting)
        told.append(text % {"count": found.waiting})
    late = sum(found.delayed.values())
    if late:
        text = ngettext("%(count)s waits for the rules", "%(count)s wait for the rules", late)
        told.append(text % {"count": late})
    if found.unsure:
        text = ngettext("%(count)s perhaps did not arrive", "%(count)s perhaps did not arrive", found.unsure)
        told.append(text % {"count": found.unsure})
    if found.disputes:
        text = ngettext("%(count)s dispute waits for you", "%(count)s disputes wait for you", found.disputes)
        told.append(text % {"count": found.disputes})
    if found.disputes_late:
        text = ngettext(
            "%(count)s of them longer than promised",
            "%(count)s of them longer than promised",
            found.disputes_late,
        )
        told.append(text % {"count": found.disputes_late})
    if found.money:
        told.append(_("%(amounts)s came in") % {"amounts": " + ".join(map(_money, found.money))})
    if found.stale:
        told.append(_("who has paid? payments are not up to date"))
    return told


def _money(amount: Money) -> str:
    return show_money(amount, language=translation.get_language() or "es")


def _says(rule_id: str) -> str:
    found = reasoning.rule(rule_id)
    return rule_id if found is None else rule_words.sentence(found)
