# SPDX-License-Identifier: Apache-2.0
"""Overrides: what a creditor relaxes of our own policy for a while, and what it forbids itself beyond the law."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from conserje.data.outreach.models import LawOverride
from conserje.domain.ports.registry import countries
from conserje.domain.rules.overrides import OverrideRefused, Refusal
from conserje.domain.rules.own import PREFIX, OwnRule, check
from conserje.domain.rules.pack import Pack
from conserje.services.journal import entry as journal
from conserje.services.outreach import review
from conserje.services.tenancy.act import act, step

REASON_MAX: Final = 240


@dataclass(frozen=True, slots=True)
class Overridden:
    """An override as it was placed; `ended_at` when a person ended it before its last day."""

    rule: OwnRule
    reason: str
    placed_at: datetime
    ended_by: str
    ended_at: datetime | None
    end_reason: str = ""

    def holds(self, on: date) -> bool:
        """Whether it is in force on the local date `on`."""
        until = self.rule.until
        return self.ended_at is None and self.rule.since <= on and (until is None or on <= until)


class UnknownOverride(LookupError):
    """There is no such override in force."""


@act
def place(*, creditor_id: int, rule: OwnRule, reason: str, now: datetime) -> int:
    """Relax or tighten; returns the override's id. `rule.id` is not looked at; `rule.by` is "person:<id>".

    Raises `OverrideRefused` with its reason for what only the law or a platform may change, for a reading that may not
    be relaxed, and for one without reason, person or end (366 days at most). Every customer is looked at again.
    """
    _check(rule, reason)
    row = LawOverride.objects.create(
        creditor_id=creditor_id,
        relaxes=rule.relaxes,
        value=rule.value,
        channels=list(rule.channels),
        shut=list(rule.shut),
        at_most=rule.at_most,
        per=rule.per,
        gap_days=rule.gap_days,
        reason=reason.strip()[:REASON_MAX],
        since=rule.since,
        until=rule.until,
        placed_by=rule.by,
        placed_at=now,
    )
    _tell(row, "relaxed" if rule.relaxes else "tightened", rule.by, now)
    return row.id


@act
def end(*, creditor_id: int, override_id: int, by: str, reason: str, now: datetime) -> None:
    """End an override at once: the rule holds again.

    Raises `UnknownOverride`, and `OverrideRefused` without a reason.
    """
    if not reason.strip():
        raise OverrideRefused(about=f"{PREFIX}.{override_id}", why=Refusal.NO_REASON)
    row = LawOverride.objects.select_for_update().filter(creditor_id=creditor_id, id=override_id).first()
    if row is None or row.ended_at is not None:
        raise UnknownOverride(f"There is no override {override_id} in force.")
    row.ended_by, row.ended_at, row.end_reason = by, now, reason.strip()[:REASON_MAX]
    row.save(update_fields=["ended_by", "ended_at", "end_reason"])
    _tell(row, "ended", by, now)


@step
def every(*, creditor_id: int) -> list[Overridden]:
    """All overrides of a creditor, the newest first, ended ones too."""
    rows = LawOverride.objects.filter(creditor_id=creditor_id).order_by("-id")
    return [
        Overridden(_rule(row), row.reason, row.placed_at, row.ended_by, row.ended_at, row.end_reason)
        for row in rows
    ]


@step
def in_force(*, creditor_id: int, on: date) -> tuple[OwnRule, ...]:
    """What holds on the local date `on`, the oldest first: as `law.stack_for` takes it."""
    return tuple(item.rule for item in reversed(every(creditor_id=creditor_id)) if item.holds(on))


def _rule(row: LawOverride) -> OwnRule:
    return OwnRule(
        id=row.id,
        by=row.placed_by,
        since=row.since,
        until=row.until,
        relaxes=row.relaxes,
        value=row.value,
        channels=tuple(row.channels),
        shut=tuple(row.shut),
        at_most=row.at_most,
        per=row.per,
        gap_days=row.gap_days,
    )


def _check(rule: OwnRule, reason: str) -> None:
    """A relaxation must be one that a pack with the rule or the reading takes, whichever country's it is."""
    refused: OverrideRefused | None = None
    for pack in (_knowing(rule) if rule.relaxes else ()) or (None,):
        try:
            check(packs=() if pack is None else (pack,), rule=replace(rule, id=0), reason=reason)
            return
        except OverrideRefused as error:
            refused = refused or error
        except ValueError:
            refused = refused or OverrideRefused(about=rule.name, why=Refusal.OTHER_KIND)
    assert refused is not None
    raise refused


def _knowing(rule: OwnRule) -> tuple[Pack, ...]:
    installed = [pack for item in countries.all() for pack in item.packs()]
    if rule.value:
        return tuple(pack for pack in installed if any(item.name == rule.relaxes for item in pack.readings))
    return tuple(pack for pack in installed if any(item.id == rule.relaxes for item in pack.rules()))


def _tell(row: LawOverride, what: str, by: str, now: datetime) -> None:
    payload = {
        "rule": row.relaxes or f"OWN.{row.id}",
        "value": row.value,
        "since": row.since.isoformat(),
        "until": row.until.isoformat() if row.until else None,
    }
    journal.write(
        creditor_id=row.creditor_id,
        entries=[
            journal.NewEntry(
                at=now,
                kind=f"outreach.override.{what}",
                actor=by,
                subject_kind="law_override",
                subject_id=row.id,
                payload=payload,
            )
        ],
    )
    review.wake_all(creditor_id=row.creditor_id, now=now, reason=f"override.{what}")
