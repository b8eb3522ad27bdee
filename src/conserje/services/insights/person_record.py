# SPDX-License-Identifier: Apache-2.0
"""One customer's complete record, refusals with their rules included: for the person themselves, or for a regulator."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from conserje.data.outreach import record
from conserje.domain.kit.canonical import plain
from conserje.services.insights import reasoning
from conserje.services.tenancy.act import step

FORMAT: Final = "record/v1"
# Columns that the tables hold as JSON text.
_JSON: Final = frozenset({"reasons", "payload"})
_PAGE: Final = 500


@step
def read(*, creditor_id: int, customer_id: int, now: datetime) -> dict[str, Any] | None:
    """The record as JSON types, by section; None when there is no such customer.

    Every decision carries its reasons and its verdicts with the ids of the rules that refused, and each contact that
    was held back `rules_against` it. `rules` says what the packs say of each rule that is named anywhere.
    """
    found: dict[str, Any] = {"format": FORMAT, "made_at": now.isoformat()}
    for name, rows in record.sections(creditor_id=creditor_id, customer_id=customer_id):
        found[name] = [_row(row) for row in rows]
        if name == "customer" and not rows:
            return None
    found["customer"] = found["customer"][0]
    _judged(creditor_id, found["decisions"])
    ids = [row["id"] for row in found["contacts_made"]]
    against = reasoning.rules_against(creditor_id=creditor_id, touch_ids=ids)
    for row in found["contacts_made"]:
        row["rules_against"] = list(against.get(row["id"], ()))
    found["rules"] = _rules(found)
    return found


def _judged(creditor_id: int, rows: list[dict[str, Any]]) -> None:
    """Put the stored result beside each decision: what was planned, and every verdict on the way."""
    for first in range(0, len(rows), _PAGE):
        part = rows[first : first + _PAGE]
        whole = reasoning.decisions(creditor_id=creditor_id, ids=[row["id"] for row in part])
        for row in part:
            row["result"] = plain(whole[row["id"]]) if row["id"] in whole else None


def _rules(found: Mapping[str, Any]) -> list[dict[str, str]]:
    """What the packs say of the rules that the record names, by id."""
    said = json.dumps([found["decisions"], found["contacts_made"], found["data_requests"], found["journal"]])
    return [
        {
            "id": rule.id,
            "pack": rule.pack,
            "basis": rule.basis,
            "confidence": rule.confidence,
            "source": rule.source,
            "note": rule.note,
        }
        for rule in sorted(reasoning.rules().values(), key=lambda item: item.id)
        if f'"{rule.id}"' in said
    ]


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _value(key, value) for key, value in row.items()}


def _value(key: str, value: Any) -> Any:
    if key in _JSON and isinstance(value, str):
        return json.loads(value)
    return value.isoformat() if isinstance(value, datetime | date) else value
