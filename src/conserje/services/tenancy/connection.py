# SPDX-License-Identifier: Apache-2.0
"""Adapters a creditor has set up. Their secrets are kept encrypted under a key of the installation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.conf import settings as django_settings
from django.db import connection as database

from conserje.data.integrations.models import Connection
from conserje.data.tenancy import planned
from conserje.domain.ports import registry
from conserje.domain.ports.http import Answer
from conserje.domain.ports.settings import describe, read
from conserje.services.tenancy import sealing
from conserje.services.tenancy.act import step
from conserje.services.tenancy.http import GuardedHttp

_PURPOSE = "connection settings"
_SETTINGS = """
SELECT settings, sealed FROM integrations_connection
 WHERE creditor_id = %s AND kind = %s AND adapter = %s AND ended_at IS NULL ORDER BY id LIMIT 1"""
_ALL_SETTINGS = """
SELECT adapter, settings, sealed, methods, is_offered, position, from_days FROM integrations_connection
 WHERE creditor_id = %s AND kind = %s AND ended_at IS NULL ORDER BY position, adapter, id"""


@dataclass(frozen=True, slots=True)
class Choice:
    """The methods allowed (empty: all), whether it is offered, its place, and from how many days past due (or any)."""

    methods: tuple[str, ...] = ()
    is_offered: bool = True
    position: int = 0
    from_days: int | None = None


@dataclass(frozen=True, slots=True)
class InUse:
    """An adapter that is set up: its typed settings, and how the creditor wants it offered."""

    settings: Any
    choice: Choice


class NotConnected(LookupError):
    """The creditor has not set that adapter up; says which and how."""


class OutsideActs(GuardedHttp):
    """Refuses to call out inside a transaction: an act may be done twice, and what it told outside could not."""

    def send(self, method: str, url: str, **given: Any) -> Answer:
        """As `GuardedHttp.send`. Raises `RuntimeError` inside a transaction."""
        if database.in_atomic_block:
            raise RuntimeError("An act may be done twice: call outside before it or after it.")
        return super().send(method, url, **given)


@lru_cache(maxsize=1)
def http() -> GuardedHttp:
    """The one `http` handed to adapters. Private addresses are reached only if the settings name them."""
    return OutsideActs(allowed_hosts=django_settings.REACHABLE_HOSTS)


@step
def set_up(*, creditor_id: int, kind: str, adapter: str, values: Mapping[str, Any], now: datetime) -> None:
    """Keep `values` for an adapter ("channel", "gateway"), replacing what was there. Raises `SettingsRefused`."""
    kind_of = _registry(kind).get(adapter).settings_type
    secret_names = {info.name for info in describe(kind_of) if info.secret}
    whole = asdict(read(kind_of, values))
    open_part = {name: value for name, value in whole.items() if name not in secret_names}
    secret_part = json.dumps({name: whole[name] for name in secret_names})
    sealed = sealing.seal(text=secret_part, purpose=_PURPOSE)
    in_use = Connection.objects.filter(creditor_id=creditor_id, kind=kind, adapter=adapter, ended_at=None)
    former = in_use.first()
    in_use.update(ended_at=now)
    Connection.objects.create(
        creditor_id=creditor_id,
        kind=kind,
        adapter=adapter,
        settings=open_part,
        sealed=sealed,
        methods=former.methods if former else [],
        position=former.position if former else 0,
        from_days=former.from_days if former else None,
        is_offered=former.is_offered if former else True,
        created_at=now,
    )


@step
def settings_of(*, creditor_id: int, kind: str, adapter: str) -> Any:
    """The typed settings of an adapter in use; raises `NotConnected`."""
    found = planned.rows(_SETTINGS, [creditor_id, kind, adapter])
    if not found:
        raise NotConnected(
            f"The {kind} '{adapter}' is not set up for this creditor. Set it up before using it."
        )
    return _opened(kind, adapter, found[0][0], bytes(found[0][1]), sealing.key())


@step
def all_settings(*, creditor_id: int, kind: str) -> dict[str, Any]:
    """The typed settings of every adapter of a kind that is set up and installed, by name."""
    return {name: held.settings for name, held in set_up_all(creditor_id=creditor_id, kind=kind).items()}


@step
def set_up_all(*, creditor_id: int, kind: str) -> dict[str, InUse]:
    """Every adapter of a kind that is set up and installed, by name, in the creditor's order."""
    return {
        adapter: InUse(
            _opened(kind, adapter, settings, bytes(sealed), sealing.key()),
            Choice(tuple(methods), is_offered, position, from_days),
        )
        for adapter, settings, sealed, methods, is_offered, position, from_days in planned.rows(
            _ALL_SETTINGS, [creditor_id, kind]
        )
        if _registry(kind).has(adapter)
    }


@step
def choose(*, creditor_id: int, adapter: str, choice: Choice) -> None:
    """The creditor's choice for a gateway in use. Raises `NotConnected`."""
    rows = Connection.objects.filter(creditor_id=creditor_id, kind="gateway", adapter=adapter, ended_at=None)
    if not rows.update(
        methods=list(choice.methods),
        is_offered=choice.is_offered,
        position=choice.position,
        from_days=choice.from_days,
    ):
        raise NotConnected(
            f"The gateway '{adapter}' is not set up for this creditor. Set it up before using it."
        )


@step
def in_use(*, creditor_id: int, kind: str) -> list[str]:
    """Names of the adapters of a kind that the creditor has set up."""
    rows = Connection.objects.filter(creditor_id=creditor_id, kind=kind, ended_at=None)
    return list(rows.order_by("adapter").values_list("adapter", flat=True))


@lru_cache(maxsize=512)
def _opened(kind: str, adapter: str, settings: str, sealed: bytes, key: str) -> Any:
    """The typed settings, which nobody changes. Kept by their very ciphertext: a changed row is another one."""
    secrets = json.loads(sealing.cipher(key=key, purpose=_PURPOSE).decrypt(sealed))
    return read(_registry(kind).get(adapter).settings_type, {**json.loads(settings), **secrets})


def _registry(kind: str) -> registry.Registry[Any]:
    kinds: dict[str, registry.Registry[Any]] = {"channel": registry.carriers, "gateway": registry.gateways}
    return kinds[kind]
