# SPDX-License-Identifier: Apache-2.0
"""Strategies of a creditor: written as versions, one of them in force."""

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
from conserje.domain.outreach.strategy import Strategy
from conserje.services.outreach import review
from conserje.services.tenancy.act import step


@lru_cache(maxsize=256)
def _read(content: bytes) -> Strategy:
    return domain.read(json.loads(content))


def default() -> dict[str, Any]:
    """The plain form of the business strategy that ships with the product."""
    text = resources.files(__package__).joinpath("strategies/business.yaml").read_text("utf-8")
    data: dict[str, Any] = yaml.safe_load(text)
    return data


@step
def in_force(*, creditor_id: int) -> Strategy:
    """The strategy in force; raises `StrategyRefused` when none was adopted."""
    rows = StrategyVersion.objects.filter(creditor_id=creditor_id, in_force=True)
    return read_stored(content=rows.values_list("content", flat=True).first())


def read_stored(*, content: Mapping[str, Any] | None) -> Strategy:
    """The strategy of a stored version; raises `StrategyRefused` when there is none."""
    if content is None:
        raise domain.StrategyRefused(
            "This creditor has no strategy in force. Adopt one before planning contacts."
        )
    return _read(dump(content))


def _any(creditor_id: int) -> Strategy | None:
    rows = StrategyVersion.objects.filter(creditor_id=creditor_id, in_force=True)
    content = rows.values_list("content", flat=True).first()
    return None if content is None else _read(dump(content))


@step
def preventive_days(*, creditor_id: int) -> int:
    """How long before a due date the strategy in force may remind; 0 when none was adopted."""
    rules = _any(creditor_id)
    return 0 if rules is None else rules.preventive_days


@step
def writes(*, creditor_id: int) -> bool:
    """Whether the strategy in force writes to anybody at all: not when every stage is only simulated."""
    rules = _any(creditor_id)
    return rules is not None and set(rules.modes.values()) != {domain.Mode.SIMULATE}


@step
def by_label(*, creditor_id: int, label: str) -> Strategy:
    """The stored version behind a label such as "business 1"; raises `StrategyVersion.DoesNotExist`."""
    name, _, version = label.rpartition(" ")
    rows = StrategyVersion.objects.filter(creditor_id=creditor_id, name=name, version=int(version))
    return _read(dump(rows.values_list("content", flat=True).get()))


@step
def adopt(*, creditor_id: int, content: Mapping[str, Any], by: str, now: datetime) -> Strategy:
    """Write `content` as the next version of its name and put it in force; raises `StrategyRefused`."""
    known = StrategyVersion.objects.filter(creditor_id=creditor_id, name=content["name"])
    version = (known.order_by("-version").values_list("version", flat=True).first() or 0) + 1
    data = {**content, "version": version}
    strategy = domain.read(data)
    StrategyVersion.objects.filter(creditor_id=creditor_id, in_force=True).update(in_force=False)
    StrategyVersion.objects.create(
        creditor_id=creditor_id,
        name=strategy.name,
        version=version,
        content=data,
        written_by=by,
        written_at=now,
        in_force=True,
    )
    review.wake_all(creditor_id=creditor_id, now=now, reason="strategy.adopted")
    return strategy
