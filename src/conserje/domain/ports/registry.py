# SPDX-License-Identifier: Apache-2.0
"""Five registries, filled once at start-up by `config/wiring.py`, which alone knows which adapters exist."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from conserje.domain.ports.channel import Carrier
from conserje.domain.ports.connector import Connector
from conserje.domain.ports.gateway import Gateway
from conserje.domain.ports.statement import StatementReader

A = TypeVar("A")


class UnknownAdapter(LookupError):
    """Nothing is installed under that name; the message lists what is."""


class Registry(Generic[A]):
    """Adapters of one kind by name."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._adapters: dict[str, A] = {}

    def add(self, name: str, adapter: A) -> None:
        """Register `adapter`; a second adapter of one name raises `ValueError`."""
        if name in self._adapters and self._adapters[name] is not adapter:
            raise ValueError(f"Two {self.kind} adapters are called '{name}'. Rename one of the folders.")
        self._adapters[name] = adapter

    def get(self, name: str) -> A:
        """The adapter called `name`; raises `UnknownAdapter`."""
        try:
            return self._adapters[name]
        except KeyError:
            installed = ", ".join(sorted(self._adapters)) or "none"
            raise UnknownAdapter(
                f"No {self.kind} called '{name}' is installed. Installed: {installed}."
            ) from None

    def has(self, name: str) -> bool:
        """Whether an adapter called `name` is installed."""
        return name in self._adapters

    def all(self) -> tuple[A, ...]:
        """Every adapter, by name."""
        return tuple(self._adapters[name] for name in sorted(self._adapters))

    def names(self) -> tuple[str, ...]:
        """Every name, sorted."""
        return tuple(sorted(self._adapters))


carriers: Registry[Carrier] = Registry("channel")
gateways: Registry[Gateway] = Registry("gateway")
connectors: Registry[Connector] = Registry("connector")
statement_readers: Registry[StatementReader] = Registry("statement reader")
countries: Registry[Any] = Registry("country")
