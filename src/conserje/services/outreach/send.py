# SPDX-License-Identifier: Apache-2.0
"""Sending: claim, prepare, hand over outside any transaction, record. A message leaves at most once.

The mark is committed just before the point of no return, fenced by the claim, the lease, the customer's event count
and the contacts of everybody who shares an address; what a crash leaves after it is unsure, and nothing unsure is sent
again without a person.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import InterfaceError, OperationalError

from conserje.data.outreach import hand_over, past_contacts
from conserje.domain.outreach.recheck import still_right
from conserje.domain.ports.channel import Accepted, Outcome, Refused, Session, Unsure
from conserje.domain.ports.registry import carriers
from conserje.services.outreach import fuse, outside, prepare, record, sweep
from conserje.services.outreach.prepare import Ready
from conserje.services.tenancy import connection
from conserje.services.tenancy.act import acting

# The first batch of a run is small, so that little is prepared in vain for a carrier that turns out to be slow.
FIRST_BATCH = 10
BATCH = 100
# How often a letter is judged again when others who share an address were written to just before it.
LOOKS = 3

_log = logging.getLogger(__name__)


class NotAnyMore(Exception):
    """Between preparing and handing over something happened, or the hour passed: nothing was sent."""


@dataclass(frozen=True, slots=True)
class Sent:
    """Counts of one run by outcome: accepted, refused, unsure, suppressed, later."""

    outcomes: dict[str, int]

    @property
    def total(self) -> int:
        """Touches that were claimed."""
        return sum(self.outcomes.values())


def send_due(
    *,
    creditor_id: int,
    clock: Callable[[], datetime],
    limit: int = 100_000,
    enough: Callable[[], bool] = sweep.never,
) -> Sent:
    """Send what is due, a batch at a time, until nothing is left, `limit` was claimed or it is `enough`.

    `clock` is the door's, and so is `enough`: what was claimed and not begun by then is given back.
    """
    outcomes: Counter[str] = Counter()
    lines = _Lines()
    size = FIRST_BATCH
    try:
        while (left := limit - outcomes.total()) > 0 and not enough():
            run = _Run(creditor_id, uuid4(), clock, enough, lines)
            if not _batch(run, min(size, left)):
                break
            outcomes.update(run.outcomes)
            size = min(BATCH, size * 2)
    finally:
        lines.close()
    return Sent(dict(outcomes))


@dataclass(slots=True)
class _Lines:
    """Open lines to carriers, kept over the batches of a run while their settings stay the same."""

    _open: dict[str, tuple[Any, Session]] = field(default_factory=dict)

    def to(self, name: str, settings: Any) -> Session:
        known = self._open.get(name)
        if known is not None and known[0] == settings:
            return known[1]
        self.drop(name)
        session = carriers.get(name).open(settings, connection.http())
        self._open[name] = (settings, session)
        return session

    def drop(self, name: str) -> None:
        known = self._open.pop(name, None)
        if known is not None:
            known[1].close()

    def close(self) -> None:
        for name in list(self._open):
            self.drop(name)


@dataclass(slots=True)
class _Run:
    """The touches that one worker claimed together under one token, and what becomes of them."""

    creditor_id: int
    token: UUID
    clock: Callable[[], datetime]
    enough: Callable[[], bool]
    lines: _Lines
    outcomes: Counter[str] = field(default_factory=Counter)
    stopped: bool = False


def _batch(run: _Run, size: int) -> bool:
    """One batch; False when nothing was due."""
    now = run.clock()
    with acting(creditor_id=run.creditor_id):
        claimed = hand_over.claim(creditor_id=run.creditor_id, token=run.token, now=now, limit=size)
    ids = [touch_id for touch_id, _ in claimed]
    if not ids:
        return False
    try:
        with acting(creditor_id=run.creditor_id):
            made = prepare.prepare(creditor_id=run.creditor_id, token=run.token, touch_ids=ids, now=now)
    except (OperationalError, InterfaceError):
        raise
    except Exception as failed:
        _failed(run, ids, failed)
        return True
    run.outcomes.update(made.outcomes)
    for item in made.ready:
        if run.stopped:
            break
        if run.enough():
            record.give_back(creditor_id=run.creditor_id, token=run.token)
            break
        _hand_over(run, item, made.settings.get(item.touch.carrier))
    return True


def _failed(run: _Run, touch_ids: Sequence[int], error: Exception) -> None:
    """The worker lives and the touches did it harm: each is tried again alone, and parked if it goes on."""
    _log.exception("outreach.sending_failed", exc_info=error)
    run.outcomes["later"] += len(touch_ids)
    record.struck(
        creditor_id=run.creditor_id,
        token=run.token,
        touch_ids=touch_ids,
        cause=type(error).__name__,
        now=run.clock(),
    )


def _hand_over(run: _Run, item: Ready, settings: Any) -> None:
    said = ""

    def mark() -> None:
        nonlocal said
        said = _mark(run, item)
        if said != "marked":
            raise NotAnyMore

    try:
        outcome = _carry(run, item, settings, mark)
    except NotAnyMore:
        _held_back(run, item, said)
        return
    except outside.NotNoted:
        outcome = Refused("outside_record_unwritable", permanent=False)
    except (OperationalError, InterfaceError):
        raise
    except Exception as failed:
        run.lines.drop(item.touch.carrier)
        if said != "marked":
            _failed(run, [item.touch.id], failed)
            return
        _log.exception("outreach.carrier_failed", exc_info=failed)
        outcome = Unsure("carrier_failed", type(failed).__name__)
    handed = record.Handed(touch=item.touch, token=run.token, marked=said == "marked")
    now = run.clock()
    record.outcome(creditor_id=run.creditor_id, handed=handed, outcome=outcome, now=now)
    run.outcomes[{Accepted: "accepted", Refused: "refused", Unsure: "unsure"}[type(outcome)]] += 1
    if handed.marked and not isinstance(outcome, Accepted):
        fuse.watch(creditor_id=run.creditor_id, channel=item.touch.channel, now=now)


def _carry(run: _Run, item: Ready, settings: Any, mark: Callable[[], None]) -> Outcome:
    if settings is None:
        return Refused("channel_not_ready", permanent=False)
    return run.lines.to(item.touch.carrier, settings).send(item.parcel, mark=mark)


def _held_back(run: _Run, item: Ready, said: str) -> None:
    """The last fence said no: judged afresh at once; under the stop button nothing of the batch goes on."""
    now = run.clock()
    if said == "fuse":
        fuse.too_many(creditor_id=run.creditor_id, touch=item.touch, now=now)
    if said in ("stopped", "fuse"):
        run.stopped = True
        record.give_back(creditor_id=run.creditor_id, token=run.token)
        return
    run.outcomes["later"] += 1
    record.release(creditor_id=run.creditor_id, touch=item.touch, token=run.token, now=now)


def _mark(run: _Run, item: Ready) -> str:
    """The last look and the mark: "marked", or why not.

    The verdict is a function of the case, its past and the instant; the database marks only while the past is the very
    one that was judged, under a lock of everybody who shares an address. So each of them is counted by the next.
    """
    touch, past, now = item.touch, item.case.subject.past, run.clock()
    since = item.since
    for _ in range(LOOKS):
        case = replace(item.case, subject=replace(item.case.subject, past=past))
        law = sweep.stack_of(case)
        if not still_right(case=case, going=prepare.going(touch), strategy=item.rules, law=law, at=now):
            return "not_any_more"
        fence = hand_over.Fence(touch.id, run.token, touch.version, hand_over.told(past), since, item.hashes)
        outside.note(creditor_id=run.creditor_id, touch=touch, now=now)
        said = hand_over.mark(creditor_id=run.creditor_id, fence=fence, now=now)
        if said != "met":
            return said
        since = now - timedelta(days=past_contacts.PAST_DAYS)
        with acting(creditor_id=run.creditor_id):
            past = past_contacts.of_one(creditor_id=run.creditor_id, customer_id=touch.customer_id, now=now)
    return "not_any_more"
