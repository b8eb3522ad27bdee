# SPDX-License-Identifier: Apache-2.0
"""The work that is measured, in portions: each function is a real piece of the product and yields what it got done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import connection

from conserje.data.outreach import letters, snapshots
from conserje.domain.outreach.recheck import Go, Going, recheck
from conserje.domain.outreach.strategy import BUSINESS
from conserje.domain.ports.channel import Channel
from conserje.domain.rules.facts import Purpose
from conserje.services.integrations import intake
from conserje.services.integrations.intake_answers import Answers
from conserje.services.outreach import carrying, letter, mime, portal_link, prepare, send, strategy, sweep
from conserje.services.outreach.permission import Basis
from conserje.services.outreach.placeholders import Secrets, revealed
from conserje.services.tenancy.act import reading
from conserje.services.tenancy.memory import uncollected

BATCH = 200
_TOUCHES = """
SELECT id FROM outreach_touch WHERE creditor_id = %(creditor)s AND state = 'planned' AND id %% %(shares)s = %(share)s
 ORDER BY id LIMIT %(limit)s"""
_COUNT = (
    "SELECT count(*), coalesce(sum(jsonb_array_length(asked)), 0) FROM outreach_touch WHERE creditor_id = %s"
)


class NotLeaving(RuntimeError):
    """A touch of the invented book is not one that would be written now: the book is wrong."""


@dataclass(frozen=True, slots=True)
class Portion:
    """One worker's part of the planned touches: every `shares`-th, at most `limit`."""

    share: int
    shares: int
    limit: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Touches and everything known of their customers when they are written."""

    touch_ids: tuple[int, ...]
    writings: tuple[letter.Writing, ...]


def sweep_all(*, creditor_id: int, now: datetime) -> Iterator[int]:
    """Sweep until nothing is due; yields how many customers each chunk judged."""
    while judged := sweep.sweep_chunk(creditor_id=creditor_id, now=now).judged:
        yield judged


def planned(*, creditor_id: int) -> tuple[int, int]:
    """Touches written so far, and the invoices that they speak of."""
    with reading(creditor_id=creditor_id), connection.cursor() as cursor:
        cursor.execute(_COUNT, [creditor_id])
        touches, invoices = cursor.fetchone()
    return int(touches), int(invoices)


def gathered(*, creditor_id: int, portion: Portion, now: datetime) -> list[Batch]:
    """The portion's touches with their customers' cases and what follows: what sending knows before it writes."""
    with reading(creditor_id=creditor_id):
        values = {
            "creditor": creditor_id,
            "share": portion.share,
            "shares": portion.shares,
            "limit": portion.limit,
        }
        with connection.cursor() as cursor:
            cursor.execute(_TOUCHES, values)
            ids = [row[0] for row in cursor.fetchall()]
        return [_batch(creditor_id, ids[start : start + BATCH], now) for start in range(0, len(ids), BATCH)]


def _batch(creditor_id: int, ids: Sequence[int], now: datetime) -> Batch:
    dossier = letters.gather(creditor_id=creditor_id, touch_ids=ids)
    rules = strategy.in_force(creditor_id=creditor_id).serving(BUSINESS)
    of = snapshots.standing(creditor_id=creditor_id, channel_of=carrying.channel_of)
    customers = sorted({touch.customer_id for touch in dossier.touches})
    cases = {case.customer_id: case for case in snapshots.cases(of=of, customer_ids=customers, now=now)}
    writings = []
    for touch in dossier.touches:
        case = cases[touch.customer_id]
        going = Going(touch.step, Channel(touch.channel), Purpose(touch.purpose), touch.point_id)
        go = recheck(case, going=going, strategy=rules, law=sweep.stack_of(case), now=now)
        if not isinstance(go, Go):
            raise NotLeaving(f"The invented touch {touch.id} would not leave: {go}")
        after = prepare.following(case, touch=touch, rules=rules, now=now)
        writings.append(letter.Writing(touch, case, go.asked, go.verdict.texts, after))
    return Batch(tuple(touch.id for touch in dossier.touches), tuple(writings))


def write(*, creditor_id: int, batches: Sequence[Batch], now: datetime) -> Iterator[list[letter.Written]]:
    """Gather the facts again and write the letters, text and HTML, a batch at a time."""
    for batch in batches:
        with uncollected(), reading(creditor_id=creditor_id):
            dossier = letters.gather(creditor_id=creditor_id, touch_ids=batch.touch_ids)
            written = [
                letter.write(dossier=dossier, writing=writing, methods=(), now=now)
                for writing in batch.writings
            ]
        yield written


def mails(*, creditor_id: int, written: Sequence[letter.Written], now: datetime) -> list[mime.Mail]:
    """The e-mails of these letters, to invented addresses."""
    with reading(creditor_id=creditor_id):
        facts = letters.creditor(creditor_id=creditor_id)
    brand, public_id = facts.brand, facts.public_id
    link = portal_link.address(creditor=public_id, token="x" * 43)
    stop = portal_link.stop_address(creditor=public_id, token="x" * 43)
    return [
        mime.Mail(
            key=f"{n:032x}",
            sender_name=brand["sender_name"],
            sender_address=brand["sender_address"],
            recipients=(f"pagos{n}@imaginario.example",),
            reply_to=brand["reply_to"],
            subject=item.letter.subject,
            text=revealed(item.letter.text, secrets=Secrets(link, stop)),
            html=revealed(item.letter.html, secrets=Secrets(link, stop)),
            stop_url=stop,
            written_at=now,
        )
        for n, item in enumerate(written)
    ]


def send_some(*, creditor_id: int, clock: Callable[[], datetime], limit: int) -> int:
    """Send planned touches until `limit` were claimed or none is left; answers how many were accepted."""
    sent = send.send_due(creditor_id=creditor_id, clock=clock, limit=limit)
    return sent.outcomes.get("accepted", 0)


def bring_in(*, creditor_id: int, path: Path, now: datetime) -> int:
    """Import a file as anybody would; answers how many invoices are new."""
    answers = Answers(country="CO", kind="company", permission=Basis.CONTRACT, channels=(Channel.EMAIL,))
    plan = intake.understand(creditor_id=creditor_id, path=path, now=now)
    done = intake.bring_in(creditor_id=creditor_id, path=path, plan=plan, answers=answers, now=now)
    return int(done.counts["invoices_new"])
