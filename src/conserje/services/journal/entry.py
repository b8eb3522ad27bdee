# SPDX-License-Identifier: Apache-2.0
"""Writing the journal: in the transaction of what happened, one statement for any number of entries."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from conserje.data.journal.locks import WRITING, locked
from conserje.domain.kit import canonical
from conserje.services.tenancy.act import step

_WORD = re.compile(r"[A-Za-z0-9_.:+/-]{0,120}")
_ACTOR = re.compile(r"person:\d+|rule|customer|system")
_KIND = re.compile(r"[a-z_]+(\.[a-z_]+)+")
_INSERT = """
INSERT INTO journal_entry (creditor_id, at, kind, actor, customer_id, subject_kind, subject_id, payload, hash)
SELECT %s, at, kind, actor, customer_id, subject_kind, subject_id, payload, hash
  FROM jsonb_to_recordset(%s::jsonb) AS t(at timestamptz, kind text, actor text, customer_id bigint,
       subject_kind text, subject_id bigint, payload jsonb, hash text)
"""


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
    rows = [_row(creditor_id, entry) for entry in entries]
    locked(creditor_id=creditor_id, how=WRITING)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [creditor_id, canonical.dump(rows).decode()])


def as_json(*, creditor_id: int, entries: Sequence[NewEntry]) -> str:
    """`entries` as the JSON that the database's `journal_write` takes. Raises as `write` does."""
    return canonical.dump([_row(creditor_id, entry) for entry in entries]).decode()


def hash_of(*, creditor_id: int, row: Mapping[str, Any]) -> str:
    """The hash of an entry, from its columns but `id` and `hash`, its creditor and `at` in UTC."""
    facts = {
        key: row[key] for key in ("kind", "actor", "customer_id", "subject_kind", "subject_id", "payload")
    }
    return canonical.digest(facts | {"creditor_id": creditor_id, "at": row["at"].astimezone(UTC)})


def _row(creditor_id: int, entry: NewEntry) -> dict[str, Any]:
    if not _KIND.fullmatch(entry.kind):
        raise NotForTheJournal(
            f"'{entry.kind}' is not a kind; write words with dots, as in 'receivables.payment.recorded'."
        )
    if not _ACTOR.fullmatch(entry.actor):
        raise NotForTheJournal(f"The actor of {entry.kind} must be person:<id>, rule, customer or system.")
    if entry.at.tzinfo is None:
        raise NotForTheJournal(f"The moment of {entry.kind} has no time zone.")
    row = {
        "at": entry.at.astimezone(UTC),
        "kind": entry.kind,
        "actor": entry.actor,
        "customer_id": entry.customer_id,
        "subject_kind": entry.subject_kind,
        "subject_id": entry.subject_id,
        "payload": canonical.plain(dict(entry.payload)),
    }
    _refuse_texts(row["payload"], f"{entry.kind}: payload")
    return row | {"hash": hash_of(creditor_id=creditor_id, row=row)}


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
