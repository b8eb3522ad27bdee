# SPDX-License-Identifier: Apache-2.0
"""Strategies of a creditor: written as versions, one of them in force for each that they serve."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from conserje.data.outreach.models import StrategyVersion
from conserje.domain.kit.canonical import dump
from conserje.domain.outreach import strategy as domain
from conserje.domain.outreach.strategy import BUSINESS, Strategies, Strategy
from conserje.services.outreach import review
from conserje.services.tenancy.act import step


@lru_cache(maxsize=256)
def _read(content: bytes) -> Strategy:
    return domain.read(json.loads(content))


def default(*, serves: str = BUSINESS) -> dict[str, Any]:
    """The plain form of the strategy that ships with the product for businesses, or for shoppers."""
    text = resources.files(__package__).joinpath(f"strategies/{serves}.yaml").read_text("utf-8")
    data: dict[str, Any] = yaml.safe_load(text)
    return data


@step
def in_force(*, creditor_id: int) -> Strategies:
    """The strategies in force; asked for any, they raise `StrategyRefused` when none was adopted."""
    rows = StrategyVersion.objects.filter(creditor_id=creditor_id, in_force=True)
    return read_stored(content=dict(rows.values_list("serves", "content")))


def read_stored(*, content: Mapping[str, Mapping[str, Any]] | None) -> Strategies:
    """The strategies of stored versions by whom they serve."""
    return Strategies({serves: _read(dump(one)) for serves, one in (content or {}).items()})


@step
def preventive_days(*, creditor_id: int) -> int:
    """How long before a due date a strategy in force may remind; 0 when none was adopted."""
    return in_force(creditor_id=creditor_id).preventive_days


@step
def writes(*, creditor_id: int) -> bool:
    """Whether a strategy in force writes to anybody at all: not when every stage is only simulated."""
    rules = in_force(creditor_id=creditor_id)
    return any(set(one.modes.values()) != {domain.Mode.SIMULATE} for one in rules.each.values())


@step
def by_label(*, creditor_id: int, label: str) -> Strategy:
    """The stored version behind a label such as "business 1"; raises `StrategyVersion.DoesNotExist`."""
    name, _, version = label.rpartition(" ")
    rows = StrategyVersion.objects.filter(creditor_id=creditor_id, name=name, version=int(version))
    return _read(dump(rows.values_list("content", flat=True).get()))


@step
def adopt(*, creditor_id: int, content: Mapping[str, Any], by: str, now: datetime) -> Strategy:
    """Write `content` as the next version of its name, in force for whom it serves; raises `StrategyRefused`."""
    known = StrategyVersion.objects.filter(creditor_id=creditor_id, name=content["name"])
    version = (known.order_by("-version").values_list("version", flat=True).first() or 0) + 1
    data = {**content, "version": version}
    strategy = domain.read(data)
    held = StrategyVersion.objects.filter(creditor_id=creditor_id, serves=strategy.serves, in_force=True)
    held.update(in_force=False)
    StrategyVersion.objects.create(
        creditor_id=creditor_id,
        name=strategy.name,
        version=version,
        content=data,
        written_by=by,
        written_at=now,
        in_force=True,
        serves=strategy.serves,
    )
    review.wake_all(creditor_id=creditor_id, now=now, reason="strategy.adopted")
    return strategy
