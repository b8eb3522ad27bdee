# SPDX-License-Identifier: Apache-2.0
"""Sending: claim, judge again, write, hand over outside any transaction, record. A message leaves at most once.

The mark is committed just before the point of no return, fenced by the claim, the lease and the customer's event
count; what a crash leaves after it is unsure, and nothing unsure is sent again without a person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from conserje.data.outreach import hand_over, letters, snapshots
from conserje.data.outreach.letters import Dossier, TouchFacts
from conserje.data.outreach.models import Message
from conserje.domain.kit.canonical import dump
from conserje.domain.kit.days import local_date
from conserje.domain.outreach.case import Case
from conserje.domain.outreach.decision import Decision, Reason
from conserje.domain.outreach.project import project
from conserje.domain.outreach.recheck import Drop, Go, Going, recheck, still_right
from conserje.domain.outreach.strategy import Strategy
from conserje.domain.ports.channel import Accepted, Channel, Outcome, Parcel, Refused, Session, Unsure
from conserje.domain.ports.registry import carriers
from conserje.domain.rules.facts import Purpose
from conserje.services.journal import entry as journal
from conserje.services.outreach import (
    carrying,
    letter,
    mime,
    outside,
    portal_link,
    record,
    strategy,
    sweep,
    thanks,
)
from conserje.services.tenancy import connection
from conserje.services.tenancy.act import acting

BATCH = 25
TOLD_AHEAD = timedelta(days=120)


class NotAnyMore(Exception):
    """Between preparing and handing over something happened, or the hour passed: nothing was sent."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A letter about to leave: everything needed to hand it over and to record it."""

    touch: TouchFacts
    case: Case
    parcel: Parcel
    hashes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """Counts of one run by outcome: accepted, refused, unsure, suppressed, later."""

    outcomes: dict[str, int]

    @property
    def total(self) -> int:
        """Touches that were claimed."""
        return sum(self.outcomes.values())


def send_due(*, creditor_id: int, clock: Callable[[], datetime], limit: int = 100_000) -> Sent:
    """Send what is due, a batch at a time, until nothing is left or `limit` was claimed. `clock` is the door's."""
    outcomes: Counter[str] = Counter()
    while sum(outcomes.values()) < limit:
        done = send_batch(creditor_id=creditor_id, clock=clock)
        if not done:
            break
        outcomes.update(done)
    return Sent(dict(outcomes))


def send_batch(*, creditor_id: int, clock: Callable[[], datetime]) -> Counter[str]:
    """One batch; empty when nothing was due."""
    batch = _Batch(creditor_id, uuid4(), clock())
    with acting(creditor_id=creditor_id):
        claimed = hand_over.claim(creditor_id=creditor_id, token=batch.token, now=batch.now, limit=BATCH)
    if not claimed:
        return Counter()
    with acting(creditor_id=creditor_id):
        ready = _prepare(batch, [touch_id for touch_id, _ in claimed])
        settings = {
            name: connection.settings_of(creditor_id=creditor_id, kind="channel", adapter=name)
            for name in {item.touch.carrier for item in ready}
        }
    for name, chosen in settings.items():
        session = carriers.get(name).open(chosen, connection.http())
        try:
            for item in (one for one in ready if one.touch.carrier == name):
                batch.outcomes[_hand_over(batch, item, session, clock)] += 1
        finally:
            session.close()
    return batch.outcomes


@dataclass(frozen=True, slots=True)
class _Batch:
    """The touches that one worker claimed together, and what becomes of them."""

    creditor_id: int
    token: UUID
    now: datetime
    outcomes: Counter[str] = field(default_factory=Counter)


def _hand_over(batch: _Batch, item: Ready, session: Session, clock: Callable[[], datetime]) -> str:
    creditor_id, token = batch.creditor_id, batch.token
    marked = False

    def mark() -> None:
        nonlocal marked
        marked = _mark(creditor_id, token, item, clock())
        if not marked:
            raise NotAnyMore

    try:
        outcome: Outcome = session.send(item.parcel, mark=mark)
    except NotAnyMore:
        record.release(creditor_id=creditor_id, touch=item.touch, token=token, now=clock())
        return "later"
    except outside.NotNoted:
        outcome = Refused(reason="outside_record_unwritable", permanent=False)
    handed = record.Handed(touch=item.touch, token=token, marked=marked)
    record.outcome(creditor_id=creditor_id, handed=handed, outcome=outcome, now=clock())
    return {Accepted: "accepted", Refused: "refused", Unsure: "unsure"}[type(outcome)]


def _mark(creditor_id: int, token: UUID, item: Ready, now: datetime) -> bool:
    """The last fence, for one at a time of those who share an address: what it enters, the next one counts."""
    touch = item.touch
    with acting(creditor_id=creditor_id):
        hand_over.lock_people(creditor_id=creditor_id, customer_id=touch.customer_id)
        past = snapshots.past_of(creditor_id=creditor_id, customer_id=touch.customer_id, now=now)
        case = replace(item.case, subject=replace(item.case.subject, past=past))
        rules, law = strategy.in_force(creditor_id=creditor_id), sweep.stack_of(case)
        if not still_right(case=case, going=_going(touch), strategy=rules, law=law, at=now):
            return False
        marked = hand_over.mark(
            creditor_id=creditor_id, touch_id=touch.id, token=token, version=touch.version, now=now
        )
        if marked:
            hand_over.count(creditor_id=creditor_id, touch_id=touch.id, hashes=item.hashes)
            outside.note(creditor_id=creditor_id, touch=touch, now=now)
    return marked


def _prepare(batch: _Batch, touch_ids: Sequence[int]) -> list[Ready]:
    creditor_id, now = batch.creditor_id, batch.now
    dossier = letters.gather(creditor_id=creditor_id, touch_ids=touch_ids)
    rules = strategy.in_force(creditor_id=creditor_id)
    of = snapshots.standing(creditor_id=creditor_id, channel_of=carrying.channel_of)
    ids = sorted({touch.customer_id for touch in dossier.touches})
    cases = {case.customer_id: case for case in snapshots.cases(of=of, customer_ids=ids, now=now)}
    judged = [_judge_again(batch, touch, cases[touch.customer_id], rules) for touch in dossier.touches]
    return _write(batch, dossier, [writing for writing in judged if writing is not None])


def _going(touch: TouchFacts) -> Going:
    return Going(
        step=touch.step if touch.episode_id is not None else None,
        channel=Channel(touch.channel),
        purpose=Purpose(touch.purpose),
        point_id=touch.point_id,
        copies=tuple(touch.copies),
        approved=touch.approved_by != "",
        handed_at=touch.handed_at,
    )


def _judge_again(batch: _Batch, touch: TouchFacts, case: Case, rules: Strategy) -> letter.Writing | None:
    creditor_id, now, going = batch.creditor_id, batch.now, _going(touch)
    found = recheck(case, going=going, strategy=rules, law=sweep.stack_of(case), now=now)
    payment = thanks.payment_of(creditor_id=creditor_id, touch=touch) if going.step is None else None
    if going.step is None and payment is None:
        found = Drop(Reason("changed_meanwhile"), None)
    if isinstance(found, Go):
        after = None if going.step is None else following(case, touch=touch, rules=rules, now=now)
        leaving = replace(touch, copies=list(found.copies))
        return letter.Writing(leaving, case, found.asked, found.verdict.texts, after, payment)
    batch.outcomes["suppressed" if isinstance(found, Drop) else "later"] += 1
    record.not_now(
        creditor_id=creditor_id, touch=touch, token=batch.token, found=found, zone=case.zone, now=now
    )
    return None


def following(case: Case, *, touch: TouchFacts, rules: Strategy, now: datetime) -> Decision | None:
    """What comes after this touch if nothing happens: what its letter tells."""
    today = local_date(now, case.zone)
    after = replace(case, in_hand=None).after(
        step=touch.step, channel=Channel(touch.channel), at=now, on=today, purpose=Purpose(touch.purpose)
    )
    told = project(after, strategy=rules, law=sweep.stack_of(case), now=now, until=today + TOLD_AHEAD)
    return told[0] if told else None


def _write(batch: _Batch, dossier: Dossier, writings: Sequence[letter.Writing]) -> list[Ready]:
    creditor_id, now = batch.creditor_id, batch.now
    methods = letter.available_methods(connection.in_use(creditor_id=creditor_id, kind="gateway"))
    made = []
    for item in writings:
        with _parked(batch, item.touch):
            made.append((item, letter.write(dossier=dossier, writing=item, methods=methods, now=now)))
    wanted = [
        portal_link.Wanted(item.touch.customer_id, item.touch.contact_id, item.touch.id) for item, _ in made
    ]
    tokens = portal_link.issue_many(creditor_id=creditor_id, wanted=wanted, now=now)
    documents = sorted({file.id for _, written in made for file in written.documents})
    contents = letters.contents(creditor_id=creditor_id, document_ids=documents)
    _keep(creditor_id, made, now)
    ready = []
    for (item, written), token in zip(made, tokens, strict=True):
        with _parked(batch, item.touch):
            ready.append(_ready(dossier, item, written, token, contents, now))
    return ready


@contextmanager
def _parked(batch: _Batch, touch: TouchFacts) -> Iterator[None]:
    """A letter that cannot be written is parked with its reason, and the others of the batch go on."""
    try:
        yield
    except (ValueError, LookupError, TypeError):
        batch.outcomes["refused"] += 1
        record.unwritable(creditor_id=batch.creditor_id, touch=touch, token=batch.token, now=batch.now)


def _keep(creditor_id: int, made: Sequence[tuple[letter.Writing, letter.Written]], now: datetime) -> None:
    Message.objects.bulk_create(
        [
            Message(
                creditor_id=creditor_id,
                touch_id=item.touch.id,
                locale=written.locale,
                subject=written.letter.subject,
                text=written.letter.text,
                html=written.letter.html,
                template_version=written.letter.template_version,
                sha256=written.sha256,
                written_at=now,
            )
            for item, written in made
        ],
        update_conflicts=True,
        unique_fields=["creditor", "touch"],
        update_fields=["locale", "subject", "text", "html", "template_version", "sha256", "written_at"],
    )
    journal.write(
        creditor_id=creditor_id,
        entries=[
            journal.NewEntry(
                at=now,
                kind="outreach.message.written",
                actor="rule",
                customer_id=item.touch.customer_id,
                subject_kind="touch",
                subject_id=item.touch.id,
                payload={
                    "sha256": written.sha256,
                    "asked": [dump(amount.minor).decode() for amount in item.asked],
                },
            )
            for item, written in made
        ],
    )


def _ready(
    dossier: Dossier,
    item: letter.Writing,
    written: letter.Written,
    token: str,
    contents: dict[int, bytes],
    now: datetime,
) -> Ready:
    touch, brand = item.touch, dossier.creditor.brand
    link = portal_link.address(creditor=dossier.creditor.public_id, token=token)
    stop = portal_link.stop_address(creditor=dossier.creditor.public_id, token=token)
    copies = [dossier.copies[point] for point in touch.copies if point in dossier.copies]
    mail = mime.Mail(
        key=touch.key,
        sender_name=brand.get("sender_name") or dossier.creditor.name,
        sender_address=brand["sender_address"],
        recipients=(touch.address, *(address for address, _ in copies)),
        reply_to=brand.get("reply_to", ""),
        subject=written.letter.subject,
        text=letter.with_links(written.letter.text, link=link, stop=stop),
        html=letter.with_links(written.letter.html, link=link, stop=stop),
        stop_url=stop if touch.episode_id is not None else "",
        written_at=now,
    )
    attachments = [
        mime.Attachment(file.file_name, file.media_type, contents[file.id]) for file in written.documents
    ]
    content = mime.build(mail, attachments=attachments)
    parcel = Parcel(
        key=touch.key,
        sender=brand["sender_address"],
        recipient=touch.address,
        content=content,
        copies=tuple(address for address, _ in copies),
    )
    hashes = (touch.address_hash, *(address_hash for _, address_hash in copies))
    return Ready(touch=touch, case=item.case, parcel=parcel, hashes=hashes)
