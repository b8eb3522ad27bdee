# SPDX-License-Identifier: Apache-2.0
"""Claimed touches become letters about to leave: judged again on fresh facts, written, addressed, all in one act."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from conserje.data.outreach import letters, past_contacts, snapshots
from conserje.data.outreach.letters import Dossier, TouchFacts
from conserje.domain.kit.canonical import dump
from conserje.domain.kit.days import local_date
from conserje.domain.outreach.case import Case
from conserje.domain.outreach.decide import decide
from conserje.domain.outreach.decision import Decision, Reason
from conserje.domain.outreach.recheck import Drop, Go, Going, recheck
from conserje.domain.outreach.strategy import Strategies, Strategy
from conserje.domain.ports.channel import Channel, Parcel
from conserje.domain.rules.facts import Purpose
from conserje.services.journal import entry as journal
from conserje.services.outreach import (
    answer,
    carrying,
    content,
    letter,
    mandatory,
    mime,
    offering,
    portal_code,
    portal_link,
    record,
    requested,
    strategy,
    sweep,
    thanks,
)
from conserje.services.outreach.placeholders import Secrets, revealed
from conserje.services.tenancy import connection
from conserje.services.tenancy.act import step
from conserje.services.tenancy.memory import uncollected

TOLD_AHEAD = timedelta(days=120)


@dataclass(frozen=True, slots=True)
class Ready:
    """A letter about to leave: everything needed to judge it once more, hand it over and record it.

    `since` is how far back its case tells of past contacts.
    """

    touch: TouchFacts
    case: Case
    rules: Strategy
    since: datetime
    parcel: Parcel
    hashes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is ready, the settings of the carriers it needs (none where one is not set up), and the rest by outcome."""

    ready: tuple[Ready, ...]
    settings: dict[str, Any]
    outcomes: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Batch:
    creditor_id: int
    token: UUID
    now: datetime
    rules: Strategies
    outcomes: dict[str, int] = field(default_factory=dict)

    def count(self, outcome: str) -> None:
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1


@step
def prepare(*, creditor_id: int, token: UUID, touch_ids: Sequence[int], now: datetime) -> Prepared:
    """Judge the touches claimed under `token` again and write those that may leave; the others are recorded."""
    with uncollected():
        return _prepare(creditor_id, token, touch_ids, now)


def _prepare(creditor_id: int, token: UUID, touch_ids: Sequence[int], now: datetime) -> Prepared:
    batch = _Batch(creditor_id, token, now, strategy.in_force(creditor_id=creditor_id))
    dossier = letters.gather(creditor_id=creditor_id, touch_ids=touch_ids)
    of = snapshots.standing(creditor_id=creditor_id, channel_of=carrying.channel_of)
    ids = sorted({touch.customer_id for touch in dossier.touches})
    cases = {case.customer_id: case for case in snapshots.cases(of=of, customer_ids=ids, now=now)}
    causes = thanks.payments_of(creditor_id=creditor_id, touches=dossier.touches)
    causes |= answer.standing(creditor_id=creditor_id, touches=dossier.touches)
    writings = [
        writing
        for touch in dossier.touches
        if (writing := _judge_again(batch, dossier, touch, cases[touch.customer_id], causes.get(touch.id)))
        is not None
    ]
    ready = _write(batch, dossier, writings)
    settings = connection.all_settings(creditor_id=creditor_id, kind="channel") if ready else {}
    return Prepared(tuple(ready), settings, batch.outcomes)


def going(touch: TouchFacts) -> Going:
    """A touch as the law and the strategy see it."""
    return Going(
        step=touch.step if touch.episode_id is not None else None,
        channel=Channel(touch.channel),
        purpose=Purpose(touch.purpose),
        point_id=touch.point_id,
        copies=tuple(touch.copies),
        approved=touch.approved_by != "",
        handed_at=touch.handed_at,
        is_awaited=touch.letter != answer.LETTER,
    )


def following(case: Case, *, touch: TouchFacts, rules: Strategy, now: datetime) -> Decision | None:
    """What comes after this touch if nothing happens, within `TOLD_AHEAD`: the first that `project` would tell."""
    today = local_date(now, case.zone)
    after = replace(case, in_hand=None)
    if touch.episode_id is not None:
        after = case.after(
            step=touch.step, channel=Channel(touch.channel), at=now, on=today, purpose=Purpose(touch.purpose)
        )
    told = decide(after, strategy=rules, law=sweep.stack_of(case), now=now)
    is_near = told.contact is None or local_date(told.contact.at, case.zone) <= today + TOLD_AHEAD
    return told if is_near else None


def _is_spent(touch: TouchFacts, cause: dict[str, Any] | None, now: datetime) -> bool:
    """Whether a letter outside any step has lost its cause: thanks for no payment, an answer nobody waits for."""
    if touch.letter in ("thank_you", answer.LETTER):
        return cause is None
    return touch.letter in requested.LETTERS and not requested.still_wanted(touch, now=now)


def _judge_again(
    batch: _Batch,
    dossier: Dossier,
    touch: TouchFacts,
    case: Case,
    cause: dict[str, Any] | None,
) -> letter.Writing | None:
    leaving, now = going(touch), batch.now
    rules = batch.rules.serving(case.serves)
    found = recheck(case, going=leaving, strategy=rules, law=sweep.stack_of(case), now=now)
    if _is_spent(touch, cause, now):
        found = Drop(Reason("changed_meanwhile"), None)
    own, today = touch.edit, local_date(now, case.zone)
    if own is not None and isinstance(found, Go) and letter.outdated(own, asked=found.asked, today=today):
        found = Drop(Reason("words_outdated"), None)
    if isinstance(found, Go):
        thanked = touch.letter == "thank_you"
        after = None if thanked else following(case, touch=touch, rules=rules, now=now)
        copied = replace(touch, copies=list(found.copies))
        offers = letter.Offers(
            settles=offering.settlement(
                dossier=dossier, touch=touch, case=case, asked=found.asked, rules=rules, now=now
            ),
            plans=offering.plan(dossier=dossier, touch=touch, case=case),
        )
        return letter.Writing(copied, case, found.asked, found.verdict.texts, after, cause, offers)
    batch.count("suppressed" if isinstance(found, Drop) else "later")
    record.not_now(
        creditor_id=batch.creditor_id, touch=touch, token=batch.token, found=found, zone=case.zone, now=now
    )
    return None


def _write(batch: _Batch, dossier: Dossier, writings: Sequence[letter.Writing]) -> list[Ready]:
    creditor_id, now = batch.creditor_id, batch.now
    if not writings:
        return []
    methods = letter.available_methods(connection.in_use(creditor_id=creditor_id, kind="gateway"))
    made = []
    for item in writings:
        with _parked(batch, item.touch):
            made.append((item, letter.write(dossier=dossier, writing=item, methods=methods, now=now)))
    wanted = [
        portal_link.Wanted(item.touch.customer_id, item.touch.contact_id, item.touch.id) for item, _ in made
    ]
    tokens = portal_link.issue_many(creditor_id=creditor_id, wanted=wanted, now=now)
    carrying_codes = requested.codes_among([item.touch for item, _ in made])
    codes = portal_code.draw_many(creditor_id=creditor_id, touch_ids=carrying_codes, now=now)
    documents = sorted({file.id for _, written in made for file in written.documents})
    contents = letters.contents(creditor_id=creditor_id, document_ids=documents)
    _keep(creditor_id, made, now)
    ready = []
    for (item, written), token in zip(made, tokens, strict=True):
        secrets = Secrets(
            portal_link.address(creditor=dossier.creditor.public_id, token=token),
            portal_link.stop_address(creditor=dossier.creditor.public_id, token=token),
            codes.get(item.touch.id, ""),
        )
        with _parked(batch, item.touch):
            ready.append(_ready(batch, dossier, item, written, secrets, contents))
    return ready


@contextmanager
def _parked(batch: _Batch, touch: TouchFacts) -> Iterator[None]:
    """A letter that cannot be written is parked with its reason, and the others of the batch go on."""
    try:
        yield
    except (ValueError, LookupError, TypeError) as error:
        batch.count("refused")
        rules = error.rules if isinstance(error, content.Unlawful | mandatory.TextMissing) else ()
        record.unwritable(
            creditor_id=batch.creditor_id, touch=touch, token=batch.token, rules=rules, now=batch.now
        )


def _keep(creditor_id: int, made: Sequence[tuple[letter.Writing, letter.Written]], now: datetime) -> None:
    said = [
        letters.Said(
            item.touch.id,
            written.locale,
            written.letter.subject,
            written.letter.text,
            written.letter.html,
            written.letter.template_version,
            written.sha256,
        )
        for item, written in made
    ]
    letters.keep(creditor_id=creditor_id, said=said, now=now)
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
    batch: _Batch,
    dossier: Dossier,
    item: letter.Writing,
    written: letter.Written,
    secrets: Secrets,
    contents: dict[int, bytes],
) -> Ready:
    touch, brand = item.touch, dossier.creditor.brand
    copies = [dossier.copies[point] for point in touch.copies if point in dossier.copies]
    mail = mime.Mail(
        key=touch.key,
        sender_name=brand.get("sender_name") or dossier.creditor.name,
        sender_address=brand["sender_address"],
        recipients=(touch.address, *(address for address, _ in copies)),
        reply_to=brand.get("reply_to", ""),
        subject=written.letter.subject,
        text=revealed(written.letter.text, secrets=secrets),
        html=revealed(written.letter.html, secrets=secrets),
        stop_url=secrets.stop if touch.episode_id is not None else "",
        written_at=batch.now,
    )
    attachments = [
        mime.Attachment(file.file_name, file.media_type, contents[file.id]) for file in written.documents
    ]
    parcel = Parcel(
        key=touch.key,
        sender=brand["sender_address"],
        recipient=touch.address,
        content=mime.build(mail, attachments=attachments),
        copies=tuple(address for address, _ in copies),
    )
    hashes = (touch.address_hash, *(address_hash for _, address_hash in copies))
    since = batch.now - timedelta(days=past_contacts.PAST_DAYS)
    return Ready(touch, item.case, batch.rules.serving(item.case.serves), since, parcel, hashes)
