# SPDX-License-Identifier: Apache-2.0
"""What a creditor agrees to without being asked, by version: an older one can still be read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from conserje.data.arrangements.models import ArrangementPolicy
from conserje.domain.arrangements import policy as domain
from conserje.domain.arrangements.policy import Policy
from conserje.domain.kit.canonical import dump
from conserje.services.journal import entry as journal
from conserje.services.tenancy.act import act, step


@lru_cache(maxsize=256)
def _read(content: bytes) -> Policy:
    return domain.read(json.loads(content))


@step
def content_in_force(*, creditor_id: int) -> Mapping[str, Any]:
    """The plain form of the policy in force: the one that ships with the product until another was adopted."""
    rows = ArrangementPolicy.objects.filter(creditor_id=creditor_id, in_force=True)
    found: Mapping[str, Any] | None = rows.values_list("content", flat=True).first()
    return domain.DEFAULT if found is None else found


@step
def in_force(*, creditor_id: int) -> Policy:
    """The policy in force."""
    return _read(dump(dict(content_in_force(creditor_id=creditor_id))))


@act
def adopt(*, creditor_id: int, content: Mapping[str, Any], by: str, now: datetime) -> Policy:
    """Write `content` as the next version and put it in force; the same again is the same version.

    What was agreed under an older one stays as it was agreed. Raises `PolicyRefused`.
    """
    known = ArrangementPolicy.objects.select_for_update(no_key=True).filter(creditor_id=creditor_id)
    latest = known.order_by("-version").first()
    version = 1 if latest is None else latest.version + 1
    wanted = domain.read({**content, "version": version})
    if (
        latest is not None
        and latest.in_force
        and {**latest.content, "version": 0} == {**content, "version": 0}
    ):
        return _read(dump(latest.content))
    known.filter(in_force=True).update(in_force=False)
    ArrangementPolicy.objects.create(
        creditor_id=creditor_id,
        version=version,
        content={**content, "version": version},
        written_by=by,
        written_at=now,
        in_force=True,
    )
    entry = journal.NewEntry(
        at=now, kind="arrangements.policy.adopted", actor=by, payload={"version": version}
    )
    journal.write(creditor_id=creditor_id, entries=[entry])
    return wanted
