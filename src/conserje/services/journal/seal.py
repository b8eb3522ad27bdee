# SPDX-License-Identifier: Apache-2.0
"""Sealing what was committed, and finding out whether the past was changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from django.db.models import QuerySet

from conserje.data.journal.entry import Entry
from conserje.data.journal.locks import SEALING, locked
from conserje.data.journal.seal import Seal
from conserje.domain.kit import canonical
from conserje.services.journal.entry import hash_of
from conserje.services.tenancy.act import act, step

LARGEST_BATCH = 10_000
_COLUMNS = ("id", "at", "kind", "actor", "customer_id", "subject_kind", "subject_id", "payload", "hash")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong in a journal: `where` names the row ("entry 12", "seal 3", "head"), `what` says what."""

    where: str
    what: str


@act
def close(*, creditor_id: int, now: datetime) -> int:
    """Seal the entries written since the last seal, at most `LARGEST_BATCH`; returns how many."""
    locked(creditor_id=creditor_id, how=SEALING)
    last = Seal.objects.filter(creditor_id=creditor_id).order_by("-id").first()
    fresh = _entries(creditor_id, after=last.up_to_id if last else None)
    batch = list(fresh.values_list("id", "hash")[:LARGEST_BATCH])
    if not batch:
        return 0
    previous = last.hash if last else ""
    Seal.objects.create(
        creditor_id=creditor_id,
        at=now,
        up_to_id=batch[-1][0],
        entry_count=len(batch),
        previous_hash=previous,
        hash=_hash(previous, (entry_hash for _, entry_hash in batch)),
    )
    return len(batch)


@step
def head(*, creditor_id: int) -> str:
    """The hash of the last seal, or "" before the first. Kept elsewhere, it proves that no seal was cut off."""
    last = Seal.objects.filter(creditor_id=creditor_id).order_by("-id").values_list("hash", flat=True).first()
    return last or ""


@step
def broken(*, creditor_id: int, known_head: str = "") -> list[Finding]:
    """Everything wrong in a creditor's journal; empty when it is whole.

    Finds entries changed, removed, added or re-ordered under a seal, seals changed or removed, and, given a
    `known_head` kept outside the database, a chain that was cut or written anew.
    """
    seals = list(Seal.objects.filter(creditor_id=creditor_id).order_by("id"))
    found = [*_broken_entries(creditor_id), *_broken_chain(seals)]
    entries = iter(_entries(creditor_id, after=None).values_list("id", "hash").iterator())
    ahead = next(entries, None)
    for seal in seals:
        hashes = []
        while ahead is not None and ahead[0] <= seal.up_to_id:
            hashes.append(ahead[1])
            ahead = next(entries, None)
        if len(hashes) != seal.entry_count:
            found.append(
                Finding(f"seal {seal.id}", f"covers {seal.entry_count} entries, but {len(hashes)} are there")
            )
        elif _hash(seal.previous_hash, hashes) != seal.hash:
            found.append(Finding(f"seal {seal.id}", "the entries it covers are not those that were sealed"))
    if known_head and known_head not in {seal.hash for seal in seals}:
        found.append(Finding("head", "the seal known from outside is not in the chain"))
    return found


def _entries(creditor_id: int, *, after: int | None) -> QuerySet[Entry]:
    every = Entry.objects.filter(creditor_id=creditor_id).order_by("id")
    return every if after is None else every.filter(id__gt=after)


def _broken_entries(creditor_id: int) -> Iterable[Finding]:
    for row in Entry.objects.filter(creditor_id=creditor_id).order_by("id").values(*_COLUMNS).iterator():
        if hash_of(creditor_id=creditor_id, row=row) != row["hash"]:
            yield Finding(f"entry {row['id']}", "its content does not have its hash")


def _broken_chain(seals: Sequence[Seal]) -> Iterable[Finding]:
    if seals and seals[0].previous_hash:
        yield Finding(f"seal {seals[0].id}", "it is the first, but names a seal before it")
    for former, seal in pairwise(seals):
        if seal.previous_hash != former.hash:
            yield Finding(f"seal {seal.id}", "it does not follow the seal before it")


def _hash(previous: str, hashes: Iterable[str]) -> str:
    return canonical.digest({"previous": previous, "entries": list(hashes)})
