# SPDX-License-Identifier: Apache-2.0
"""Sending: claim, judge again, write, hand over outside any transaction, record. A message leaves at most once.

The mark is committed just before the point of no return, fenced by the claim, the lease and the customer's event
count; what a crash leaves after it is unsure, and nothing unsure is sent again without a person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from conserje.data.outreach import hand_over, letters, snapshots
from conserje.data.outreach.letters import Dossier, TouchFacts
from conserje.data.outreach.models import Message
from conserje.domain.kit.canonical import dump
from conserje.domain.outreach.case import Case
from conserje.domain.outreach.decision import Decision
from conserje.domain.outreach.project import project
from conserje.domain.outreach.recheck import Drop, Go, Going, recheck, still_lawful
from conserje.domain.outreach.strategy import Strategy
from conserje.domain.ports.channel import Accepted, Channel, Outcome, Parcel, Refused, Session, Unsure
from conserje.domain.ports.registry import carriers
from conserje.domain.rules.facts import Purpose
from conserje.services.journal import entry as journal
from conserje.services.outreach import letter, mime, portal_link, record, strategy, sweep, thanks
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
    going: Going
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
    token, now = uuid4(), clock()
    with acting(creditor_id=creditor_id):
        claimed = hand_over.claim(creditor_id=creditor_id, token=token, now=now, limit=BATCH)
    if not claimed:
        return Counter()
    outcomes: Counter[str] = Counter()
    with acting(creditor_id=creditor_id):
        ready = _prepare(creditor_id, token, [touch_id for touch_id, _ in claimed], now, outcomes)
        settings = {
            name: connection.settings_of(creditor_id=creditor_id, kind="channel", adapter=name)
            for name in {item.touch.carrier for item in ready}
        }
    for name, chosen in settings.items():
        session = carriers.get(name).open(chosen, connection.http())
        try:
            for item in (one for one in ready if one.touch.carrier == name):
                outcomes[_hand_over(creditor_id, token, item, session, clock)] += 1
        finally:
            session.close()
    return outcomes


def _hand_over(
    creditor_id: int, token: UUID, item: Ready, session: Session, clock: Callable[[], datetime]
) -> str:
    marked = False

    def mark() -> None:
        nonlocal marked
        now = clock()
        reach = next(reach for reach in item.case.reaches if reach.point_id == item.touch.point_id)
        law = sweep.stack_of(item.case)
        if not still_lawful(law=law, case=item.case, going=item.going, at=now, recipient=reach.recipient):
            raise NotAnyMore
        with acting(creditor_id=creditor_id):
            marked = hand_over.mark(
                creditor_id=creditor_id,
                touch_id=item.touch.id,
                token=token,
                version=item.touch.version,
                now=now,
            )
        if not marked:
            raise NotAnyMore

    try:
        outcome: Outcome = session.send(item.parcel, mark=mark)
    except NotAnyMore:
        record.release(creditor_id=creditor_id, touch=item.touch, token=token, now=clock())
        return "later"
    handed = record.Handed(touch=item.touch, token=token, marked=marked, hashes=item.hashes)
    record.outcome(creditor_id=creditor_id, handed=handed, outcome=outcome, now=clock())
    return {Accepted: "accepted", Refused: "refused", Unsure: "unsure"}[type(outcome)]


def _prepare(
    creditor_id: int, token: UUID, touch_ids: Sequence[int], now: datetime, outcomes: Counter[str]
) -> list[Ready]:
    dossier = letters.gather(creditor_id=creditor_id, touch_ids=touch_ids)
    rules = strategy.in_force(creditor_id=creditor_id)
    of = snapshots.standing(creditor_id=creditor_id, channel_of=sweep.channel_of)
    ids = sorted({touch.customer_id for touch in dossier.touches})
    cases = {case.customer_id: case for case in snapshots.cases(of=of, customer_ids=ids, now=now)}
    writings = []
    for touch in dossier.touches:
        writing = _judge_again(creditor_id, token, touch, cases[touch.customer_id], rules, now, outcomes)
        if writing is not None:
            writings.append(writing)
    return _write(creditor_id, dossier, writings, now)


def _judge_again(
    creditor_id: int,
    token: UUID,
    touch: TouchFacts,
    case: Case,
    rules: Strategy,
    now: datetime,
    outcomes: Counter[str],
) -> letter.Writing | None:
    purpose = Purpose(touch.purpose)
    going = Going(
        step=touch.step if touch.episode_id is not None else None,
        channel=Channel(touch.channel),
        purpose=purpose,
        point_id=touch.point_id,
    )
    law = sweep.stack_of(case)
    found = recheck(case, going=going, strategy=rules, law=law, now=now)
    if isinstance(found, Go):
        payment = thanks.payment_of(creditor_id=creditor_id, touch=touch) if going.step is None else None
        after = None if going.step is None else following(case, touch=touch, rules=rules, now=now)
        return letter.Writing(touch, case, found.asked, found.verdict.texts, after, payment)
    kind = "suppressed" if isinstance(found, Drop) else "later"
    outcomes[kind] += 1
    record.not_now(creditor_id=creditor_id, touch=touch, token=token, found=found, zone=case.zone, now=now)
    return None


def following(case: Case, *, touch: TouchFacts, rules: Strategy, now: datetime) -> Decision | None:
    """What comes after this touch if nothing happens: what its letter tells."""
    after = replace(case, in_hand=None).after(
        step=touch.step, channel=Channel(touch.channel), at=now, on=now.date(), purpose=Purpose(touch.purpose)
    )
    told = project(after, strategy=rules, law=sweep.stack_of(case), now=now, until=(now + TOLD_AHEAD).date())
    return told[0] if told else None


def _write(
    creditor_id: int, dossier: Dossier, writings: Sequence[letter.Writing], now: datetime
) -> list[Ready]:
    methods = letter.available_methods(connection.in_use(creditor_id=creditor_id, kind="gateway"))
    made = [
        (item, letter.write(dossier=dossier, writing=item, methods=methods, now=now)) for item in writings
    ]
    wanted = [
        portal_link.Wanted(item.touch.customer_id, item.touch.contact_id, item.touch.id) for item in writings
    ]
    tokens = portal_link.issue_many(creditor_id=creditor_id, wanted=wanted, now=now)
    documents = sorted({file.id for _, written in made for file in written.documents})
    contents = letters.contents(creditor_id=creditor_id, document_ids=documents)
    _keep(creditor_id, made, now)
    return [
        _ready(dossier, item, written, token, contents, now)
        for (item, written), token in zip(made, tokens, strict=True)
    ]


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
    going = Going(
        step=touch.step if touch.episode_id is not None else None,
        channel=Channel(touch.channel),
        purpose=Purpose(touch.purpose),
        point_id=touch.point_id,
    )
    content = mime.build(mail, attachments=attachments)
    parcel = Parcel(
        key=touch.key,
        sender=brand["sender_address"],
        recipient=touch.address,
        content=content,
        copies=tuple(address for address, _ in copies),
    )
    hashes = (touch.address_hash, *(address_hash for _, address_hash in copies))
    return Ready(touch=touch, case=item.case, going=going, parcel=parcel, hashes=hashes)
