# SPDX-License-Identifier: Apache-2.0
"""Setting up a gateway from the desk: its settings, which of its methods are offered, and whether it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from conserje.domain.ports.registry import gateways
from conserje.domain.ports.settings import FieldInfo, describe
from conserje.services.journal import entry
from conserje.services.tenancy import connection
from conserje.services.tenancy.act import act, reading, step


@dataclass(frozen=True, slots=True)
class Installed:
    """One gateway folder. `values` are its open settings; of a secret nobody is told more than that it is there.

    `methods` are all that it can, `chosen` those that the creditor allows (empty: all).
    """

    name: str
    fields: tuple[FieldInfo, ...]
    values: Mapping[str, str]
    methods: tuple[str, ...]
    chosen: tuple[str, ...]
    is_set_up: bool
    is_offered: bool
    currencies: tuple[str, ...]


@step
def installed(*, creditor_id: int) -> tuple[Installed, ...]:
    """Every gateway of this installation, those in use first, in the creditor's order."""
    held = connection.set_up_all(creditor_id=creditor_id, kind="gateway")
    names = [*held, *(name for name in sorted(gateways.names()) if name not in held)]
    return tuple(_one(name, held.get(name)) for name in names)


@act
def set_up(*, creditor_id: int, name: str, values: Mapping[str, str], by: str, now: datetime) -> None:
    """Keep the settings of a gateway; a secret left empty stays as it was. Raises `SettingsRefused`."""
    former = connection.set_up_all(creditor_id=creditor_id, kind="gateway").get(name)
    kept = asdict(former.settings) if former is not None else {}
    fields = describe(gateways.get(name).settings_type)
    whole = {}
    for field in fields:
        value = values.get(field.name, "").strip()
        if not value and field.secret and kept.get(field.name):
            value = kept[field.name]
        if value or field.required:
            whole[field.name] = value
    connection.set_up(creditor_id=creditor_id, kind="gateway", adapter=name, values=whole, now=now)
    _tell(creditor_id, "set_up", {"gateway": name}, by, now)


@act
def choose(
    *, creditor_id: int, name: str, methods: Sequence[str], is_offered: bool, by: str, now: datetime
) -> None:
    """Which methods of a gateway are offered, and whether it is. Raises `NotConnected`."""
    allowed = gateways.get(name).abilities.methods
    chosen = [method for method in allowed if method in methods]
    connection.choose(
        creditor_id=creditor_id,
        adapter=name,
        methods=chosen,
        position=0,
        is_offered=is_offered and bool(chosen),
    )
    _tell(creditor_id, "chosen", {"gateway": name, "methods": chosen, "offered": is_offered}, by, now)


def check(*, creditor_id: int, name: str) -> tuple[str, ...]:
    """Ask the gateway whether it knows us; sentences about what is wrong, none when it is ready."""
    with reading(creditor_id=creditor_id):
        settings = connection.settings_of(creditor_id=creditor_id, kind="gateway", adapter=name)
    return tuple(gateways.get(name).check(settings, connection.http()))


def _one(name: str, held: connection.InUse | None) -> Installed:
    adapter = gateways.get(name)
    fields = describe(adapter.settings_type)
    values = asdict(held.settings) if held is not None else {}
    return Installed(
        name=name,
        fields=fields,
        values={field.name: str(values.get(field.name, "")) for field in fields if not field.secret},
        methods=adapter.abilities.methods,
        chosen=held.methods if held is not None else (),
        is_set_up=held is not None,
        is_offered=held is not None and held.is_offered,
        currencies=tuple(sorted(adapter.abilities.currencies)),
    )


def _tell(creditor_id: int, what: str, payload: dict[str, Any], by: str, now: datetime) -> None:
    new = entry.NewEntry(
        at=now,
        kind=f"receivables.gateway.{what}",
        actor=by,
        customer_id=None,
        subject_kind="creditor",
        subject_id=creditor_id,
        payload=payload,
    )
    entry.write(creditor_id=creditor_id, entries=[new])
