# SPDX-License-Identifier: Apache-2.0
"""Writing the journal: in the transaction of what happened, one statement for any number of entries."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db import connection

from conserje.data.journal.locks import WRITING, locked
from conserje.domain.kit import canonical
from conserje.services.tenancy.act import step

_WORD = re.compile(r"[A-Za-z0-9_.:+/-]{0,120}")
_ACTOR = re.compile(r"person:\d+|rule|customer|system")
_KIND = re.compile(r"[a-z_]+(\.[a-z_]+)+")
COLUMNS = "at, kind, actor, customer_id, subject_kind, subject_id, payload, hash"
_INSERT = f"""
INSERT INTO journal_entry (creditor_id, {COLUMNS})
SELECT %s, {COLUMNS}
  FROM unnest(%s::timestamptz[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::bigint[], %s::jsonb[],
              %s::text[]) AS t({COLUMNS})
"""  # noqa: S608 - our own names
# What `hash_of` hashes, its keys in order.
_FORM = (
    '{"actor":%s,"at":%s,"creditor_id":%d,"customer_id":%s,"kind":%s,'
    '"payload":%s,"subject_id":%s,"subject_kind":%s}'
)


class NotForTheJournal(ValueError):
    """An entry holds something other than ids, amounts, dates and rule ids."""


@dataclass(frozen=True, slots=True)
class NewEntry:
    """One thing that happened. `kind` is dotted; `actor` is "person:<id>", "rule", "customer" or "system".

    `payload` holds numbers, booleans, dates as ISO text and single words (ids, hashes, rule ids), nested as needed.
    """

    at: datetime
    kind: str
    actor: str
    customer_id: int | None = None
    subject_kind: str = ""
    subject_id: int | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)


@step
def write(*, creditor_id: int, entries: Sequence[NewEntry]) -> None:
    """Add `entries` in their order. Raises `NotForTheJournal`, naming the entry's kind and the key."""
    if not entries:
        return
    rows = prepare(creditor_id=creditor_id, entries=list(entries))
    locked(creditor_id=creditor_id, how=WRITING)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [creditor_id, *map(list, zip(*rows, strict=True))])


@step
def prepare(*, creditor_id: int, entries: Iterable[NewEntry]) -> list[tuple[Any, ...]]:
    """Rows of `COLUMNS` for a statement that writes entries together with what happened; raises as `write` does.

    That statement must run after `locked(..., how=WRITING)` in the same transaction. Entries that share one payload
    (the very object) have it read once.
    """
    written: dict[int, str] = {}
    return [_row(creditor_id, entry, written) for entry in entries]


def as_json(*, creditor_id: int, entries: Sequence[NewEntry]) -> str:
    """`entries` as the JSON that the database's `journal_write` takes. Raises as `write` does."""
    written: dict[int, str] = {}
    rows = []
    for entry in entries:
        at, kind, actor, customer_id, subject_kind, subject_id, payload, digest = _row(
            creditor_id, entry, written
        )
        rows.append(
            f'{{"at":"{at.isoformat()}","kind":"{kind}","actor":"{actor}","customer_id":{_number(customer_id)},'
            f'"subject_kind":{canonical.text(subject_kind)},"subject_id":{_number(subject_id)},'
            f'"payload":{payload},"hash":"{digest}"}}'
        )
    return f"[{','.join(rows)}]"


def hash_of(*, creditor_id: int, row: Mapping[str, Any]) -> str:
    """The hash of an entry, from its columns but `id` and `hash`, its creditor and `at` in UTC."""
    facts = {
        key: row[key] for key in ("kind", "actor", "customer_id", "subject_kind", "subject_id", "payload")
    }
    return canonical.digest(facts | {"creditor_id": creditor_id, "at": row["at"].astimezone(UTC)})


def _row(creditor_id: int, entry: NewEntry, known: dict[int, str]) -> tuple[Any, ...]:
    _check(entry.kind, entry.actor)
    if entry.at.tzinfo is None:
        raise NotForTheJournal(f"The moment of {entry.kind} has no time zone.")
    at, moment = _moment(entry.at)
    written = known.get(id(entry.payload)) or known.setdefault(id(entry.payload), _payload(entry))
    facts = _FORM % (
        f'"{entry.actor}"',
        moment,
        creditor_id,
        _number(entry.customer_id),
        f'"{entry.kind}"',
        written,
        _number(entry.subject_id),
        canonical.text(entry.subject_kind),
    )
    digest = hashlib.sha256(facts.encode()).hexdigest()
    where = (entry.customer_id, entry.subject_kind, entry.subject_id)
    return at, entry.kind, entry.actor, *where, written, digest


@lru_cache(maxsize=256)
def _moment(at: datetime) -> tuple[datetime, str]:
    """`at` in UTC, and as it is hashed."""
    at = at.astimezone(UTC)
    return at, f'"{at.isoformat()}"'


def _payload(entry: NewEntry) -> str:
    payload = canonical.plain(dict(entry.payload))
    _refuse_texts(payload, f"{entry.kind}: payload")
    return canonical.text(payload)


def _number(value: int | None) -> str:
    return "null" if value is None else str(value)


@lru_cache(maxsize=1024)
def _check(kind: str, actor: str) -> None:
    if not _KIND.fullmatch(kind):
        raise NotForTheJournal(
            f"'{kind}' is not a kind; write words with dots, as in 'receivables.payment.recorded'."
        )
    if not _ACTOR.fullmatch(actor):
        raise NotForTheJournal(f"The actor of {kind} must be person:<id>, rule, customer or system.")


def _refuse_texts(value: Any, where: str) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            _refuse_texts(item, f"{where}.{key}")
    elif isinstance(value, list):
        for item in value:
            _refuse_texts(item, where)
    elif isinstance(value, str) and not _WORD.fullmatch(value):
        raise NotForTheJournal(
            f"{where} holds a text. The journal keeps ids, amounts, dates and rule ids only."
        )
